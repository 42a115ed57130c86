//! A fresh store of either engine for one test.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use shared_store::keys::Keys;
use shared_store::runtime::system_random;
use shared_store::wake::Wake;
use shared_store::{Database, DatabaseOptions, SharedStore};
use shared_testkit::servers::TestPostgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::sample;

/// A store with the shared tables and nothing in them.
pub struct Ground {
    /// The database.
    pub database: Database,
    /// Its shared tables.
    pub store: Arc<dyn SharedStore>,
    /// Its keys.
    pub keys: Arc<Keys>,
    /// Who is told of commits.
    pub wake: Wake,
    options: DatabaseOptions,
    directory: TempDir,
    _server: Option<TestPostgres>,
}

impl Ground {
    /// On SQLite, in a directory of its own.
    pub async fn sqlite() -> anyhow::Result<Self> {
        let directory = tempfile::tempdir()?;
        let options = DatabaseOptions::embedded(directory.path());
        Self::new(options, directory, None).await
    }

    /// On PostgreSQL, in a database of its own.
    pub async fn postgres() -> anyhow::Result<Self> {
        let server = TestPostgres::database().await;
        let options = DatabaseOptions { url: server.url(), connections: 10 };
        Self::new(options, tempfile::tempdir()?, Some(server)).await
    }

    async fn new(options: DatabaseOptions, directory: TempDir, server: Option<TestPostgres>) -> anyhow::Result<Self> {
        let keys = Keys::open(&directory.path().join("keys"), &mut system_random())?;
        let wake = Wake::default();
        let database = Database::open(&options, Arc::clone(&keys), wake.clone()).await?;
        database.migrate(&shared_store::MIGRATIONS, sample::start()).await?;
        Ok(Self { store: database.shared(), database, keys, wake, options, directory, _server: server })
    }

    /// Opens the same data once more, as another process would.
    pub async fn opened_again(&self) -> anyhow::Result<Database> {
        Ok(Database::open(&self.options, Arc::clone(&self.keys), Wake::default()).await?)
    }

    /// Whether it stands on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// The address of the database.
    pub fn url(&self) -> &str {
        &self.options.url
    }

    /// The file of SQLite.
    fn file(&self) -> PathBuf {
        self.directory.path().join("antam.db")
    }

    /// Runs statements past the store, as somebody with access to the database could.
    pub async fn tamper(&self, statements: &str) -> sqlx::Result<()> {
        let statements = sqlx::raw_sql(AssertSqlSafe(statements));
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.options.url).await?;
            statements.execute(&mut connection).await?;
            connection.close().await
        } else {
            let mut connection = SqliteConnection::connect(&self.options.url).await?;
            statements.execute(&mut connection).await?;
            connection.close().await
        }
    }

    /// Everything that the database has written to its disk, in the form in which a thief would have it: the files of
    /// SQLite, the rows of PostgreSQL as text (where binary columns are hexadecimal).
    pub async fn stolen(&self) -> anyhow::Result<Vec<u8>> {
        let Database::Postgres(engine) = &self.database else {
            let mut all = std::fs::read(self.file())?;
            all.extend(std::fs::read(self.file().with_extension("db-wal")).context("the log of SQLite")?);
            return Ok(all);
        };
        let tables: Vec<String> = sqlx::query_scalar("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(engine.read_pool())
            .await?;
        let mut all = Vec::new();
        for table in tables {
            let query = format!(r#"SELECT t::text FROM "{table}" t"#);
            let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(engine.read_pool()).await?;
            all.extend(rows.into_iter().flat_map(String::into_bytes));
        }
        Ok(all)
    }
}

/// Runs each of these functions, which take a `&Ground`, on both engines.
macro_rules! on_both_stores {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() -> anyhow::Result<()> {
                super::$name(&$crate::store_ground::Ground::sqlite().await?).await
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() -> anyhow::Result<()> {
                super::$name(&$crate::store_ground::Ground::postgres().await?).await
            })+
        }
    };
}
pub(crate) use on_both_stores;
