//! Odd visits are accepted and marked; a poster is replaced; a line list is taken out.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::events::CaseOpened;
use shared::ids::{CaseId, PersonId};
use shared::place::{Place, PlaceKind};
use shared::time::{hours, minutes};

use super::support::{Town, WARD, on_both};
use crate::store::PlaceSpan;

const VISITS: &str = "/api/v1/checkin/visits";
const VENUES: &str = "/api/v1/checkin/venues";

async fn venue(town: &Town, token: &str, name: &str, more: Value) -> Value {
    let mut body = json!({"name": name, "kind": "restaurant", "address": "1 Lê Lợi", "ward_code": WARD,
                          "phone": "0912345678"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, venue) = town.call(Method::POST, VENUES, Some(token), Some(body)).await;
    assert_eq!(status, StatusCode::CREATED, "{venue}");
    venue
}

async fn keeper(town: &Town) -> String {
    town.sign_in("venue", Role::Venue, AreaScope::Ward(WARD.to_owned())).await
}

async fn marks(town: &Town, venue: &Value) -> Vec<String> {
    let place_id = serde_json::from_value(venue["id"].clone()).unwrap();
    let span = PlaceSpan { place_id, from_minute: 0, to_minute: i64::MAX };
    let marks = town.app.store.read().await.unwrap().marks_at(&[span]).await.unwrap();
    marks.into_iter().map(|mark| mark.mark).collect()
}

async fn check_in(town: &Town, code: &Value, token: &str, more: Value) -> (StatusCode, Value) {
    let mut body = json!({"venue_code": code, "visitor": {"device_token": token}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    town.post(VISITS, body).await
}

async fn an_old_code_leads_to_its_place_and_is_marked(town: Town) {
    let token = keeper(&town).await;
    let first = venue(&town, &token, "Quán", json!({})).await;
    let person = town.person("Nguyễn Văn An", None).await;
    let device = town.token(person);
    assert_eq!(check_in(&town, &first["code"], &device, json!({})).await.0, StatusCode::CREATED);
    assert_eq!(marks(&town, &first).await, [""; 0]);

    let path = format!("{VENUES}/{}/reprint", first["id"].as_str().unwrap());
    let (status, renewed) = town.call(Method::POST, &path, Some(&token), None).await;
    assert_eq!(status, StatusCode::OK, "{renewed}");
    assert_eq!(renewed["id"], first["id"]);
    assert_ne!(renewed["code"], first["code"]);
    for (code, expected) in [(&renewed["code"], vec![]), (&first["code"], vec!["old_code".to_owned()])] {
        town.clock.advance(minutes(5));
        let (status, visit) = check_in(&town, code, &device, json!({})).await;
        assert_eq!((status, &visit["venue"]["id"]), (StatusCode::CREATED, &first["id"]));
        assert_eq!(marks(&town, &first).await, expected);
    }
    let other = town.sign_in("other", Role::Venue, AreaScope::Ward(WARD.to_owned())).await;
    assert_eq!(town.call(Method::POST, &path, Some(&other), None).await.0, StatusCode::NOT_FOUND);
}

async fn a_visit_at_a_closed_place_or_from_far_away_is_taken_and_marked(town: Town) {
    // It is Thursday, half past eight.
    let token = keeper(&town).await;
    let at = |latitude: f64, longitude: f64| json!({"latitude": latitude, "longitude": longitude});
    let evening = json!({"opening_hours": "17:00-22:00", "position": at(10.36, 106.36)});
    let bar = venue(&town, &token, "Quán", evening).await;
    let far = venue(&town, &token, "Chợ", json!({"position": at(10.035, 105.788)})).await;
    let (an, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let device = town.token(an);
    assert_eq!(check_in(&town, &bar["code"], &device, json!({})).await.0, StatusCode::CREATED);
    assert_eq!(marks(&town, &bar).await, ["closed"]);
    town.clock.advance(minutes(6));
    assert_eq!(check_in(&town, &far["code"], &device, json!({})).await.0, StatusCode::CREATED);
    assert_eq!(check_in(&town, &far["code"], &town.token(binh), json!({})).await.0, StatusCode::CREATED);
    assert_eq!(marks(&town, &far).await, ["far_apart"], "only the one who was elsewhere");
}

async fn a_phone_is_held_against_its_first_visit_and_stays_one_when_its_token_is_renewed(town: Town) {
    let keeper = keeper(&town).await;
    let at = |latitude: f64, longitude: f64| json!({"position": {"latitude": latitude, "longitude": longitude}});
    let near = venue(&town, &keeper, "Quán", at(10.36, 106.36)).await;
    let far = venue(&town, &keeper, "Chợ", at(10.035, 105.788)).await;
    let first = json!({"venue_code": near["code"], "visitor": {"full_name": "Lê Thị Hoa", "phone": "0912345678"}});
    let (status, answer) = town.post(VISITS, first.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let token = answer["device_token"].as_str().unwrap();
    town.clock.advance(minutes(5));
    assert_eq!(check_in(&town, &far["code"], token, json!({})).await.0, StatusCode::CREATED);
    assert_eq!(marks(&town, &far).await, ["far_apart"]);

    town.clock.advance(hours(24 * 100));
    let (_, answer) = check_in(&town, &near["code"], token, json!({})).await;
    let renewed = answer["device_token"].as_str().unwrap();
    assert_ne!(renewed, token);
    town.clock.advance(minutes(5));
    assert_eq!(check_in(&town, &far["code"], renewed, json!({})).await.0, StatusCode::CREATED);
    assert_eq!(marks(&town, &far).await, ["far_apart", "far_apart"]);

    // Staff write down who has no phone: theirs is in one place all the time.
    let by_staff =
        |code: &Value, name: &str| json!({"venue_code": code, "visitor": {"full_name": name, "phone": "0987654321"}});
    for (code, name) in [(&near["code"], "Trần Văn Bình"), (&far["code"], "Trần Văn Bốn")] {
        let (status, _) = town.call(Method::POST, VISITS, Some(&keeper), Some(by_staff(code, name))).await;
        assert_eq!(status, StatusCode::CREATED);
    }
    assert_eq!(marks(&town, &near).await, [""; 0]);
}

async fn a_clock_that_is_hours_wrong_is_corrected_and_both_times_are_kept(town: Town) {
    let token = keeper(&town).await;
    let place = venue(&town, &token, "Quán", json!({})).await;
    let device = town.token(town.person("Nguyễn Văn An", None).await);
    let now = town.now();
    // The phone is three hours ahead: the visit was half an hour ago.
    let (said, sent) = (now.plus(minutes(150)), now.plus(hours(3)));
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(check_in(&town, &place["code"], &device, json!({"at": said})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({"id": id, "venue_code": place["code"], "visitor": {"device_token": device}, "at": said});
    let batch = json!({"visits": [body], "sent_at": sent});
    let (_, answer) = town.post(&format!("{VISITS}/batch"), batch.clone()).await;
    assert_eq!(answer["results"][0]["status"], "accepted", "{answer}");
    assert_eq!(marks(&town, &place).await, ["clock"]);
    let mut tx = town.app.store.read().await.unwrap();
    let visit = tx.visits(&[id.parse().unwrap()]).await.unwrap().pop().unwrap();
    assert_eq!(visit.checked_in_at, now.minus(minutes(30)));
    let minute = visit.key().minute;
    let span = PlaceSpan { place_id: visit.place_id, from_minute: minute, to_minute: minute };
    let clock = tx.clocks_at(&[span]).await.unwrap().pop().unwrap();
    assert_eq!((clock.device_at, clock.received_at), (said, now));
    drop(tx);
    let (_, again) = town.post(&format!("{VISITS}/batch"), batch).await;
    assert_eq!(again["results"][0]["status"], "duplicate");
}

async fn a_phone_whose_clock_is_hours_wrong_comes_and_leaves_at_the_right_time(town: Town) {
    let token = keeper(&town).await;
    let place = venue(&town, &token, "Quán", json!({})).await;
    for (name, wrong) in [("Nguyễn Văn An", hours(3)), ("Trần Thị Bình", -hours(3))] {
        let device = town.token(town.person(name, None).await);
        let (now, said) = (town.now(), town.now().plus(wrong));
        let (status, came) = check_in(&town, &place["code"], &device, json!({"at": said, "sent_at": said})).await;
        assert_eq!((status, &came["checked_in_at"]), (StatusCode::CREATED, &json!(now)), "{came}");
        town.clock.advance(minutes(30));
        let left = town.now();
        let path = format!("{VISITS}/{}/checkout", came["id"].as_str().unwrap());
        // Kept without a signal ten minutes ago.
        let sent = left.plus(wrong);
        let body = json!({"at": sent.minus(minutes(10)), "sent_at": sent});
        let (status, gone) = town.call(Method::POST, &path, Some(&device), Some(body)).await;
        assert_eq!((status, &gone["checked_out_at"]), (StatusCode::OK, &json!(left.minus(minutes(10)))), "{gone}");
        let bad = json!({"at": sent, "sent_at": "trưa"});
        let (status, problem) = town.call(Method::POST, &path, Some(&device), Some(bad)).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/sent_at")));
    }
}

async fn a_second_scan_within_the_minute_is_answered_with_the_visit_that_is_stored(town: Town) {
    let token = keeper(&town).await;
    let place = venue(&town, &token, "Quán", json!({})).await;
    let device = town.token(town.person("Nguyễn Văn An", None).await);
    let id = |n: u8| format!("01890a5d-ac96-774b-bcce-b302099a830{n}");
    let body = |n: u8| json!({"id": id(n), "venue_code": place["code"], "visitor": {"device_token": device}, "at": town.now()});
    let (_, answer) = town.post(&format!("{VISITS}/batch"), json!({"visits": [body(1), body(2)]})).await;
    let results = answer["results"].as_array().unwrap();
    assert_eq!((&results[0]["status"], &results[0]["visit_id"]), (&json!("accepted"), &json!(id(1))), "{answer}");
    assert_eq!((&results[1]["id"], &results[1]["status"]), (&json!(id(2)), &json!("duplicate")), "{answer}");
    assert_eq!(results[1]["visit_id"], json!(id(1)), "{answer}");
    let leave = |n: u8| {
        let (town, device, path) = (&town, device.clone(), format!("{VISITS}/{}/checkout", id(n)));
        async move { town.call(Method::POST, &path, Some(&device), None).await.0 }
    };
    assert_eq!(leave(2).await, StatusCode::NOT_FOUND, "no visit is stored under the second id");
    assert_eq!(leave(1).await, StatusCode::OK);
    let (_, refused) = town.post(&format!("{VISITS}/batch"), json!({"visits": [{"id": id(3)}]})).await;
    assert_eq!((&refused["results"][0]["status"], refused["results"][0].get("visit_id")), (&json!("rejected"), None));
}

async fn check_ins_that_arrive_out_of_order_count_as_they_happened(town: Town) {
    let token = keeper(&town).await;
    let (market, shop) = (venue(&town, &token, "Chợ", json!({})).await, venue(&town, &token, "Tiệm", json!({})).await);
    let device = town.token(town.person("Nguyễn Văn An", None).await);
    let at = |m: i64| json!({"at": town.now().minus(minutes(m))});
    // The market at 08:05, the shop at 08:20; word of the shop comes first.
    assert_eq!(check_in(&town, &shop["code"], &device, at(10)).await.0, StatusCode::CREATED);
    let (status, earlier) = check_in(&town, &market["code"], &device, at(25)).await;
    assert_eq!((status, &earlier["checked_in_at"]), (StatusCode::CREATED, &at(25)["at"]), "{earlier}");
    let inside = |place: &Value| {
        let path = format!("/api/v1/checkin/venues/{}/occupancy", place["id"].as_str().unwrap());
        let (town, token) = (&town, token.clone());
        async move { town.get(&path, Some(&token)).await.1["inside"].clone() }
    };
    assert_eq!((inside(&market).await, inside(&shop).await), (json!(0), json!(1)), "they left the market for the shop");
    // A phone that is a day slow: nothing is lost, and the time is put right.
    let body =
        json!({"venue_code": market["code"], "visitor": {"device_token": device}, "at": town.now().minus(hours(24))});
    let batch = json!({"visits": [body], "sent_at": town.now().minus(hours(24))});
    let (_, answer) = town.post(&format!("{VISITS}/batch"), batch).await;
    assert_eq!(answer["results"][0]["status"], "accepted", "{answer}");
    assert_eq!((inside(&market).await, inside(&shop).await), (json!(1), json!(0)));
}

async fn case_at(town: &Town, place: &Place, people: &[PersonId]) -> CaseId {
    for person in people {
        assert!(town.visit(place, *person).await.0.is_success());
    }
    town.clock.advance(minutes(30));
    let now = town.now();
    let case_id = CaseId::new(now, &mut town.app.platform.random());
    let opened = CaseOpened {
        case_id,
        person_id: people[0],
        symptom_onset: None,
        specimen_at: now,
        isolated_from: None,
        ward_code: Some(WARD.to_owned()),
        opened_at: now,
    };
    town.hear(&opened).await;
    case_id
}

async fn the_officer_sees_what_a_wrong_clock_said_and_what_is_right(town: Town) {
    let place = town.place("Quán", PlaceKind::Cafe).await;
    let binh = town.person("Trần Thị Bình", Some(WARD)).await;
    let (came, said) = (town.now(), town.now().plus(hours(3)));
    let (status, visit) =
        check_in(&town, &json!(place.code), &town.token(binh), json!({"at": said, "sent_at": said})).await;
    assert_eq!((status, &visit["checked_in_at"]), (StatusCode::CREATED, &json!(came)), "{visit}");
    let case = case_at(&town, &place, &[town.person("Nguyễn Văn An", Some(WARD)).await]).await;
    let officer = town.officer().await;
    let (_, cluster) = town.get(&format!("/api/v1/checkin/exposures?case_id={case}"), Some(&officer)).await;
    let exposure = &cluster["exposures"][0];
    assert_eq!((&exposure["person_id"], &exposure["marks"]), (&json!(binh), &json!(["clock"])), "{cluster}");
    assert_eq!(exposure["clocks"], json!([{"device_at": said, "checked_in_at": came, "received_at": came}]));

    let csv = town.look(&format!("/api/v1/checkin/exposures/export.csv?case_id={case}"), Some(&officer)).await.html;
    let line = csv.lines().nth(1).unwrap();
    assert!(line.contains(&format!("clock,{said},{came},{came},")), "{csv}");
    let page = town.look(&format!("/exposures?case_id={case}&lang=vi"), Some(&officer)).await.html;
    assert!(page.contains("Máy báo 10/03/2022 11:30 · đúng là 10/03/2022 08:30"), "{page}");
}

async fn a_line_list_names_who_took_it_out_and_holds_no_formula(town: Town) {
    let place = town.place("=HYPERLINK(\"http://evil\")", PlaceKind::Cafe).await;
    let people = [town.person("Nguyễn Văn An", Some(WARD)).await, town.person("Trần Thị Bình", Some(WARD)).await];
    let case = case_at(&town, &place, &people).await;
    let officer = town.officer().await;
    let get = |end: String, token: String| {
        let request = Request::get(end).header(header::AUTHORIZATION, format!("Bearer {token}"));
        town.send(request.body(Body::empty()).unwrap())
    };
    let path = |extension: &str| format!("/api/v1/checkin/exposures/export.{extension}?case_id={case}");
    let response = get(path("csv"), officer.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[1].contains("Trần Thị Bình") && lines[1].contains("close") && lines[1].contains("officer "),
        "{text}"
    );
    assert!(lines[1].contains("\"'=HYPERLINK"), "{text}");
    let response = get(path("xlsx"), officer).await;
    let book = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
    assert_eq!(crate::app::table::read(book).unwrap().len(), 2);
    let subject = format!("case:{case}");
    let lines = town.app.platform.shared.read().await.unwrap().audit_lines(Some(&subject), None, 10).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "exposures.export").count(), 2);
    let keeper = keeper(&town).await;
    assert_eq!(get(path("csv"), keeper).await.status(), StatusCode::FORBIDDEN);
    let elsewhere = town.sign_in("far", Role::Officer, AreaScope::Province("01".to_owned())).await;
    assert_eq!(get(path("csv"), elsewhere).await.status(), StatusCode::NOT_FOUND);
}

on_both!(old_code, super::an_old_code_leads_to_its_place_and_is_marked);
on_both!(closed_and_far, super::a_visit_at_a_closed_place_or_from_far_away_is_taken_and_marked);
on_both!(first_visit, super::a_phone_is_held_against_its_first_visit_and_stays_one_when_its_token_is_renewed);
on_both!(order, super::check_ins_that_arrive_out_of_order_count_as_they_happened);
on_both!(clocks, super::a_clock_that_is_hours_wrong_is_corrected_and_both_times_are_kept);
on_both!(phone_clock, super::a_phone_whose_clock_is_hours_wrong_comes_and_leaves_at_the_right_time);
on_both!(twice, super::a_second_scan_within_the_minute_is_answered_with_the_visit_that_is_stored);
on_both!(both_times, super::the_officer_sees_what_a_wrong_clock_said_and_what_is_right);
on_both!(line_list, super::a_line_list_names_who_took_it_out_and_holds_no_formula);
