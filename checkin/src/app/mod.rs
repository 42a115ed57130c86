//! The use-cases, one a file. Each appends its events and audit lines in the transaction of its effect.

pub mod cards;
pub mod cases;
pub mod check_in;
pub mod check_out;
pub mod cluster;
pub mod content;
pub mod declarations;
pub mod import;
pub mod line_list;
pub mod matching;
pub mod me;
pub mod odd;
pub mod people;
pub mod posters;
pub mod record;
pub mod rematch;
pub mod renew;
pub mod reprint;
pub mod retention;
pub mod scans;
pub mod self_registration;
pub mod staff;
pub mod table;
pub mod timers;
pub mod venues;
pub mod withdrawal;
