//! The QR of the health insurance card: fields parted by `|`, the last of them `$`; the name is the hex of its UTF-8.
//!
//! As public readers understand it: number, name, birth (`dd/MM/yyyy` or a year), sex (1 male, 2 female), address (old
//! cards, hex), then facility, validity and day of issue, which nobody at a door needs and which are dropped.

use super::text::given;
use super::{Card, CardKind, Field, ScanError};
use crate::identity::HealthInsuranceNo;
use crate::person::{Birth, FullName, PersonInput, Sex};

const KIND: CardKind = CardKind::Bhyt;

/// Whether the first field is the number of a card.
pub(super) fn is_one(fields: &[&str]) -> bool {
    fields.first().is_some_and(|number| !number.contains(' ') && HealthInsuranceNo::parse(number).is_ok())
}

pub(super) fn read(fields: &[&str]) -> Result<Card, ScanError> {
    // A whole card ends in `$`; without it the tail was cut off, wherever that was.
    let [number, name, birth, sex, rest @ ..] = fields else { return Err(ScanError::HalfCard(KIND)) };
    if rest.last().is_none_or(|last| *last != "$") {
        return Err(ScanError::HalfCard(KIND));
    }
    let fault = |field| ScanError::Card(KIND, field);
    let number = HealthInsuranceNo::parse(number).map_err(|_| fault(Field::Number))?;
    let name = hex(name).and_then(|name| FullName::parse(&name).ok()).ok_or(fault(Field::Name))?;
    let birth = Birth::parse(birth).map_err(|_| fault(Field::Birth))?;
    let sex = match *sex {
        "1" => Sex::Male,
        "2" => Sex::Female,
        _ => Sex::Unknown,
    };
    let address = given(rest.first()).filter(|text| *text != "$").and_then(|text| hex(&text));
    let person = PersonInput {
        full_name: Some(name.as_str().to_owned()),
        birth_date: Some(birth.to_string()),
        sex: Some(sex.code().to_owned()),
        health_insurance_no: Some(number.as_str().to_owned()),
        address,
        ..PersonInput::default()
    };
    Ok(Card { key: Some(format!("bhyt:{}", number.key())), ..Card::new(KIND, person) })
}

/// The text whose UTF-8 is written in hex; `None` for anything else, such as an odd number of digits.
fn hex(text: &str) -> Option<String> {
    let text = text.as_bytes();
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        text.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    let text = String::from_utf8(bytes?).ok()?;
    // Nothing that a person is called or lives at has control characters.
    (!text.chars().any(char::is_control)).then_some(text)
}
