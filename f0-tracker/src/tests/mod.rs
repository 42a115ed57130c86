//! The service as a whole, on both databases.

mod acts;
mod board;
mod closing;
mod duty;
mod forms;
mod hotline;
mod http;
mod intake;
mod ladder;
mod lines;
mod order;
mod pages;
mod protocols;
mod seed;
mod shifts;
mod silence;
mod sms;
pub(crate) mod stage;
mod station;
mod stream;
mod wave;
mod window;
