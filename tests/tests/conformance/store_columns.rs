//! Instants and days as columns: they read back as written, and the database sorts and compares them by time.

use shared::random::Random;
use shared::time::{Date, Instant};
use shared_store::Database;
use shared_store::columns::{At, Day};
use sqlx::Row;

use crate::sample::random;
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    instants_read_back_and_sort_by_time,
    days_read_back_and_sort_by_time,
    absent_instants_and_days_stay_absent,
}

/// Writes values into a column, and reads them in the order of the database, and how many of them are before `limit`.
macro_rules! sorted_by_the_database {
    ($ground:expr, $column:ident, $postgres:literal, $values:expr, $limit:expr) => {{
        macro_rules! on {
            ($engine:expr, $kind:literal) => {{
                let pool = $engine.write_pool();
                sqlx::query(concat!("CREATE TABLE samples (value ", $kind, ")")).execute(pool).await?;
                for value in $values {
                    sqlx::query("INSERT INTO samples (value) VALUES ($1)").bind($column(*value)).execute(pool).await?;
                }
                let rows = sqlx::query("SELECT value FROM samples ORDER BY value").fetch_all(pool).await?;
                let values = rows.iter().map(|row| Ok(row.try_get::<$column, _>("value")?.0));
                let values = values.collect::<Result<Vec<_>, sqlx::Error>>()?;
                let before: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM samples WHERE value < $1")
                    .bind($column($limit))
                    .fetch_one(pool)
                    .await?;
                (values, usize::try_from(before)?)
            }};
        }
        match &$ground.database {
            Database::Sqlite(engine) => on!(engine, "TEXT"),
            Database::Postgres(engine) => on!(engine, $postgres),
        }
    }};
}

async fn instants_read_back_and_sort_by_time(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(1);
    let edges = [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "1999-12-31T23:59:59.999999Z",
        "2000-01-01T00:00:00Z",
        "2022-03-10T01:00:00Z",
        "2022-03-10T01:00:00.000001Z",
        "2022-03-10T01:00:00.1Z",
        "2022-03-10T08:00:00.09+07:00",
        "9999-12-30T21:59:59.999999Z",
    ];
    let mut written = edges.iter().map(|text| text.parse()).collect::<Result<Vec<Instant>, _>>()?;
    let span = 253_402_207_200_000_000_u64;
    for _ in 0..200 {
        let micros = i64::try_from(shared::random::below(&mut random as &mut dyn Random, span))?;
        written.extend(Instant::from_micros(micros));
    }
    let limit = "2022-03-10T01:00:00.05Z".parse::<Instant>()?;
    let (read, before) = sorted_by_the_database!(ground, At, "TIMESTAMPTZ", &written, limit);
    written.sort_unstable();
    assert_eq!(read, written);
    assert_eq!(before, written.iter().filter(|at| **at < limit).count());
    Ok(())
}

async fn days_read_back_and_sort_by_time(ground: &Ground) -> anyhow::Result<()> {
    let mut random = random(2);
    let edges = ["0001-01-01", "1899-12-31", "1999-12-31", "2000-01-01", "2000-02-29", "2022-03-10", "9999-12-31"];
    let mut written = edges.iter().map(|text| text.parse()).collect::<Result<Vec<Date>, _>>()?;
    for _ in 0..200 {
        let day = i64::try_from(shared::random::below(&mut random as &mut dyn Random, 200 * 365))?;
        written.push(Date::constant(1880, 1, 1).checked_add(jiff::Span::new().days(day))?);
    }
    let limit = "2000-02-29".parse::<Date>()?;
    let (read, before) = sorted_by_the_database!(ground, Day, "DATE", &written, limit);
    written.sort_unstable();
    assert_eq!(read, written);
    assert_eq!(before, written.iter().filter(|day| **day < limit).count());
    Ok(())
}

async fn absent_instants_and_days_stay_absent(ground: &Ground) -> anyhow::Result<()> {
    macro_rules! on {
        ($engine:expr, $kinds:literal) => {{
            let pool = $engine.write_pool();
            sqlx::query(concat!("CREATE TABLE samples ", $kinds)).execute(pool).await?;
            sqlx::query("INSERT INTO samples (moment, day) VALUES ($1, $2)")
                .bind(None::<At>)
                .bind(None::<Day>)
                .execute(pool)
                .await?;
            let row = sqlx::query("SELECT moment, day FROM samples WHERE moment IS NULL AND day IS NULL");
            let row = row.fetch_one(pool).await?;
            (row.try_get::<Option<At>, _>("moment")?, row.try_get::<Option<Day>, _>("day")?)
        }};
    }
    let read = match &ground.database {
        Database::Sqlite(engine) => on!(engine, "(moment TEXT, day TEXT)"),
        Database::Postgres(engine) => on!(engine, "(moment TIMESTAMPTZ, day DATE)"),
    };
    assert_eq!(read, (None, None));
    Ok(())
}
