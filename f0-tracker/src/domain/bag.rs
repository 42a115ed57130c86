//! Medicine bags A, B and C: what is in them and who may have them, as dated data per province (`f0-tracker/bags/`).
//!
//! What is not known never counts as harmless: an order of a bag that somebody may not have asks for each answer that
//! the record cannot give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::person::Sex;
use shared::time::Date;

use super::act::Item;
use super::age::Age;
use super::condition::Condition;
use super::observation::Observation;
use super::risk::RiskGroup;
use super::symptom::Symptom;
use super::vital::{Tenths, Vital};
use shared::events::AlertLevel;

/// The files, those of provinces first.
const LISTS: [&str; 3] = [
    include_str!("../../bags/79-2021.json"),
    include_str!("../../bags/01-2021.json"),
    include_str!("../../bags/antam-2022.json"),
];

/// Up to this age a woman is asked whether she is pregnant where the record does not say. The product's policy.
const ASKED_UP_TO: u32 = 55;

/// SpO2 below this, or breathing above [`FAST_BREATHING`], is the trigger of bag B (6002/SYT-NVY).
const LOW_SPO2: Tenths = Tenths::whole(95);
/// See [`LOW_SPO2`].
const FAST_BREATHING: Tenths = Tenths::whole(20);
/// SpO2 below this is the severe stage of 437/QĐ-BYT, in which molnupiravir is not given.
const SEVERE_SPO2: Tenths = Tenths::whole(94);

/// Which bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BagCode {
    /// Everyday medicine.
    A,
    /// Corticoid and anticoagulant.
    B,
    /// Molnupiravir.
    C,
}

impl BagCode {
    /// Every bag.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The bag that a code names; small letters do.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bag| bag.code().eq_ignore_ascii_case(code.trim()))
    }
}

/// A question that the record cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Pregnant.
    Pregnant,
    /// Breast-feeding.
    BreastFeeding,
    /// Gastric or duodenal ulcer.
    GastricUlcer,
    /// Liver or kidney failure.
    LiverOrKidneyFailure,
    /// A disease in which one bleeds easily.
    BleedingDisease,
}

impl Question {
    /// Every question.
    pub const ALL: [Self; 5] =
        [Self::Pregnant, Self::BreastFeeding, Self::GastricUlcer, Self::LiverOrKidneyFailure, Self::BleedingDisease];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pregnant => "pregnant",
            Self::BreastFeeding => "breast_feeding",
            Self::GastricUlcer => "gastric_ulcer",
            Self::LiverOrKidneyFailure => "liver_or_kidney_failure",
            Self::BleedingDisease => "bleeding_disease",
        }
    }

    /// What is asked.
    #[must_use]
    pub fn name(self) -> Bilingual {
        let (vi, en) = match self {
            Self::Pregnant => ("Đang mang thai", "Pregnant"),
            Self::BreastFeeding => ("Đang cho con bú", "Breast-feeding"),
            Self::GastricUlcer => ("Loét dạ dày, tá tràng", "Gastric or duodenal ulcer"),
            Self::LiverOrKidneyFailure => ("Suy gan, suy thận", "Liver or kidney failure"),
            Self::BleedingDisease => ("Bệnh dễ chảy máu", "A disease with easy bleeding"),
        };
        Bilingual::new(vi, en)
    }

    /// Whether only women are asked.
    const fn of_women(self) -> bool {
        matches!(self, Self::Pregnant | Self::BreastFeeding)
    }
}

/// In what state of the illness a bag is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indication {
    /// Feels short of breath: breathing above 20 a minute, or SpO2 below 95.
    ShortOfBreath,
    /// With symptoms, not severe, and with a risk factor.
    MildWithRisk,
}

/// A bag as a list defines it.
#[derive(Debug, Clone, Deserialize)]
pub struct Bag {
    /// Which.
    pub code: BagCode,
    /// What people call it.
    pub name: Bilingual,
    /// What is in it, as far as it could be read.
    pub contents: Vec<Item>,
    /// Whether only a doctor may order it.
    pub doctor_only: bool,
    /// Whether the patient must consent.
    pub consent: bool,
    /// Not for people younger than this, in years.
    pub min_age: Option<u32>,
    /// Not in pregnancy.
    pub not_pregnant: bool,
    /// Not for people who answer yes.
    pub ask: Vec<Question>,
    /// When it is meant.
    pub indication: Option<Indication>,
    /// To be begun within so many days of onset, or of the positive test where no onset is known.
    pub window_days: Option<i64>,
    /// Taken for so many days at most.
    pub max_days: Option<i64>,
    /// Where this stands.
    pub source: String,
}

/// A list of bags.
#[derive(Debug, Clone, Deserialize)]
pub struct BagList {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// The province; none for all that have no list of their own.
    pub province_code: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day, where it has ended.
    pub until: Option<Date>,
    /// Whether it is a proposal of the product and not a decision.
    pub proposal: bool,
    /// What is to be known about it.
    pub note: Option<Bilingual>,
    /// The bags.
    pub bags: Vec<Bag>,
}

impl BagList {
    fn holds(&self, province: Option<&str>, on: Date) -> bool {
        let here = self.province_code.is_none() || self.province_code.as_deref() == province;
        here && self.from <= on && self.until.is_none_or(|until| on <= until)
    }

    /// A bag of the list.
    #[must_use]
    pub fn bag(&self, code: BagCode) -> Option<&Bag> {
        self.bags.iter().find(|bag| bag.code == code)
    }
}

fn lists() -> &'static [BagList] {
    static ALL: OnceLock<Vec<BagList>> = OnceLock::new();
    ALL.get_or_init(|| {
        LISTS
            .iter()
            .map(|text| {
                serde_json::from_str(text).unwrap_or_else(|error| panic!("a list of bags cannot be read: {error}"))
            })
            .collect()
    })
}

/// The list that holds in a province on a day.
#[must_use]
pub fn list(province: Option<&str>, on: Date) -> Option<&'static BagList> {
    lists().iter().find(|list| list.holds(province, on))
}

/// A list by its id.
#[must_use]
pub fn list_by_id(id: &str) -> Option<&'static BagList> {
    lists().iter().find(|list| list.id == id)
}

/// A patient, as far as a bag is concerned.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The age, where known.
    pub age: Option<Age>,
    /// The sex.
    pub sex: Sex,
    /// Whether pregnant, where the record knows.
    pub pregnant: Option<bool>,
    /// Underlying diseases.
    pub conditions: &'a BTreeSet<Condition>,
    /// The risk group.
    pub risk: RiskGroup,
    /// The day on which the window begins.
    pub since: Date,
    /// Whether any symptom was ever noted.
    pub has_symptoms: bool,
    /// The newest report, with its level.
    pub newest: Option<(&'a Observation, AlertLevel)>,
}

/// What a doctor or a nurse answered.
pub type Answers = BTreeMap<Question, bool>;

/// Why somebody may not have a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable code.
    pub code: &'static str,
    /// Why, and what to do.
    pub detail: Bilingual,
    /// Where the rule stands.
    pub source: String,
}

impl Bag {
    /// The questions that must be answered before this patient may have it.
    #[must_use]
    pub fn questions(&self, of: &Candidate<'_>) -> Vec<Question> {
        let may_be_pregnant = of.sex != Sex::Male && of.age.is_none_or(|age| age.years() <= ASKED_UP_TO);
        let mut asked = Vec::new();
        if self.not_pregnant && of.pregnant.is_none() && may_be_pregnant {
            asked.push(Question::Pregnant);
        }
        asked.extend(self.ask.iter().copied().filter(|question| !question.of_women() || may_be_pregnant));
        asked
    }

    /// Why this patient may not have it on a day; nothing where they may. Every question must have its answer.
    #[must_use]
    pub fn refusals(
        &self,
        of: &Candidate<'_>,
        answers: &Answers,
        consent: bool,
        by_doctor: bool,
        on: Date,
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut refuse = |code, vi: String, en: String| {
            refusals.push(Refusal { code, detail: Bilingual::new(vi, en), source: self.source.clone() });
        };
        if self.doctor_only && !by_doctor {
            refuse("doctor_only", "Chỉ bác sĩ được kê túi này".into(), "Only a doctor may order this bag".into());
        }
        if let Some(min) = self.min_age {
            match of.age {
                None => refuse(
                    "age_unknown",
                    "Chưa biết tuổi: hãy bổ sung năm sinh".into(),
                    "The age is not known: note the year of birth".into(),
                ),
                Some(age) if age.years() < min => {
                    refuse(
                        "too_young",
                        format!("Không dùng cho người dưới {min} tuổi"),
                        format!("Not for people under {min}"),
                    );
                }
                Some(_) => {}
            }
        }
        if self.not_pregnant && of.pregnant == Some(true) {
            refuse("pregnant", "Không dùng khi mang thai".into(), "Not in pregnancy".into());
        }
        for (question, _) in answers.iter().filter(|(question, yes)| **yes && self.concerns(**question)) {
            let name = question.name();
            refuse(question.code(), format!("Không dùng: {}", name.vi), format!("Not to be used: {}", name.en));
        }
        if self.consent && !consent {
            refuse(
                "no_consent",
                "Cần người bệnh đồng ý sau khi được giải thích".into(),
                "The patient must consent after it was explained".into(),
            );
        }
        if let Some(window) = self.window_days {
            let day = super::case::illness_day(Some(of.since), of.since, on);
            if day > window {
                refuse(
                    "too_late",
                    format!("Phải bắt đầu trong {window} ngày; hôm nay là ngày {day}"),
                    format!("It must begin within {window} days; today is day {day}"),
                );
            }
        }
        if let Some((code, detail)) = self.indication.and_then(|indication| indication.missing(of)) {
            refusals.push(Refusal { code, detail, source: self.source.clone() });
        }
        refusals
    }

    fn concerns(&self, question: Question) -> bool {
        self.ask.contains(&question) || (question == Question::Pregnant && self.not_pregnant)
    }
}

impl Indication {
    /// What is missing for it.
    fn missing(self, of: &Candidate<'_>) -> Option<(&'static str, Bilingual)> {
        let vital = |vital| of.newest.and_then(|(observed, _)| observed.vitals.get(vital));
        match self {
            Self::ShortOfBreath => {
                let low = vital(Vital::Spo2Pct).is_some_and(|value| value < LOW_SPO2);
                let fast = vital(Vital::RespiratoryRate).is_some_and(|value| value > FAST_BREATHING);
                let feels = of.newest.is_some_and(|(observed, _)| observed.symptoms.contains(&Symptom::Dyspnoea));
                (!low && !fast && !feels).then(|| {
                    let detail = Bilingual::new(
                        "Báo cáo mới nhất không có khó thở, nhịp thở trên 20 hay SpO2 dưới 95: hãy ghi kết quả đo trước",
                        "The newest report has no short breath, breathing above 20 or SpO2 below 95: note the reading first",
                    );
                    ("not_indicated", detail)
                })
            }
            Self::MildWithRisk => {
                let severe = of.newest.is_some_and(|(_, level)| level == AlertLevel::Emergency)
                    || vital(Vital::Spo2Pct).is_some_and(|value| value < SEVERE_SPO2);
                if severe {
                    let detail =
                        Bilingual::new("Không dùng khi bệnh nặng: hãy chuyển viện", "Not in severe illness: refer");
                    return Some(("too_severe", detail));
                }
                if !of.has_symptoms {
                    let detail = Bilingual::new("Không dùng khi không có triệu chứng", "Not without symptoms");
                    return Some(("no_symptoms", detail));
                }
                let at_risk = !of.conditions.is_empty() || of.risk == RiskGroup::VeryHigh;
                (!at_risk).then(|| {
                    let detail = Bilingual::new(
                        "Cần ít nhất một yếu tố nguy cơ: hãy ghi bệnh nền nếu có",
                        "At least one risk factor is needed: note the underlying disease where there is one",
                    );
                    ("no_risk_factor", detail)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::observation::Reporter;
    use crate::domain::vital::Vitals;
    use shared::time::Instant;

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
    fn somebody<'a>(
        years: u32,
        day: i8,
        conditions: &'a BTreeSet<Condition>,
        newest: &'a Observation,
    ) -> Candidate<'a> {
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
}
