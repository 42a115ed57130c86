//! An F0 case: its states, its days, and how one is opened by hand.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PersonId};
use shared::person::{PersonDraft, PersonInput, Sex};
use shared::problem::FieldError;
use shared::time::{Date, Instant};

use super::condition::Condition;
use super::entry::{NumberInput, given, id, keep, past_day, past_time};

/// An onset may lie this many days before the diagnosis; more is a typing error.
pub const MAX_ONSET_DAYS: i64 = 60;

/// The most vaccine doses that are taken in: a limit of data entry.
pub const MAX_DOSES: i64 = 10;

/// The most people of a household in one request.
pub const MAX_HOUSEHOLD: usize = 30;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Under care.
    Open,
    /// Ended by the rule.
    Closed,
    /// Should never have been: its result was corrected or withdrawn.
    Voided,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Voided];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Voided => "voided",
        }
    }

    /// The state that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether a case may go from this state to another: from open to closed, and from either to voided. Nothing comes
    /// back.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Open, Self::Closed | Self::Voided) | (Self::Closed, Self::Voided))
    }
}

/// The day of illness: days since onset, or since the diagnosis where no onset is known; the first day is day 0.
///
/// This is what a doctor calls "day 5". Which day counts as day 0 of isolation could not be read in the decisions;
/// that is a setting of its own and not this number.
#[must_use]
pub fn illness_day(onset: Option<Date>, diagnosed_on: Date, on: Date) -> i64 {
    days_between(onset.unwrap_or(diagnosed_on), on)
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// Who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CasePerson {
    /// Somebody whom the registry knows: only an id was sent.
    Known(PersonId),
    /// Somebody described, to be matched or registered; with the id that the client sent, where it did.
    Described {
        /// The id.
        id: Option<PersonId>,
        /// The description.
        draft: Box<PersonDraft>,
    },
}

/// A case that is well-formed and may be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDraft {
    /// The id that the client chose, where it did.
    pub id: Option<CaseId>,
    /// Who has it.
    pub person: CasePerson,
    /// When it was diagnosed.
    pub diagnosed_at: Instant,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
    /// Who lives in the same household. Somebody without a phone is reached by the patient's.
    pub household: Vec<PersonDraft>,
}

/// A case as somebody sent it: nothing is checked yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// Who has it: a person, or the id of one alone.
    pub person: Option<PersonInput>,
    /// When it was diagnosed: a time in RFC 3339, or a day.
    pub diagnosed_at: Option<String>,
    /// The first day of symptoms.
    pub symptom_onset: Option<String>,
    /// Codes of underlying diseases.
    pub conditions: Vec<String>,
    /// Doses of vaccine.
    pub vaccine_doses: Option<NumberInput>,
    /// Whether pregnant.
    pub pregnant: Option<bool>,
    /// Who lives in the same household.
    pub household: Vec<PersonInput>,
}

impl CaseInput {
    /// Understands the case.
    ///
    /// # Errors
    /// Every field at fault: those of the persons under `/person` and `/household/N`, and `id`, `required`, `time`,
    /// `date`, `in_future`, `onset_too_early`, `unknown_condition`, `whole_number`, `out_of_range`, `not_for_men`,
    /// `too_many`.
    pub fn parse(&self, now: Instant) -> Result<CaseDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let today = now.local_date();
        let id = given(self.id.as_deref()).and_then(|text| keep(&mut errors, id("/id", text)));
        let person = self.person(&mut errors, today);
        let diagnosed_at = given(self.diagnosed_at.as_deref()).ok_or_else(|| FieldError::required("/diagnosed_at"));
        let diagnosed_at =
            keep(&mut errors, diagnosed_at.and_then(|text| past_time_or_day("/diagnosed_at", text, now)));
        let diagnosed_on = diagnosed_at.map(Instant::local_date);
        let onset = given(self.symptom_onset.as_deref()).map(|text| read_onset(text, diagnosed_on, today));
        let symptom_onset = onset.and_then(|onset| keep(&mut errors, onset));
        let conditions = read_conditions(&self.conditions, &mut errors);
        let vaccine_doses =
            self.vaccine_doses.as_ref().and_then(|input| keep(&mut errors, read_doses(input))).flatten();
        let is_man = matches!(&person, Some(CasePerson::Described { draft, .. }) if draft.sex == Sex::Male);
        if is_man && self.pregnant == Some(true) {
            errors.push(not_for_men());
        }
        let household = self.household(&mut errors, today);
        match (person, diagnosed_at) {
            (Some(person), Some(diagnosed_at)) if errors.is_empty() => Ok(CaseDraft {
                id,
                person,
                diagnosed_at,
                symptom_onset,
                conditions,
                vaccine_doses,
                pregnant: self.pregnant,
                household,
            }),
            _ => Err(errors),
        }
    }

    fn person(&self, errors: &mut Vec<FieldError>, today: Date) -> Option<CasePerson> {
        let Some(input) = &self.person else {
            errors.push(FieldError::required("/person"));
            return None;
        };
        let known = given(input.id.as_deref());
        let only_id = PersonInput { id: input.id.clone(), ..PersonInput::default() };
        if let (Some(text), true) = (known, *input == only_id) {
            return keep(errors, id("/person/id", text)).map(CasePerson::Known);
        }
        match input.parse("/person", today) {
            Ok(draft) => {
                let id = known.and_then(|text| text.parse().ok());
                Some(CasePerson::Described { id, draft: Box::new(draft) })
            }
            Err(faults) => {
                errors.extend(faults);
                None
            }
        }
    }

    fn household(&self, errors: &mut Vec<FieldError>, today: Date) -> Vec<PersonDraft> {
        if self.household.len() > MAX_HOUSEHOLD {
            let detail =
                Bilingual::new(format!("Tối đa {MAX_HOUSEHOLD} người"), format!("At most {MAX_HOUSEHOLD} people"));
            errors.push(FieldError::new("/household", "too_many", detail));
            return Vec::new();
        }
        let patients_phone = self.person.as_ref().and_then(|person| person.phone.clone());
        let mut members = Vec::with_capacity(self.household.len());
        for (index, member) in self.household.iter().enumerate() {
            let mut member = member.clone();
            if given(member.phone.as_deref()).is_none() {
                member.phone.clone_from(&patients_phone);
            }
            match member.parse(&format!("/household/{index}"), today) {
                Ok(draft) => members.push(draft),
                Err(faults) => errors.extend(faults),
            }
        }
        members
    }
}

/// Reads a time in the past, or a day: then its beginning.
pub(super) fn past_time_or_day(pointer: &str, text: &str, now: Instant) -> Result<Instant, FieldError> {
    match text.parse::<Date>() {
        Ok(_) if !text.contains(['T', 't', ' ']) => {
            past_day(pointer, text, now.local_date()).map(|day| Instant::start_of(day).min(now))
        }
        _ => past_time(pointer, text, now),
    }
}

/// Reads the first day of symptoms.
pub(super) fn read_onset(text: &str, diagnosed_on: Option<Date>, today: Date) -> Result<Date, FieldError> {
    const POINTER: &str = "/symptom_onset";
    let onset = past_day(POINTER, text, today)?;
    if diagnosed_on.is_some_and(|day| days_between(onset, day) > MAX_ONSET_DAYS) {
        let detail = Bilingual::new(
            format!("Ngày khởi phát không được sớm hơn ngày chẩn đoán quá {MAX_ONSET_DAYS} ngày"),
            format!("The onset is at most {MAX_ONSET_DAYS} days before the diagnosis"),
        );
        return Err(FieldError::new(POINTER, "onset_too_early", detail));
    }
    Ok(onset)
}

/// Reads codes of underlying diseases.
pub(super) fn read_conditions(codes: &[String], errors: &mut Vec<FieldError>) -> BTreeSet<Condition> {
    let read = |(index, code): (usize, &String)| {
        let condition = Condition::from_code(code.trim()).ok_or_else(|| {
            let codes = Condition::ALL.map(Condition::code).join(", ");
            let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
            FieldError::new(format!("/conditions/{index}"), "unknown_condition", detail)
        });
        keep(errors, condition)
    };
    codes.iter().enumerate().filter_map(read).collect()
}

/// Reads the number of doses; none for a blank field.
pub(super) fn read_doses(input: &NumberInput) -> Result<Option<u8>, FieldError> {
    const POINTER: &str = "/vaccine_doses";
    if input.is_blank() {
        return Ok(None);
    }
    let doses = input.whole().ok_or_else(|| {
        FieldError::new(POINTER, "whole_number", Bilingual::new("Số mũi là số nguyên", "Doses are a whole number"))
    })?;
    let within = u8::try_from(doses).ok().filter(|_| doses <= MAX_DOSES);
    within.map(Some).ok_or_else(|| {
        let detail = Bilingual::new(format!("Từ 0 đến {MAX_DOSES} mũi"), format!("From 0 to {MAX_DOSES} doses"));
        FieldError::new(POINTER, "out_of_range", detail)
    })
}

/// The error of a man who is said to be pregnant.
pub(crate) fn not_for_men() -> FieldError {
    let detail = Bilingual::new("Giới tính là nam: hãy xem lại", "The sex is male: check one of the two");
    FieldError::new("/pregnant", "not_for_men", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2022-03-10T01:00:00Z".parse().unwrap()
    }

    fn parse(json: &str) -> Result<CaseDraft, Vec<FieldError>> {
        serde_json::from_str::<CaseInput>(json).unwrap().parse(now())
    }

    fn codes(json: &str) -> Vec<(String, String)> {
        parse(json).unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect()
    }

    #[test]
    fn a_case_is_understood_with_its_household() {
        let case = parse(
            r#"{"person":{"full_name":"Nguyễn Thị Hoa","birth_year":1950,"sex":"female","phone":"0912345678"},
                "diagnosed_at":"2022-03-09T08:00:00+07:00","symptom_onset":"2022-03-07",
                "conditions":["diabetes","hypertension"],"vaccine_doses":2,"pregnant":false,
                "household":[{"full_name":"Trần Văn Nam"}]}"#,
        )
        .unwrap();
        assert_eq!(case.conditions, BTreeSet::from([Condition::Diabetes, Condition::Hypertension]));
        assert_eq!(case.vaccine_doses, Some(2));
        assert_eq!(case.symptom_onset, Some(Date::constant(2022, 3, 7)));
        let CasePerson::Described { draft, .. } = &case.person else { panic!("a described person") };
        assert_eq!(case.household[0].phone, draft.phone);
        assert!(draft.phone.is_some());
    }

    #[test]
    fn a_known_person_is_named_by_id_alone_and_a_day_is_enough_for_the_diagnosis() {
        let case =
            parse(r#"{"person":{"id":"01890a5d-ac96-774b-bcce-b302099a8057"},"diagnosed_at":"2022-03-09"}"#).unwrap();
        assert!(matches!(case.person, CasePerson::Known(_)));
        assert_eq!(case.diagnosed_at.local_date(), Date::constant(2022, 3, 9));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let faults = codes(
            r#"{"id":"x","person":{"full_name":"Nguyễn Văn An","phone":"0912345678","sex":"male"},
                "diagnosed_at":"2022-03-11T08:00:00+07:00","symptom_onset":"2022-03-12",
                "conditions":["diabetes","gout"],
                "vaccine_doses":11,"pregnant":true,"household":[{"full_name":""}]}"#,
        );
        let expected = [
            ("/id", "id"),
            ("/diagnosed_at", "in_future"),
            ("/symptom_onset", "in_future"),
            ("/conditions/1", "unknown_condition"),
            ("/vaccine_doses", "out_of_range"),
            ("/pregnant", "not_for_men"),
            ("/household/0/full_name", "required"),
        ];
        assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
        let missing = codes("{}");
        assert!(missing.contains(&("/person".to_owned(), "required".to_owned())));
        assert!(missing.contains(&("/diagnosed_at".to_owned(), "required".to_owned())));
    }

    #[test]
    fn an_onset_long_before_the_diagnosis_is_refused() {
        let with_onset = |day: &str| {
            parse(&format!(
                r#"{{"person":{{"full_name":"An","birth_year":1980}},"diagnosed_at":"2022-03-09",
                    "symptom_onset":"{day}"}}"#
            ))
        };
        assert!(with_onset("2022-01-08").is_ok());
        assert_eq!(with_onset("2022-01-07").unwrap_err()[0].code, "onset_too_early");
        assert!(with_onset("2022-03-10").is_ok(), "symptoms may begin after the diagnosis");
    }

    #[test]
    fn the_day_of_illness_counts_from_onset_or_else_from_the_diagnosis() {
        let day = |n| Date::constant(2022, 3, n);
        assert_eq!(illness_day(Some(day(1)), day(3), day(6)), 5);
        assert_eq!(illness_day(None, day(3), day(6)), 3);
        assert_eq!(illness_day(None, day(3), day(3)), 0);
    }

    #[test]
    fn a_case_that_ended_never_comes_back() {
        for state in CaseState::ALL {
            assert_eq!(CaseState::from_code(state.code()), Some(state));
            assert!(!state.may_become(CaseState::Open));
            assert!(!CaseState::Voided.may_become(state));
        }
        assert!(CaseState::Open.may_become(CaseState::Closed) && CaseState::Closed.may_become(CaseState::Voided));
    }
}
