//! Telling somebody by word of mouth that they shared the air with a case: those whom no message reaches.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PersonId};
use shared::problem::FieldError;

/// How somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Somebody went there, or met them.
    InPerson,
    /// Somebody called: a fixed line, a neighbour.
    Call,
}

impl How {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::InPerson, Self::Call];

    /// The code on the wire and in the database, beside those of the channels of messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::Call => "call",
        }
    }

    /// The way that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.code() == code)
    }
}

/// That somebody was told, as staff say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ToldInput {
    /// Who was told.
    pub person_id: Option<String>,
    /// Of which case; of every one that they were not told of where it is left out.
    pub case_id: Option<String>,
    /// How: a code of [`How`].
    pub how: Option<String>,
}

/// The same, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldDraft {
    /// Who was told.
    pub person_id: PersonId,
    /// Of which case; of all where there is none.
    pub case_id: Option<CaseId>,
    /// How.
    pub how: How,
}

impl ToldInput {
    /// Understands the input.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn parse(&self) -> Result<ToldDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let person_id = match given(self.person_id.as_deref()) {
            Some(id) => id.parse().map_err(|_| no_id("/person_id")),
            None => Err(FieldError::required("/person_id")),
        };
        let person_id = person_id.map_err(|error| errors.push(error)).ok();
        let case_id = given(self.case_id.as_deref()).map(|id| id.parse::<CaseId>().map_err(|_| no_id("/case_id")));
        let case_id = case_id.transpose().map_err(|error| errors.push(error)).ok();
        let how = match given(self.how.as_deref()) {
            Some(code) => How::from_code(code).ok_or_else(no_way),
            None => Err(FieldError::required("/how")),
        };
        let how = how.map_err(|error| errors.push(error)).ok();
        match (person_id, case_id, how) {
            (Some(person_id), Some(case_id), Some(how)) => Ok(ToldDraft { person_id, case_id, how }),
            _ => Err(errors),
        }
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn no_id(pointer: &str) -> FieldError {
    FieldError::new(pointer, "id", Bilingual::new("Mã là một UUID", "An id is a UUID"))
}

fn no_way() -> FieldError {
    let detail = Bilingual::new(
        "Cách báo tin là in_person (gặp trực tiếp) hoặc call (gọi điện)",
        "Somebody is told as in_person (face to face) or call (by telephone)",
    );
    FieldError::new("/how", "unknown", detail)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn input(person: &str, case: &str, how: &str) -> ToldInput {
        let text = |text: &str| Some(text.to_owned());
        ToldInput { person_id: text(person), case_id: text(case), how: text(how) }
    }

    #[test]
    fn what_staff_say_is_understood_with_and_without_a_case() {
        let id = Uuid::from_u128(7).to_string();
        for how in How::ALL {
            let draft = input(&id, " ", how.code()).parse().unwrap();
            assert_eq!((draft.person_id.uuid(), draft.case_id, draft.how), (Uuid::from_u128(7), None, how));
        }
        let draft = input(&id, &id, "call").parse().unwrap();
        assert_eq!(draft.case_id.map(CaseId::uuid), Some(Uuid::from_u128(7)));
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let faults = |input: ToldInput| -> Vec<(String, String)> {
            let errors = input.parse().unwrap_err();
            errors.into_iter().map(|error| (error.pointer.to_string(), error.code.to_string())).collect()
        };
        let expected = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(pointer, code)| ((*pointer).to_owned(), (*code).to_owned())).collect()
        };
        assert_eq!(faults(ToldInput::default()), expected(&[("/person_id", "required"), ("/how", "required")]));
        let found = faults(input("An", "ca 1", "fax"));
        assert_eq!(found, expected(&[("/person_id", "id"), ("/case_id", "id"), ("/how", "unknown")]));
    }
}
