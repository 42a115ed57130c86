//! The indexes of the visits, put aside while millions of rows are stored and made again after it: all that are not the table
//! itself.

use anyhow::ensure;
use shared_web::config::Config;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

const TABLE: &str = "checkin_visits";

/// A connection that both stores have.
enum Wire {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Indexes that were put aside.
pub struct Aside {
    wire: Wire,
    /// The statements that make them.
    makers: Vec<String>,
}

impl Aside {
    /// Puts them aside in the database of a configuration.
    ///
    /// # Errors
    /// When the database fails, or has no such index.
    pub async fn put(config: &Config) -> anyhow::Result<Self> {
        let (mut wire, found) = match &config.database_url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await?;
                let of = "SELECT 'ALTER TABLE ' || $1 || ' DROP CONSTRAINT ' || conname, \
                          'ALTER TABLE ' || $1 || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) \
                          FROM pg_constraint WHERE conrelid = $1::regclass AND contype IN ('p', 'u') \
                          UNION ALL SELECT 'DROP INDEX ' || indexname, indexdef FROM pg_indexes WHERE tablename = $1 \
                          AND indexname NOT IN (SELECT conname FROM pg_constraint)";
                let found: Vec<(String, String)> = sqlx::query_as(of).bind(TABLE).fetch_all(&mut connection).await?;
                (Wire::Postgres(connection), found)
            }
            None => {
                let file = SqliteConnectOptions::new().filename(config.data_dir.join("antam.db"));
                let mut connection = SqliteConnection::connect_with(&file).await?;
                let of = "SELECT 'DROP INDEX ' || name, sql FROM sqlite_master \
                          WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL";
                let found: Vec<(String, String)> = sqlx::query_as(of).bind(TABLE).fetch_all(&mut connection).await?;
                (Wire::Sqlite(connection), found)
            }
        };
        ensure!(!found.is_empty(), "{TABLE} has no index");
        let (breakers, makers): (Vec<String>, Vec<String>) = found.into_iter().unzip();
        for breaker in breakers {
            wire.execute(breaker).await?;
        }
        Ok(Self { wire, makers })
    }

    /// Makes them again. PostgreSQL then looks at what is in the table, which it does by itself after so many rows; SQLite never
    /// does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn back(mut self) -> anyhow::Result<()> {
        for maker in self.makers {
            self.wire.execute(maker).await?;
        }
        match self.wire {
            Wire::Postgres(_) => self.wire.execute(format!("VACUUM (ANALYZE) {TABLE}")).await,
            Wire::Sqlite(_) => Ok(()),
        }
    }
}

impl Wire {
    /// Runs a statement made of what the database itself says of its indexes.
    async fn execute(&mut self, statement: String) -> anyhow::Result<()> {
        let query = sqlx::raw_sql(AssertSqlSafe(statement));
        match self {
            Self::Postgres(connection) => query.execute(connection).await.map(|_| ())?,
            Self::Sqlite(connection) => query.execute(connection).await.map(|_| ())?,
        }
        Ok(())
    }
}
