//! What can go wrong at the store.

/// A failure of the store. Absent rows are `Option`s and conflicts are typed results, so all of these are internal errors.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A stored value is not what its column promises.
    #[error("a stored value of {table}.{column} cannot be read")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A sealed value does not open: another key, or somebody changed it.
    #[error("a sealed value of {0} does not open")]
    Sealed(&'static str),
    /// The key store cannot be read or written.
    #[error("the key store failed")]
    Keys(#[source] std::io::Error),
    /// The key of a day is gone: its retention has ended.
    #[error("the key of {0} was destroyed when its retention ended")]
    KeyDestroyed(shared::time::Date),
    /// A migration that was applied before has another text now.
    #[error("migration {service}/{name} was applied with another text; an applied migration is never edited")]
    MigrationChanged {
        /// Whose migration.
        service: String,
        /// Its name.
        name: String,
    },
    /// The database knows a migration that this program does not: it is older than the database.
    #[error("the database has migration {service}/{name}, which this program does not know; use a newer program")]
    MigrationUnknown {
        /// Whose migration.
        service: String,
        /// Its name.
        name: String,
    },
    /// JSON that the program itself wrote does not read back.
    #[error("stored JSON cannot be read")]
    Json(#[from] serde_json::Error),
    /// The address of the database cannot be used.
    #[error("the database address must begin with sqlite: or postgres:, got {0}")]
    Address(String),
}

impl StoreError {
    /// Whether trying again may help: a deadlock, a serialization failure or a full pool (SQLSTATE 40001, 40P01).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => true,
            Self::Database(sqlx::Error::Database(e)) => {
                matches!(e.code().as_deref(), Some("40001" | "40P01" | "5" | "517"))
            }
            _ => false,
        }
    }

    /// Whether the database undid the whole transaction because of another one, so that it can be begun again from its
    /// first statement: a deadlock (SQLSTATE 40P01) or a serialization failure (40001).
    #[must_use]
    pub fn is_write_conflict(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("40001" | "40P01")))
    }

    /// Whether the database refused because of this unique constraint or index (PostgreSQL names it; SQLite names its
    /// columns).
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}

/// Makes an [`StoreError::Inconsistent`] for a column.
pub fn inconsistent(table: &'static str, column: &'static str) -> StoreError {
    StoreError::Inconsistent { table, column }
}
