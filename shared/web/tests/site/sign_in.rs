//! Signing in and out, with a token and with a cookie.

use axum::http::StatusCode;
use serde_json::json;
use shared::access::Role;
use shared::time::{hours, minutes};

use crate::world::{PASSWORD, World};

async fn login(world: &World, username: &str, password: &str) -> crate::world::Answer {
    world.post("/api/v1/auth/login").json(&json!({"username": username, "password": password})).await
}

#[tokio::test]
async fn the_right_password_gives_a_token_and_who_one_is() {
    let world = World::new().await;
    let account = world.account("nurse", &[Role::Nurse], "28252").await;
    let answer = login(&world, "nurse", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["expires_at"], "2022-03-10T13:00:00Z");
    let seen = (&body["account"]["id"], &body["account"]["roles"], &body["account"]["area"]);
    assert_eq!(seen, (&json!(account.id), &json!(["nurse"]), &json!("28252")));
    let bearer = format!("Bearer {}", body["token"].as_str().unwrap());
    assert_eq!(world.get("/api/v1/people/reviews").by(&bearer).send().await.status, StatusCode::OK);
    let lower = world.get("/api/v1/people/reviews").header("authorization", &bearer.replace("Bearer ", "bearer "));
    assert_eq!(lower.send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_inactive_account_are_told_alike() {
    let world = World::new().await;
    world.account("nurse", &[Role::Nurse], "28252").await;
    world.inactive("gone").await;
    let cases = [("nurse", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("nurse", ""), ("nur\u{0}se", PASSWORD)];
    let mut told = Vec::new();
    for (username, password) in cases {
        let answer = login(&world, username, password).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "wrong_password"), "{username}");
        let mut body = answer.json();
        body["instance"] = json!(null);
        told.push(body);
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
}

#[tokio::test]
async fn what_was_typed_as_a_name_is_kept_nowhere_and_a_refusal_is_on_record() {
    let world = World::new().await;
    let account = world.account("nurse", &[Role::Nurse], "28252").await;
    login(&world, "my secret password", "nurse").await;
    let line = world.audited("session.refuse").await.unwrap();
    assert_eq!((line.actor.as_str(), line.subject, line.detail.contains("secret")), ("anonymous", None, false));
    world.clock.advance(minutes(1));
    login(&world, "nurse", "wrong").await;
    let line = world.audited("session.refuse").await.unwrap();
    assert_eq!(line.subject.unwrap(), format!("account:{}", account.id));
    world.clock.advance(minutes(1));
    login(&world, &"x".repeat(100_000), &"y".repeat(100_000)).await;
    assert!(world.audited("session.refuse").await.unwrap().detail.len() < 100);
}

#[tokio::test]
async fn a_token_ends_after_twelve_hours_and_when_it_is_signed_out() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Nurse, "28252").await;
    let people = || world.get("/api/v1/people/reviews").by(&bearer).send();
    world.clock.advance(hours(12) - minutes(1));
    assert_eq!(people().await.status, StatusCode::OK);
    world.clock.advance(minutes(1));
    assert_eq!(people().await.status, StatusCode::UNAUTHORIZED);

    let again = login(&world, "nurse", PASSWORD).await.json()["token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {again}");
    assert_eq!(world.post("/api/v1/auth/logout").by(&bearer).send().await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get("/api/v1/people/reviews").by(&bearer).send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.post("/api/v1/auth/logout").by(&bearer).send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_account_that_was_closed_has_no_session_any_more() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Doctor, "82").await;
    world.inactive("doctor").await;
    assert_eq!(world.get("/api/v1/people?q=an").by(&bearer).send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts() {
    let world = World::new().await;
    world.account("admin", &[Role::Admin], "82").await;
    let answer = world.post("/login").form("username=admin&password=correct+horse").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/operations"));
    let line = answer.header("set-cookie").to_owned();
    let (pair, attributes) = line.split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-antam=at_") && pair.len() > 50, "{pair}");
    assert_eq!(attributes, "Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax");
    let page = world.get("/operations").by(pair).browser().send().await;
    assert_eq!(page.status, StatusCode::OK);
    world.clock.advance(hours(12));
    assert_eq!(world.get("/operations").by(pair).browser().send().await.header("location"), "/login?next=/operations");
}

#[tokio::test]
async fn signing_out_of_the_pages_ends_the_session_and_takes_the_cookie_away() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    let out = world.post("/logout").by(&cookie).same_origin().send().await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(out.header("set-cookie"), "__Host-antam=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    assert_eq!(world.get("/operations").by(&cookie).send().await.status, StatusCode::UNAUTHORIZED);
    assert!(world.audited("session.end").await.unwrap().actor.starts_with("account:"));
}

#[tokio::test]
async fn signing_in_begins_a_new_session_and_ends_the_one_before() {
    let world = World::new().await;
    let before = world.cookie(Role::Admin, "82").await;
    let form = "username=admin&password=correct+horse";
    let after = world.post("/login").by(&before).same_origin().form(form).await.cookie().unwrap();
    assert_ne!(before, after);
    assert_eq!(world.get("/operations").by(&before).send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.get("/operations").by(&after).send().await.status, StatusCode::OK);
    // A session that an attacker planted in the browser does not become the victim's.
    let planted = format!("__Host-antam=at_{}", "A".repeat(43));
    let own = world.post("/login").by(&planted).same_origin().form(form).await.cookie().unwrap();
    assert_ne!(planted, own);
    assert_eq!(world.get("/operations").by(&planted).send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_change_by_cookie_is_refused_from_another_site() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    let foreign: [&[(&'static str, &str)]; 5] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example"), ("host", "antam.example")],
        &[("origin", "null"), ("host", "antam.example")],
    ];
    for headers in foreign {
        let mut call = world.post("/logout").by(&cookie);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        let answer = call.send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "cross_site"), "{headers:?}");
    }
    assert_eq!(world.get("/operations").by(&cookie).send().await.status, StatusCode::OK, "the session lives");
    let ours =
        world.post("/logout").by(&cookie).header("origin", "https://antam.example").header("host", "antam.example");
    assert_eq!(ours.send().await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn another_site_cannot_sign_a_browser_in_as_somebody_else() {
    let world = World::new().await;
    world.account("admin", &[Role::Admin], "82").await;
    let form = "username=admin&password=correct+horse";
    let answer = world.post("/login").header("sec-fetch-site", "cross-site").form(form).await;
    assert_eq!((answer.status, answer.cookie()), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn a_token_is_no_cookie_and_a_cookie_is_no_token() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    let bearer = world.bearer(Role::Nurse, "28252").await;
    let as_bearer = cookie.replace("__Host-antam=", "Bearer ");
    assert_eq!(world.get("/operations").by(&as_bearer).send().await.status, StatusCode::UNAUTHORIZED);
    let as_cookie = bearer.replace("Bearer ", "__Host-antam=");
    assert_eq!(world.get("/api/v1/people?q=an").by(&as_cookie).send().await.status, StatusCode::UNAUTHORIZED);
    // A token that is not ours beside a cookie is no way round the defence against other sites.
    let mixed = world.post("/logout").by(&cookie).header("authorization", "Bearer device").send().await;
    assert_eq!(mixed.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get("/operations").by(&cookie).send().await.status, StatusCode::OK, "the session lives");
}

#[tokio::test]
async fn a_cookie_whose_name_only_looks_like_ours_is_none() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    for name in ["antam", "__Secure-antam", "x__Host-antam", "__host-antam"] {
        let other = cookie.replace("__Host-antam", name);
        assert_eq!(world.get("/operations").by(&other).send().await.status, StatusCode::UNAUTHORIZED, "{name}");
    }
}

#[tokio::test]
async fn a_page_sends_to_the_sign_in_and_back_with_its_query() {
    let world = World::new().await;
    world.account("hotline", &[Role::Hotline], "82").await;
    let sent = world.get("/people?q=nguyen%20hoa&x=1").browser().send().await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let next = "/people%3Fq%3Dnguyen%2520hoa%26x%3D1";
    assert_eq!(sent.header("location"), format!("/login?next={next}"));
    let page = world.get(&format!("/login?next={next}")).browser().send().await;
    assert!(page.text.contains(r#"name="next" value="/people?q=nguyen%20hoa&#38;x=1""#), "{}", page.text);
    let form = format!("username=hotline&password=correct+horse&next={next}");
    let back = world.post("/login").same_origin().form(&form).await;
    assert_eq!(back.header("location"), "/people?q=nguyen%20hoa&x=1");
}

#[tokio::test]
async fn a_form_that_was_sent_without_a_session_leads_to_the_sign_in_alone() {
    let world = World::new().await;
    let sent = world.post("/operations/replay").browser().same_origin().form("consumer=x").await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/login"));
}

#[tokio::test]
async fn signing_in_leads_nowhere_else() {
    let world = World::new().await;
    world.account("lab", &[Role::Lab], "82").await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "/b%E1%BA%A3ng",
    ] {
        let form = format!("username=lab&password=correct+horse&next={next}");
        let answer = world.post("/login").form(&form).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/lab"), "{next}");
        assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1, "{next}");
    }
}

#[tokio::test]
async fn a_wrong_password_keeps_what_was_typed_and_never_the_password() {
    let world = World::new().await;
    let answer = world.post("/login").browser().form("username=%3Cb%3Edoctor&password=hunter2&next=/board").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("<title>Lỗi: "), "{}", answer.text);
    assert!(answer.text.contains(r#"value="&#60;b&#62;doctor""#), "{}", answer.text);
    assert!(answer.text.contains(r#"name="next" value="/board""#));
    assert!(!answer.text.contains("hunter2"));
}
