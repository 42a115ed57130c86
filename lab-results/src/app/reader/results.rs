//! Results as JSON, as `POST results` takes them, one after the other or in a list.

use std::fs::File;

use serde_json::Value;
use shared::time::Instant;

use super::values::Values;
use super::{Reading, Rows, refused};
use crate::app::naming::Naming;
use crate::app::row::Incoming;
use crate::domain::report::CellError;
use crate::domain::result::ResultInput;
use crate::domain::tabular::FileError;

/// The results of a file.
pub(super) struct ResultRows<'a> {
    naming: Naming,
    values: Values<File>,
    /// What was read to see that the file has anything to read.
    first: Option<Result<Value, CellError>>,
    reading: &'a Reading,
    now: Instant,
    row: u64,
}

/// # Errors
/// [`FileError`] where the file is one broken value.
pub(super) fn results(file: File, reading: &Reading, now: Instant) -> Result<ResultRows<'_>, FileError> {
    let mut values = Values::new(file, is_result);
    let first = values.next_value();
    if let Some(Err(error)) = &first
        && values.has_ended()
    {
        return Err(FileError { code: "json", detail: error.detail(), errors: Vec::new() });
    }
    let naming = if values.in_list() { Naming::List } else { Naming::Object };
    Ok(ResultRows { naming, values, first, reading, now, row: 0 })
}

/// Whether a value may be a result rather than a part of a broken one.
fn is_result(value: &Value) -> bool {
    ["accession", "outcome", "resulted_at"].into_iter().any(|name| value.get(name).is_some())
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

impl Rows for ResultRows<'_> {
    fn naming(&self) -> Naming {
        self.naming.clone()
    }

    fn next_row(&mut self) -> Option<Incoming> {
        let said = self.first.take().or_else(|| self.values.next_value())?;
        self.row += 1;
        Some(match said {
            Ok(value) => result(&self.naming, self.row, value, self.now, self.reading.lab_code.as_deref()),
            Err(error) => refused(self.row, error.at(self.naming.prefix(self.row))),
        })
    }

    fn warnings(&self) -> Vec<CellError> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::domain::message::Body;

    fn rows(text: &str) -> Result<Vec<(String, String)>, &'static str> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let reading = Reading { lab_code: Some("TG-CDC".to_owned()), ..Reading::default() };
        let mut rows = results(file, &reading, "2022-03-10T01:00:00Z".parse().unwrap()).map_err(|error| error.code)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next_row() {
            assert_eq!(row.row, all.len() as u64 + 1);
            all.push(match row.body {
                Body::Refused(errors) => (errors[0].code.clone(), errors[0].column.clone()),
                _ => ("read".to_owned(), row.accession.unwrap()),
            });
        }
        Ok(all)
    }

    fn one(accession: &str) -> String {
        crate::tests::result(&[("/accession", accession.into())]).to_string()
    }

    fn as_they_are(all: &[(&str, &str)]) -> Result<Vec<(String, String)>, &'static str> {
        Ok(all.iter().map(|(said, place)| ((*said).to_owned(), (*place).to_owned())).collect())
    }

    #[test]
    fn a_broken_result_of_a_list_is_refused_by_its_place_and_the_others_are_read() {
        let whole = format!("[{},{},{}]", one("A1"), one("A2"), one("A3"));
        assert_eq!(rows(&whole), as_they_are(&[("read", "A1"), ("read", "A2"), ("read", "A3")]));
        for (good, bad) in
            [("\"accession\":\"A2\"", "\"accession\":A2"), ("\"A2\",", "\"A2\" "), ("\"A2\",", "\"A2\",,")]
        {
            let broken = whole.replace(good, bad);
            assert_ne!(broken, whole);
            assert_eq!(rows(&broken), as_they_are(&[("read", "A1"), ("json", "/1"), ("read", "A3")]), "{broken}");
        }
        // A person or a specimen is an object too, and no result.
        let torn = whole.replace("\"A2\"", "\"A2");
        assert_eq!(rows(&torn).unwrap()[..2], as_they_are(&[("read", "A1"), ("json", "/1")]).unwrap(), "{torn}");
        assert!(rows(&torn).unwrap()[2..].iter().all(|(said, _)| said != "read"));
        assert_eq!(
            rows(&whole.replace("},{\"accession\":\"A3\"", "},\n{\"accession\":\"A3\"").replace("\"A2\"", "\"A2"))
                .unwrap()[2]
                .1,
            "A3"
        );
    }

    #[test]
    fn results_on_lines_of_their_own_are_all_read_and_a_file_that_is_none_is_refused_as_a_whole() {
        let lines = [one("A1"), one("A2")].join("\n");
        assert_eq!(rows(&lines), as_they_are(&[("read", "A1"), ("read", "A2")]));
        assert_eq!(rows("[]"), Ok(Vec::new()));
        assert_eq!(rows("7").unwrap()[0].0, "json");
        for text in ["{\"accession\": ", "[oops]", "[{\"accession\":"] {
            assert_eq!(rows(text), Err("json"), "{text}");
        }
    }
}
