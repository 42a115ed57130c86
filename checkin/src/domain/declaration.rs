//! The health declaration (tờ khai y tế): its questions as dated data, what somebody answers, and the verdict.
//!
//! The questions, their words in both languages, the verdict that each answer gives and how long it holds stand in
//! `policy/declaration.json`. A door sees the verdict alone.

use core::fmt;
use std::sync::LazyLock;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{Date, hours};

static FILE: &str = include_str!("../../policy/declaration.json");

static VERSIONS: LazyLock<Vec<Questions>> =
    LazyLock::new(|| read(FILE).expect("policy/declaration.json is compiled in, and a test reads it"));

/// The most journeys that are taken, and the longest text of one. Our own policy.
const JOURNEYS: usize = 20;
const LONGEST: usize = 300;

/// What a declaration comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against coming in.
    Clear,
    /// Come in with a mask, keep a distance, watch for signs.
    Advise,
    /// Do not come in; ask the health station.
    Stop,
}

impl Verdict {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Advise => "advise",
            Self::Stop => "stop",
        }
    }

    /// The verdict that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Clear, Self::Advise, Self::Stop].into_iter().find(|verdict| verdict.code() == code)
    }
}

/// A sign that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Its code, as in a report of a patient.
    pub code: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether the form asks for it; the others are understood when a program sends them.
    pub asked: bool,
    /// What people call it.
    pub name: Bilingual,
}

/// The questions that hold from one day until the next version begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// The name of the version, kept with every declaration.
    pub id: String,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// Where questions and verdicts come from.
    pub source: String,
    /// For how many hours a declaration holds.
    pub valid_hours: i64,
    /// The question for signs.
    pub symptoms_question: Bilingual,
    /// The question for contacts.
    pub contact_question: Bilingual,
    /// The question for journeys.
    pub travel_question: Bilingual,
    /// What a contact comes to.
    pub contact_verdict: Verdict,
    /// What a journey comes to.
    pub travel_verdict: Verdict,
    /// The signs.
    pub symptoms: Vec<Sign>,
}

impl Questions {
    /// The version that holds on a day. Days before the first are judged by the first.
    #[must_use]
    pub fn on(day: Date) -> &'static Self {
        let after = VERSIONS.partition_point(|version| version.valid_from <= day);
        &VERSIONS[after.saturating_sub(1)]
    }

    /// How long a declaration holds.
    #[must_use]
    pub fn valid_for(&self) -> SignedDuration {
        hours(self.valid_hours)
    }

    fn sign(&self, code: &str) -> Option<&Sign> {
        self.symptoms.iter().find(|sign| sign.code == code)
    }
}

fn read(json: &str) -> Result<Vec<Questions>, serde_json::Error> {
    #[derive(Deserialize)]
    struct File {
        versions: Vec<Questions>,
    }
    let mut versions = serde_json::from_str::<File>(json)?.versions;
    if versions.is_empty() {
        return Err(serde::de::Error::custom("no version"));
    }
    versions.sort_by_key(|version| version.valid_from);
    Ok(versions)
}

/// The answers as somebody sends them. `Debug` shows none.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswersInput {
    /// Codes of signs; an empty list says that there are none.
    pub symptoms: Option<Vec<String>>,
    /// Whether there was a contact with a case.
    pub contact_with_case: Option<bool>,
    /// Where somebody has been: texts, or objects of a program's own.
    pub travel: Vec<serde_json::Value>,
}

impl fmt::Debug for AnswersInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswersInput").finish_non_exhaustive()
    }
}

/// What a declaration comes to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The strictest verdict of any answer.
    pub verdict: Verdict,
    /// The answers that led to it, as codes: signs, `contact_with_case`, `travel`.
    pub reasons: Vec<String>,
}

impl AnswersInput {
    /// Judges the answers, which stand at the JSON pointer `pointer`.
    ///
    /// # Errors
    /// Every field at fault: a declaration answers all questions or is none.
    pub fn judge(&self, pointer: &str, questions: &Questions) -> Result<Judged, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut found: Vec<(Verdict, String)> = Vec::new();
        match &self.symptoms {
            None => errors.push(FieldError::required(format!("{pointer}/symptoms"))),
            Some(codes) => {
                for (at, code) in codes.iter().enumerate() {
                    match questions.sign(code.trim()) {
                        Some(sign) => found.push((sign.verdict, sign.code.clone())),
                        None => errors.push(unknown_sign(format!("{pointer}/symptoms/{at}"))),
                    }
                }
            }
        }
        match self.contact_with_case {
            None => errors.push(FieldError::required(format!("{pointer}/contact_with_case"))),
            Some(true) => found.push((questions.contact_verdict, "contact_with_case".to_owned())),
            Some(false) => {}
        }
        let too_long = |journey: &serde_json::Value| journey.to_string().chars().count() > LONGEST;
        if self.travel.len() > JOURNEYS || self.travel.iter().any(too_long) {
            let detail = Bilingual::new(
                format!("Tối đa {JOURNEYS} chuyến, mỗi chuyến {LONGEST} ký tự"),
                format!("At most {JOURNEYS} journeys of {LONGEST} characters each"),
            );
            errors.push(FieldError::new(format!("{pointer}/travel"), "too_long", detail));
        }
        if !self.travel.is_empty() {
            found.push((questions.travel_verdict, "travel".to_owned()));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let verdict = found.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Clear);
        let mut reasons: Vec<String> = Vec::new();
        for (of, reason) in found {
            if of == verdict && verdict != Verdict::Clear && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Ok(Judged { verdict, reasons })
    }
}

fn unknown_sign(pointer: String) -> FieldError {
    let detail = Bilingual::new(
        "Không có dấu hiệu này trong tờ khai, ví dụ đúng: fever",
        "The declaration has no such sign; one of its codes is fever",
    );
    FieldError::new(pointer, "symptom", detail)
}

/// What a reason means in words.
#[must_use]
pub fn reason_in_words(questions: &Questions, code: &str) -> Bilingual {
    match code {
        "contact_with_case" => {
            Bilingual::new("Có tiếp xúc với người mắc COVID-19", "Contact with somebody who has COVID-19")
        }
        "travel" => Bilingual::new("Có đi nơi khác trong 14 ngày qua", "Travel in the last 14 days"),
        sign => questions.sign(sign).map_or_else(|| Bilingual::new(sign, sign), |sign| sign.name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions() -> &'static Questions {
        Questions::on("2022-03-10".parse().unwrap())
    }

    fn judge(symptoms: &[&str], contact: bool, travel: &[&str]) -> Judged {
        let answers = AnswersInput {
            symptoms: Some(symptoms.iter().map(|code| (*code).to_owned()).collect()),
            contact_with_case: Some(contact),
            travel: travel.iter().map(|place| serde_json::Value::from(*place)).collect(),
        };
        answers.judge("", questions()).unwrap()
    }

    #[test]
    fn the_strictest_answer_decides_and_only_its_like_are_told() {
        assert_eq!(judge(&[], false, &[]), Judged { verdict: Verdict::Clear, reasons: vec![] });
        assert_eq!(judge(&["cough"], false, &["Long An"]).reasons, ["cough", "travel"]);
        assert_eq!(judge(&["cough"], false, &[]).verdict, Verdict::Advise);
        let stop = judge(&["cough", "fever", "fever"], true, &["Long An"]);
        assert_eq!(
            (stop.verdict, stop.reasons),
            (Verdict::Stop, vec!["fever".to_owned(), "contact_with_case".to_owned()])
        );
    }

    #[test]
    fn a_question_without_an_answer_is_no_declaration() {
        let errors = AnswersInput::default().judge("/declaration", questions()).unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/declaration/symptoms", "/declaration/contact_with_case"]);
        let odd = AnswersInput {
            symptoms: Some(vec!["fever".to_owned(), "ho".to_owned()]),
            contact_with_case: Some(false),
            travel: vec![serde_json::Value::from("x".repeat(400))],
        };
        let errors = odd.judge("", questions()).unwrap_err();
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/symptoms/1", "/travel"]);
    }

    #[test]
    fn every_sign_has_its_words_in_both_languages_and_a_code_of_its_own() {
        for version in VERSIONS.iter() {
            let mut codes: Vec<&str> = version.symptoms.iter().map(|sign| sign.code.as_str()).collect();
            codes.sort_unstable();
            codes.dedup();
            assert_eq!(codes.len(), version.symptoms.len());
            assert!(version.symptoms.iter().all(|sign| !sign.name.vi.is_empty() && !sign.name.en.is_empty()));
            assert!(version.valid_hours > 0 && version.source.len() > 10);
        }
        assert!(read(r#"{"versions": []}"#).is_err());
    }
}
