//! What is swept up: rows whose time is over, and nothing else.

use axum::http::StatusCode;
use shared::access::Role;
use shared::time::{days, hours};
use shared_web::auth::codes::ask;
use shared_web::caller::Caller;
use shared_web::housekeeping::{Swept, sweep};

use crate::operations::bury_one;
use crate::world::{WARD, World};

#[tokio::test]
async fn sessions_and_codes_go_when_they_are_over_and_not_before() {
    let world = World::new().await;
    let platform = &world.site.platform;
    let bearer = world.bearer(Role::Nurse, WARD).await;
    let person = world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await.id;
    ask(platform, &Caller::default(), "me", person).await.unwrap();
    assert_eq!(sweep(platform).await.unwrap(), Swept::default());
    assert_eq!(world.get("/people").by(&bearer).send().await.status, StatusCode::OK);
    world.clock.advance(hours(2));
    assert_eq!(sweep(platform).await.unwrap(), Swept { codes: 1, ..Swept::default() });
    world.clock.advance(hours(11));
    assert_eq!(sweep(platform).await.unwrap(), Swept { sessions: 1, ..Swept::default() });
    assert_eq!(sweep(platform).await.unwrap(), Swept::default());
}

#[tokio::test]
async fn events_go_after_seven_days_unless_one_of_them_can_still_be_replayed() {
    let world = World::new().await;
    let platform = &world.site.platform;
    let event = bury_one(&world).await;
    let mut tx = platform.shared.write().await.unwrap();
    tx.receive("notifier", event.id, platform.now()).await.unwrap();
    tx.commit().await.unwrap();
    world.clock.advance(days(8));
    assert_eq!(sweep(platform).await.unwrap().events, 0, "its letter waits for somebody");
    let mut tx = platform.shared.write().await.unwrap();
    assert!(tx.exhume("checkin", event.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(sweep(platform).await.unwrap().events, 2, "outbox and inbox");
}
