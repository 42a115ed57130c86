//! The worked cases of the domain page (section 2.4), the levels, and properties of the engine.

use std::collections::BTreeSet;

use proptest::prelude::*;
use shared::person::Birth;
use shared::time::{Instant, minutes};

use super::*;
use crate::domain::observation::Reporter;
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vitals;

const TODAY: Date = Date::constant(2022, 3, 10);

fn now() -> Instant {
    "2022-03-10T01:00:00Z".parse().unwrap()
}

fn born_months_ago(months: i16) -> Subject {
    let total = 2022 * 12 + 2 - months;
    let month = i8::try_from(total % 12 + 1).unwrap();
    Subject { birth: Some(Birth::Date(Date::constant(total / 12, month, 10))), ..Subject::default() }
}

fn aged(years: i16) -> Subject {
    born_months_ago(years * 12)
}

fn nothing() -> Observation {
    Observation {
        id: None,
        at: now(),
        by: Reporter::Patient,
        vitals: Vitals::default(),
        on_oxygen: false,
        symptoms: BTreeSet::new(),
    }
}

fn with(mut observed: Observation, vital: Vital, tenths: i32) -> Observation {
    observed.vitals = observed.vitals.with(vital, Tenths::new(tenths));
    observed
}

fn ticking(mut observed: Observation, symptom: Symptom) -> Observation {
    observed.symptoms.insert(symptom);
    observed
}

/// The base adult of the worked cases: RR 16, SpO2 98 on air, HR 76, BP 122/78, T 37.0, alert.
fn base() -> Observation {
    [
        (Vital::RespiratoryRate, 160),
        (Vital::Spo2Pct, 980),
        (Vital::Pulse, 760),
        (Vital::Systolic, 1220),
        (Vital::Diastolic, 780),
        (Vital::TemperatureC, 370),
    ]
    .into_iter()
    .fold(nothing(), |observed, (vital, tenths)| with(observed, vital, tenths))
}

fn assess_now(subject: &Subject, observed: &Observation) -> Assessment {
    assess(Catalog::builtin(), subject, observed, &[], TODAY)
}

fn says(assessment: &Assessment, id: &str) -> ProtocolSays {
    assessment.protocols.iter().find(|p| p.id == id).unwrap().clone()
}

/// One row of the table for adults: what 261 and 4377 say, the severity, the NHS band, and the score of NEWS2 with its
/// band.
struct Row {
    id: &'static str,
    observed: Observation,
    by_261: bool,
    by_4377: bool,
    severity: &'static str,
    nhs: &'static str,
    news2: (i64, &'static str),
}

fn adult_rows() -> Vec<(Subject, Row)> {
    let row = |id, observed, by_261, by_4377, severity, nhs, news2| {
        (aged(35), Row { id, observed, by_261, by_4377, severity, nhs, news2 })
    };
    let set = |vital, units: i32| with(base(), vital, units * 10);
    let bp = |systolic, diastolic| with(set(Vital::Systolic, systolic), Vital::Diastolic, diastolic * 10);
    let old = [
        (Vital::RespiratoryRate, 220),
        (Vital::Spo2Pct, 940),
        (Vital::Pulse, 1040),
        (Vital::Systolic, 1080),
        (Vital::Diastolic, 700),
        (Vital::TemperatureC, 382),
    ];
    let old = old.into_iter().fold(nothing(), |observed, (vital, tenths)| with(observed, vital, tenths));
    let copd = Observation { on_oxygen: true, ..set(Vital::Spo2Pct, 95) };
    let mut rows = vec![
        row("T02", set(Vital::Spo2Pct, 97), false, false, "mild", "green", (0, "zero")),
        row("T04", set(Vital::Spo2Pct, 95), true, true, "moderate", "green", (1, "low")),
        row("T06", set(Vital::Spo2Pct, 93), true, true, "severe", "amber", (2, "low")),
        row("T08", set(Vital::Spo2Pct, 91), true, true, "severe", "red", (3, "low_medium")),
        row("T10", set(Vital::RespiratoryRate, 20), true, false, "moderate", "green", (0, "zero")),
        row("T12", set(Vital::RespiratoryRate, 25), true, true, "moderate", "green", (3, "low_medium")),
        row("T14", set(Vital::Pulse, 120), false, false, "mild", "green", (2, "low")),
        row("T16", set(Vital::Pulse, 50), false, false, "mild", "green", (1, "low")),
        row("T18", bp(90, 60), false, false, "mild", "green", (3, "low_medium")),
        row("T20", bp(112, 58), true, true, "mild", "green", (0, "zero")),
        row("T22", with(base(), Vital::TemperatureC, 392), false, false, "mild", "green", (2, "low")),
        row("T24", old, true, true, "moderate", "amber", (6, "medium")),
        row("T26", copd, true, true, "moderate", "green", (4, "low")),
        row("T28", ticking(base(), Symptom::ChestPain), true, true, "mild", "green", (0, "zero")),
    ];
    rows[11].0 = aged(72);
    let conditions = BTreeSet::from([Condition::Copd, Condition::HypercapnicFailure]);
    rows[12].0 = Subject { conditions, ..aged(68) };
    rows
}

#[test]
fn the_worked_cases_of_adults_come_out_as_the_decisions_say() {
    for (subject, row) in adult_rows() {
        let assessment = assess_now(&subject, &row.observed);
        let id = row.id;
        assert_eq!(says(&assessment, "byt-261-2022").fired, Some(row.by_261), "{id}: 261");
        assert_eq!(says(&assessment, "byt-4377-2021").fired, Some(row.by_4377), "{id}: 4377");
        assert_eq!(says(&assessment, "byt-250-437-2022").band.as_deref(), Some(row.severity), "{id}: severity");
        assert_eq!(says(&assessment, "nhs-coh").band.as_deref(), Some(row.nhs), "{id}: NHS");
        let news2 = says(&assessment, "news2");
        assert_eq!((news2.score, news2.band.as_deref()), (Some(row.news2.0), Some(row.news2.1)), "{id}: NEWS2");
        assert_eq!(news2.fired, Some(row.news2.0 >= 5 || row.news2.1 == "low_medium"), "{id}: NEWS2");
        for child_only in ["byt-528-2022", "byt-5155-2021", "byt-604-2022"] {
            assert_eq!(says(&assessment, child_only).fired, None, "{id}: {child_only}");
        }
        assert_eq!(assessment.protocol, "byt-261-2022", "{id}");
    }
}

#[test]
fn the_worked_cases_of_children_come_out_as_the_decisions_say() {
    use AlertLevel::{Emergency, None as Quiet, Watch};
    let set = |vital, tenths| with(nothing(), vital, tenths);
    let indrawing = ticking(set(Vital::Spo2Pct, 970), Symptom::AbnormalBreathing);
    let cases = [
        ("K02", born_months_ago(1), set(Vital::RespiratoryRate, 590), Some(false), Some(false), (Some(false), Quiet)),
        ("K04", born_months_ago(6), set(Vital::RespiratoryRate, 490), Some(false), Some(false), (Some(false), Quiet)),
        ("K06", aged(3), set(Vital::RespiratoryRate, 390), Some(false), Some(false), (Some(false), Quiet)),
        ("K08", aged(3), set(Vital::Spo2Pct, 950), Some(true), Some(true), (Some(true), Watch)),
        ("K10", aged(3), set(Vital::TemperatureC, 382), Some(false), Some(false), (Some(true), Watch)),
        ("K12", aged(8), set(Vital::RespiratoryRate, 300), Some(true), None, (None, Quiet)),
        ("K14", aged(10), ticking(nothing(), Symptom::Diarrhoea), Some(false), Some(true), (Some(true), Watch)),
        ("K16", aged(4), indrawing, Some(true), Some(true), (Some(true), Emergency)),
    ];
    for (id, subject, observed, by_261, by_528, by_5155) in cases {
        let assessment = assess_now(&subject, &observed);
        assert_eq!(says(&assessment, "byt-261-2022").fired, by_261, "{id}: 261");
        assert_eq!(says(&assessment, "byt-528-2022").fired, by_528, "{id}: 528");
        let told = says(&assessment, "byt-5155-2021");
        assert_eq!((told.fired, told.level), by_5155, "{id}: 5155");
        for adult_only in ["nhs-coh", "news2", "byt-250-437-2022"] {
            assert_eq!(says(&assessment, adult_only).fired, None, "{id}: {adult_only}");
        }
        let deciding = if subject.age_years_on(TODAY).unwrap() < 5 { "byt-528-2022" } else { "byt-261-2022" };
        assert_eq!(assessment.protocol, deciding, "{id}");
    }
}

#[test]
fn a_breathing_rate_at_the_limit_of_the_band_fires() {
    let cases = [
        (born_months_ago(1), 600, AlertLevel::Urgent),
        (born_months_ago(6), 500, AlertLevel::Urgent),
        (aged(3), 400, AlertLevel::Urgent),
        (aged(8), 300, AlertLevel::Urgent),
        (aged(35), 200, AlertLevel::Urgent),
        (aged(35), 250, AlertLevel::Urgent),
        (aged(35), 260, AlertLevel::Emergency),
    ];
    for (subject, rate, level) in cases {
        let observed = with(nothing(), Vital::RespiratoryRate, rate);
        assert_eq!(assess_now(&subject, &observed).level, level, "{rate} at {:?}", subject.age_on(TODAY));
    }
}

#[test]
fn a_first_low_reading_is_watched_and_a_second_within_ten_minutes_is_urgent() {
    let low = with(nothing(), Vital::Spo2Pct, 960);
    let earlier =
        |ago: i64, spo2: i32| Observation { at: now().minus(minutes(ago)), ..with(nothing(), Vital::Spo2Pct, spo2) };
    let level = |previous: &[Observation]| assess(Catalog::builtin(), &aged(35), &low, previous, TODAY).level;
    assert_eq!(level(&[]), AlertLevel::Watch);
    assert_eq!(level(&[earlier(1, 950)]), AlertLevel::Urgent);
    assert_eq!(level(&[earlier(10, 960)]), AlertLevel::Urgent);
    assert_eq!(level(&[earlier(11, 950)]), AlertLevel::Watch);
    assert_eq!(level(&[earlier(1, 970)]), AlertLevel::Watch);
    assert_eq!(level(&[earlier(-1, 950)]), AlertLevel::Watch);
}

#[test]
fn a_value_beyond_the_emergency_line_is_an_emergency_at_once() {
    for (subject, spo2, level, source) in [
        (aged(35), 930, AlertLevel::Emergency, "byt-250-437-2022"),
        (aged(35), 940, AlertLevel::Watch, "byt-261-2022"),
        (aged(10), 940, AlertLevel::Emergency, "byt-5155-2021"),
        (aged(10), 950, AlertLevel::Watch, "byt-261-2022"),
        (aged(3), 940, AlertLevel::Emergency, "byt-5155-2021"),
        (aged(3), 950, AlertLevel::Watch, "byt-528-2022"),
    ] {
        let assessment = assess_now(&subject, &with(nothing(), Vital::Spo2Pct, spo2));
        assert_eq!(assessment.level, level, "{spo2}");
        assert_eq!(assessment.reasons[0].protocol, source, "{spo2}");
    }
}

#[test]
fn spo2_of_exactly_96_fires_in_an_adult_and_not_in_a_small_child() {
    let observed = with(nothing(), Vital::Spo2Pct, 960);
    assert_eq!(assess_now(&aged(35), &observed).level, AlertLevel::Watch);
    assert_eq!(assess_now(&aged(3), &observed).level, AlertLevel::None);
}

#[test]
fn every_danger_sign_for_all_ages_is_an_emergency_at_every_age() {
    use Symptom::{AbnormalBreathing, AlteredConsciousness, ChestPain, Convulsion, Cyanosis, Dyspnoea};
    for months in [0, 1, 6, 24, 60, 16 * 12, 35 * 12, 90 * 12] {
        for sign in [Dyspnoea, AbnormalBreathing, ChestPain, AlteredConsciousness, Convulsion, Cyanosis] {
            let assessment = assess_now(&born_months_ago(months), &ticking(nothing(), sign));
            assert_eq!(assessment.level, AlertLevel::Emergency, "{sign:?} at {months} months");
        }
    }
}

#[test]
fn a_reason_tells_value_threshold_and_source() {
    let assessment = assess_now(&aged(35), &with(nothing(), Vital::RespiratoryRate, 220));
    let reason = &assessment.reasons[0];
    assert_eq!(serde_json::to_value(reason).unwrap()["threshold"], 20);
    assert_eq!((reason.rule.as_str(), reason.parameter.as_str()), ("R02", "respiratory_rate"));
    assert_eq!((&reason.value, reason.comparison), (&Measure::Number(Tenths::whole(22)), Comparison::Ge));
    assert!(reason.source.starts_with("261/QĐ-BYT"));
    let text = serde_json::to_string(&assessment).unwrap();
    assert_eq!(serde_json::from_str::<Assessment>(&text).unwrap(), assessment);
}

#[test]
fn without_a_birth_the_rules_of_adults_apply_and_a_reason_says_so() {
    let observed = with(nothing(), Vital::RespiratoryRate, 200);
    let unknown = assess_now(&Subject::default(), &observed);
    let adult = assess_now(&aged(35), &observed);
    assert_eq!(
        (unknown.level, &unknown.protocol, &unknown.protocols),
        (adult.level, &adult.protocol, &adult.protocols)
    );
    assert_eq!(unknown.reasons.last().unwrap().rule, AGE_UNKNOWN);
    assert!(adult.reasons.iter().all(|reason| reason.rule != AGE_UNKNOWN));
}

#[test]
fn news2_is_not_for_children_or_in_pregnancy() {
    let pregnant = Subject { pregnant: Some(true), ..aged(30) };
    assert_eq!(says(&assess_now(&pregnant, &base()), "news2").fired, None);
    assert_eq!(says(&assess_now(&aged(17), &base()), "news2").score, None);
    assert_eq!(says(&assess_now(&aged(18), &base()), "news2").score, Some(0));
}

#[test]
fn a_score_of_an_incomplete_report_lists_what_is_missing() {
    let news2 = says(&assess_now(&aged(35), &with(nothing(), Vital::Spo2Pct, 910)), "news2");
    assert_eq!((news2.score, news2.fired, news2.level), (Some(3), Some(true), AlertLevel::Urgent));
    assert_eq!(news2.missing, [Vital::RespiratoryRate, Vital::Systolic, Vital::Pulse, Vital::TemperatureC]);
    let nhs = says(&assess_now(&aged(35), &ticking(nothing(), Symptom::Cough)), "nhs-coh");
    assert_eq!((nhs.fired, nhs.band, nhs.missing), (Some(false), None, vec![Vital::Spo2Pct]));
}

#[test]
fn news2_adds_oxygen_and_consciousness_and_reads_scale_2_for_hypercapnic_failure_alone() {
    let score = |subject: &Subject, observed: &Observation| says(&assess_now(subject, observed), "news2");
    let (usual, target_88) =
        (aged(60), Subject { conditions: BTreeSet::from([Condition::HypercapnicFailure]), ..aged(60) });
    let at = |spo2: i32, on_oxygen| Observation { on_oxygen, ..with(base(), Vital::Spo2Pct, spo2 * 10) };
    assert_eq!(score(&usual, &ticking(base(), Symptom::AlteredConsciousness)).score, Some(3));
    for (spo2, on_oxygen, scale_1, scale_2) in [
        (98, false, 0, 0),
        (90, false, 3, 0),
        (87, false, 3, 1),
        (83, false, 3, 3),
        (90, true, 5, 2),
        (94, true, 3, 3),
        (97, true, 2, 5),
    ] {
        assert_eq!(score(&usual, &at(spo2, on_oxygen)).score, Some(scale_1), "{spo2} {on_oxygen}");
        assert_eq!(score(&target_88, &at(spo2, on_oxygen)).score, Some(scale_2), "{spo2} {on_oxygen}");
    }
    let high = score(&usual, &ticking(with(at(90, true), Vital::Pulse, 1310), Symptom::AlteredConsciousness));
    assert_eq!((high.score, high.level, high.band.as_deref()), (Some(11), AlertLevel::Emergency, Some("high")));
}

#[test]
fn an_unread_protocol_says_what_it_can_and_never_no() {
    let child = assess_now(&aged(8), &with(nothing(), Vital::Spo2Pct, 950));
    assert_eq!(says(&child, "byt-604-2022").fired, Some(true));
    let well = assess_now(&aged(8), &with(nothing(), Vital::Spo2Pct, 990));
    assert_eq!(says(&well, "byt-604-2022").fired, None);
}

fn any_observation() -> impl Strategy<Value = Observation> {
    let vitals = Vital::ALL.map(|vital| {
        let (low, high) = vital.entry_limits();
        proptest::option::of(low * 10..=high * 10)
    });
    let symptoms = proptest::sample::subsequence(Symptom::ALL.to_vec(), 0..=6);
    (vitals, symptoms, any::<bool>()).prop_map(|(values, symptoms, on_oxygen)| {
        let measured = Vital::ALL.into_iter().zip(values).filter_map(|(vital, value)| Some((vital, value?)));
        let observed = measured.fold(nothing(), |observed, (vital, value)| with(observed, vital, value));
        Observation { symptoms: symptoms.into_iter().collect(), on_oxygen, ..observed }
    })
}

proptest! {
    #[test]
    fn one_more_symptom_never_lowers_a_level(
        observed in any_observation(),
        sign in proptest::sample::select(Symptom::ALL.to_vec()),
        months in 0_i16..1200,
    ) {
        let subject = born_months_ago(months);
        let (before, after) = (assess_now(&subject, &observed), assess_now(&subject, &ticking(observed, sign)));
        prop_assert!(before.level <= after.level);
        for (before, after) in before.protocols.iter().zip(&after.protocols) {
            prop_assert!(before.level <= after.level, "{}", before.id);
            prop_assert!(before.score <= after.score);
        }
    }

    #[test]
    fn a_lower_saturation_on_air_never_lowers_a_level(
        observed in any_observation(),
        spo2 in 51_i32..=100,
        months in 0_i16..1200,
    ) {
        let subject = born_months_ago(months);
        let on_air = Observation { on_oxygen: false, ..observed };
        let higher = assess_now(&subject, &with(on_air.clone(), Vital::Spo2Pct, spo2 * 10));
        let lower = assess_now(&subject, &with(on_air, Vital::Spo2Pct, spo2 * 10 - 10));
        prop_assert!(higher.level <= lower.level);
        for (higher, lower) in higher.protocols.iter().zip(&lower.protocols) {
            prop_assert!(higher.level <= lower.level, "{}", higher.id);
        }
    }

    #[test]
    fn a_score_of_news2_lies_between_0_and_20(observed in any_observation(), hypercapnic in any::<bool>()) {
        let conditions = hypercapnic.then_some(Condition::HypercapnicFailure).into_iter().collect();
        let subject = Subject { conditions, ..aged(60) };
        let news2 = says(&assess_now(&subject, &observed), "news2");
        prop_assert!((0..=20).contains(&news2.score.unwrap()));
    }

    #[test]
    fn the_same_observation_is_judged_the_same_whatever_the_order_of_the_earlier_ones(
        observed in any_observation(),
        mut previous in proptest::collection::vec((any_observation(), 0_i64..20), 0..4),
        months in 0_i16..1200,
    ) {
        let subject = born_months_ago(months);
        let judge = |previous: &[(Observation, i64)]| {
            let earlier: Vec<_> =
                previous.iter().map(|(o, ago)| Observation { at: now().minus(minutes(*ago)), ..o.clone() }).collect();
            assess(Catalog::builtin(), &subject, &observed, &earlier, TODAY)
        };
        let forward = judge(&previous);
        prop_assert_eq!(&forward, &judge(&previous));
        previous.reverse();
        prop_assert_eq!(&forward, &judge(&previous));
        let by_rules = forward.reasons.iter().map(|reason| reason.level).max().unwrap_or_default();
        prop_assert_eq!(forward.level, by_rules);
    }
}
