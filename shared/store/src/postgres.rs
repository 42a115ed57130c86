//! PostgreSQL: one pool; readers are READ ONLY transactions.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::error::StoreError;
use crate::keys::Keys;
use crate::wake::Wake;

/// The database that the shared SQL is compiled for here.
pub type Db = sqlx::Postgres;
/// Its connection.
pub type Conn = sqlx::PgConnection;
/// Its row.
pub type Row = sqlx::postgres::PgRow;

/// The statements that truly differ.
pub mod dialect {
    use super::{Conn, StoreError};

    /// How a writer begins.
    pub const BEGIN_WRITE: &str = "BEGIN";
    /// How a reader begins.
    pub const BEGIN_READ: &str = "BEGIN READ ONLY";
    /// What a claim adds to pass over rows that others hold.
    pub const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";
    /// The name in [`crate::migrate::Migration`].
    pub const IS_POSTGRES: bool = true;

    /// Holds off other transactions that take the same number, until this one ends.
    pub async fn lock(conn: &mut Conn, number: i64) -> Result<(), StoreError> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(conn).await?;
        Ok(())
    }

    /// Tries to hold off others without waiting.
    pub async fn try_lock(conn: &mut Conn, number: i64) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(number).fetch_one(conn).await?)
    }
}

#[path = "sql/mod.rs"]
mod sql;
pub use sql::Tx;

/// The pool of one PostgreSQL database.
#[derive(Debug, Clone)]
pub struct Engine {
    pool: PgPool,
    keys: Arc<Keys>,
    wake: Wake,
}

impl Engine {
    /// Opens a pool of at most `connections` to the address.
    ///
    /// # Errors
    /// When the address cannot be read or the server not be reached.
    pub async fn open(url: &str, connections: u32, keys: Arc<Keys>, wake: Wake) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("antam").statement_cache_capacity(256);
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(15))
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { pool, keys, wake })
    }

    /// The pool that writes.
    #[must_use]
    pub fn write_pool(&self) -> &PgPool {
        &self.pool
    }

    /// The pool that reads.
    #[must_use]
    pub fn read_pool(&self) -> &PgPool {
        &self.pool
    }
}
