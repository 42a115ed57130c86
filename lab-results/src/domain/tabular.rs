//! Files of rows: CSV as laboratories export it.
//!
//! A file is read as it comes, in bounded memory: bytes become UTF-8 (`decode`), the header tells the columns (`header`),
//! and each record becomes a result or a list of errors by row and column (`row`). A bad row never spoils another.

mod cells;
mod decode;
mod dictionary;
mod field;
mod header;
mod layout;
mod legacy;
mod marked;
mod records;
mod row;
mod said;
mod workbook;

pub(crate) use decode::text;
pub use dictionary::{ColumnEntry, dictionary, is_column};
pub(crate) use said::unreadable;
pub(crate) use workbook::check_size;
pub use workbook::{Sheets, read_workbook};

use core::fmt;
use std::io::{self, Read};

use csv::ByteRecord;
use shared::bilingual::Bilingual;
use shared::time::{Date, Instant};

use self::cells::Order;
use self::decode::TextReader;
use self::field::Field;
use self::header::Columns;
use self::marked::Marked;
use self::records::{Kind, Records};
use self::row::Context;
use self::said::{empty, interrupted, legacy_encoding, not_text, read_month_first, too_long, unclosed_quote};
use super::message::Mapping;
use super::report::CellError;
use super::result::Parsed;

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", detail.en)]
pub struct FileError {
    /// A stable code: `empty`, `spreadsheet`, `binary`, `no_header`, `missing_column`, `duplicate_column`,
    /// `unreadable`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub detail: Bilingual,
    /// The columns at fault, where it is about columns.
    pub errors: Vec<CellError>,
}

/// One record of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its row as a spreadsheet shows it: every record counts, the header and blank ones included.
    pub number: u64,
    /// The line of the file on which it begins, from 1: what a text editor shows.
    pub line: u64,
    /// The laboratory's number of the test, as far as it could be read.
    pub accession: Option<String>,
    /// The result, or every cell at fault.
    pub result: Result<Parsed, Vec<CellError>>,
}

/// The rows of a file, read one after the other.
pub struct RowIter<R> {
    records: Records<TextReader<R>>,
    record: ByteRecord,
    columns: Columns,
    context: Context,
    warnings: Vec<CellError>,
    marked: Marked,
    number: u64,
    ended: bool,
    failure: Option<io::Error>,
}

/// Begins to read a file of results. `today` is the local day of `now`; `credential_lab` is the code of the laboratory
/// whose account or key sends, where it is one.
///
/// # Errors
/// [`FileError`] where no row can be read: the file is empty or no text, its header is missing, or lacks a column that
/// every result needs.
pub fn read_rows<R: Read + Send>(
    reader: R,
    now: Instant,
    today: Date,
    credential_lab: Option<&str>,
) -> Result<RowIter<R>, FileError> {
    read_rows_as(reader, now, today, credential_lab, &Mapping::default())
}

/// As [`read_rows`], for a laboratory whose own words mean something.
///
/// # Errors
/// As [`read_rows`].
pub fn read_rows_as<R: Read + Send>(
    reader: R,
    now: Instant,
    today: Date,
    credential_lab: Option<&str>,
    mapping: &Mapping,
) -> Result<RowIter<R>, FileError> {
    let text = TextReader::open(reader).map_err(|e| unreadable(&e))?.map_err(not_text)?;
    let layout = layout::layout(text.head(), mapping);
    let seen = cells::seen(text.head());
    let mut records = Records::new(text, layout.delimiter);
    let mut record = ByteRecord::new();
    let mut number = 0;
    for _ in 0..=layout.skipped {
        let Some(place) = records.next(&mut record).map_err(|e| unreadable(&e))? else { return Err(empty()) };
        number = place.row;
    }
    let (columns, mut warnings) = Columns::read(&record, credential_lab.is_some(), mapping)?;
    records.expect(columns.len());
    let month_first = match seen {
        Order::DayFirst => false,
        // A file with American columns has American dates, where nothing speaks against it.
        Order::Either => columns.is_american(),
        // One slip of the pen in a file of ours is an error; a whole file in this order is a spreadsheet set to English.
        Order::MonthFirst(dates) => columns.is_foreign() || dates >= MONTHS_FIRST,
    };
    if month_first && !columns.is_foreign() {
        warnings.push(read_month_first());
    }
    let credential_lab = credential_lab.map(str::to_owned);
    let context = Context { now, today, credential_lab, mapping: mapping.clone(), month_first };
    let marked = Marked::default();
    Ok(RowIter { records, record, columns, context, warnings, marked, number, ended: false, failure: None })
}

/// How many dates must have no other meaning before a file in our columns is read with the month before the day.
const MONTHS_FIRST: usize = 3;

impl<R: Read> RowIter<R> {
    /// What is to be said about the file as a whole: columns that are not used, old encodings. Complete when every row
    /// was read.
    #[must_use]
    pub fn warnings(&self) -> Vec<CellError> {
        let legacy = self.records.source().legacy().map(legacy_encoding);
        self.warnings.iter().cloned().chain(legacy).chain(self.marked.warnings(&self.columns)).collect()
    }

    /// The header, as the file spells it, of the column that holds a field of a result (a JSON Pointer such as
    /// `/outcome`); the pointer itself where it is of no column.
    #[must_use]
    pub fn column_of(&self, pointer: &str) -> String {
        Field::of_pointer(pointer).map_or(pointer, |field| self.columns.name(field)).to_owned()
    }

    /// Why reading ended before the end of the file; the last row says it too.
    #[must_use]
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// The row that tells why reading ended early.
    fn failed(&mut self, error: io::Error) -> Row {
        self.ended = true;
        self.number += 1;
        self.failure = Some(error);
        Row { number: self.number, line: self.records.line(), accession: None, result: Err(vec![interrupted()]) }
    }

    fn read(&mut self) -> Result<Parsed, Vec<CellError>> {
        self.marked.note(&self.record, &self.columns);
        let beyond = self.record.iter().skip(self.columns.len());
        if self.record.len() < self.columns.len() || beyond.into_iter().any(|cell| !is_blank(cell)) {
            return Err(vec![row::ragged(&self.record, &self.columns)]);
        }
        row::read(&self.record, &self.columns, &self.context)
    }
}

/// The rows are people's data: only how far reading came is shown.
impl<R> fmt::Debug for RowIter<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowIter").field("number", &self.number).field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl<R: Read> Iterator for RowIter<R> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while !self.ended {
            let place = match self.records.next(&mut self.record) {
                Err(error) => return Some(self.failed(error)),
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Ok(Some(place)) => place,
            };
            let whole = place.kind == Kind::Whole;
            // The analyser's mark for the end of its export.
            let marks_end = self.record.len() == 1 && self.record[0].starts_with(b"[end]");
            if whole && (marks_end || self.record.iter().all(is_blank)) {
                continue;
            }
            self.number = place.row;
            let result = match place.kind {
                Kind::Whole => self.read(),
                Kind::Unclosed => Err(vec![unclosed_quote()]),
                Kind::TooLong => Err(vec![too_long()]),
            };
            let accession = row::accession(&self.record, &self.columns);
            return Some(Row { number: place.row, line: place.line, accession, result });
        }
        None
    }
}

fn is_blank(cell: &[u8]) -> bool {
    cell.iter().all(u8::is_ascii_whitespace)
}

/// Rows of a table, whatever file it came in.
pub trait TableRows {
    /// The next row.
    fn next_row(&mut self) -> Option<Row>;
    /// The header of the column that holds a field of a result.
    fn column_of(&self, pointer: &str) -> String;
    /// What is to be said about the file as a whole.
    fn warnings(&self) -> Vec<CellError>;
    /// The headers, as the file spells them.
    fn header(&self) -> Vec<String>;
    /// The cells of the row that was given last, as they stand in the file.
    fn cells(&self) -> Vec<String>;
}

impl<R: Read> TableRows for RowIter<R> {
    fn next_row(&mut self) -> Option<Row> {
        self.next()
    }

    fn column_of(&self, pointer: &str) -> String {
        Self::column_of(self, pointer)
    }

    fn warnings(&self) -> Vec<CellError> {
        Self::warnings(self)
    }

    fn header(&self) -> Vec<String> {
        self.columns.headers().to_vec()
    }

    fn cells(&self) -> Vec<String> {
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).replace(cells::WAS_NUMBER, "");
        self.record.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests;
