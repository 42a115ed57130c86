//! What a scanner read, told apart by its shape: our personal QR, an identity card (CCCD), a health insurance card (BHYT),
//! the personal QR of PC-Covid, an EU certificate (`HC1:`), a poster of ours, or a number that somebody typed.
//!
//! None of the cards is signed in a way that a door could check, so whatever comes out is data entry: scanned, not
//! verified. What nobody needs (issue dates, whatever a newer card adds behind them) is dropped while it is read, and the
//! text itself is kept nowhere. A text that is not understood whole gives one [`ScanError`] and never half a person.

mod bhyt;
mod cccd;
mod hcert;
mod pc_covid;
mod personal;
mod text;

pub use personal::{PersonalCode, PersonalCodeError};

use core::fmt;

use crate::bilingual::Bilingual;
use crate::identity::{HealthInsuranceNo, NationalId};
use crate::person::{PersonDraft, PersonInput};
use crate::phone::Phone;
use crate::place::PlaceCode;
use crate::time::{Date, Instant};

/// The longest text that is looked at, in bytes: the largest QR symbol holds 2,953 (ISO/IEC 18004, version 40-L).
pub const LONGEST: usize = 3_000;

/// What a text turned out to be. `Debug` tells the kind alone.
#[derive(Clone, PartialEq)]
pub enum Scanned {
    /// Our own personal QR; whoever issued it must verify it.
    Personal(PersonalCode),
    /// A card that says who somebody is.
    Card(Box<Card>),
    /// The number of an identity card, alone.
    NationalId(NationalId),
    /// The number of a health insurance card, alone.
    Insurance(HealthInsuranceNo),
    /// A telephone number, alone: a contact, which tells nobody apart.
    Phone(Phone),
    /// The poster of a place, or its code.
    Poster(PlaceCode),
}

impl fmt::Debug for Scanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scanned({})", self.code())
    }
}

impl Scanned {
    /// Its kind as it stands on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Personal(_) => "personal",
            Self::Card(card) => card.kind.code(),
            Self::NationalId(_) => "national_id",
            Self::Insurance(_) => "insurance",
            Self::Phone(_) => "phone",
            Self::Poster(_) => "poster",
        }
    }
}

/// Which card it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardKind {
    /// Căn cước công dân or căn cước (Circular 06/2021/TT-BCA).
    Cccd,
    /// Thẻ bảo hiểm y tế.
    Bhyt,
    /// The personal QR of PC-Covid (Decision 1405/QĐ-BTTTT of 11 September 2021).
    PcCovid,
    /// A certificate in the format of the EU Digital COVID Certificate (Decision 5772/QĐ-BYT of 20 December 2021).
    Hcert,
}

impl CardKind {
    /// The kind as it stands on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cccd => "cccd",
            Self::Bhyt => "bhyt",
            Self::PcCovid => "pccovid",
            Self::Hcert => "hcert",
        }
    }

    /// The name that people know it by.
    #[must_use]
    pub fn name(self) -> Bilingual {
        match self {
            Self::Cccd => Bilingual::new("căn cước công dân", "identity card (CCCD)"),
            Self::Bhyt => Bilingual::new("thẻ bảo hiểm y tế", "health insurance card (BHYT)"),
            Self::PcCovid => Bilingual::new("mã PC-Covid", "PC-Covid code"),
            Self::Hcert => Bilingual::new("chứng nhận COVID-19", "COVID-19 certificate"),
        }
    }
}

/// What a certificate claims. Its signature is not checked here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Doses that were given, and the day of the last.
    Vaccinated {
        /// The number of the last dose.
        dose: u8,
        /// How many a full course has.
        of: u8,
        /// The day of the last dose.
        on: Date,
    },
    /// A test that found no virus.
    TestedNegative {
        /// When the specimen was taken.
        at: Instant,
    },
}

/// A card: the person as it describes them. `Debug` tells the kind alone.
#[derive(Clone, PartialEq)]
pub struct Card {
    /// Which card.
    pub kind: CardKind,
    /// Who, as far as the card says and a visit needs.
    pub person: PersonInput,
    /// What is the same whenever this card is scanned, where its holder cannot be found by an identity number.
    pub key: Option<String>,
    /// What a certificate claims.
    pub claims: Vec<Claim>,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Card {
    fn new(kind: CardKind, person: PersonInput) -> Self {
        Self { kind, person, key: None, claims: Vec::new() }
    }

    /// The person, well-formed, with what looks odd as warnings.
    ///
    /// # Errors
    /// When something on the card cannot be right, such as a birth in the future; the first such thing.
    pub fn draft(&self, today: Date) -> Result<PersonDraft, ScanError> {
        self.person.parse("", today).map_err(|errors| {
            let field = errors.into_iter().next();
            ScanError::Card(self.kind, Field::of_pointer(field.as_ref().map_or("", |error| &error.pointer)))
        })
    }
}

/// The field of a card that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The number.
    Number,
    /// The name.
    Name,
    /// The birth.
    Birth,
    /// Something else.
    Other,
}

impl Field {
    fn of_pointer(pointer: &str) -> Self {
        match pointer {
            "/national_id" | "/health_insurance_no" => Self::Number,
            "/full_name" => Self::Name,
            "/birth_date" | "/birth_year" => Self::Birth,
            _ => Self::Other,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Birth => "birth",
            Self::Other => "card",
        }
    }

    fn name(self) -> Bilingual {
        match self {
            Self::Number => Bilingual::new("số thẻ", "the number"),
            Self::Name => Bilingual::new("họ tên", "the name"),
            Self::Birth => Bilingual::new("ngày sinh", "the birth date"),
            Self::Other => Bilingual::new("dữ liệu", "the data"),
        }
    }
}

/// Why a text names nobody: one line for the door. Says nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// There is nothing in it.
    #[error("nothing was scanned")]
    Empty,
    /// It is longer than a QR symbol can hold.
    #[error("longer than a QR symbol can hold")]
    TooLong,
    /// It is not UTF-8, or was read as something else.
    #[error("not UTF-8")]
    NotUtf8,
    /// It is the address of a page elsewhere.
    #[error("a web address")]
    Link,
    /// It begins as a card does and does not end as one.
    #[error("only a part of a {} was read", .0.code())]
    HalfCard(CardKind),
    /// A field of a card cannot be right.
    #[error("{} of a {} cannot be read", .1.code(), .0.code())]
    Card(CardKind, Field),
    /// It has the form of our personal QR and a digit of it is wrong.
    #[error("a damaged personal QR")]
    Personal,
    /// It is none of all this.
    #[error("not a code that is known here")]
    Unknown,
}

impl ScanError {
    /// A stable code in `snake_case`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::NotUtf8 => "not_utf8",
            Self::Link => "link",
            Self::HalfCard(_) => "half_card",
            Self::Card(_, field) => field.code(),
            Self::Personal => "personal",
            Self::Unknown => "unknown_code",
        }
    }

    /// The line for the door, in both languages: what it was, and what to do.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Empty => Bilingual::new("Chưa đọc được mã nào. Hãy quét lại", "Nothing was read. Scan again"),
            Self::TooLong => Bilingual::new(
                "Đây không phải mã của một người. Hãy quét mã cá nhân hoặc thẻ CCCD",
                "This is not the code of a person. Scan a personal QR or an identity card",
            ),
            Self::NotUtf8 => Bilingual::new(
                "Máy quét đọc sai chữ Việt. Hãy đặt máy quét sang UTF-8 hoặc tắt bộ gõ, rồi quét lại",
                "The scanner garbles Vietnamese letters. Set it to UTF-8 or switch the Vietnamese keyboard off, and scan again",
            ),
            Self::Link => Bilingual::new(
                "Đây là một địa chỉ web, không phải mã của một người. Hãy quét mã cá nhân hoặc thẻ CCCD",
                "This is a web address, not the code of a person. Scan a personal QR or an identity card",
            ),
            Self::HalfCard(kind) => {
                let name = kind.name();
                Bilingual::new(
                    format!("Mới đọc được một phần {}. Hãy giữ yên và quét lại", name.vi),
                    format!("Only a part of the {} was read. Hold it still and scan again", name.en),
                )
            }
            Self::Card(kind, field) => {
                let (card, field) = (kind.name(), field.name());
                Bilingual::new(
                    format!(
                        "Không đọc được {} trên {}. Hãy quét lại, hoặc nhập họ tên và số điện thoại",
                        field.vi, card.vi
                    ),
                    format!(
                        "{} on the {} cannot be right. Scan again, or type name and phone",
                        capital(&field.en),
                        card.en
                    ),
                )
            }
            Self::Personal => {
                Bilingual::new("Mã cá nhân bị đọc sai. Hãy quét lại", "The personal QR was misread. Scan it again")
            }
            Self::Unknown => Bilingual::new(
                "Không nhận ra mã này. Hãy quét mã cá nhân, thẻ CCCD hoặc thẻ BHYT, hoặc nhập họ tên và số điện thoại",
                "This code is not known. Scan a personal QR, an identity or insurance card, or type name and phone",
            ),
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Tells what the bytes are that a scanner read.
///
/// # Errors
/// [`ScanError`] says in one line why they name nobody.
pub fn read(bytes: &[u8]) -> Result<Scanned, ScanError> {
    if bytes.len() > LONGEST {
        return Err(ScanError::TooLong);
    }
    read_text(core::str::from_utf8(bytes).map_err(|_| ScanError::NotUtf8)?)
}

/// Tells what a text is that a scanner read or somebody typed.
///
/// # Errors
/// [`ScanError`] says in one line why it names nobody.
pub fn read_text(text: &str) -> Result<Scanned, ScanError> {
    if text.len() > LONGEST {
        return Err(ScanError::TooLong);
    }
    let text = text::clean(text)?;
    if let Some(payload) = hcert::payload(&text) {
        return hcert::read(payload).map(card);
    }
    if let Some(code) = personal::find(&text) {
        return code.map(Scanned::Personal).map_err(|_| ScanError::Personal);
    }
    if let Some(address) = text::address(&text) {
        return poster(address).map(Scanned::Poster).ok_or(ScanError::Link);
    }
    let fields = text::fields(&text);
    if fields.len() > 1 {
        return read_fields(&fields);
    }
    number(&text).ok_or(ScanError::Unknown)
}

fn card(card: Card) -> Scanned {
    Scanned::Card(Box::new(card))
}

/// The fields tell the cards apart: the first of a BHYT card is its number, PC-Covid's third an ISO date, and CCCD's fourth
/// eight digits.
fn read_fields(fields: &[&str]) -> Result<Scanned, ScanError> {
    if pc_covid::is_one(fields) {
        return pc_covid::read(fields).map(card);
    }
    if bhyt::is_one(fields) {
        return bhyt::read(fields).map(card);
    }
    if cccd::is_one(fields) {
        return cccd::read(fields).map(card);
    }
    Err(ScanError::Unknown)
}

/// The code in the address of a poster, `…/C/CODE`, or of a screen, `…/C/CODE/` and what changes.
fn poster(address: &str) -> Option<PlaceCode> {
    let path = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let end: Vec<&str> = path.rsplitn(4, '/').collect();
    let door = |c: &str, code: &str| PlaceCode::parse(code).ok().filter(|_| c.eq_ignore_ascii_case("c"));
    match end[..] {
        [code, c, ..] if c.eq_ignore_ascii_case("c") => door(c, code),
        [_, code, c, ..] => door(c, code),
        _ => None,
    }
}

/// A number alone. Nine digits are a CMND: people type a phone with its 0.
fn number(text: &str) -> Option<Scanned> {
    if let Ok(number) = NationalId::parse(text) {
        return Some(Scanned::NationalId(number));
    }
    if let Ok(phone) = Phone::parse(text) {
        return Some(Scanned::Phone(phone));
    }
    if let Ok(number) = HealthInsuranceNo::parse(text) {
        return Some(Scanned::Insurance(number));
    }
    PlaceCode::parse(text).ok().map(Scanned::Poster)
}

#[cfg(test)]
mod tests;
