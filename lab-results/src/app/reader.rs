//! Files and bodies in every format, as rows.

mod documents;

pub use documents::{all_documents, document};

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};

use serde::Deserialize;
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::time::Instant;

use crate::app::naming::{FOUND_LATE, Naming};
use crate::app::row::Incoming;
use crate::domain::detect::Format;
use crate::domain::fhir;
use crate::domain::genexpert;
use crate::domain::hl7::{self, Header, HeaderFault, Messages, Miscount, Piece};
use crate::domain::message::{Body, Mapping, Message, Names, Rules, judge};
use crate::domain::report::CellError;
use crate::domain::result::ResultInput;
use crate::domain::tabular::{self, FileError};

/// The longest document that is read, in bytes.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

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
        Format::Table => Box::new(Table(tabular::read_rows_as(
            file,
            now,
            now.local_date(),
            reading.lab_code.as_deref(),
            &reading.mapping,
        )?)),
        Format::Xlsx => Box::new(Table(tabular::read_workbook(
            file,
            now,
            now.local_date(),
            reading.lab_code.as_deref(),
            &reading.mapping,
        )?)),
        Format::Hl7 => Box::new(MessageRows {
            messages: Messages::new(file),
            reading,
            now,
            row: 0,
            ended: false,
            last: Vec::new(),
        }),
        Format::Fhir => Box::new(documents::documents(file, reading, now)),
        Format::Json => Box::new(json(file, reading, now)?),
        Format::GeneXpert => Box::new(exported(file, reading, now)?),
        Format::Other(name) => return Err(unsupported(name)),
    })
}

/// A table of any kind.
struct Table<T>(T);

impl<T: tabular::TableRows> Rows for Table<T> {
    fn naming(&self) -> Naming {
        let headers = FOUND_LATE.into_iter().map(|pointer| (pointer, self.0.column_of(pointer)));
        Naming::Columns(headers.collect())
    }

    fn next_row(&mut self) -> Option<Incoming> {
        self.0.next_row().map(|row| Incoming { row: row.number, accession: row.accession, body: row.result.into() })
    }

    fn warnings(&self) -> Vec<CellError> {
        self.0.warnings()
    }

    fn source(&self) -> Value {
        let cells = self.0.header().into_iter().zip(self.0.cells());
        cells.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (name, Value::String(cell))).collect()
    }

    fn name_of(&self, pointer: &str) -> Option<String> {
        let name = self.0.column_of(pointer);
        self.0.header().contains(&name).then_some(name)
    }
}

fn naming_of(names: &'static Names) -> Naming {
    let names: HashMap<_, _> =
        FOUND_LATE.into_iter().filter_map(|p| Some((p, names.of_pointer(p)?.to_owned()))).collect();
    Naming::Columns(names)
}

struct MessageRows<'a, R> {
    messages: Messages<R>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
    ended: bool,
    last: Vec<u8>,
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

/// An HL7 message that was read.
pub struct ReadMessage {
    /// As a row.
    pub incoming: Incoming,
    /// Its header, for the answer.
    pub header: Option<Header>,
    /// What its header lacks.
    pub faults: Vec<HeaderFault>,
}

/// Reads one message.
#[must_use]
pub fn message(bytes: &[u8], row: u64, reading: &Reading, now: Instant) -> ReadMessage {
    let text = hl7::decoded(bytes);
    let Some(message) = hl7::Message::cut(&text) else {
        let detail = Bilingual::new("Không phải bản tin HL7: thiếu MSH", "No HL7 message: there is no MSH");
        let body = Body::Refused(vec![CellError::new("MSH", "not_hl7", detail)]);
        return ReadMessage { incoming: Incoming { row, accession: None, body }, header: None, faults: Vec::new() };
    };
    let (header, read) = hl7::read(&message, now.local_date());
    match read {
        Ok(mut patients) => {
            if core::str::from_utf8(bytes).is_err() {
                patients.iter_mut().for_each(|patient| patient.warnings.push(old_code()));
            }
            let (accession, body) = judge(&patients, &reading.rules(&hl7::NAMES, now));
            ReadMessage { incoming: Incoming { row, accession, body }, header: Some(header), faults: Vec::new() }
        }
        Err(faults) => {
            let body = Body::Refused(faults.iter().map(|fault| fault.error.clone()).collect());
            ReadMessage { incoming: Incoming { row, accession: None, body }, header: Some(header), faults }
        }
    }
}

impl<R: Read> Rows for MessageRows<'_, R> {
    fn naming(&self) -> Naming {
        hl7_naming()
    }

    fn next_row(&mut self) -> Option<Incoming> {
        if self.ended {
            return None;
        }
        self.row += 1;
        match self.messages.next() {
            Some(Piece::Message(bytes)) => {
                self.last = bytes;
                Some(message(&self.last, self.row, self.reading, self.now).incoming)
            }
            Some(Piece::TooLong) => {
                self.last.clear();
                Some(refused(self.row, too_long()))
            }
            None => {
                self.ended = true;
                self.messages.failure().map(|_| refused(self.row, interrupted()))
            }
        }
    }

    fn warnings(&self) -> Vec<CellError> {
        self.messages.miscounted().iter().map(miscounted).collect()
    }

    fn raw(&mut self) -> Option<Vec<u8>> {
        (!self.ended && !self.last.is_empty()).then(|| self.last.clone())
    }

    fn source(&self) -> Value {
        let text = hl7::decoded(&self.last);
        hl7::NAMES
            .all()
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), Value::from(hl7::field(&text, name)?))))
            .collect()
    }

    fn name_of(&self, pointer: &str) -> Option<String> {
        hl7::NAMES.of_pointer(pointer).map(str::to_owned)
    }
}

/// A source that fails where one document is longer than it may be.
struct Limited<R> {
    source: R,
    left: usize,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let longest = buffer.len().min(self.left);
        if longest == 0 && !buffer.is_empty() {
            return Err(io::Error::other("the document is too long"));
        }
        let count = self.source.read(&mut buffer[..longest])?;
        self.left -= count;
        Ok(count)
    }
}

/// Skips a byte order mark.
fn without_mark(file: File) -> io::Result<impl Read> {
    let mut buffered = io::BufReader::with_capacity(64 * 1024, file);
    let head = io::BufRead::fill_buf(&mut buffered)?;
    if head.starts_with(b"\xEF\xBB\xBF") {
        io::BufRead::consume(&mut buffered, 3);
    }
    Ok(buffered)
}

/// Results as JSON.
struct JsonRows<'a> {
    naming: Naming,
    values: std::vec::IntoIter<Value>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
}

fn json<'a>(file: File, reading: &'a Reading, now: Instant) -> Result<JsonRows<'a>, FileError> {
    let source = without_mark(file).map_err(|_| no_json("the file cannot be read"))?;
    let mut deserializer = serde_json::Deserializer::from_reader(Limited { source, left: MAX_DOCUMENT });
    let value = Value::deserialize(&mut deserializer).map_err(|error| no_json(&error.to_string()))?;
    let (naming, values) = match value {
        Value::Array(values) => (Naming::List, values),
        other => (Naming::Object, vec![other]),
    };
    Ok(JsonRows { naming, values: values.into_iter(), reading, now, row: 0 })
}

/// Reads one result of a JSON request.
#[must_use]
pub fn result(naming: &Naming, row: u64, value: Value, now: Instant, lab_code: Option<&str>) -> Incoming {
    let accession = value.get("accession").and_then(|accession| match accession {
        Value::String(text) => Some(text.trim().chars().take(64).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let pointer = naming.prefix(row);
    let read: Result<_, Vec<CellError>> = ResultInput::read(value, &pointer)
        .map_err(|error| vec![error])
        .and_then(|input| input.parse(&pointer, now, now.local_date(), lab_code))
        .map_err(|errors| errors.into_iter().map(CellError::from).collect());
    Incoming { row, accession, body: read.into() }
}

impl Rows for JsonRows<'_> {
    fn naming(&self) -> Naming {
        self.naming.clone()
    }

    fn next_row(&mut self) -> Option<Incoming> {
        let value = self.values.next()?;
        self.row += 1;
        Some(result(&self.naming, self.row, value, self.now, self.reading.lab_code.as_deref()))
    }

    fn warnings(&self) -> Vec<CellError> {
        Vec::new()
    }
}

/// The samples of an analyser's export.
struct Samples<'a> {
    messages: std::vec::IntoIter<Message>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
}

fn exported(file: File, reading: &Reading, now: Instant) -> Result<Samples<'_>, FileError> {
    let mut bytes = Vec::new();
    let read = without_mark(file).and_then(|source| source.take(MAX_DOCUMENT as u64).read_to_end(&mut bytes));
    read.map_err(|error| no_json(&error.to_string()))?;
    let messages = genexpert::read(&hl7::decoded(&bytes)).into_iter();
    Ok(Samples { messages, reading, now, row: 0 })
}

impl Rows for Samples<'_> {
    fn naming(&self) -> Naming {
        naming_of(&genexpert::NAMES)
    }

    fn next_row(&mut self) -> Option<Incoming> {
        let message = self.messages.next()?;
        self.row += 1;
        let (accession, body) = judge(&[message], &self.reading.rules(&genexpert::NAMES, self.now));
        Some(Incoming { row: self.row, accession, body })
    }

    fn warnings(&self) -> Vec<CellError> {
        Vec::new()
    }
}

fn refused(row: u64, error: CellError) -> Incoming {
    Incoming { row, accession: None, body: Body::Refused(vec![error]) }
}

/// A message that is no UTF-8.
fn old_code() -> CellError {
    let detail = Bilingual::new(
        "Bản tin không phải UTF-8 nên được đọc theo bảng mã cũ (windows-1258, hoặc theo MSH-18). Xem lại dấu trong họ tên",
        "The message is not UTF-8 and was read in an old code (windows-1258, or what MSH-18 says). Check the marks in names",
    );
    CellError::new("MSH-18", "legacy_encoding", detail)
}

/// A batch that holds more or fewer than it says: something may be lost on the way.
fn miscounted(count: &Miscount) -> CellError {
    let Miscount { column, said, found } = count;
    let detail = Bilingual::new(
        format!("Lô tin ghi có {said} nhưng chỉ thấy {found}: kiểm tra xem có bản tin nào bị mất không"),
        format!("The batch says that it holds {said}, and {found} were found: check that no message was lost"),
    );
    CellError::new(*column, "batch_count", detail)
}

fn too_long() -> CellError {
    let detail = Bilingual::new(
        "Bản tin dài quá 4 MB: bỏ phần đính kèm (ED) rồi gửi lại",
        "The message is longer than 4 MB: leave out what is attached (ED) and send it again",
    );
    CellError::new("", "too_long", detail)
}

fn interrupted() -> CellError {
    let detail = Bilingual::new(
        "Tệp bị ngắt ở đây. Gửi lại cả tệp: những gì đã nhận sẽ không bị trùng",
        "The file broke off here. Send the whole file again: what was taken is not taken twice",
    );
    CellError::new("", "interrupted", detail)
}

fn no_json(error: &str) -> FileError {
    let detail = Bilingual::new(format!("JSON hỏng: {error}"), format!("The JSON is broken: {error}"));
    FileError { code: "json", detail, errors: Vec::new() }
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
