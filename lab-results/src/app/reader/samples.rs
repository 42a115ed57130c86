//! The samples of an analyser's export as rows.

use std::fs::File;
use std::io::{self, Read};

use shared::bilingual::Bilingual;
use shared::time::Instant;

use super::{Reading, Rows, naming_of};
use crate::app::naming::Naming;
use crate::app::row::Incoming;
use crate::domain::genexpert;
use crate::domain::hl7;
use crate::domain::message::{Message, judge};
use crate::domain::report::CellError;
use crate::domain::tabular::{FileError, unreadable};

/// The longest export that is read, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The samples of an analyser's export.
pub(super) struct Samples<'a> {
    messages: std::vec::IntoIter<Message>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
}

pub(super) fn exported(file: File, reading: &Reading, now: Instant) -> Result<Samples<'_>, FileError> {
    let mut bytes = Vec::new();
    let read = without_mark(file).and_then(|source| source.take(LONGEST + 1).read_to_end(&mut bytes));
    let length = read.map_err(|error| unreadable(&error))?;
    if length as u64 > LONGEST {
        return Err(too_long());
    }
    let messages = genexpert::read(&hl7::decoded(&bytes)).into_iter();
    Ok(Samples { messages, reading, now, row: 0 })
}

/// What is cut off would be lost without a word.
fn too_long() -> FileError {
    let detail = Bilingual::new(
        "Tệp xuất của máy dài quá 16 MB; hãy xuất ít ngày hơn mỗi lần và gửi từng tệp",
        "The export of the analyser is longer than 16 MB; export fewer days at a time and send each file",
    );
    FileError { code: "too_long", detail, errors: Vec::new() }
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

/// Skips a byte order mark.
fn without_mark(file: File) -> io::Result<impl Read> {
    let mut buffered = io::BufReader::with_capacity(64 * 1024, file);
    let head = io::BufRead::fill_buf(&mut buffered)?;
    if head.starts_with(b"\xEF\xBB\xBF") {
        io::BufRead::consume(&mut buffered, 3);
    }
    Ok(buffered)
}
