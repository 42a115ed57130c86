//! Real servers for tests: a PostgreSQL database and a Redis key space of one's own.
//!
//! The servers are started by `./dev test` or `./dev servers`, which say where they are in `ANTAM_TEST_DATABASE_URL`
//! and `ANTAM_TEST_REDIS_URL`. A test never shares what it writes with another test, so all of them can run at once.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// The environment variable with the address of the PostgreSQL server, with a role that may create databases.
pub const DATABASE_URL: &str = "ANTAM_TEST_DATABASE_URL";

/// The environment variable with the address of the Redis server.
pub const REDIS_URL: &str = "ANTAM_TEST_REDIS_URL";

/// A PostgreSQL database for one test, empty at first and dropped with this value.
#[derive(Debug)]
pub struct TestPostgres {
    server: PgConnectOptions,
    name: String,
}

impl TestPostgres {
    /// Creates an empty database, in UTF-8.
    ///
    /// # Panics
    /// When [`DATABASE_URL`] is not set, or the server there does not answer: the test was started without its servers.
    pub async fn database() -> Self {
        let url = required(DATABASE_URL);
        match Self::create(&url).await {
            Ok(database) => database,
            Err(error) => panic!("no database for this test at {DATABASE_URL}: {error:#}"),
        }
    }

    async fn create(url: &str) -> anyhow::Result<Self> {
        let server: PgConnectOptions = url.parse().context("not a PostgreSQL address")?;
        let database = Self { server, name: unique("antam_test").replace(':', "_") };
        let name = &database.name;
        // A process that was killed leaves its database, and its number may come again.
        let drop_old = format!(r#"DROP DATABASE IF EXISTS "{name}" WITH (FORCE)"#);
        // template0, because nobody is ever connected to it: several tests may copy it at once.
        let create = format!(r#"CREATE DATABASE "{name}" TEMPLATE template0 ENCODING 'UTF8'"#);
        execute(&database.server, &[drop_old, create]).await?;
        Ok(database)
    }

    /// The address of the database, as `--database-url` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.clone().database(&self.name).to_url_lossy().to_string()
    }
}

impl Drop for TestPostgres {
    /// Drops the database, together with the connections that are still open to it. A failure is left to the next
    /// start of the servers, which begins with an empty cluster.
    fn drop(&mut self) {
        let server = self.server.clone();
        let statement = format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, self.name);
        off_the_runtime(async move {
            let _ = execute(&server, &[statement]).await;
        });
    }
}

async fn execute(server: &PgConnectOptions, statements: &[String]) -> anyhow::Result<()> {
    let mut connection = server.clone().disable_statement_logging().connect().await?;
    for statement in statements {
        // The only part that is not constant is the name, which `unique` makes of letters and digits.
        sqlx::raw_sql(AssertSqlSafe(statement.as_str())).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// A part of a Redis server for one test: every key begins with [`prefix`](Self::prefix). The keys are deleted with
/// this value.
#[derive(Debug)]
pub struct TestRedis {
    url: String,
    prefix: String,
}

impl TestRedis {
    /// Chooses a prefix that no other test uses, and makes sure that no key has it.
    ///
    /// # Panics
    /// When [`REDIS_URL`] is not set, or the server there does not answer: the test was started without its servers.
    pub async fn namespace() -> Self {
        let namespace = Self { url: required(REDIS_URL), prefix: format!("{}:", unique("antam_test")) };
        if let Err(error) = delete_keys(&namespace.url, &namespace.prefix).await {
            panic!("no Redis for this test at {REDIS_URL}: {error:#}");
        }
        namespace
    }

    /// The address of the server, as `--redis-url` takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What every key of the test begins with; ends in a colon.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        let (url, prefix) = (self.url.clone(), self.prefix.clone());
        off_the_runtime(async move {
            let _ = delete_keys(&url, &prefix).await;
        });
    }
}

async fn delete_keys(url: &str, prefix: &str) -> anyhow::Result<()> {
    let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    let mut cursor = 0_u64;
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(format!("{prefix}*")).arg("COUNT").arg(1_000);
        let (next, keys): (u64, Vec<String>) = scan.query_async(&mut connection).await?;
        if !keys.is_empty() {
            let _: u64 = redis::cmd("DEL").arg(keys).query_async(&mut connection).await?;
        }
        if next == 0 {
            return Ok(());
        }
        cursor = next;
    }
}

/// A name that no other living test uses: the process and a number within it.
fn unique(base: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{base}:{}:{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs `work` to its end on a thread of its own: `drop` cannot wait for a future on the runtime of the test.
fn off_the_runtime(work: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(work);
        }
    });
    let _ = thread.join();
}

fn required(variable: &str) -> String {
    match std::env::var(variable) {
        Ok(value) if !value.is_empty() => value,
        _ => panic!(
            "{variable} is not set: run `./dev test`, or run `./dev servers` in another terminal \
             and export what it prints"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn tables(url: &str) -> i64 {
        let mut connection = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn two_databases_do_not_see_each_other() {
        let (one, other) = (TestPostgres::database().await, TestPostgres::database().await);
        let server: PgConnectOptions = one.url().parse().unwrap();
        execute(&server, &["CREATE TABLE seen (id BIGINT)".to_owned()]).await.unwrap();
        assert_eq!(tables(&one.url()).await, 1);
        assert_eq!(tables(&other.url()).await, 0);
    }

    #[tokio::test]
    async fn a_database_is_dropped_although_somebody_is_connected() {
        let database = TestPostgres::database().await;
        let url = database.url();
        let mut open = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
        drop(database);
        assert!(sqlx::raw_sql("SELECT 1").execute(&mut open).await.is_err());
        let error = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "3D000", "{error}");
    }

    #[tokio::test]
    async fn keys_are_deleted_with_their_namespace_and_no_others() {
        let (gone, kept) = (TestRedis::namespace().await, TestRedis::namespace().await);
        let client = redis::Client::open(gone.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let (gone_key, kept_key) = (format!("{}key", gone.prefix()), format!("{}key", kept.prefix()));
        for key in [&gone_key, &kept_key] {
            let () = redis::cmd("SET").arg(key).arg("value").query_async(&mut connection).await.unwrap();
        }
        drop(gone);
        for (key, expected) in [(&gone_key, 0), (&kept_key, 1)] {
            let found: u64 = redis::cmd("EXISTS").arg(key).query_async(&mut connection).await.unwrap();
            assert_eq!(found, expected, "{key}");
        }
    }

    #[test]
    #[should_panic(expected = "./dev servers")]
    fn a_missing_variable_says_what_to_do() {
        let _ = required("ANTAM_TEST_THAT_NOBODY_SETS");
    }
}
