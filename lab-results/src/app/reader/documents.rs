//! FHIR documents one after the other, in whatever way a file holds them.

use std::io::{self, Read, Seek};

use serde_json::Value;
use shared::time::Instant;

use super::values::Values;
use super::{Reading, Rows, fhir_naming, refused};
use crate::app::naming::Naming;
use crate::app::raw::Raws;
use crate::app::row::Incoming;
use crate::domain::fhir;
use crate::domain::message::judge;
use crate::domain::report::CellError;

/// The documents of a source.
pub(super) struct DocumentRows<'a, R: Read> {
    values: Values<R>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
    last: Option<Value>,
}

pub(super) fn documents<R: Read + Seek>(source: R, reading: &Reading, now: Instant) -> DocumentRows<'_, R> {
    DocumentRows { values: Values::new(source, is_document), reading, now, row: 0, last: None }
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
        readable |= rows.values.was_readable();
        came.extend(rows.raw().map(|raw| (row.row, raw)));
        all.push(row);
    }
    readable.then_some((all, came))
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
        let said = self.values.next_value()?;
        self.row += 1;
        Some(match said {
            Ok(value) => {
                let read = document(&value, self.row, self.reading, self.now);
                self.last = Some(value);
                read
            }
            Err(error) => refused(self.row, error),
        })
    }

    fn warnings(&self) -> Vec<CellError> {
        Vec::new()
    }

    fn raw(&mut self) -> Option<Vec<u8>> {
        self.last.take().map(|value| value.to_string().into_bytes())
    }
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

    /// A Bundle in a Bundle, each with several entries.
    const NESTED: &str = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","name":[{"text":"}, {\"resourceType\": \"Bundle\"}"}]}},{"resource":{"resourceType":"Observation"}}]}},{"resource":{"resourceType":"Bundle","entry":[]}}]}"#;

    #[test]
    fn an_element_that_is_broken_spoils_itself_only_on_one_line_too() {
        let list = |elements: &[&str]| format!("[{}]", elements.join(","));
        for broken in [
            NESTED.replacen("\"entry\":", "\"entry\"", 1),
            NESTED.replace("\"Observation\"", "Observation"),
            NESTED.replace("\"entry\":[]", "\"entry\":[] []"),
            NESTED.replacen("},{\"resource\"", "} {\"resource\"", 1),
            "{\"resourceType\":}".to_owned(),
            "{oops}".to_owned(),
            "oops".to_owned(),
        ] {
            assert_eq!(rows(&list(&[ONE, &broken, NESTED, ONE])), ["read", "json", "read", "read"], "{broken}");
            assert_eq!(rows(&list(&[&broken, &broken, ONE]))[..1], ["json"], "{broken}");
            assert_eq!(rows(&list(&[ONE, &broken])), ["read", "json"], "{broken}");
            assert_eq!(rows(&[ONE, &broken, NESTED].join(" ")), ["read", "json", "read"], "{broken}");
        }
        assert_eq!(
            rows(&format!("[{ONE}}},{NESTED},{ONE}]")),
            ["read", "json", "read", "read"],
            "one bracket too many"
        );
    }

    #[test]
    fn where_nobody_can_tell_the_end_of_a_broken_element_no_part_of_it_becomes_a_document() {
        for broken in [
            NESTED.trim_end_matches("]}").to_owned(),
            NESTED.replacen("[{", "[", 2),
            NESTED.replace("\"Patient\"", "\"Patient"),
            NESTED.replacen("]}}", "}}", 1),
        ] {
            let found = rows(&format!("[{ONE},{broken},{ONE}]"));
            assert_eq!(found[0], "read", "{broken}");
            assert!(found[1..].iter().all(|row| row == "json" || row == "interrupted"), "{broken}: {found:?}");
        }
    }
}
