//! What turns out not to hold is withdrawn, and who had been told is told so.

use axum::http::Method;
use serde_json::{Value, json};
use shared::events::{CaseOpened, CaseUpdated, CaseVoided, ExposureFound, ExposureWithdrawn, PersonMerged};
use shared::ids::{CaseId, PersonId};
use shared::place::{Place, PlaceKind};
use shared::time::{hours, minutes};

use super::support::{Town, WARD, on_both};

async fn events<T: shared::event::EventData>(town: &Town) -> Vec<T> {
    town.outbox().await.iter().filter(|event| event.kind == T::TYPE).map(|event| event.data().unwrap()).collect()
}

fn case_of(town: &Town, person_id: PersonId) -> CaseOpened {
    let now = town.now();
    CaseOpened {
        case_id: CaseId::new(now, &mut town.app.platform.random()),
        person_id,
        symptom_onset: None,
        specimen_at: now,
        isolated_from: None,
        ward_code: Some(WARD.to_owned()),
        opened_at: now,
    }
}

/// Two people are at a café on the first evening, and one of them and a third at a market on the second.
async fn two_evenings(town: &Town) -> (Place, Place, [PersonId; 3]) {
    let (cafe, market) = (town.place("Quán", PlaceKind::Cafe).await, town.place("Chợ", PlaceKind::Market).await);
    let mut people = Vec::new();
    for name in ["Nguyễn Văn An", "Trần Thị Bình", "Lê Văn Chi"] {
        people.push(town.person(name, Some(WARD)).await);
    }
    let [an, binh, chi] = people.try_into().unwrap();
    for (place, others) in [(&cafe, [an, binh]), (&market, [an, chi])] {
        for person in others {
            assert!(town.visit(place, person).await.0.is_success());
        }
        town.clock.advance(hours(24));
    }
    (cafe, market, [an, binh, chi])
}

async fn a_later_onset_withdraws_what_lay_before_it(town: Town) {
    let (_, market, [an, binh, chi]) = two_evenings(&town).await;
    let opened = case_of(&town, an);
    town.hear(&opened).await;
    let mut told: Vec<PersonId> = events::<ExposureFound>(&town).await.iter().map(|found| found.person_id).collect();
    told.sort_unstable();
    let mut both = [binh, chi];
    both.sort_unstable();
    assert_eq!(told, both);

    // The specimen was taken a day later than first said: the window begins after the first evening.
    let later = CaseOpened { specimen_at: opened.specimen_at.plus(hours(24)), ..opened.clone() };
    town.hear(&CaseUpdated { case: later.clone() }).await;
    let withdrawn = events::<ExposureWithdrawn>(&town).await;
    assert_eq!(withdrawn.iter().map(|event| event.person_id).collect::<Vec<_>>(), [binh]);
    let rows = town.app.store.read().await.unwrap().exposures_of(opened.case_id).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.person_id, row.place_id)).collect::<Vec<_>>(), [(chi, market.id)]);

    town.hear(&CaseUpdated { case: later }).await;
    assert_eq!(events::<ExposureWithdrawn>(&town).await.len(), 1, "once");
    town.hear(&CaseUpdated { case: opened }).await;
    let again: Vec<PersonId> = events::<ExposureFound>(&town).await.iter().map(|found| found.person_id).collect();
    assert_eq!(again.iter().filter(|person| **person == binh).count(), 2, "what holds again is told again");
}

async fn a_case_that_was_none_takes_back_all_that_no_other_case_says(town: Town) {
    let (_, _, [an, binh, chi]) = two_evenings(&town).await;
    let (first, other) = (case_of(&town, an), case_of(&town, binh));
    town.hear(&first).await;
    town.hear(&other).await;
    let voided =
        |case: &CaseOpened| CaseVoided { case_id: case.case_id, person_id: case.person_id, voided_at: town.now() };
    town.hear(&voided(&first)).await;
    let withdrawn = events::<ExposureWithdrawn>(&town).await;
    let mut people: Vec<PersonId> = withdrawn.iter().map(|event| event.person_id).collect();
    people.sort_unstable();
    let mut both = [binh, chi];
    both.sort_unstable();
    assert_eq!(people, both);
    town.hear(&voided(&other)).await;
    assert_eq!(events::<ExposureWithdrawn>(&town).await.len(), 3, "An was exposed to Bình, who is no case either");
}

/// The officer has everybody told who was at a place in the last two days; gives how many they were.
async fn alert(town: &Town, officer: &str, case: &CaseOpened, place: &Place) -> Value {
    let body = json!({"case_id": case.case_id, "venue_ids": [place.id], "from": town.now().minus(hours(60)),
                      "to": town.now(), "reason": "Phòng kín"});
    let (_, answer) = town.call(Method::POST, "/api/v1/checkin/exposures/alerts", Some(officer), Some(body)).await;
    answer["people"].clone()
}

async fn who_was_told_of_a_place_hears_that_the_case_was_none(town: Town) {
    let (_, market, [an, binh, chi]) = two_evenings(&town).await;
    let officer = town.officer().await;
    let dung = town.person("Phạm Văn Dũng", Some(WARD)).await;
    assert!(town.visit(&market, dung).await.0.is_success());
    town.clock.advance(minutes(90));
    // The case met Chi at the market a day before Dũng came there; another case makes the officer tell Dũng as well.
    let case = |person| CaseOpened {
        specimen_at: town.now().minus(hours(2)),
        isolated_from: Some(town.now().minus(hours(24))),
        ..case_of(&town, person)
    };
    let first = case(an);
    town.hear(&first).await;
    assert_eq!(alert(&town, &officer, &first, &market).await, 1, "Dũng alone is not told yet");
    let other = case(chi);
    town.hear(&other).await;
    assert_eq!(alert(&town, &officer, &other, &market).await, 1);
    let voided =
        |case: &CaseOpened| CaseVoided { case_id: case.case_id, person_id: case.person_id, voided_at: town.now() };
    let withdrawn = || async {
        let events = events::<ExposureWithdrawn>(&town).await;
        events.into_iter().map(|event| (event.person_id, event.exposures.len())).collect::<Vec<_>>()
    };
    town.hear(&voided(&first)).await;
    let told = withdrawn().await;
    assert!(told.contains(&(binh, 1)) && told.iter().all(|(person, _)| *person != dung), "of the other case: {told:?}");

    // Dũng's record turns out to be another one's.
    let kept = town.person("Phạm Văn Dũng Hai", Some(WARD)).await;
    let mut tx = town.app.store.write().await.unwrap();
    tx.merge_person(kept, dung).await.unwrap();
    tx.commit().await.unwrap();
    town.hear(&PersonMerged { person_id: kept, other_id: dung }).await;
    assert_eq!(town.app.store.read().await.unwrap().still_alerted(&[kept, dung]).await.unwrap(), [kept]);
    for _ in 0..2 {
        town.hear(&voided(&other)).await;
        let told = withdrawn().await;
        assert_eq!(told.iter().filter(|told| **told == (kept, 0)).count(), 1, "once: {told:?}");
    }
}

async fn people_of_one_phone_are_told_as_a_household(town: Town) {
    let place = town.place("Quán", PlaceKind::Cafe).await;
    let visit = |name: &str, phone: &str, party: Value| json!({"venue_code": place.code, "visitor": {"full_name": name, "phone": phone}, "party": party});
    let path = "/api/v1/checkin/visits";
    let family = visit("Nguyễn Văn An", "0912345678", json!([{"full_name": "Nguyễn Thị Bé"}]));
    let (_, an) = town.post(path, family).await;
    town.post(path, visit("Lê Văn Chi", "0987654321", json!([]))).await;
    town.clock.advance(minutes(30));
    let token = an["device_token"].as_str().unwrap();
    let key = town.app.platform.keys();
    let verified = crate::domain::device_token::verify(key.token.bytes(), token, town.now()).unwrap();
    let opened = case_of(&town, verified.person_id);
    town.hear(&opened).await;
    let mut found: Vec<bool> = events::<ExposureFound>(&town).await.iter().map(|found| found.household).collect();
    found.sort_unstable();
    assert_eq!(found, [false, true]);
    let officer = town.officer().await;
    let path = format!("/api/v1/checkin/exposures?case_id={}", opened.case_id);
    let (_, cluster) = town.call(Method::GET, &path, Some(&officer), None).await;
    let household = cluster["exposures"].as_array().unwrap().iter().filter(|row| row["household"] == true);
    assert_eq!(household.count(), 1);
    assert_eq!(cluster["venues"][0]["visits"][0]["ward_code"], WARD);
}

on_both!(later_onset, super::a_later_onset_withdraws_what_lay_before_it);
on_both!(voided, super::a_case_that_was_none_takes_back_all_that_no_other_case_says);
on_both!(alerted, super::who_was_told_of_a_place_hears_that_the_case_was_none);
on_both!(household, super::people_of_one_phone_are_told_as_a_household);
