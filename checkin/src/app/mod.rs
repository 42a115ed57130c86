//! The use-cases, one a file. Each appends its events and audit lines in the transaction of its effect.

pub mod cards;
pub mod cases;
pub mod check_in;
pub mod check_out;
pub mod cluster;
pub mod content;
pub mod matching;
pub mod people;
pub mod posters;
pub mod record;
pub mod rematch;
pub mod renew;
pub mod retention;
pub mod scans;
pub mod timers;
pub mod venues;
