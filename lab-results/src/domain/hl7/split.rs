//! Cutting a file into messages, in bounded memory: line ends of every kind, batch headers, frames of MLLP, byte order
//! marks.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{WINDOWS_1252, WINDOWS_1258};

use crate::domain::pull::pull;

/// The longest message that is read, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The bytes of one message, its lines ended by CR.
    Message(Vec<u8>),
    /// A message longer than [`MAX_MESSAGE`] began here; it was left out.
    TooLong,
}

/// A batch or file that says how many it holds, and holds another number (BTS-1, FTS-1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miscount {
    /// The field that says it.
    pub column: &'static str,
    /// How many it says.
    pub said: u64,
    /// How many there were.
    pub found: u64,
}

/// How many messages and batches there were so far.
#[derive(Debug, Default)]
struct Count {
    in_batch: u64,
    messages: u64,
    batches: u64,
    wrong: Vec<Miscount>,
}

/// How many wrong counts are told of.
const MOST_MISCOUNTS: usize = 20;

impl Count {
    /// Notes a line that begins a message or belongs to a batch.
    fn note(&mut self, line: &[u8]) {
        let said = || {
            let separator = line.get(3)?;
            let text = line.get(4..)?.split(|b| b == separator || b == &b'^').next()?;
            core::str::from_utf8(text).ok()?.trim().parse::<u64>().ok()
        };
        match line.get(..3) {
            Some(b"MSH") => {
                self.in_batch += 1;
                self.messages += 1;
            }
            Some(b"BHS") => self.in_batch = 0,
            Some(b"BTS") => {
                self.compare("BTS-1", said(), &[self.in_batch]);
                self.in_batch = 0;
                self.batches += 1;
            }
            // Some count the messages of the file there.
            Some(b"FTS") => self.compare("FTS-1", said(), &[self.batches, self.messages]),
            _ => {}
        }
    }

    fn compare(&mut self, column: &'static str, said: Option<u64>, found: &[u64]) {
        if let (Some(said), Some(first)) = (said, found.first())
            && !found.contains(&said)
            && self.wrong.len() < MOST_MISCOUNTS
        {
            self.wrong.push(Miscount { column, said, found: *first });
        }
    }
}

/// The messages of a file, one after the other.
pub struct Messages<R> {
    source: R,
    buffer: Vec<u8>,
    given: usize,
    ended: bool,
    message: Vec<u8>,
    inside: bool,
    too_long: bool,
    failure: Option<io::Error>,
    count: Count,
}

impl<R: Read> Messages<R> {
    /// Begins to read.
    pub fn new(source: R) -> Self {
        Self {
            source,
            buffer: Vec::new(),
            given: 0,
            ended: false,
            message: Vec::new(),
            inside: false,
            too_long: false,
            failure: None,
            count: Count::default(),
        }
    }

    /// The batches so far that hold another number of messages than they say.
    pub fn miscounted(&self) -> &[Miscount] {
        &self.count.wrong
    }

    /// Why reading ended before the end of the file.
    pub const fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// More bytes behind those that wait.
    fn pull(&mut self) {
        let count = pull(&mut self.source, &mut self.buffer, &mut self.given, CHUNK).unwrap_or_else(|error| {
            self.failure = Some(error);
            0
        });
        self.ended = count == 0;
    }

    /// Takes what was gathered, where there is a message.
    fn take(&mut self) -> Option<Piece> {
        let message = core::mem::take(&mut self.message);
        let too_long = core::mem::take(&mut self.too_long);
        match core::mem::take(&mut self.inside) {
            true if too_long => Some(Piece::TooLong),
            true => Some(Piece::Message(message)),
            false => None,
        }
    }

    /// Adds a line, or a part of one that is too long to wait for; gives the message that ended before it.
    fn line(&mut self, from: usize, to: usize) -> Option<Piece> {
        let line = trimmed(&self.buffer[from..to]);
        let is = |name: &[u8]| line.starts_with(name) && line.get(3).is_none_or(|b| !b.is_ascii_alphanumeric());
        let begins = is(b"MSH");
        let wraps = !begins && [&b"FHS"[..], b"BHS", b"BTS", b"FTS"].into_iter().any(is);
        if begins || wraps {
            self.count.note(line);
        }
        let before = if begins || wraps { self.take() } else { None };
        self.inside = begins || (self.inside && !wraps);
        if self.inside {
            let line = trimmed(&self.buffer[from..to]);
            if self.message.len() + line.len() > MAX_MESSAGE {
                self.too_long = true;
                self.message = Vec::new();
            } else if !self.too_long && !line.is_empty() {
                self.message.extend_from_slice(line);
                self.message.push(b'\r');
            }
        }
        before
    }
}

/// A line without the marks around frames, and without the byte order mark at the beginning of a file.
fn trimmed(line: &[u8]) -> &[u8] {
    let mut line = line;
    loop {
        line = match line {
            [0x0b | 0x1c | b' ' | b'\t', rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] => rest,
            _ => break,
        };
    }
    while let [rest @ .., 0x1c] = line {
        line = rest;
    }
    line
}

impl<R: Read> Iterator for Messages<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let rest = &self.buffer[self.given..];
            let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n'));
            let (from, to, next) = match end {
                Some(end) => (self.given, self.given + end, self.given + end + 1),
                None if rest.len() > MAX_MESSAGE => (self.given, self.buffer.len(), self.buffer.len()),
                None if !self.ended => {
                    self.pull();
                    continue;
                }
                None if rest.is_empty() => return self.take(),
                None => (self.given, self.buffer.len(), self.buffer.len()),
            };
            let before = self.line(from, to);
            self.given = next;
            if before.is_some() {
                return before;
            }
        }
    }
}

/// The text of a message: UTF-8, or what MSH-18 declares, or windows-1258 as old Vietnamese software writes.
#[must_use]
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = core::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let first = bytes.split(|b| *b == b'\r').next().unwrap_or_default();
    let separator = first.get(3).copied().unwrap_or(b'|');
    let charset = first.split(|b| *b == separator).nth(17).unwrap_or_default();
    match charset.starts_with(b"8859/") {
        true => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        false => WINDOWS_1258.decode_without_bom_handling(bytes).0,
    }
}

/// The raw text of a field of the first such segment of a message: `PID-5`. `None` where there is none.
#[must_use]
pub fn field<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let (segment, number) = name.split_once('-')?;
    let number: usize = number.parse().ok()?;
    let mut lines = message.split(['\r', '\n']);
    let separator = message.trim_start().chars().nth(3)?;
    let line =
        lines.find(|line| line.trim_start().strip_prefix(segment).is_some_and(|rest| rest.starts_with(separator)))?;
    // The first field of MSH is the separator itself.
    let place = if segment == "MSH" { number.checked_sub(1)? } else { number };
    line.split(separator).nth(place).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A source that gives its bytes in pieces of a given size.
    struct Pieces<'a>(&'a [u8], usize);
    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(self.1).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn cut(bytes: &[u8], piece: usize) -> Vec<String> {
        Messages::new(Pieces(bytes, piece))
            .map(|piece| match piece {
                Piece::Message(bytes) => String::from_utf8(bytes).unwrap(),
                Piece::TooLong => "TOO LONG".to_owned(),
            })
            .collect()
    }

    #[test]
    fn messages_are_found_in_batches_frames_and_lines_of_every_kind() {
        let expected = ["MSH|1\rPID|1\r", "MSH|2\r"];
        for file in [
            "MSH|1\rPID|1\rMSH|2\r",
            "\u{feff}MSH|1\r\nPID|1\r\n\r\nMSH|2",
            "FHS|x\nBHS|y\nMSH|1\nPID|1\nMSH|2\nBTS|2\nFTS|1\n",
            "\x0bMSH|1\rPID|1\r\x1c\r\x0bMSH|2\r\x1c\r",
            "title\nMSH|1\n  PID|1\nMSH|2",
        ] {
            assert_eq!(cut(file.as_bytes(), 3), expected, "{file:?}");
        }
        assert!(cut(b"", 1).is_empty());
        assert!(cut(b"PID|1\nOBX|2", 2).is_empty());
    }

    #[test]
    fn a_batch_with_another_number_of_messages_than_it_says_is_told_of() {
        let wrong = |file: &str| {
            let mut messages = Messages::new(file.as_bytes());
            messages.by_ref().for_each(drop);
            messages.miscounted().iter().map(|m| (m.column, m.said, m.found)).collect::<Vec<_>>()
        };
        assert!(wrong("FHS|x\rBHS|y\rMSH|1\rMSH|2\rBTS|2\rBHS|y\rMSH|3\rBTS|1^x\rFTS|2\r").is_empty());
        assert!(wrong("BHS|y\rMSH|1\rMSH|2\rBTS|\rFTS|2\r").is_empty());
        let file = "FHS|x\rBHS|y\rMSH|1\rMSH|2\rBTS|3\rFTS|5\r";
        assert_eq!(wrong(file), [("BTS-1", 3, 2), ("FTS-1", 5, 1)]);
    }

    #[test]
    fn a_message_without_end_is_left_out_and_the_next_is_read() {
        let long = [b"MSH|1\rOBX|".to_vec(), vec![b'x'; MAX_MESSAGE + 10], b"\rMSH|2\r".to_vec()].concat();
        assert_eq!(cut(&long, usize::MAX), ["TOO LONG", "MSH|2\r"]);
    }

    #[test]
    fn old_encodings_are_read() {
        assert_eq!(decoded(b"MSH|^~\\&|D\xFD\xF5ng"), "MSH|^~\\&|Dương");
        let latin = b"MSH|^~\\&|||||||||||||||8859/1|\rPID|\xe9";
        assert!(decoded(latin).ends_with('é'));
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_messages(text in "(MSH|FHS|x|\\||\r|\n|\x0b|\x1c){0,40}", piece in 1..6_usize) {
            prop_assert_eq!(cut(text.as_bytes(), piece), cut(text.as_bytes(), usize::MAX));
        }
    }
}
