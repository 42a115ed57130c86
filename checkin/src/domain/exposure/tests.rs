//! Exposure matching against an oracle that walks through the time in steps and knows nothing of intervals.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shared::time::{Instant, hours, minutes};
use uuid::Uuid;

use super::*;
use crate::domain::case_air::CaseVisit;
use crate::domain::parts::Parts;
use crate::domain::policy::Air;
use crate::domain::window::Window;

fn match_exposures<K: Copy + Ord>(
    window: &Window,
    case: &[CaseVisit],
    others: &[OtherVisit<K>],
    parts: &Parts,
    policy: &StayPolicy,
) -> Vec<Exposure<K>> {
    super::match_exposures(&CaseAir::of(window, case, parts, policy), others, policy)
}

/// 22:00 on the eve, so that midnight lies in the middle of the evening that the tests play in.
fn origin() -> Instant {
    "2022-03-09T22:00:00+07:00".parse().unwrap()
}

fn policy() -> &'static StayPolicy {
    StayPolicy::on(origin().local_date())
}

fn place(n: u128) -> PlaceId {
    PlaceId::from_uuid(Uuid::from_u128(n))
}

fn seconds(n: i64) -> Instant {
    origin().plus(SignedDuration::from_secs(n))
}

fn stay(from: i64, to: i64) -> Stay {
    Stay { from: seconds(from), to: seconds(to), assumed: false }
}

/// Matches stays at one place, given in seconds after the origin, over a window that holds them all.
fn matched(case: &[(i64, i64)], others: &[(u8, i64, i64)]) -> Vec<Exposure<u8>> {
    matched_by(policy(), case, others)
}

fn matched_by(policy: &StayPolicy, case: &[(i64, i64)], others: &[(u8, i64, i64)]) -> Vec<Exposure<u8>> {
    let window = Window { from: origin().minus(hours(48)), to: origin().plus(hours(48)) };
    let case: Vec<_> = case.iter().map(|(from, to)| CaseVisit { place: place(1), stay: stay(*from, *to) }).collect();
    let others: Vec<_> = others
        .iter()
        .map(|(visitor, from, to)| OtherVisit { visitor: *visitor, place: place(1), stay: stay(*from, *to) })
        .collect();
    match_exposures(&window, &case, &others, &Parts::default(), policy)
}

/// Minutes and level of the only exposure.
fn only(found: &[Exposure<u8>]) -> (i64, ExposureLevel) {
    assert_eq!(found.len(), 1, "{found:?}");
    (found[0].overlap_minutes, found[0].level)
}

#[test]
fn the_vectors_of_campus_qr_hold_without_tolerance() {
    // checkin.md, A4: the case at [-60, -30] minutes from now; here now is two hours after the origin's midnight.
    let at = |m: i64| (240 + m) * 60;
    let expected = [
        ("a", -55, -35, 20, ExposureLevel::Close),
        ("b, still open", -35, 0, 5, ExposureLevel::Brief),
        ("c", -65, -55, 5, ExposureLevel::Brief),
        ("d", -35, -25, 5, ExposureLevel::Brief),
        ("e", -70, -65, 0, ExposureLevel::SamePlace),
        ("f", -25, -20, 0, ExposureLevel::SamePlace),
        ("g, containing", -65, -25, 30, ExposureLevel::Close),
    ];
    for (name, from, to, minutes, level) in expected {
        let found = matched(&[(at(-60), at(-30))], &[(1, at(from), at(to))]);
        assert_eq!(only(&found), (minutes, level), "{name}");
    }
    // In transit: out at a tolerance of 60 seconds, in at 120.
    for (gap, level) in [(0, ExposureLevel::SamePlace), (60, ExposureLevel::SamePlace), (120, ExposureLevel::Brief)] {
        let mut policy = policy().clone();
        policy.gap_seconds.value = gap;
        let transit = matched_by(&policy, &[(at(-60), at(-30))], &[(1, at(-75), at(-60) - 100)]);
        assert_eq!(only(&transit), (0, level), "{gap} s");
        let after = matched_by(&policy, &[(at(-60), at(-30))], &[(1, at(-30) + 100, at(0))]);
        assert_eq!(only(&after), (0, level), "{gap} s");
    }
}

#[test]
fn the_air_of_a_long_stay_lingers_and_a_short_stay_exposes_nobody_where_the_policy_says_so() {
    let mut policy = policy().clone();
    policy.air.value = Air { shortest_minutes: 10, tail_minutes: 30, grid_minutes: 0 };
    let of = |case: (i64, i64), other: (i64, i64)| {
        matched_by(&policy, &[(case.0 * 60, case.1 * 60)], &[(1, other.0 * 60, other.1 * 60)])
    };
    assert_eq!(only(&of((0, 20), (25, 60))), (15, ExposureLevel::Close), "for as long as the case was there");
    assert_eq!(only(&of((0, 50), (50, 110))), (30, ExposureLevel::Close), "and no longer than half an hour");
    assert_eq!(of((0, 9), (0, 60)), []);
}

#[test]
fn stays_that_touch_have_no_common_time() {
    assert_eq!(only(&matched(&[(0, 600)], &[(1, 600, 1_200)])), (0, ExposureLevel::SamePlace));
    assert_eq!(only(&matched(&[(600, 1_200)], &[(1, 0, 600)])), (0, ExposureLevel::SamePlace));
}

#[test]
fn minutes_are_rounded_and_the_level_is_judged_by_the_exact_time() {
    let of = |common: i64| only(&matched(&[(0, 3_600)], &[(1, 3_600 - common, 7_200)]));
    assert_eq!(of(1), (0, ExposureLevel::Brief));
    assert_eq!(of(29), (0, ExposureLevel::Brief));
    assert_eq!(of(30), (1, ExposureLevel::Brief));
    assert_eq!(of(14 * 60 + 29), (14, ExposureLevel::Brief));
    assert_eq!(of(15 * 60 - 1), (15, ExposureLevel::Brief));
    assert_eq!(of(15 * 60), (15, ExposureLevel::Close));
}

#[test]
fn two_short_contacts_on_one_day_add_up_and_a_repeated_scan_does_not() {
    let two = matched(&[(0, 3_600)], &[(1, 0, 480), (1, 1_200, 1_680)]);
    assert_eq!(only(&two), (16, ExposureLevel::Close));
    let repeated = matched(&[(0, 3_600)], &[(1, 0, 480), (1, 120, 480), (1, 0, 300)]);
    assert_eq!(only(&repeated), (8, ExposureLevel::Brief));
}

#[test]
fn a_contact_across_midnight_counts_whole_on_the_day_it_began() {
    let two_hours = 7_200;
    let found = matched(&[(two_hours - 600, two_hours + 600)], &[(1, 0, two_hours + 3_600)]);
    assert_eq!(only(&found), (20, ExposureLevel::Close));
    assert_eq!(found[0].day, origin().local_date());
}

#[test]
fn another_place_and_another_day_are_no_exposure() {
    let window = Window { from: origin(), to: origin().plus(hours(1)) };
    let case = [CaseVisit { place: place(1), stay: stay(0, 3_600) }];
    let elsewhere = OtherVisit { visitor: 1, place: place(2), stay: stay(0, 3_600) };
    let next_day = OtherVisit { visitor: 1, place: place(1), stay: stay(4 * 3_600, 5 * 3_600) };
    assert_eq!(match_exposures(&window, &case, &[elsewhere, next_day], &Parts::default(), policy()), []);
}

/// A house (1) with two halls (2, 3), and a table (4) in the first.
fn house() -> Parts {
    [(place(2), place(1)), (place(3), place(1)), (place(4), place(2))].into_iter().collect()
}

#[test]
fn a_part_and_its_whole_share_air_and_two_parts_do_not() {
    let window = Window { from: origin(), to: origin().plus(hours(3)) };
    let met = |case: u128, other: u128| {
        let case = [CaseVisit { place: place(case), stay: stay(0, 3_600) }];
        let other = [OtherVisit { visitor: 1, place: place(other), stay: stay(1_800, 7_200) }];
        match_exposures(&window, &case, &other, &house(), policy())
    };
    for (case, other) in [(4, 4), (4, 2), (4, 1), (1, 4), (2, 4), (1, 3)] {
        let found = met(case, other);
        assert_eq!(only(&found), (30, ExposureLevel::Close), "the case at {case}, the other at {other}");
        assert_eq!(found[0].place, place(other), "it is told by where the other checked in");
    }
    for (case, other) in [(4, 3), (3, 2), (3, 4)] {
        assert_eq!(met(case, other), [], "the case at {case}, the other at {other}");
    }
}

#[test]
fn a_case_that_is_known_at_the_whole_and_at_its_part_is_there_once() {
    let window = Window { from: origin(), to: origin().plus(hours(3)) };
    let at = |n: u128, from, to| CaseVisit { place: place(n), stay: stay(from, to) };
    let other = [OtherVisit { visitor: 1, place: place(1), stay: stay(0, 7_200) }];
    let found = match_exposures(&window, &[at(1, 0, 1_200), at(4, 600, 1_800)], &other, &house(), policy());
    assert_eq!(only(&found), (30, ExposureLevel::Close));
}

#[test]
fn what_happened_outside_the_window_does_not_count() {
    let window = Window { from: seconds(600), to: seconds(1_200) };
    let case = [CaseVisit { place: place(1), stay: stay(0, 3_600) }];
    let other = [OtherVisit { visitor: 1, place: place(1), stay: stay(0, 3_600) }];
    assert_eq!(only(&match_exposures(&window, &case, &other, &Parts::default(), policy())), (10, ExposureLevel::Brief));
    let empty = Window { from: seconds(600), to: seconds(600) };
    assert_eq!(match_exposures(&empty, &case, &other, &Parts::default(), policy()), []);
}

#[test]
fn an_exposure_says_when_it_rests_on_an_assumed_stay() {
    let window = Window { from: origin(), to: origin().plus(hours(3)) };
    let case = [CaseVisit { place: place(1), stay: stay(0, 600) }];
    let sure = OtherVisit { visitor: 1, place: place(1), stay: stay(0, 600) };
    let assumed = OtherVisit { visitor: 2, stay: Stay { assumed: true, ..stay(0, 600) }, ..sure };
    let found = match_exposures(&window, &case, &[sure, assumed], &Parts::default(), policy());
    assert_eq!(found.iter().map(|e| (e.visitor, e.assumed)).collect::<Vec<_>>(), [(1, false), (2, true)]);
}

/// A case in a crowd: 20 visits of 12 hours with thousands of others each, which an all-pairs search would feel.
#[test]
fn a_case_in_a_crowd_is_matched_without_comparing_all_pairs() {
    let window = Window { from: origin(), to: origin().plus(hours(24 * 20)) };
    let case: Vec<_> =
        (0..20).map(|n| CaseVisit { place: place(7), stay: stay(n * 86_400, n * 86_400 + 60) }).collect();
    let others: Vec<_> =
        (0..40_000_i64).map(|n| OtherVisit { visitor: n, place: place(7), stay: stay(n * 40, n * 40 + 30) }).collect();
    let found = match_exposures(&window, &case, &others, &Parts::default(), policy());
    let near = found.iter().filter(|e| e.level != ExposureLevel::SamePlace).count();
    assert_eq!(near, (0..40_000).filter(|n| (n * 40_i64) % 86_400 < 60 && n * 40 / 86_400 < 20).count());
}

const STEP: i64 = 20;
const STEPS: i64 = 5 * 3_600 / STEP;

#[derive(Debug, Clone)]
struct Scene {
    window: Window,
    case: Vec<CaseVisit>,
    others: Vec<OtherVisit<u8>>,
    /// Parts, each with what it lies within.
    within: Vec<(PlaceId, PlaceId)>,
}

impl Scene {
    fn parts(&self) -> Parts {
        self.within.iter().copied().collect()
    }

    /// Whether one place is the other or lies within it, however deep.
    fn lies_within(&self, part: PlaceId, whole: PlaceId) -> bool {
        part == whole || self.within.iter().any(|(inner, outer)| *inner == part && self.lies_within(*outer, whole))
    }

    fn share_air(&self, one: PlaceId, other: PlaceId) -> bool {
        self.lies_within(one, other) || self.lies_within(other, one)
    }
}

fn stays() -> impl Strategy<Value = (PlaceId, Stay)> {
    (1_u128..5, 0..STEPS, 0..200_i64, any::<bool>()).prop_map(|(at, from, length, assumed)| {
        (place(at), Stay { assumed, ..stay(from * STEP, (from + length) * STEP) })
    })
}

fn scenes() -> impl Strategy<Value = Scene> {
    let case = proptest::collection::vec(stays().prop_map(|(place, stay)| CaseVisit { place, stay }), 0..5);
    let other = (1_u8..4, stays()).prop_map(|(visitor, (place, stay))| OtherVisit { visitor, place, stay });
    let others = proptest::collection::vec(other, 0..10);
    // Each place but the first may lie within one before it.
    let wholes = (0_u128..2, 0_u128..3, 0_u128..4);
    (case, others, 0..STEPS, 0..STEPS, wholes).prop_map(|(case, others, from, length, (second, third, fourth))| {
        let within = [(2, second), (3, third), (4, fourth)].into_iter().filter(|(_, whole)| *whole > 0);
        Scene {
            window: Window { from: seconds(from * STEP), to: seconds((from + length) * STEP) },
            case,
            others,
            within: within.map(|(part, whole)| (place(part), place(whole))).collect(),
        }
    })
}

fn there(stay: Stay, moment: Instant) -> bool {
    stay.from <= moment && moment < stay.to
}

/// Walks through the window in steps, for every visitor and place.
fn oracle(scene: &Scene) -> Vec<Exposure<u8>> {
    let mut found = BTreeMap::<(Date, PlaceId, u8), (SignedDuration, bool)>::new();
    let moments: Vec<Instant> = (0..STEPS * 2).map(|n| seconds(n * STEP)).collect();
    let pairs: BTreeSet<_> = scene.others.iter().map(|other| (other.place, other.visitor)).collect();
    for (place, visitor) in pairs {
        let case: Vec<_> = scene.case.iter().filter(|v| scene.share_air(v.place, place)).collect();
        let others: Vec<_> = scene.others.iter().filter(|v| v.place == place && v.visitor == visitor).collect();
        let in_window = |m: Instant| scene.window.from <= m && m < scene.window.to;
        let mut began: Option<Date> = None;
        for moment in moments.iter().copied().filter(|m| in_window(*m)) {
            let cases = case.iter().filter(|v| there(v.stay, moment));
            let visits = others.iter().filter(|v| there(v.stay, moment));
            if cases.clone().count() == 0 || visits.clone().count() == 0 {
                began = None;
                continue;
            }
            let day = *began.get_or_insert(moment.local_date());
            let (common, assumed) = found.entry((day, place, visitor)).or_default();
            *common += SignedDuration::from_secs(STEP);
            *assumed |= cases.clone().any(|v| v.stay.assumed) || visits.clone().any(|v| v.stay.assumed);
        }
        for other in &others {
            let day = other.stay.from.local_date();
            let of_the_day = case.iter().filter(|v| {
                let present = |m: Instant| there(v.stay, m) || (v.stay.from == m && v.stay.to == m);
                moments.iter().any(|m| in_window(*m) && present(*m) && m.local_date() == day)
            });
            if of_the_day.clone().count() == 0 {
                continue;
            }
            let (common, assumed) = found.entry((day, place, visitor)).or_default();
            if common.is_zero() {
                *assumed |= other.stay.assumed || of_the_day.clone().any(|v| v.stay.assumed);
            }
        }
    }
    let exposures = found.into_iter().map(|((day, place, visitor), (common, assumed))| {
        let seconds = common.as_secs();
        let level = match seconds {
            0 => ExposureLevel::SamePlace,
            1..900 => ExposureLevel::Brief,
            _ => ExposureLevel::Close,
        };
        let overlap_minutes = seconds / 60 + i64::from(seconds % 60 >= 30);
        Exposure { visitor, place, day, overlap_minutes, level, assumed }
    });
    exposures.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn it_finds_what_a_walk_through_the_time_finds(scene in scenes()) {
        let found = match_exposures(&scene.window, &scene.case, &scene.others, &scene.parts(), policy());
        prop_assert_eq!(found, oracle(&scene));
    }

    #[test]
    fn the_order_of_the_visits_does_not_matter(scene in scenes(), case_turn in 0..5_usize, other_turn in 0..10_usize) {
        let parts = scene.parts();
        let found = match_exposures(&scene.window, &scene.case, &scene.others, &parts, policy());
        let mut turned = scene;
        turned.case.reverse();
        let (cases, others) = (turned.case.len().max(1), turned.others.len().max(1));
        turned.case.rotate_left(case_turn % cases);
        turned.others.rotate_left(other_turn % others);
        prop_assert_eq!(match_exposures(&turned.window, &turned.case, &turned.others, &parts, policy()), found);
    }

    #[test]
    fn two_people_are_as_long_with_each_other_whichever_of_them_is_the_case(
        mine in proptest::collection::vec((0..9_000_i64, 0..3_000_i64), 1..5),
        theirs in proptest::collection::vec((0..9_000_i64, 0..3_000_i64), 1..5),
    ) {
        let case = |stays: &[(i64, i64)]| stays.iter().map(|(from, n)| (*from, from + n)).collect::<Vec<_>>();
        let other = |stays: &[(i64, i64)]| stays.iter().map(|(from, n)| (1, *from, from + n)).collect::<Vec<_>>();
        let together = |found: Vec<Exposure<u8>>| {
            let near = found.into_iter().filter(|e| e.level != ExposureLevel::SamePlace);
            near.map(|e| (e.day, e.overlap_minutes, e.level)).collect::<Vec<_>>()
        };
        prop_assert_eq!(
            together(matched(&case(&mine), &other(&theirs))),
            together(matched(&case(&theirs), &other(&mine)))
        );
    }

    #[test]
    fn a_longer_stay_never_shortens_the_common_time(
        from in 0..3_600_i64, length in 1..3_600_i64, more in 0..3_600_i64,
    ) {
        let total = |to| matched(&[(1_200, 2_400)], &[(1, from, to)]).iter().map(|e| e.overlap_minutes).sum::<i64>();
        prop_assert!(total(from + length) <= total(from + length + more));
        prop_assert!(total(from + length) <= minutes(20).as_mins());
    }
}
