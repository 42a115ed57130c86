//! The published dictionary of the columns.

use super::field::Field;
use crate::domain::codes;

/// Whether a text is the name of one of our columns.
#[must_use]
pub fn is_column(name: &str) -> bool {
    Field::of_column(name).is_some()
}

/// One column of the published dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ColumnEntry {
    /// Our name.
    pub column: &'static str,
    /// The field of a result that it holds, as a JSON Pointer.
    pub pointer: &'static str,
    /// The Vietnamese header.
    pub vietnamese: &'static str,
    /// Other headers that are understood, without regard to marks, case and punctuation.
    pub words: &'static str,
}

/// The published dictionary of the columns, in the order of the fields of a result.
pub fn dictionary() -> impl Iterator<Item = ColumnEntry> {
    codes::lines(include_str!("../../../codes/columns.tsv")).filter_map(|line| {
        let [column, pointer, vietnamese, words] = line[..] else { return None };
        Some(ColumnEntry { column, pointer, vietnamese, words })
    })
}
