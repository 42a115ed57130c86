//! Cutting a text into records and cells (RFC 4180), so that what is broken spoils its own line and no other.
//!
//! A cell in quotes may hold line ends. A quote that is opened and never closed would take the rest of the file into one
//! cell: where what was gathered cannot be one record, the first line alone is broken, and reading goes on with the second.

use std::io::{self, Read};

use csv::ByteRecord;

use crate::domain::pull::pull;

/// How long one record may be, in bytes of UTF-8.
pub(super) const MAX_RECORD: usize = 256 * 1024;
/// Over how many lines one record may go: far more than any cell that people write.
const MAX_LINES: usize = 256;
/// How much is read at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// What a record turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Cells.
    Whole,
    /// A line with a quote that is opened and never closed; the cells are those of the line.
    Unclosed,
    /// A line longer than [`MAX_RECORD`], which was passed over.
    TooLong,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its row as a spreadsheet shows it, from 1: blank ones count.
    pub(super) row: u64,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    pub(super) kind: Kind,
}

/// The records of a text in UTF-8 whose lines end with `\n`. Lines without a single character are no records.
pub(super) struct Records<R> {
    source: R,
    delimiter: u8,
    /// How many cells a record has, once the header was read.
    width: Option<usize>,
    buffer: Vec<u8>,
    /// How much of the buffer was given.
    given: usize,
    ended: bool,
    row: u64,
    line: u64,
    cutter: Cutter,
}

impl<R: Read> Records<R> {
    pub(super) fn new(source: R, delimiter: u8) -> Self {
        let (buffer, cutter) = (Vec::new(), Cutter::default());
        Self { source, delimiter, width: None, buffer, given: 0, ended: false, row: 0, line: 0, cutter }
    }

    pub(super) const fn source(&self) -> &R {
        &self.source
    }

    /// From now on a record over several lines has this many cells.
    pub(super) const fn expect(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The line that is read next, or was read last, from 1.
    pub(super) const fn line(&self) -> u64 {
        self.line + 1
    }

    fn pull(&mut self) -> io::Result<()> {
        self.ended = pull(&mut self.source, &mut self.buffer, &mut self.given, CHUNK)? == 0;
        Ok(())
    }

    /// The length of the line that begins `from` bytes behind what was given, without its end; `None` where it is longer
    /// than a record may be. At the end of the text a line without an end is one.
    fn line_at(&mut self, from: usize) -> io::Result<Option<usize>> {
        let mut looked = from;
        loop {
            let rest = self.buffer.get(self.given + looked..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|b| *b == b'\n') {
                return Ok(Some(looked + end - from).filter(|length| *length <= MAX_RECORD));
            }
            looked += rest.len();
            if looked - from > MAX_RECORD {
                return Ok(None);
            }
            if self.ended {
                return Ok(Some(looked - from));
            }
            self.pull()?;
        }
    }

    /// Passes over the rest of a line that is too long.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let rest = &self.buffer[self.given..];
            if let Some(end) = rest.iter().position(|b| *b == b'\n') {
                self.given += end + 1;
                return Ok(());
            }
            self.given = self.buffer.len();
            if self.ended {
                return Ok(());
            }
            self.pull()?;
        }
    }

    /// Whether nothing is left behind `from`.
    fn is_end(&self, from: usize) -> bool {
        self.ended && self.given + from >= self.buffer.len()
    }

    /// Reads the next record into `record`.
    ///
    /// # Errors
    /// Those of the source.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> io::Result<Option<Place>> {
        loop {
            let length = self.line_at(0)?;
            if self.is_end(0) {
                return Ok(None);
            }
            let (row, line) = (self.row + 1, self.line + 1);
            (self.row, self.line) = (row, line);
            let Some(length) = length else {
                self.skip_line()?;
                record.clear();
                return Ok(Some(Place { row, line, kind: Kind::TooLong }));
            };
            if length == 0 {
                self.pass(1);
                continue;
            }
            self.cutter.begin();
            self.cutter.feed(&self.buffer[self.given..self.given + length], self.delimiter);
            let (taken, lines) = if self.cutter.is_open() { self.closed(length)? } else { (length, 1) };
            let kind = if lines == 0 { Kind::Unclosed } else { Kind::Whole };
            if kind == Kind::Unclosed {
                self.cutter.begin();
                self.cutter.feed(&self.buffer[self.given..self.given + length], self.delimiter);
            }
            self.cutter.give(record);
            self.line += lines.max(1) - 1;
            self.pass(taken + 1);
            return Ok(Some(Place { row, line, kind }));
        }
    }

    fn pass(&mut self, count: usize) {
        self.given = (self.given + count).min(self.buffer.len());
    }

    /// Goes on over the lines behind an open quote: how much the record takes and how many lines it has; none where it
    /// cannot be one record.
    fn closed(&mut self, first: usize) -> io::Result<(usize, u64)> {
        let mut taken = first;
        for lines in 2..=MAX_LINES {
            let from = taken + 1;
            let Some(length) = self.line_at(from)? else { break };
            if self.is_end(from) || from + length > MAX_RECORD {
                break;
            }
            self.cutter.feed(b"\n", self.delimiter);
            self.cutter.feed(&self.buffer[self.given + from..self.given + from + length], self.delimiter);
            if self.cutter.is_odd {
                break;
            }
            taken = from + length;
            if !self.cutter.is_open() {
                let fits = self.width.is_none_or(|width| self.cutter.fits(width));
                return Ok(if fits { (taken, lines as u64) } else { (first, 0) });
            }
        }
        Ok((first, 0))
    }
}

/// How far into a cell the cutting is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// Before its first character.
    #[default]
    Start,
    /// In one without quotes, or behind its quotes.
    Plain,
    /// Inside its quotes.
    Quoted,
    /// Behind a quote inside its quotes, which ends it or is the first of two that stand for one.
    Quote,
}

/// Cuts a record into cells, piece by piece.
#[derive(Debug, Default)]
struct Cutter {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    state: State,
    lines: usize,
    /// Text stands behind the quotes of a cell over several lines: the quotes were not meant as a pair.
    is_odd: bool,
}

impl Cutter {
    fn begin(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        (self.state, self.lines, self.is_odd) = (State::Start, 1, false);
    }

    const fn is_open(&self) -> bool {
        matches!(self.state, State::Quoted)
    }

    fn feed(&mut self, piece: &[u8], delimiter: u8) {
        for byte in piece.iter().copied() {
            self.state = match (self.state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Start | State::Plain | State::Quote, byte) if byte == delimiter => {
                    self.ends.push(self.bytes.len());
                    State::Start
                }
                (State::Quoted, b'"') => State::Quote,
                (State::Quote, b'"') => {
                    self.bytes.push(b'"');
                    State::Quoted
                }
                (state, byte) => {
                    self.lines += usize::from(byte == b'\n');
                    self.is_odd |= state == State::Quote && self.lines > 1 && !byte.is_ascii_whitespace();
                    self.bytes.push(byte);
                    if state == State::Quoted { State::Quoted } else { State::Plain }
                }
            };
        }
    }

    /// The cells, the last of which ends here.
    fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let ends = self.ends.iter().copied().chain([self.bytes.len()]);
        ends.scan(0, |from, end| Some(&self.bytes[core::mem::replace(from, end)..end]))
    }

    /// Whether there are this many cells; blank ones behind them do not count.
    fn fits(&self, width: usize) -> bool {
        self.ends.len() + 1 >= width && self.cells().skip(width).all(|cell| cell.iter().all(u8::is_ascii_whitespace))
    }

    fn give(&self, record: &mut ByteRecord) {
        record.clear();
        self.cells().for_each(|cell| record.push_field(cell));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, width: Option<usize>) -> Vec<(u64, u64, Kind, Vec<String>)> {
        let mut records = Records::new(text.as_bytes(), b',');
        records.width = width;
        let (mut record, mut all) = (ByteRecord::new(), Vec::new());
        while let Some(place) = records.next(&mut record).unwrap() {
            let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            all.push((place.row, place.line, place.kind, cells));
        }
        all
    }

    #[test]
    fn a_quote_that_is_never_closed_takes_its_own_line() {
        let found = cut("a,b\n\"c,d\ne,f\n\"g\",h\n", Some(2));
        let kinds: Vec<_> = found.iter().map(|(row, line, kind, cells)| (*row, *line, *kind, cells.len())).collect();
        assert_eq!(
            kinds,
            [(1, 1, Kind::Whole, 2), (2, 2, Kind::Unclosed, 1), (3, 3, Kind::Whole, 2), (4, 4, Kind::Whole, 2)]
        );
        let last = cut("a,b\nc,\"d", Some(2));
        assert_eq!((last.len(), last[1].2), (2, Kind::Unclosed));
        let long = format!("a,\"b\n{}c,d\n", "e,f\n".repeat(200_000));
        let found = cut(&long, Some(2));
        assert_eq!((found.len(), found[0].2, found[200_001].2), (200_002, Kind::Unclosed, Kind::Whole));
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_next_keeps_its_number() {
        let text = format!("a,b\n{}\nc,d\n", "x".repeat(MAX_RECORD * 3));
        let found = cut(&text, Some(2));
        let kinds: Vec<_> = found.iter().map(|(row, line, kind, _)| (*row, *line, *kind)).collect();
        assert_eq!(kinds, [(1, 1, Kind::Whole), (2, 2, Kind::TooLong), (3, 3, Kind::Whole)]);
    }

    #[test]
    fn line_ends_inside_quotes_belong_to_the_cell() {
        let found = cut("a,\"b\nc \"\"d\"\"\"\n\n\"e\" ,f\n", Some(2));
        assert_eq!(found[0].3, ["a", "b\nc \"d\""]);
        assert_eq!((found[1].0, found[1].1, &found[1].3[..]), (3, 4, &["e ".to_owned(), "f".to_owned()][..]));
    }

    proptest! {
        #[test]
        fn cells_that_are_all_in_quotes_come_out_as_they_are(
            cells in prop::collection::vec(prop::collection::vec("[a,\" \n]{0,5}", 3), 1..6),
        ) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines: Vec<_> = cells.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect();
            let text = lines.concat();
            let mine: Vec<_> = cut(&text, Some(3)).into_iter().map(|(.., cells)| cells).collect();
            prop_assert_eq!(mine, cells);
        }

        #[test]
        fn any_text_is_cut_without_panic_and_no_line_is_taken_twice(text in "[a,\"\n ]{0,80}") {
            let found = cut(&text, Some(2));
            prop_assert!(found.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
            prop_assert!(found.last().is_none_or(|last| last.1 <= text.split('\n').count() as u64));
        }
    }
}
