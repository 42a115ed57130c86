//! The code of a place, short enough to type from a poster.

use core::fmt;

use crate::bilingual::Bilingual;
use crate::fold::text_value::{shown_as_text, text_value};
use crate::random::{self, Random};

/// Crockford's base32: no I, L, O or U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const LENGTH: usize = 8;
const BITS_PER_CHARACTER: u32 = 5;

/// Eight characters of Crockford's base32, the last a check character; 35 random bits.
///
/// A character is an element of the field of 32 elements (polynomials over two elements modulo x⁵ + x² + 1). A code is
/// right when the sum of its characters, each times x to the power of its distance from the end, is zero. No weight is
/// zero, so every change of one character is caught; all eight weights differ, so is every exchange of two, next to
/// each other or not. The check character of Crockford's own draft (the value modulo 37) needs five letters more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceCode([u8; LENGTH]);

text_value!(PlaceCode, PlaceCodeError);
shown_as_text!(PlaceCode);

impl fmt::Debug for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaceCode({self})")
    }
}

/// Why a text is no code of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceCodeError {
    /// It has not 8 characters.
    #[error("the code of a place has 8 characters")]
    Length,
    /// It has a character that no code has.
    #[error("the code of a place has only digits and letters without U")]
    Character,
    /// The check character does not fit: a character is wrong, or two are exchanged.
    #[error("a character of the code is wrong, or two are exchanged")]
    Check,
}

impl PlaceCodeError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Length => Bilingual::new("Mã địa điểm có 8 ký tự", "The code of a place has 8 characters"),
            Self::Character => Bilingual::new(
                "Mã địa điểm chỉ gồm chữ số và chữ cái không dấu, không có chữ U",
                "The code of a place has only digits and letters, without U",
            ),
            Self::Check => Bilingual::new(
                "Mã bị sai một ký tự hoặc đảo hai ký tự. Hãy xem lại mã trên áp phích",
                "A character is wrong or two are exchanged. Check the code on the poster",
            ),
        }
    }
}

impl PlaceCode {
    /// Draws a new code.
    #[must_use]
    pub fn new(random: &mut dyn Random) -> Self {
        let drawn = u64::from_le_bytes(random::bytes(random));
        let mut values = [0; LENGTH];
        for (at, value) in values[..LENGTH - 1].iter_mut().enumerate() {
            *value = (drawn >> (u32::try_from(at).unwrap_or(0) * BITS_PER_CHARACTER) & 31) as u8;
        }
        values[LENGTH - 1] = sum(&values);
        Self(values.map(|value| ALPHABET[usize::from(value)]))
    }

    /// Reads a code as people type it: in either case, I and L for 1, O for 0, with hyphens and spaces anywhere.
    ///
    /// # Errors
    /// [`PlaceCodeError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PlaceCodeError> {
        let mut values = [0; LENGTH];
        let mut length = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let value = value(c).ok_or(PlaceCodeError::Character)?;
            *values.get_mut(length).ok_or(PlaceCodeError::Length)? = value;
            length += 1;
        }
        match (length, sum(&values)) {
            (LENGTH, 0) => Ok(Self(values.map(|value| ALPHABET[usize::from(value)]))),
            (LENGTH, _) => Err(PlaceCodeError::Check),
            _ => Err(PlaceCodeError::Length),
        }
    }

    /// The eight characters, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("every character is taken from an ASCII alphabet")
    }
}

/// The value of a character, 0 to 31.
fn value(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        c => c,
    };
    ALPHABET.iter().position(|letter| char::from(*letter) == c).and_then(|at| u8::try_from(at).ok())
}

/// The weighted sum of a code's values, by Horner's rule; zero for a right code.
fn sum(values: &[u8; LENGTH]) -> u8 {
    values.iter().fold(0, |sum, value| times_x(sum) ^ value)
}

/// The product with x in the field of 32 elements.
const fn times_x(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 0b10_0000 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives the bytes that a test chose.
    struct Given([u8; 8]);

    impl Random for Given {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.copy_from_slice(&self.0[..bytes.len()]);
        }
    }

    fn code() -> impl Strategy<Value = PlaceCode> {
        any::<[u8; 8]>().prop_map(|bytes| PlaceCode::new(&mut Given(bytes)))
    }

    #[test]
    fn the_weights_of_the_eight_characters_differ_and_none_is_zero() {
        let weights = core::iter::successors(Some(1), |w| Some(times_x(*w))).take(LENGTH).collect::<Vec<_>>();
        assert_eq!(weights, [1, 2, 4, 8, 16, 5, 10, 20]);
    }

    #[test]
    fn codes_differ_in_every_one_of_the_35_bits() {
        let codes: std::collections::HashSet<_> =
            (0..35).map(|bit| PlaceCode::new(&mut Given((1_u64 << bit).to_le_bytes()))).collect();
        assert_eq!(codes.len(), 35);
    }

    #[test]
    fn the_reason_of_a_refusal_is_told() {
        let good = PlaceCode::new(&mut Given(*b"An Tam 1"));
        assert_eq!(PlaceCode::parse(&good.as_str()[1..]), Err(PlaceCodeError::Length));
        assert_eq!(PlaceCode::parse(&format!("{good}0")), Err(PlaceCodeError::Length));
        assert_eq!(PlaceCode::parse("U2345678"), Err(PlaceCodeError::Character));
        assert_eq!(PlaceCode::parse(""), Err(PlaceCodeError::Length));
        assert_eq!(PlaceCode::parse("00000001"), Err(PlaceCodeError::Check));
    }

    proptest! {
        #[test]
        fn a_code_reads_back_however_it_is_typed(code in code()) {
            let typed = code.as_str().to_lowercase().replace('1', "l").replace('0', "o");
            let typed = format!(" {}-{} ", &typed[..4], &typed[4..]);
            prop_assert_eq!(PlaceCode::parse(&typed), Ok(code));
            prop_assert_eq!(serde_json::from_str::<PlaceCode>(&serde_json::to_string(&code).unwrap()).unwrap(), code);
        }

        #[test]
        fn every_change_of_one_character_is_caught(code in code()) {
            for at in 0..LENGTH {
                for letter in ALPHABET {
                    let mut changed = code.0;
                    changed[at] = *letter;
                    let read = PlaceCode::parse(core::str::from_utf8(&changed).unwrap());
                    let expected = if changed == code.0 { Ok(code) } else { Err(PlaceCodeError::Check) };
                    prop_assert_eq!(read, expected);
                }
            }
        }

        #[test]
        fn every_exchange_of_two_characters_is_caught(code in code()) {
            for (a, b) in (0..LENGTH).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let mut exchanged = code.0;
                exchanged.swap(a, b);
                let read = PlaceCode::parse(core::str::from_utf8(&exchanged).unwrap());
                let expected = if exchanged == code.0 { Ok(code) } else { Err(PlaceCodeError::Check) };
                prop_assert_eq!(read, expected);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Ok(code) = PlaceCode::parse(&text) {
                prop_assert_eq!(PlaceCode::parse(code.as_str()), Ok(code));
            }
        }
    }
}
