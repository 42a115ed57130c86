//! How the fields of a form or a JSON body are understood: an empty field is a missing one, and every fault is
//! collected.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::area::{self, WardCode};
use crate::bilingual::Bilingual;
use crate::fold::nfc;
use crate::phone::Phone;
use crate::problem::FieldError;
use crate::time::Date;

/// The longest free text that is taken, in characters.
const MAX_TEXT: usize = 300;

/// What is wrong with a field: its stable code, and what would be right.
pub(crate) type Fault = (&'static str, Bilingual);

/// The fields of one object while they are understood, with the faults found so far.
pub(crate) struct Fields<'a> {
    prefix: &'a str,
    errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    /// Begins an object whose JSON pointer is `prefix`.
    pub(crate) fn new(prefix: &'a str) -> Self {
        Self { prefix, errors: Vec::new() }
    }

    /// The JSON pointer of a field.
    pub(crate) fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Understands a field that may be missing.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        value: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        let given = given(value)?;
        self.keep(name, parse(given))
    }

    /// Understands a field that may not be missing.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        value: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, Fault>,
    ) -> Option<T> {
        if given(value).is_none() {
            self.errors.push(FieldError::required(self.pointer(name)));
        }
        self.optional(name, value, parse)
    }

    /// Takes what a field was understood as, or keeps its fault.
    pub(crate) fn keep<T>(&mut self, name: &str, parsed: Result<T, Fault>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err((code, detail)) => {
                self.errors.push(FieldError::new(self.pointer(name), code, detail));
                None
            }
        }
    }

    /// Every fault, in the order of the fields.
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }
}

/// The value of a field, where there is more in it than white space.
pub(crate) fn given(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|text| !text.is_empty())
}

/// Free text in the form that is stored.
pub(crate) fn text(text: &str) -> Result<String, Fault> {
    let text = nfc(text);
    match text.chars().count() {
        0 => Err(("required", Bilingual::new("Bắt buộc phải có", "This is required"))),
        1..=MAX_TEXT => Ok(text),
        _ => {
            let vi = format!("Dài tối đa {MAX_TEXT} ký tự");
            Err(("too_long", Bilingual::new(vi, format!("At most {MAX_TEXT} characters"))))
        }
    }
}

/// A telephone number.
pub(crate) fn phone(text: &str) -> Result<Phone, Fault> {
    Phone::parse(text).map_err(|error| ("phone", error.detail()))
}

/// The code of a ward that exists on a day, or existed at another time.
pub(crate) fn ward(text: &str, on: Date) -> Result<WardCode, Fault> {
    let known = |code: &WardCode| area::ward(code.as_str(), on).or_else(|| area::ward_any(code.as_str())).is_some();
    WardCode::parse(text).ok().filter(known).ok_or_else(|| {
        let vi = "Mã xã, phường, thị trấn gồm 5 chữ số theo danh mục của Tổng cục Thống kê, ví dụ 28252";
        let en = "The 5 digits of a ward in the list of the General Statistics Office, such as 28252";
        ("ward_code", Bilingual::new(vi, en))
    })
}

/// What [`number`] makes of a text that is no number: no rule takes it, so that the field's own message says what would
/// be right, together with the faults of all other fields.
const NO_NUMBER: i64 = i64::MIN;

/// Reads a whole number that arrives as a number or, from a form or a spreadsheet, as text. An empty text is a missing
/// number; anything else is a number that every rule refuses.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire {
        Whole(i64),
        Text(String),
        Other(IgnoredAny),
    }
    let number = match Option::<Wire>::deserialize(deserializer)? {
        Some(Wire::Whole(number)) => Some(number),
        Some(Wire::Text(text)) => given(Some(&text)).map(|text| text.parse().unwrap_or(NO_NUMBER)),
        Some(Wire::Other(IgnoredAny)) => Some(NO_NUMBER),
        None => None,
    };
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Numbered {
        #[serde(deserialize_with = "number")]
        n: Option<i64>,
    }

    fn read(json: &str) -> Option<i64> {
        serde_json::from_str::<Numbered>(json).unwrap().n
    }

    #[test]
    fn a_number_may_arrive_as_a_number_or_as_text() {
        assert_eq!(read(r#"{"n": 1990}"#), Some(1990));
        assert_eq!(read(r#"{"n": " 1990 "}"#), Some(1990));
    }

    #[test]
    fn a_missing_null_or_empty_number_is_none() {
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"n": null}"#), None);
        assert_eq!(read(r#"{"n": " "}"#), None);
    }

    #[test]
    fn what_is_no_number_fails_no_body_and_satisfies_no_rule() {
        for json in [r#"{"n": "19x0"}"#, r#"{"n": 19.5}"#, r#"{"n": true}"#, r#"{"n": [1]}"#] {
            assert_eq!(read(json), Some(NO_NUMBER), "{json}");
        }
    }
}
