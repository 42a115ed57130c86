//! What serde says of data of another shape, said to people: which field, and what would be right, in both languages.

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::bilingual::Bilingual;
use shared::problem::FieldError;

/// The field at fault where the place is known.
#[must_use]
pub fn field_error(pointer: &str, message: &str) -> FieldError {
    let message = message.split(" at line ").next().unwrap_or_default();
    if let Some(name) = between(message, "missing field `", "`") {
        return FieldError::required(format!("{pointer}/{name}"));
    }
    if message.starts_with("UUID parsing failed") {
        return FieldError::new(pointer, "uuid", Bilingual::new("Mã định danh là một UUID", "An id is a UUID"));
    }
    let (code, (vi, en)) = match message.split_once(", expected ") {
        Some((_, expected)) if message.starts_with("unknown variant") => ("unknown_code", one_of(expected)),
        Some((given, expected)) => ("type", wrong_type(given, expected)),
        None => ("type", (format!("Không đúng: {message}"), format!("Not right: {message}"))),
    };
    FieldError::new(pointer, code, Bilingual::new(vi, en))
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.split(after).next()
}

fn one_of(expected: &str) -> (String, String) {
    let codes = expected.trim_start_matches("one of ").replace('`', "");
    (format!("Một trong: {codes}"), format!("One of {codes}"))
}

/// Serde names both: `invalid type: integer `5`, expected a string`. What was given is not repeated, only its kind.
fn wrong_type(given: &str, expected: &str) -> (String, String) {
    let (vi, en) = match expected {
        text if text.contains("string") => ("một chuỗi chữ", "a string"),
        "a boolean" => ("true hoặc false", "true or false"),
        "a sequence" => ("một danh sách", "an array"),
        text if text.starts_with("struct") || text == "a map" => ("một đối tượng JSON", "an object"),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "integer" => {
            ("một số nguyên", "an integer")
        }
        "f32" | "f64" => ("một số", "a number"),
        other => (other, other),
    };
    let kind = given.rsplit_once(": ").map_or(given, |(_, kind)| kind).split(['`', '"']).next().unwrap_or_default();
    let (given_vi, given_en) = match kind.trim() {
        "string" => ("một chuỗi chữ", "a string"),
        "integer" => ("một số nguyên", "an integer"),
        "floating point" => ("một số lẻ", "a fraction"),
        "boolean" => ("true hoặc false", "true or false"),
        "sequence" => ("một danh sách", "an array"),
        "map" => ("một đối tượng JSON", "an object"),
        "null" => ("null", "null"),
        other => (other, other),
    };
    (format!("Sai kiểu dữ liệu: cần {vi}, nhận được {given_vi}"), format!("Wrong type: needs {en}, got {given_en}"))
}

/// The member of an object that a message is about, where a flattened struct has lost its place: the one without which
/// the message is another. That a required member is missing then says the least, and is believed last.
#[must_use]
pub fn member_at_fault<T: DeserializeOwned>(bytes: &[u8], message: &str) -> Option<String> {
    let message = message.split(" at line ").next().unwrap_or_default();
    if message.starts_with("missing field") {
        return None;
    }
    let Value::Object(object) = serde_json::from_slice(bytes).ok()? else { return None };
    let mut needed = None;
    for name in object.keys() {
        let mut rest = object.clone();
        rest.remove(name);
        match T::deserialize(Value::Object(rest)).map_err(|error| error.to_string()) {
            Err(other) if other == message => {}
            Err(other) if other.starts_with("missing field") => needed = needed.or(Some(name)),
            _ => return Some(member(name)),
        }
    }
    needed.map(|name| member(name))
}

fn member(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// What a query's refusal says: `Failed to deserialize query string: limit: invalid digit found in string`.
#[must_use]
pub fn query_error(refusal: &str) -> FieldError {
    let message = refusal.trim_start_matches("Failed to deserialize query string: ");
    if let Some(name) = between(message, "missing field `", "`") {
        return FieldError::required(format!("/{name}"));
    }
    let named = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let (name, what) = message.split_once(": ").filter(|(name, _)| named(name)).unwrap_or(("", message));
    let numeric = ["digit", "integer", "too large", "too small", "whole number"].iter().any(|word| what.contains(word));
    let pointer = match name {
        "" if what == crate::extract::LIMIT_IS_A_NUMBER => "/limit".to_owned(),
        "" => String::new(),
        name => format!("/{name}"),
    };
    if numeric {
        let detail = Bilingual::new("Phải là một số nguyên", "This is a whole number");
        return FieldError::new(pointer, "whole_number", detail);
    }
    field_error(&pointer, what)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Flat {
        phone: String,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Rest {
        name: Option<String>,
        capacity: Option<i64>,
    }

    fn at_fault(text: &str) -> Option<String> {
        let message = serde_json::from_str::<Flat>(text).unwrap_err().to_string();
        member_at_fault::<Flat>(text.as_bytes(), &message)
    }

    #[test]
    fn a_flattened_struct_still_names_the_member() {
        assert_eq!(at_fault(r#"{"phone": "1", "name": 5}"#).unwrap(), "/name");
        assert_eq!(at_fault(r#"{"phone": 1, "name": "x"}"#).unwrap(), "/phone");
        assert_eq!(at_fault(r#"{"phone": "1", "capacity": "many"}"#).unwrap(), "/capacity");
        assert_eq!(at_fault(r#"{"name": "x"}"#), None, "what is missing has no place");
        assert_eq!(at_fault(r#"[1]"#), None);
    }

    #[test]
    fn a_type_is_named_in_both_languages_and_what_was_given_is_not_repeated() {
        let error = field_error("/name", "invalid type: integer `5`, expected a string at line 1 column 3");
        assert_eq!((error.pointer.as_str(), error.code.as_str()), ("/name", "type"));
        assert_eq!(error.detail.vi, "Sai kiểu dữ liệu: cần một chuỗi chữ, nhận được một số nguyên");
        assert_eq!(error.detail.en, "Wrong type: needs a string, got an integer");
        let error = field_error("/visitor", "invalid type: string \"082 secret\", expected struct VisitorInput");
        assert_eq!(error.detail.en, "Wrong type: needs an object, got a string");
        assert_eq!(field_error("/id", "UUID parsing failed: invalid character").code, "uuid");
        let error = field_error("/sex", "unknown variant `x`, expected one of `a`, `b`");
        assert_eq!((error.code.as_str(), error.detail.en.as_str()), ("unknown_code", "One of a, b"));
        assert_eq!(field_error("/visitor", "missing field `phone`").pointer, "/visitor/phone");
    }

    #[test]
    fn a_query_names_its_parameter() {
        let told = |text: &str| {
            let error = query_error(&format!("Failed to deserialize query string: {text}"));
            (error.pointer, error.code)
        };
        let limit = ("/limit".to_owned(), "whole_number".to_owned());
        assert_eq!(told("limit: invalid digit found in string"), limit);
        assert_eq!(told(crate::extract::LIMIT_IS_A_NUMBER), limit);
        assert_eq!(told("missing field `case_id`"), ("/case_id".to_owned(), "required".to_owned()));
        assert_eq!(told("kind: unknown variant `x`, expected `a`"), ("/kind".to_owned(), "unknown_code".to_owned()));
    }
}
