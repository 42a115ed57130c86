//! Check-in as a whole, on both databases.

mod check_in;
mod declarations;
mod exposures;
mod group_commit;
mod imports;
mod odd;
mod owners;
mod pages;
mod retention;
mod scans;
mod store;
mod support;
mod venues;
mod withdrawal;
