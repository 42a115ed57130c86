//! What the whole-suite tests share: the program as a process, clients that sign in, and a reader of the live stream.

pub mod apart;
pub mod client;
pub mod faulty;
pub mod film;
pub mod gallery;
pub mod process;
pub mod routes;
pub mod sample;
pub mod stream;
