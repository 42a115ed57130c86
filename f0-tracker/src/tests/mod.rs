//! The service as a whole, on both databases.

mod http;
mod ladder;
mod lines;
pub(crate) mod stage;
mod stream;
