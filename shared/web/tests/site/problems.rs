//! Errors: problem documents for programs, pages for people.

use axum::http::{Method, StatusCode};
use serde_json::json;
use shared::access::Role;

use crate::world::World;

#[tokio::test]
async fn a_problem_speaks_the_language_that_was_asked_for_and_names_the_request() {
    let world = World::new().await;
    for (accepted, title) in [("vi", "Không tìm thấy"), ("en-GB,en;q=0.9", "Not found"), ("fr", "Không tìm thấy")]
    {
        let answer = world.get("/api/v1/nowhere").header("accept-language", accepted).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
        let body = answer.json();
        assert_eq!((&body["title"], &body["status"], &body["errors"]), (&json!(title), &json!(404), &json!([])));
        assert_eq!(body["instance"], answer.header("x-request-id"));
        assert_eq!(answer.header("content-language"), if accepted.starts_with("en") { "en" } else { "vi" });
    }
}

#[tokio::test]
async fn a_plain_request_id_is_kept_and_any_other_replaced() {
    let world = World::new().await;
    let told = world.get("/api/v1/nowhere").header("x-request-id", "abc-123").send().await;
    assert_eq!((told.header("x-request-id"), &told.json()["instance"]), ("abc-123", &json!("abc-123")));
    for odd in ["", "a b", "x\"y", "<script>", "a/b", "é", &"x".repeat(65)] {
        let answer = world.get("/healthz").header("x-request-id", odd).send().await;
        let id = answer.header("x-request-id");
        assert!(id.len() == 36 && id != odd, "{odd:?} -> {id:?}");
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_that_says_what_to_do() {
    let world = World::new().await;
    let page = world.get("/nowhere").browser().send().await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains(page.header("x-request-id")));
    assert_eq!(page.header("cache-control"), "no-store");
    let cookie = world.cookie(Role::Lab, "82").await;
    let forbidden = world.get("/operations").by(&cookie).browser().send().await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    assert!(forbidden.text.contains("<h1>Không có quyền</h1>"), "{}", forbidden.text);
}

#[tokio::test]
async fn programs_get_documents_whatever_else_they_accept() {
    let world = World::new().await;
    for accept in ["*/*", "application/json", "text/html;q=0", "application/json, text/html;q=0.5"] {
        let answer = world.get("/nowhere").header("accept", accept).send().await;
        assert_eq!(answer.code(), "not_found", "{accept}");
    }
    assert_eq!(world.get("/nowhere").send().await.code(), "not_found");
    assert_eq!(world.get("/api/v1/nowhere").browser().send().await.code(), "not_found");
}

#[tokio::test]
async fn links_of_an_error_page_stay_on_this_site() {
    let world = World::new().await;
    for path in ["//evil.example/x", "/\\evil.example", "///evil.example"] {
        let page = world.get(path).browser().send().await;
        for part in page.text.split("href=\"").skip(1) {
            assert!(
                !part.starts_with("//") && !part.starts_with("/\\") && !part.starts_with("http"),
                "{path}: {}",
                &part[..30]
            );
        }
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_told_which_it_takes() {
    let world = World::new().await;
    let answer = world.call(Method::DELETE, "/healthz").send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
    assert_eq!(answer.header("allow"), "GET,HEAD");
    assert_eq!(world.get("/logout").send().await.status, StatusCode::METHOD_NOT_ALLOWED);
    let options = world.call(Method::OPTIONS, "/api/v1/people").send().await;
    assert!(options.status.is_client_error() && !options.headers.contains_key("access-control-allow-origin"));
    assert_eq!(world.call("TRACE".parse().unwrap(), "/").send().await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn head_answers_as_get_without_a_body_and_under_the_same_guard() {
    let world = World::new().await;
    let head = world.call(Method::HEAD, "/").send().await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(world.call(Method::HEAD, "/api/v1/people?q=an").send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_as_json_and_as_a_form() {
    let world = World::with(|config| config.body_limit = 2_000).await;
    let json = world.post("/api/v1/auth/login").json(&json!({"username": "x".repeat(3_000), "password": "y"})).await;
    assert_eq!((json.status, json.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
    let form = world.post("/login").form(&format!("username={}", "x".repeat(3_000))).await;
    assert_eq!((form.status, form.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let world = World::new().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
        let answer = world.post("/api/v1/auth/login").body(kind, "{}").await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type"));
    }
    assert_eq!(world.post("/api/v1/auth/login").send().await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let form = world.post("/login").body("application/json", "{}").await;
    assert_eq!((form.status, form.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_content_type"));
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_name() {
    let world = World::new().await;
    let packed =
        world.post("/api/v1/auth/login").header("content-encoding", "gzip").body("application/json", "x").await;
    assert_eq!((packed.status, packed.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_encoding"));
    let plain =
        world.post("/api/v1/auth/login").header("content-encoding", "identity").body("application/json", "{").await;
    assert_eq!(plain.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_program_that_is_not_signed_in_is_told_how() {
    let world = World::new().await;
    let answer = world.get("/api/v1/people?q=le").send().await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_told_by_field() {
    let world = World::new().await;
    let post = |text: &'static str| world.post("/api/v1/auth/login").body("application/json; charset=utf-8", text);
    assert_eq!(post("{").await.status, StatusCode::BAD_REQUEST);
    let missing = post(r#"{"username": "a"}"#).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing.json()["errors"][0]["pointer"], "/password");
    let deep = world.post("/api/v1/auth/login").body("application/json", "[".repeat(100_000)).await;
    assert_eq!(deep.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_closed_database_is_our_fault_and_its_cause_stays_inside() {
    let world = World::new().await;
    let bearer = world.bearer(Role::Nurse, "28252").await;
    world.site.platform.database.close().await;
    let answer = world.get("/api/v1/people?q=an").by(&bearer).send().await;
    assert!(answer.status.is_server_error());
    for cause in ["pool", "sqlx", "sqlite", "closed"] {
        assert!(!answer.text.to_lowercase().contains(cause), "{}", answer.text);
    }
}
