//! When the time of a day is over, nobody can tell who visited on it.

use axum::http::StatusCode;
use serde_json::json;
use shared::ids::PersonId;
use shared::place::PlaceKind;
use shared::time::days;
use shared_store::StoreError;

use super::support::{Town, on_both};
use crate::app::{people, retention};
use crate::seed::insert_visits;
use crate::store::Visit;

async fn behind(town: &Town, visits: &[Visit]) -> Vec<Option<PersonId>> {
    let mut tx = town.app.store.read().await.unwrap();
    people::behind(&town.app, tx.as_mut(), visits.iter().map(|visit| (visit.day, visit.visitor))).await.unwrap()
}

async fn the_rows_of_old_days_are_gone_and_their_codes_can_be_read_by_nobody(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let (_, old) = town.visit(&place, person).await;
    let old_day = town.now().local_date();
    let id = old["id"].as_str().unwrap().parse().unwrap();
    let backup = town.app.store.read().await.unwrap().visits(&[id]).await.unwrap();
    assert_eq!(behind(&town, &backup).await, [Some(person)]);

    town.clock.advance(days(21));
    assert_eq!(retention::purge(&town.app, true).await.unwrap(), retention::Purged::default(), "day 21 is kept");
    let (_, kept) = town.visit(&place, person).await;
    town.clock.advance(days(1));
    let purged = retention::purge(&town.app, false).await.unwrap();
    assert_eq!((purged.days.as_slice(), purged.visits), ([old_day].as_slice(), 1));

    let kept_id = kept["id"].as_str().unwrap().parse().unwrap();
    let left = town.app.store.read().await.unwrap().visits(&[id, kept_id]).await.unwrap();
    assert_eq!(left.iter().map(|visit| visit.id).collect::<Vec<_>>(), [kept_id]);
    assert_eq!(behind(&town, &backup).await, [None], "a backup tells nothing");
    let key = town.app.platform.keys().day(old_day, &mut town.app.platform.random());
    assert!(matches!(key, Err(StoreError::KeyDestroyed(day)) if day == old_day));
    let mut tx = town.app.store.write().await.unwrap();
    let lines = tx.audit_lines(None, Some("system"), 10).await.unwrap();
    let line = lines.iter().find(|line| line.action == "visits.purge").unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&line.detail).unwrap(),
        json!({"days": [old_day.to_string()], "visits": 1})
    );
    drop(tx);
    assert_eq!(retention::purge(&town.app, false).await.unwrap(), retention::Purged::default());
}

async fn a_start_deletes_the_rows_that_a_stopped_purge_left(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    town.visit(&place, person).await;
    town.clock.advance(days(30));
    let first_kept = people::first_kept(&town.app, town.now());
    assert_eq!(town.app.platform.keys().destroy_days_before(first_kept).unwrap().len(), 1);
    assert_eq!(retention::purge(&town.app, false).await.unwrap().visits, 0);
    assert_eq!(retention::purge(&town.app, true).await.unwrap().visits, 1);
}

async fn a_visit_of_a_day_that_is_kept_no_more_is_refused(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let at = town.now().minus(days(20));
    town.app.platform.keys().day(at.local_date(), &mut town.app.platform.random()).unwrap();
    town.app.platform.keys().destroy_days_before(town.now().local_date()).unwrap();
    let body = json!({"venue_code": place.code, "at": at.to_string(), "visitor": {"device_token": town.token(person)}});
    let (status, problem) = town.post("/api/v1/checkin/visits", body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["code"], "too_old");
    let row = (shared::ids::VisitId::new(at, &mut town.app.platform.random()), place.id, person, at, None);
    assert_eq!(insert_visits(&town.app, [row]).await.unwrap(), 0);
}

on_both!(purge, super::the_rows_of_old_days_are_gone_and_their_codes_can_be_read_by_nobody);
on_both!(stopped, super::a_start_deletes_the_rows_that_a_stopped_purge_left);
on_both!(refused, super::a_visit_of_a_day_that_is_kept_no_more_is_refused);
