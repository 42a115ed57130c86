//! An officer has everybody told who was at a place.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::bilingual::Lang;
use shared::event::EventData as _;
use shared::events::{CaseOpened, CaseVoided, VenueAlerted};
use shared::ids::{CaseId, MessageId, PersonId, PlaceId, VisitId};
use shared::place::{Place, PlaceKind};
use shared::time::{Instant, hours, minutes};
use shared_store::outbox::NewMessage;

use super::support::{Town, WARD, on_both};
use crate::domain::marks::Mark;
use crate::seed::insert_visits;

const ALERTS: &str = "/api/v1/checkin/exposures/alerts";
const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

struct Story {
    market: Place,
    elsewhere: Place,
    case: CaseOpened,
    /// Was told by the matching: there with the case.
    near: PersonId,
    /// Came the day before, when the case was not there.
    later: PersonId,
    twice: PersonId,
}

async fn story(town: &Town) -> Story {
    let market = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let elsewhere = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let mut people = Vec::new();
    for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Cường", "Phạm Thị Dung"] {
        people.push(town.person(name, Some(WARD)).await);
    }
    let [case, near, later, twice] = people[..] else { unreachable!() };
    let mut random = town.app.platform.random();
    let start = town.now().minus(hours(8));
    let mut row = |who: PersonId, place: PlaceId, at: i64| {
        let at = start.plus(minutes(at));
        (VisitId::new(at, &mut random), place, who, at, Some(at.plus(minutes(20))))
    };
    let rows = [
        row(case, market.id, 120),
        row(near, market.id, 125),
        row(later, market.id, -600),
        row(twice, market.id, -700),
        row(twice, market.id, -400),
        row(later, elsewhere.id, -300),
    ];
    insert_visits(&town.app, rows).await.unwrap();
    let opened = CaseOpened {
        case_id: CaseId::new(town.now(), &mut town.app.platform.random()),
        person_id: case,
        symptom_onset: None,
        specimen_at: town.now(),
        isolated_from: Some(start.plus(minutes(141))),
        ward_code: Some(WARD.to_owned()),
        opened_at: town.now(),
    };
    town.hear(&opened).await;
    Story { market, elsewhere, case: opened, near, later, twice }
}

impl Town {
    fn decision(&self, story: &Story, from: Instant, to: Instant) -> Value {
        json!({"id": ID, "case_id": story.case.case_id, "venue_ids": [story.market.id], "from": from.to_string(),
               "to": to.to_string(), "reason": "Chợ đông, nhiều sạp kín"})
    }

    async fn told(&self) -> Vec<PersonId> {
        let events = self.outbox().await;
        let told = events.iter().filter(|event| event.kind == VenueAlerted::TYPE);
        let mut people: Vec<PersonId> = told.map(|e| e.data::<VenueAlerted>().unwrap().person_id).collect();
        people.sort_unstable();
        people
    }
}

async fn everybody_who_was_there_is_told_once_with_who_decided_and_why(town: Town) {
    let story = story(&town).await;
    let officer = town.officer().await;
    let send = |body: Value, query: &'static str| {
        let (town, officer) = (&town, officer.clone());
        async move { town.call(Method::POST, &format!("{ALERTS}{query}"), Some(&officer), Some(body)).await }
    };
    let exposed = town.app.store.read().await.unwrap().exposures_of(story.case.case_id).await.unwrap();
    assert!(exposed.iter().any(|e| e.person_id == story.near), "the matching has told who was there with the case");
    let mut expected = vec![story.later, story.twice];
    expected.sort_unstable();

    let body = town.decision(&story, town.now().minus(hours(24)), town.now());
    let (status, preview) = send(body.clone(), "?preview=true").await;
    assert_eq!((status, &preview["people"]), (StatusCode::OK, &json!(expected.len())), "{preview}");
    assert_eq!(town.told().await, [], "a preview tells nobody");
    let (status, done) = send(body.clone(), "").await;
    assert_eq!((status, &done), (StatusCode::CREATED, &json!({"id": ID, "people": expected.len()})));
    assert_eq!(town.told().await, expected);
    assert_eq!(send(body.clone(), "").await, (StatusCode::OK, done), "sent twice, told once");
    let mut other = body.clone();
    other["reason"] = json!("Một lý do khác");
    assert_eq!(send(other.clone(), "").await.0, StatusCode::CONFLICT);
    other["id"] = Value::Null;
    let (status, again) = send(other, "").await;
    assert_eq!((status, &again["people"]), (StatusCode::CREATED, &json!(0)), "nobody twice for one case: {again}");

    let (_, cluster) =
        town.get(&format!("/api/v1/checkin/exposures?case_id={}", story.case.case_id), Some(&officer)).await;
    let alert = cluster["alerts"].as_array().unwrap().iter().find(|alert| alert["id"] == ID).unwrap();
    assert_eq!((&alert["decided_by"], &alert["reason"]), (&json!("officer"), &json!("Chợ đông, nhiều sạp kín")));
    assert_eq!(alert["venue_ids"], json!([story.market.id]));
    let path = format!("/exposures?case_id={}", story.case.case_id);
    let page = town.page(Method::GET, &path, Some(&officer), None, "").await;
    for text in ["Chợ đông, nhiều sạp kín", "Phường 4", "officer", "Báo cho mọi người có mặt"] {
        assert!(page.html.contains(text), "{text} is not on {}", page.html);
    }
    let lines = town.app.store.write().await.unwrap().audit_lines(None, None, 200).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "exposures.alert").count(), 2);
    assert!(lines.iter().all(|line| !line.detail.contains("sạp kín")), "the reason is sealed and stands elsewhere");
}

async fn who_was_told_is_listed_with_time_and_channel_and_an_assumed_departure_says_so(town: Town) {
    let story = story(&town).await;
    let officer = town.officer().await;
    let body = town.decision(&story, town.now().minus(hours(24)), town.now());
    assert_eq!(town.call(Method::POST, ALERTS, Some(&officer), Some(body)).await.0, StatusCode::CREATED);
    let mut tx = town.app.store.write().await.unwrap();
    let message = NewMessage {
        id: MessageId::new(town.now(), &mut town.app.platform.random()),
        idempotency_key: "one".to_owned(),
        channel: "zalo".to_owned(),
        template: "venue_alert".to_owned(),
        lang: Lang::Vi,
        recipient: "+84912345678".to_owned(),
        subject: None,
        text: "…".to_owned(),
        person_id: Some(story.later),
    };
    tx.queue_message(&message, town.now()).await.unwrap();
    let sent_at = town.now().plus(minutes(1));
    tx.settle_message(message.id, "sent", None, sent_at, sent_at).await.unwrap();
    tx.commit().await.unwrap();
    // The case comes to the market once more, and does not check out.
    insert_visits(
        &town.app,
        [(
            VisitId::new(town.now(), &mut town.app.platform.random()),
            story.market.id,
            story.case.person_id,
            town.now().minus(minutes(410)),
            None,
        )],
    )
    .await
    .unwrap();

    let path = format!("/api/v1/checkin/exposures?case_id={}", story.case.case_id);
    let (_, cluster) = town.get(&path, Some(&officer)).await;
    let told = cluster["alerts"][0]["told"].as_array().unwrap();
    let of = |person: PersonId| told.iter().find(|told| told["person_id"] == json!(person)).unwrap();
    assert_eq!(told.len(), 2, "{cluster}");
    assert_eq!(of(story.later)["notified_at"], sent_at.to_string());
    assert_eq!(of(story.later)["notified_by"], "zalo");
    assert_eq!((&of(story.twice)["notified_at"], of(story.twice).get("notified_by")), (&Value::Null, None));

    // Whatever the answer says is described.
    let schema = &crate::api::schemas::all()["Exposures"];
    for (said, described) in [
        (&cluster["alerts"][0], "/properties/alerts/items/properties"),
        (of(story.later), "/properties/alerts/items/properties/told/items/properties"),
        (&cluster["venues"][0]["visits"][0], "/properties/venues/items/allOf/1/properties/visits/items/properties"),
        (&cluster["exposures"][0], "/properties/exposures/items/properties"),
    ] {
        let described = schema.pointer(described).unwrap().as_object().unwrap();
        for name in said.as_object().unwrap().keys() {
            assert!(described.contains_key(name), "{name} is not described");
        }
    }
    let marks = schema.pointer("/properties/exposures/items/properties/marks/items/enum").unwrap();
    assert_eq!(*marks, json!(Mark::ALL.map(Mark::code)));

    let path = format!("/exposures?case_id={}", story.case.case_id);
    for (lang, expected) in [
        ("vi", ["Lê Văn Cường", "qua Zalo", "Phạm Thị Dung", "Chưa báo", "giờ ra ước tính"]),
        ("en", ["Lê Văn Cường", "by Zalo", "Phạm Thị Dung", "Not yet", "departure assumed"]),
    ] {
        let page = town.page(Method::GET, &format!("{path}&lang={lang}"), Some(&officer), None, "").await;
        for text in expected {
            assert!(page.html.contains(text), "{text} is not on {}", page.html);
        }
        let assumed = page.html.matches(expected[4]).count();
        assert_eq!(assumed, 1, "the other visit ended with a check-out");
    }
    let subject = format!("case:{}", story.case.case_id);
    let lines = town.app.store.write().await.unwrap().audit_lines(Some(&subject), None, 50).await.unwrap();
    assert!(lines.iter().any(|line| line.action == "exposures.read" && line.detail.contains("\"alerted\":2")));
}

async fn who_went_on_elsewhere_had_left_also_after_midnight(town: Town) {
    let story = story(&town).await;
    let officer = town.officer().await;
    let midnight = Instant::start_of(town.now().local_date());
    let at = |minute: i64| midnight.plus(minutes(minute));
    let mut random = town.app.platform.random();
    let mut rows = Vec::new();
    let mut here = Vec::new();
    for (name, next) in
        [("Bùi Văn Hai", None), ("Bùi Văn Ba", Some(-10)), ("Bùi Văn Tư", Some(10)), ("Bùi Văn Năm", Some(17))]
    {
        let person = town.person(name, Some(WARD)).await;
        here.push(person);
        rows.push((VisitId::new(at(-30), &mut random), story.market.id, person, at(-30), None));
        rows.extend(next.map(|m| (VisitId::new(at(m), &mut random), story.elsewhere.id, person, at(m), None)));
    }
    insert_visits(&town.app, rows).await.unwrap();
    let body = town.decision(&story, at(15), at(20));
    let (status, done) = town.call(Method::POST, ALERTS, Some(&officer), Some(body)).await;
    assert_eq!((status, &done["people"]), (StatusCode::CREATED, &json!(2)), "{done}");
    let mut expected = vec![here[0], here[3]];
    expected.sort_unstable();
    assert_eq!(town.told().await, expected, "an assumed stay at a market lasts an hour");
}

async fn what_cannot_be_decided_tells_nobody_and_says_why(town: Town) {
    let story = story(&town).await;
    let officer = town.officer().await;
    let good = || town.decision(&story, town.now().minus(hours(24)), town.now());
    let with = |field: &str, value: Value| {
        let mut body = good();
        body[field] = value;
        body
    };
    let time = |at: Instant| json!(at.to_string());
    for (body, pointer, code) in [
        (with("case_id", json!("x")), "/case_id", "id"),
        (with("venue_ids", json!([])), "/venue_ids", "required"),
        (with("venue_ids", json!(["x"])), "/venue_ids/0", "id"),
        (with("venue_ids", json!([story.elsewhere.id])), "/venue_ids", "unknown"),
        (with("from", Value::Null), "/from", "required"),
        (with("from", json!("hôm qua")), "/from", "time"),
        (with("from", time(town.now().plus(hours(1)))), "/to", "order"),
        (with("from", time(town.now().minus(hours(73)))), "/to", "too_long"),
        (with("reason", json!(" ")), "/reason", "required"),
        (with("reason", json!("x".repeat(501))), "/reason", "length"),
        (with("id", json!("7")), "/id", "id"),
    ] {
        let (status, problem) = town.call(Method::POST, ALERTS, Some(&officer), Some(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        let error = &problem["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{problem}");
    }
    let mut old = with("from", time(town.now().minus(hours(24 * 25))));
    old["to"] = time(town.now().minus(hours(24 * 24)));
    let (_, problem) = town.call(Method::POST, ALERTS, Some(&officer), Some(old)).await;
    assert_eq!(problem["errors"][0]["code"], "too_old", "{problem}");
    let far = town.sign_in("far", Role::Officer, AreaScope::Ward("28249".to_owned())).await;
    assert_eq!(town.call(Method::POST, ALERTS, Some(&far), Some(good())).await.0, StatusCode::NOT_FOUND);
    let nurse = town.sign_in("nurse", Role::Nurse, AreaScope::Province("82".to_owned())).await;
    assert_eq!(town.call(Method::POST, ALERTS, Some(&nurse), Some(good())).await.0, StatusCode::FORBIDDEN);
    let (case_id, person_id) = (story.case.case_id, story.case.person_id);
    town.hear(&CaseVoided { case_id, person_id, voided_at: town.now() }).await;
    assert_eq!(town.call(Method::POST, ALERTS, Some(&officer), Some(good())).await.0, StatusCode::CONFLICT);
    assert_eq!(town.told().await, []);
}

async fn the_page_counts_before_it_tells(town: Town) {
    let story = story(&town).await;
    let officer = town.officer().await;
    let look =
        town.page(Method::GET, &format!("/exposures?case_id={}", story.case.case_id), Some(&officer), None, "").await;
    // The case was there from 02:30 to 02:50 local time.
    assert!(
        look.html.contains("value=\"2022-03-10T02:30\"") && look.html.contains("value=\"2022-03-10T02:50\""),
        "{}",
        look.html
    );
    let form = |more: &str| {
        format!(
            "case_id={}&id={ID}&from=2022-03-09T00:00&to=2022-03-10T08:00&reason=%C4%90%C3%B4ng+ng%C6%B0%E1%BB%9Di{more}",
            story.case.case_id
        )
    };
    let send = |form: String| {
        let (town, officer) = (&town, officer.clone());
        async move { town.page(Method::POST, "/exposures/alert", Some(&officer), None, &form).await }
    };
    let none = send(form("")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.html.contains("href=\"#venue\"") && none.html.contains("Hãy chọn ít nhất một nơi"));
    assert!(none.html.contains("value=\"Đông người\""), "what was typed is kept");
    let venue = format!("&venue={}", story.market.id);
    let counted = send(form(&venue)).await;
    assert_eq!(counted.status, StatusCode::OK, "{}", counted.html);
    let count = counted.html.split("name=\"count\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(counted.html.contains(&format!("{count} người sẽ nhận tin")));
    assert_eq!(town.told().await, []);
    let stale = send(form(&format!("{venue}&count=99"))).await;
    assert_eq!(stale.status, StatusCode::OK, "another number than the one that was seen is counted again");
    let done = send(form(&format!("{venue}&count={count}"))).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!((town.told().await.len(), count.as_str()), (2, "2"));
}

on_both!(told, super::everybody_who_was_there_is_told_once_with_who_decided_and_why);
on_both!(listed, super::who_was_told_is_listed_with_time_and_channel_and_an_assumed_departure_says_so);
on_both!(went_on, super::who_went_on_elsewhere_had_left_also_after_midnight);
on_both!(faults, super::what_cannot_be_decided_tells_nobody_and_says_why);
on_both!(page, super::the_page_counts_before_it_tells);
