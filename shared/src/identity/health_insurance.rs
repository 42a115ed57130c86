//! The health insurance number (mã thẻ BHYT), old and new.

use super::{IdentityError, masked};
use crate::fold::text_value::{redacted, text_value};

/// Digits of the social insurance number (mã số BHXH), in which both forms end.
const KEY: usize = 10;

/// A health insurance number: the 15 characters of the old card, `XX Y ZZ NNNNNNNNNN` (group, benefit level 1 to 5,
/// province 01 to 99, social insurance number), or the 10 digits that the new card shows.
///
/// `Debug` never shows the number, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HealthInsuranceNo(String);

text_value!(HealthInsuranceNo, IdentityError);
redacted!(HealthInsuranceNo);

impl HealthInsuranceNo {
    /// Reads either form, in either case; spaces, dots and hyphens are dropped.
    ///
    /// # Errors
    /// [`IdentityError::HealthInsurance`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let number: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        if is_new(number.as_bytes()) || is_old(number.as_bytes()) {
            Ok(Self(number))
        } else {
            Err(IdentityError::HealthInsurance)
        }
    }

    /// The number in the form that was given, in upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The social insurance number, the last 10 digits: the same on the old card and the new.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.0[self.0.len() - KEY..]
    }

    /// The number with all but its last three digits hidden.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

fn is_new(number: &[u8]) -> bool {
    number.len() == KEY && number.iter().all(u8::is_ascii_digit)
}

fn is_old(number: &[u8]) -> bool {
    let Some((prefix, key)) = number.split_last_chunk::<KEY>() else { return false };
    let &[a, b, level, p, q] = prefix else { return false };
    a.is_ascii_uppercase()
        && b.is_ascii_uppercase()
        && matches!(level, b'1'..=b'5')
        && p.is_ascii_digit()
        && q.is_ascii_digit()
        && [p, q] != *b"00"
        && is_new(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::test_vectors;

    fn number(text: &str) -> HealthInsuranceNo {
        HealthInsuranceNo::parse(text).unwrap()
    }

    #[test]
    fn the_synthetic_cards_are_read_and_keyed_by_the_social_insurance_number() {
        let vectors = test_vectors::read();
        for card in vectors["bhyt_qr"].as_array().unwrap() {
            let code = card["raw"].as_str().unwrap().split('|').next().unwrap();
            assert_eq!(number(code).as_str(), code);
            assert!(code.ends_with(number(code).key()) && number(code).key().len() == 10);
        }
        assert_eq!(number("HS4828200000002").key(), "8200000002");
    }

    #[test]
    fn the_old_and_the_new_card_of_one_person_have_one_key() {
        assert_eq!(number("hs 4 82 8200000002").key(), number("8200000002").key());
    }

    #[test]
    fn a_wrong_group_level_province_or_length_is_refused() {
        for text in [
            "",
            "H14828200000002",
            "HS0828200000002",
            "HS6828200000002",
            "HS4008200000002",
            "HS482820000000",
            "82000000020",
        ] {
            assert_eq!(HealthInsuranceNo::parse(text), Err(IdentityError::HealthInsurance), "{text}");
        }
    }

    #[test]
    fn neither_debug_nor_the_mask_shows_the_number() {
        assert_eq!(number("8200000002").masked(), "•••••••002");
        assert_eq!(format!("{:?}", number("8200000002")), "HealthInsuranceNo(…)");
    }
}
