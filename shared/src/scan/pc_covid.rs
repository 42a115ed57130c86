//! The personal QR of PC-Covid: `number|NAME|birth|kind|QID|EXT` (Decision 1405/QĐ-BTTTT of 11 September 2021, version 1.1).
//!
//! The name is in upper case without diacritics, the birth `YYYY-MM-DD`, the kind 0 (declared by oneself) or 1 (by somebody
//! else). The usual view masks the first six characters of the number and the day and month of birth with `*`: such a
//! number is no identity, and of such a birth the year is known. The order inside EXT is not published, so it is dropped.

use jiff::civil::Date;

use super::{Card, CardKind, Field, ScanError};
use crate::identity::NationalId;
use crate::person::{FullName, PersonInput};

const KIND: CardKind = CardKind::PcCovid;

/// Whether the third field is a birth as this code writes it.
pub(super) fn is_one(fields: &[&str]) -> bool {
    fields.get(2).is_some_and(|birth| is_birth(birth))
}

/// `YYYY-MM-DD` with digits or stars in the places of month and day.
fn is_birth(text: &str) -> bool {
    let part = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || b == b'*');
    let mut parts = text.split('-');
    let form = [4, 2, 2].into_iter().all(|length| parts.next().is_some_and(|text| part(text, length)));
    form && parts.next().is_none()
}

pub(super) fn read(fields: &[&str]) -> Result<Card, ScanError> {
    let [number, name, birth, kind, qid, ..] = fields else { return Err(ScanError::HalfCard(KIND)) };
    if !matches!(*kind, "0" | "1") {
        return Err(ScanError::HalfCard(KIND));
    }
    let fault = |field| ScanError::Card(KIND, field);
    let name = FullName::parse(name).map_err(|_| fault(Field::Name))?;
    let mut person = PersonInput { full_name: Some(name.as_str().to_owned()), ..PersonInput::default() };
    if birth.contains('*') {
        let year: i64 = birth[..4].parse().map_err(|_| fault(Field::Birth))?;
        person.birth_year = Some(year);
    } else {
        let birth: Date = birth.parse().map_err(|_| fault(Field::Birth))?;
        person.birth_date = Some(birth.to_string());
    }
    // A passport's number, or a masked one, is none that the register finds people by.
    person.national_id = NationalId::parse(number).ok().map(|number| number.as_str().to_owned());
    let known = qid.len() <= 64 && !qid.is_empty();
    Ok(Card { key: known.then(|| format!("qid:{qid}")), ..Card::new(KIND, person) })
}
