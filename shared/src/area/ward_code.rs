//! The code of a ward.

use crate::bilingual::Bilingual;
use crate::fold::text_value::{shown_as_text, text_value};

/// The code of a ward, commune or township: 5 digits, as text because leading zeros matter. Well-formed; whether such a
/// ward exists is asked with a day ([`super::ward`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WardCode(String);

text_value!(WardCode, WardCodeError);
shown_as_text!(WardCode);

/// Why a text is no code of a ward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code of a ward has 5 digits, such as 28252")]
pub struct WardCodeError;

impl WardCodeError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        Bilingual::new(
            "Mã xã, phường, thị trấn có 5 chữ số, ví dụ 28252",
            "The code of a ward has 5 digits, such as 28252",
        )
    }
}

impl WardCode {
    /// Reads 5 digits.
    ///
    /// # Errors
    /// [`WardCodeError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, WardCodeError> {
        let text = text.trim();
        let well_formed = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
        if well_formed { Ok(Self(text.to_owned())) } else { Err(WardCodeError) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
