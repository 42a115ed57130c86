//! One-time codes: how often, how long, for whom and for what.

use axum::http::StatusCode;
use shared::bilingual::Lang;
use shared::ids::PersonId;
use shared::time::{hours, minutes};
use shared_web::auth::codes::{Asked, ask, redeem};
use shared_web::auth::session::cookie_line;
use shared_web::caller::Caller;
use shared_web::context::RequestContext;

use crate::world::{WARD, World};

const PURPOSE: &str = "me";

async fn person(world: &World) -> PersonId {
    world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await.id
}

/// Asks for a code and reads it from the message.
async fn code(world: &World, person: PersonId) -> String {
    let asked = ask(&world.site.platform, &Caller::default(), PURPOSE, person).await.unwrap();
    assert!(matches!(&asked, Asked::Sent(masked) if !masked.contains("345")), "{asked:?}");
    let text = newest_message(world).await;
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).unwrap().to_owned()
}

async fn newest_message(world: &World) -> String {
    let mut tx = world.site.platform.shared.read().await.unwrap();
    tx.messages(Some("+84912345678"), 1).await.unwrap().remove(0).message.text
}

async fn opens(world: &World, purpose: &str, person: PersonId, code: &str) -> bool {
    redeem(&world.site.platform, &Caller::default(), purpose, person, code).await.unwrap().is_some()
}

fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[tokio::test]
async fn a_code_opens_once_and_however_it_is_typed() {
    let world = World::new().await;
    let person = person(&world).await;
    let code = code(&world, person).await;
    let typed = format!(" {} {} ", &code[..3], &code[3..]);
    assert!(opens(&world, PURPOSE, person, &typed).await);
    assert!(!opens(&world, PURPOSE, person, &code).await);
    assert_eq!(world.audited("code.redeem").await.unwrap().subject.unwrap(), format!("person:{person}"));
    assert!(world.audited("code.refuse").await.is_some());
    let kept = world.audited("code.send").await.unwrap().detail;
    assert!(!kept.contains(&code), "{kept}");
}

#[tokio::test]
async fn ten_wrong_tries_end_a_code() {
    let world = World::new().await;
    let person = person(&world).await;
    let code = code(&world, person).await;
    for _ in 0..9 {
        assert!(!opens(&world, PURPOSE, person, &wrong(&code)).await);
    }
    assert!(opens(&world, PURPOSE, person, &code).await, "the tenth may be right");
    let code = self::code(&world, person).await;
    for _ in 0..10 {
        assert!(!opens(&world, PURPOSE, person, &wrong(&code)).await);
    }
    assert!(!opens(&world, PURPOSE, person, &code).await);
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    let world = World::new().await;
    let person = person(&world).await;
    let early = code(&world, person).await;
    world.clock.advance(minutes(10));
    assert!(!opens(&world, PURPOSE, person, &early).await);
    let late = code(&world, person).await;
    world.clock.advance(minutes(9));
    assert!(opens(&world, PURPOSE, person, &late).await);
}

#[tokio::test]
async fn five_codes_an_hour_and_no_more_although_they_were_swept() {
    let world = World::new().await;
    let person = person(&world).await;
    let asked = async || ask(&world.site.platform, &Caller::default(), PURPOSE, person).await.unwrap();
    for _ in 0..5 {
        assert!(matches!(asked().await, Asked::Sent(_)));
        world.clock.advance(minutes(11));
    }
    shared_web::housekeeping::sweep(&world.site.platform).await.unwrap();
    assert_eq!(asked().await, Asked::TooMany);
    world.clock.advance(minutes(6));
    assert!(matches!(asked().await, Asked::Sent(_)), "an hour after the first");
}

#[tokio::test]
async fn a_code_is_bound_to_its_purpose_and_its_person() {
    let world = World::new().await;
    let person = person(&world).await;
    let sister = world.person("Nguyễn Thị Lan", "0912345678", Some(WARD)).await.id;
    let code = code(&world, person).await;
    assert!(!opens(&world, "result", person, &code).await);
    assert!(!opens(&world, PURPOSE, sister, &code).await, "who shares the phone");
    assert!(opens(&world, PURPOSE, person, &code).await);
}

#[tokio::test]
async fn whoever_has_no_phone_is_told() {
    let world = World::new().await;
    let person = world.person("Nguyễn Thị Hoa", "", Some(WARD)).await.id;
    let asked = ask(&world.site.platform, &Caller::default(), PURPOSE, person).await.unwrap();
    assert_eq!(asked, Asked::NoPhone);
}

#[tokio::test]
async fn a_code_comes_in_the_language_of_the_page() {
    let world = World::new().await;
    let person = person(&world).await;
    let context = RequestContext { lang: Lang::En, ..RequestContext::default() }.into();
    let caller = Caller { context, ..Caller::default() };
    ask(&world.site.platform, &caller, PURPOSE, person).await.unwrap();
    assert!(newest_message(&world).await.contains("your code is"));
}

#[tokio::test]
async fn the_session_of_a_code_is_a_citizens_for_two_hours_and_opens_no_page_of_staff() {
    let world = World::new().await;
    let person = person(&world).await;
    let code = code(&world, person).await;
    let platform = &world.site.platform;
    let begun = redeem(platform, &Caller::default(), PURPOSE, person, &code).await.unwrap().unwrap();
    assert_eq!(begun.expires_at, platform.now().plus(hours(2)));
    let line = cookie_line(&begun, platform.now());
    let cookie = line.split(';').next().unwrap();
    for path in ["/people", "/operations", "/api/v1/people/reviews"] {
        assert_eq!(world.get(path).by(cookie).send().await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(world.get(&format!("/api/v1/people/{person}")).by(cookie).send().await.status, StatusCode::FORBIDDEN);
    world.post("/logout").by(cookie).same_origin().send().await;
    assert_eq!(world.audited("session.end").await.unwrap().actor, format!("person:{person}"));
    assert_eq!(world.get("/people").by(cookie).send().await.status, StatusCode::UNAUTHORIZED);
    assert!(!format!("{begun:?}").contains("at_"), "the token does not print");
}
