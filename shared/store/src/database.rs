//! Which database stands behind: chosen by its address, used by everybody through [`SharedStore`] and the services'
//! own ports.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shared::time::Instant;

use crate::error::StoreError;
use crate::keys::Keys;
use crate::migrate::Migrations;
use crate::port::SharedStore;
use crate::wake::Wake;
use crate::{postgres, sqlite};

/// How to open a database.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections at most: the pool of PostgreSQL, the readers of SQLite.
    pub connections: u32,
}

impl DatabaseOptions {
    /// The SQLite file `antam.db` in a data directory.
    #[must_use]
    pub fn embedded(data_dir: &Path) -> Self {
        Self { url: format!("sqlite:{}", data_dir.join("antam.db").display()), connections: 8 }
    }
}

/// An open database.
#[derive(Debug, Clone)]
pub enum Database {
    /// Embedded.
    Sqlite(sqlite::Engine),
    /// A server.
    Postgres(postgres::Engine),
}

impl Database {
    /// Opens the database that the address names.
    ///
    /// # Errors
    /// When the address is neither of SQLite nor of PostgreSQL, or the database cannot be opened.
    pub async fn open(options: &DatabaseOptions, keys: Arc<Keys>, wake: Wake) -> Result<Self, StoreError> {
        let url = options.url.as_str();
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = PathBuf::from(path.trim_start_matches("//"));
            return Ok(Self::Sqlite(sqlite::Engine::open(&path, options.connections, keys, wake).await?));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::Postgres(postgres::Engine::open(url, options.connections, keys, wake).await?));
        }
        let scheme = url.split(':').next().unwrap_or_default();
        Err(StoreError::Address(scheme.to_owned()))
    }

    /// The shared tables.
    #[must_use]
    pub fn shared(&self) -> Arc<dyn SharedStore> {
        match self {
            Self::Sqlite(engine) => Arc::new(engine.clone()),
            Self::Postgres(engine) => Arc::new(engine.clone()),
        }
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        match self {
            Self::Sqlite(engine) => engine.keys(),
            Self::Postgres(engine) => engine.keys(),
        }
    }

    /// Who is told of commits.
    #[must_use]
    pub fn wake(&self) -> Wake {
        match self {
            Self::Sqlite(engine) => engine.wake().clone(),
            Self::Postgres(engine) => engine.wake().clone(),
        }
    }

    /// Brings the tables of a service up to date; gives the names of the migrations that were applied now.
    ///
    /// # Errors
    /// When an applied migration was edited, the database is newer than the program, or a statement fails.
    pub async fn migrate(&self, migrations: &Migrations, now: Instant) -> Result<Vec<&'static str>, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.migrate(migrations, now).await,
            Self::Postgres(engine) => engine.migrate(migrations, now).await,
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(engine) => engine.close().await,
            Self::Postgres(engine) => engine.close().await,
        }
    }
}
