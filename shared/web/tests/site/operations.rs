//! The administrator's page: dead letters and their replay.

use axum::http::StatusCode;
use shared::access::Role;
use shared::event::CloudEvent;
use shared::events::PersonMerged;
use shared::ids::PersonId;
use shared::time::minutes;
use shared_store::outbox::{Backlog, DeadLetter};

use crate::world::World;

/// Publishes an event and puts it aside for a consumer.
pub async fn bury_one(world: &World) -> CloudEvent {
    let platform = &world.site.platform;
    let (now, mut random) = (platform.now(), platform.random());
    let merged = PersonMerged { person_id: PersonId::new(now, &mut random), other_id: PersonId::new(now, &mut random) };
    let event = CloudEvent::new(&merged, now, &mut random);
    let letter = DeadLetter {
        consumer: "checkin".to_owned(),
        event: event.clone(),
        error: "refused".to_owned(),
        failed_at: now,
    };
    let mut tx = platform.shared.write().await.unwrap();
    tx.append_event(&event).await.unwrap();
    tx.mark_published(&[event.id], now).await.unwrap();
    tx.bury(&letter).await.unwrap();
    tx.commit().await.unwrap();
    event
}

async fn backlog(world: &World) -> Backlog {
    world.site.platform.shared.read().await.unwrap().backlog().await.unwrap()
}

#[tokio::test]
async fn a_dead_letter_is_replayed_once_and_on_record() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    let event = bury_one(&world).await;
    // Without the relay what was given back stays to be seen.
    world.site.platform.stop.cancel();
    world.clock.advance(minutes(1));
    let form = format!("consumer=checkin&event_id={}", event.id);
    let other = world.post("/operations/replay").by(&cookie).same_origin().form(&form.replace("checkin", "lab")).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER);
    assert_eq!(backlog(&world).await, Backlog { outbox: 0, dead_letters: 1, messages: 0 });
    assert!(world.audited("event.replay").await.is_none());
    let replayed = world.post("/operations/replay").by(&cookie).same_origin().form(&form).await;
    assert_eq!((replayed.status, replayed.header("location")), (StatusCode::SEE_OTHER, "/operations"));
    assert_eq!(backlog(&world).await.dead_letters, 0);
    assert!(world.audited("event.replay").await.unwrap().detail.contains(&event.id.to_string()));
}

#[tokio::test]
async fn a_replayed_event_reaches_the_bus_again() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    let event = bury_one(&world).await;
    let form = format!("consumer=checkin&event_id={}", event.id);
    world.post("/operations/replay").by(&cookie).same_origin().form(&form).await;
    let published = async {
        while backlog(&world).await != Backlog::default() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), published).await.unwrap();
}

#[tokio::test]
async fn only_an_administrator_sees_and_replays() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Officer, "82").await;
    assert_eq!(world.get("/operations").by(&cookie).send().await.status, StatusCode::FORBIDDEN);
    let replay = world.post("/operations/replay").by(&cookie).same_origin().form("consumer=a&event_id=b").await;
    assert_eq!(replay.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get("/operations").send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_told_so() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    for form in ["", "consumer=a", "consumer=a&event_id=7"] {
        let answer = world.post("/operations/replay").by(&cookie).same_origin().form(form).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "malformed"), "{form}");
    }
}
