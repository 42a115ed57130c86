//! Every look at personal data is on record, and the record is chained.

use std::time::Duration;

use axum::http::StatusCode;
use shared::access::Role;
use shared_store::audit::verify;

use crate::world::{WARD, World};

#[tokio::test]
async fn a_search_and_a_read_are_on_record_with_who_saw_whom() {
    let world = World::new().await;
    let person = world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await;
    let nurse = world.bearer(Role::Nurse, WARD).await;
    let id = person.id.to_string();
    world.get("/api/v1/people?q=hoa").by(&nurse).header("x-request-id", "r-1").send().await;
    let line = world.audited("people.search").await.unwrap();
    assert!(line.actor.starts_with("account:") && line.detail.contains(&id));
    assert_eq!(line.request_id.as_deref(), Some("r-1"));
    assert!(!line.detail.contains("hoa") && !line.detail.contains("Hoa"), "no data, only ids");
    world.get(&format!("/api/v1/people/{id}")).by(&nurse).send().await;
    assert_eq!(world.audited("person.read").await.unwrap().subject.unwrap(), format!("person:{id}"));
}

#[tokio::test]
async fn the_page_that_finds_people_leaves_the_same_record() {
    let world = World::new().await;
    let person = world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await;
    let cookie = world.cookie(Role::Nurse, WARD).await;
    world.get("/people").by(&cookie).browser().send().await;
    assert!(world.audited("people.search").await.is_none(), "nothing was searched yet");
    world.get("/people?q=hoa").by(&cookie).browser().send().await;
    assert!(world.audited("people.search").await.unwrap().detail.contains(&person.id.to_string()));
}

#[tokio::test]
async fn a_refused_look_leaves_no_trace_of_having_seen() {
    let world = World::new().await;
    let person = world.person("Nguyễn Thị Hoa", "", None).await;
    let nurse = world.bearer(Role::Nurse, WARD).await;
    let answer = world.get(&format!("/api/v1/people/{}", person.id)).by(&nurse).send().await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(world.audited("person.read").await.is_none());
}

#[tokio::test]
async fn a_record_shows_only_the_page_that_was_shown() {
    let world = World::new().await;
    for name in ["Lê Thị Một", "Lê Thị Hai"] {
        world.person(name, "", Some(WARD)).await;
    }
    let officer = world.bearer(Role::Officer, "82").await;
    let shown = world.get("/api/v1/people?q=le&limit=1").by(&officer).send().await.json();
    let expected = serde_json::json!({"found": [shown["items"][0]["id"]]}).to_string();
    assert_eq!(world.audited("people.search").await.unwrap().detail, expected);
}

#[tokio::test]
async fn the_record_is_chained_shortly_after_it_was_written() {
    let world = World::new().await;
    world.bearer(Role::Nurse, WARD).await;
    let platform = &world.site.platform;
    let chained = async {
        loop {
            let (lines, chained, waiting) = platform.shared.read().await.unwrap().audit_counts().await.unwrap();
            if lines > 0 && lines == chained && waiting == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), chained).await.unwrap();
    let found = verify(platform.shared.as_ref(), &platform.keys()).await.unwrap();
    assert_eq!(found.faults, []);
}
