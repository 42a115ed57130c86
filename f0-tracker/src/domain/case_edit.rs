//! Correcting what is known of a case: what is not sent stays, `null` says that it is not known.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::case::{past_time_or_day, read_conditions, read_doses, read_onset};
use super::condition::Condition;
use super::entry::{NumberInput, given, keep};

/// What a correction may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// When it was diagnosed.
    pub diagnosed_at: Instant,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// When isolation began, where known.
    pub isolated_from: Option<Instant>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
}

/// A correction as somebody sent it. An outer `None` is a field that was not sent, an inner one is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseEdit {
    /// When it was diagnosed: a time in RFC 3339, or a day. It cannot be unknown.
    #[serde(deserialize_with = "sent")]
    pub diagnosed_at: Option<Option<String>>,
    /// The first day of symptoms.
    #[serde(deserialize_with = "sent")]
    pub symptom_onset: Option<Option<String>>,
    /// When isolation began: a time in RFC 3339, or a day.
    #[serde(deserialize_with = "sent")]
    pub isolated_from: Option<Option<String>>,
    /// Codes of underlying diseases: the whole list.
    pub conditions: Option<Vec<String>>,
    /// Doses of vaccine.
    #[serde(deserialize_with = "sent")]
    pub vaccine_doses: Option<Option<NumberInput>>,
    /// Whether pregnant.
    #[serde(deserialize_with = "sent")]
    pub pregnant: Option<Option<bool>>,
}

/// Tells `null` from a field that was not sent.
fn sent<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl CaseEdit {
    /// What is known afterwards.
    ///
    /// # Errors
    /// `empty` at the root where nothing was sent; otherwise every field at fault, with the codes of
    /// [`super::case::CaseInput::parse`].
    pub fn apply(&self, known: &CaseFacts, now: Instant) -> Result<CaseFacts, Vec<FieldError>> {
        if *self == Self::default() {
            let detail = Bilingual::new("Hãy gửi ít nhất một mục cần sửa", "Send at least one field to correct");
            return Err(vec![FieldError::new("", "empty", detail)]);
        }
        let mut errors = Vec::new();
        let mut facts = known.clone();
        if let Some(text) = &self.diagnosed_at {
            let text = given(text.as_deref()).ok_or_else(|| FieldError::required("/diagnosed_at"));
            let read = text.and_then(|text| past_time_or_day("/diagnosed_at", text, now));
            facts.diagnosed_at = keep(&mut errors, read).unwrap_or(facts.diagnosed_at);
        }
        let diagnosed_on = facts.diagnosed_at.local_date();
        if let Some(text) = &self.symptom_onset {
            let read = given(text.as_deref()).map(|text| read_onset(text, Some(diagnosed_on), now.local_date()));
            facts.symptom_onset = read.and_then(|read| keep(&mut errors, read));
        }
        if let Some(text) = &self.isolated_from {
            let read = given(text.as_deref()).map(|text| past_time_or_day("/isolated_from", text, now));
            facts.isolated_from = read.and_then(|read| keep(&mut errors, read));
        }
        if let Some(codes) = &self.conditions {
            facts.conditions = read_conditions(codes, &mut errors);
        }
        if let Some(doses) = &self.vaccine_doses {
            facts.vaccine_doses = doses.as_ref().and_then(|input| keep(&mut errors, read_doses(input))).flatten();
        }
        if let Some(pregnant) = self.pregnant {
            facts.pregnant = pregnant;
        }
        if errors.is_empty() { Ok(facts) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn known() -> CaseFacts {
        CaseFacts {
            diagnosed_at: "2022-03-08T02:00:00Z".parse().unwrap(),
            symptom_onset: Some(Date::constant(2022, 3, 7)),
            isolated_from: None,
            conditions: BTreeSet::from([Condition::Diabetes]),
            vaccine_doses: Some(2),
            pregnant: Some(false),
        }
    }

    fn apply(json: &str) -> Result<CaseFacts, Vec<FieldError>> {
        serde_json::from_str::<CaseEdit>(json).unwrap().apply(&known(), now())
    }

    #[test]
    fn what_is_not_sent_stays_and_null_is_not_known() {
        let facts = apply(r#"{"symptom_onset":null,"isolated_from":"2022-03-09T10:00:00+07:00"}"#).unwrap();
        let isolated_from = Some("2022-03-09T03:00:00Z".parse().unwrap());
        assert_eq!(facts, CaseFacts { symptom_onset: None, isolated_from, ..known() });
        let facts = apply(r#"{"conditions":[],"vaccine_doses":"3","pregnant":null}"#).unwrap();
        let expected = CaseFacts { conditions: BTreeSet::new(), vaccine_doses: Some(3), pregnant: None, ..known() };
        assert_eq!(facts, expected);
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        let codes = |json: &str| {
            apply(json).unwrap_err().into_iter().map(|e| format!("{} {}", e.pointer, e.code)).collect::<Vec<_>>()
        };
        assert_eq!(codes("{}"), [" empty"]);
        let all = codes(
            r#"{"diagnosed_at":null,"symptom_onset":"2022-03-11","isolated_from":"soon","conditions":["gout"],
                "vaccine_doses":1.5}"#,
        );
        let expected = [
            "/diagnosed_at required",
            "/symptom_onset in_future",
            "/isolated_from time",
            "/conditions/0 unknown_condition",
            "/vaccine_doses whole_number",
        ];
        assert_eq!(all, expected);
        assert_eq!(codes(r#"{"symptom_onset":"2021-12-01"}"#), ["/symptom_onset onset_too_early"]);
    }
}
