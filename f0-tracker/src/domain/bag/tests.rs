//! The worked cases of bags (f0-care.md, 2.4), and the edges around them.

use std::collections::BTreeSet;

use shared::events::AlertLevel;
use shared::person::Sex;
use shared::time::Instant;

use super::*;
use crate::domain::age::Age;
use crate::domain::condition::Condition;
use crate::domain::observation::{Observation, Reporter};
use crate::domain::risk::RiskGroup;
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Tenths, Vital, Vitals};

const TODAY: Date = Date::constant(2022, 3, 10);

fn observed(spo2: i32, symptoms: &[Symptom]) -> Observation {
    Observation {
        id: None,
        at: "2022-03-10T01:00:00Z".parse::<Instant>().unwrap(),
        by: Reporter::Staff,
        vitals: Vitals::default().with(Vital::Spo2Pct, Tenths::whole(spo2)),
        on_oxygen: false,
        symptoms: symptoms.iter().copied().collect(),
    }
}

fn codes(
    bag: BagCode,
    of: &Candidate<'_>,
    answers: &[(Question, bool)],
    consent: bool,
    doctor: bool,
) -> Vec<&'static str> {
    let bag = list(Some("79"), TODAY).unwrap().bag(bag).unwrap();
    let answers = answers.iter().copied().collect();
    bag.refusals(of, &answers, consent, doctor, TODAY).into_iter().map(|refusal| refusal.code).collect()
}

/// Somebody of an age, ill for some days.
fn somebody<'a>(years: u32, day: i8, conditions: &'a BTreeSet<Condition>, newest: &'a Observation) -> Candidate<'a> {
    Candidate {
        age: Some(Age::from_years(years)),
        sex: Sex::Male,
        pregnant: None,
        conditions,
        risk: RiskGroup::Unknown,
        since: Date::constant(2022, 3, 10 - day),
        has_symptoms: true,
        newest: Some((newest, AlertLevel::None)),
    }
}

#[test]
fn e20_molnupiravir_at_40_with_diabetes_on_day_3_is_allowed() {
    let (conditions, newest) = (BTreeSet::from([Condition::Diabetes]), observed(97, &[Symptom::Cough]));
    assert!(codes(BagCode::C, &somebody(40, 3, &conditions, &newest), &[], true, false).is_empty());
    // The edges around it.
    assert!(codes(BagCode::C, &somebody(18, 5, &conditions, &newest), &[], true, false).is_empty());
    assert_eq!(codes(BagCode::C, &somebody(17, 5, &conditions, &newest), &[], true, false), ["too_young"]);
    assert_eq!(codes(BagCode::C, &somebody(40, 6, &conditions, &newest), &[], true, false), ["too_late"]);
    assert_eq!(codes(BagCode::C, &somebody(40, 3, &conditions, &newest), &[], false, false), ["no_consent"]);
    let none = BTreeSet::new();
    assert_eq!(codes(BagCode::C, &somebody(40, 3, &none, &newest), &[], true, false), ["no_risk_factor"]);
    let severe = observed(93, &[]);
    assert_eq!(codes(BagCode::C, &somebody(40, 3, &conditions, &severe), &[], true, false), ["too_severe"]);
    assert!(codes(BagCode::C, &somebody(40, 3, &conditions, &observed(94, &[])), &[], true, false).is_empty());
    let well = Candidate { has_symptoms: false, ..somebody(40, 3, &conditions, &newest) };
    assert_eq!(codes(BagCode::C, &well, &[], true, false), ["no_symptoms"]);
}

#[test]
fn e22_bag_b_with_a_stomach_ulcer_is_refused() {
    let (conditions, newest) = (BTreeSet::new(), observed(94, &[]));
    let of = somebody(50, 4, &conditions, &newest);
    assert_eq!(codes(BagCode::B, &of, &[(Question::GastricUlcer, true)], false, true), ["gastric_ulcer"]);
    assert!(codes(BagCode::B, &of, &[(Question::GastricUlcer, false)], false, true).is_empty());
    assert_eq!(codes(BagCode::B, &of, &[], false, false), ["doctor_only"]);
    assert_eq!(
        codes(BagCode::B, &somebody(50, 4, &conditions, &observed(95, &[])), &[], false, true),
        ["not_indicated"]
    );
    assert!(
        codes(BagCode::B, &somebody(50, 4, &conditions, &observed(97, &[Symptom::Dyspnoea])), &[], false, true)
            .is_empty()
    );
}

#[test]
fn what_the_record_cannot_tell_is_asked() {
    let (conditions, newest) = (BTreeSet::new(), observed(94, &[]));
    let bag = list(Some("79"), TODAY).unwrap().bag(BagCode::B).unwrap();
    let man = somebody(50, 4, &conditions, &newest);
    assert_eq!(
        bag.questions(&man),
        [Question::GastricUlcer, Question::LiverOrKidneyFailure, Question::BleedingDisease]
    );
    let woman = Candidate { sex: Sex::Female, ..man.clone() };
    assert!(bag.questions(&woman).contains(&Question::Pregnant));
    assert!(bag.questions(&woman).contains(&Question::BreastFeeding));
    let known = Candidate { pregnant: Some(true), ..woman };
    assert!(!bag.questions(&known).contains(&Question::Pregnant));
    assert_eq!(codes(BagCode::B, &known, &[], false, true), ["pregnant"]);
    let ageless = Candidate { age: None, ..man };
    assert_eq!(codes(BagCode::B, &ageless, &[], false, true), ["age_unknown"]);
}

#[test]
fn provinces_differ_and_one_without_a_list_has_the_common_one() {
    let days = |province| list(Some(province), TODAY).unwrap().bag(BagCode::B).unwrap().max_days;
    assert_eq!((days("79"), days("01"), days("82")), (Some(3), Some(7), Some(3)));
    assert!(list(Some("82"), TODAY).unwrap().proposal && !list(Some("79"), TODAY).unwrap().proposal);
    assert!(list(None, Date::constant(2021, 8, 14)).is_none());
    assert_eq!(list_by_id("79-2021").map(|list| list.bags.len()), Some(3));
}
