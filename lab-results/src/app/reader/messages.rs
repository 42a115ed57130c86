//! HL7 messages as rows.

use std::io::Read;

use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::time::Instant;

use super::{Reading, Rows, hl7_naming, interrupted, refused};
use crate::app::naming::Naming;
use crate::app::row::Incoming;
use crate::domain::hl7::{self, Header, HeaderFault, Messages, Miscount, Piece};
use crate::domain::message::{Body, judge};
use crate::domain::report::CellError;

/// The messages of a source.
pub(super) struct MessageRows<'a, R> {
    messages: Messages<R>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
    ended: bool,
    last: Vec<u8>,
}

pub(super) fn messages<R: Read>(source: R, reading: &Reading, now: Instant) -> MessageRows<'_, R> {
    MessageRows { messages: Messages::new(source), reading, now, row: 0, ended: false, last: Vec::new() }
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
