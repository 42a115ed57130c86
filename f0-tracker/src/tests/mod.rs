//! The service as a whole, on both databases.

mod http;
mod ladder;
mod lines;
mod pages;
mod seed;
pub(crate) mod stage;
mod stream;
