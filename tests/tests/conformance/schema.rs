//! The migrations make the same tables on both engines: the same columns, keys and references, under the same names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use shared_store::Database;
use shared_store::migrate::Migrations;
use sqlx::{AssertSqlSafe, PgPool, Row, SqlitePool};

use crate::sample::start;
use crate::store_ground::Ground;

/// All migrations of the suite.
const ALL: &[&Migrations] =
    &[&shared_store::MIGRATIONS, &checkin::MIGRATIONS, &lab_results::MIGRATIONS, &f0_tracker::MIGRATIONS];

/// One table as both engines can say it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, and whether it may be NULL.
    columns: BTreeMap<String, bool>,
    /// The columns of the primary key, in its order.
    key: Vec<String>,
    /// The columns of each unique key, the primary key included, and whether it is of all rows.
    unique: BTreeSet<(Vec<String>, bool)>,
    /// Column, and the table that it refers to.
    references: BTreeSet<(String, String)>,
}

type Schema = BTreeMap<String, Table>;
/// The types of the columns, `table.column` to type.
type Types = BTreeMap<String, String>;

async fn of_sqlite(pool: &SqlitePool) -> anyhow::Result<(Schema, Types)> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            .fetch_all(pool)
            .await?;
    let (mut schema, mut types) = (Schema::new(), Types::new());
    for name in names {
        let mut table = Table::default();
        let mut key: Vec<(i64, String)> = Vec::new();
        for row in pragma(pool, "table_info", &name).await? {
            let column: String = row.try_get("name")?;
            let in_key: i64 = row.try_get("pk")?;
            if in_key > 0 {
                key.push((in_key, column.clone()));
            }
            types.insert(format!("{name}.{column}"), row.try_get("type")?);
            table.columns.insert(column, row.try_get::<i64, _>("notnull")? == 0);
        }
        key.sort_unstable();
        table.key = key.into_iter().map(|(_, column)| column).collect();
        if !table.key.is_empty() {
            table.unique.insert((table.key.clone(), true));
        }
        for index in pragma(pool, "index_list", &name).await? {
            if index.try_get::<i64, _>("unique")? == 1 {
                let columns = pragma(pool, "index_info", &index.try_get::<String, _>("name")?).await?;
                let columns = columns.iter().map(|row| row.try_get::<Option<String>, _>("name"));
                let columns = columns.map(|name| name.map(Option::unwrap_or_default)).collect::<Result<_, _>>()?;
                table.unique.insert((columns, index.try_get::<i64, _>("partial")? == 0));
            }
        }
        for reference in pragma(pool, "foreign_key_list", &name).await? {
            table.references.insert((reference.try_get("from")?, reference.try_get("table")?));
        }
        schema.insert(name, table);
    }
    Ok((schema, types))
}

async fn pragma(pool: &SqlitePool, pragma: &str, of: &str) -> sqlx::Result<Vec<sqlx::sqlite::SqliteRow>> {
    sqlx::query(AssertSqlSafe(format!(r#"PRAGMA {pragma}("{of}")"#))).fetch_all(pool).await
}

async fn of_postgres(pool: &PgPool) -> anyhow::Result<(Schema, Types)> {
    let (mut schema, mut types) = (Schema::new(), Types::new());
    // Partitions are a matter of PostgreSQL alone; the table that they are parts of is compared.
    let columns = sqlx::query(
        "SELECT c.relname::text, a.attname::text, a.attnotnull, format_type(a.atttypid, a.atttypmod) AS kind \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition",
    );
    for row in columns.fetch_all(pool).await? {
        let (table, column): (String, String) = (row.try_get("relname")?, row.try_get("attname")?);
        types.insert(format!("{table}.{column}"), row.try_get("kind")?);
        schema.entry(table).or_default().columns.insert(column, !row.try_get::<bool, _>("attnotnull")?);
    }
    let keys = sqlx::query(
        "SELECT c.relname::text, i.indisprimary, i.indpred IS NULL AS whole, \
         ARRAY(SELECT COALESCE(a.attname::text, '') \
         FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k (n, o) LEFT JOIN pg_attribute a \
         ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.o) AS columns \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         WHERE i.indisunique AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition",
    );
    for row in keys.fetch_all(pool).await? {
        let columns: Vec<String> = row.try_get("columns")?;
        let table = schema.entry(row.try_get("relname")?).or_default();
        if row.try_get("indisprimary")? {
            table.key.clone_from(&columns);
        }
        table.unique.insert((columns, row.try_get("whole")?));
    }
    let references = sqlx::query(
        "SELECT c.relname::text, a.attname::text, f.relname::text AS target \
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey) \
         WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition",
    );
    for row in references.fetch_all(pool).await? {
        let table = schema.entry(row.try_get("relname")?).or_default();
        table.references.insert((row.try_get("attname")?, row.try_get("target")?));
    }
    Ok((schema, types))
}

/// Whether a type of SQLite's STRICT tables keeps what the type of PostgreSQL keeps (see the crate `shared-store`).
fn corresponds(sqlite: &str, postgres: &str) -> bool {
    match sqlite {
        "BLOB" => matches!(postgres, "uuid" | "bytea" | "uuid[]"),
        "TEXT" => matches!(postgres, "text" | "timestamp with time zone" | "date" | "jsonb"),
        "INTEGER" => matches!(postgres, "bigint" | "boolean"),
        "REAL" => postgres == "double precision",
        _ => false,
    }
}

async fn migrated(ground: &Ground) -> anyhow::Result<(Schema, Types)> {
    for migrations in ALL {
        ground.database.migrate(migrations, start()).await.context(migrations.service)?;
    }
    match &ground.database {
        Database::Sqlite(engine) => of_sqlite(engine.read_pool()).await,
        Database::Postgres(engine) => of_postgres(engine.read_pool()).await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_have_the_same_tables_columns_keys_and_references() -> anyhow::Result<()> {
    let (sqlite, sqlite_types) = migrated(&Ground::sqlite().await?).await?;
    let (postgres, postgres_types) = migrated(&Ground::postgres().await?).await?;
    ensure!(sqlite.len() > 10, "the tables were not found");
    let names = |schema: &Schema| schema.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, table) in &sqlite {
        let (sqlite, postgres) = (table, &postgres[name]);
        ensure!(sqlite == postgres, "{name} differs:\nSQLite {sqlite:#?}\nPostgreSQL {postgres:#?}");
    }
    for (column, sqlite) in &sqlite_types {
        let postgres = &postgres_types[column];
        ensure!(corresponds(sqlite, postgres), "{column} is {sqlite} on SQLite and {postgres} on PostgreSQL");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_of_sqlite_is_strict() -> anyhow::Result<()> {
    let ground = Ground::sqlite().await?;
    migrated(&ground).await?;
    let Database::Sqlite(engine) = &ground.database else { bail!("not SQLite") };
    let lax: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 \
         AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'",
    )
    .fetch_all(engine.read_pool())
    .await?;
    ensure!(lax.is_empty(), "{lax:?}");
    Ok(())
}

#[test]
fn every_migration_exists_for_both_engines_in_the_order_of_its_number() {
    for migrations in ALL {
        let names: Vec<&str> = migrations.list.iter().map(|migration| migration.name).collect();
        for (number, name) in (1..).zip(&names) {
            assert!(name.starts_with(&format!("{number:04}_")), "{}: {names:?}", migrations.service);
        }
        assert!(migrations.list.iter().all(|m| !m.sqlite.trim().is_empty() && !m.postgres.trim().is_empty()));
    }
}
