//! Applies migrations under a lock.

use std::collections::HashMap;

use shared::time::Instant;
use sqlx::{AssertSqlSafe, Executor, Row};

use super::super::{Db, dialect};
use crate::columns::At;
use crate::error::StoreError;
use crate::migrate::{Migrations, checksum};

/// The number that migrating processes take so that one works and the others wait.
const LOCK: i64 = 0x616e_7461_6d00_0001;

pub(super) async fn run(
    pool: &sqlx::Pool<Db>,
    migrations: &Migrations,
    now: Instant,
) -> Result<Vec<&'static str>, StoreError> {
    let mut tx = dialect::begin(pool, dialect::BEGIN_WRITE).await?;
    dialect::lock(&mut tx, LOCK).await?;
    (*tx)
        .execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (service TEXT NOT NULL, name TEXT NOT NULL, \
             checksum TEXT NOT NULL, applied_at TEXT NOT NULL, PRIMARY KEY (service, name))",
        )
        .await?;
    let rows = sqlx::query("SELECT name, checksum FROM schema_migrations WHERE service = $1")
        .bind(migrations.service)
        .fetch_all(&mut *tx)
        .await?;
    let mut applied = HashMap::new();
    for row in rows {
        applied.insert(row.try_get::<String, _>("name")?, row.try_get::<String, _>("checksum")?);
    }
    let mut fresh = Vec::new();
    for migration in migrations.list {
        let text = if dialect::IS_POSTGRES { migration.postgres } else { migration.sqlite };
        let sum = checksum(text);
        match applied.remove(migration.name) {
            Some(known) if known == sum => {}
            Some(_) => {
                return Err(StoreError::MigrationChanged {
                    service: migrations.service.to_owned(),
                    name: migration.name.to_owned(),
                });
            }
            None => {
                sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *tx).await?;
                sqlx::query(
                    "INSERT INTO schema_migrations (service, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
                )
                .bind(migrations.service)
                .bind(migration.name)
                .bind(sum)
                .bind(At(now).0.to_fixed_text())
                .execute(&mut *tx)
                .await?;
                fresh.push(migration.name);
            }
        }
    }
    if let Some(name) = applied.into_keys().next() {
        return Err(StoreError::MigrationUnknown { service: migrations.service.to_owned(), name });
    }
    tx.commit().await?;
    Ok(fresh)
}
