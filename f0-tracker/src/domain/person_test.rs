//! A test of somebody who may become a case: who, what was found, and what else is known.

use serde::{Deserialize, Serialize};
use shared::person::PersonInput;
use shared::problem::FieldError;
use shared::time::Instant;

use super::case::{CaseDraft, CaseInput};
use super::entry::NumberInput;
use super::observation::read_symptoms;
use super::station_test::{TestDraft, TestInput};

/// A test of a person as somebody sent it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonTestInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// `antigen` (taken where nothing is said) or `pcr`.
    pub method: Option<String>,
    /// What was found.
    pub outcome: Option<String>,
    /// Who saw it: `staff` (taken where nothing is said), `in_person`, `remote`, `unwatched`.
    pub watch: Option<String>,
    /// When the specimen was taken.
    pub collected_at: Option<String>,
    /// What is noted.
    pub note: Option<String>,
    /// Who was tested: a person, or the id of one alone.
    pub person: Option<PersonInput>,
    /// Codes of symptoms: clinical signs.
    pub symptoms: Vec<String>,
    /// The first day of symptoms.
    pub symptom_onset: Option<String>,
    /// Whether there is an epidemiological factor.
    pub epidemiological_factor: Option<bool>,
    /// Whether the person is a contact (F1). Contacts that the register knows need not be told.
    pub contact: Option<bool>,
    /// Codes of underlying diseases.
    pub conditions: Vec<String>,
    /// Doses of vaccine.
    pub vaccine_doses: Option<NumberInput>,
    /// Whether pregnant.
    pub pregnant: Option<bool>,
    /// Who lives in the same household.
    pub household: Vec<PersonInput>,
}

impl PersonTestInput {
    /// Understands the test, and the case that it may open.
    ///
    /// # Errors
    /// Every field at fault, as [`TestInput::parse`] and [`CaseInput::parse`] name them.
    pub fn parse(&self, now: Instant) -> Result<(TestDraft, CaseDraft), Vec<FieldError>> {
        let test = TestInput {
            id: self.id.clone(),
            method: self.method.clone(),
            outcome: self.outcome.clone(),
            watch: self.watch.clone(),
            collected_at: self.collected_at.clone(),
            note: self.note.clone(),
        };
        let mut errors = Vec::new();
        let test = test.parse(now).map_err(|faults| errors.extend(faults)).ok();
        let case = CaseInput {
            person: self.person.clone(),
            diagnosed_at: Some(test.as_ref().map_or(now, |test| test.collected_at).to_string()),
            symptom_onset: self.symptom_onset.clone(),
            conditions: self.conditions.clone(),
            vaccine_doses: self.vaccine_doses.clone(),
            pregnant: self.pregnant,
            household: self.household.clone(),
            ..CaseInput::default()
        };
        let case = case.parse(now).map_err(|faults| errors.extend(faults)).ok();
        read_symptoms(&self.symptoms, &mut errors);
        match (test, case) {
            (Some(test), Some(case)) if errors.is_empty() => Ok((test, case)),
            _ => Err(errors),
        }
    }

    /// Whether clinical signs were named.
    #[must_use]
    pub fn has_signs(&self) -> bool {
        !self.symptoms.is_empty() || self.symptom_onset.as_deref().is_some_and(|day| !day.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_the_test_and_of_the_person_are_told_at_once() {
        let now = "2022-03-10T01:00:00Z".parse().unwrap();
        let input: PersonTestInput =
            serde_json::from_str(r#"{"outcome":"perhaps","person":{"full_name":""},"symptoms":["plague"]}"#).unwrap();
        let pointers: Vec<String> = input.parse(now).unwrap_err().into_iter().map(|error| error.pointer).collect();
        for pointer in ["/outcome", "/person/full_name", "/symptoms/0"] {
            assert!(pointers.iter().any(|told| told == pointer), "{pointer}: {pointers:?}");
        }
    }
}
