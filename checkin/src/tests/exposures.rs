//! From visits to the people who are told, through the store, against an oracle that walks from minute to minute.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::bilingual::Lang;
use shared::event::EventData as _;
use shared::events::{CaseClosed, CaseOpened, CaseVoided, ExposureFound, ExposureLevel, PersonMerged};
use shared::ids::{CaseId, MessageId, PersonId, PlaceId, VisitId};
use shared::place::{Place, PlaceKind};
use shared::random::below;
use shared::time::{Date, Instant, days, hours, minutes};
use shared_bus::Handler as _;
use shared_store::outbox::NewMessage;
use shared_testkit::random::seeded;

use super::support::{Town, WARD, on_both};
use crate::app::{rematch, timers};
use crate::consumers::Cases;
use crate::domain::policy::StayPolicy;
use crate::domain::stay::{Stay, stay_of};
use crate::domain::window::{Window, infectious_window};
use crate::seed::insert_visits;

/// One visit of a story.
#[derive(Debug, Clone)]
struct Told {
    record: PersonId,
    place: Place,
    from: Instant,
    out: Option<Instant>,
}

async fn store(town: &Town, visits: &[Told]) {
    let mut random = town.app.platform.random();
    let rows: Vec<_> = visits
        .iter()
        .map(|visit| (VisitId::new(visit.from, &mut random), visit.place.id, visit.record, visit.from, visit.out))
        .collect();
    insert_visits(&town.app, rows).await.unwrap();
}

fn case_of(town: &Town, person_id: PersonId) -> CaseOpened {
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
type Found = BTreeMap<(PersonId, PlaceId, Date), (i64, ExposureLevel, bool)>;

async fn stored(town: &Town, case: CaseId) -> Found {
    let rows = town.app.store.read().await.unwrap().exposures_of(case).await.unwrap();
    rows.into_iter()
        .map(|row| ((row.person_id, row.place_id, row.day), (row.overlap_minutes, row.level, row.assumed)))
        .collect()
}

async fn announced(town: &Town) -> Vec<ExposureFound> {
    let events = town.outbox().await;
    events.iter().filter(|event| event.kind == ExposureFound::TYPE).map(|event| event.data().unwrap()).collect()
}

/// The minutes of a stay; all times of these stories are whole minutes.
fn walk(stay: Stay) -> impl Iterator<Item = Instant> {
    std::iter::successors(Some(stay.from), |at| Some(at.plus(minutes(1)))).take_while(move |at| *at < stay.to)
}

/// Whether one place is the other or lies within it.
fn lies_within(places: &[Place], part: PlaceId, whole: PlaceId) -> bool {
    let above = places.iter().find(|place| place.id == part).and_then(|place| place.parent_id);
    part == whole || above.is_some_and(|above| lies_within(places, above, whole))
}

/// Walks through the time. `who` says which person a record is.
fn oracle(
    places: &[Place],
    visits: &[Told],
    who: &BTreeMap<PersonId, PersonId>,
    case: PersonId,
    window: &Window,
    now: Instant,
) -> Found {
    let share_air = |one, other| lies_within(places, one, other) || lies_within(places, other, one);
    let policy = StayPolicy::on(now.local_date());
    let inside = |at: Instant| window.from <= at && at < window.to;
    let stays: Vec<(PersonId, PlaceId, Stay)> = visits
        .iter()
        .map(|visit| {
            let person = who[&visit.record];
            let elsewhere = visits
                .iter()
                .filter(|next| next.record == visit.record || person == case && who[&next.record] == case)
                .filter(|next| next.place.id != visit.place.id && next.from > visit.from)
                .map(|next| next.from)
                .min();
            (person, visit.place.id, stay_of(visit.from, visit.out, elsewhere, visit.place.kind, policy, now))
        })
        .collect();
    let mut found = BTreeMap::<_, (i64, bool)>::new();
    let pairs: BTreeSet<_> = stays.iter().filter(|(who, ..)| *who != case).map(|(who, at, _)| (*who, *at)).collect();
    for (person, place) in pairs {
        let of = |wanted: PersonId| {
            let there = move |at: PlaceId| if wanted == case { share_air(at, place) } else { at == place };
            stays.iter().filter(move |(who, at, _)| *who == wanted && there(*at)).map(|s| s.2)
        };
        let moments: BTreeSet<Instant> = of(case).flat_map(walk).filter(|at| inside(*at)).collect();
        let mut last: Option<(Instant, Date)> = None;
        for at in moments {
            let there = |stay: &Stay| stay.from <= at && at < stay.to;
            if !of(person).any(|stay| there(&stay)) {
                continue;
            }
            let day = match last {
                Some((before, day)) if before.plus(minutes(1)) == at => day,
                _ => at.local_date(),
            };
            last = Some((at, day));
            let tally = found.entry((person, place, day)).or_default();
            tally.0 += 1;
            tally.1 |= of(case).chain(of(person)).any(|stay| there(&stay) && stay.assumed);
        }
        for stay in of(person) {
            let day = stay.from.local_date();
            let of_the_day: Vec<Stay> = of(case)
                .filter(|case| {
                    let moment = (case.from == case.to && inside(case.from)).then_some(case.from);
                    walk(*case).filter(|at| inside(*at)).chain(moment).any(|at| at.local_date() == day)
                })
                .collect();
            if of_the_day.is_empty() {
                continue;
            }
            let tally = found.entry((person, place, day)).or_default();
            if tally.0 == 0 {
                tally.1 |= stay.assumed || of_the_day.iter().any(|stay| stay.assumed);
            }
        }
    }
    let level = |minutes: i64| match minutes {
        0 => ExposureLevel::SamePlace,
        1..15 => ExposureLevel::Brief,
        _ => ExposureLevel::Close,
    };
    found.into_iter().map(|(key, (minutes, assumed))| (key, (minutes, level(minutes), assumed))).collect()
}

/// A town of six places, of which some lie within others, and eight people over three days, two of whom turn out to be the
/// case, two one other person.
async fn a_random_town_is_matched_as_a_walk_through_the_time_matches_it(town: Town) {
    let names = ["An", "Bình", "Chi", "Dũng", "Em", "Phúc", "Giang", "Hoa"];
    let mut found_in_all = 0;
    for seed in 0..12 {
        let mut random = seeded(seed);
        let mut draw = |n: u64| i64::try_from(below(&mut random, n)).unwrap();
        let kinds = [PlaceKind::Restaurant, PlaceKind::Pharmacy, PlaceKind::Factory];
        let mut places: Vec<Place> = Vec::new();
        for at in 0..6 {
            // The first two stand for themselves; the others may lie within one of those before them.
            let whole = (at > 1 && draw(4) > 0).then(|| places[draw(at) as usize].id);
            places.push(town.place_in("Nơi thử", kinds[draw(3) as usize], whole).await);
        }
        let mut records = Vec::new();
        for name in names {
            records.push(town.person(&format!("Nguyễn {name} Số {seed}"), Some(WARD)).await);
        }
        let mut who: BTreeMap<PersonId, PersonId> = records.iter().map(|record| (*record, *record)).collect();
        let mut tx = town.app.store.write().await.unwrap();
        for (kept, other) in [(0, 1), (2, 3)] {
            tx.merge_person(records[kept], records[other]).await.unwrap();
            who.insert(records[other], records[kept]);
        }
        tx.commit().await.unwrap();
        let now = town.now();
        let mut visits = Vec::new();
        let mut taken = BTreeSet::new();
        for _ in 0..80 {
            let from = now.minus(minutes(draw(4_400)));
            let (record, place) = (records[draw(8) as usize], &places[draw(6) as usize]);
            let out = (draw(3) > 0).then(|| from.plus(minutes(draw(180))).min(now));
            if taken.insert((record, place.id, from)) {
                visits.push(Told { record, place: place.clone(), from, out });
            }
        }
        store(&town, &visits).await;
        let isolated_from = (draw(2) == 0).then(|| now.minus(minutes(draw(1_000))));
        let onset = (draw(2) == 0).then(|| now.minus(days(draw(3))).local_date());
        let event = CaseOpened { isolated_from, symptom_onset: onset, ..case_of(&town, records[1]) };
        town.hear(&event).await;
        let policy = StayPolicy::on(now.local_date());
        let window = infectious_window(onset, event.specimen_at, isolated_from, now, policy);
        let expected = oracle(&places, &visits, &who, records[0], &window, now);
        assert_eq!(stored(&town, event.case_id).await, expected, "town {seed}");
        found_in_all += expected.len();
    }
    assert!(found_in_all > 100, "the towns are not empty: {found_in_all}");
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

async fn a_case_that_nobody_isolated_is_matched_until_it_is_closed(town: Town) {
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let (case, binh, chi) = (
        town.person("Nguyễn Văn An", Some(WARD)).await,
        town.person("Trần Thị Bình", Some(WARD)).await,
        town.person("Lê Thị Chi", Some(WARD)).await,
    );
    town.visit(&place, case).await;
    town.clock.advance(minutes(10));
    let opened = case_of(&town, case);
    town.hear(&opened).await;
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 0);
    town.visit(&place, binh).await;
    assert_eq!(stored(&town, opened.case_id).await, Found::new());
    town.clock.advance(hours(1));
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 1);
    let key = |person| (person, place.id, town.now().local_date());
    assert_eq!(stored(&town, opened.case_id).await[&key(binh)], (60, ExposureLevel::Close, true));

    town.visit(&place, case).await;
    // Dũng comes between the last hour's matching and the end.
    let dung = town.person("Phạm Văn Dũng", Some(WARD)).await;
    town.visit(&place, dung).await;
    town.clock.advance(minutes(40));
    assert_eq!(timers::run_due(&town.app).await.unwrap(), 0);
    let closed = CaseClosed { case_id: opened.case_id, person_id: case, closed_at: town.now() };
    town.hear(&closed).await;
    assert_eq!(stored(&town, opened.case_id).await[&key(dung)], (40, ExposureLevel::Close, true));
    assert!(announced(&town).await.iter().any(|found| found.person_id == dung));
    town.clock.advance(minutes(1));
    town.visit(&place, chi).await;
    for later in [1, 2] {
        town.clock.advance(hours(later));
        assert_eq!(timers::run_due(&town.app).await.unwrap(), 0, "it is matched no more");
    }
    assert!(!stored(&town, opened.case_id).await.contains_key(&key(chi)));

    // Word of the closing came first: the window of the case ends with it all the same.
    let overtaken = case_of(&town, case);
    town.hear(&CaseClosed { case_id: overtaken.case_id, closed_at: town.now(), ..closed }).await;
    town.hear(&overtaken).await;
    let stored = town.app.store.read().await.unwrap().case(overtaken.case_id).await.unwrap().unwrap();
    assert_eq!((stored.isolated_from, stored.specimen_at), (Some(town.now()), overtaken.specimen_at));
}

async fn an_isolation_that_lies_ahead_is_waited_for(town: Town) {
    let place = town.place("Quán cơm", PlaceKind::Restaurant).await;
    let (case, binh, chi) = (
        town.person("Nguyễn Văn An", Some(WARD)).await,
        town.person("Trần Thị Bình", Some(WARD)).await,
        town.person("Lê Thị Chi", Some(WARD)).await,
    );
    town.visit(&place, case).await;
    let opened = CaseOpened { isolated_from: Some(town.now().plus(minutes(100))), ..case_of(&town, case) };
    town.hear(&opened).await;
    town.clock.advance(minutes(30));
    town.visit(&place, binh).await;
    let mut timers_run = 0;
    for _ in 0..4 {
        town.clock.advance(minutes(60));
        town.visit(&place, chi).await;
        timers_run += timers::run_due(&town.app).await.unwrap();
    }
    assert_eq!(timers_run, 2, "one before the isolation began, one after it");
    let people: BTreeSet<PersonId> = stored(&town, opened.case_id).await.into_keys().map(|(who, ..)| who).collect();
    assert!(people.contains(&binh), "who came before it began is a contact");
    let subject = format!("case:{}", opened.case_id);
    let matchings = || async {
        let lines = town.app.store.write().await.unwrap().audit_lines(Some(&subject), None, 50).await.unwrap();
        lines.iter().filter(|line| line.action == "exposures.match").count()
    };
    let before = matchings().await;
    town.hear(&CaseClosed { case_id: opened.case_id, person_id: case, closed_at: town.now() }).await;
    assert_eq!(matchings().await, before, "nothing is new of a case that was isolated long ago");
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

on_both!(random_towns, super::a_random_town_is_matched_as_a_walk_through_the_time_matches_it);
on_both!(telling, super::each_exposed_person_is_told_once_and_never_the_case);
on_both!(voided, super::a_voided_case_has_no_exposures_whichever_word_comes_first);
on_both!(merged, super::a_merge_matches_again_and_tells_only_what_is_new);
on_both!(own_contact, super::a_contact_who_turns_out_to_be_the_case_is_no_contact);
on_both!(late, super::visits_that_arrive_late_are_matched);
on_both!(tables, super::who_sat_at_a_table_and_who_was_somewhere_in_the_house_shared_its_air);
on_both!(late_case, super::the_late_visit_of_the_case_itself_is_matched);
on_both!(renewal, super::a_case_that_nobody_isolated_is_matched_until_it_is_closed);
on_both!(ahead, super::an_isolation_that_lies_ahead_is_waited_for);
on_both!(midnight, super::a_stay_past_midnight_ends_where_the_next_day_began_elsewhere);
on_both!(units, super::a_visit_keeps_the_unit_of_its_day);
on_both!(officer, super::an_officer_sees_window_venues_and_who_was_told);
