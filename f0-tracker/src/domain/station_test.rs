//! A test that a health station took, or that its staff watched.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::events::{Method, Outcome};
use shared::ids::TestId;
use shared::problem::FieldError;
use shared::time::{Instant, days};

use super::entry::{given, id, keep, past_day, past_time};

/// A test may be entered so many days after it was taken; older is a typing error.
pub const MAX_AGE_DAYS: i64 = 60;

/// The most characters of a note.
pub const MAX_NOTE: usize = 500;

/// Who saw the test being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watch {
    /// Staff took it.
    Staff,
    /// A self-test that staff watched in person.
    InPerson,
    /// A self-test that staff watched remotely.
    Remote,
    /// A self-test that nobody watched.
    Unwatched,
}

impl Watch {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Staff, Self::InPerson, Self::Remote, Self::Unwatched];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::InPerson => "in_person",
            Self::Remote => "remote",
            Self::Unwatched => "unwatched",
        }
    }

    /// The way that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|watch| watch.code() == code)
    }

    /// Whether the test counts: 11042/BYT-DP takes one by staff, or a self-test watched in person or remotely.
    #[must_use]
    pub const fn counts(self) -> bool {
        !matches!(self, Self::Unwatched)
    }
}

/// A test that is well-formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestDraft {
    /// The id that the client chose, where it did.
    pub id: Option<TestId>,
    /// How the virus was looked for.
    pub method: Method,
    /// What was found.
    pub outcome: Outcome,
    /// Who saw it.
    pub watch: Watch,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// What was noted.
    pub note: String,
}

/// A test as somebody sent it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TestInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// `antigen` (taken where nothing is said) or `pcr`.
    #[serde(alias = "kind", alias = "type")]
    pub method: Option<String>,
    /// `detected`, `not_detected`, `inconclusive`, `invalid`; `positive` and `negative` are understood.
    #[serde(alias = "result")]
    pub outcome: Option<String>,
    /// `staff` (taken where nothing is said), `in_person`, `remote`, `unwatched`.
    #[serde(alias = "by")]
    pub watch: Option<String>,
    /// When the specimen was taken: a time or a day; now where nothing is said.
    #[serde(alias = "at", alias = "taken_at")]
    pub collected_at: Option<String>,
    /// What is noted.
    pub note: Option<String>,
}

fn one_of(pointer: &str, codes: &str) -> FieldError {
    let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
    FieldError::new(pointer, "unknown_code", detail)
}

impl TestInput {
    /// Understands the test.
    ///
    /// # Errors
    /// Every field at fault: `id`, `required`, `unknown_code`, `time`, `date`, `in_future`, `too_old`.
    pub fn parse(&self, now: Instant) -> Result<TestDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let id = given(self.id.as_deref()).and_then(|text| keep(&mut errors, id("/id", text)));
        let method = keep(&mut errors, self.method());
        let outcome = keep(&mut errors, self.outcome());
        let watch = keep(&mut errors, self.watch());
        let collected_at = keep(&mut errors, self.collected_at(now));
        match (method, outcome, watch, collected_at) {
            (Some(method), Some(outcome), Some(watch), Some(collected_at)) if errors.is_empty() => Ok(TestDraft {
                id,
                method,
                outcome,
                watch,
                collected_at,
                note: given(self.note.as_deref()).unwrap_or_default().chars().take(MAX_NOTE).collect(),
            }),
            _ => Err(errors),
        }
    }

    fn method(&self) -> Result<Method, FieldError> {
        match given(self.method.as_deref()).map(str::to_ascii_lowercase).as_deref() {
            None | Some("antigen" | "rapid" | "rapid_antigen") => Ok(Method::Antigen),
            Some("pcr" | "rt_pcr" | "rt-pcr") => Ok(Method::Pcr),
            Some(_) => Err(one_of("/method", "antigen, pcr")),
        }
    }

    fn outcome(&self) -> Result<Outcome, FieldError> {
        const POINTER: &str = "/outcome";
        let text = given(self.outcome.as_deref()).ok_or_else(|| FieldError::required(POINTER))?;
        match text {
            "positive" => Ok(Outcome::Detected),
            "negative" => Ok(Outcome::NotDetected),
            code => {
                Outcome::from_code(code).ok_or_else(|| one_of(POINTER, "detected, not_detected, inconclusive, invalid"))
            }
        }
    }

    fn watch(&self) -> Result<Watch, FieldError> {
        match given(self.watch.as_deref()) {
            None | Some("station" | "nurse" | "doctor") => Ok(Watch::Staff),
            Some("self" | "patient" | "family") => Ok(Watch::Unwatched),
            Some(code) => {
                Watch::from_code(code).ok_or_else(|| one_of("/watch", &Watch::ALL.map(Watch::code).join(", ")))
            }
        }
    }

    fn collected_at(&self, now: Instant) -> Result<Instant, FieldError> {
        const POINTER: &str = "/collected_at";
        let Some(text) = given(self.collected_at.as_deref()) else { return Ok(now) };
        let at = if text.contains(['T', 't', ' ']) {
            past_time(POINTER, text, now)?
        } else {
            past_day(POINTER, text, now.local_date()).map(|day| Instant::start_of(day).min(now))?
        };
        if at < now.minus(days(MAX_AGE_DAYS)) {
            let detail = Bilingual::new(
                format!("Xét nghiệm đã quá {MAX_AGE_DAYS} ngày. Hãy xem lại ngày"),
                format!("The test is more than {MAX_AGE_DAYS} days old. Check the day"),
            );
            return Err(FieldError::new(POINTER, "too_old", detail));
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn parse(json: &str) -> Result<TestDraft, Vec<FieldError>> {
        serde_json::from_str::<TestInput>(json).unwrap().parse(now())
    }

    #[test]
    fn an_outcome_alone_is_an_antigen_test_by_staff_now() {
        let test = parse(r#"{"outcome":"not_detected"}"#).unwrap();
        assert_eq!((test.method, test.watch, test.collected_at), (Method::Antigen, Watch::Staff, now()));
        let told = parse(r#"{"kind":"pcr","result":"positive","by":"remote","at":"2022-03-09"}"#).unwrap();
        assert_eq!((told.method, told.outcome, told.watch), (Method::Pcr, Outcome::Detected, Watch::Remote));
        assert_eq!(told.collected_at.local_date().to_string(), "2022-03-09");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults =
            parse(r#"{"id":"7","method":"smell","watch":"neighbour","collected_at":"2022-03-11T08:00:00+07:00"}"#)
                .unwrap_err();
        let pointers: Vec<(&str, &str)> = faults.iter().map(|e| (e.pointer.as_str(), e.code.as_str())).collect();
        assert_eq!(
            pointers,
            [
                ("/id", "id"),
                ("/method", "unknown_code"),
                ("/outcome", "required"),
                ("/watch", "unknown_code"),
                ("/collected_at", "in_future")
            ]
        );
        assert_eq!(parse(r#"{"outcome":"detected","at":"2021-01-01"}"#).unwrap_err()[0].code, "too_old");
    }

    #[test]
    fn a_self_test_that_nobody_watched_proves_nothing() {
        assert!(Watch::ALL.into_iter().filter(|watch| !watch.counts()).eq([Watch::Unwatched]));
        assert!(Watch::ALL.into_iter().all(|watch| Watch::from_code(watch.code()) == Some(watch)));
    }
}
