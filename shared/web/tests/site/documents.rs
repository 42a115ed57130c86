//! What the site says of itself: health, metrics, OpenAPI, and the headers and files that every page needs.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_process_that_can_serve_says_so() {
    let world = World::new().await;
    let up = world.get("/healthz").send().await;
    assert_eq!((up.status, &up.json()["status"]), (StatusCode::OK, &json!("up")));
    let ready = world.get("/readyz").send().await;
    assert_eq!((ready.status, ready.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(ready.json(), json!({"status": "ready", "database": "ok", "bus": "ok", "dead_letters": 0}));
}

#[tokio::test]
async fn a_process_without_its_database_is_up_and_not_ready() {
    let world = World::new().await;
    world.site.platform.database.close().await;
    let answer = world.get("/readyz").send().await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "not_ready"));
    let body = answer.json();
    assert_eq!((&body["database"], &body["bus"]), (&json!("unavailable"), &json!("ok")));
    assert_eq!(world.get("/healthz").send().await.status, StatusCode::OK);
    let stale = world.get("/assets/app.css").header("cookie", "__Host-antam=at_x").send().await;
    assert_ne!(stale.status, StatusCode::INTERNAL_SERVER_ERROR, "a page keeps its styles while the database is away");
}

#[tokio::test]
async fn metrics_name_routes_and_never_what_was_asked_for() {
    let world = World::new().await;
    world.get("/api/v1/people/0190a5d0-secret?q=0912345678").send().await;
    world.call("BREW".parse().unwrap(), "/nguyen-thi-hoa").send().await;
    let answer = world.get("/metrics").send().await;
    assert!(answer.header("content-type").starts_with("text/plain"));
    assert!(answer.text.contains(r#"route="/api/v1/people/{id}""#), "{}", answer.text);
    assert!(answer.text.contains("antam_http_request_seconds_bucket"));
    for personal in ["0190a5d0", "0912345678", "nguyen-thi-hoa", "BREW"] {
        assert!(!answer.text.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn the_openapi_document_lists_every_route_once_and_points_only_at_what_is_there() {
    let world = World::new().await;
    let answer = world.get("/api/openapi.json").send().await;
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    for row in &world.site.rows {
        let operation = &document["paths"][row.path][row.method.as_str().to_ascii_lowercase()];
        let documented = row.path.starts_with("/api/") || !row.doc.gives.starts_with("text/html");
        assert_eq!(operation.is_object(), documented, "{} {}", row.method, row.path);
    }
    let mut ids = std::collections::HashSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("4XX") && responses.contains_key("5XX"), "{method} {path}");
            let made = responses.contains_key("201");
            assert_eq!(responses.len(), if made { 4 } else { 3 }, "{method} {path}: 200 is the same sent again");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "two operations are called {id}");
            let declared: Vec<&str> = in_path(operation);
            assert!(declared.iter().all(|name| path.contains(&format!("{{{name}}}"))), "{method} {path}");
            assert_eq!(path.matches('{').count(), declared.len(), "{method} {path}");
        }
    }
    references(&document, &mut |reference| {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{reference}");
    });
}

fn in_path(operation: &Value) -> Vec<&str> {
    let parameters = operation["parameters"].as_array().unwrap();
    parameters.iter().filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect()
}

fn references(value: &Value, check: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| match member {
            Value::String(text) if name == "$ref" => check(text),
            member => references(member, check),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, check)),
        _ => {}
    }
}

#[tokio::test]
async fn the_documents_page_needs_no_other_host() {
    let world = World::new().await;
    let page = world.get("/api/docs").browser().send().await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("/api/v1/people/{id}/merge"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://") && !page.text.contains("<script"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_browsers_obey() {
    let world = World::new().await;
    for path in ["/", "/login", "/nowhere", "/healthz", "/assets/nowhere.js", "/api/v1/people?q=an"] {
        let answer = world.get(path).browser().send().await;
        let csp = answer.header("content-security-policy");
        assert!(csp.starts_with("default-src 'none'; script-src 'self'") && !csp.contains("unsafe-inline"), "{path}");
        assert!(
            csp.contains("frame-ancestors 'none'")
                && csp.contains("form-action 'self'")
                && csp.contains("base-uri 'none'")
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}: it is not reached by TLS");
        assert!(!answer.headers.contains_key("server"), "{path}");
    }
    let tls = World::with(|config| config.public_url = Some("https://antam.example".to_owned())).await;
    assert_eq!(tls.get("/healthz").send().await.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn an_asset_asked_for_by_its_hash_is_kept_for_ever_and_any_other_for_an_hour() {
    let world = World::new().await;
    let page = world.get("/").browser().send().await;
    let mut seen = 0;
    for part in page.text.split('"').filter(|part| part.starts_with("/assets/")) {
        let Some((path, version)) = part.split('#').next().unwrap().split_once("?v=") else {
            // The one asset that the manifest names too: under one address it is loaded once.
            assert_eq!(part, "/assets/icons/app.svg", "is web/dist built?");
            assert_eq!(world.get(part).send().await.header("cache-control"), "public, max-age=3600");
            continue;
        };
        let asset = world.get(&format!("{path}?v={version}")).send().await;
        assert_eq!(asset.status, StatusCode::OK, "{path}");
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        let expected = match path.rsplit('.').next().unwrap() {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            other => panic!("{other}"),
        };
        assert_eq!(asset.header("content-type"), expected, "{path}");
        let old = world.get(&format!("{path}?v=0123456789")).send().await;
        assert_eq!(old.header("cache-control"), "public, max-age=3600", "{path}");
        let known = world.get(path).header("if-none-match", asset.header("etag")).send().await;
        assert_eq!((known.status, known.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_of_assets() {
    let world = World::new().await;
    let ways = [
        "../Cargo.toml",
        "..%2fpackage.json",
        "%2e%2e/package.json",
        "js/../../package.json",
        "%2fetc%2fpasswd",
        "js",
        "",
        "%00",
        "%ff",
    ];
    for way in ways {
        let answer = world.get(&format!("/assets/{way}")).send().await;
        assert!(answer.status.is_client_error(), "{way}: {}", answer.status);
    }
}

#[tokio::test]
async fn a_path_written_otherwise_is_another_path() {
    let world = World::new().await;
    for path in [
        "/operations/",
        "/%6fperations",
        "/Operations",
        "/people/../operations",
        "//operations",
        "/operations%2freplay",
    ] {
        assert_eq!(world.get(path).send().await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
