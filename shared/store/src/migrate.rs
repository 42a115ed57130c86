//! Migrations: two folders with the same names, embedded in the program, applied once under a lock, never edited
//! afterwards.

use sha2::{Digest, Sha256};

/// One migration in both dialects.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its name, such as `0001_shared`.
    pub name: &'static str,
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// The migrations of one service, in order.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// Whose they are.
    pub service: &'static str,
    /// In order.
    pub list: &'static [Migration],
}

/// Embeds `migrations/{sqlite,postgres}/NAME.sql` of the crate that calls it.
#[macro_export]
macro_rules! migrations {
    ($service:literal; $($name:literal),+ $(,)?) => {
        $crate::migrate::Migrations {
            service: $service,
            list: &[$($crate::migrate::Migration {
                name: $name,
                sqlite: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite/", $name, ".sql")),
                postgres: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres/", $name, ".sql")),
            }),+],
        }
    };
}
pub use migrations;

/// The checksum by which an edited migration is recognised: SHA-256 in hexadecimal.
#[must_use]
pub fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}
