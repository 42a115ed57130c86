//! Random towns, matched through the store, against an oracle that walks from minute to minute.

use std::collections::{BTreeMap, BTreeSet};

use shared::events::{CaseOpened, ExposureLevel};
use shared::ids::{PersonId, PlaceId};
use shared::place::{Place, PlaceKind};
use shared::random::below;
use shared::time::{Date, Instant, days, minutes};
use shared_testkit::random::seeded;

use super::exposures::{Found, Told, case_of, store, stored};
use super::support::{Town, WARD, on_both};
use crate::domain::policy::StayPolicy;
use crate::domain::stay::{Stay, stay_of};
use crate::domain::window::{Window, infectious_window};

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

on_both!(random_towns, super::a_random_town_is_matched_as_a_walk_through_the_time_matches_it);
