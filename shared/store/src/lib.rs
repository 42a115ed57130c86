//! Both databases behind one door.
//!
//! The SQL is written once, in `sql/`, and compiled twice: [`sqlite`] and [`postgres`] each include it with their own
//! `Db` and the few statements that truly differ (`dialect`). A read transaction and a write transaction are two types
//! ([`SharedRead`], [`SharedWrite`]): on SQLite a transaction that reads first and then writes fails under load whatever
//! the timeout, so a writer says from the start that it is one.
//!
//! A service adds its own traits on top (`trait CheckinWrite: SharedWrite`) and implements them for
//! [`sqlite::Tx`] and [`postgres::Tx`]; record, outbox and audit then share one transaction.

#![expect(clippy::duplicate_mod, reason = "the shared SQL is compiled once for each engine")]

/// The columns of a person as they are read.
macro_rules! person_columns {
    () => {
        "id, full_name, birth_date, birth_year, sex, phone_sealed, national_id_sealed, insurance_sealed, address_sealed, \
         ward_code, merged_into, created_at"
    };
}

/// The columns of a person as they are written.
macro_rules! person_row {
    () => {
        "id, full_name, name_fold, birth_date, birth_year, sex, phone_sealed, phone_index, national_id_sealed, \
         national_id_index, insurance_sealed, insurance_index, address_sealed, ward_code, created_at"
    };
}

pub mod audit;
pub mod cards;
pub mod columns;
pub mod database;
pub mod error;
pub mod keys;
pub mod migrate;
pub mod outbox;
pub mod pace;
pub mod people;
mod pieces;
pub mod port;
pub mod postgres;
pub mod registry;
pub mod runtime;
pub mod seal;
pub mod sqlite;
pub mod wake;

pub use database::{Database, DatabaseOptions};
pub use error::StoreError;
pub use pieces::pieces;
pub use port::{SharedRead, SharedStore, SharedWrite};

/// The migrations of the tables that all services share.
pub const MIGRATIONS: migrate::Migrations = migrate::migrations!(
    "shared"; "0001_shared", "0002_merged_people", "0003_outbox_rank", "0004_outbox_due", "0005_place_parts", "0006_cards",
    "0007_second_factors", "0008_audit_people"
);
