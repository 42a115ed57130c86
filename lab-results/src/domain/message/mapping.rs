//! What a laboratory's own words mean, as the laboratory itself has said: its codes of tests and results, its words for
//! specimens, its headers.

use std::collections::HashMap;

use shared::fold::fold;

/// What a word of a laboratory names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MappingKind {
    /// A test; means a LOINC code.
    Test,
    /// A result value; means one of our findings.
    Outcome,
    /// A kind of specimen; means one of our kinds.
    Specimen,
    /// The header of a column; means one of our columns.
    Header,
}

impl MappingKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Test, Self::Outcome, Self::Specimen, Self::Header];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Outcome => "outcome",
            Self::Specimen => "specimen",
            Self::Header => "header",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The words of one laboratory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(HashMap<(MappingKind, String), String>);

impl Mapping {
    /// Adds a word.
    pub fn insert(&mut self, kind: MappingKind, local: &str, target: &str) {
        self.0.insert((kind, fold(local)), target.to_owned());
    }

    /// What a word means to the laboratory.
    #[must_use]
    pub fn get(&self, kind: MappingKind, local: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(kind, fold(local))).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whatever_its_case_and_marks() {
        let mut mapping = Mapping::default();
        mapping.insert(MappingKind::Test, "12350000", "94500-6");
        mapping.insert(MappingKind::Header, "Kết luận cuối", "outcome");
        assert_eq!(mapping.get(MappingKind::Test, " 12350000"), Some("94500-6"));
        assert_eq!(mapping.get(MappingKind::Header, "KET LUAN CUOI"), Some("outcome"));
        assert_eq!(mapping.get(MappingKind::Outcome, "12350000"), None);
        assert!(MappingKind::ALL.into_iter().all(|kind| MappingKind::from_code(kind.code()) == Some(kind)));
    }
}
