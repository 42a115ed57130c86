//! One laboratory result: from the wire to what the service may store.

mod fields;
mod reading;
mod times;
mod wire;

pub use times::SKEW_MINUTES;
pub(crate) use times::{not_in_future as too_late, not_too_old as too_early};
pub use wire::{ResultInput, SpecimenInput, TestInput};

use shared::bilingual::Bilingual;
use shared::events::{Method, Outcome};
use shared::ids::{PersonId, ResultId};
use shared::person::{FullName, PersonDraft};
use shared::problem::FieldError;
use shared::time::Instant;

use super::codes::{Finding, SpecimenKind};
use super::disposition::Disposition;
use super::label::{Accession, Barcode, LabCode};
use super::report::CellError;

/// What the sender says about this version of the result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// A result as it is.
    #[default]
    Final,
    /// It replaces what was sent before.
    Corrected,
    /// What was sent before says nothing any more.
    Withdrawn,
}

impl Status {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether the sender says that an earlier version no longer holds.
    #[must_use]
    pub const fn amends(self) -> bool {
        matches!(self, Self::Corrected | Self::Withdrawn)
    }
}

/// Whose specimen it was. `Debug` shows no name.
#[derive(Debug, Clone, PartialEq)]
pub enum PersonRef {
    /// A person who is registered.
    Known(PersonId),
    /// A person as the laboratory describes them.
    Described {
        /// The id that the laboratory gave with the description.
        id: Option<PersonId>,
        /// The description.
        draft: Box<PersonDraft>,
    },
    /// A name and nothing that tells namesakes apart: stands only beside a tube, to be compared with whose it is.
    Named(FullName),
}

/// How the result finds its person.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// By the tube.
    Tube(Barcode),
    /// By the person.
    Person(PersonRef),
    /// By the tube, and the person is compared with whom the tube belongs to.
    TubeOf(Barcode, PersonRef),
    /// The message names neither tube nor person: a person finds out.
    Unknown,
}

impl Subject {
    /// The tube, where it was named.
    #[must_use]
    pub const fn barcode(&self) -> Option<&Barcode> {
        match self {
            Self::Tube(barcode) | Self::TubeOf(barcode, _) => Some(barcode),
            Self::Person(_) | Self::Unknown => None,
        }
    }

    /// The person, where one was named.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonRef> {
        match self {
            Self::Person(person) | Self::TubeOf(_, person) => Some(person),
            Self::Tube(_) | Self::Unknown => None,
        }
    }
}

/// A result whose every field is right in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultDraft {
    /// The id that the sender chose.
    pub id: Option<ResultId>,
    /// The laboratory.
    pub lab_code: LabCode,
    /// Its number of the test.
    pub accession: Accession,
    /// How the person is found.
    pub subject: Subject,
    /// What was taken.
    pub specimen_kind: SpecimenKind,
    /// When it was taken.
    pub collected_at: Instant,
    /// The LOINC code of the test.
    pub loinc: Box<str>,
    /// How the virus was looked for; `None` only where the test looks for no virus, which is held or ignored.
    pub method: Option<Method>,
    /// What the laboratory found, in its own shades.
    pub finding: Finding,
    /// What the result says when it is released as it stands.
    pub outcome: Outcome,
    /// Whether it replaces or withdraws an earlier version.
    pub status: Status,
    /// The cycle threshold, 5 to 50.
    pub ct_value: Option<f64>,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
    /// The sender says no time at all: both are those of the message, and say nothing about the content.
    pub undated: bool,
}

/// A draft, and what should become of it as far as it alone tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// The result. Where it is to be ignored, its finding has no meaning.
    pub draft: ResultDraft,
    /// Accept, hold or ignore. Versions and the registry may still say otherwise.
    pub disposition_hint: Disposition,
    /// What else may be the code on the tube.
    pub other_tubes: Vec<Barcode>,
    /// How many of the codes, that of the draft first and then the others, were sent as that of a tube. What comes after
    /// them are numbers of the laboratory's own, which may be those of somebody else's tube by chance.
    pub certain_tubes: usize,
    /// What the message names as its laboratory, in capital letters, where it is not that of the account or key: no other
    /// laboratory may be among it.
    pub named_labs: Vec<String>,
    /// Test traffic: judged like any other, never released.
    pub test_traffic: bool,
    /// One of several results of its message.
    pub several: bool,
    /// What is odd and stops nothing.
    pub warnings: Vec<CellError>,
}

/// Nobody has this id. `pointer` is that of the result in the request.
#[must_use]
pub fn unknown_person(pointer: &str) -> FieldError {
    let detail = Bilingual::new(
        "Không có người nào mang mã định danh này: kiểm tra mã, hoặc gửi họ tên và ngày sinh",
        "Nobody has this id: check it, or send the full name and the birth date",
    );
    FieldError::new(format!("{pointer}/person/id"), "unknown_person", detail)
}

#[cfg(test)]
mod tests;
