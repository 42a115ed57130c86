//! From visits to the people who are told, through the store.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::bilingual::Lang;
use shared::event::EventData as _;
use shared::events::{CaseOpened, CaseVoided, ExposureFound, ExposureLevel, PersonMerged};
use shared::ids::{CaseId, MessageId, PersonId, PlaceId, VisitId};
use shared::place::{Place, PlaceKind};
use shared::time::{Date, Instant, days, hours, minutes};
use shared_bus::Handler as _;
use shared_store::outbox::NewMessage;

use super::support::{Town, WARD, on_both};
use crate::app::rematch;
use crate::consumers::Cases;
use crate::domain::policy::StayPolicy;
use crate::seed::insert_visits;

/// One visit of a story.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) record: PersonId,
    pub(super) place: Place,
    pub(super) from: Instant,
    pub(super) out: Option<Instant>,
}

pub(super) async fn store(town: &Town, visits: &[Told]) {
    let mut random = town.app.platform.random();
    let rows: Vec<_> = visits
        .iter()
        .map(|visit| (VisitId::new(visit.from, &mut random), visit.place.id, visit.record, visit.from, visit.out))
        .collect();
    insert_visits(&town.app, rows).await.unwrap();
}

pub(super) fn case_of(town: &Town, person_id: PersonId) -> CaseOpened {
    let now = town.now();
    CaseOpened {
        case_id: CaseId::new(now, &mut town.app.platform.random()),
        person_id,
        symptom_onset: None,
        specimen_at: now.minus(hours(2)),
        isolated_from: None,
        ward_code: Some(WARD.to_owned()),
        opened_at: now,
    }
}

/// Person, place, day: minutes, level, assumed.
pub(super) type Found = BTreeMap<(PersonId, PlaceId, Date), (i64, ExposureLevel, bool)>;

pub(super) async fn stored(town: &Town, case: CaseId) -> Found {
    let rows = town.app.store.read().await.unwrap().exposures_of(case).await.unwrap();
    rows.into_iter()
        .map(|row| ((row.person_id, row.place_id, row.day), (row.overlap_minutes, row.level, row.assumed)))
        .collect()
}

pub(super) async fn announced(town: &Town) -> Vec<ExposureFound> {
    let events = town.outbox().await;
    events.iter().filter(|event| event.kind == ExposureFound::TYPE).map(|event| event.data().unwrap()).collect()
}

/// A case and three others at a restaurant: Bình for 30 minutes with the case, Chi for 5, Dũng later on the same day.
struct Dinner {
    restaurant: Place,
    case: PersonId,
    others: [PersonId; 3],
}

async fn dinner(town: &Town) -> Dinner {
    let restaurant = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let case = town.person("Nguyễn Văn An", Some(WARD)).await;
    let mut others = Vec::new();
    for name in ["Trần Thị Bình", "Lê Thị Chi", "Phạm Văn Dũng"] {
        others.push(town.person(name, Some(WARD)).await);
    }
    let others: [PersonId; 3] = others.try_into().unwrap();
    let at = |m: i64| town.now().minus(minutes(600 - m));
    let told = |record, from, to| Told { record, place: restaurant.clone(), from: at(from), out: Some(at(to)) };
    let visits = [told(case, 0, 60), told(others[0], 30, 90), told(others[1], 55, 70), told(others[2], 60, 120)];
    store(town, &visits).await;
    Dinner { restaurant, case, others }
}

async fn each_exposed_person_is_told_once_and_never_the_case(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { restaurant, case, others: [binh, chi, dung] } = dinner(&town).await;
    let opened = case_of(&town, case);
    let event = town.hear(&opened).await;
    let day = town.now().local_date();
    let key = |person| (person, restaurant.id, day);
    let expected: Found = [
        (key(binh), (30, ExposureLevel::Close, false)),
        (key(chi), (5, ExposureLevel::Brief, false)),
        (key(dung), (0, ExposureLevel::SamePlace, false)),
    ]
    .into();
    assert_eq!(stored(&town, opened.case_id).await, expected);
    let told = announced(&town).await;
    let people: BTreeSet<PersonId> = told.iter().map(|found| found.person_id).collect();
    assert_eq!((told.len(), people), (3, [binh, chi, dung].into()));
    let of_binh = told.iter().find(|found| found.person_id == binh).unwrap();
    assert_eq!((of_binh.case_id, of_binh.exposures.len()), (opened.case_id, 1));
    assert_eq!((of_binh.exposures[0].venue_id, of_binh.exposures[0].overlap_minutes), (restaurant.id, 30));

    Cases(town.app.clone()).handle(&event).await.unwrap();
    town.hear(&opened).await;
    assert_eq!(stored(&town, opened.case_id).await, expected);
    assert_eq!(announced(&town).await.len(), 3, "heard again, nobody is told again");
}

async fn a_voided_case_has_no_exposures_whichever_word_comes_first(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { case, .. } = dinner(&town).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    let voided = |opened: &CaseOpened| CaseVoided {
        case_id: opened.case_id,
        person_id: opened.person_id,
        voided_at: town.now(),
    };
    town.hear(&voided(&opened)).await;
    assert_eq!(stored(&town, opened.case_id).await, Found::new());
    let other = case_of(&town, case);
    let before = announced(&town).await.len();
    town.hear(&voided(&other)).await;
    town.hear(&other).await;
    assert_eq!(stored(&town, other.case_id).await, Found::new());
    assert_eq!(announced(&town).await.len(), before);
}

async fn a_merge_matches_again_and_tells_only_what_is_new(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { restaurant, case, others: [binh, chi, dung] } = dinner(&town).await;
    let market = town.place("Chợ", PlaceKind::Market).await;
    let second = town.person("Nguyễn Văn An Hai", Some(WARD)).await;
    let at = |m: i64| town.now().minus(minutes(400 - m));
    let at_market = |record, from, to| Told { record, place: market.clone(), from: at(from), out: Some(at(to)) };
    store(&town, &[at_market(second, 0, 40), at_market(dung, 10, 40)]).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    assert_eq!(announced(&town).await.len(), 3);

    // The case is also the second record; Chi is Bình under another name.
    for (person_id, other_id) in [(second, case), (binh, chi)] {
        let mut tx = town.app.store.write().await.unwrap();
        tx.merge_person(person_id, other_id).await.unwrap();
        tx.commit().await.unwrap();
        town.hear(&PersonMerged { person_id, other_id }).await;
    }
    let day = town.now().local_date();
    let expected: Found = [
        ((binh, restaurant.id, day), (30, ExposureLevel::Close, false)),
        ((dung, restaurant.id, day), (0, ExposureLevel::SamePlace, false)),
        ((dung, market.id, day), (30, ExposureLevel::Close, false)),
    ]
    .into();
    assert_eq!(stored(&town, opened.case_id).await, expected);
    let told = announced(&town).await;
    assert_eq!(told.len(), 4);
    let new = told.iter().filter(|found| found.exposures.iter().any(|at| at.venue_id == market.id));
    assert_eq!(new.map(|found| found.person_id).collect::<Vec<_>>(), [dung]);
}

async fn a_contact_who_turns_out_to_be_the_case_is_no_contact(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { case, others: [binh, chi, dung], .. } = dinner(&town).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    let mut tx = town.app.store.write().await.unwrap();
    tx.merge_person(case, binh).await.unwrap();
    tx.commit().await.unwrap();
    town.hear(&PersonMerged { person_id: case, other_id: binh }).await;
    let people: BTreeSet<PersonId> = stored(&town, opened.case_id).await.into_keys().map(|(who, ..)| who).collect();
    assert_eq!(people, [chi, dung].into());
}

async fn visits_that_arrive_late_are_matched(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { restaurant, case, .. } = dinner(&town).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 0);
    let late = town.person("Võ Văn Muộn", Some(WARD)).await;
    let at = town.now().minus(minutes(590)).to_string();
    let visit = json!({"venue_code": restaurant.code, "at": at, "visitor": {"device_token": town.token(late)}});
    let (_, answer) = town.post("/api/v1/checkin/visits/batch", json!({"visits": [visit]})).await;
    assert_eq!(answer["results"][0]["status"], "accepted");
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 1);
    let key = (late, restaurant.id, town.now().local_date());
    assert_eq!(stored(&town, opened.case_id).await[&key], (50, ExposureLevel::Close, true));
    assert!(announced(&town).await.iter().any(|found| found.person_id == late));
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 0);

    let id = answer["results"][0]["id"].as_str().unwrap();
    let out = json!({"at": town.now().minus(minutes(585)).to_string()});
    let path = format!("/api/v1/checkin/visits/{id}/checkout");
    assert_eq!(town.call(Method::POST, &path, Some(&town.token(late)), Some(out)).await.0, StatusCode::OK);
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 1);
    assert_eq!(stored(&town, opened.case_id).await[&key], (5, ExposureLevel::Brief, false));
}

async fn who_sat_at_a_table_and_who_was_somewhere_in_the_house_shared_its_air(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let house = town.place("Nhà hàng", PlaceKind::Restaurant).await;
    let hall = town.place_in("Sảnh", PlaceKind::Restaurant, Some(house.id)).await;
    let table = town.place_in("Bàn 4", PlaceKind::Restaurant, Some(hall.id)).await;
    let next = town.place_in("Bàn 5", PlaceKind::Restaurant, Some(hall.id)).await;
    let mut people = Vec::new();
    for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Thị Chi", "Phạm Văn Dũng"] {
        people.push(town.person(name, Some(WARD)).await);
    }
    let at = |m: i64| town.now().minus(minutes(600 - m));
    let told =
        |who: usize, place: &Place| Told { record: people[who], place: place.clone(), from: at(0), out: Some(at(60)) };
    store(&town, &[told(0, &table), told(1, &house), told(2, &table), told(3, &next)]).await;
    let opened = case_of(&town, people[0]);
    town.hear(&opened).await;
    let day = town.now().local_date();
    let close = (60, ExposureLevel::Close, false);
    let mut expected: Found = [((people[1], house.id, day), close), ((people[2], table.id, day), close)].into();
    assert_eq!(stored(&town, opened.case_id).await, expected, "the next table is another place");

    // Word of somebody in the hall comes late.
    let late = town.person("Võ Văn Muộn", Some(WARD)).await;
    let visit =
        json!({"venue_code": hall.code, "at": at(30).to_string(), "visitor": {"device_token": town.token(late)}});
    assert_eq!(town.post("/api/v1/checkin/visits/batch", json!({"visits": [visit]})).await.0, StatusCode::OK);
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 1);
    expected.insert((late, hall.id, day), (30, ExposureLevel::Close, true));
    assert_eq!(stored(&town, opened.case_id).await, expected);

    // The officer has everybody told who was in the hall: that is whoever sat at its tables.
    let officer = town.officer().await;
    let body = json!({"case_id": opened.case_id, "venue_ids": [hall.id], "from": at(-60), "to": at(120),
                      "reason": "Phòng kín"});
    let (status, answer) =
        town.call(Method::POST, "/api/v1/checkin/exposures/alerts", Some(&officer), Some(body)).await;
    assert_eq!((status, &answer["people"]), (StatusCode::CREATED, &json!(1)), "{answer}");
}

async fn the_late_visit_of_the_case_itself_is_matched(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { restaurant, others: [binh, ..], .. } = dinner(&town).await;
    let case = town.person("Đỗ Thị Sen", Some(WARD)).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    assert_eq!(stored(&town, opened.case_id).await, Found::new());
    let at = town.now().minus(minutes(560)).to_string();
    let visit = json!({"venue_code": restaurant.code, "at": at, "visitor": {"device_token": town.token(case)}});
    assert_eq!(town.post("/api/v1/checkin/visits", visit).await.0, StatusCode::CREATED);
    assert_eq!(rematch::run_due(&town.app).await.unwrap(), 1);
    let key = (binh, restaurant.id, town.now().local_date());
    assert_eq!(stored(&town, opened.case_id).await[&key], (50, ExposureLevel::Close, true));
}

async fn a_stay_past_midnight_ends_where_the_next_day_began_elsewhere(town: Town) {
    town.clock.set("2022-03-11T09:00:00+07:00".parse().unwrap());
    let (bar, shop) = (town.place("Quán", PlaceKind::Restaurant).await, town.place("Tiệm", PlaceKind::Shop).await);
    let (case, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let told = |record, place: &Place, from, out: Option<&str>| Told {
        record,
        place: place.clone(),
        from: at(from),
        out: out.map(at),
    };
    let visits = [
        told(case, &bar, "2022-03-10T23:30:00+07:00", Some("2022-03-11T02:00:00+07:00")),
        told(binh, &bar, "2022-03-10T23:40:00+07:00", None),
        told(binh, &shop, "2022-03-11T00:10:00+07:00", None),
    ];
    store(&town, &visits).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    let key = (binh, bar.id, Date::constant(2022, 3, 10));
    assert_eq!(stored(&town, opened.case_id).await, [(key, (30, ExposureLevel::Close, true))].into());
}

async fn a_visit_keeps_the_unit_of_its_day(town: Town) {
    // The units changed on 1 July 2025: phường 4 of Mỹ Tho, Tiền Giang, became a part of a ward of Đồng Tháp.
    town.clock.set("2025-07-01T20:00:00+07:00".parse().unwrap());
    let market = town.place("Chợ Mỹ Tho", PlaceKind::Market).await;
    let case = town.person("Nguyễn Văn An", None).await;
    let told = |at: &str| {
        let from: Instant = at.parse().unwrap();
        Told { record: case, place: market.clone(), from, out: Some(from.plus(minutes(30))) }
    };
    store(&town, &[told("2025-06-30T23:00:00+07:00"), told("2025-07-01T08:00:00+07:00")]).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    let officer = town.sign_in("province", Role::Officer, AreaScope::Province("82".to_owned())).await;
    let path = format!("/api/v1/checkin/exposures?case_id={}", opened.case_id);
    let (status, answer) = town.get(&path, Some(&officer)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let visits = answer["venues"][0]["visits"].as_array().unwrap();
    assert_eq!(visits.len(), 2, "{answer}");
    let unit = |at: usize| (visits[at]["ward_code"].as_str().unwrap(), visits[at]["ward_name"].as_str().unwrap());
    assert_eq!(unit(0).0, WARD);
    assert!(unit(0).1.contains("Mỹ Tho") && unit(0).1.contains("Tiền Giang"), "{:?}", unit(0));
    assert_ne!(unit(1).0, WARD);
    assert!(unit(1).1.contains("Đồng Tháp"), "{:?}", unit(1));
}

async fn an_officer_sees_window_venues_and_who_was_told(town: Town) {
    town.clock.set("2022-03-10T21:00:00+07:00".parse().unwrap());
    let Dinner { restaurant, case, others: [binh, ..] } = dinner(&town).await;
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    let mut tx = town.app.store.write().await.unwrap();
    let message = NewMessage {
        id: MessageId::new(town.now(), &mut town.app.platform.random()),
        idempotency_key: "one".to_owned(),
        channel: "sms".to_owned(),
        template: "exposure_found".to_owned(),
        lang: Lang::Vi,
        recipient: "+84912345678".to_owned(),
        subject: None,
        text: "…".to_owned(),
        person_id: Some(binh),
    };
    tx.queue_message(&message, town.now()).await.unwrap();
    let sent_at = town.now().plus(minutes(1));
    tx.settle_message(message.id, "sent", None, sent_at, sent_at).await.unwrap();
    tx.commit().await.unwrap();

    let path = format!("/api/v1/checkin/exposures?case_id={}", opened.case_id);
    let officer = town.officer().await;
    let (status, answer) = town.get(&path, Some(&officer)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let from = opened.specimen_at.minus(days(2));
    assert_eq!(answer["window"], json!({"from": from.to_string(), "to": town.now().to_string()}));
    assert_eq!(answer["venues"][0]["id"], json!(restaurant.id));
    assert_eq!(answer["venues"][0]["visits"][0]["assumed"], false);
    let exposures = answer["exposures"].as_array().unwrap();
    assert_eq!(exposures.len(), 3);
    assert_eq!(exposures[0]["person_id"], json!(binh));
    assert_eq!(exposures[0]["venue_id"], json!(restaurant.id));
    assert_eq!((&exposures[0]["overlap_minutes"], &exposures[0]["level"]), (&json!(30), &json!("close")));
    assert_eq!(exposures[0]["notified_at"], sent_at.to_string());
    assert_eq!(exposures[0]["notified_by"], "sms");
    let policy = StayPolicy::on(town.now().local_date());
    assert!(exposures.iter().all(|exposure| exposure["policy"] == policy.id.as_str()), "{answer}");
    assert_eq!((&exposures[1]["notified_at"], exposures[1].get("notified_by")), (&json!(null), None));
    assert!(!answer.to_string().contains("Bình"), "no name: {answer}");
    let mut tx = town.app.store.write().await.unwrap();
    let lines = tx.audit_lines(Some(&format!("case:{}", opened.case_id)), None, 10).await.unwrap();
    assert!(lines.iter().any(|line| line.action == "exposures.read"));
    assert!(lines.iter().any(|line| line.action == "exposures.match"));
    drop(tx);

    let near = town.sign_in("near", Role::Officer, AreaScope::Ward(WARD.to_owned())).await;
    let far = town.sign_in("far", Role::Officer, AreaScope::Ward("28249".to_owned())).await;
    let doctor = town.sign_in("doctor", Role::Doctor, AreaScope::Province("82".to_owned())).await;
    assert_eq!(town.get(&path, Some(&near)).await.0, StatusCode::OK);
    assert_eq!(town.get(&path, Some(&far)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(town.get(&path, Some(&doctor)).await.0, StatusCode::FORBIDDEN);
    assert_eq!(town.get(&path, None).await.0, StatusCode::UNAUTHORIZED);
    let unknown = CaseId::new(town.now().plus(SignedDuration::from_secs(1)), &mut town.app.platform.random());
    let (status, _) = town.get(&format!("/api/v1/checkin/exposures?case_id={unknown}"), Some(&officer)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = town.get("/api/v1/checkin/exposures?case_id=7", Some(&officer)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

on_both!(telling, super::each_exposed_person_is_told_once_and_never_the_case);
on_both!(voided, super::a_voided_case_has_no_exposures_whichever_word_comes_first);
on_both!(merged, super::a_merge_matches_again_and_tells_only_what_is_new);
on_both!(own_contact, super::a_contact_who_turns_out_to_be_the_case_is_no_contact);
on_both!(late, super::visits_that_arrive_late_are_matched);
on_both!(tables, super::who_sat_at_a_table_and_who_was_somewhere_in_the_house_shared_its_air);
on_both!(late_case, super::the_late_visit_of_the_case_itself_is_matched);
on_both!(midnight, super::a_stay_past_midnight_ends_where_the_next_day_began_elsewhere);
on_both!(units, super::a_visit_keeps_the_unit_of_its_day);
on_both!(officer, super::an_officer_sees_window_venues_and_who_was_told);
