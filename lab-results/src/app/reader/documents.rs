//! FHIR documents one after the other: each on a line or over many, or as the elements of a list. A document that is broken
//! spoils itself: reading goes on where the next one begins.

use std::io::{self, BufRead as _, BufReader, Read, Seek};

use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::time::Instant;

use super::{Limited, MAX_DOCUMENT, Reading, Rows, fhir_naming, interrupted, refused};
use crate::app::naming::Naming;
use crate::app::raw::Raws;
use crate::app::row::Incoming;
use crate::domain::fhir;
use crate::domain::message::judge;
use crate::domain::report::CellError;

/// How much may be read twice, in bytes, to find where documents behind broken ones begin.
const TWICE: u64 = 256 * 1024 * 1024;

/// The documents of a source.
pub(super) struct DocumentRows<'a, R: Read> {
    source: BufReader<R>,
    /// Where the source stands.
    place: u64,
    /// How much may still be read twice.
    twice: u64,
    /// A document was broken, and none was read since.
    recovering: bool,
    ended: bool,
    reading: &'a Reading,
    now: Instant,
    row: u64,
    last: Option<Value>,
}

/// Where a document begins.
#[derive(Clone, Copy)]
struct Start {
    at: u64,
    /// How far its line is indented; 0 where something stands before it.
    indent: u64,
}

pub(super) fn documents<R: Read + Seek>(source: R, reading: &Reading, now: Instant) -> DocumentRows<'_, R> {
    let source = BufReader::with_capacity(64 * 1024, source);
    DocumentRows { source, place: 0, twice: TWICE, recovering: false, ended: false, reading, now, row: 0, last: None }
}

/// Reads one document.
#[must_use]
pub fn document(value: &Value, row: u64, reading: &Reading, now: Instant) -> Incoming {
    match fhir::read(value, now.local_date()) {
        Ok(patients) => {
            let (accession, body) = judge(&patients, &reading.rules(&fhir::NAMES, now));
            Incoming { row, accession, body }
        }
        Err(error) => refused(row, error),
    }
}

/// The documents of a body, and each as it came by its row; `None` where not one of them could be read as JSON.
#[must_use]
pub fn all_documents(body: &[u8], reading: &Reading, now: Instant) -> Option<(Vec<Incoming>, Raws)> {
    let mut rows = documents(io::Cursor::new(body), reading, now);
    let (mut all, mut came, mut readable) = (Vec::new(), Raws::new(), false);
    while let Some(row) = rows.next_row() {
        readable |= !rows.recovering && !rows.ended;
        came.extend(rows.raw().map(|raw| (row.row, raw)));
        all.push(row);
    }
    readable.then_some((all, came))
}

impl<R: Read + Seek> DocumentRows<'_, R> {
    /// Passes over what stands between documents: white space, the marks of a list, a byte order mark.
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

    /// Goes behind a broken document: to the next line that begins one, no further indented. Whether there is one.
    fn recover(&mut self, broken: Start) -> io::Result<bool> {
        let read = self.place - broken.at;
        if read > self.twice {
            return Ok(false);
        }
        self.twice -= read;
        self.go_to(broken.at)?;
        let mut indent = None;
        while let Some(&byte) = self.source.fill_buf()?.first() {
            indent = match (byte, indent) {
                (b'\n' | b'\r', _) => Some(0),
                (b' ' | b'\t', Some(indent)) => Some(indent + 1),
                (b'{' | b'[', Some(indent)) if indent <= broken.indent => return Ok(true),
                _ => None,
            };
            self.pass(1);
        }
        Ok(false)
    }

    /// The next document, or what is wrong with it.
    fn next_value(&mut self) -> io::Result<Option<Result<Value, CellError>>> {
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
                let goes_on = self.recover(start)?;
                self.ended = !goes_on;
                let said = if error.is_eof() && !goes_on { interrupted() } else { broken(&error) };
                Ok(Some(Err(said)))
            }
        }
    }
}

/// Whether a value may be a document rather than a part of a broken one.
fn is_document(value: &Value) -> bool {
    ["resourceType", "fhirBundle", "vc", "credentialSubject"].into_iter().any(|name| value.get(name).is_some())
}

impl<R: Read + Seek> Rows for DocumentRows<'_, R> {
    fn naming(&self) -> Naming {
        fhir_naming()
    }

    fn next_row(&mut self) -> Option<Incoming> {
        while !self.ended {
            let said = match self.next_value() {
                Ok(None) => {
                    self.ended = true;
                    return None;
                }
                Ok(Some(Ok(value))) if self.recovering && !is_document(&value) => continue,
                Ok(Some(said)) => said,
                Err(_) => {
                    self.ended = true;
                    Err(interrupted())
                }
            };
            self.row += 1;
            return Some(match said {
                Ok(value) => {
                    self.recovering = false;
                    let read = document(&value, self.row, self.reading, self.now);
                    self.last = Some(value);
                    read
                }
                Err(error) => refused(self.row, error),
            });
        }
        None
    }

    fn warnings(&self) -> Vec<CellError> {
        Vec::new()
    }

    fn raw(&mut self) -> Option<Vec<u8>> {
        self.last.take().map(|value| value.to_string().into_bytes())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let reading = Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() };
        let now = "2022-03-10T01:00:00Z".parse().unwrap();
        let mut rows = documents(io::Cursor::new(text.as_bytes()), &reading, now);
        let mut all = Vec::new();
        while let Some(row) = rows.next_row() {
            all.push(match row.body {
                crate::domain::message::Body::Refused(errors) => errors[0].code.clone(),
                _ => "read".to_owned(),
            });
        }
        all
    }

    const ONE: &str = r#"{"resourceType": "Bundle", "entry": []}"#;

    #[test]
    fn a_broken_line_spoils_itself_only() {
        let whole = [ONE, ONE, ONE].join("\n");
        assert_eq!(rows(&whole), ["read"; 3]);
        for broken in [
            r#"{"resourceType": "Bundle", "entry": ["#,
            r#"{"resourceType": "Bundle", "entry": [{}"#,
            r#"{"resourceType": "Bun"#,
            r#"{"resourceType": "Bundle" "entry": []}"#,
            r#"{"resourceType": Bundle}"#,
            "}",
            "hello",
        ] {
            assert_eq!(rows(&[ONE, broken, ONE].join("\n")), ["read", "json", "read"], "{broken}");
            // What begins like no document is one broken piece, however many lines it has.
            let pieces: &[&str] = if broken.starts_with('{') { &["json", "json", "read"] } else { &["json", "read"] };
            assert_eq!(rows(&[broken, broken, ONE].join("\n")), pieces, "{broken}");
        }
        assert_eq!(rows(&[ONE, r#"{"resourceType": "Bundle", "entry": ["#].join("\n")), ["read", "interrupted"]);
    }

    #[test]
    fn lists_and_documents_over_many_lines_are_read_alike() {
        assert_eq!(rows(&format!("\u{feff}[{ONE},{ONE}]")), ["read"; 2]);
        let spread = ONE.replace(", ", ",\n  ").replace("[]", "[\n    {\n    \"resource\": {}\n    }\n  ]\n");
        assert_eq!(rows(&[&*spread, &spread].join("\n")), ["read"; 2]);
        let broken = spread.replace("\"resource\":", "\"resource\"");
        assert_eq!(rows(&[&*spread, &broken, &spread].join("\n")), ["read", "json", "read"]);
        let indented = format!(
            "[\n{}\n]",
            [&*spread, &broken, &spread].map(|d| format!("  {}", d.replace('\n', "\n  "))).join(",\n")
        );
        assert_eq!(rows(&indented), ["read", "json", "read"]);
        assert_eq!(rows(" \n"), Vec::<String>::new());
        assert_eq!(rows("7"), ["not_a_bundle"]);
    }
}
