//! What tests share: real servers, a clock that is set by hand, seeded randomness, a mail server and a browser.
//!
//! Nothing here is a mock of a database or of a bus: a test that needs PostgreSQL, Redis or Chromium gets the real one,
//! with a corner of it for itself alone. `./dev test` starts the servers and tells the tests where they are in the
//! environment; `./dev servers` does the same for working by hand.

pub mod browser;
pub mod clock;
pub mod random;
pub mod servers;
pub mod smtp;
