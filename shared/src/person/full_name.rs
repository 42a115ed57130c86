//! The full name of a person, in the Vietnamese order: family, middle, given.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::bilingual::Bilingual;
use crate::fold::text_value::{redacted, shown_as_text, text_value};
use crate::fold::{fold, nfc};

/// The longest name that is taken, in letters as people count them.
const MAX_LETTERS: usize = 100;

/// A full name as it is written, NFC, single spaces. It is never split into first and last for storage.
///
/// `Debug` never shows it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FullName(String);

text_value!(FullName, FullNameError);
shown_as_text!(FullName);
redacted!(FullName);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FullNameError {
    /// There is nothing in it.
    #[error("no name was given")]
    Empty,
    /// It has no letter.
    #[error("a name has at least one letter")]
    NoLetter,
    /// It has more than 100 letters.
    #[error("a name has at most 100 letters")]
    TooLong,
}

impl FullNameError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Empty => Bilingual::new("Hãy nhập họ và tên", "Enter the full name"),
            Self::NoLetter => Bilingual::new("Họ và tên phải có chữ cái", "A name has at least one letter"),
            Self::TooLong => Bilingual::new("Họ và tên dài tối đa 100 chữ", "A name has at most 100 letters"),
        }
    }
}

impl FullName {
    /// Reads a name and brings it to the form that is stored.
    ///
    /// # Errors
    /// [`FullNameError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FullNameError> {
        let name = nfc(text);
        if name.is_empty() {
            Err(FullNameError::Empty)
        } else if !name.chars().any(char::is_alphabetic) {
            Err(FullNameError::NoLetter)
        } else if name.nfd().filter(|c| !is_combining_mark(*c)).count() > MAX_LETTERS {
            Err(FullNameError::TooLong)
        } else {
            Ok(Self(name))
        }
    }

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it is searched and matched.
    #[must_use]
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// The given name: the last word, by which people are addressed and sorted.
    #[must_use]
    pub fn given(&self) -> &str {
        self.0.rsplit(' ').next().unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_composed_and_its_given_name_is_the_last_word() {
        let name = FullName::parse(" Nguye\u{302}\u{303}n  Đặng Thị Thúy Hằng ").unwrap();
        assert_eq!(name.as_str(), "Nguyễn Đặng Thị Thúy Hằng");
        assert_eq!(name.given(), "Hằng");
        assert_eq!(name.folded(), "nguyen dang thi thuy hang");
        assert_eq!(FullName::parse("Bưởi").unwrap().given(), "Bưởi");
    }

    #[test]
    fn what_has_no_letter_is_no_name() {
        assert_eq!(FullName::parse(" \u{200b} "), Err(FullNameError::Empty));
        assert_eq!(FullName::parse("0912345678"), Err(FullNameError::NoLetter));
        assert_eq!(FullName::parse("-"), Err(FullNameError::NoLetter));
    }

    #[test]
    fn letters_are_counted_as_people_count_them() {
        assert!(FullName::parse(&"ễ".repeat(100)).is_ok());
        assert!(FullName::parse(&"e\u{302}\u{303}".repeat(100)).is_ok());
        assert_eq!(FullName::parse(&"ễ".repeat(101)), Err(FullNameError::TooLong));
    }

    #[test]
    fn debug_hides_the_name() {
        assert_eq!(format!("{:?}", FullName::parse("Nguyễn Văn A").unwrap()), "FullName(…)");
    }
}
