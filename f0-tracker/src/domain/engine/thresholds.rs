//! Every threshold of every protocol from both sides, from data files with the source beside each case; and that no
//! threshold, sign or age edge of a protocol is without its case.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Deserialize;
use shared::person::Birth;
use shared::time::{Instant, minutes};

use super::*;
use crate::domain::observation::Reporter;
use crate::domain::risk::{RiskGroup, risk};
use crate::domain::score::When;
use crate::domain::symptom::Symptom;
use crate::domain::vital::Vitals;

const TODAY: Date = Date::constant(2022, 3, 10);

type Values = BTreeMap<Vital, Tenths>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<T> {
    #[serde(rename = "note")]
    _note: String,
    cases: Vec<T>,
}

/// One case of a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    protocol: String,
    rule: String,
    source: String,
    age: String,
    #[serde(default)]
    set: Values,
    #[serde(default)]
    signs: BTreeSet<Symptom>,
    #[serde(default)]
    earlier: Vec<Earlier>,
    fires: bool,
    level: Option<AlertLevel>,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    minutes_ago: i64,
    set: Values,
}

/// One case of NEWS2.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scored {
    source: String,
    set: Values,
    #[serde(default)]
    signs: BTreeSet<Symptom>,
    #[serde(default)]
    on_oxygen: bool,
    #[serde(default)]
    scale_2: bool,
    score: i64,
    level: AlertLevel,
}

fn cases() -> Vec<Case> {
    serde_json::from_str::<File<Case>>(include_str!("thresholds.json")).unwrap().cases
}

fn scored() -> Vec<Scored> {
    serde_json::from_str::<File<Scored>>(include_str!("news2.json")).unwrap().cases
}

fn now() -> Instant {
    "2022-03-10T01:00:00Z".parse().unwrap()
}

fn months(age: &str) -> u32 {
    match age.strip_suffix("mo") {
        Some(months) => months.parse().unwrap(),
        None => age.strip_suffix('y').unwrap().parse::<u32>().unwrap() * 12,
    }
}

fn observed(set: &Values, signs: &BTreeSet<Symptom>, at: Instant, on_oxygen: bool) -> Observation {
    let vitals = set.iter().fold(Vitals::default(), |all, (vital, value)| all.with(*vital, *value));
    Observation { id: None, at, by: Reporter::Patient, vitals, on_oxygen, symptoms: signs.clone() }
}

impl Case {
    fn age(&self) -> Age {
        Age::from_months(months(&self.age))
    }

    fn observed(&self) -> Observation {
        observed(&self.set, &self.signs, now(), false)
    }

    /// The level of the named rule, where it fires.
    fn told(&self, rules: &[Rule]) -> Option<AlertLevel> {
        let earlier: Vec<_> = self
            .earlier
            .iter()
            .map(|e| observed(&e.set, &BTreeSet::new(), now().minus(minutes(e.minutes_ago)), false))
            .collect();
        let named = rules.iter().filter(|rule| rule.id == self.rule && rule.ages.contains(self.age()));
        named.filter_map(|rule| rule.level_on(&self.observed(), &earlier)).max()
    }
}

fn rules_of(protocol: &str) -> &'static [Rule] {
    &Catalog::builtin().get(protocol).unwrap_or_else(|| panic!("there is no {protocol}")).rules
}

#[test]
fn every_case_comes_out_as_its_source_says() {
    for case in cases() {
        assert!(!case.source.is_empty());
        assert_eq!(case.fires, case.level.is_some(), "{case:?}");
        assert_eq!(case.told(rules_of(&case.protocol)), case.level, "{} {case:?}", case.note);
    }
}

#[test]
fn every_threshold_has_a_case_on_it_and_a_case_one_step_beside_it() {
    let cases = cases();
    for (protocol, rule) in Catalog::builtin().protocols().iter().flat_map(|p| p.rules.iter().map(move |r| (p, r))) {
        let Test::Vital { vital, comparison, threshold } = &rule.test else { continue };
        let step = if vital.is_whole() { 10 } else { 1 };
        let beside = Tenths::new(threshold.tenths() + if comparison.looks_down() { step } else { -step });
        let within = Tenths::new(threshold.tenths() + if comparison.looks_down() { -step } else { step });
        // A comparison that takes the threshold in fires on it; another fires one step beyond it.
        let (fires_at, quiet_at) = match comparison {
            Comparison::Le | Comparison::Ge => (*threshold, beside),
            _ => (within, *threshold),
        };
        let has = |value: Tenths, fires: bool| {
            cases.iter().any(|case| {
                case.protocol == protocol.id
                    && case.rule == rule.id
                    && rule.ages.contains(case.age())
                    && case.fires == fires
                    && case.set.get(vital) == Some(&value)
            })
        };
        assert!(has(fires_at, true) && has(quiet_at, false), "{} {} {vital:?}", protocol.id, rule.id);
    }
}

#[test]
fn every_sign_and_every_edge_of_age_has_its_case() {
    let cases = cases();
    for (protocol, rule) in Catalog::builtin().protocols().iter().flat_map(|p| p.rules.iter().map(move |r| (p, r))) {
        let mine: Vec<_> = cases.iter().filter(|c| c.protocol == protocol.id && c.rule == rule.id).collect();
        if let Test::Signs(signs) = &rule.test {
            for sign in signs {
                let fires = mine.iter().any(|c| c.fires && c.signs.contains(sign) && rule.ages.contains(c.age()));
                assert!(fires, "{} {} {sign:?}", protocol.id, rule.id);
            }
        }
        // Whatever the band is, somebody just outside of it has a case in which the rule keeps still.
        for month in 1..1_200 {
            let (before, at) = (Age::from_months(month - 1), Age::from_months(month));
            if rule.ages.contains(before) != rule.ages.contains(at) {
                let outside = if rule.ages.contains(at) { before } else { at };
                let inside = if rule.ages.contains(at) { at } else { before };
                let has = |age, fires| mine.iter().any(|c| c.age() == age && c.fires == fires);
                // Bands of one id may lie beside each other, such as a rule for children beside one for all.
                let covered = rules_of(&protocol.id).iter().any(|r| r.id == rule.id && r.ages.contains(outside));
                assert!(has(inside, true), "{} {} at {month} months", protocol.id, rule.id);
                assert!(covered || has(outside, false), "{} {} at {month} months", protocol.id, rule.id);
            }
        }
    }
}

/// What an adult has whose every sign of NEWS2 scores nothing.
fn normal() -> Values {
    let units = [
        (Vital::RespiratoryRate, 16),
        (Vital::Spo2Pct, 98),
        (Vital::Pulse, 76),
        (Vital::Systolic, 122),
        (Vital::TemperatureC, 37),
    ];
    units.into_iter().map(|(vital, units)| (vital, Tenths::whole(units))).collect()
}

#[test]
fn every_step_of_news2_comes_out_as_the_chart_says() {
    let catalog = Catalog::builtin();
    for case in scored() {
        assert!(!case.source.is_empty());
        let conditions = case.scale_2.then_some(Condition::HypercapnicFailure).into_iter().collect();
        let birth = Some(Birth::Date(Date::constant(1962, 1, 1)));
        let subject = Subject { conditions, birth, ..Subject::default() };
        let mut values = normal();
        values.extend(case.set.clone());
        let seen = observed(&values, &case.signs, now(), case.on_oxygen);
        let told = assess(catalog, &subject, &seen, &[], TODAY);
        let news2 = told.protocols.iter().find(|says| says.id == "news2").unwrap();
        assert_eq!((news2.score, news2.level), (Some(case.score), case.level), "{case:?}");
    }
}

#[test]
fn every_step_of_every_scale_has_a_case_on_both_sides() {
    let score = Catalog::builtin().get("news2").unwrap().score.as_ref().unwrap();
    let cases = scored();
    for item in &score.items {
        let step = if item.parameter.is_whole() { 10 } else { 1 };
        for end in item.steps.iter().filter_map(|step| step.up_to) {
            for value in [end, Tenths::new(end.tenths() + step)] {
                let has = cases.iter().any(|case| {
                    let scale = match item.when {
                        When::Always => true,
                        When::Scale1 => !case.scale_2,
                        When::Scale2OnAir => case.scale_2 && !case.on_oxygen,
                        When::Scale2OnOxygen => case.scale_2 && case.on_oxygen,
                    };
                    scale && case.set.get(&item.parameter) == Some(&value)
                });
                assert!(has, "{:?} {:?} {value}", item.parameter, item.when);
            }
        }
    }
}

fn any_values() -> impl Strategy<Value = Values> {
    let each = Vital::ALL.map(|vital| {
        let (low, high) = vital.entry_limits();
        proptest::option::of(low..=high)
    });
    each.prop_map(|values| {
        let measured = Vital::ALL.into_iter().zip(values);
        measured.filter_map(|(vital, units)| Some((vital, Tenths::whole(units?)))).collect()
    })
}

fn subject(months: u32) -> Subject {
    let born = i32::try_from(2022 * 12 + 2 - months).unwrap();
    let (year, month) = (i16::try_from(born / 12).unwrap(), i8::try_from(born % 12 + 1).unwrap());
    Subject { birth: Some(Birth::Date(Date::constant(year, month, 10))), ..Subject::default() }
}

proptest! {
    #[test]
    fn what_is_missing_never_counts_as_normal(
        values in any_values(),
        gone in proptest::sample::select(Vital::ALL.to_vec()),
        months in 0_u32..1200,
    ) {
        let subject = subject(months);
        let told = |values: &Values| {
            assess(Catalog::builtin(), &subject, &observed(values, &BTreeSet::new(), now(), false), &[], TODAY)
        };
        let mut without = values.clone();
        without.remove(&gone);
        let (with, without_it) = (told(&values), told(&without));
        // What was not measured raises nothing and says nothing.
        prop_assert!(without_it.level <= with.level);
        for (protocol, says) in Catalog::builtin().protocols().iter().zip(&without_it.protocols) {
            if says.fired.is_none() && says.missing.is_empty() {
                continue;
            }
            let needs = |vital: Vital| match &protocol.score {
                Some(score) => score.items.iter().any(|item| item.parameter == vital),
                None => protocol.rules.iter().any(|rule| {
                    let age = subject.age_on(TODAY).unwrap();
                    rule.ages.contains(age) && matches!(&rule.test, Test::Vital { vital: of, .. } if *of == vital)
                }),
            };
            prop_assert_eq!(says.missing.contains(&gone), needs(gone), "{} {:?}", &protocol.id, gone);
            let nothing_known = protocol.base_band.as_ref().is_some_and(|base| {
                base.needs.iter().all(|vital| !without.contains_key(vital))
            });
            prop_assert!(!nothing_known || says.band.is_none(), "{}", &protocol.id);
        }
        // Nor does it place anybody in a quiet risk group.
        let spo2_unknown = Observation { by: Reporter::Patient, ..observed(&without, &BTreeSet::new(), now(), false) };
        if !without.contains_key(&Vital::Spo2Pct) {
            let group = risk(&subject, Some(2), Some(&spo2_unknown), TODAY);
            prop_assert!(!matches!(group, RiskGroup::Low | RiskGroup::Medium));
        }
    }

    #[test]
    fn a_worse_value_is_never_less_dangerous(
        values in any_values(),
        vital in proptest::sample::select(vec![Vital::RespiratoryRate, Vital::TemperatureC, Vital::Spo2Pct]),
        value in 0_i32..200,
        months in 0_u32..1200,
    ) {
        let subject = subject(months);
        let (low, high) = vital.entry_limits();
        let value = low + value % (high - low);
        // From 20 breaths and 37 °C upwards more is worse; less saturation is worse everywhere.
        let (better, worse) = if vital == Vital::Spo2Pct { (value + 1, value) } else { (value, value + 1) };
        let from = match vital { Vital::RespiratoryRate => 12, Vital::TemperatureC => 37, _ => low };
        prop_assume!(better >= from);
        let told = |units: i32| {
            let mut values = values.clone();
            values.insert(vital, Tenths::whole(units));
            assess(Catalog::builtin(), &subject, &observed(&values, &BTreeSet::new(), now(), false), &[], TODAY)
        };
        let (better, worse) = (told(better), told(worse));
        prop_assert!(better.level <= worse.level);
        for (better, worse) in better.protocols.iter().zip(&worse.protocols) {
            prop_assert!(better.level <= worse.level, "{}", &better.id);
        }
    }

    #[test]
    fn readings_are_confirmed_the_same_whatever_order_they_are_known_in(
        readings in proptest::collection::vec((90_i32..100, 0_i64..25), 1..5),
        months in 0_u32..1200,
    ) {
        let subject = subject(months);
        let seen: Vec<Observation> = readings.iter().map(|(spo2, minute)| {
            let set = Values::from([(Vital::Spo2Pct, Tenths::whole(*spo2))]);
            observed(&set, &BTreeSet::new(), now().plus(minutes(*minute)), false)
        }).collect();
        let levels = |order: &[Observation]| -> Vec<AlertLevel> {
            seen.iter().enumerate().map(|(n, one)| {
                let mut others = order.to_vec();
                if let Some(at) = others.iter().position(|o| *o == seen[n]) {
                    others.remove(at);
                }
                assess(Catalog::builtin(), &subject, one, &others, TODAY).level
            }).collect()
        };
        let reversed: Vec<Observation> = seen.iter().rev().cloned().collect();
        prop_assert_eq!(levels(&seen), levels(&reversed));
    }
}
