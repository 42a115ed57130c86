//! Venues, posters, check-ins and exposure matching.

pub mod domain;
pub mod poster;
pub mod store;

/// The tables of check-in.
pub const MIGRATIONS: shared_store::migrate::Migrations =
    shared_store::migrate::migrations!("checkin"; "0001_checkin");
