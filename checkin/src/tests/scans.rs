//! Staff scan what visitors carry.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::{AccountId, PersonId};
use shared::place::{Place, PlaceKind};
use shared::time::{Instant, hours, minutes};
use shared_web::caller::Caller;
use shared_web::caller::Identity;

use super::support::{Town, on_both};
use crate::app::cards;
use crate::store::PlaceSpan;

const SCANS: &str = "/api/v1/checkin/scans";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const CCCD: &str = "082090000001|310000001|Nguyễn Văn An|01021990|Nam|Ấp Mỹ Thạnh, Xã Mỹ Phong|15042021";
const BHYT: &str = "8200000001|4e677579e1bb856e2056c4836e2041|01/02/1990|1|-|82 - 001|01/01/2022|-|05/01/2022|0|-|4|$";
const MASKED: &str = "******000001|NGUYEN VAN BE|1990-**-**|0|Q0000000001|";

/// A door with somebody who keeps it.
pub(super) struct Door {
    pub(super) place: Place,
    pub(super) staff: String,
}

impl Town {
    pub(super) async fn door(&self, kind: PlaceKind) -> Door {
        let place = self.place("Chợ Mỹ Tho", kind).await;
        let staff = self.sign_in("guard", Role::Venue, AreaScope::Province("82".to_owned())).await;
        let mut tx = self.app.store.write().await.unwrap();
        let account: AccountId = tx.account_by_username("guard").await.unwrap().unwrap().account.id;
        tx.add_staff(place.id, account).await.unwrap();
        tx.commit().await.unwrap();
        Door { place, staff }
    }

    pub(super) async fn scan(&self, door: &Door, body: Value) -> (StatusCode, Value) {
        let mut body = body;
        body["venue_id"] = json!(door.place.id);
        self.call(Method::POST, SCANS, Some(&door.staff), Some(body)).await
    }

    /// The text of a personal QR.
    pub(super) async fn personal(&self, person: PersonId) -> String {
        let caller = Caller { identity: Identity::Citizen(person), ..Caller::default() };
        let mut tx = self.app.store.write().await.unwrap();
        let code = cards::card_of(&self.app, tx.as_mut(), &caller, person, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        code.address("https://antam.example.vn")
    }

    pub(super) async fn people_called(&self, name: &str) -> usize {
        let query = shared_store::people::PeopleQuery { name_fold: name.to_owned(), limit: 100, ..Default::default() };
        self.app.store.read().await.unwrap().search_people(&query).await.unwrap().len()
    }
}

async fn the_queue_of_a_scanner_is_sent_in_one_go_and_again_without_harm(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let id = |n: u32| format!("01890a5d-ac96-774b-bcce-b302099a81{n:02}");
    let scan = |n: u32, text: &str| json!({"id": id(n), "venue_id": door.place.id, "text": text, "at": town.now().to_string()});
    let poster = format!("HTTPS://ANTAM.EXAMPLE.VN/C/{}", door.place.code);
    let scans = [scan(1, CCCD), scan(2, BHYT), scan(3, "xin chào"), scan(4, &poster), json!({"id": id(5), "text": 7})];
    let send =
        || town.call(Method::POST, "/api/v1/checkin/scans/batch", Some(&door.staff), Some(json!({"scans": scans})));
    let statuses = |body: &Value| -> Vec<String> {
        body["results"].as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap().to_owned()).collect()
    };
    let (status, first) = send().await;
    assert_eq!(status, StatusCode::OK, "{first}");
    assert_eq!(statuses(&first), ["accepted", "accepted", "rejected", "rejected", "rejected"], "{first}");
    let people = town.people_called("nguyen van").await;
    for (n, result) in first["results"].as_array().unwrap().iter().enumerate() {
        assert_eq!(result["id"], id(u32::try_from(n).unwrap() + 1), "each is answered under its own id");
        assert!(result["device_token"].is_null(), "the token is the visitor's alone");
        let refused = result["status"] == "rejected";
        assert_eq!(refused, result["errors"][0]["detail"].is_string(), "{result}");
    }
    let (_, second) = send().await;
    assert_eq!(statuses(&second)[..2], ["duplicate", "duplicate"], "{second}");
    assert_eq!(town.people_called("nguyen van").await, people, "nobody is registered twice");

    let many = json!({"scans": vec![scan(1, CCCD); 501]});
    let (status, body) = town.call(Method::POST, "/api/v1/checkin/scans/batch", Some(&door.staff), Some(many)).await;
    assert_eq!((status, &body["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("too_many")), "{body}");
    let (status, _) = town.call(Method::POST, "/api/v1/checkin/scans/batch", None, Some(json!({"scans": []}))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

async fn a_card_checks_its_holder_in_once_however_often_it_is_scanned(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    for (text, recognised, name) in
        [(CCCD, "cccd", "nguyen van an"), (BHYT, "bhyt", "nguyen van a"), (MASKED, "pccovid", "nguyen van be")]
    {
        let (status, first) = town.scan(&door, json!({"text": text})).await;
        assert_eq!(status, StatusCode::CREATED, "{first}");
        assert_eq!((&first["recognised_as"], &first["verified"]), (&json!(recognised), &json!(false)));
        assert_eq!(first["visit"]["status"], "accepted");
        assert_eq!(first["visit"]["venue"]["code"], door.place.code.as_str());
        assert_eq!(first["visit"]["device_token"], Value::Null, "the token is the visitor's alone");
        assert_eq!(first["visitor"]["birth_year"], 1990);
        assert_eq!(first["warnings"], json!([]));
        let (status, again) = town.scan(&door, json!({"text": text})).await;
        assert_eq!((status, &again["visit"]["id"]), (StatusCode::CREATED, &first["visit"]["id"]), "the same minute");
        town.clock.advance(minutes(30));
        let (status, later) = town.scan(&door, json!({"text": format!("{text}\r\n")})).await;
        assert_eq!(status, StatusCode::CREATED, "{later}");
        assert_ne!(later["visit"]["id"], first["visit"]["id"]);
        assert!(first["visitor"]["full_name"].as_str().is_some_and(|full| shared::fold::fold(full) == name), "{first}");
    }
    assert_eq!(town.people_called("nguyen van").await, 3, "three cards, three people");
    let mut tx = town.app.store.write().await.unwrap();
    let lines = tx.audit_lines(None, None, 200).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "visit.scan").count(), 9);
    for line in &lines {
        assert!(!line.detail.to_string().contains("0820"), "no number is written down: {}", line.detail);
    }
}

async fn a_personal_qr_is_verified_and_can_be_revoked(town: Town) {
    let door = town.door(PlaceKind::Office).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let text = town.personal(person).await;
    assert_eq!(text, town.personal(person).await, "one card until it is ended");
    let (status, done) = town.scan(&door, json!({"id": ID, "text": text})).await;
    assert_eq!(status, StatusCode::CREATED, "{done}");
    assert_eq!((&done["recognised_as"], &done["verified"]), (&json!("personal"), &json!(true)));
    assert_eq!(done["visitor"], json!({"full_name": "Lê Thị Hoa", "birth_year": 1980}));
    assert_eq!(done["visit"]["id"], ID);
    town.clock.advance(minutes(5));
    assert_eq!(town.scan(&door, json!({"id": ID, "text": text})).await.0, StatusCode::OK);
    let (status, problem) = town.scan(&door, json!({"id": ID, "text": CCCD})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::CONFLICT, &json!("/id")));

    // A digit misread is no other card, and a code that was never issued none at all.
    let last = text.chars().last().unwrap();
    let wrong = format!("{}{}", &text[..text.len() - 1], if last == '1' { '2' } else { '1' });
    let (status, problem) = town.scan(&door, json!({"text": wrong})).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("personal")));
    let mut tx = town.app.store.write().await.unwrap();
    let caller = Caller::default();
    assert_eq!(cards::revoke_all(&town.app, tx.as_mut(), &caller, person, town.now()).await.unwrap(), 1);
    assert_eq!(cards::revoke_all(&town.app, tx.as_mut(), &caller, person, town.now()).await.unwrap(), 0);
    tx.commit().await.unwrap();
    let (status, problem) = town.scan(&door, json!({"text": text})).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("revoked")));
    assert_ne!(town.personal(person).await, text);
}

async fn whatever_else_is_scanned_gives_one_line_and_registers_nobody(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let long = "x".repeat(10_240);
    let texts = [
        ("", "empty"),
        ("\u{0}\r\n", "empty"),
        (&long, "too_long"),
        ("\u{1b}[31mNguyễn Văn An", "unknown_code"),
        ("082090000001||Nguyễn V\u{FFFD}n An|01021990|Nam|X|", "not_utf8"),
        ("https://example.invalid/abc", "link"),
        ("082090000001|310000001|Nguyễn Văn An|0102", "half_card"),
        ("082090000001||Nguyễn Văn An|31021990|Nam|X|15042021", "birth"),
        ("082090000001||Nguyễn Văn An|19900201|Nam|X|15042021", "birth"),
        ("082990000001||Nguyễn Văn An|01021990|Nam|X|15042021", "number"),
        ("8200000003|4e6|01/01/1950|1|$", "name"),
        ("HC1:NCF%ABC", "half_card"),
        ("0912 345 678", "phone_alone"),
        ("082090000009", "number_unknown"),
        (door.place.code.as_str(), "poster"),
    ];
    for (text, code) in texts {
        let (status, problem) = town.scan(&door, json!({"text": text})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{problem}");
        assert_eq!((&errors[0]["pointer"], &errors[0]["code"]), (&json!("/text"), &json!(code)), "{problem}");
        assert!(!errors[0]["detail"].as_str().unwrap().contains('\n'));
    }
    let (status, problem) = town.scan(&door, json!({})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/text")));
    // Bytes that are no text at all, as a scanner in another encoding sends them.
    let mut body = format!("{{\"venue_id\": \"{}\", \"text\": \"Nguy", door.place.id).into_bytes();
    body.extend(b"\xEA\xFFn\"}");
    let request = Request::post(SCANS).header(header::AUTHORIZATION, format!("Bearer {}", door.staff));
    let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).unwrap();
    assert_eq!(town.send(request).await.status(), StatusCode::BAD_REQUEST);
    // The visit is judged first: a card at a time that cannot be registers nobody.
    let (status, problem) = town.scan(&door, json!({"text": CCCD, "at": "2022-03-10T12:00:00+07:00"})).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("in_future")));
    assert_eq!(town.people_called("nguyen").await, 0);
}

async fn the_same_scan_on_the_way_out_ends_the_visit(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let out = |text: &str, at: Instant| json!({"text": text, "at": at, "leaving": true});
    let (status, problem) = town.scan(&door, out(CCCD, town.now())).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("not_inside")));
    assert_eq!(town.people_called("nguyen").await, 0, "who is not inside is not registered on the way out");

    let (_, came) = town.scan(&door, json!({"text": CCCD})).await;
    town.clock.advance(minutes(40));
    let left = town.now();
    let (status, done) = town.scan(&door, out(CCCD, left)).await;
    assert_eq!((status, &done["visit"]["id"]), (StatusCode::OK, &came["visit"]["id"]), "{done}");
    assert_eq!(done["visit"]["checked_out_at"], json!(left));
    assert_eq!(done["visitor"]["full_name"], "Nguyễn Văn An");
    town.clock.advance(minutes(5));
    // The scanner had no signal and sends it again: it ended when it ended.
    let scan = json!({"id": ID, "venue_id": door.place.id, "text": CCCD, "at": left, "leaving": true});
    let batch = json!({"scans": [scan]});
    let (_, again) = town.call(Method::POST, &format!("{SCANS}/batch"), Some(&door.staff), Some(batch)).await;
    assert_eq!(again["results"][0]["status"], "duplicate", "{again}");
    let id = came["visit"]["id"].as_str().unwrap().parse().unwrap();
    let visit = town.app.store.read().await.unwrap().visits(&[id]).await.unwrap().pop().unwrap();
    assert_eq!(visit.checked_out_at, Some(left));

    // At the main door whoever sat at a table leaves; the visitor's own code does as well as a card.
    let table = town.place_in("Bàn 4", PlaceKind::Restaurant, Some(door.place.id)).await;
    let person = town.person("Lê Thị Hoa", None).await;
    let (_, sat) = town.visit(&table, person).await;
    town.clock.advance(minutes(20));
    let text = town.personal(person).await;
    let (status, done) = town.scan(&door, json!({"text": text, "leaving": true})).await;
    assert_eq!((status, &done["visit"]["id"]), (StatusCode::OK, &sat["id"]), "{done}");
    for (at, code) in [(json!("hôm qua"), "time"), (json!(town.now().plus(minutes(30))), "in_future")] {
        town.visit(&door.place, person).await;
        let (status, problem) = town.scan(&door, json!({"text": text, "at": at, "leaving": true})).await;
        assert_eq!(
            (status, &problem["errors"][0]["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)),
            "{problem}"
        );
    }
}

async fn a_card_that_contradicts_itself_is_taken_with_a_warning(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let (status, done) = town.scan(&door, json!({"text": CCCD.replace("Nam", "Nữ")})).await;
    assert_eq!(status, StatusCode::CREATED, "{done}");
    assert_eq!(done["warnings"][0]["code"], "sex_mismatch");
    assert!(done["warnings"][0]["detail"].as_str().unwrap().starts_with("The sex differs"));
    // The number says 1991, the card 1990.
    let other_year = CCCD.replace("082090000001", "082091000002");
    let (status, done) = town.scan(&door, json!({"text": other_year})).await;
    assert_eq!((status, &done["warnings"][0]["code"]), (StatusCode::CREATED, &json!("birth_mismatch")), "{done}");
    // The number alone finds its holder from now on, and shows no name.
    town.clock.advance(minutes(10));
    let (status, done) = town.scan(&door, json!({"text": "082 090 000 001"})).await;
    assert_eq!((status, &done["recognised_as"]), (StatusCode::CREATED, &json!("national_id")), "{done}");
    assert_eq!(done["visitor"], json!({"full_name": null, "birth_year": null}));
}

async fn only_who_works_at_the_door_scans_there(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let other = town.sign_in("other", Role::Venue, AreaScope::Province("82".to_owned())).await;
    let body = json!({"venue_id": door.place.id, "text": CCCD});
    let call = |token: Option<String>, body: Value| {
        let town = &town;
        async move { town.call(Method::POST, SCANS, token.as_deref(), Some(body)).await.0 }
    };
    assert_eq!(call(None, body.clone()).await, StatusCode::UNAUTHORIZED);
    assert_eq!(call(Some(other), body.clone()).await, StatusCode::NOT_FOUND);
    let officer = town.officer().await;
    assert_eq!(call(Some(officer), body).await, StatusCode::CREATED);
    let bad = json!({"venue_id": "x", "text": CCCD});
    assert_eq!(call(Some(door.staff.clone()), bad).await, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = json!({"venue_id": ID, "text": CCCD});
    assert_eq!(call(Some(door.staff), unknown).await, StatusCode::NOT_FOUND);
}

async fn a_scanner_whose_clock_is_hours_wrong_is_put_right(town: Town) {
    let door = town.door(PlaceKind::Market).await;
    let visit = |id: &Value| {
        let (town, id) = (&town, id.as_str().unwrap().parse().unwrap());
        async move { town.app.store.read().await.unwrap().visits(&[id]).await.unwrap().pop().unwrap() }
    };
    for (n, wrong) in [hours(3), -hours(3)].into_iter().enumerate() {
        let card = CCCD.replace("082090000001", &format!("08209000010{n}"));
        let now = town.now();
        let at = |minutes_ago: i64| now.minus(minutes(minutes_ago)).plus(wrong);
        let sent = now.plus(wrong);
        let came = json!({"text": card, "at": at(0), "sent_at": sent});
        let (status, done) = town.scan(&door, came).await;
        assert_eq!(status, StatusCode::CREATED, "{done}");
        assert_eq!(done["visit"]["checked_in_at"], json!(now), "{wrong:?}");
        town.clock.advance(minutes(20));
        let (now, sent) = (town.now(), sent.plus(minutes(20)));
        let left = json!({"text": card, "at": sent, "sent_at": sent, "leaving": true});
        let (status, done) = town.scan(&door, left).await;
        assert_eq!((status, &done["visit"]["checked_out_at"]), (StatusCode::OK, &json!(now)), "{done}");

        // Without a signal: the batch says what the clock says, and a record from before it was put right says it itself.
        let id = |m: usize| format!("01890a5d-ac96-774b-bcce-b302099a82{n}{m}");
        let record = |m: usize, minutes_ago: i64, sent_at: Option<Instant>| {
            let text = CCCD.replace("082090000001", &format!("0820900002{n}{m}"));
            let clock = sent_at.unwrap_or(sent);
            let mut record =
                json!({"id": id(m), "venue_id": door.place.id, "text": text, "at": clock.minus(minutes(minutes_ago))});
            if let Some(sent_at) = sent_at {
                record["sent_at"] = json!(sent_at);
            }
            record
        };
        let scans = [record(0, 15, None), record(1, 10, Some(now)), record(2, 5, Some(sent.plus(hours(9))))];
        let batch = json!({"scans": scans, "sent_at": sent});
        let path = format!("{SCANS}/batch");
        let (_, answer) = town.call(Method::POST, &path, Some(&door.staff), Some(batch.clone())).await;
        let results = answer["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["status"] == "accepted"), "{answer}");
        for (result, minutes_ago) in results.iter().zip([15, 10, 5]) {
            assert_eq!(visit(&result["visit_id"]).await.checked_in_at, now.minus(minutes(minutes_ago)), "{result}");
        }
        let stored = visit(&results[0]["visit_id"]).await;
        let mut tx = town.app.store.read().await.unwrap();
        let minute = stored.key().minute;
        let span = PlaceSpan { place_id: stored.place_id, from_minute: minute, to_minute: minute };
        let clocks = tx.clocks_at(&[span]).await.unwrap();
        let clock = clocks.iter().find(|clock| clock.visit_id == stored.id).unwrap();
        assert_eq!((clock.device_at, clock.received_at), (sent.minus(minutes(15)), now));
        drop(tx);
        // Sent again a minute later, by a clock that goes on being wrong, it is the same.
        town.clock.advance(minutes(1));
        let again = json!({"scans": scans, "sent_at": sent.plus(minutes(1))});
        let (_, answer) = town.call(Method::POST, &path, Some(&door.staff), Some(again)).await;
        assert!(answer["results"].as_array().unwrap().iter().all(|result| result["status"] == "duplicate"), "{answer}");
    }
    let (status, problem) = town.scan(&door, json!({"text": CCCD, "sent_at": "trưa"})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/sent_at")));
    let (status, problem) = town.scan(&door, json!({"text": CCCD, "sent_at": "trưa", "leaving": true})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/sent_at")));
}

async fn codes_that_were_seen_are_forgotten_with_the_visits(town: Town) {
    let person = town.person("Lê Thị Hoa", None).await;
    let today = town.now().local_date();
    let mut tx = town.app.store.write().await.unwrap();
    tx.remember_code(&[1; 16], person, today).await.unwrap();
    tx.remember_code(&[2; 16], person, today.yesterday().unwrap()).await.unwrap();
    tx.remember_code(&[2; 16], person, today).await.unwrap();
    assert_eq!(tx.holder_of_code(&[2; 16]).await.unwrap(), Some(person));
    assert_eq!(tx.forget_codes_before(today).await.unwrap(), 0);
    assert_eq!(tx.forget_codes_before(today.tomorrow().unwrap()).await.unwrap(), 2);
    assert_eq!(tx.holder_of_code(&[2; 16]).await.unwrap(), None);
}

on_both!(card, super::a_card_checks_its_holder_in_once_however_often_it_is_scanned);
on_both!(personal, super::a_personal_qr_is_verified_and_can_be_revoked);
on_both!(refused, super::whatever_else_is_scanned_gives_one_line_and_registers_nobody);
on_both!(way_out, super::the_same_scan_on_the_way_out_ends_the_visit);
on_both!(warned, super::a_card_that_contradicts_itself_is_taken_with_a_warning);
on_both!(clock, super::a_scanner_whose_clock_is_hours_wrong_is_put_right);
on_both!(staff, super::only_who_works_at_the_door_scans_there);
on_both!(forgotten, super::codes_that_were_seen_are_forgotten_with_the_visits);
on_both!(batch, super::the_queue_of_a_scanner_is_sent_in_one_go_and_again_without_harm);
