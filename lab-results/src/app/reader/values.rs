//! JSON values one after the other: each on a line or over many, or as the elements of a list. A value that is broken spoils
//! itself: reading goes on where the next one begins.

use std::io::{self, BufRead as _, BufReader, Read, Seek};

use serde_json::Value;
use shared::bilingual::Bilingual;

use super::interrupted;
use crate::domain::brackets::Brackets;
use crate::domain::report::CellError;

/// The longest document that is read, in bytes.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;

/// How much may be read twice, in bytes, to find where values behind broken ones begin.
const TWICE: u64 = 256 * 1024 * 1024;

/// The values of a source.
pub(super) struct Values<R: Read> {
    source: BufReader<R>,
    /// Whether a value may be one of its own rather than a part of a broken one.
    is_whole: fn(&Value) -> bool,
    /// Where the source stands.
    place: u64,
    /// How much may still be read twice.
    twice: u64,
    /// A value was broken, and none was read since.
    recovering: bool,
    ended: bool,
    in_list: bool,
}

/// Where a value begins.
#[derive(Clone, Copy)]
struct Start {
    at: u64,
    /// How far its line is indented; 0 where something stands before it.
    indent: u64,
}

/// What stands behind a broken value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// The next one, where the source stands now.
    Next,
    /// Nothing: it was the last.
    Nothing,
    /// Perhaps more, of which nobody can tell where it begins.
    Unknown,
}

impl<R: Read + Seek> Values<R> {
    pub(super) fn new(source: R, is_whole: fn(&Value) -> bool) -> Self {
        let source = BufReader::with_capacity(64 * 1024, source);
        Self { source, is_whole, place: 0, twice: TWICE, recovering: false, ended: false, in_list: false }
    }

    /// Whether what was read last is an element of a list.
    pub(super) const fn in_list(&self) -> bool {
        self.in_list
    }

    /// Whether nothing is left to read.
    pub(super) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the value that was given last could be read.
    pub(super) const fn was_readable(&self) -> bool {
        !self.recovering && !self.ended
    }

    /// The next value, or what is wrong with it.
    pub(super) fn next_value(&mut self) -> Option<Result<Value, CellError>> {
        while !self.ended {
            match self.read() {
                Ok(None) => self.ended = true,
                Ok(Some(Ok(value))) if self.recovering && !(self.is_whole)(&value) => {}
                Ok(Some(Ok(value))) => {
                    self.recovering = false;
                    return Some(Ok(value));
                }
                Ok(Some(Err(error))) => return Some(Err(error)),
                Err(_) => {
                    self.ended = true;
                    return Some(Err(interrupted()));
                }
            }
        }
        None
    }

    /// Passes over what stands between values: white space, the marks of a list, a byte order mark.
    fn next_start(&mut self) -> io::Result<Option<Start>> {
        let mut indent = Some(0);
        loop {
            let Some(&byte) = self.source.fill_buf()?.first() else { return Ok(None) };
            indent = match byte {
                b'\n' | b'\r' => Some(0),
                b' ' | b'\t' => indent.map(|indent| indent + 1),
                b',' | b'[' | b']' => None,
                0xef | 0xbb | 0xbf | 0x1e => indent,
                _ => return Ok(Some(Start { at: self.place, indent: indent.unwrap_or(0) })),
            };
            self.in_list |= byte == b'[';
            self.pass(1);
        }
    }

    fn pass(&mut self, count: usize) {
        self.source.consume(count);
        self.place += count as u64;
    }

    fn go_to(&mut self, place: u64) -> io::Result<()> {
        let by = i64::try_from(place).unwrap_or(i64::MAX) - i64::try_from(self.place).unwrap_or(i64::MAX);
        self.source.seek_relative(by)?;
        self.place = place;
        Ok(())
    }

    /// Goes behind a broken value: to the next one that begins on a line of its own, no further indented, or behind the bracket that
    /// closes the broken one. Where its brackets do not close each other, only a line of its own tells where the next begins: what
    /// looks like a value may be a part of the broken one.
    fn recover(&mut self, broken: Start) -> io::Result<Behind> {
        let read = self.place - broken.at;
        if read > self.twice {
            return Ok(Behind::Unknown);
        }
        self.twice -= read;
        self.go_to(broken.at)?;
        let (mut indent, mut brackets) = (None, Brackets::default());
        while let Some(&byte) = self.source.fill_buf()?.first() {
            let begins_line = matches!(byte, b'{' | b'[') && indent.is_some_and(|indent| indent <= broken.indent);
            let follows = byte == b'{' && brackets.are_closed() && self.place > broken.at;
            if begins_line || follows {
                return Ok(Behind::Next);
            }
            indent = match (byte, indent) {
                (b'\n' | b'\r', _) => Some(0),
                (b' ' | b'\t', Some(indent)) => Some(indent + 1),
                _ => None,
            };
            brackets.feed(byte);
            self.pass(1);
        }
        Ok(if brackets.are_closed() { Behind::Nothing } else { Behind::Unknown })
    }

    /// The next value, or what is wrong with it.
    fn read(&mut self) -> io::Result<Option<Result<Value, CellError>>> {
        let Some(start) = self.next_start()? else { return Ok(None) };
        let mut limited = Limited { source: &mut self.source, left: MAX_DOCUMENT };
        let mut stream = serde_json::Deserializer::from_reader(&mut limited).into_iter::<Value>();
        let (value, length) = (stream.next(), stream.byte_offset());
        let left = limited.left;
        self.place += (MAX_DOCUMENT - left) as u64;
        match value {
            None => Ok(None),
            Some(Ok(value)) => {
                self.go_to(start.at + length as u64)?;
                Ok(Some(Ok(value)))
            }
            Some(Err(error)) if error.is_io() && left > 0 => Err(error.into()),
            Some(Err(error)) => {
                self.recovering = true;
                let behind = self.recover(start)?;
                self.ended = behind != Behind::Next;
                Ok(Some(Err(match behind {
                    Behind::Unknown if error.is_eof() => interrupted(),
                    Behind::Unknown => broken_with_the_rest(&error),
                    Behind::Next | Behind::Nothing => broken(&error),
                })))
            }
        }
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

fn broken(error: &serde_json::Error) -> CellError {
    let detail = Bilingual::new(
        format!("JSON của bản này hỏng nên không đọc được ({error}). Sửa rồi gửi lại; các bản khác vẫn được nhận"),
        format!(
            "The JSON of this document is broken and cannot be read ({error}). Correct it and send it again; the \
             others are taken all the same"
        ),
    );
    CellError::new("", "json", detail)
}

fn broken_with_the_rest(error: &serde_json::Error) -> CellError {
    let detail = Bilingual::new(
        format!(
            "JSON của bản này hỏng ({error}) và không biết nó hết ở đâu, nên phần sau cũng không đọc được. Sửa rồi gửi lại cả tệp: \
             những gì đã nhận sẽ không bị trùng"
        ),
        format!(
            "The JSON of this document is broken ({error}), and nothing tells where it ends, so that what follows was not read \
             either. Correct it and send the whole file again: what was taken is not taken twice"
        ),
    );
    CellError::new("", "json", detail)
}
