//! Whether a patient may have a bag, and what must be asked before.

use std::collections::BTreeSet;

use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::person::Sex;
use shared::time::Date;

use super::{Answers, Bag, Indication, Question};
use crate::domain::age::Age;
use crate::domain::case::illness_day;
use crate::domain::condition::Condition;
use crate::domain::observation::Observation;
use crate::domain::risk::RiskGroup;
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Tenths, Vital};

/// Up to this age a woman is asked whether she is pregnant where the record does not say. The product's policy.
const ASKED_UP_TO: u32 = 55;

/// SpO2 below this, or breathing above [`FAST_BREATHING`], is the trigger of bag B (6002/SYT-NVY).
const LOW_SPO2: Tenths = Tenths::whole(95);
/// See [`LOW_SPO2`].
const FAST_BREATHING: Tenths = Tenths::whole(20);
/// SpO2 below this is the severe stage of 437/QĐ-BYT, in which molnupiravir is not given.
const SEVERE_SPO2: Tenths = Tenths::whole(94);

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
            let day = illness_day(Some(of.since), of.since, on);
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
