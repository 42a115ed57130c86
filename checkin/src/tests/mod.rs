//! Check-in as a whole, on both databases.

mod check_in;
mod exposures;
mod group_commit;
mod pages;
mod retention;
mod scans;
mod store;
mod support;
mod venues;
