//! Bytes of a text file, as UTF-8 with `\n` at the end of every line, in bounded memory.

use std::io::{self, Read};

use encoding_rs::Decoder;

use super::legacy::Legacy;
use crate::domain::utf16::{HEAD, utf16};

/// How much is read at a time, in bytes.
const CHUNK: usize = 16 * 1024;
/// How long a line may be before it is decoded in pieces, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// What the file is, where it is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotText {
    /// XLSX, ODS or XLS.
    Spreadsheet,
    /// Something else with zero bytes.
    Binary,
}

enum Encoding {
    /// UTF-8; a line that is none is read in an older code.
    Lines,
    /// UTF-16, either byte order.
    Utf16(Box<Decoder>),
}

/// Reads bytes and gives UTF-8.
///
/// A byte order mark decides; without one, zero bytes at every second place mean UTF-16. Everything else is taken line
/// by line: a line that is not UTF-8 is in the single-byte code of old Vietnamese software that the beginning of the file
/// tells ([`Legacy`]). Letters may come as base letter and combining mark; cells are composed (NFC) later.
pub(super) struct TextReader<R> {
    source: R,
    encoding: Encoding,
    raw: Vec<u8>,
    text: String,
    given: usize,
    ended: bool,
    after_cr: bool,
    open_line: bool,
    line: u64,
    legacy: Legacy,
    legacy_line: Option<u64>,
}

impl<R: Read> TextReader<R> {
    /// Reads the beginning and finds the encoding.
    ///
    /// # Errors
    /// Those of the source; the inner one where the bytes are no text.
    pub(super) fn open(source: R) -> io::Result<Result<Self, NotText>> {
        let mut reader = Self {
            source,
            encoding: Encoding::Lines,
            raw: Vec::new(),
            text: String::new(),
            given: 0,
            ended: false,
            after_cr: false,
            open_line: false,
            line: 1,
            legacy: Legacy::default(),
            legacy_line: None,
        };
        while !reader.ended && reader.raw.len() < HEAD {
            reader.pull()?;
        }
        if reader.raw.starts_with(b"PK\x03\x04") || reader.raw.starts_with(b"\xD0\xCF\x11\xE0") {
            return Ok(Err(NotText::Spreadsheet));
        }
        reader.encoding = match utf16(&reader.raw) {
            Some(encoding) => Encoding::Utf16(Box::new(encoding.new_decoder_with_bom_removal())),
            None => {
                if reader.raw.starts_with(b"\xEF\xBB\xBF") {
                    reader.raw.drain(..3);
                }
                Encoding::Lines
            }
        };
        if matches!(reader.encoding, Encoding::Lines) && reader.raw.contains(&0) {
            return Ok(Err(NotText::Binary));
        }
        if matches!(reader.encoding, Encoding::Lines) {
            reader.legacy = Legacy::of(&reader.raw);
        }
        reader.decode();
        while !reader.ended && reader.text.len() < HEAD {
            reader.pull()?;
            reader.decode();
        }
        Ok(Ok(reader))
    }

    /// The beginning of the text that was not handed out yet.
    pub(super) fn head(&self) -> &str {
        &self.text[self.given..]
    }

    /// The first line that was no UTF-8, and the older code that it was read in.
    pub(super) fn legacy(&self) -> Option<(u64, Legacy)> {
        self.legacy_line.map(|line| (line, self.legacy))
    }

    fn pull(&mut self) -> io::Result<()> {
        let before = self.raw.len();
        self.raw.resize(before + CHUNK, 0);
        let read = loop {
            match self.source.read(&mut self.raw[before..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(before + *read.as_ref().unwrap_or(&0));
        self.ended = read? == 0;
        Ok(())
    }

    /// Decodes what can be decoded of the raw bytes: whole lines, or everything at the end.
    fn decode(&mut self) {
        let mut decoded = String::new();
        match &mut self.encoding {
            Encoding::Utf16(decoder) => {
                decoded.reserve(decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(self.raw.len() * 3 + 16));
                let _ = decoder.decode_to_string(&self.raw, &mut decoded, self.ended);
                self.raw.clear();
            }
            Encoding::Lines => {
                let whole = self.raw.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
                let take = if self.ended {
                    self.raw.len()
                } else if whole == 0 && self.raw.len() >= MAX_LINE {
                    character_boundary(&self.raw)
                } else {
                    whole
                };
                let rest = self.raw.split_off(take);
                let taken = core::mem::replace(&mut self.raw, rest);
                self.decode_lines(&taken, &mut decoded);
            }
        }
        self.append(&decoded);
        if self.ended && core::mem::take(&mut self.open_line) {
            self.text.push('\n');
        }
    }

    fn decode_lines(&mut self, bytes: &[u8], decoded: &mut String) {
        if let Ok(text) = core::str::from_utf8(bytes) {
            self.line += newlines(bytes);
            decoded.push_str(text);
            return;
        }
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            if let Ok(text) = core::str::from_utf8(line) {
                decoded.push_str(text);
            } else {
                self.legacy_line.get_or_insert(self.line);
                decoded.push_str(&self.legacy.decode(line));
            }
            self.line += newlines(line);
        }
    }

    /// Appends decoded text with CRLF and CR made `\n`.
    fn append(&mut self, decoded: &str) {
        let Some(last) = decoded.bytes().last() else { return };
        self.open_line = !matches!(last, b'\n' | b'\r');
        let mut rest = decoded;
        if core::mem::take(&mut self.after_cr) {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
        while let Some((line, after)) = rest.split_once('\r') {
            self.text.push_str(line);
            self.text.push('\n');
            // The LF of this CR may come with the next bytes.
            self.after_cr = after.is_empty();
            rest = after.strip_prefix('\n').unwrap_or(after);
        }
        self.text.push_str(rest);
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|b| u64::from(*b == b'\n')).sum()
}

/// The end of the last whole UTF-8 character; the end of the bytes where they are no UTF-8.
fn character_boundary(bytes: &[u8]) -> usize {
    match core::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        _ => bytes.len(),
    }
}

/// The text of a table that is in memory, whatever encoding it came in; `None` where it is no text.
pub(crate) fn text(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    TextReader::open(bytes).ok()?.ok()?.read_to_string(&mut text).ok()?;
    Some(text)
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.text.clear();
            self.given = 0;
            self.pull()?;
            self.decode();
        }
        let rest = &self.text.as_bytes()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
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

    fn decoded_in(bytes: &[u8], piece: usize) -> String {
        let mut reader = TextReader::open(Pieces(bytes, piece)).unwrap().ok().unwrap();
        let mut text = String::new();
        let mut buffer = [0; 7_000];
        let mut all = Vec::new();
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => break,
                count => all.extend_from_slice(&buffer[..count]),
            }
        }
        text.push_str(core::str::from_utf8(&all).unwrap());
        text
    }

    fn decoded(bytes: &[u8]) -> String {
        decoded_in(bytes, usize::MAX)
    }

    fn wide(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn marks_and_zero_bytes_tell_utf_16() {
        let text = "Mã xét nghiệm;Kết quả\nA1;Dương tính\n";
        for little in [true, false] {
            assert_eq!(decoded(&wide(&format!("\u{FEFF}{text}"), little)), text);
            assert_eq!(decoded(&wide(text, little)), text);
        }
        assert_eq!(decoded(format!("\u{FEFF}{text}").as_bytes()), text);
    }

    #[test]
    fn a_line_that_is_no_utf_8_is_windows_1258() {
        use shared::fold::nfc;
        // "Dương tính" as Windows-1258 writes it: D 0xFD(ư) 0xF5(ơ) n g, t i 0xEC(acute) n h.
        let bytes = b"D\xFD\xF5ng t\xEDnh\nT\xEA\xD2n\n";
        let text = decoded(bytes);
        assert_eq!(nfc(text.lines().next().unwrap()), "Dương tính");
        assert_eq!(nfc(text.lines().nth(1).unwrap()), "Tển");
        let late = [b"a\n".repeat(20_000), b"D\xFD\xF5ng\n".to_vec()].concat();
        let mut reader = TextReader::open(&late[..]).unwrap().ok().unwrap();
        let mut sink = [0; 8_192];
        while reader.read(&mut sink).unwrap() > 0 {}
        assert_eq!(reader.legacy(), Some((20_001, Legacy::Windows1258)));
    }

    #[test]
    fn every_kind_of_line_end_becomes_one_and_the_last_is_added() {
        assert_eq!(decoded(b"a\r\nb\rc\nd"), "a\nb\nc\nd\n");
        assert_eq!(decoded(b"a\r\n\r\nb"), "a\n\nb\n");
        assert_eq!(decoded(b""), "");
    }

    #[test]
    fn spreadsheets_and_other_bytes_are_no_text() {
        let opened = |bytes: &'static [u8]| TextReader::open(bytes).unwrap().err();
        assert_eq!(opened(b"PK\x03\x04\x14\0"), Some(NotText::Spreadsheet));
        assert_eq!(opened(b"\xD0\xCF\x11\xE0\xA1"), Some(NotText::Spreadsheet));
        assert_eq!(opened(b"abcdefghijkl\0mnopqrstuv"), Some(NotText::Binary));
    }

    #[test]
    fn a_line_that_never_ends_takes_no_gigabyte() {
        let mut reader = TextReader::open(io::repeat(b'x')).unwrap().ok().unwrap();
        let mut sink = [0; 8_192];
        for _ in 0..1_000 {
            assert!(reader.read(&mut sink).unwrap() > 0);
        }
        assert!(reader.text.capacity() + reader.raw.capacity() < 1024 * 1024);
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_text(text in "[aâđ\r\n\",;]{0,60}", piece in 1..5_usize) {
            let whole = decoded(text.as_bytes());
            prop_assert_eq!(decoded_in(text.as_bytes(), piece), whole.clone());
            prop_assert!(!whole.contains('\r'));
        }
    }
}
