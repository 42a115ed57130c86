//! The store, each statement on both databases.

use shared::events::ExposureLevel;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId, VisitId};
use shared::time::{Instant, hours, minutes};
use uuid::Uuid;

use super::support::{Town, on_both};
use crate::domain::visitor_key::VisitorCode;
use crate::store::{CaseRecord, ExposureRecord, PlaceSpan, Seen, Visit, VisitAtPlace, minute_of};

fn place(n: u128) -> PlaceId {
    PlaceId::from_uuid(Uuid::from_u128(n))
}

fn code(n: u8) -> VisitorCode {
    VisitorCode::from_bytes([n; 16])
}

fn visit(n: u128, at_place: u128, visitor: u8, at: Instant) -> Visit {
    Visit {
        id: VisitId::from_uuid(Uuid::from_u128(n)),
        place_id: place(at_place),
        visitor: code(visitor),
        day: at.local_date(),
        checked_in_at: at,
        checked_out_at: None,
        fingerprint: -7,
    }
}

fn span(at_place: u128, from: Instant, to: Instant) -> PlaceSpan {
    PlaceSpan { place_id: place(at_place), from_minute: minute_of(from), to_minute: minute_of(to) }
}

async fn visits_read_back_and_doubles_are_left_out(town: Town) {
    let now = town.now();
    let ended = Visit { checked_out_at: Some(now.plus(minutes(9))), ..visit(1, 1, 1, now) };
    let rows = [ended.clone(), visit(2, 1, 2, now), visit(3, 2, 1, now.plus(minutes(1)))];
    let mut tx = town.app.store.write().await.unwrap();
    let mut stored = tx.insert_visits(&rows).await.unwrap();
    stored.sort_unstable();
    assert_eq!(stored, rows.clone().map(|visit| visit.id));
    let same_id = visit(1, 3, 3, now);
    let same_key = visit(4, 1, 1, now.plus(jiff::SignedDuration::from_secs(20)));
    let fresh = visit(5, 1, 3, now);
    assert_eq!(tx.insert_visits(&[same_id, same_key.clone(), fresh.clone()]).await.unwrap(), [fresh.id]);
    tx.commit().await.unwrap();

    let mut tx = town.app.store.read().await.unwrap();
    assert_eq!(tx.visits(&[ended.id, same_key.id]).await.unwrap(), std::slice::from_ref(&ended));
    assert_eq!(
        tx.visits_by_key(&[same_key.key(), visit(9, 9, 9, now).key()]).await.unwrap(),
        std::slice::from_ref(&ended)
    );
    assert_eq!(tx.visits_of(&[code(1), code(8)]).await.unwrap(), [ended, rows[2].clone()]);
    assert_eq!(tx.visits(&[]).await.unwrap(), []);
    assert_eq!(tx.visits_by_key(&[]).await.unwrap(), []);
}

async fn visits_stored_alone_are_kept_at_once_and_doubles_are_left_out(town: Town) {
    let (store, now) = (&town.app.store, town.now());
    for (round, count) in [1_u128, 2, 9, 43, 171, 1_100].into_iter().enumerate() {
        let first = 10_000 * (round as u128 + 1);
        let rows: Vec<Visit> = (first..first + count).map(|n| visit(n, n, 1, now)).collect();
        let mut stored = store.insert_visits_alone(&rows).await.unwrap();
        stored.sort_unstable();
        let ids: Vec<VisitId> = rows.iter().map(|row| row.id).collect();
        assert_eq!(stored, ids);
        assert_eq!(store.read().await.unwrap().visits(&ids).await.unwrap().len(), rows.len());
        let fresh = visit(first - 1, first, 2, now);
        let doubles = [rows[0].clone(), fresh.clone(), visit(first - 2, first, 1, now)];
        assert_eq!(store.insert_visits_alone(&doubles).await.unwrap(), [fresh.id]);
        let mut mixed: Vec<Visit> = (first + 5_000..first + 5_000 + count).map(|n| visit(n, n, 3, now)).collect();
        let mut new: Vec<VisitId> = mixed.iter().map(|row| row.id).collect();
        mixed.insert(mixed.len() / 2, rows[0].clone());
        mixed.push(visit(first - 3, first, 1, now));
        let mut stored = store.insert_visits_alone(&mixed).await.unwrap();
        stored.sort_unstable();
        new.sort_unstable();
        assert_eq!(stored, new, "what is there already keeps out itself alone");
        assert_eq!(store.read().await.unwrap().visits(&new).await.unwrap().len(), new.len());
    }
}

async fn many_rows_of_any_number_are_stored(town: Town) {
    let now = town.now();
    for (round, count) in [1_u128, 2, 3, 100, 777, 1_500].into_iter().enumerate() {
        let first = 10_000 * (round as u128 + 1);
        let rows: Vec<Visit> = (first..first + count).map(|n| visit(n, n, 1, now)).collect();
        let mut tx = town.app.store.write().await.unwrap();
        assert_eq!(tx.insert_visits(&rows).await.unwrap().len(), rows.len());
        let ids: Vec<VisitId> = rows.iter().map(|row| row.id).collect();
        assert_eq!(tx.visits(&ids).await.unwrap().len(), rows.len());
        let keys: Vec<_> = rows.iter().map(Visit::key).collect();
        assert_eq!(tx.visits_by_key(&keys).await.unwrap().len(), rows.len());
        tx.commit().await.unwrap();
    }
}

async fn a_span_holds_its_first_and_its_last_minute(town: Town) {
    let now = town.now();
    let at = |m: i64| now.plus(minutes(m));
    let rows = [visit(1, 1, 1, at(0)), visit(2, 1, 2, at(5)), visit(3, 1, 3, at(6)), visit(4, 2, 4, at(3))];
    let mut tx = town.app.store.write().await.unwrap();
    tx.insert_visits(&rows).await.unwrap();
    let left = rows[1].key();
    tx.end_visit(rows[1].id, at(9)).await.unwrap();
    let mut found = tx.visits_at(&[span(1, at(0), at(5)), span(2, at(3), at(3)), span(3, at(0), at(9))]).await.unwrap();
    found.sort_by_key(|row| (row.place_id, row.checked_in_at));
    let expected = [&rows[0], &rows[1], &rows[3]].map(|row| VisitAtPlace {
        place_id: row.place_id,
        visitor: row.visitor,
        checked_in_at: row.checked_in_at,
        checked_out_at: (row.key() == left).then(|| at(9)),
    });
    assert_eq!(found, expected);
    assert_eq!(found[0].day(), rows[0].day);
    assert!(tx.visits_at(&[]).await.unwrap().is_empty());
}

async fn the_next_check_in_elsewhere_is_the_first_one_at_another_place(town: Town) {
    let now = town.now();
    let at = |m: i64| now.plus(minutes(m));
    let rows = [
        visit(1, 1, 1, at(0)),
        visit(2, 1, 1, at(10)),
        visit(3, 2, 1, at(30)),
        visit(4, 3, 1, at(40)),
        visit(5, 1, 2, at(0)),
        visit(6, 2, 2, at(0)),
    ];
    let mut tx = town.app.store.write().await.unwrap();
    tx.insert_visits(&rows).await.unwrap();
    let seen = |row: &Visit| Seen { place_id: row.place_id, visitor: row.visitor, at: row.checked_in_at };
    let first: Vec<Seen> = rows.iter().map(seen).collect();
    let next = [Some(at(30)), Some(at(30)), Some(at(40)), None, None, None];
    assert_eq!(tx.next_elsewhere(&first).await.unwrap(), next);
    // In the order of the questions, whatever their number.
    let many: Vec<Seen> = first.iter().rev().cycle().take(1_501).copied().collect();
    let expected: Vec<Option<Instant>> = next.iter().rev().cycle().take(1_501).copied().collect();
    assert_eq!(tx.next_elsewhere(&many).await.unwrap(), expected);
    assert!(tx.next_elsewhere(&[]).await.unwrap().is_empty());
}

async fn who_scanned_twice_is_inside_once_and_leaves_with_the_later_visit(town: Town) {
    let now = town.now();
    let at = |m: i64| now.plus(minutes(m));
    let mut tx = town.app.store.write().await.unwrap();
    tx.insert_visits(&[visit(1, 1, 1, at(0)), visit(2, 1, 1, at(5)), visit(3, 1, 2, at(1))]).await.unwrap();
    tx.insert_visits(&[visit(4, 2, 3, at(1)), visit(5, 1, 4, at(-90))]).await.unwrap();
    let (from, to) = (minute_of(at(-60)), minute_of(at(10)));
    assert_eq!(tx.inside(place(1), from, to).await.unwrap(), 2);
    assert!(tx.end_visit(visit(2, 1, 1, now).id, at(7)).await.unwrap());
    assert!(!tx.end_visit(visit(2, 1, 1, now).id, at(8)).await.unwrap(), "it ends once");
    assert_eq!(tx.inside(place(1), from, to).await.unwrap(), 1);
    assert_eq!(tx.visits(&[visit(2, 1, 1, now).id]).await.unwrap()[0].checked_out_at, Some(at(7)));
    assert_eq!(tx.inside(place(9), from, to).await.unwrap(), 0);
}

async fn old_visits_are_deleted_place_by_place(town: Town) {
    let now = town.now();
    let old = now.minus(hours(48));
    let mut tx = town.app.store.write().await.unwrap();
    let rows =
        [visit(1, 1, 1, old), visit(2, 1, 2, old), visit(3, 2, 1, now), visit(4, 3, 1, old), visit(5, 3, 1, now)];
    tx.insert_visits(&rows).await.unwrap();
    let mut after = None;
    let mut deleted = Vec::new();
    while let Some((place, visits)) = tx.delete_visits_of_next_place(after, minute_of(now)).await.unwrap() {
        deleted.push((place, visits));
        after = Some(place);
    }
    assert_eq!(deleted, [(place(1), 2), (place(2), 0), (place(3), 1)]);
    let left = tx.visits(&rows.map(|row| row.id)).await.unwrap();
    assert_eq!(left.len(), 2);
}

fn case(n: u128, person: PersonId, opened_at: Instant) -> CaseRecord {
    CaseRecord {
        case_id: CaseId::from_uuid(Uuid::from_u128(n)),
        person_id: person,
        symptom_onset: Some(opened_at.local_date()),
        specimen_at: opened_at.minus(hours(3)),
        isolated_from: None,
        opened_at,
        voided_at: None,
    }
}

async fn cases_are_kept_and_stay_voided(town: Town) {
    let now = town.now();
    let (an, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let first = case(1, an, now);
    let other = CaseRecord { symptom_onset: None, isolated_from: Some(now), ..case(2, binh, now.plus(hours(1))) };
    let mut tx = town.app.store.write().await.unwrap();
    tx.put_case(&first).await.unwrap();
    tx.put_case(&other).await.unwrap();
    assert_eq!(tx.case(first.case_id).await.unwrap(), Some(first.clone()));
    assert_eq!(tx.cases_of(&[binh]).await.unwrap(), std::slice::from_ref(&other));
    assert_eq!(tx.cases_of(&[]).await.unwrap(), []);
    let newest_first: Vec<_> = tx.recent_cases(10, 0).await.unwrap().into_iter().map(|(case, _)| case).collect();
    assert_eq!(newest_first, [other.clone(), first.clone()]);
    assert_eq!(tx.recent_cases(1, 1).await.unwrap()[0].0, first);
    tx.void_case(first.case_id, now).await.unwrap();
    tx.put_case(&CaseRecord { isolated_from: Some(now), ..first.clone() }).await.unwrap();
    let stored = tx.case(first.case_id).await.unwrap().unwrap();
    assert_eq!((stored.voided_at, stored.isolated_from), (Some(now), Some(now)));
    assert_eq!(tx.cases_of(&[an, binh]).await.unwrap(), [other]);
}

fn exposure(n: u128, case: &CaseRecord, person: PersonId, at_place: u128, level: ExposureLevel) -> ExposureRecord {
    ExposureRecord {
        id: ExposureId::from_uuid(Uuid::from_u128(n)),
        case_id: case.case_id,
        person_id: person,
        place_id: place(at_place),
        day: case.opened_at.local_date(),
        overlap_minutes: 12,
        level,
        assumed: n % 2 == 1,
        found_at: case.opened_at,
        policy: "stay-2021-12-29".to_owned(),
        withdrawn_at: None,
    }
}

async fn a_known_exposure_takes_new_minutes_and_keeps_its_id(town: Town) {
    let now = town.now();
    let (an, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let case = case(1, an, now);
    let first = exposure(1, &case, binh, 1, ExposureLevel::Brief);
    let mut tx = town.app.store.write().await.unwrap();
    tx.put_case(&case).await.unwrap();
    assert_eq!(tx.put_exposures(std::slice::from_ref(&first)).await.unwrap(), [first.id]);
    let again = ExposureRecord {
        id: ExposureId::from_uuid(Uuid::from_u128(9)),
        overlap_minutes: 40,
        level: ExposureLevel::Close,
        assumed: false,
        policy: "stay-2022-05-01".to_owned(),
        ..first.clone()
    };
    let elsewhere = exposure(2, &case, binh, 2, ExposureLevel::SamePlace);
    assert_eq!(tx.put_exposures(&[again.clone(), elsewhere.clone()]).await.unwrap(), [elsewhere.id]);
    let kept = ExposureRecord { id: first.id, ..again };
    assert_eq!(tx.exposures_of(case.case_id).await.unwrap(), [kept, elsewhere]);
    let (_, counts) = tx.recent_cases(1, 0).await.unwrap().remove(0);
    assert_eq!((counts.people, counts.close, counts.places), (1, 1, 2));
    assert_eq!(tx.put_exposures(&[]).await.unwrap(), []);
}

async fn exposures_are_withdrawn_and_found_again(town: Town) {
    let now = town.now();
    let (an, binh) = (town.person("Nguyễn Văn An", None).await, town.person("Trần Thị Bình", None).await);
    let case = case(1, an, now);
    let mut tx = town.app.store.write().await.unwrap();
    tx.put_case(&case).await.unwrap();
    let rows = [exposure(1, &case, an, 1, ExposureLevel::Close), exposure(2, &case, binh, 1, ExposureLevel::Close)];
    tx.put_exposures(&rows).await.unwrap();
    assert_eq!(tx.withdraw_exposures(case.case_id, Some(&[an]), now).await.unwrap(), 1);
    assert_eq!(tx.exposures_of(case.case_id).await.unwrap(), rows[1..]);
    assert_eq!(tx.withdraw_exposures(case.case_id, None, now).await.unwrap(), 1);
    assert_eq!(tx.exposures_of(case.case_id).await.unwrap(), []);
    assert_eq!(tx.put_exposures(&rows[1..]).await.unwrap(), [rows[1].id]);
    assert_eq!(tx.exposures_of(case.case_id).await.unwrap(), rows[1..]);
}

async fn exposures_move_with_a_merged_person(town: Town) {
    let now = town.now();
    let (an, binh, chi) = (
        town.person("Nguyễn Văn An", None).await,
        town.person("Trần Thị Bình", None).await,
        town.person("Lê Thị Chi", None).await,
    );
    let case = case(1, an, now);
    let mut tx = town.app.store.write().await.unwrap();
    tx.put_case(&case).await.unwrap();
    let rows = [
        exposure(1, &case, binh, 1, ExposureLevel::Close),
        exposure(2, &case, chi, 1, ExposureLevel::Brief),
        exposure(3, &case, chi, 2, ExposureLevel::Brief),
    ];
    tx.put_exposures(&rows).await.unwrap();
    tx.move_exposures(binh, chi, now).await.unwrap();
    let moved = ExposureRecord { person_id: binh, ..rows[2].clone() };
    assert_eq!(tx.exposures_of(case.case_id).await.unwrap(), [rows[0].clone(), moved]);
    assert_eq!(tx.cases_about(binh).await.unwrap(), std::slice::from_ref(&case));
    assert_eq!(tx.cases_about(an).await.unwrap(), [case]);
    let (_, unknown) = (tx.merge_person(binh, chi).await.unwrap(), PersonId::from_uuid(Uuid::from_u128(1)));
    assert_eq!(tx.merged_of(&[binh, chi, unknown]).await.unwrap(), [(chi, binh)]);
}

on_both!(alone, super::visits_stored_alone_are_kept_at_once_and_doubles_are_left_out);
on_both!(read_back, super::visits_read_back_and_doubles_are_left_out);
on_both!(many_rows, super::many_rows_of_any_number_are_stored);
on_both!(spans, super::a_span_holds_its_first_and_its_last_minute);
on_both!(next_elsewhere, super::the_next_check_in_elsewhere_is_the_first_one_at_another_place);
on_both!(inside, super::who_scanned_twice_is_inside_once_and_leaves_with_the_later_visit);
on_both!(deletion, super::old_visits_are_deleted_place_by_place);
on_both!(cases, super::cases_are_kept_and_stay_voided);
on_both!(exposures, super::a_known_exposure_takes_new_minutes_and_keeps_its_id);
on_both!(withdrawal, super::exposures_are_withdrawn_and_found_again);
on_both!(merging, super::exposures_move_with_a_merged_person);
