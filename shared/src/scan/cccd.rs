//! The QR of the identity card: `number|old number|name|ddMMyyyy|sex|address|ddMMyyyy`, UTF-8, unsigned.
//!
//! Circular 06/2021/TT-BCA, as public readers understand it: the old number (CMND) may be empty, the day of issue may be
//! missing, and the card of July 2024 may have more fields behind it, in which the names of relatives stand. Everything
//! from the day of issue on is dropped. The number is trusted before the words: a keyboard that rewrites letters garbles
//! `Nữ` and cannot garble digits, and the number says the sex as well.

use jiff::civil::Date;

use super::text::{given, is_digits};
use super::{Card, CardKind, Field, ScanError};
use crate::identity::NationalId;
use crate::person::{FullName, PersonInput, Sex};

const KIND: CardKind = CardKind::Cccd;

/// The longest word in the place of the sex: something longer is another field, so the fields are out of step.
const LONGEST_SEX: usize = 8;

/// Whether the first field is the number of a card.
pub(super) fn is_one(fields: &[&str]) -> bool {
    fields.first().is_some_and(|number| is_digits(number, 12))
}

pub(super) fn read(fields: &[&str]) -> Result<Card, ScanError> {
    let [number, old, name, birth, sex, address, ..] = fields else { return Err(ScanError::HalfCard(KIND)) };
    if !(old.is_empty() || is_digits(old, 9) || is_digits(old, 12)) || sex.chars().count() > LONGEST_SEX {
        return Err(ScanError::HalfCard(KIND));
    }
    let fault = |field| ScanError::Card(KIND, field);
    let number = NationalId::parse(number).map_err(|_| fault(Field::Number))?;
    let name = FullName::parse(name).map_err(|_| fault(Field::Name))?;
    let birth = day(birth).ok_or(fault(Field::Birth))?;
    let sex = Sex::parse(sex).unwrap_or_default();
    let person = PersonInput {
        full_name: Some(name.as_str().to_owned()),
        birth_date: Some(birth.to_string()),
        sex: Some(sex.code().to_owned()),
        national_id: Some(number.as_str().to_owned()),
        address: given(Some(address)),
        ..PersonInput::default()
    };
    Ok(Card::new(KIND, person))
}

/// `ddMMyyyy`.
fn day(text: &str) -> Option<Date> {
    if !is_digits(text, 8) {
        return None;
    }
    Date::new(text[4..].parse().ok()?, text[2..4].parse().ok()?, text[..2].parse().ok()?).ok()
}
