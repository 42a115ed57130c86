//! Personal cards on paper, issued by staff.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::place::PlaceKind;
use shared_store::cards;

use super::support::{Town, on_both};

const CARDS: &str = "/api/v1/checkin/cards";

impl Town {
    /// Asks for a sheet; gives the status, the type and the bytes of the answer.
    async fn sheet(&self, bearer: &str, body: Value) -> (StatusCode, String, Vec<u8>) {
        let request = Request::post(CARDS)
            .header(header::AUTHORIZATION, format!("Bearer {bearer}"))
            .header(header::CONTENT_TYPE, "application/json");
        let response = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        let (status, kind) = (response.status(), response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned());
        let cached = response.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
        assert!(!status.is_success() || cached == Some("no-store"), "{cached:?}");
        (status, kind, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn only(&self, name: &str) -> PersonId {
        let query = shared_store::people::PeopleQuery { name_fold: name.to_owned(), limit: 9, ..Default::default() };
        let found = self.app.store.read().await.unwrap().search_people(&query).await.unwrap();
        assert_eq!(found.len(), 1, "{name}");
        found[0].person.id
    }
}

async fn staff_issue_cards_that_every_door_reads(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let people = json!({"people": [{"full_name": "Trần Thị Tám", "birth_date": "1941"},
                                   {"full_name": "Nguyễn Văn Chín", "birth_year": 1950, "phone": "0912345678"}]});
    let (status, kind, pdf) = town.sheet(&door.staff, people.clone()).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"));
    assert!(pdf.starts_with(b"%PDF"));
    let person = town.only("tran thi tam").await;
    let card = town.app.store.read().await.unwrap().cards_of(person).await.unwrap().pop().unwrap();
    let code = cards::prove(town.app.platform.keys().token.bytes(), card.id.into_bytes());
    let text = code.address("https://antam.example.vn");
    let (status, done) = town.scan(&door, json!({"text": text})).await;
    assert_eq!((status, &done["visitor"]["full_name"]), (StatusCode::CREATED, &json!("Trần Thị Tám")), "{done}");
    assert_eq!(done["verified"], true);
    // Printed again: the same people, cards of their own, the old ones stay good.
    assert_eq!(town.sheet(&door.staff, people).await.0, StatusCode::OK);
    let chin = town.only("nguyen van chin").await;
    assert_eq!(town.app.store.read().await.unwrap().cards_of(chin).await.unwrap().len(), 2);
    let lines = town.app.store.write().await.unwrap().audit_lines(None, None, 200).await.unwrap();
    let issued = lines.iter().filter(|line| line.action == "card.issue").count();
    let printed: Vec<&str> = lines.iter().filter(|l| l.action == "cards.print").map(|l| l.detail.as_str()).collect();
    assert_eq!((issued, printed), (4, vec![r#"{"cards":2}"#, r#"{"cards":2}"#]));
}

async fn what_is_no_list_of_people_issues_no_card(town: Town) {
    let nurse = town.sign_in("nurse", Role::Nurse, AreaScope::Province("82".to_owned())).await;
    let problem = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    for (body, pointer, code) in [
        (json!({}), "/people", "required"),
        (json!({"people": []}), "/people", "required"),
        (json!({"people": vec![json!({"full_name": "A", "birth_year": 1950}); 101]}), "/people", "too_many"),
        (
            json!({"people": [{"full_name": "Bà Tám", "birth_year": 1950}, {"full_name": "Bà Chín"}]}),
            "/people/1/birth_date",
            "required",
        ),
        (json!({"people": [{"full_name": "Bà Tám", "birth_year": 1950}], "lang": "fr"}), "/lang", "lang"),
    ] {
        let (status, _, bytes) = town.sheet(&nurse, body).await;
        let answer = problem(&bytes);
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
        assert_eq!((&answer["errors"][0]["pointer"], &answer["errors"][0]["code"]), (&json!(pointer), &json!(code)));
    }
    assert_eq!(town.people_called("ba").await, 0, "nobody is registered");
    let doctor = town.sign_in("doctor", Role::Doctor, AreaScope::Province("82".to_owned())).await;
    assert_eq!(town.sheet(&doctor, json!({"people": []})).await.0, StatusCode::FORBIDDEN);
    assert_eq!(town.call(Method::POST, CARDS, None, Some(json!({}))).await.0, StatusCode::UNAUTHORIZED);
}

async fn the_page_prints_the_lines_that_were_filled_in(town: Town) {
    let nurse = town.sign_in("nurse", Role::Nurse, AreaScope::Province("82".to_owned())).await;
    for (lang, text) in [("vi", "Thẻ mã cá nhân"), ("en", "Personal QR cards")] {
        let page = town.page(Method::GET, &format!("/venue/cards?lang={lang}"), Some(&nurse), None, "").await;
        assert!(page.html.contains(text) && page.html.matches("name=\"full_name\"").count() == 10, "{lang}");
    }
    let empty = town.page(Method::POST, "/venue/cards", Some(&nurse), None, "full_name=&birth=&phone=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.html.contains("Hãy nhập ít nhất một người"), "{}", empty.html);
    let form = "full_name=&birth=&phone=&full_name=B%C3%A0+T%C3%A1m&birth=&phone=&full_name=&birth=1950&phone=";
    let wrong = town.page(Method::POST, "/venue/cards", Some(&nurse), None, form).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["href=\"#birth-2\"", "href=\"#full_name-3\"", "value=\"Bà Tám\"", "<title>Lỗi: "] {
        assert!(wrong.html.contains(text), "{text}");
    }
    let request = Request::post("/venue/cards")
        .header(header::AUTHORIZATION, format!("Bearer {nurse}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = "full_name=&birth=&phone=&full_name=B%C3%A0+T%C3%A1m&birth=01%2F02%2F1950&phone=";
    let response = town.send(request.body(Body::from(form)).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/pdf");
    town.only("ba tam").await;
}

on_both!(doors, super::staff_issue_cards_that_every_door_reads);
on_both!(faults, super::what_is_no_list_of_people_issues_no_card);
on_both!(page, super::the_page_prints_the_lines_that_were_filled_in);
