//! The pure model that the services of An Tâm agree on.
//!
//! Ids, time, people, places, areas, phones, identity codes, folding of Vietnamese text, events and problems.
//! Nothing here reads a clock, draws a random number or does I/O: [`clock::Clock`] and [`random::Random`] are
//! passed in by whoever calls, so that a test can live ten days in a millisecond.

pub mod access;
pub mod area;
pub mod bilingual;
pub mod clock;
pub mod event;
pub mod events;
pub mod fold;
pub mod identity;
pub mod ids;
pub mod person;
pub mod phone;
pub mod place;
pub mod problem;
pub mod random;
pub mod scan;
pub mod time;
