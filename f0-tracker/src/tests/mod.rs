//! The service as a whole, on both databases.

mod acts;
mod board;
mod closing;
mod duty;
mod hotline;
mod http;
mod ladder;
mod lines;
mod order;
mod pages;
mod seed;
mod silence;
pub(crate) mod stage;
mod station;
mod stream;
mod window;
