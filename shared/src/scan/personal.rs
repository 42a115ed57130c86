//! Our personal QR, as a text: the address of a page that tells a stranger nothing, ending in 64 digits.
//!
//! Sixteen random bytes name the card, eight bytes prove that we issued it. They are written as eight groups of eight
//! digits, three bytes each, because digits are what a QR codes shortest after binary, and what a scanner that types as
//! a keyboard cannot garble, whatever Vietnamese input method runs on the computer behind it.

use core::fmt;
use core::fmt::Write as _;

/// Bytes of one group.
const GROUP: usize = 3;
/// Digits of one group.
const DIGITS: usize = 8;
/// Groups of a code.
const GROUPS: usize = 8;
/// Digits of a code.
const LENGTH: usize = DIGITS * GROUPS;
/// What stands before the digits in the address.
const PATH: &str = "/P/";

/// The code of a personal card: which card, and the proof. `Debug` shows neither.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PersonalCode {
    /// The card, drawn at random.
    pub card: [u8; 16],
    /// What proves that we issued it.
    pub proof: [u8; 8],
}

/// Why a text is no code of a personal card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digit of the personal code is wrong")]
pub struct PersonalCodeError;

impl fmt::Debug for PersonalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalCode(…)")
    }
}

impl PersonalCode {
    /// The 64 digits.
    #[must_use]
    pub fn digits(&self) -> String {
        let mut text = String::with_capacity(LENGTH);
        let bytes = [self.card.as_slice(), &self.proof].concat();
        for group in bytes.chunks_exact(GROUP) {
            let number = group.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            write!(text, "{number:08}").expect("a String takes every write");
        }
        text
    }

    /// The address that the QR holds, in upper case so that all of it is coded alphanumerically.
    #[must_use]
    pub fn address(&self, public_url: &str) -> String {
        format!("{}{PATH}{}", public_url.trim_end_matches('/').to_uppercase(), self.digits())
    }

    /// Reads the 64 digits.
    ///
    /// # Errors
    /// When they are no such code.
    pub fn parse(digits: &str) -> Result<Self, PersonalCodeError> {
        if digits.len() != LENGTH || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PersonalCodeError);
        }
        let mut bytes = [0; GROUP * GROUPS];
        for (group, out) in digits.as_bytes().chunks_exact(DIGITS).zip(bytes.chunks_exact_mut(GROUP)) {
            let number = group.iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'));
            let [0, a, b, c] = number.to_be_bytes() else { return Err(PersonalCodeError) };
            out.copy_from_slice(&[a, b, c]);
        }
        let (card, proof) = bytes.split_first_chunk().ok_or(PersonalCodeError)?;
        Ok(Self { card: *card, proof: proof.try_into().map_err(|_| PersonalCodeError)? })
    }
}

/// The code in a scanned text, where the text has the form of one: the digits alone, or an address that ends in them.
///
/// What a keyboard made of the address before `/P/` does not matter, the digits say it all.
pub(super) fn find(text: &str) -> Option<Result<PersonalCode, PersonalCodeError>> {
    let digits = match text.rsplit_once('/') {
        Some((before, digits)) if before.ends_with(['P', 'p']) => digits,
        Some(_) => return None,
        None => text,
    };
    let long = digits.len() >= 50 && digits.bytes().all(|b| b.is_ascii_digit());
    long.then(|| PersonalCode::parse(digits))
}
