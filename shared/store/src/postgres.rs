//! PostgreSQL: one pool; readers are READ ONLY transactions.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::error::StoreError;
use crate::keys::Keys;
use crate::pace::Turns;
use crate::wake::Wake;

/// The database that the shared SQL is compiled for here.
pub type Db = sqlx::Postgres;
/// Its connection.
pub type Conn = sqlx::PgConnection;
/// Its row.
pub type Row = sqlx::postgres::PgRow;

/// How many transactions that nobody waits for within a second run beside the others: two more than there are processors, for
/// some of them wait. And how many of them that nobody waits for at all: one for each second processor.
fn beside() -> (usize, usize) {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    (processors + 2, (processors / 2).max(1))
}

/// The statements that truly differ.
pub mod dialect {
    use sqlx::{QueryBuilder, Transaction};
    use uuid::Uuid;

    use super::{Conn, Db, PgPool, Row, StoreError};
    use crate::audit::{AuditRow, LinkRow};
    use crate::outbox::OutboxRow;
    use crate::people::{PersonRow, Wanted};
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

    fn column<'r, R, T>(rows: &'r [R], value: impl FnMut(&'r R) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }

    /// As [`lock`] for each of these numbers, in their order.
    pub async fn lock_all(conn: &mut Conn, numbers: &[i64]) -> Result<(), StoreError> {
        // Counted, so that the answer is one row.
        sqlx::query("SELECT COUNT(pg_advisory_xact_lock(number)) FROM UNNEST($1::bigint[]) AS numbers (number)")
            .bind(numbers)
            .execute(conn)
            .await?;
        Ok(())
    }

    /// Ends a condition on a column: it is one of these ids. An array, so that it is one prepared statement for all numbers.
    pub fn one_of(query: &mut QueryBuilder<Db>, ids: &[Uuid]) {
        query.push(" = ANY(").push_bind(ids.to_vec()).push(")");
    }

    /// Inserts by arrays: one prepared statement for every number of rows, one message and one answer. COPY costs the server about
    /// as much, and its rows and its end are two messages, between which sqlx waits for the network's delayed acknowledgement
    /// (RFC 1122, 4.2.3.2): 40 ms each time.
    pub async fn insert_outbox(conn: &mut Conn, rows: &[OutboxRow]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO outbox (id, kind, event, created_at, attempts, rank, due_at) \
             SELECT id, kind, event, created_at, 0, rank, due_at FROM UNNEST($1::uuid[], $2::text[], $3::text[], \
             $4::timestamptz[], $5::bigint[], $6::timestamptz[]) AS rows (id, kind, event, created_at, rank, due_at)",
        )
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.kind.as_str()))
        .bind(column(rows, |row| row.text.as_str()))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.rank))
        .bind(column(rows, |row| row.due_at))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Inserts into both tables by arrays, at once.
    pub async fn insert_audit(conn: &mut Conn, rows: &[AuditRow]) -> Result<(), StoreError> {
        sqlx::query(
            "WITH lines AS (INSERT INTO audit_log (id, at, service, actor, action, subject, detail, request_id) \
             SELECT * FROM UNNEST($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], \
             $7::text[], $8::text[]) RETURNING id) INSERT INTO audit_pending (audit_id) SELECT id FROM lines",
        )
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.at))
        .bind(column(rows, |row| row.service))
        .bind(column(rows, |row| row.actor.as_str()))
        .bind(column(rows, |row| row.action))
        .bind(column(rows, |row| row.subject.as_deref()))
        .bind(column(rows, |row| row.detail.as_str()))
        .bind(column(rows, |row| row.request_id.as_deref()))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Inserts by an array.
    pub async fn insert_audit_people(conn: &mut Conn, line: Uuid, people: &[Uuid]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_people (person_id, audit_id) SELECT person_id, $2 FROM UNNEST($1) AS p (person_id)",
        )
        .bind(people)
        .bind(line)
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Inserts by arrays.
    pub async fn insert_links(conn: &mut Conn, rows: &[LinkRow]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_chain (seq, audit_id, hash) SELECT * FROM UNNEST($1::bigint[], $2::uuid[], $3::bytea[])",
        )
        .bind(column(rows, |row| row.seq))
        .bind(column(rows, |row| row.audit_id))
        .bind(column(rows, |row| row.hash.clone()))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Inserts by arrays.
    pub async fn insert_people(conn: &mut Conn, rows: &[PersonRow]) -> Result<(), StoreError> {
        sqlx::query(concat!(
            "INSERT INTO people (",
            person_row!(),
            ") SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::text[], $4::date[], $5::bigint[], $6::text[], \
             $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], \
             $14::text[], $15::timestamptz[])"
        ))
        .bind(column(rows, |row| row.id))
        .bind(column(rows, |row| row.full_name.as_str()))
        .bind(column(rows, |row| row.name_fold.as_str()))
        .bind(column(rows, |row| row.birth_date))
        .bind(column(rows, |row| row.birth_year))
        .bind(column(rows, |row| row.sex))
        .bind(column(rows, |row| row.phone.as_deref()))
        .bind(column(rows, |row| row.phone_index.as_deref()))
        .bind(column(rows, |row| row.national_id.as_deref()))
        .bind(column(rows, |row| row.national_id_index.as_deref()))
        .bind(column(rows, |row| row.insurance.as_deref()))
        .bind(column(rows, |row| row.insurance_index.as_deref()))
        .bind(column(rows, |row| row.address.as_deref()))
        .bind(column(rows, |row| row.ward_code.as_deref()))
        .bind(column(rows, |row| row.created_at))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Looks people up by arrays. LATERAL with OFFSET 0 holds the planner to one look into an index for each: it does not
    /// know how long the arrays are.
    pub async fn people_like(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query(concat!(
            "SELECT ",
            person_columns!(),
            " FROM people WHERE national_id_index = ANY($1) \
             UNION ALL SELECT p.* FROM UNNEST($2::text[], $3::bytea[]) AS w (name, phone) CROSS JOIN LATERAL (SELECT ",
            person_columns!(),
            " FROM people WHERE phone_index = w.phone AND name_fold = w.name OFFSET 0) p \
             UNION ALL SELECT p.* FROM UNNEST($4::text[], $5::bigint[]) AS w (name, year) CROSS JOIN LATERAL (SELECT ",
            person_columns!(),
            " FROM people WHERE name_fold = w.name AND birth_year = w.year OFFSET 0) p"
        ))
        .bind(&wanted.numbers)
        .bind(column(&wanted.phones, |(name, _)| name.clone()))
        .bind(column(&wanted.phones, |(_, phone)| phone.clone()))
        .bind(column(&wanted.births, |(name, _)| name.clone()))
        .bind(column(&wanted.births, |(_, year)| *year))
        .fetch_all(conn)
        .await?)
    }
}

#[path = "sql/mod.rs"]
mod sql;
pub use sql::Tx;

/// The pool of one PostgreSQL database.
#[derive(Debug, Clone)]
pub struct Engine {
    pool: PgPool,
    turns: Turns,
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
        let (beside, later) = beside();
        Ok(Self { pool, turns: Turns::new(beside, later), keys, wake })
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
