//! Check-in as a whole, on both databases.

mod bulk;
mod cards;
mod check_in;
mod declarations;
mod door;
mod exposures;
mod group_commit;
mod imports;
mod isolation;
mod odd;
mod owners;
mod pages;
mod presence;
mod random_towns;
mod retention;
mod scans;
mod store;
mod support;
mod told;
mod tries;
mod venue_alerts;
mod venues;
mod withdrawal;
