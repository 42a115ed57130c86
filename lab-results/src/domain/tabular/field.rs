//! The fields that a column of a table may hold, and the words by which laboratories name them.

use std::collections::HashMap;
use std::sync::LazyLock;

use shared::fold::fold;

use crate::domain::codes::{self, lines};
use crate::domain::message::{Mapping, MappingKind};

macro_rules! fields {
    ($($name:ident = $column:literal;)*) => {
        /// A field that a column may hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Field {
            $($name,)*
        }

        impl Field {
            /// Every field, in the order of the enum and of the table.
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name as a column.
            pub(super) fn column(self) -> &'static str {
                match self {
                    $(Self::$name => $column,)*
                }
            }
        }
    };
}

fields! {
    Id = "id";
    LabCode = "lab_code";
    Accession = "accession";
    Barcode = "barcode";
    PersonId = "person_id";
    FullName = "full_name";
    LastName = "last_name";
    FirstName = "first_name";
    MiddleName = "middle_name";
    BirthDate = "birth_date";
    BirthYear = "birth_year";
    Sex = "sex";
    Phone = "phone";
    NationalId = "national_id";
    HealthInsuranceNo = "health_insurance_no";
    Address = "address";
    WardCode = "ward_code";
    SpecimenKind = "specimen_kind";
    CollectedAt = "collected_at";
    OrderedAt = "ordered_at";
    Loinc = "loinc";
    Method = "method";
    Outcome = "outcome";
    CtValue = "ct_value";
    ResultedAt = "resulted_at";
    Status = "status";
}

/// What the table says of a field.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    pointer: &'static str,
    vietnamese: &'static str,
}

struct Table {
    entries: [Entry; Field::ALL.len()],
    words: HashMap<String, Field>,
    foreign: HashMap<String, Field>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table =
        Table { entries: [Entry::default(); Field::ALL.len()], words: HashMap::new(), foreign: HashMap::new() };
    for line in lines(include_str!("../../../codes/columns.tsv")) {
        let [column, pointer, vietnamese, words] = line[..] else { continue };
        let Some(field) = Field::of_column(column) else { continue };
        table.entries[field as usize] = Entry { pointer, vietnamese };
        let words = words.split('|').filter(|word| !word.is_empty());
        table.words.extend([column, vietnamese].into_iter().chain(words).map(|word| (fold(word), field)));
    }
    for line in lines(include_str!("../../../codes/foreign_columns.tsv")) {
        let [column, words] = line[..] else { continue };
        let Some(field) = Field::of_column(column) else { continue };
        table.foreign.extend(words.split('|').map(|word| (fold(word), field)));
    }
    table
});

impl Field {
    /// The field that a header names, in the words of the laboratory itself before any other; also whether only other
    /// systems call it so.
    pub(super) fn read(header: &str, mapping: &Mapping) -> Option<(Self, bool)> {
        let own = || mapping.get(MappingKind::Header, header).and_then(Self::of_column);
        let folded = fold(header);
        let known = own().or_else(|| TABLE.words.get(&folded).copied());
        let known = known.or_else(|| method_of_result(&folded).map(|_| Self::Outcome));
        known.map(|field| (field, false)).or_else(|| TABLE.foreign.get(&folded).map(|field| (*field, true)))
    }

    /// The field of one of our columns.
    pub(super) fn of_column(column: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.column() == column)
    }

    /// The field of a JSON Pointer in a result, or of its nearest parent.
    pub(super) fn of_pointer(pointer: &str) -> Option<Self> {
        let exact = |p: &str| Self::ALL.iter().copied().find(|f| TABLE.entries[*f as usize].pointer == p);
        let mut at = pointer;
        loop {
            if let Some(field) = exact(at) {
                return Some(field);
            }
            at = at.rsplit_once('/')?.0;
        }
    }

    /// The header by which our table names its column first.
    pub(super) fn vietnamese(self) -> &'static str {
        TABLE.entries[self as usize].vietnamese
    }

    /// How a file may name its column, for people.
    pub(super) fn names(self) -> String {
        format!("\"{}\" / \"{}\"", TABLE.entries[self as usize].vietnamese, self.column())
    }
}

/// The method that the header of a column of results names: `Kết quả PCR`.
pub(super) fn method_of_result(folded: &str) -> Option<&str> {
    let rest = folded.strip_prefix("ket qua ").or_else(|| folded.strip_prefix("kq "))?;
    codes::method(rest).map(|_| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_in_the_table_and_no_word_names_two() {
        let table = include_str!("../../../codes/columns.tsv");
        assert_eq!(
            lines(table).map(|l| l[0]).collect::<Vec<_>>(),
            Field::ALL.iter().map(|f| f.column()).collect::<Vec<_>>()
        );
        let mut seen: HashMap<String, &str> = HashMap::new();
        for line in lines(table) {
            assert_eq!(Field::of_pointer(line[1]).map(Field::column), Some(line[0]));
            for word in [line[0], line[2]].into_iter().chain(line[3].split('|').filter(|w| !w.is_empty())) {
                let before = seen.insert(fold(word), line[0]);
                assert!(before.is_none_or(|b| b == line[0]), "{word}: {before:?} and {}", line[0]);
            }
        }
    }

    #[test]
    fn a_pointer_leads_to_its_field_or_its_parent() {
        assert_eq!(Field::of_pointer("/specimen/collected_at"), Some(Field::CollectedAt));
        assert_eq!(Field::of_pointer("/person/phone/0"), Some(Field::Phone));
        assert_eq!(Field::of_pointer("/elsewhere"), None);
    }
}
