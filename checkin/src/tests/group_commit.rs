//! The group commit under many at once, and when the database refuses a row.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures::future::join_all;
use shared::ids::{PlaceId, VisitId};
use shared_store::Database;
use uuid::Uuid;

use super::support::{Town, on_both};
use crate::app::record::Recorded;
use crate::domain::visitor_key::VisitorCode;
use crate::store::Visit;
use crate::writer::WriteError;

fn visit(town: &Town, id: u128, place: u128, visitor: u128) -> Visit {
    let now = town.now();
    Visit {
        id: VisitId::from_uuid(Uuid::from_u128(id)),
        place_id: PlaceId::from_uuid(Uuid::from_u128(place)),
        visitor: VisitorCode::from_bytes(visitor.to_be_bytes()),
        day: now.local_date(),
        checked_in_at: now,
        checked_out_at: None,
        fingerprint: 1,
    }
}

async fn a_thousand_at_once_are_each_answered_once_and_doubles_are_refused(town: Town) {
    // 600 visits; then the same ids again, and other ids for the same visitors.
    let visits: Vec<Visit> = (0..1_000)
        .map(|n| match n {
            0..600 => visit(&town, n + 1, n % 7 + 1, n),
            600..800 => visit(&town, n - 600 + 1, (n - 600) % 7 + 1, n - 600),
            _ => visit(&town, n + 1, (n - 800) % 7 + 1, n - 800),
        })
        .collect();
    let answers = join_all(visits.iter().map(|visit| town.app.writer.store(visit.clone()))).await;
    let mut stored = HashMap::new();
    for (visit, answer) in visits.iter().zip(&answers) {
        if matches!(answer, Ok(Recorded::Stored)) {
            assert!(stored.insert(visit.key(), visit.clone()).is_none(), "one key was stored twice");
        }
    }
    assert_eq!(stored.len(), 600);
    for (visit, answer) in visits.iter().zip(answers) {
        match answer.unwrap() {
            Recorded::Stored => assert_eq!(stored[&visit.key()], *visit),
            Recorded::Taken(first) => {
                assert_eq!(stored[&first.key()], *first);
                assert!(first.id == visit.id || first.key() == visit.key());
            }
        }
    }
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect::<HashSet<_>>().into_iter().collect();
    let in_database = town.app.store.read().await.unwrap().visits(&ids).await.unwrap();
    assert_eq!(in_database.len(), 600);
}

/// Lets the database refuse every visit to one place.
async fn refuse_place(town: &Town, place: u128) {
    match &town.app.platform.database {
        Database::Sqlite(engine) => {
            let statement = format!(
                "CREATE TRIGGER refuse BEFORE INSERT ON checkin_visits WHEN NEW.place_id = x'{place:032x}' \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(engine.write_pool()).await.unwrap();
        }
        Database::Postgres(engine) => {
            let statement = format!(
                "ALTER TABLE checkin_visits ADD CONSTRAINT refuse CHECK (place_id <> '{}')",
                Uuid::from_u128(place)
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(engine.write_pool()).await.unwrap();
        }
    }
}

async fn a_row_that_the_database_refuses_fails_alone(town: Town) {
    refuse_place(&town, 13).await;
    let visits: Vec<Visit> = (0..120).map(|n| visit(&town, n + 1, if n == 57 { 13 } else { 1 }, n)).collect();
    let answers = join_all(visits.iter().map(|visit| town.app.writer.store(visit.clone()))).await;
    for (visit, answer) in visits.iter().zip(answers) {
        if visit.place_id.uuid().as_u128() == 13 {
            assert!(matches!(answer, Err(WriteError::Store(_))), "{answer:?}");
        } else {
            assert_eq!(answer.unwrap(), Recorded::Stored);
        }
    }
}

async fn what_waits_when_the_process_stops_is_stored_and_later_ones_are_told_to_come_again(town: Town) {
    let visits: Vec<Visit> = (0..300).map(|n| visit(&town, n + 1, 1, n)).collect();
    let waiting = join_all(visits.iter().map(|visit| town.app.writer.store(visit.clone())));
    let stopping = async { town.app.platform.stop.cancel() };
    let (answers, ()) = tokio::join!(waiting, stopping);
    assert!(answers.into_iter().all(|answer| matches!(answer, Ok(Recorded::Stored))));
    let late = async {
        loop {
            match town.app.writer.store(visit(&town, 999, 1, 999)).await {
                Err(WriteError::Busy) => return,
                _ => tokio::time::sleep(Duration::from_millis(300)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), late).await.expect("the queue closes when the process stops");
}

on_both!(thousand, super::a_thousand_at_once_are_each_answered_once_and_doubles_are_refused);
on_both!(bad_row, super::a_row_that_the_database_refuses_fails_alone);
on_both!(stopping, super::what_waits_when_the_process_stops_is_stored_and_later_ones_are_told_to_come_again);
