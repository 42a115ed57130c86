//! Checking in and out through HTTP.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::place::PlaceKind;
use shared::time::{days, minutes};

use super::support::{Town, on_both};

const VISITS: &str = "/api/v1/checkin/visits";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn lan() -> Value {
    json!({"full_name": "Nguyễn Thị Lan", "phone": "0912 345 678"})
}

fn pointers(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
}

async fn people(town: &Town) -> usize {
    let query = shared_store::people::PeopleQuery { name_fold: "nguyen".to_owned(), limit: 100, ..Default::default() };
    town.app.store.read().await.unwrap().search_people(&query).await.unwrap().len()
}

async fn the_first_visit_brings_a_token_that_is_enough_for_the_next(town: Town) {
    let place = town.place("Nhà thuốc Bình An", PlaceKind::Pharmacy).await;
    let (status, first) = town.post(VISITS, json!({"venue_code": place.code, "visitor": lan()})).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    assert_eq!(first["status"], "accepted");
    assert_eq!(first["reasons"], json!([]));
    assert_eq!(first["venue"]["name"], "Nhà thuốc Bình An");
    assert_eq!(first["venue"]["code"], place.code.as_str());
    assert_eq!(first["checked_in_at"], town.now().to_string());
    assert!(!first.to_string().contains("Lan"), "no personal data comes back: {first}");

    town.clock.advance(minutes(90));
    let token = first["device_token"].as_str().unwrap();
    let body = json!({"venue_code": place.code.as_str().to_lowercase(), "visitor": {"device_token": token}});
    let (status, second) = town.post(VISITS, body).await;
    assert_eq!(status, StatusCode::CREATED, "{second}");
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["device_token"], token);
    assert_eq!(people(&town).await, 1);
    let mut tx = town.app.store.write().await.unwrap();
    let lines = tx.audit_lines(None, None, 100).await.unwrap();
    let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["person.create"], "a person's own check-in leaves no line");
}

async fn the_same_visit_sent_again_changes_nothing_and_another_under_its_id_is_refused(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let other_place = town.place("Bến xe", PlaceKind::Transport).await;
    let body = json!({"id": ID, "venue_code": place.code, "visitor": lan(), "party": [{"full_name": "Nguyễn Bé Na"}]});
    let (status, first) = town.post(VISITS, body.clone()).await;
    assert_eq!((status, &first["id"]), (StatusCode::CREATED, &json!(ID)));
    town.clock.advance(minutes(20));
    let (status, again) = town.post(VISITS, body.clone()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(again, first, "the first record, with its token");
    assert_eq!(people(&town).await, 2, "the same words under the same id make no new person");
    let changes = [
        ("venue_code", json!(other_place.code)),
        ("visitor", json!({"full_name": "Nguyễn Văn An", "phone": "0987654321"})),
        ("party", json!([])),
        ("at", json!(town.now().to_string())),
        ("visitor", json!({"device_token": first["device_token"]})),
    ];
    for (field, value) in changes {
        let mut other = body.clone();
        other[field] = value;
        let (status, problem) = town.post(VISITS, other).await;
        assert_eq!(status, StatusCode::CONFLICT, "{field}: {problem}");
        assert_eq!(pointers(&problem), [("/id", "id_conflict")]);
    }
    assert_eq!(people(&town).await, 2);
}

async fn a_known_visitors_repeat_is_recognised_after_midnight_too(town: Town) {
    let place = town.place("Chợ đêm", PlaceKind::Market).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let body = json!({"id": ID, "venue_code": place.code, "visitor": {"device_token": town.token(person)}});
    assert_eq!(town.post(VISITS, body.clone()).await.0, StatusCode::CREATED);
    town.clock.advance(days(1));
    let (status, again) = town.post(VISITS, body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    let mut other = body;
    other["at"] = json!(town.now().to_string());
    assert_eq!(town.post(VISITS, other).await.0, StatusCode::CONFLICT);
}

async fn a_second_scan_in_the_same_minute_is_the_first_visit(town: Town) {
    let place = town.place("Quán cà phê", PlaceKind::Cafe).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let (first_status, first) = town.visit(&place, person).await;
    town.clock.advance(jiff::SignedDuration::from_secs(20));
    let (second_status, second) = town.visit(&place, person).await;
    assert_eq!((first_status, second_status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(second["id"], first["id"]);
    assert_eq!(second["checked_in_at"], first["checked_in_at"]);
}

async fn a_token_that_is_not_good_asks_for_name_and_phone(town: Town) {
    let place = town.place("Quán cà phê", PlaceKind::Cafe).await;
    let person = town.person("Nguyễn Thị Lan", None).await;
    let token = town.token(person);
    let body = |token: &str| json!({"venue_code": place.code, "visitor": {"device_token": token}});
    let (status, problem) = town.post(VISITS, body("nonsense")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["type"], "urn:antam:problem:device_token");
    assert!(problem["detail"].as_str().unwrap().contains("name and phone"), "{problem}");
    town.clock.advance(days(100));
    let (_, renewed) = town.post(VISITS, body(&token)).await;
    let renewed = renewed["device_token"].as_str().unwrap().to_owned();
    assert_ne!(renewed, token, "a token past half of its life is replaced");
    town.clock.advance(days(100));
    assert_eq!(town.post(VISITS, body(&token)).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(town.post(VISITS, body(&renewed)).await.0, StatusCode::CREATED);
}

async fn every_field_at_fault_is_named(town: Town) {
    let unknown = shared::place::PlaceCode::new(&mut town.app.platform.random());
    let (status, problem) = town.post(VISITS, json!({"venue_code": unknown, "visitor": lan()})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pointers(&problem), [("/venue_code", "unknown_venue")]);
    let body = json!({"venue_code": "ABC", "at": "2030-01-01T00:00:00Z", "visitor": {"full_name": "A", "phone": "1"}});
    let (_, problem) = town.post(VISITS, body).await;
    assert!(pointers(&problem).contains(&("/at", "in_future")), "{problem}");
    assert!(pointers(&problem).iter().any(|(pointer, _)| *pointer == "/visitor/phone"), "{problem}");
    let (status, problem) = town.post(VISITS, json!({"visitor": 7})).await;
    assert_eq!((status, pointers(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![("/visitor", "type")]));
}

async fn a_party_comes_in_with_one_visit_each(town: Town) {
    let place = town.place("Siêu thị", PlaceKind::Supermarket).await;
    let officer = town.officer().await;
    let party = json!([{"full_name": "Nguyễn Bé Na"}, {"full_name": "Nguyễn Văn Tư", "phone": "0987654321"}]);
    let (_, first) = town.post(VISITS, json!({"venue_code": place.code, "visitor": lan(), "party": party})).await;
    let path = format!("/api/v1/checkin/venues/{}/occupancy", place.id);
    let (_, occupancy) = town.get(&path, Some(&officer)).await;
    assert_eq!(occupancy["inside"], 3);
    town.clock.advance(minutes(1));
    let token = &first["device_token"];
    let body =
        json!({"venue_code": place.code, "visitor": {"device_token": token}, "party": [{"full_name": "Nguyễn Cu Tí"}]});
    let (status, second) = town.post(VISITS, body).await;
    assert_eq!(status, StatusCode::CREATED, "{second}");
    let (_, occupancy) = town.get(&path, Some(&officer)).await;
    assert_eq!(occupancy["inside"], 4, "the visitor is inside once");
    let query =
        shared_store::people::PeopleQuery { phone: Some("+84912345678".to_owned()), limit: 10, ..Default::default() };
    let reached = town.app.store.read().await.unwrap().search_people(&query).await.unwrap();
    assert_eq!(reached.len(), 3, "who has no phone is reached through the visitor's");
}

async fn a_batch_answers_for_each_visit(town: Town) {
    let place = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let person = town.person("Nguyễn Văn An", None).await;
    let token = json!({"device_token": town.token(person)});
    let id = |n: u32| format!("01890a5d-ac96-774b-bcce-b302099a80{n:02}");
    let at = |m: i64| town.now().minus(minutes(m)).to_string();
    let visits = json!([
        {"id": id(1), "venue_code": place.code, "at": at(60), "visitor": token},
        {"id": id(1), "venue_code": place.code, "at": at(60), "visitor": token},
        {"id": id(2), "venue_code": place.code, "at": at(50), "visitor": lan()},
        {"id": id(3), "venue_code": place.code, "at": at(40), "visitor": lan()},
        {"id": id(4), "venue_code": "ABC", "visitor": lan()},
        {"id": id(5), "venue_code": place.code, "visitor": 7},
        {"id": id(6), "venue_code": place.code, "visitor": {"device_token": "bad"}},
        {"id": id(1), "venue_code": place.code, "at": at(30), "visitor": token},
        "nonsense",
    ]);
    let expected =
        ["accepted", "duplicate", "accepted", "accepted", "rejected", "rejected", "rejected", "rejected", "rejected"];
    let (status, answer) = town.post("/api/v1/checkin/visits/batch", json!({"visits": visits})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let results = answer["results"].as_array().unwrap();
    let statuses: Vec<&str> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, expected, "{answer}");
    assert_eq!(results[0]["id"], id(1));
    let code = |n: usize| results[n]["errors"][0]["code"].as_str().unwrap();
    assert_eq!([code(4), code(5), code(6), code(7)], ["venue_code", "type", "device_token", "id_conflict"]);
    assert!(results[0]["errors"].as_array().unwrap().is_empty());
    assert_eq!(people(&town).await, 2, "the same words twice in one batch are one person");

    let (_, again) = town.post("/api/v1/checkin/visits/batch", json!({"visits": visits})).await;
    let results = again["results"].as_array().unwrap();
    let duplicates = results.iter().filter(|result| result["status"] == "duplicate").count();
    assert_eq!(duplicates, 4, "sent again, nothing is stored: {again}");
    assert_eq!(people(&town).await, 2);
}

async fn a_batch_has_at_most_500_visits(town: Town) {
    let (status, problem) = town.post("/api/v1/checkin/visits/batch", json!({"visits": vec![json!({}); 501]})).await;
    assert_eq!((status, pointers(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![("/visits", "too_many")]));
    let (status, answer) = town.post("/api/v1/checkin/visits/batch", json!({"visits": []})).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"results": []})));
}

async fn a_visit_is_ended_by_its_visitor_or_by_those_who_work_there(town: Town) {
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let (lan, an) = (town.person("Nguyễn Thị Lan", None).await, town.person("Nguyễn Văn An", None).await);
    let stranger = town.sign_in("venue", Role::Venue, AreaScope::Province("82".to_owned())).await;
    let far_officer = town.sign_in("far", Role::Officer, AreaScope::Ward("28249".to_owned())).await;
    let officer = town.officer().await;
    let (_, visit) = town.visit(&place, lan).await;
    let path = format!("{VISITS}/{}/checkout", visit["id"].as_str().unwrap());
    town.clock.advance(minutes(30));
    let leave = |bearer: Option<String>, body: Option<Value>| {
        let (town, path) = (&town, path.clone());
        async move { town.call(Method::POST, &path, bearer.as_deref(), body).await }
    };
    assert_eq!(leave(None, None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(leave(Some("nonsense".to_owned()), None).await.0, StatusCode::UNAUTHORIZED);
    for other in [town.token(an), stranger, far_officer] {
        assert_eq!(leave(Some(other), None).await.0, StatusCode::NOT_FOUND);
    }
    let before = json!({"at": town.now().minus(minutes(60)).to_string()});
    let (status, problem) = leave(Some(town.token(lan)), Some(before)).await;
    assert_eq!((status, pointers(&problem)), (StatusCode::UNPROCESSABLE_ENTITY, vec![("/at", "before_check_in")]));
    let ahead = json!({"at": town.now().plus(minutes(60)).to_string()});
    let (_, problem) = leave(Some(officer.clone()), Some(ahead)).await;
    assert_eq!(pointers(&problem), [("/at", "in_future")]);

    let at = json!({"at": town.now().minus(minutes(1)).to_string()});
    let (status, ended) = leave(Some(town.token(lan)), Some(at.clone())).await;
    assert_eq!(status, StatusCode::OK, "{ended}");
    assert_eq!(ended["checked_out_at"], at["at"]);
    assert_eq!((&ended["id"], &ended["venue"]["id"]), (&visit["id"], &json!(place.id)));
    assert_eq!(leave(Some(officer.clone()), Some(at)).await.0, StatusCode::OK, "the same instant again");
    let (status, problem) = leave(Some(officer), None).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["type"], "urn:antam:problem:already_checked_out");
}

async fn a_token_stays_good_for_check_out_after_its_person_was_merged(town: Town) {
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let (lan, an) = (town.person("Nguyễn Thị Lan", None).await, town.person("Nguyễn Văn An", None).await);
    let (_, visit) = town.visit(&place, lan).await;
    let mut tx = town.app.store.write().await.unwrap();
    tx.merge_person(an, lan).await.unwrap();
    tx.commit().await.unwrap();
    let path = format!("{VISITS}/{}/checkout", visit["id"].as_str().unwrap());
    assert_eq!(town.call(Method::POST, &path, Some(&town.token(an)), None).await.0, StatusCode::OK);
}

on_both!(first_visit, super::the_first_visit_brings_a_token_that_is_enough_for_the_next);
on_both!(repeats, super::the_same_visit_sent_again_changes_nothing_and_another_under_its_id_is_refused);
on_both!(midnight, super::a_known_visitors_repeat_is_recognised_after_midnight_too);
on_both!(second_scan, super::a_second_scan_in_the_same_minute_is_the_first_visit);
on_both!(tokens, super::a_token_that_is_not_good_asks_for_name_and_phone);
on_both!(faults, super::every_field_at_fault_is_named);
on_both!(party, super::a_party_comes_in_with_one_visit_each);
on_both!(batch, super::a_batch_answers_for_each_visit);
on_both!(batch_limit, super::a_batch_has_at_most_500_visits);
on_both!(check_out, super::a_visit_is_ended_by_its_visitor_or_by_those_who_work_there);
on_both!(merged, super::a_token_stays_good_for_check_out_after_its_person_was_merged);
