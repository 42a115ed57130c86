//! The screen whose code changes, and phones that say where they are: visits are marked, never refused.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::place::{Place, PlaceKind};
use shared::time::minutes;

use super::scans::Door;
use super::support::{Town, WARD, on_both};
use crate::store::PlaceSpan;

const VISITS: &str = "/api/v1/checkin/visits";
const CCCD: &str = "082090000001|310000001|Nguyễn Văn An|01021990|Nam|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021";

impl Town {
    async fn presence(&self, door: &Door, body: Value) -> (StatusCode, Value) {
        let path = format!("/api/v1/checkin/venues/{}/presence", door.place.id);
        self.call(Method::POST, &path, Some(&door.staff), Some(body)).await
    }

    /// The changing part of what the screen shows now.
    async fn live(&self, door: &Door) -> String {
        let path = format!("/api/v1/checkin/venues/{}/live", door.place.id);
        let (status, live) = self.get(&path, Some(&door.staff)).await;
        assert_eq!(status, StatusCode::OK, "{live}");
        let url = live["url"].as_str().unwrap();
        let start = format!("HTTPS://ANTAM.EXAMPLE.VN/C/{}/", door.place.code);
        url.strip_prefix(&start).unwrap_or_else(|| panic!("{url}")).to_owned()
    }

    /// A new visitor comes with these fields; gives the marks of their visit.
    async fn marks_of(&self, place: &Place, more: Value) -> Vec<String> {
        let person = self.person(&format!("Khách {}", self.now()), None).await;
        let mut body = json!({"venue_code": place.code, "visitor": {"device_token": self.token(person)}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (_, answer) = self.post(&format!("{VISITS}/batch"), json!({"visits": [body]})).await;
        assert_eq!(answer["results"][0]["status"], "accepted", "nobody is refused: {answer}");
        let id = answer["results"][0]["id"].as_str().unwrap();
        self.marks_of_visit(place, id).await
    }

    async fn marks_of_visit(&self, place: &Place, id: &str) -> Vec<String> {
        let span = PlaceSpan { place_id: place.id, from_minute: 0, to_minute: i64::MAX };
        let marks = self.app.store.read().await.unwrap().marks_at(&[span]).await.unwrap();
        marks.into_iter().filter(|mark| mark.visit_id.to_string() == id).map(|mark| mark.mark).collect()
    }
}

async fn a_visit_shows_by_the_code_on_the_screen_that_somebody_stands_there(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    assert!(town.marks_of(&door.place, json!({})).await.is_empty(), "without a screen the poster is the way in");
    assert!(town.marks_of(&door.place, json!({"live": "7K3M9T2X"})).await.is_empty());
    let (status, venue) = town.presence(&door, json!({"screen": true})).await;
    assert_eq!((status, &venue["screen"]), (StatusCode::OK, &json!(true)), "{venue}");

    let code = town.live(&door).await;
    assert!(town.marks_of(&door.place, json!({"live": code})).await.is_empty());
    assert!(town.marks_of(&door.place, json!({"live": code.to_lowercase()})).await.is_empty());
    assert_eq!(town.marks_of(&door.place, json!({})).await, ["printed_code"]);
    for wrong in ["00000000", "không phải mã", "x".repeat(10_000).as_str()] {
        assert_eq!(town.marks_of(&door.place, json!({"live": wrong})).await, ["stale_code"]);
    }
    // A picture of the screen, sent to somebody at home.
    town.clock.advance(minutes(5));
    assert_ne!(town.live(&door).await, code);
    assert_eq!(town.marks_of(&door.place, json!({"live": code})).await, ["stale_code"]);
    // A phone that read the same code in time, and had no signal since.
    let at = town.now().minus(minutes(4));
    assert!(town.marks_of(&door.place, json!({"live": code, "at": at})).await.is_empty());

    // Whom staff scan stands at the door.
    let (status, done) = town.scan(&door, json!({"text": CCCD})).await;
    assert_eq!(status, StatusCode::CREATED, "{done}");
    assert!(town.marks_of_visit(&door.place, done["visit"]["id"].as_str().unwrap()).await.is_empty());
    let paper = json!({"venue_code": door.place.code, "visitor": {"full_name": "Bà Chín", "phone": "0912345678"}});
    let (status, done) = town.call(Method::POST, VISITS, Some(&door.staff), Some(paper)).await;
    assert_eq!(status, StatusCode::CREATED, "{done}");
    assert!(town.marks_of_visit(&door.place, done["id"].as_str().unwrap()).await.is_empty());

    assert_eq!(town.presence(&door, json!({"screen": false})).await.0, StatusCode::OK);
    assert!(town.marks_of(&door.place, json!({})).await.is_empty());
}

async fn a_phone_that_says_it_is_far_away_is_marked_and_where_it_was_is_not_kept(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let near = json!({"position": {"latitude": 10.361, "longitude": 106.361, "accuracy_m": 100}});
    let far = json!({"position": {"latitude": 10.777, "longitude": 106.695, "accuracy_m": 100}});
    let unsure = json!({"position": {"latitude": 10.777, "longitude": 106.695, "accuracy_m": 200_000}});
    assert!(town.marks_of(&door.place, far.clone()).await.is_empty(), "nobody knows where the door is");
    let position = json!({"latitude": 10.36, "longitude": 106.36});
    let (status, venue) = town.presence(&door, json!({"position": position})).await;
    assert_eq!((status, &venue["position"]), (StatusCode::OK, &position), "{venue}");
    assert!(town.marks_of(&door.place, near).await.is_empty());
    assert!(town.marks_of(&door.place, json!({})).await.is_empty(), "who says nothing is not suspect");
    assert!(town.marks_of(&door.place, unsure).await.is_empty());
    assert_eq!(town.marks_of(&door.place, far.clone()).await, ["far_away"]);

    // Only the mark is left of it: a phone that sends the same again from elsewhere is the same visit.
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let device = town.token(town.person("Nguyễn Văn An", None).await);
    let mut body = json!({"id": id, "venue_code": door.place.code, "visitor": {"device_token": device}});
    body["position"] = far["position"].clone();
    assert_eq!(town.post(VISITS, body.clone()).await.0, StatusCode::CREATED);
    body["position"]["latitude"] = json!(10.36);
    assert_eq!(town.post(VISITS, body.clone()).await.0, StatusCode::OK);
    body["position"]["latitude"] = json!(91);
    let (status, problem) = town.post(VISITS, body).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/position")));

    let (status, problem) = town.presence(&door, json!({"position": {"latitude": 0, "longitude": 181}})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/position")));
    let (_, venue) = town.presence(&door, json!({"position": null})).await;
    assert!(venue["position"].is_null());
    assert!(town.marks_of(&door.place, far).await.is_empty());
}

async fn only_its_own_people_see_the_screen_of_a_venue(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let path = |end: &str| format!("/api/v1/checkin/venues/{}/{end}", door.place.id);
    for end in ["live", "live.svg"] {
        let (status, problem) = town.get(&path(end), Some(&door.staff)).await;
        assert_eq!((status, problem["type"].as_str().unwrap().ends_with("screen_off")), (StatusCode::CONFLICT, true));
    }
    town.presence(&door, json!({"screen": true})).await;
    let other = town.sign_in("other", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    for end in ["live", "live.svg"] {
        assert_eq!(town.get(&path(end), Some(&door.staff)).await.0, StatusCode::OK);
        assert_eq!(town.get(&path(end), Some(&other)).await.0, StatusCode::NOT_FOUND);
        assert_eq!(town.get(&path(end), None).await.0, StatusCode::UNAUTHORIZED);
    }
    let stranger = town.call(Method::POST, &path("presence"), Some(&other), Some(json!({"screen": false}))).await;
    assert_eq!(stranger.0, StatusCode::NOT_FOUND);
    let subject = format!("place:{}", door.place.id);
    let lines = town.app.platform.shared.read().await.unwrap().audit_lines(Some(&subject), None, 10).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "venue.presence").count(), 1);
}

async fn the_pages_switch_the_screen_on_and_lead_visitors_in(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let (settings, screen) = (format!("/venue/{}/presence", door.place.id), format!("/venue/{}/screen", door.place.id));
    let staff = Some(door.staff.as_str());
    let off = town.page(Method::GET, &screen, staff, None, "").await;
    assert_eq!((off.status, off.location.as_deref()), (StatusCode::SEE_OTHER, Some(settings.as_str())));
    let wrong = town.page(Method::POST, &settings, staff, None, "screen=1&position=bắc").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.html.contains("<title>Lỗi: ") && wrong.html.contains("href=\"#position\"") && wrong.html.contains("bắc")
    );
    let done = town.page(Method::POST, &settings, staff, None, "screen=1&position=10.36%2C+106.36").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    let none_yet = town.page(Method::GET, &settings, staff, None, "").await;
    assert!(none_yet.html.contains("Chưa có lượt nào") && none_yet.html.contains("10.36, 106.36"), "{}", none_yet.html);
    let shown = town.page(Method::GET, &format!("{screen}?lang=en"), staff, None, "").await;
    for text in ["Chợ Mỹ Tho", "live.svg", "Scan to come in", "data-seconds=\"30\""] {
        assert!(shown.html.contains(text), "{text} is not on the screen");
    }

    let code = town.live(&door).await;
    for (link, marked) in
        [(format!("/C/{}/{code}", door.place.code), ""), (format!("/c/{}", door.place.code), "mã giấy")]
    {
        let page = town.page(Method::GET, &link, None, None, "").await;
        assert!(page.html.contains("data-near"), "the phone may say where it is");
        let hidden = format!("name=\"live\" value=\"{code}\"");
        assert_eq!(page.html.contains(&hidden), marked.is_empty());
        let live = if marked.is_empty() { code.as_str() } else { "" };
        let form = format!("full_name=Lan+Anh&phone=0912345678&live={live}");
        let failed = town
            .page(Method::POST, &format!("/c/{}", door.place.code), None, None, &form.replace("0912345678", "1"))
            .await;
        assert_eq!(failed.html.contains(&hidden), marked.is_empty(), "a fault in the form does not lose it");
        town.clock.advance(minutes(1));
        let welcome = town.page(Method::POST, &format!("/c/{}", door.place.code), None, None, &form).await;
        assert_eq!(welcome.status, StatusCode::OK, "{}", welcome.html);
        let settings = town.page(Method::GET, &settings, staff, None, "").await;
        assert_eq!(settings.html.contains("mã giấy, không phải mã trên"), !marked.is_empty(), "{}", settings.html);
    }
    let unknown = town.page(Method::GET, "/c/00000000/AAAAAAAA", None, None, "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    // Only a door that has a position may ask for the phone's.
    let other = town.place("Quán", PlaceKind::Cafe).await;
    for (place, allowed) in [(&door.place, "geolocation=(self)"), (&other, "geolocation=()")] {
        let request = Request::get(format!("/c/{}", place.code)).body(Body::empty()).unwrap();
        let response = town.send(request).await;
        assert!(response.headers()["permissions-policy"].to_str().unwrap().contains(allowed));
        let html = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&html).contains("data-near"), allowed.contains("self"));
    }
    let request = Request::get(&settings).header(header::AUTHORIZATION, format!("Bearer {}", door.staff));
    let response = town.send(request.body(Body::empty()).unwrap()).await;
    assert!(response.headers()["permissions-policy"].to_str().unwrap().contains("geolocation=(self)"));
}

on_both!(screen, super::a_visit_shows_by_the_code_on_the_screen_that_somebody_stands_there);
on_both!(position, super::a_phone_that_says_it_is_far_away_is_marked_and_where_it_was_is_not_kept);
on_both!(access, super::only_its_own_people_see_the_screen_of_a_venue);
on_both!(pages, super::the_pages_switch_the_screen_on_and_lead_visitors_in);
