//! How the report names a field: by the header of its column in a file, by a JSON Pointer in a request.

use std::collections::HashMap;

use shared::problem::FieldError;

use crate::app::reason::Reason;
use crate::domain::disposition::IgnoreReason;
use crate::domain::report::CellError;

/// The fields that only the register or the versions can find wrong.
pub const FOUND_LATE: [&str; 9] = [
    "/id",
    "/lab_code",
    "/accession",
    "/barcode",
    "/person/id",
    "/person/full_name",
    "/outcome",
    "/test/loinc",
    "/status",
];

/// How fields are named.
#[derive(Debug, Clone)]
pub enum Naming {
    /// One JSON object: `/accession`.
    Object,
    /// A list of JSON objects: `/3/accession`.
    List,
    /// A file: the header, by the pointer of the field.
    Columns(HashMap<&'static str, String>),
}

impl Naming {
    /// The pointer of a row in a JSON request; empty for a file.
    #[must_use]
    pub fn prefix(&self, row: u64) -> String {
        match self {
            Self::List => format!("/{}", row.saturating_sub(1)),
            Self::Object | Self::Columns(_) => String::new(),
        }
    }

    fn name(&self, row: u64, pointer: &str) -> String {
        match self {
            Self::Columns(headers) => headers.get(pointer).map_or(pointer, String::as_str).to_owned(),
            Self::Object | Self::List => format!("{}{pointer}", self.prefix(row)),
        }
    }

    /// An error whose pointer begins at the record.
    #[must_use]
    pub fn error(&self, row: u64, error: FieldError) -> CellError {
        CellError::new(self.name(row, &error.pointer), error.code, error.detail)
    }

    /// Why a row waits.
    #[must_use]
    pub fn held(&self, row: u64, reason: Reason) -> CellError {
        CellError::new(self.name(row, reason.pointer()), reason.code(), reason.detail())
    }

    /// Why a row is ignored.
    #[must_use]
    pub fn ignored(&self, row: u64, reason: IgnoreReason) -> CellError {
        CellError::ignored(self.name(row, "/test/loinc"), reason)
    }
}
