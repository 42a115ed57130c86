//! SQLite: one writer connection and a pool of readers, WAL, `synchronous = FULL`: what was acknowledged is
//! stored, also when the power goes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::error::StoreError;
use crate::keys::Keys;
use crate::pace::Turns;
use crate::wake::Wake;

/// The database that the shared SQL is compiled for here.
pub type Db = sqlx::Sqlite;
/// Its connection.
pub type Conn = sqlx::SqliteConnection;
/// Its row.
pub type Row = sqlx::sqlite::SqliteRow;

/// The pages that the writer keeps, in KiB below zero as `PRAGMA cache_size` has it. Check-ins touch as many pages of three
/// trees as they are rows, and what is not kept is read again for each.
const WRITER_CACHE: &str = "-16000";

/// After how many pages in the log the writer copies them into the database, where SQLite would after 1,000: check-ins touch
/// the same pages again and again, and each copying is one write of all and two more syncs.
const CHECKPOINT: &str = "4000";

/// The statements that truly differ.
pub mod dialect {
    use sqlx::{QueryBuilder, Transaction};
    use uuid::Uuid;

    use super::{Conn, Db, Row, SqlitePool, StoreError};
    use crate::audit::{AuditRow, LinkRow};
    use crate::outbox::OutboxRow;
    use crate::people::{PersonRow, Wanted};
    use crate::pieces::pieces;

    /// Rows of the largest statement.
    const MOST_ROWS: usize = 256;

    /// How a writer begins: IMMEDIATE takes the one write lock at once, so that it cannot fail later.
    pub const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
    /// How a reader begins.
    pub const BEGIN_READ: &str = "BEGIN";
    /// What a claim adds to pass over rows that others hold: nothing, there is one writer.
    pub const SKIP_LOCKED: &str = "";
    /// The name in [`crate::migrate::Migration`].
    pub const IS_POSTGRES: bool = false;

    /// Begins a transaction.
    pub async fn begin(pool: &SqlitePool, statement: &'static str) -> Result<Transaction<'static, Db>, StoreError> {
        Ok(pool.begin_with(statement).await?)
    }

    /// Holds off other transactions that take the same number: there are none beside a writer.
    pub async fn lock(_: &mut Conn, _: i64) -> Result<(), StoreError> {
        Ok(())
    }

    /// Tries to hold off others without waiting.
    pub async fn try_lock(_: &mut Conn, _: i64) -> Result<bool, StoreError> {
        Ok(true)
    }

    /// As [`lock`] for each of these numbers.
    pub async fn lock_all(_: &mut Conn, _: &[i64]) -> Result<(), StoreError> {
        Ok(())
    }

    /// Ends a condition on a column: it is one of these ids. Not for more than some hundreds.
    pub fn one_of(query: &mut QueryBuilder<Db>, ids: &[Uuid]) {
        query.push(" IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
    }

    /// Inserts by row values.
    pub async fn insert_outbox(conn: &mut Conn, rows: &[OutboxRow]) -> Result<(), StoreError> {
        for piece in pieces(rows, MOST_ROWS) {
            let mut query =
                QueryBuilder::<Db>::new("INSERT INTO outbox (id, kind, event, created_at, attempts, rank, due_at) ");
            query.push_values(piece, |mut values, row| {
                values
                    .push_bind(row.id)
                    .push_bind(row.kind.as_str())
                    .push_bind(row.text.as_str())
                    .push_bind(row.created_at)
                    .push("0")
                    .push_bind(row.rank)
                    .push_bind(row.due_at);
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Inserts by row values.
    pub async fn insert_audit(conn: &mut Conn, rows: &[AuditRow]) -> Result<(), StoreError> {
        for piece in pieces(rows, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new(
                "INSERT INTO audit_log (id, at, service, actor, action, subject, detail, request_id) ",
            );
            query.push_values(piece, |mut values, row| {
                values
                    .push_bind(row.id)
                    .push_bind(row.at)
                    .push_bind(row.service)
                    .push_bind(row.actor.as_str())
                    .push_bind(row.action)
                    .push_bind(row.subject.as_deref())
                    .push_bind(row.detail.as_str())
                    .push_bind(row.request_id.as_deref());
            });
            query.build().execute(&mut *conn).await?;
            let mut query = QueryBuilder::<Db>::new("INSERT INTO audit_pending (audit_id) ");
            query.push_values(piece, |mut values, row| {
                values.push_bind(row.id);
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Inserts by row values.
    pub async fn insert_audit_people(conn: &mut Conn, line: Uuid, people: &[Uuid]) -> Result<(), StoreError> {
        for piece in pieces(people, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO audit_people (person_id, audit_id) ");
            query.push_values(piece, |mut values, person| {
                values.push_bind(*person).push_bind(line);
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Inserts by row values.
    pub async fn insert_links(conn: &mut Conn, rows: &[LinkRow]) -> Result<(), StoreError> {
        for piece in pieces(rows, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO audit_chain (seq, audit_id, hash) ");
            query.push_values(piece, |mut values, row| {
                values.push_bind(row.seq).push_bind(row.audit_id).push_bind(row.hash.as_slice());
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Inserts by row values.
    pub async fn insert_people(conn: &mut Conn, rows: &[PersonRow]) -> Result<(), StoreError> {
        for piece in pieces(rows, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new(concat!("INSERT INTO people (", person_row!(), ") "));
            query.push_values(piece, |mut values, row| {
                values
                    .push_bind(row.id)
                    .push_bind(row.full_name.as_str())
                    .push_bind(row.name_fold.as_str())
                    .push_bind(row.birth_date)
                    .push_bind(row.birth_year)
                    .push_bind(row.sex)
                    .push_bind(row.phone.as_deref())
                    .push_bind(row.phone_index.as_deref())
                    .push_bind(row.national_id.as_deref())
                    .push_bind(row.national_id_index.as_deref())
                    .push_bind(row.insurance.as_deref())
                    .push_bind(row.insurance_index.as_deref())
                    .push_bind(row.address.as_deref())
                    .push_bind(row.ward_code.as_deref())
                    .push_bind(row.created_at);
            });
            query.build().execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Looks people up by row values. CROSS JOIN holds the planner to one look into an index for each.
    pub async fn people_like(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<Row>, StoreError> {
        let mut found = Vec::new();
        for piece in pieces(&wanted.numbers, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new(concat!(
                "SELECT ",
                person_columns!(),
                " FROM people WHERE national_id_index IN ("
            ));
            let mut list = query.separated(", ");
            for number in piece {
                list.push_bind(number.as_slice());
            }
            query.push(")");
            found.append(&mut query.build().fetch_all(&mut *conn).await?);
        }
        for piece in pieces(&wanted.phones, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new("WITH w (name, phone) AS (");
            query.push_values(piece, |mut values, (name, phone)| {
                values.push_bind(name.as_str()).push_bind(phone.as_slice());
            });
            query.push(concat!(
                ") SELECT ",
                person_columns!(),
                " FROM w CROSS JOIN people WHERE phone_index = w.phone AND name_fold = w.name"
            ));
            found.append(&mut query.build().fetch_all(&mut *conn).await?);
        }
        for piece in pieces(&wanted.births, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new("WITH w (name, year) AS (");
            query.push_values(piece, |mut values, (name, year)| {
                values.push_bind(name.as_str()).push_bind(*year);
            });
            query.push(concat!(
                ") SELECT ",
                person_columns!(),
                " FROM w CROSS JOIN people WHERE name_fold = w.name AND birth_year = w.year"
            ));
            found.append(&mut query.build().fetch_all(&mut *conn).await?);
        }
        Ok(found)
    }
}

#[path = "sql/mod.rs"]
mod sql;
pub use sql::Tx;

/// The pools of one SQLite database.
#[derive(Debug, Clone)]
pub struct Engine {
    readers: SqlitePool,
    writer: SqlitePool,
    turns: Turns,
    keys: Arc<Keys>,
    wake: Wake,
}

impl Engine {
    /// Opens the file, making it where it is missing.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(path: &Path, readers: u32, keys: Arc<Keys>, wake: Wake) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-4000")
            .pragma("temp_store", "MEMORY")
            // REPLACE deletes rows without their triggers otherwise, and the audit log would not be append-only.
            .pragma("recursive_triggers", "ON")
            .statement_cache_capacity(256)
            // Rows come from a thread of the connection; with fifty at a time both threads wait for each other all along.
            .row_buffer_size(2_048);
        let writer = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT))
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(readers)
            .acquire_timeout(Duration::from_secs(30))
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self { readers, writer, turns: Turns::new(1, 1), keys, wake })
    }

    /// The pool that writes: one connection.
    #[must_use]
    pub fn write_pool(&self) -> &SqlitePool {
        &self.writer
    }

    /// The pool that reads.
    #[must_use]
    pub fn read_pool(&self) -> &SqlitePool {
        &self.readers
    }
}
