//! A certificate in the format of the EU Digital COVID Certificate: `HC1:`, base45, zlib, COSE_Sign1, CBOR.
//!
//! Vietnam issues its vaccination certificates so (Decision 5772/QĐ-BYT of 20 December 2021). Name, birth and what is
//! claimed are read; the signature is not checked, so a door must not take the claim for proof.

mod base45;
mod cbor;

use self::cbor::Value;
use super::{Card, CardKind, Claim, Field, ScanError};
use crate::person::{Birth, FullName, PersonInput};

const KIND: CardKind = CardKind::Hcert;

/// The most that a certificate may unpack to: real ones have some hundred bytes.
const LARGEST: usize = 64 * 1_024;

/// The claims of a CWT that hold a certificate (hcert, key -260), and the certificate itself in them (key 1).
const HCERT: i64 = -260;
const EU_DCC: i64 = 1;

/// SNOMED CT: SARS-CoV-2 was not detected.
const NOT_DETECTED: &str = "260415000";

/// What follows `HC1:`.
pub(super) fn payload(text: &str) -> Option<&str> {
    text.get(..4).filter(|head| head.eq_ignore_ascii_case("hc1:")).map(|_| &text[4..])
}

pub(super) fn read(payload: &str) -> Result<Card, ScanError> {
    let dcc = unpack(payload).ok_or(ScanError::HalfCard(KIND))?;
    let fault = |field| ScanError::Card(KIND, field);
    let name = name(&dcc).ok_or(fault(Field::Name))?;
    let birth = dcc.get("dob").and_then(Value::text).and_then(birth).ok_or(fault(Field::Birth))?;
    let mut person = PersonInput { full_name: Some(name.as_str().to_owned()), ..PersonInput::default() };
    match birth {
        Birth::Date(day) => person.birth_date = Some(day.to_string()),
        Birth::Year(year) => person.birth_year = Some(i64::from(year)),
    }
    let key = ["v", "t", "r"].into_iter().find_map(|group| first(&dcc, group)?.get("ci")?.text());
    let key = key.filter(|key| key.len() <= 100).map(|key| format!("uvci:{key}"));
    Ok(Card { key, claims: claims(&dcc), ..Card::new(KIND, person) })
}

/// The certificate inside its wrappings.
fn unpack(payload: &str) -> Option<Value> {
    let packed = base45::decode(payload)?;
    // Uncompressed certificates are allowed; zlib begins with 0x78.
    let bytes = match packed.first()? {
        0x78 => miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, LARGEST).ok()?,
        _ => packed,
    };
    let sign1 = cbor::read(&bytes)?;
    let [_, _, claims, _] = sign1.list()? else { return None };
    let claims = cbor::read(claims.bytes()?)?;
    claims.at(HCERT)?.at(EU_DCC).cloned()
}

/// Family name before given name, as Vietnam writes them.
fn name(dcc: &Value) -> Option<FullName> {
    let names = dcc.get("nam")?;
    let part = |written: &str, machine: &str| {
        let text = names.get(written).or_else(|| names.get(machine)).and_then(Value::text).unwrap_or_default();
        text.replace('<', " ")
    };
    FullName::parse(&format!("{} {}", part("fn", "fnt"), part("gn", "gnt"))).ok()
}

/// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; a time behind it is dropped.
fn birth(text: &str) -> Option<Birth> {
    let day = text.get(..10).unwrap_or(text);
    match day.len() {
        10 => day.parse().ok().map(Birth::Date),
        7 if day.as_bytes()[4] == b'-' => day.get(..4)?.parse().ok().map(Birth::Year),
        4 => day.parse().ok().map(Birth::Year),
        _ => None,
    }
}

fn first<'a>(dcc: &'a Value, group: &str) -> Option<&'a Value> {
    dcc.get(group)?.list()?.first()
}

fn claims(dcc: &Value) -> Vec<Claim> {
    let vaccinated = first(dcc, "v").and_then(|dose| {
        let number = |name: &str| u8::try_from(dose.get(name)?.integer()?).ok();
        let on = dose.get("dt")?.text()?.get(..10)?.parse().ok()?;
        Some(Claim::Vaccinated { dose: number("dn")?, of: number("sd")?, on })
    });
    let negative = first(dcc, "t").and_then(|test| {
        let at = test.get("sc")?.text()?.parse().ok()?;
        (test.get("tr")?.text()? == NOT_DETECTED).then_some(Claim::TestedNegative { at })
    });
    vaccinated.into_iter().chain(negative).collect()
}
