//! Venues and their posters through HTTP.

use axum::body::to_bytes;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::place::PlaceKind;
use shared::time::minutes;

use super::support::{Town, WARD, on_both};

const VENUES: &str = "/api/v1/checkin/venues";

fn pharmacy() -> Value {
    json!({
        "id": "01890a5d-ac96-774b-bcce-b302099a8057", "name": "Nhà thuốc Bình An", "kind": "pharmacy",
        "address": "12 Lê Lợi", "ward_code": WARD, "capacity": 20, "phone": "0273 3872 363",
    })
}

async fn keeper(town: &Town, username: &str) -> String {
    town.sign_in(username, Role::Venue, AreaScope::Ward(WARD.to_owned())).await
}

async fn a_venue_is_registered_once_and_belongs_to_its_account(town: Town) {
    let (mine, other) = (keeper(&town, "venue").await, keeper(&town, "other").await);
    let register = |token: String, body: Value| {
        let town = &town;
        async move { town.call(Method::POST, VENUES, Some(&token), Some(body)).await }
    };
    let (status, venue) = register(mine.clone(), pharmacy()).await;
    assert_eq!(status, StatusCode::CREATED, "{venue}");
    let code = venue["code"].as_str().unwrap();
    assert_eq!(venue["qr_url"], format!("HTTPS://ANTAM.EXAMPLE.VN/C/{code}"));
    assert_eq!(venue["capacity"], 20);
    assert!(venue.get("phone").is_none(), "the owner's phone is nobody's business");

    let (status, again) = register(mine.clone(), pharmacy()).await;
    assert_eq!((status, &again), (StatusCode::OK, &venue));
    let mut changed = pharmacy();
    changed["name"] = json!("Nhà thuốc Khác");
    assert_eq!(register(mine.clone(), changed).await.0, StatusCode::CONFLICT);

    let (_, list) = town.get(VENUES, Some(&mine)).await;
    assert_eq!(list["items"], json!([venue]));
    assert_eq!(town.get(VENUES, Some(&other)).await.1["items"], json!([]));
    let one = format!("{VENUES}/{}", venue["id"].as_str().unwrap());
    assert_eq!(town.get(&one, Some(&mine)).await, (StatusCode::OK, venue));
    assert_eq!(town.get(&one, Some(&other)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(town.get(&format!("{one}/occupancy"), Some(&other)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(town.get(VENUES, None).await.0, StatusCode::UNAUTHORIZED);
}

async fn what_is_wrong_with_a_venue_is_said(town: Town) {
    let mine = keeper(&town, "venue").await;
    let (status, problem) = town.call(Method::POST, VENUES, Some(&mine), Some(json!({"kind": "bar"}))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let pointers: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/name", "/kind", "/address", "/ward_code", "/phone"]);
}

async fn occupancy_counts_who_came_and_did_not_leave(town: Town) {
    let place = town.place("Nhà thuốc Bình An", PlaceKind::Pharmacy).await;
    let officer = town.officer().await;
    let path = format!("{VENUES}/{}/occupancy", place.id);
    let (lan, an) = (town.person("Nguyễn Thị Lan", None).await, town.person("Nguyễn Văn An", None).await);
    let (_, first) = town.visit(&place, lan).await;
    town.visit(&place, an).await;
    town.clock.advance(minutes(5));
    let (_, full) = town.get(&path, Some(&officer)).await;
    assert_eq!(full, json!({"inside": 2, "capacity": 20, "as_of": town.now().to_string(), "full": false}));
    let leave = format!("/api/v1/checkin/visits/{}/checkout", first["id"].as_str().unwrap());
    assert_eq!(town.call(Method::POST, &leave, Some(&town.token(lan)), None).await.0, StatusCode::OK);
    assert_eq!(town.get(&path, Some(&officer)).await.1["inside"], 1);
    town.clock.advance(minutes(15));
    assert_eq!(town.get(&path, Some(&officer)).await.1["inside"], 0, "15 minutes are typical for a pharmacy");
}

async fn the_poster_comes_in_three_formats(town: Town) {
    let mine = keeper(&town, "venue").await;
    let (_, venue) = town.call(Method::POST, VENUES, Some(&mine), Some(pharmacy())).await;
    let id = venue["id"].as_str().unwrap();
    let get = |end: &'static str| {
        let request =
            Request::get(format!("{VENUES}/{id}/{end}")).header(header::AUTHORIZATION, format!("Bearer {mine}"));
        town.send(request.body(axum::body::Body::empty()).unwrap())
    };
    let formats: [(&str, &str, &[u8]); 3] = [
        ("poster.svg?lang=en&size=a5", "image/svg+xml", b"<svg"),
        ("poster.png?size=a6", "image/png", b"\x89PNG"),
        ("poster.pdf", "application/pdf", b"%PDF-"),
    ];
    for (end, content_type, magic) in formats {
        let response = get(end).await;
        assert_eq!(response.status(), StatusCode::OK, "{end}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], content_type);
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(body.starts_with(magic), "{end}");
    }
    let (status, problem) = town.get(&format!("{VENUES}/{id}/poster.svg?size=a3&lang=fr"), Some(&mine)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    assert_eq!(town.get(&format!("{VENUES}/{id}/poster.svg"), None).await.0, StatusCode::UNAUTHORIZED);
}

on_both!(registering, super::a_venue_is_registered_once_and_belongs_to_its_account);
on_both!(faults, super::what_is_wrong_with_a_venue_is_said);
on_both!(occupancy, super::occupancy_counts_who_came_and_did_not_leave);
on_both!(posters, super::the_poster_comes_in_three_formats);
