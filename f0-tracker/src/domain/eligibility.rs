//! Whether a patient may be cared for at home, by the decision in force on the day, each criterion with its answer.
//!
//! The criteria are data in `f0-tracker/protocols/eligibility.json`. What is not known is neither met nor unmet: it is
//! asked for, and nobody is found fit for home with something unknown.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::Date;

use super::condition::Condition;
use super::observation::Observation;
use super::subject::Subject;
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};

const BUILTIN: &str = include_str!("../../protocols/eligibility.json");

/// What somebody knows about a patient's care at home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Doses of vaccine, where known.
    pub doses: Option<u8>,
    /// The day of the last dose, where known.
    pub last_dose_on: Option<Date>,
    /// Whether the underlying diseases are stable on treatment, where known.
    pub stable: Option<bool>,
    /// Whether the patient cares for themselves, where known.
    pub self_care: Option<bool>,
    /// Whether the patient reaches staff by telephone, where known.
    pub reachable: Option<bool>,
    /// Whether somebody at home takes care of the patient, where known.
    pub carer: Option<bool>,
    /// Whether somebody asked about underlying diseases: an empty list of them says nothing otherwise.
    pub conditions_asked: bool,
}

/// Everything that a criterion may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The patient.
    pub subject: &'a Subject,
    /// The circumstances.
    pub known: &'a Circumstances,
    /// The newest report, where there is one.
    pub latest: Option<&'a Observation>,
    /// The day.
    pub on: Date,
}

/// A test of one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    Signs(Signs),
    BreathingAtMost(i32),
    BreathingBelow(i32),
    Spo2AtLeast(i32),
    Spo2Above(i32),
    DosesAtLeast(u8),
    DaysSinceDoseAtLeast(i64),
    #[serde(rename = "age_over_1_and_under")]
    AgeUnder(u32),
    Condition(Disease),
    Pregnant(bool),
    Overweight(bool),
    SelfCare(bool),
    Reachable(bool),
    Carer(bool),
    All(Vec<Self>),
    Any(Vec<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Signs {
    NoDanger,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Disease {
    NoneListed,
    Stable,
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Criterion {
    test: Check,
    text: Bilingual,
    #[serde(default, rename = "note")]
    _note: String,
}

/// The criteria of one decision.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The first day of its validity.
    pub from: Date,
    /// Where it was read.
    pub source: String,
    criteria: Vec<Criterion>,
}

/// Every decision that is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// What a reader must know.
    pub note: Bilingual,
    rules: Vec<Rule>,
}

/// What the criteria say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every criterion is met.
    May,
    /// One is not.
    MayNot,
    /// None is unmet, and something is not known.
    Unknown,
}

/// A criterion with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The criterion.
    pub text: Bilingual,
    /// Whether it is met; none where something is not known.
    pub met: Option<bool>,
}

/// What a decision says of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What the criteria say together.
    pub verdict: Verdict,
    /// The id of the decision.
    pub protocol: String,
    /// Where it was read.
    pub source: String,
    /// The criteria.
    pub criteria: Vec<Answer>,
}

impl Eligibility {
    /// The criteria that are compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static ELIGIBILITY: OnceLock<Eligibility> = OnceLock::new();
        ELIGIBILITY.get_or_init(|| {
            serde_json::from_str(BUILTIN).expect("the compiled file never changes, and a test reads it")
        })
    }

    /// The decision in force on a day: the latest that is not after it; before the first one the first one.
    #[must_use]
    pub fn on(&self, day: Date) -> &Rule {
        let latest = self.rules.iter().filter(|rule| rule.from <= day).max_by_key(|rule| rule.from);
        latest.or_else(|| self.rules.first()).expect("the compiled file has rules, and a test reads it")
    }
}

impl Rule {
    /// What the decision says of a patient.
    #[must_use]
    pub fn decide(&self, facts: &Facts<'_>) -> Decision {
        let criteria: Vec<Answer> = self
            .criteria
            .iter()
            .map(|criterion| Answer { text: criterion.text.clone(), met: criterion.test.met(facts) })
            .collect();
        let verdict = match all(criteria.iter().map(|answer| answer.met)) {
            Some(true) => Verdict::May,
            Some(false) => Verdict::MayNot,
            None => Verdict::Unknown,
        };
        Decision { verdict, protocol: self.id.clone(), source: self.source.clone(), criteria }
    }
}

/// Whether all hold: one that does not decides, then one that is not known.
fn all(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    answers
        .try_fold(Some(true), |so_far, answer| match answer {
            Some(false) => Err(()),
            None => Ok(None),
            Some(true) => Ok(so_far),
        })
        .unwrap_or(Some(false))
}

/// Whether one holds.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(answers.map(|answer| answer.map(|met| !met))).map(|none| !none)
}

impl Check {
    fn met(&self, facts: &Facts<'_>) -> Option<bool> {
        let value = |vital| facts.latest.and_then(|latest| latest.vitals.get(vital));
        let on_air = |spo2: Option<Tenths>| spo2.filter(|_| facts.latest.is_some_and(|latest| !latest.on_oxygen));
        let known = facts.known;
        match self {
            Self::Signs(Signs::NoDanger) => {
                facts.latest.map(|latest| latest.symptoms.iter().all(|sign| *sign < Symptom::Dyspnoea))
            }
            Self::BreathingAtMost(most) => value(Vital::RespiratoryRate).map(|rate| rate <= Tenths::whole(*most)),
            Self::BreathingBelow(limit) => {
                let limit = breathing_limit(facts, *limit)?;
                value(Vital::RespiratoryRate).map(|rate| rate < Tenths::whole(limit))
            }
            Self::Spo2AtLeast(least) => on_air(value(Vital::Spo2Pct)).map(|spo2| spo2 >= Tenths::whole(*least)),
            Self::Spo2Above(limit) => on_air(value(Vital::Spo2Pct)).map(|spo2| spo2 > Tenths::whole(*limit)),
            Self::DosesAtLeast(least) => known.doses.map(|doses| doses >= *least),
            Self::DaysSinceDoseAtLeast(least) => {
                known.last_dose_on.map(|day| facts.on.duration_since(day).as_hours() / 24 >= *least)
            }
            Self::AgeUnder(limit) => {
                facts.subject.age_on(facts.on).map(|age| age.months() > 12 && age.years() < *limit)
            }
            Self::Condition(disease) => disease.met(facts),
            Self::Pregnant(expected) => pregnant(facts).map(|pregnant| pregnant == *expected),
            Self::Overweight(expected) => {
                let has = facts.subject.conditions.contains(&Condition::Obesity);
                (has || known.conditions_asked).then_some(has == *expected)
            }
            Self::SelfCare(expected) => known.self_care.map(|yes| yes == *expected),
            Self::Reachable(expected) => known.reachable.map(|yes| yes == *expected),
            Self::Carer(expected) => known.carer.map(|yes| yes == *expected),
            Self::All(checks) => all(checks.iter().map(|check| check.met(facts))),
            Self::Any(checks) => any(checks.iter().map(|check| check.met(facts))),
        }
    }
}

impl Disease {
    fn met(self, facts: &Facts<'_>) -> Option<bool> {
        let has = facts.subject.has_underlying_disease();
        match self {
            Self::NoneListed => (has || facts.known.conditions_asked).then_some(!has),
            Self::Stable if has => facts.known.stable,
            Self::Stable => Some(false),
        }
    }
}

/// Whether pregnant: nobody asks a child or somebody over 55.
fn pregnant(facts: &Facts<'_>) -> Option<bool> {
    let may_be = facts.subject.age_years_on(facts.on).is_none_or(|years| (10..=55).contains(&years));
    facts.subject.pregnant.or_else(|| (!may_be).then_some(false))
}

/// The breathing rate that must not be reached, by the bands of 261: 30 from 5 to under 12 years, 40 from 1 to under 5;
/// none below 1 year.
fn breathing_limit(facts: &Facts<'_>, adult: i32) -> Option<i32> {
    match facts.subject.age_on(facts.on)?.years() {
        12.. => Some(adult),
        5..12 => Some(30),
        1..5 => Some(40),
        0 => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::person::Birth;

    use super::*;
    use crate::domain::observation::Reporter;
    use crate::domain::vital::Vitals;

    const TODAY: Date = Date::constant(2022, 3, 10);

    fn aged(years: i16) -> Subject {
        let birth = Some(Birth::Date(Date::constant(2022 - years, 1, 1)));
        Subject { birth, pregnant: Some(false), ..Subject::default() }
    }

    fn seen(spo2: i32, rate: i32, signs: &[Symptom]) -> Observation {
        Observation {
            id: None,
            at: "2022-03-10T01:00:00Z".parse().unwrap(),
            by: Reporter::Staff,
            vitals: Vitals::default()
                .with(Vital::Spo2Pct, Tenths::whole(spo2))
                .with(Vital::RespiratoryRate, Tenths::whole(rate)),
            on_oxygen: false,
            symptoms: signs.iter().copied().collect(),
        }
    }

    fn known() -> Circumstances {
        Circumstances {
            doses: Some(0),
            self_care: Some(true),
            reachable: Some(true),
            conditions_asked: true,
            ..Circumstances::default()
        }
    }

    fn verdict(day: &str, subject: &Subject, known: &Circumstances, latest: Option<&Observation>) -> Verdict {
        let on = day.parse().unwrap();
        Eligibility::builtin().on(on).decide(&Facts { subject, known, latest, on }).verdict
    }

    const IN_4038: &str = "2021-09-01";
    const IN_261: &str = "2022-03-10";

    #[test]
    fn the_worked_cases_of_4038() {
        let well = seen(98, 18, &[]);
        let ask = |years, known: &Circumstances| verdict(IN_4038, &aged(years), known, Some(&well));
        assert_eq!(ask(40, &known()), Verdict::May, "E01: under 50, no disease");
        assert_eq!(ask(52, &known()), Verdict::MayNot, "E02: an adult must be under 50 without a vaccine");
        let one_dose =
            |day: &str| Circumstances { doses: Some(1), last_dose_on: Some(day.parse().unwrap()), ..known() };
        assert_eq!(ask(52, &one_dose("2021-08-22")), Verdict::MayNot, "E04: one dose 10 days ago");
        assert_eq!(ask(52, &one_dose("2021-08-17")), Verdict::May, "E04: one dose 15 days ago");
        assert_eq!(ask(52, &one_dose("2021-08-18")), Verdict::May, "14 days");
        assert_eq!(ask(52, &one_dose("2021-08-19")), Verdict::MayNot, "13 days");
        assert_eq!(ask(70, &Circumstances { doses: Some(2), ..known() }), Verdict::May);
        assert_eq!(verdict(IN_4038, &aged(40), &known(), Some(&seen(96, 20, &[]))), Verdict::May, "the limits");
        assert_eq!(verdict(IN_4038, &aged(40), &known(), Some(&seen(95, 20, &[]))), Verdict::MayNot);
        assert_eq!(verdict(IN_4038, &aged(40), &known(), Some(&seen(96, 21, &[]))), Verdict::MayNot);
    }

    #[test]
    fn the_worked_cases_of_261() {
        let ask = |subject: &Subject, known: &Circumstances, latest: &Observation| {
            verdict(IN_261, subject, known, Some(latest))
        };
        assert_eq!(ask(&aged(30), &known(), &seen(96, 18, &[])), Verdict::MayNot, "E06: it needs more than 96");
        assert_eq!(ask(&aged(30), &known(), &seen(97, 18, &[])), Verdict::May);
        assert_eq!(ask(&aged(30), &known(), &seen(97, 20, &[])), Verdict::MayNot);
        assert_eq!(ask(&aged(30), &known(), &seen(97, 19, &[Symptom::Cough])), Verdict::May);
        assert_eq!(ask(&aged(30), &known(), &seen(97, 19, &[Symptom::ChestPain])), Verdict::MayNot);
        let old = Subject { conditions: BTreeSet::from([Condition::Hypertension]), ..aged(70) };
        let cared = Circumstances { stable: Some(true), carer: Some(true), self_care: Some(false), ..known() };
        assert_eq!(ask(&old, &cared, &seen(98, 18, &[])), Verdict::May, "E08: stable, with a carer");
        assert_eq!(
            ask(&old, &Circumstances { stable: Some(false), ..cared.clone() }, &seen(98, 18, &[])),
            Verdict::MayNot
        );
        let alone = Circumstances { carer: Some(false), ..cared };
        assert_eq!(ask(&old, &alone, &seen(98, 18, &[])), Verdict::MayNot);
        assert_eq!(ask(&aged(8), &known(), &seen(98, 29, &[])), Verdict::May);
        assert_eq!(ask(&aged(8), &known(), &seen(98, 30, &[])), Verdict::MayNot);
    }

    #[test]
    fn with_something_unknown_nobody_is_found_fit() {
        let well = seen(98, 18, &[]);
        let ask = |subject: &Subject, known: &Circumstances, latest| verdict(IN_261, subject, known, latest);
        assert_eq!(ask(&aged(30), &known(), None), Verdict::Unknown);
        let not_asked = Circumstances { conditions_asked: false, ..known() };
        assert_eq!(ask(&aged(30), &not_asked, Some(&well)), Verdict::Unknown);
        assert_eq!(ask(&aged(0), &known(), Some(&well)), Verdict::Unknown, "no band below one year");
        let on_oxygen = Observation { on_oxygen: true, ..well.clone() };
        assert_eq!(ask(&aged(30), &known(), Some(&on_oxygen)), Verdict::Unknown);
        let spo2_alone =
            Observation { vitals: Vitals::default().with(Vital::Spo2Pct, Tenths::whole(90)), ..well.clone() };
        assert_eq!(ask(&aged(30), &known(), Some(&spo2_alone)), Verdict::MayNot, "one that is unmet decides");
    }

    #[test]
    fn the_decision_of_the_day_is_asked() {
        let id = |day: &str| Eligibility::builtin().on(day.parse().unwrap()).id.clone();
        assert_eq!(id("2021-01-01"), "byt-4038-2021");
        assert_eq!(id("2022-01-30"), "byt-4038-2021");
        assert_eq!(id("2022-01-31"), "byt-261-2022");
        assert_eq!(id("2022-03-20"), "byt-261-2022", "604 is not complete");
        assert_eq!(TODAY, IN_261.parse().unwrap());
    }
}
