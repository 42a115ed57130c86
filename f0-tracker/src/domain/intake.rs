//! What is asked when a patient is taken in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::person::{PersonDraft, PersonInput};
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::case::{MAX_HOUSEHOLD, read_conditions, read_doses};
use super::condition::Condition;
use super::entry::{NumberInput, given, keep, past_day};
use shared::bilingual::Bilingual;

/// An intake as somebody sent it: nothing is checked yet. What is absent is not known, and stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IntakeInput {
    /// Codes of underlying diseases; an empty list says that there are none.
    pub conditions: Option<Vec<String>>,
    /// Whether they are stable on treatment.
    pub stable: Option<bool>,
    /// Doses of vaccine.
    pub vaccine_doses: Option<NumberInput>,
    /// The day of the last dose.
    pub last_dose_on: Option<String>,
    /// Whether pregnant.
    pub pregnant: Option<bool>,
    /// Whether the patient cares for themselves.
    pub self_care: Option<bool>,
    /// Whether the patient reaches staff by telephone.
    pub reachable: Option<bool>,
    /// Who takes care of the patient.
    pub carer: Option<PersonInput>,
    /// Whether somebody does, where it is not said who.
    pub has_carer: Option<bool>,
    /// Who else lives in the household.
    pub household: Vec<PersonInput>,
    /// The doctor, by the name that the account signs in with; the one with the fewest patients where nobody is named.
    pub doctor: Option<String>,
}

/// An intake that is well-formed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntakeDraft {
    /// Underlying diseases, where somebody asked.
    pub conditions: Option<BTreeSet<Condition>>,
    /// Whether they are stable on treatment.
    pub stable: Option<bool>,
    /// Doses of vaccine.
    pub doses: Option<u8>,
    /// The day of the last dose.
    pub last_dose_on: Option<Date>,
    /// Whether pregnant.
    pub pregnant: Option<bool>,
    /// Whether the patient cares for themselves.
    pub self_care: Option<bool>,
    /// Whether the patient reaches staff by telephone.
    pub reachable: Option<bool>,
    /// Who takes care of the patient.
    pub carer: Option<Box<PersonDraft>>,
    /// Whether somebody does.
    pub has_carer: Option<bool>,
    /// Who else lives in the household.
    pub household: Vec<PersonDraft>,
    /// The doctor, by name.
    pub doctor: Option<String>,
}

impl IntakeInput {
    /// Understands the intake. A member of the household without a telephone is reached by `patients_phone`.
    ///
    /// # Errors
    /// Every field at fault: `unknown_condition`, `whole_number`, `out_of_range`, `date`, `in_future`, `too_many`,
    /// `contradiction`, and those of the persons under `/carer` and `/household/N`.
    pub fn parse(&self, now: Instant, patients_phone: Option<&str>) -> Result<IntakeDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let today = now.local_date();
        let conditions = self.conditions.as_deref().map(|codes| read_conditions(codes, &mut errors));
        let doses = self.vaccine_doses.as_ref().and_then(|input| keep(&mut errors, read_doses(input))).flatten();
        let last_dose = given(self.last_dose_on.as_deref()).map(|text| past_day("/last_dose_on", text, today));
        let last_dose_on = last_dose.and_then(|day| keep(&mut errors, day));
        if last_dose_on.is_some() && doses == Some(0) {
            let detail = Bilingual::new("Chưa tiêm mũi nào thì không có ngày tiêm", "No dose, so no day of a dose");
            errors.push(FieldError::new("/last_dose_on", "contradiction", detail));
        }
        if self.carer.is_some() && self.has_carer == Some(false) {
            let detail = Bilingual::new("Có người chăm sóc hay không?", "Is there a carer, or is there not?");
            errors.push(FieldError::new("/has_carer", "contradiction", detail));
        }
        let mut member = |input: &PersonInput, pointer: &str| {
            let mut input = input.clone();
            if given(input.phone.as_deref()).is_none() {
                input.phone = patients_phone.map(str::to_owned);
            }
            input.parse(pointer, today).map_err(|faults| errors.extend(faults)).ok()
        };
        let carer = self.carer.as_ref().and_then(|carer| member(carer, "/carer")).map(Box::new);
        let household: Vec<PersonDraft> = self
            .household
            .iter()
            .take(MAX_HOUSEHOLD)
            .enumerate()
            .filter_map(|(n, person)| member(person, &format!("/household/{n}")))
            .collect();
        if self.household.len() > MAX_HOUSEHOLD {
            let detail =
                Bilingual::new(format!("Tối đa {MAX_HOUSEHOLD} người"), format!("At most {MAX_HOUSEHOLD} people"));
            errors.push(FieldError::new("/household", "too_many", detail));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(IntakeDraft {
            conditions,
            stable: self.stable,
            doses,
            last_dose_on,
            pregnant: self.pregnant,
            self_care: self.self_care,
            reachable: self.reachable,
            has_carer: self.has_carer.or_else(|| carer.as_ref().map(|_| true)),
            carer,
            household,
            doctor: given(self.doctor.as_deref()).map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<IntakeDraft, Vec<FieldError>> {
        let now = "2022-03-10T01:00:00Z".parse().unwrap();
        serde_json::from_str::<IntakeInput>(json).unwrap().parse(now, Some("+84912345678"))
    }

    #[test]
    fn what_is_absent_is_not_known_and_an_empty_list_is_an_answer() {
        assert_eq!(parse("{}").unwrap(), IntakeDraft::default());
        let draft = parse(r#"{"conditions":[],"carer":{"full_name":"Trần Văn Nam"},"vaccine_doses":"2"}"#).unwrap();
        assert_eq!((draft.conditions, draft.doses), (Some(BTreeSet::new()), Some(2)));
        assert_eq!(draft.has_carer, Some(true));
        assert!(draft.carer.unwrap().phone.is_some(), "reached by the patient's telephone");
    }

    #[test]
    fn every_fault_is_told_with_its_field() {
        let faults = parse(
            r#"{"conditions":["gout"],"vaccine_doses":0,"last_dose_on":"2022-03-01","has_carer":false,
                "carer":{"full_name":""},"household":[{"full_name":"An","birth_year":1800}]}"#,
        )
        .unwrap_err();
        let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect();
        assert!(
            told.starts_with(&[
                "/conditions/0 unknown_condition".to_owned(),
                "/last_dose_on contradiction".to_owned(),
                "/has_carer contradiction".to_owned(),
                "/carer/full_name required".to_owned(),
            ]),
            "{told:?}"
        );
        assert!(told.iter().any(|fault| fault.starts_with("/household/0/birth_year")), "{told:?}");
    }
}
