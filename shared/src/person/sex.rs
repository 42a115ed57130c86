//! Sex, as health records keep it.

use serde::{Deserialize, Serialize};

use crate::bilingual::Bilingual;
use crate::fold::fold;

/// Administrative sex (FHIR `administrative-gender`, without `other`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not known.
    #[default]
    Unknown,
}

impl Sex {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Female, Self::Male, Self::Unknown];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Unknown => "unknown",
        }
    }

    /// The value that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sex| sex.code() == code)
    }

    /// The value that a text means: a code, or what people write in lists, such as `Nữ`, `Nam`, `F`, `M`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match fold(text).as_str() {
            "female" | "nu" | "f" => Some(Self::Female),
            "male" | "nam" | "m" => Some(Self::Male),
            "unknown" | "khong ro" => Some(Self::Unknown),
            _ => None,
        }
    }

    /// The name that people read.
    #[must_use]
    pub fn name(self) -> Bilingual {
        match self {
            Self::Female => Bilingual::new("Nữ", "Female"),
            Self::Male => Bilingual::new("Nam", "Male"),
            Self::Unknown => Bilingual::new("Không rõ", "Unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_and_stand_on_the_wire() {
        for sex in Sex::ALL {
            assert_eq!(Sex::from_code(sex.code()), Some(sex));
            assert_eq!(Sex::parse(&sex.name().vi), Some(sex));
            assert_eq!(serde_json::to_string(&sex).unwrap(), format!("\"{}\"", sex.code()));
        }
    }

    #[test]
    fn what_lists_write_is_understood_and_nothing_is_guessed() {
        assert_eq!(Sex::parse("NỮ"), Some(Sex::Female));
        assert_eq!(Sex::parse(" nam"), Some(Sex::Male));
        assert_eq!(Sex::parse("1"), None);
    }
}
