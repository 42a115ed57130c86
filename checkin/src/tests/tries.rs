//! Codes of places cannot be tried out, and who tries hides nothing from others.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use shared::ids::PersonId;
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::time::minutes;

use super::support::{Ground, Town, on_both};

const MARKET: [u8; 4] = [203, 0, 113, 7];
const HOME: [u8; 4] = [203, 0, 113, 8];

fn limited() -> Ground {
    Ground { limited: true, ..Ground::default() }
}

impl Town {
    async fn ask(&self, from: [u8; 4], path: &str, body: Option<Value>, cookie: Option<&str>) -> (StatusCode, Value) {
        let mut request = Request::builder().uri(path).extension(ConnectInfo(SocketAddr::from((from, 4_321))));
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = match body {
            Some(body) => {
                let request = request.method("POST").header(header::CONTENT_TYPE, "application/json");
                request.body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        let response = self.send(request.unwrap()).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    fn wrong_code(&self) -> PlaceCode {
        PlaceCode::new(&mut self.app.platform.random())
    }

    async fn arrive(&self, from: [u8; 4], place: &Place, person: PersonId) -> StatusCode {
        let body = json!({"venue_code": place.code, "visitor": {"device_token": self.token(person)}});
        self.ask(from, "/api/v1/checkin/visits", Some(body), None).await.0
    }
}

async fn who_tries_codes_out_is_told_of_none_and_others_are(town: Town) {
    let (fresh, seen) = (town.place("Chợ", PlaceKind::Market).await, town.place("Quán", PlaceKind::Cafe).await);
    let path = |place: &Place| format!("/c/{}", place.code);
    assert_eq!(town.ask(MARKET, &path(&seen), None, None).await.0, StatusCode::OK);
    for n in 0..100 {
        let status = town.ask(MARKET, &format!("/c/{}", town.wrong_code()), None, None).await.0;
        assert_eq!(status, StatusCode::NOT_FOUND, "{n}");
    }
    // The same answer whether somebody has the code or not, and whether it is remembered or not.
    for path in [format!("/c/{}", town.wrong_code()), path(&fresh), path(&seen)] {
        assert_eq!(town.ask(MARKET, &path, None, None).await.0, StatusCode::TOO_MANY_REQUESTS);
    }
    let stranger = json!({"venue_code": fresh.code, "visitor": {"full_name": "Lê Thị Hoa", "phone": "0912345678"}});
    let (status, problem) = town.ask(MARKET, "/api/v1/checkin/visits", Some(stranger.clone()), None).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{problem}");
    // A queue is kept whole: what is refused for a while is not refused for good.
    let batch = json!({"visits": [stranger]});
    let (status, _) = town.ask(MARKET, "/api/v1/checkin/visits/batch", Some(batch), None).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);

    assert_eq!(town.ask(HOME, &path(&fresh), None, None).await.0, StatusCode::OK, "another address");
    let person = town.person("Lê Thị Hoa", None).await;
    town.app.venues.forget(fresh.code);
    assert_eq!(town.arrive(MARKET, &fresh, person).await, StatusCode::CREATED, "a phone that was here before");
    let cookie = format!("__Host-device={}", town.token(person));
    town.app.venues.forget(fresh.code);
    assert_eq!(town.ask(MARKET, &path(&fresh), None, Some(&cookie)).await.0, StatusCode::OK);

    town.clock.advance(minutes(10));
    assert_eq!(town.ask(MARKET, &path(&fresh), None, None).await.0, StatusCode::OK, "it is over after a while");
}

async fn a_device_that_tries_codes_out_counts_like_anybody(town: Town) {
    let place = town.place("Chợ", PlaceKind::Market).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let token = town.token(person);
    let tries = |from: [u8; 4], code: String| {
        let body = json!({"venue_code": code, "visitor": {"device_token": token}});
        let town = &town;
        async move { town.ask(from, "/api/v1/checkin/visits", Some(body), None).await.0 }
    };
    for _ in 0..100 {
        assert_eq!(tries(MARKET, town.wrong_code().to_string()).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(tries(MARKET, place.code.to_string()).await, StatusCode::TOO_MANY_REQUESTS);
    // Elsewhere it may be somebody's mistake.
    assert_eq!(tries(HOME, place.code.to_string()).await, StatusCode::CREATED);
}

async fn processes_count_together_and_forget(town: Town) {
    let mut tx = town.app.store.write().await.unwrap();
    assert_eq!(tx.count_try(&[1; 16], 7).await.unwrap(), 1);
    assert_eq!(tx.count_try(&[1; 16], 7).await.unwrap(), 2);
    assert_eq!(tx.count_try(&[2; 16], 8).await.unwrap(), 1);
    assert_eq!(tx.forget_tries_before(8).await.unwrap(), 1);
    assert_eq!(tx.count_try(&[1; 16], 8).await.unwrap(), 1);
    assert_eq!(tx.count_try(&[2; 16], 8).await.unwrap(), 2);
    tx.commit().await.unwrap();

    // Two processes over one database: what one has seen counts for the other from its next try on.
    let other = crate::tries::Tries::new(std::sync::Arc::clone(&town.app.store));
    let ours = crate::tries::Tries::new(std::sync::Arc::clone(&town.app.store));
    let asker = crate::tries::Asker { device: None, address: Some(HOME.into()) };
    for _ in 0..99 {
        other.count(&town.app.platform, asker, town.now()).await.unwrap();
    }
    assert!(!other.are_used_up(asker, town.now()) && !ours.are_used_up(asker, town.now()));
    ours.count(&town.app.platform, asker, town.now()).await.unwrap();
    assert!(ours.are_used_up(asker, town.now()));
}

async fn a_device_and_a_place_take_so_many_at_once(town: Town) {
    let place = town.place("Chợ", PlaceKind::Market).await;
    let other = town.place("Quán", PlaceKind::Cafe).await;
    let (an, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let token = town.token(an);
    let come = |token: String, place: &Place| {
        let (town, body) = (&town, json!({"venue_code": place.code, "visitor": {"device_token": token}}));
        async move { town.ask(MARKET, "/api/v1/checkin/visits", Some(body), None).await }
    };
    for n in 0..60 {
        assert_eq!(come(token.clone(), &place).await.0, StatusCode::CREATED, "{n}");
    }
    // One comes back each second that the sixty took.
    let mut refused = Value::Null;
    for _ in 0..120 {
        let (status, problem) = come(token.clone(), &place).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            refused = problem;
            break;
        }
    }
    assert_eq!(refused["status"], 429, "a device never gets to its limit");
    assert_eq!(come(town.token(binh), &place).await.0, StatusCode::CREATED, "another device");

    let mut refused = false;
    for _ in 0..200 {
        while town.app.venues.allows(None, place.code) {}
        refused = come(town.token(binh), &place).await.0 == StatusCode::TOO_MANY_REQUESTS;
        if refused {
            break;
        }
    }
    assert!(refused, "a place never gets to its limit");
    assert_eq!(come(town.token(binh), &other).await.0, StatusCode::CREATED, "another place");
}

async fn queues_from_one_address_are_put_off_and_not_refused(town: Town) {
    let place = town.place("Chợ", PlaceKind::Market).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let batch = "/api/v1/checkin/visits/batch";
    let junk = json!({"visits": vec![json!({}); 500]});
    for n in 0..10 {
        let (status, report) = town.ask(MARKET, batch, Some(junk.clone()), None).await;
        assert_eq!((status, report["results"].as_array().map(Vec::len)), (StatusCode::OK, Some(500)), "{n}");
    }
    let mut refused = false;
    for _ in 0..50 {
        refused = town.ask(MARKET, batch, Some(junk.clone()), None).await.0 == StatusCode::TOO_MANY_REQUESTS;
        if refused {
            break;
        }
    }
    assert!(refused, "an address never gets to its limit");
    let visit = json!({"visits": [{"venue_code": place.code, "visitor": {"device_token": town.token(person)}}]});
    let (status, report) = town.ask(HOME, batch, Some(visit), None).await;
    assert_eq!((status, &report["results"][0]["status"]), (StatusCode::OK, &json!("accepted")), "another address");
}

on_both!(at_once, super::a_device_and_a_place_take_so_many_at_once, super::limited());
on_both!(queues, super::queues_from_one_address_are_put_off_and_not_refused, super::limited());
on_both!(guesses, super::who_tries_codes_out_is_told_of_none_and_others_are, super::limited());
on_both!(device, super::a_device_that_tries_codes_out_counts_like_anybody, super::limited());
on_both!(together, super::processes_count_together_and_forget);
