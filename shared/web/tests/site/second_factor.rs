//! The second factor: turned on by its own page, asked for at both ways in, used up, limited, and turned off.

use axum::http::StatusCode;
use serde_json::json;
use shared::access::Role;
use shared::clock::Clock;
use shared::time::minutes;
use totp_rs::{Builder, Secret};

use crate::world::{Answer, PASSWORD, World};

/// What an app would show now for the letters on a page.
fn code(world: &World, letters: &str) -> String {
    let secret = Secret::try_from_base32(letters).unwrap();
    let now = u64::try_from(world.clock.now().as_seconds()).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(now).to_string()
}

async fn api(world: &World, code: Option<&str>) -> Answer {
    world.post("/api/v1/auth/login").json(&json!({"username": "admin", "password": PASSWORD, "totp": code})).await
}

/// Turns it on as its page leads; gives the letters and a cookie.
async fn turned_on(world: &World) -> (String, String) {
    let cookie = world.cookie(Role::Admin, "82").await;
    let off = world.get("/account").by(&cookie).browser().send().await;
    assert!(off.status == StatusCode::OK && off.text.contains("action=\"/account/second-factor\""), "{}", off.text);
    let begun = world.post("/account/second-factor").by(&cookie).same_origin().form("").await;
    assert_eq!((begun.status, begun.header("location")), (StatusCode::SEE_OTHER, "/account"));
    assert_eq!(api(world, None).await.status, StatusCode::OK, "what is not confirmed is not asked for");
    let page = world.get("/account").by(&cookie).browser().send().await;
    let letters = page.text.split("<code class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    assert_eq!(letters.len(), 32);
    let wrong = world.post("/account/second-factor/confirm").by(&cookie).same_origin().form("code=12").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("href=\"#code\"") && wrong.text.contains(&letters[..4]), "{}", wrong.text);
    let form = format!("code={}", code(world, &letters));
    let right = world.post("/account/second-factor/confirm").by(&cookie).same_origin().form(&form).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    assert!(world.audited("second_factor.on").await.is_some());
    world.clock.advance(jiff::SignedDuration::from_secs(30));
    (letters, cookie)
}

#[tokio::test]
async fn a_program_gives_the_code_with_the_password() {
    let world = World::new().await;
    let (letters, _) = turned_on(&world).await;
    let missing = api(&world, None).await;
    assert_eq!((missing.status, missing.code().as_str()), (StatusCode::UNAUTHORIZED, "totp_required"));
    assert_eq!(missing.json()["errors"][0]["pointer"], "/totp");
    assert!(world.audited("session.challenge").await.is_some());
    let right = code(&world, &letters);
    let wrong = api(&world, Some("000000")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNAUTHORIZED, "wrong_totp"));
    assert_eq!(api(&world, Some(&right)).await.status, StatusCode::OK);
    assert_eq!(api(&world, Some(&right)).await.code(), "wrong_totp", "a code is taken once");
    world.clock.advance(jiff::SignedDuration::from_secs(30));
    assert_eq!(api(&world, Some(&code(&world, &letters))).await.status, StatusCode::OK);
    let body = json!({"username": "admin", "password": "wrong", "totp": code(&world, &letters)});
    let refused = world.post("/api/v1/auth/login").json(&body).await;
    assert_eq!(refused.code(), "wrong_password", "the password is judged first");
}

#[tokio::test]
async fn after_ten_wrong_codes_none_is_heard_for_ten_minutes() {
    let world = World::new().await;
    let (letters, _) = turned_on(&world).await;
    let wrong = format!("{:06}", (code(&world, &letters).parse::<u32>().unwrap() + 1) % 1_000_000);
    for _ in 0..10 {
        assert_eq!(api(&world, Some(&wrong)).await.code(), "wrong_totp");
    }
    assert_eq!(
        api(&world, Some(&code(&world, &letters))).await.code(),
        "wrong_totp",
        "the right one is not heard either"
    );
    world.clock.advance(minutes(10));
    assert_eq!(api(&world, Some(&code(&world, &letters))).await.status, StatusCode::OK);
}

fn ticket(page: &str) -> &str {
    page.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn the_page_asks_for_the_code_in_a_second_step() {
    let world = World::new().await;
    let (letters, _) = turned_on(&world).await;
    let first = world.post("/login").form("username=admin&password=correct+horse&next=/people").await;
    assert_eq!((first.status, first.cookie()), (StatusCode::OK, None));
    assert!(first.text.contains("id=\"totp\"") && !first.text.contains("type=\"password\""), "{}", first.text);
    let second = async |ticket: &str, code: &str| {
        world.post("/login").form(&format!("ticket={ticket}&username=admin&next=/people&totp={code}")).await
    };
    for wrong in ["", "12345x"] {
        let again = second(ticket(&first.text), wrong).await;
        assert_eq!((again.status, again.cookie()), (StatusCode::UNPROCESSABLE_ENTITY, None));
        assert!(again.text.contains("href=\"#totp\"") && !ticket(&again.text).is_empty());
    }
    let forged = second("bm9ib2R5", &code(&world, &letters)).await;
    assert_eq!((forged.status, forged.cookie()), (StatusCode::UNPROCESSABLE_ENTITY, None));
    assert!(forged.text.contains("type=\"password\""), "name and password again");
    let right = second(ticket(&first.text), &code(&world, &letters)).await;
    assert_eq!((right.status, right.header("location")), (StatusCode::SEE_OTHER, "/people"));
    assert!(right.cookie().is_some());
    world.clock.advance(minutes(5));
    let late = second(ticket(&first.text), &code(&world, &letters)).await;
    assert_eq!(
        (late.status, late.cookie()),
        (StatusCode::UNPROCESSABLE_ENTITY, None),
        "a ticket is good for five minutes"
    );
}

#[tokio::test]
async fn it_ends_with_a_code_and_what_was_only_begun_without_one() {
    let world = World::new().await;
    let (letters, cookie) = turned_on(&world).await;
    let post = async |path: &str, form: &str| world.post(path).by(&cookie).same_origin().form(form).await.status;
    assert_eq!(post("/account/second-factor/cancel", "").await, StatusCode::SEE_OTHER);
    assert_eq!(post("/account/second-factor", "").await, StatusCode::SEE_OTHER);
    assert_eq!(api(&world, None).await.code(), "totp_required", "neither takes away one that is on");
    assert_eq!(post("/account/second-factor/end", "code=1").await, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("code={}", code(&world, &letters));
    assert_eq!(post("/account/second-factor/end", &form).await, StatusCode::SEE_OTHER);
    assert!(world.audited("second_factor.off").await.is_some());
    assert_eq!(api(&world, None).await.status, StatusCode::OK);
    assert_eq!(post("/account/second-factor", "").await, StatusCode::SEE_OTHER);
    assert_eq!(post("/account/second-factor/cancel", "").await, StatusCode::SEE_OTHER);
    assert!(world.audited("second_factor.cancel").await.is_some());
    let page = world.get("/account").by(&cookie).browser().send().await;
    assert!(page.text.contains("action=\"/account/second-factor\""), "it is off again");
}
