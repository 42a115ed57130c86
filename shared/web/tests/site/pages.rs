//! Every page of the shell, in both languages and in every state.

use axum::http::StatusCode;
use shared::access::Role;

use crate::markup;
use crate::operations::bury_one;
use crate::world::{WARD, World};

async fn checked(world: &World, path: &str, credential: &str, status: StatusCode) -> String {
    let mut last = String::new();
    for lang in ["vi", "en"] {
        let page = world.get(path).by(credential).header("accept-language", lang).browser().send().await;
        assert_eq!(page.status, status, "{path}: {}", page.text);
        markup::check(&format!("{path} in {lang}"), &page.text, lang);
        last = page.text;
    }
    last
}

#[tokio::test]
async fn the_front_page_the_sign_in_and_the_error_page() {
    for world in [World::new().await, World::demo().await] {
        let nobody = "lang2=none";
        checked(&world, "/", nobody, StatusCode::OK).await;
        let sign_in = checked(&world, "/login", nobody, StatusCode::OK).await;
        assert_eq!(
            sign_in.contains("value=\"demo\""),
            world.site.platform.config.demo,
            "demo accounts are for the demo"
        );
        checked(&world, "/nowhere", nobody, StatusCode::NOT_FOUND).await;
        for lang in ["vi", "en"] {
            let wrong =
                world.post("/login").header("accept-language", lang).browser().form("username=a&password=b").await;
            markup::check(&format!("a refused sign-in in {lang}"), &wrong.text, lang);
            assert!(wrong.text.contains(r##"href="#username""##));
        }
    }
}

#[tokio::test]
async fn the_header_shows_each_role_where_it_works() {
    let world = World::new().await;
    for (role, link) in [
        (Role::Doctor, "/board"),
        (Role::Nurse, "/people"),
        (Role::Officer, "/exposures"),
        (Role::Lab, "/lab"),
        (Role::Venue, "/venue"),
        (Role::Hotline, "/people"),
        (Role::Admin, "/operations"),
    ] {
        let cookie = world.cookie(role, "82").await;
        let page = checked(&world, "/", &cookie, StatusCode::OK).await;
        let nav = page.split("<nav").nth(1).unwrap().split("</nav>").next().unwrap();
        assert!(nav.contains(&format!("href=\"{link}\"")), "{role}: {nav}");
        assert!(page.contains(&format!("Người dùng {role}")));
        assert_eq!(page.contains("data-duty"), role == Role::Doctor);
    }
}

#[tokio::test]
async fn the_page_that_finds_people_in_each_of_its_states() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Nurse, WARD).await;
    world.person("Nguyễn Thị Hoa", "0912345678", Some(WARD)).await;
    checked(&world, "/people", &cookie, StatusCode::OK).await;
    checked(&world, "/people?q=x", &cookie, StatusCode::OK).await;
    checked(&world, "/people?q=nobody", &cookie, StatusCode::OK).await;
    let long = "a".repeat(200);
    checked(&world, &format!("/people?q={long}"), &cookie, StatusCode::OK).await;
    let found = checked(&world, "/people?q=nguyen+hoa", &cookie, StatusCode::OK).await;
    assert!(found.contains("Nguyễn Thị Hoa") && found.contains("tel:+84912345678") && found.contains("Phường 4"));
    assert!(!found.contains("12 Lê Lợi"), "the list shows no address");
    let escaped = world.get("/people?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").by(&cookie).browser().send().await;
    assert!(!escaped.text.contains("<script>alert"));
}

#[tokio::test]
async fn the_messages_of_the_demo_with_and_without_one() {
    let world = World::demo().await;
    checked(&world, "/messages", "a=b", StatusCode::OK).await;
    let person = world.person("Trần Văn An", "0912345678", Some(WARD)).await;
    let caller = shared_web::caller::Caller::default();
    shared_web::auth::codes::ask(&world.site.platform, &caller, "me", person.id).await.unwrap();
    let page = checked(&world, "/messages?to=0912%20345%20678", "a=b", StatusCode::OK).await;
    // Once in the box as it was typed, once beside the message as people write it.
    assert_eq!(page.matches("0912 345 678").count(), 2);
}

#[tokio::test]
async fn the_operations_page_with_and_without_a_dead_letter() {
    let world = World::new().await;
    let cookie = world.cookie(Role::Admin, "82").await;
    world.account("nurse", &[Role::Nurse], WARD).await;
    let empty = checked(&world, "/operations", &cookie, StatusCode::OK).await;
    assert!(empty.contains("Phường 4") && !empty.contains("/operations/replay"));
    bury_one(&world).await;
    let full = checked(&world, "/operations", &cookie, StatusCode::OK).await;
    assert!(full.contains("antam.people.person_merged.v1") && full.contains("/operations/replay"));
}
