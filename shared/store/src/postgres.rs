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
    use sqlx::Transaction;

    use super::{Conn, Db, PgPool, StoreError};
    use crate::outbox::OutboxRow;
    use crate::runtime::spawn;

    /// How a writer begins.
    pub const BEGIN_WRITE: &str = "BEGIN";
    /// How a reader begins.
    pub const BEGIN_READ: &str = "BEGIN READ ONLY";
    /// What a claim adds to pass over rows that others hold.
    pub const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";
    /// The name in [`crate::migrate::Migration`].
    pub const IS_POSTGRES: bool = true;

    /// Begins a transaction in a task of its own, which comes to its end also when nobody waits for it any more: a request
    /// whose client has gone. sqlx 0.9.0 would give the connection back with the transaction open, and the next one to use
    /// it would be in it (sqlx issues 4385 and 4393).
    pub async fn begin(pool: &PgPool, statement: &'static str) -> Result<Transaction<'static, Db>, StoreError> {
        let pool = pool.clone();
        let begun = spawn(async move { pool.begin_with(statement).await });
        Ok(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }

    /// Holds off other transactions that take the same number, until this one ends.
    pub async fn lock(conn: &mut Conn, number: i64) -> Result<(), StoreError> {
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(number).execute(conn).await?;
        Ok(())
    }

    /// Tries to hold off others without waiting.
    pub async fn try_lock(conn: &mut Conn, number: i64) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(number).fetch_one(conn).await?)
    }

    /// Inserts by arrays: one prepared statement for every number of rows.
    pub async fn insert_outbox(conn: &mut Conn, rows: &[OutboxRow]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO outbox (id, kind, event, created_at, attempts) \
             SELECT id, kind, event, created_at, 0 FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) \
             AS rows (id, kind, event, created_at)",
        )
        .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.created_at).collect::<Vec<_>>())
        .execute(conn)
        .await?;
        Ok(())
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
        // Compiling a plan takes longer than any query of ours runs; where a table's statistics are still missing the
        // server compiles all the same.
        let options = PgConnectOptions::from_str(url)?
            .application_name("antam")
            .options([("jit", "off")])
            .statement_cache_capacity(256);
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
