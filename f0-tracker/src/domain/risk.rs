//! The risk group of a patient, from the cells that could be read.
//!
//! Decision 5525/QĐ-BYT (1 December 2021) sorts patients into four groups. Two of them, low and medium, could be read
//! as Bắc Ninh applied them; of the Decision 3646/QĐ-BYT that it replaced, the very high group. The high group was not
//! read, so no patient is placed in it: whoever fits no cell is `unknown`, and staff decide.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::time::Date;

use super::age::Age;
use super::observation::Observation;
use super::subject::Subject;
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};

/// A risk group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskGroup {
    /// 5525, low (green).
    Low,
    /// 5525, medium (yellow).
    Medium,
    /// 3646, very high (red).
    VeryHigh,
    /// No cell that could be read fits, or something needed is not known.
    #[default]
    Unknown,
}

impl RiskGroup {
    /// Every group.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::VeryHigh, Self::Unknown];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::VeryHigh => "very_high",
            Self::Unknown => "unknown",
        }
    }

    /// The group that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }

    /// Where the cells of the group were read.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Low | Self::Medium => "5525/QĐ-BYT, as applied by Bắc Ninh (vtv.vn 20211217)",
            Self::VeryHigh => "3646/QĐ-BYT (thuvienphapluat 36889)",
            Self::Unknown => "",
        }
    }
}

/// The doses from which somebody counts as fully vaccinated (4038/QĐ-BYT asks for two).
const FULL_DOSES: u8 = 2;

/// The symptoms that the medium group of 5525 allows: fever, cough, sore throat, slight breathlessness.
const MEDIUM_SYMPTOMS: [Symptom; 4] = [Symptom::Fever, Symptom::Cough, Symptom::SoreThroat, Symptom::Dyspnoea];

/// The signs that make 3646's emergency state beside the numbers: altered consciousness and other emergency signs.
const EMERGENCY_SIGNS: [Symptom; 3] = [Symptom::AlteredConsciousness, Symptom::Convulsion, Symptom::Cyanosis];

/// Places a patient in a group. `latest` is the newest observation; without one no SpO2 is known and the low and
/// medium groups cannot be told.
#[must_use]
pub fn risk(subject: &Subject, vaccine_doses: Option<u8>, latest: Option<&Observation>, on: Date) -> RiskGroup {
    let age = subject.age_on(on);
    if is_very_high(subject, age, latest) {
        return RiskGroup::VeryHigh;
    }
    let (Some(age), Some(doses), Some(latest)) = (age, vaccine_doses, latest) else { return RiskGroup::Unknown };
    let saturated = latest.vitals.get(Vital::Spo2Pct).is_some_and(|spo2| spo2 >= Tenths::whole(97));
    if !saturated || subject.is_pregnant() || subject.has_underlying_disease() {
        return RiskGroup::Unknown;
    }
    let vaccinated = doses >= FULL_DOSES;
    let young = (3..50 * 12).contains(&age.months());
    let middle = (50 * 12..65 * 12).contains(&age.months());
    if !latest.symptoms.iter().all(|symptom| MEDIUM_SYMPTOMS.contains(symptom)) {
        RiskGroup::Unknown
    } else if young && vaccinated && latest.symptoms.is_empty() {
        RiskGroup::Low
    } else if young || (middle && vaccinated) {
        RiskGroup::Medium
    } else {
        RiskGroup::Unknown
    }
}

/// 3646: 65 years and over with a listed disease, or an emergency state at any age, or SpO2 of 92 % and lower.
fn is_very_high(subject: &Subject, age: Option<Age>, latest: Option<&Observation>) -> bool {
    let old_and_ill = age.is_some_and(|age| age.years() >= 65) && subject.has_underlying_disease();
    old_and_ill || latest.is_some_and(|observed| is_emergency(observed, age))
}

/// 3646's emergency state. Pulse, pressure and breathing rate are read from 12 years on, as the limits of adults are
/// elsewhere; SpO2 and signs at any age.
fn is_emergency(observed: &Observation, age: Option<Age>) -> bool {
    let is = |vital, fires: fn(i32) -> bool| observed.vitals.get(vital).is_some_and(|value| fires(value.tenths()));
    let has = |symptom| observed.symptoms.contains(&symptom);
    let breathless = has(Symptom::Dyspnoea) || has(Symptom::AbnormalBreathing);
    let adult_numbers = age.is_none_or(|age| age.years() >= 12);
    let numbers =
        is(Vital::Pulse, |v| v > 1_200) || is(Vital::Systolic, |v| v < 900) || is(Vital::Diastolic, |v| v < 600);
    EMERGENCY_SIGNS.into_iter().any(has)
        || is(Vital::Spo2Pct, |v| v <= 920)
        || (breathless && is(Vital::Spo2Pct, |v| v < 940))
        || (adult_numbers && (numbers || (breathless && is(Vital::RespiratoryRate, |v| v > 250))))
}

/// Why a patient is in their group, or what keeps them out of every group that could be read.
#[must_use]
pub fn why(subject: &Subject, vaccine_doses: Option<u8>, latest: Option<&Observation>, on: Date) -> Vec<Bilingual> {
    let age = subject.age_on(on);
    let old_and_ill = age.is_some_and(|age| age.years() >= 65) && subject.has_underlying_disease();
    let told = |is: bool, vi: &str, en: &str| is.then(|| Bilingual::new(vi, en));
    let reasons: Vec<Option<Bilingual>> = match risk(subject, vaccine_doses, latest, on) {
        RiskGroup::VeryHigh => vec![
            told(old_and_ill, "Từ 65 tuổi, có bệnh nền", "65 years or over, with an underlying disease"),
            told(latest.is_some_and(|seen| is_emergency(seen, age)), "Có dấu hiệu cấp cứu", "Emergency signs"),
        ],
        RiskGroup::Low => vec![told(
            true,
            "3 tháng-49 tuổi, không bệnh nền, tiêm đủ, không triệu chứng, SpO2 từ 97%",
            "3 months to 49 years, no disease, vaccinated, no signs, SpO2 97 % or more",
        )],
        RiskGroup::Medium => vec![
            told(age.is_some_and(|age| age.years() >= 50), "50-64 tuổi, tiêm đủ", "50 to 64 years, vaccinated"),
            told(vaccine_doses.is_some_and(|n| n < FULL_DOSES), "Chưa tiêm đủ", "Not fully vaccinated"),
            told(latest.is_some_and(|seen| !seen.symptoms.is_empty()), "Có triệu chứng nhẹ", "Mild symptoms"),
        ],
        RiskGroup::Unknown => {
            let spo2 = latest.and_then(|seen| seen.vitals.get(Vital::Spo2Pct));
            vec![
                told(age.is_none(), "Chưa biết tuổi", "The age is not known"),
                told(vaccine_doses.is_none(), "Chưa biết số mũi vắc xin", "The doses are not known"),
                told(spo2.is_none(), "Chưa đo SpO2", "SpO2 was not measured"),
                told(spo2.is_some_and(|v| v < Tenths::whole(97)), "SpO2 dưới 97%", "SpO2 below 97 %"),
                told(subject.is_pregnant(), "Có thai", "Pregnant"),
                told(subject.has_underlying_disease(), "Có bệnh nền", "An underlying disease"),
                told(age.is_some_and(|age| age.years() >= 65), "Từ 65 tuổi", "65 years or over"),
                told(age.is_some_and(|age| age.months() < 3), "Dưới 3 tháng tuổi", "Below 3 months"),
                told(
                    true,
                    "Không thuộc nhóm nào đọc được trong văn bản: nhân viên y tế quyết định",
                    "No group that could be read fits: staff decide",
                ),
            ]
        }
    };
    reasons.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use shared::person::Birth;

    use super::*;
    use crate::domain::condition::Condition;
    use crate::domain::observation::Reporter;
    use crate::domain::vital::Vitals;

    fn today() -> Date {
        "2022-03-10".parse().unwrap()
    }

    fn aged(years: i16) -> Subject {
        Subject { birth: Some(Birth::Date(Date::constant(2022 - years, 1, 1))), ..Subject::default() }
    }

    fn seen(spo2: i32, symptoms: &[Symptom]) -> Observation {
        Observation {
            id: None,
            at: "2022-03-10T01:00:00Z".parse().unwrap(),
            by: Reporter::Patient,
            vitals: Vitals::default().with(Vital::Spo2Pct, Tenths::whole(spo2)),
            on_oxygen: false,
            symptoms: symptoms.iter().copied().collect(),
        }
    }

    fn group(subject: &Subject, doses: u8, observed: &Observation) -> RiskGroup {
        risk(subject, Some(doses), Some(observed), today())
    }

    #[test]
    fn the_low_and_medium_groups_follow_the_cells_of_5525() {
        let well = seen(97, &[]);
        assert_eq!(group(&aged(49), 2, &well), RiskGroup::Low);
        assert_eq!(group(&aged(50), 2, &well), RiskGroup::Medium);
        assert_eq!(group(&aged(49), 1, &well), RiskGroup::Medium);
        assert_eq!(group(&aged(30), 2, &seen(97, &[Symptom::Cough, Symptom::Fever])), RiskGroup::Medium);
    }

    #[test]
    fn whoever_fits_no_cell_that_was_read_is_unknown() {
        let well = seen(97, &[]);
        assert_eq!(group(&aged(50), 1, &well), RiskGroup::Unknown);
        assert_eq!(group(&aged(66), 2, &well), RiskGroup::Unknown);
        assert_eq!(group(&aged(30), 2, &seen(96, &[])), RiskGroup::Unknown);
        let pregnant = Subject { pregnant: Some(true), ..aged(30) };
        assert_eq!(group(&pregnant, 2, &well), RiskGroup::Unknown);
        let diabetic = Subject { conditions: BTreeSet::from([Condition::Diabetes]), ..aged(30) };
        assert_eq!(group(&diabetic, 2, &well), RiskGroup::Unknown);
        assert_eq!(group(&Subject::default(), 2, &well), RiskGroup::Unknown);
        assert_eq!(risk(&aged(30), None, Some(&well), today()), RiskGroup::Unknown);
        assert_eq!(risk(&aged(30), Some(2), None, today()), RiskGroup::Unknown);
    }

    #[test]
    fn the_very_high_group_follows_the_cells_of_3646() {
        let old = Subject { conditions: BTreeSet::from([Condition::Hypertension]), ..aged(65) };
        assert_eq!(risk(&old, None, None, today()), RiskGroup::VeryHigh);
        assert_eq!(group(&aged(8), 0, &seen(92, &[])), RiskGroup::VeryHigh);
        assert_eq!(group(&aged(30), 2, &seen(93, &[Symptom::Dyspnoea])), RiskGroup::VeryHigh);
        assert_eq!(group(&aged(30), 2, &seen(93, &[])), RiskGroup::Unknown);
        assert_eq!(group(&aged(30), 2, &seen(98, &[Symptom::AlteredConsciousness])), RiskGroup::VeryHigh);
        let mut fast = seen(98, &[]);
        fast.vitals = fast.vitals.with(Vital::Pulse, Tenths::whole(121));
        assert_eq!(group(&aged(30), 2, &fast), RiskGroup::VeryHigh);
        assert_ne!(group(&aged(2), 0, &fast), RiskGroup::VeryHigh);
    }

    #[test]
    fn every_group_tells_why() {
        let well = seen(97, &[]);
        let told = |subject: &Subject, doses, latest| {
            why(subject, doses, latest, today()).into_iter().map(|reason| reason.en).collect::<Vec<_>>().join("; ")
        };
        let old = Subject { conditions: BTreeSet::from([Condition::Hypertension]), ..aged(65) };
        assert!(told(&old, None, None).contains("65 years"));
        assert!(told(&aged(30), Some(2), Some(&well)).contains("3 months to 49"));
        assert!(told(&aged(30), Some(1), Some(&well)).contains("Not fully vaccinated"));
        let unknown = told(&Subject::default(), None, None);
        assert!(["age", "doses", "SpO2", "staff decide"].iter().all(|word| unknown.contains(word)), "{unknown}");
    }

    #[test]
    fn every_code_reads_back() {
        for group in RiskGroup::ALL {
            assert_eq!(RiskGroup::from_code(group.code()), Some(group));
        }
    }
}
