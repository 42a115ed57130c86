//! Sample results: from a laboratory's file to the citizen and to the case.

pub mod app;
pub mod domain;
pub mod store;

pub use app::App;

/// The migrations of the laboratory's tables.
pub const MIGRATIONS: shared_store::migrate::Migrations = shared_store::migrate::migrations!("lab"; "0001_lab");
