//! What a message of HL7 v2 or a FHIR document says, in one form for both, and what becomes of it.

mod advice;
mod judge;
mod mapping;
mod meaning;

pub(crate) use advice::unknown_specimen;
pub(crate) use judge::no_date;
pub use judge::{Rules, judge};
pub use mapping::{Mapping, MappingKind};

use shared::bilingual::Bilingual;
use shared::person::{Birth, FullName, PersonDraft, Sex};
use shared::time::Instant;

use super::disposition::IgnoreReason;
use super::report::CellError;
use super::result::Parsed;

/// What a row of a file, a message or a document turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// One result, or the several results of one message.
    Results(Vec<Parsed>),
    /// Well-formed, without a SARS-CoV-2 virus result.
    Ignored(IgnoreReason),
    /// Everything that is wrong with it.
    Refused(Vec<CellError>),
}

impl From<Result<Parsed, Vec<CellError>>> for Body {
    fn from(read: Result<Parsed, Vec<CellError>>) -> Self {
        match read {
            Ok(parsed) => Self::Results(vec![parsed]),
            Err(errors) => Self::Refused(errors),
        }
    }
}

/// A value that was sent as codes and texts, in no certain code system: all of them are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coded(pub Vec<String>);

impl Coded {
    /// Adds a code or a text where there is one.
    pub fn push(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.trim().is_empty() {
            self.0.push(text);
        }
    }

    /// Whether nothing was sent.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the sender says about how certain a result is; the later in this order is the stronger where two places say it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reported {
    /// Nothing was said.
    #[default]
    Missing,
    /// Final.
    Final,
    /// Replaces what was sent before.
    Corrected,
    /// May still change.
    Preliminary,
    /// The test could not be done.
    NotDone,
    /// What was sent before says nothing any more.
    Withdrawn,
}

/// What a specimen stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SpecimenRole {
    /// Of one person.
    #[default]
    Patient,
    /// Of several people.
    Pool,
    /// Of nobody: quality control.
    Control,
}

/// One observation of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// Its test.
    pub test: Coded,
    /// Its value.
    pub value: Coded,
    /// Its value where it is a number.
    pub number: Option<f64>,
    /// How certain it is.
    pub status: Reported,
    /// When the specimen was taken, the best source first.
    pub collected: Option<Instant>,
    /// When the result was there, the best source first.
    pub resulted: Vec<Instant>,
    /// The laboratory's number of the test.
    pub accession: Option<String>,
    /// What may be the code on the tube, the best source first.
    pub tubes: Vec<String>,
    /// Numbers of the laboratory's own that have been used as the code on a tube: good only together with a name, or for
    /// a tube that this laboratory has.
    pub numbers: Vec<String>,
    /// What was taken.
    pub specimen: Coded,
    /// What the specimen stands for.
    pub role: SpecimenRole,
    /// An answer to a question that was asked with the order, and no finding.
    pub is_answer: bool,
    /// What is odd about its fields and stops nothing.
    pub warnings: Vec<CellError>,
}

/// The patient of a message, as far as was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patient {
    /// The name.
    pub name: Option<FullName>,
    /// The birth.
    pub birth: Option<Birth>,
    /// Everything else of a person; its name and birth are not looked at.
    pub sex: Sex,
    /// The phone, as it was sent.
    pub phone: Option<String>,
    /// The identity number, as it was sent.
    pub national_id: Option<String>,
    /// The health insurance number, as it was sent.
    pub health_insurance_no: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// The ward, where the sender names a Vietnamese one.
    pub ward_code: Option<String>,
    /// What may be our id of the person, as it was sent.
    pub person_ids: Vec<String>,
}

/// What one message or document says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// Whose specimen.
    pub patient: Patient,
    /// What was found.
    pub observations: Vec<Observation>,
    /// Test traffic: judged like any other, never released.
    pub test_traffic: bool,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// What may be the code of the laboratory.
    pub laboratories: Vec<String>,
    /// What is wrong with a field whatever the message is about.
    pub errors: Vec<CellError>,
    /// What is odd about the whole and stops nothing.
    pub warnings: Vec<CellError>,
}

/// How a format names the fields of a message.
#[derive(Debug)]
pub struct Names {
    /// The laboratory.
    pub laboratory: &'static str,
    /// The laboratory's number of the test.
    pub accession: &'static str,
    /// The tube.
    pub tube: &'static str,
    /// The name of the patient.
    pub name: &'static str,
    /// The birth of the patient.
    pub birth: &'static str,
    /// The kind of specimen.
    pub specimen: &'static str,
    /// The test.
    pub test: &'static str,
    /// The value.
    pub value: &'static str,
    /// The status.
    pub status: &'static str,
    /// When the specimen was taken.
    pub collected: &'static str,
    /// When the result was there.
    pub resulted: &'static str,
}

impl Names {
    /// Those that a result is read from.
    #[must_use]
    pub const fn all(&self) -> [&'static str; 9] {
        [
            self.laboratory,
            self.accession,
            self.tube,
            self.name,
            self.test,
            self.value,
            self.status,
            self.collected,
            self.resulted,
        ]
    }

    /// The name of the field that a JSON Pointer of a result stands for.
    #[must_use]
    pub fn of_pointer(&self, pointer: &str) -> Option<&'static str> {
        Some(match pointer {
            "/lab_code" => self.laboratory,
            "/accession" | "/id" => self.accession,
            "/barcode" => self.tube,
            "/person/full_name" | "/person/id" => self.name,
            "/test/loinc" | "/test/method" => self.test,
            "/outcome" => self.value,
            "/status" => self.status,
            "/specimen/collected_at" => self.collected,
            "/resulted_at" => self.resulted,
            _ => return None,
        })
    }
}

/// A field that every message needs is not there.
#[must_use]
pub fn missing(column: &str) -> CellError {
    CellError::new(column, "required", Bilingual::new("Bắt buộc phải có", "This is required"))
}

/// Somebody of whom a name is all that is certain.
#[must_use]
pub fn draft_of(name: FullName, patient: &Patient) -> PersonDraft {
    use shared::area::WardCode;
    use shared::identity::{HealthInsuranceNo, NationalId};
    use shared::phone::Phone;
    let text = |field: &Option<String>| field.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    PersonDraft {
        full_name: name,
        birth: patient.birth,
        sex: patient.sex,
        phone: text(&patient.phone).and_then(|t| Phone::parse(&t).ok()),
        national_id: text(&patient.national_id).and_then(|t| NationalId::parse(&t).ok()),
        health_insurance_no: text(&patient.health_insurance_no).and_then(|t| HealthInsuranceNo::parse(&t).ok()),
        address: text(&patient.address).map(|t| t.chars().take(300).collect()),
        ward_code: text(&patient.ward_code).and_then(|t| WardCode::parse(&t).ok()),
        warnings: Vec::new(),
    }
}
