//! The row report: what became of each row of an upload.
//!
//! A report grows row by row while a file is read. A hundred thousand rows stay in memory, so a row is kept small and
//! errors that say the same are kept once; the JSON is written row by row.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};
use serde_json::Value;
use shared::bilingual::{Bilingual, Lang};
use shared::ids::{PersonId, ResultId, UploadId};
use shared::problem::FieldError;

use super::disposition::{HoldReason, IgnoreReason};

/// How many different errors are kept once; a file that finds more ways to be wrong keeps the others row by row.
const SHARED_ERRORS: usize = 4_096;

/// What became of a row. In the order of strictness: of several results in one message the greatest speaks for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// Well-formed, no SARS-CoV-2 virus result.
    Ignored,
    /// It was here before.
    Duplicate,
    /// Stored and released.
    Accepted,
    /// A new version of what was here.
    Amended,
    /// Stored in a work queue.
    Held,
    /// Not stored.
    Rejected,
}

impl RowStatus {
    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Duplicate => "duplicate",
            Self::Accepted => "accepted",
            Self::Amended => "amended",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }
}

/// One thing to say about one cell of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellError {
    /// The column as the file spells its header; a JSON Pointer where the row was JSON; empty for the whole row.
    pub column: String,
    /// A stable code in `snake_case`.
    pub code: String,
    /// What would be right, in Vietnamese.
    vi: String,
    /// What would be right, in English.
    en: String,
}

impl CellError {
    /// An error of a cell.
    pub fn new(column: impl Into<String>, code: impl Into<String>, detail: Bilingual) -> Self {
        Self { column: column.into(), code: code.into(), vi: detail.vi, en: detail.en }
    }

    /// The same error, told of another column.
    #[must_use]
    pub fn at(self, column: impl Into<String>) -> Self {
        Self { column: column.into(), ..self }
    }

    /// Why a row is held.
    pub fn held(column: impl Into<String>, reason: HoldReason) -> Self {
        Self::new(column, reason.code(), reason.detail())
    }

    /// Why a row is ignored.
    pub fn ignored(column: impl Into<String>, reason: IgnoreReason) -> Self {
        Self::new(column, reason.code(), reason.detail())
    }

    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(&self) -> Bilingual {
        Bilingual::new(self.vi.as_str(), self.en.as_str())
    }

    /// What would be right, in one language.
    #[must_use]
    pub fn detail_in(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

impl From<FieldError> for CellError {
    fn from(error: FieldError) -> Self {
        Self::new(error.pointer, error.code, error.detail)
    }
}

/// What became of one row, as the one who stored it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowOutcome {
    /// Its place in the file, from 1.
    pub row: u64,
    /// The laboratory's number of the test, where it could be read.
    pub accession: Option<String>,
    /// What became of it.
    pub status: RowStatus,
    /// The stored result.
    pub result_id: Option<ResultId>,
    /// Whose it is, where that is known.
    pub person_id: Option<PersonId>,
    /// What is wrong, or why it waits.
    pub errors: Vec<CellError>,
    /// What is odd and stops nothing.
    pub warnings: Vec<CellError>,
}

impl RowOutcome {
    /// A row that could not be taken.
    #[must_use]
    pub fn rejected(row: u64, accession: Option<String>, errors: Vec<CellError>) -> Self {
        Self {
            row,
            accession,
            status: RowStatus::Rejected,
            result_id: None,
            person_id: None,
            errors,
            warnings: Vec::new(),
        }
    }
}

/// A row as the report keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    row: u64,
    accession: Option<Box<str>>,
    status: RowStatus,
    result_id: Option<ResultId>,
    person_id: Option<PersonId>,
    errors: Box<[Arc<CellError>]>,
    warnings: Box<[Arc<CellError>]>,
}

impl StoredRow {
    /// Its place in the file, from 1.
    #[must_use]
    pub const fn row(&self) -> u64 {
        self.row
    }

    /// The laboratory's number of the test.
    #[must_use]
    pub fn accession(&self) -> Option<&str> {
        self.accession.as_deref()
    }

    /// What became of it.
    #[must_use]
    pub const fn status(&self) -> RowStatus {
        self.status
    }

    /// The stored result.
    #[must_use]
    pub const fn result_id(&self) -> Option<ResultId> {
        self.result_id
    }

    /// Whose it is.
    #[must_use]
    pub const fn person_id(&self) -> Option<PersonId> {
        self.person_id
    }

    /// As the one who stored it told.
    #[must_use]
    pub fn outcome(&self) -> RowOutcome {
        RowOutcome {
            row: self.row,
            accession: self.accession.as_deref().map(str::to_owned),
            status: self.status,
            result_id: self.result_id,
            person_id: self.person_id,
            errors: self.errors().cloned().collect(),
            warnings: self.warnings().cloned().collect(),
        }
    }

    /// What is wrong, or why it waits.
    pub fn errors(&self) -> impl Iterator<Item = &CellError> {
        self.errors.iter().map(AsRef::as_ref)
    }

    /// What is odd and stops nothing.
    pub fn warnings(&self) -> impl Iterator<Item = &CellError> {
        self.warnings.iter().map(AsRef::as_ref)
    }
}

/// What the sender wrote in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The column as the file spells its header.
    pub column: String,
    /// The text of the cell.
    pub value: String,
}

/// What became of an upload.
#[derive(Debug, Clone)]
pub struct RowReport {
    upload_id: UploadId,
    counts: [u64; 6],
    rows: Vec<StoredRow>,
    warnings: Vec<CellError>,
    shared: HashSet<Arc<CellError>>,
    /// What stands in the rows that are to be mended, where that is asked for.
    cells: BTreeMap<u64, Vec<Cell>>,
}

impl RowReport {
    /// The report of an upload of which nothing was read yet.
    #[must_use]
    pub fn new(upload_id: UploadId) -> Self {
        Self {
            upload_id,
            counts: [0; 6],
            rows: Vec::new(),
            warnings: Vec::new(),
            shared: HashSet::new(),
            cells: BTreeMap::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: RowOutcome) {
        self.counts[row.status as usize] += 1;
        let errors = row.errors.into_iter().map(|e| self.share(e)).collect();
        let warnings = row.warnings.into_iter().map(|e| self.share(e)).collect();
        self.rows.push(StoredRow {
            row: row.row,
            accession: row.accession.map(Into::into),
            status: row.status,
            result_id: row.result_id,
            person_id: row.person_id,
            errors,
            warnings,
        });
    }

    /// Adds what is to be said about the file as a whole, such as a column that was not used.
    pub fn warn(&mut self, warning: CellError) {
        self.warnings.push(warning);
    }

    /// Shows the cells of these rows, by their numbers.
    pub fn show_cells(&mut self, cells: BTreeMap<u64, Vec<Cell>>) {
        self.cells = cells;
    }

    /// The cells of a row, where they are shown.
    #[must_use]
    pub fn cells(&self, row: u64) -> Option<&[Cell]> {
        self.cells.get(&row).map(Vec::as_slice)
    }

    /// The upload.
    #[must_use]
    pub const fn upload_id(&self) -> UploadId {
        self.upload_id
    }

    /// How many rows came.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many rows have a status.
    #[must_use]
    pub const fn count(&self, status: RowStatus) -> u64 {
        self.counts[status as usize]
    }

    /// The rows, in the order in which they came.
    #[must_use]
    pub fn rows(&self) -> &[StoredRow] {
        &self.rows
    }

    /// What is to be said about the file as a whole.
    #[must_use]
    pub fn warnings(&self) -> &[CellError] {
        &self.warnings
    }

    /// The report with its texts in one language, to be serialised.
    #[must_use]
    pub const fn in_language(&self, lang: Lang) -> InLanguage<'_> {
        InLanguage { report: self, lang }
    }

    /// The report as JSON. For a large report use [`Self::write_json`].
    #[must_use]
    pub fn to_json(&self, lang: Lang) -> Value {
        serde_json::to_value(self.in_language(lang)).expect("the keys of a report are texts")
    }

    /// Writes the report as JSON, row by row.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, lang: Lang, writer: impl io::Write) -> io::Result<()> {
        serde_json::to_writer(writer, &self.in_language(lang)).map_err(Into::into)
    }

    fn share(&mut self, error: CellError) -> Arc<CellError> {
        if let Some(known) = self.shared.get(&error) {
            return Arc::clone(known);
        }
        let error = Arc::new(error);
        if self.shared.len() < SHARED_ERRORS {
            self.shared.insert(Arc::clone(&error));
        }
        error
    }
}

/// A report whose texts are in one language.
#[derive(Debug, Clone, Copy)]
pub struct InLanguage<'a> {
    report: &'a RowReport,
    lang: Lang,
}

impl Serialize for InLanguage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (report, lang) = (self.report, self.lang);
        let mut out = serializer.serialize_struct("RowReport", 10)?;
        out.serialize_field("upload_id", &report.upload_id)?;
        out.serialize_field("received", &report.received())?;
        out.serialize_field("accepted", &report.count(RowStatus::Accepted))?;
        out.serialize_field("duplicate", &report.count(RowStatus::Duplicate))?;
        out.serialize_field("amended", &report.count(RowStatus::Amended))?;
        out.serialize_field("held", &report.count(RowStatus::Held))?;
        out.serialize_field("ignored", &report.count(RowStatus::Ignored))?;
        out.serialize_field("rejected", &report.count(RowStatus::Rejected))?;
        out.serialize_field("warnings", &Each(report.warnings.iter().map(|e| CellIn(e, lang))))?;
        out.serialize_field("rows", &Each(report.rows.iter().map(|r| RowIn(r, report.cells(r.row), lang))))?;
        out.end()
    }
}

/// An iterator that is serialised as a list, without collecting it.
struct Each<I>(I);

impl<I: Iterator<Item: Serialize> + Clone> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for item in self.0.clone() {
            list.serialize_element(&item)?;
        }
        list.end()
    }
}

struct RowIn<'a>(&'a StoredRow, Option<&'a [Cell]>, Lang);

impl Serialize for RowIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(row, cells, lang) = self;
        let mut out = serializer.serialize_struct("RowOutcome", 8)?;
        out.serialize_field("row", &row.row)?;
        out.serialize_field("accession", &row.accession)?;
        out.serialize_field("status", &row.status)?;
        match row.result_id {
            Some(id) => out.serialize_field("result_id", &id)?,
            None => out.skip_field("result_id")?,
        }
        match row.person_id {
            Some(id) => out.serialize_field("person_id", &id)?,
            None => out.skip_field("person_id")?,
        }
        out.serialize_field("errors", &Each(row.errors.iter().map(|e| CellIn(e, *lang))))?;
        match row.warnings.is_empty() {
            true => out.skip_field("warnings")?,
            false => out.serialize_field("warnings", &Each(row.warnings.iter().map(|e| CellIn(e, *lang))))?,
        }
        match cells {
            Some(cells) => out.serialize_field("cells", cells)?,
            None => out.skip_field("cells")?,
        }
        out.end()
    }
}

struct CellIn<'a>(&'a CellError, Lang);

impl Serialize for CellIn<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(error, lang) = self;
        let mut out = serializer.serialize_struct("CellError", 3)?;
        out.serialize_field("column", &error.column)?;
        out.serialize_field("code", &error.code)?;
        out.serialize_field("detail", error.detail_in(*lang))?;
        out.end()
    }
}

#[cfg(test)]
mod tests;
