//! The three services as processes of their own on one PostgreSQL and one Redis.

use anyhow::{Context, ensure};
use shared_testkit::servers::{TestPostgres, TestRedis};
use tempfile::TempDir;

use crate::process::{Process, binary};

/// The running services; they end, and what they wrote goes, with this value.
pub struct Apart {
    /// Check-in.
    pub checkin: Process,
    /// Laboratory results.
    pub lab: Process,
    /// F0 care.
    pub f0: Process,
    /// The address of their database.
    pub database: String,
    _directory: TempDir,
    _redis: TestRedis,
    _postgres: TestPostgres,
}

impl Apart {
    /// Starts them with the demo accounts and nobody in it.
    ///
    /// # Errors
    /// When one of them does not start.
    pub async fn start() -> anyhow::Result<Self> {
        let postgres = TestPostgres::database().await;
        let redis = TestRedis::namespace().await;
        let directory = tempfile::tempdir()?;
        let keys = directory.path().join("keys");
        let (keys, data) = (keys.to_str().context("a path")?, directory.path().to_str().context("a path")?);
        let database = postgres.url();
        let arguments = [
            "--database-url",
            database.as_str(),
            "--redis-url",
            redis.url(),
            "--keys-dir",
            keys,
            "--data-dir",
            data,
            "--demo",
        ];
        let environment = [("ANTAM_REDIS_PREFIX", redis.prefix())];
        let filled = std::process::Command::new(binary("antam")?)
            .args(["demo", "--people", "0"])
            .args(arguments)
            .envs(environment)
            .output()?;
        ensure!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
        let start = |program: &str| Process::start_with(program, &arguments, &environment);
        let (checkin, lab, f0) = (start("checkin")?, start("lab-results")?, start("f0-tracker")?);
        Ok(Self { checkin, lab, f0, database, _directory: directory, _redis: redis, _postgres: postgres })
    }
}
