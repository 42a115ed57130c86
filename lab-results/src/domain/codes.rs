//! The small code tables of the service: tests, specimen kinds and result values, each with the words that files use.
//!
//! The tables lie in `codes/*.tsv` with their origin and licence; the database keeps only our own codes.

mod finding;
mod loinc;
mod specimen;

pub use finding::Finding;
pub use loinc::{DEFAULT_ANTIGEN, DEFAULT_PCR, Loinc, TestKind, default_loinc, is_loinc, loinc, method, test_kind};
pub use specimen::SpecimenKind;

/// The lines of a table that are no comment, each cut at its tabs.
pub(super) fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split('\t').collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::collections::HashMap;

    use shared::fold::fold;

    #[test]
    fn no_word_of_a_table_means_two_things() {
        for table in [include_str!("../../codes/outcomes.tsv"), include_str!("../../codes/specimens.tsv")] {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for fields in lines(table) {
                let words = fields[1..].iter().flat_map(|f| f.split('|'));
                for word in words.map(fold).filter(|w| !w.is_empty()) {
                    let before = seen.insert(word.clone(), fields[0]);
                    assert!(before.is_none_or(|b| b == fields[0]), "{word}: {before:?} and {}", fields[0]);
                }
            }
        }
    }
}
