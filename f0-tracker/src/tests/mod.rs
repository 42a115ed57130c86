//! The service as a whole, on both databases.

mod acts;
mod closing;
mod http;
mod ladder;
mod lines;
mod order;
mod pages;
mod seed;
pub(crate) mod stage;
mod stream;
mod window;
