//! Files and bodies in every format, as rows.

mod documents;
mod messages;
mod results;
mod samples;
mod tables;
mod values;

pub use documents::{all_documents, document};
pub use messages::{ReadMessage, message};
pub use results::result;

use std::collections::HashMap;
use std::fs::File;

use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::time::Instant;

use crate::app::naming::{FOUND_LATE, Naming};
use crate::app::row::Incoming;
use crate::domain::detect::Format;
use crate::domain::fhir;
use crate::domain::hl7;
use crate::domain::message::{Body, Mapping, Names, Rules};
use crate::domain::report::CellError;
use crate::domain::tabular::FileError;

/// For whom something is read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The laboratory of the account, the key or the connection.
    pub lab_code: Option<String>,
    /// What the laboratory's own words mean.
    pub mapping: Mapping,
}

impl Reading {
    fn rules(&self, names: &'static Names, now: Instant) -> Rules<'_> {
        Rules { now, credential_lab: self.lab_code.as_deref(), mapping: &self.mapping, names }
    }
}

/// The rows of a file, one after the other, and what is to be said about the whole at the end.
pub trait Rows {
    /// How the fields are named.
    fn naming(&self) -> Naming;
    /// The next row.
    fn next_row(&mut self) -> Option<Incoming>;
    /// What is to be said about the file as a whole, when every row was read.
    fn warnings(&self) -> Vec<CellError>;
    /// The texts that the row given last was read from, by the names of its fields; null where the row is JSON.
    fn source(&self) -> Value {
        Value::Null
    }
    /// The message that the row given last came in, as it came; `None` where it is no message.
    fn raw(&mut self) -> Option<Vec<u8>> {
        None
    }
    /// By what name it has the field that a pointer of a result names, where it has it.
    fn name_of(&self, _pointer: &str) -> Option<String> {
        None
    }
}

/// Begins to read a file.
///
/// # Errors
/// [`FileError`] where no row can be read.
pub fn open(format: Format, file: File, reading: &Reading, now: Instant) -> Result<Box<dyn Rows + '_>, FileError> {
    Ok(match format {
        Format::Table => Box::new(tables::text(file, reading, now)?),
        Format::Xlsx => Box::new(tables::workbook(file, reading, now)?),
        Format::Hl7 => Box::new(messages::messages(file, reading, now)),
        Format::Fhir => Box::new(documents::documents(file, reading, now)),
        Format::Json => Box::new(results::results(file, reading, now)?),
        Format::GeneXpert => Box::new(samples::exported(file, reading, now)?),
        Format::Other(name) => return Err(unsupported(name)),
    })
}

fn naming_of(names: &'static Names) -> Naming {
    let names: HashMap<_, _> =
        FOUND_LATE.into_iter().filter_map(|p| Some((p, names.of_pointer(p)?.to_owned()))).collect();
    Naming::Columns(names)
}

/// How the fields of an HL7 message are named.
#[must_use]
pub fn hl7_naming() -> Naming {
    naming_of(&hl7::NAMES)
}

/// How the fields of a FHIR document are named.
#[must_use]
pub fn fhir_naming() -> Naming {
    naming_of(&fhir::NAMES)
}

fn refused(row: u64, error: CellError) -> Incoming {
    Incoming { row, accession: None, body: Body::Refused(vec![error]) }
}

fn interrupted() -> CellError {
    let detail = Bilingual::new(
        "Tệp bị ngắt ở đây. Gửi lại cả tệp: những gì đã nhận sẽ không bị trùng",
        "The file broke off here. Send the whole file again: what was taken is not taken twice",
    );
    CellError::new("", "interrupted", detail)
}

/// A format that is not taken.
#[must_use]
pub fn unsupported(found: &str) -> FileError {
    let detail = Bilingual::new(
        format!("Tệp này là {found}. Nhận tệp CSV, XLSX, HL7 v2 và FHIR: lưu lại theo một trong các dạng đó rồi gửi"),
        format!(
            "This file is {found}. CSV, XLSX, HL7 v2 and FHIR files are taken: save it as one of them and send that"
        ),
    );
    FileError { code: "unsupported_format", detail, errors: Vec::new() }
}
