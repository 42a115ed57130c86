//! Transactions: all or nothing, readers beside writers, writers beside writers, also of another process.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::future::try_join_all;
use shared::person::Person;
use shared::time::minutes;
use shared_store::{Database, SharedStore, StoreError};
use sqlx::{Connection, PgConnection};

use crate::sample::{event, person, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    of_a_transaction_without_a_commit_nothing_is_kept,
    a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed,
    a_reader_cannot_write,
    writers_that_read_first_never_fail_however_many_they_are,
    a_transaction_that_is_abandoned_midway_leaves_no_trace,
    migrations_are_applied_once_also_when_many_start_at_once,
    an_edited_or_unknown_migration_is_refused,
    what_was_written_is_there_when_the_data_are_opened_again,
}

/// How long a test waits for what must not wait at all.
const SOON: Duration = Duration::from_secs(5);

async fn of_a_transaction_without_a_commit_nothing_is_kept(ground: &Ground) -> anyhow::Result<()> {
    let someone = person("Nguyễn Văn Không", &mut random(1))?;
    let mut tx = ground.store.write().await?;
    tx.insert_person(&someone, start()).await?;
    tx.append_event(&event("antam.test.told.v1", start(), &mut random(2))).await?;
    assert!(tx.person(someone.id).await?.is_some(), "a writer sees what it wrote");
    drop(tx);
    let mut tx = ground.store.write().await?;
    assert!(tx.person(someone.id).await?.is_none());
    assert_eq!(tx.backlog().await?.outbox, 0);

    // After a refusal of the database as well.
    tx.insert_person(&someone, start()).await?;
    let twice = tx.insert_person(&someone, start()).await;
    assert!(twice.is_err_and(|error| error.is_unique_violation() && !error.is_transient()));
    drop(tx);
    assert!(ground.store.read().await?.person(someone.id).await?.is_none());
    Ok(())
}

async fn a_reader_does_not_wait_for_a_writer_and_sees_what_was_committed(ground: &Ground) -> anyhow::Result<()> {
    let someone = person("Nguyễn Văn Sau", &mut random(3))?;
    let mut writer = ground.store.write().await?;
    writer.insert_person(&someone, start()).await?;
    let read = async {
        let mut reader = ground.store.read().await?;
        anyhow::Ok(reader.person(someone.id).await?.is_some())
    };
    assert!(!tokio::time::timeout(SOON, read).await??, "nobody sees what is not committed");

    let mut reader = ground.store.read().await?;
    reader.person(someone.id).await?;
    tokio::time::timeout(SOON, writer.commit()).await??;
    drop(reader);
    assert!(ground.store.read().await?.person(someone.id).await?.is_some());
    Ok(())
}

async fn a_reader_cannot_write(ground: &Ground) -> anyhow::Result<()> {
    const STATEMENT: &str = "DELETE FROM people";
    let refused = match &ground.database {
        Database::Sqlite(engine) => {
            let mut tx = engine.begin_read().await?;
            sqlx::query(STATEMENT).execute(tx.conn()).await.map(|_| ())
        }
        Database::Postgres(engine) => {
            let mut tx = engine.begin_read().await?;
            sqlx::query(STATEMENT).execute(tx.conn()).await.map(|_| ())
        }
    };
    let refused = refused.expect_err("a reader wrote").to_string();
    assert!(refused.contains("readonly") || refused.contains("read-only"), "{refused}");
    Ok(())
}

/// Counts up by reading and writing, and tries again where the database says that this may help.
async fn count_up(store: &dyn SharedStore, someone: &Person, times: u32) -> anyhow::Result<u32> {
    let mut transient = 0;
    let mut done = 0;
    while done < times {
        let step = async {
            let mut tx = store.write().await?;
            let mut known = tx.person(someone.id).await?.expect("the person is there").person;
            let n: u32 = known.address.as_deref().unwrap_or("0").parse().unwrap_or(0);
            known.address = Some((n + 1).to_string());
            tx.update_person(&known).await?;
            tx.commit().await
        };
        match step.await {
            Ok(()) => done += 1,
            Err(error) if error.is_transient() => transient += 1,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(transient)
}

/// On SQLite writers stand in line, so that no update is lost either. On PostgreSQL the store leaves that to locks.
async fn writers_that_read_first_never_fail_however_many_they_are(ground: &Ground) -> anyhow::Result<()> {
    let someone = person("Nguyễn Văn Đếm", &mut random(4))?;
    let mut tx = ground.store.write().await?;
    tx.insert_person(&someone, start()).await?;
    tx.commit().await?;
    let neighbour = ground.opened_again().await?;
    let stores: [Arc<dyn SharedStore>; 2] = [Arc::clone(&ground.store), neighbour.shared()];
    let writers = (0..8).map(|i| count_up(stores[i % 2].as_ref(), &someone, 25));
    let transient: u32 = try_join_all(writers).await?.into_iter().sum();
    assert_eq!(transient, 0, "a writer failed that had said from the start that it is one");
    let counted = ground.store.read().await?.person(someone.id).await?.and_then(|stored| stored.person.address);
    let counted: u32 = counted.unwrap_or_default().parse()?;
    assert!(ground.is_postgres() || counted == 200, "{counted}");
    neighbour.close().await;
    Ok(())
}

/// Drops `work` after a time, as a server drops the work for a client that has gone. More exact than a timer.
async fn abandoned_after<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let since = tokio::time::Instant::now();
    while since.elapsed() < time {
        if let Poll::Ready(end) = futures::poll!(work.as_mut()) {
            return Some(end);
        }
        tokio::task::yield_now().await;
    }
    None
}

async fn a_transaction_that_is_abandoned_midway_leaves_no_trace(ground: &Ground) -> anyhow::Result<()> {
    for i in 0..200 {
        let read = async {
            let mut tx = ground.store.read().await?;
            tx.accounts().await?;
            std::future::pending::<Result<(), StoreError>>().await
        };
        let write = async {
            let someone = person("Nguyễn Văn Bỏ Dở", &mut random(1_000 + i)).expect("a name");
            let mut tx = ground.store.write().await?;
            tx.insert_person(&someone, start()).await?;
            std::future::pending::<Result<(), StoreError>>().await
        };
        let time = Duration::from_micros(i * 5);
        let (read, write) = (abandoned_after(time, read).await, abandoned_after(time, write).await);
        anyhow::ensure!(read.is_none() && write.is_none(), "{i}: {read:?} {write:?}");
    }
    let someone = person("Nguyễn Văn Xong", &mut random(99))?;
    let last = async {
        let mut tx = ground.store.write().await?;
        tx.insert_person(&someone, start()).await?;
        tx.commit().await
    };
    tokio::time::timeout(SOON, last).await??;
    let query = shared_store::people::PeopleQuery {
        name_fold: "nguyen".to_owned(),
        limit: 100,
        ..shared_store::people::PeopleQuery::default()
    };
    let found = ground.store.read().await?.search_people(&query).await?;
    assert_eq!(found.iter().map(|stored| stored.person.id).collect::<Vec<_>>(), [someone.id]);
    Ok(())
}

/// The server tells which of its connections wait inside a transaction: none, once nobody works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_begin_that_is_abandoned_leaves_no_connection_of_postgresql_inside_a_transaction() -> anyhow::Result<()> {
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity \
                           WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let ground = Ground::postgres().await?;
    let mut observer = PgConnection::connect(ground.url()).await?;
    for i in 0..150 {
        let time = Duration::from_micros(i * 4);
        abandoned_after(time, ground.store.read()).await;
        abandoned_after(time, ground.store.write()).await;
        let mut looks = 0;
        while sqlx::query_scalar::<_, i64>(WAITING).fetch_one(&mut observer).await? > 0 {
            looks += 1;
            anyhow::ensure!(looks < 500, "abandoned after {time:?}, a transaction stays open");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    Ok(())
}

async fn migrations_are_applied_once_also_when_many_start_at_once(ground: &Ground) -> anyhow::Result<()> {
    assert!(ground.database.migrate(&shared_store::MIGRATIONS, start()).await?.is_empty());
    let fresh = shared_store::migrate::Migrations {
        service: "fresh",
        list: &[shared_store::migrate::Migration {
            name: "0001_fresh",
            sqlite: "CREATE TABLE fresh (id INTEGER); INSERT INTO fresh VALUES (1);",
            postgres: "CREATE TABLE fresh (id BIGINT); INSERT INTO fresh VALUES (1);",
        }],
    };
    let processes = try_join_all((0..3).map(|_| ground.opened_again())).await?;
    let applied = try_join_all(processes.iter().map(|database| database.migrate(&fresh, start()))).await?;
    assert_eq!(applied.concat(), ["0001_fresh"]);
    for database in processes {
        database.close().await;
    }
    Ok(())
}

async fn an_edited_or_unknown_migration_is_refused(ground: &Ground) -> anyhow::Result<()> {
    use shared_store::migrate::{Migration, Migrations};
    const FIRST: Migration = Migration {
        name: "0001_one",
        sqlite: "CREATE TABLE one (id INTEGER);",
        postgres: "CREATE TABLE one (id BIGINT);",
    };
    const BROKEN: Migration = Migration {
        name: "0002_two",
        sqlite: "CREATE TABLE two (id INTEGER); CREATE TABLE one (id INTEGER);",
        postgres: "CREATE TABLE two (id BIGINT); CREATE TABLE one (id BIGINT);",
    };
    const EDITED: Migration = Migration { sqlite: "SELECT 1;", postgres: "SELECT 1;", ..FIRST };
    const MENDED: Migration =
        Migration { sqlite: "CREATE TABLE two (id INTEGER);", postgres: "CREATE TABLE two (id BIGINT);", ..BROKEN };
    let migrate = async |list| ground.database.migrate(&Migrations { service: "one", list }, start()).await;
    assert_eq!(migrate(&[FIRST]).await?, ["0001_one"]);
    assert!(matches!(migrate(&[EDITED]).await, Err(StoreError::MigrationChanged { .. })));
    assert!(matches!(migrate(&[]).await, Err(StoreError::MigrationUnknown { .. })));
    assert!(migrate(&[FIRST, BROKEN]).await.is_err());
    assert_eq!(migrate(&[FIRST, MENDED]).await?, ["0002_two"], "of a migration that failed nothing was kept");
    Ok(())
}

async fn what_was_written_is_there_when_the_data_are_opened_again(ground: &Ground) -> anyhow::Result<()> {
    let someone = person("Nguyễn Văn Còn", &mut random(5))?;
    let mut tx = ground.store.write().await?;
    tx.insert_person(&someone, start().plus(minutes(1))).await?;
    tx.commit().await?;
    ground.database.close().await;
    assert!(ground.store.read().await.is_err(), "a closed database answers nobody");
    let again = ground.opened_again().await?;
    assert!(again.migrate(&shared_store::MIGRATIONS, start()).await?.is_empty());
    let stored = again.shared().read().await?.person(someone.id).await?;
    assert!(stored.is_some_and(|stored| stored.person == someone));
    again.close().await;
    Ok(())
}
