//! The service as a whole, on both databases.

mod acts;
mod board;
mod closing;
mod duty;
mod entry;
mod forms;
mod hotline;
mod http;
mod intake;
mod ladder;
mod lines;
mod order;
mod pages;
mod papers;
mod protocols;
mod seed;
mod shifts;
mod sick_leave;
mod silence;
mod sms;
pub(crate) mod stage;
mod station;
mod stock;
mod stream;
mod wave;
mod window;
