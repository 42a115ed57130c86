//! The header of a table: which column holds which field, by the words that laboratories use.

use std::collections::HashMap;
use std::sync::LazyLock;

use csv::ByteRecord;
use shared::bilingual::Bilingual;
use shared::fold::fold;

use super::FileError;
use super::layout::cells;
use crate::domain::codes::{self, lines};
use crate::domain::message::{Mapping, MappingKind};
use crate::domain::report::CellError;

macro_rules! fields {
    ($($name:ident = $column:literal;)*) => {
        /// A field that a column may hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(super) enum Field {
            $($name,)*
        }

        impl Field {
            /// Every field, in the order of the enum and of the table.
            const ALL: &[Self] = &[$(Self::$name),*];

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

    /// How a file may name its column, for people.
    fn names(self) -> String {
        format!("\"{}\" / \"{}\"", TABLE.entries[self as usize].vietnamese, self.column())
    }
}

/// The method that the header of a column of results names: `Kết quả PCR`.
fn method_of_result(folded: &str) -> Option<&str> {
    let rest = folded.strip_prefix("ket qua ").or_else(|| folded.strip_prefix("kq "))?;
    codes::method(rest).map(|_| rest)
}

/// Fields that may stand in several columns, such as an old number and a new one: the first that is filled holds it. The
/// word of our table for the first column comes before the others.
const MANY: [Field; 4] = [Field::NationalId, Field::ResultedAt, Field::Phone, Field::Address];

/// The columns of a file.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    headers: Vec<String>,
    fields: Vec<Option<Field>>,
    foreign: bool,
    american: bool,
    places: [Option<usize>; Field::ALL.len()],
    /// The other columns of a field that may have several.
    others: Vec<(Field, usize)>,
    /// The method that the header of the result names.
    method: Option<String>,
}

impl Columns {
    /// Reads a header line; also what is to be said about columns that are not used.
    ///
    /// # Errors
    /// `no_header` where no column is recognised, `duplicate_column` where two hold the same field, `missing_column`
    /// where one that every result needs is not there. `has_lab` says that the account or key is a laboratory's.
    pub(super) fn read(
        header: &ByteRecord,
        has_lab: bool,
        mapping: &Mapping,
    ) -> Result<(Self, Vec<CellError>), FileError> {
        let headers: Vec<String> = cells(header).collect();
        let read: Vec<Option<(Field, bool)>> = headers.iter().map(|h| Field::read(h, mapping)).collect();
        let foreign = read.iter().flatten().any(|(_, foreign)| *foreign);
        let american = headers
            .iter()
            .zip(&read)
            .any(|(header, read)| read.is_some_and(|(_, foreign)| foreign) && fold(header).starts_with("patient "));
        let mut fields: Vec<Option<Field>> = read.iter().map(|read| read.map(|(field, _)| field)).collect();
        part_of_name(&headers, &mut fields);
        if foreign {
            give_way(&read, &mut fields);
        }
        if fields.iter().all(Option::is_none) {
            return Err(no_header());
        }
        let method = headers.iter().find_map(|header| method_of_result(&fold(header)).map(str::to_owned));
        let places = [None; Field::ALL.len()];
        let mut columns = Self { headers, fields, foreign, american, places, others: Vec::new(), method };
        let mut doubled = Vec::new();
        let mut warnings = Vec::new();
        for (place, (field, header)) in columns.fields.iter().zip(&columns.headers).enumerate() {
            match field {
                Some(field) => match columns.places[*field as usize] {
                    Some(before) if MANY.contains(field) => {
                        // The one that our table names first comes first.
                        let first = |place: usize| {
                            fold(&columns.headers[place]) == fold(TABLE.entries[*field as usize].vietnamese)
                        };
                        let (main, other) = if first(place) { (place, before) } else { (before, place) };
                        columns.places[*field as usize] = Some(main);
                        columns.others.push((*field, other));
                    }
                    Some(before) => doubled.push(duplicate(&columns.headers[before], header)),
                    None => columns.places[*field as usize] = Some(place),
                },
                None if !header.is_empty() => warnings.push(unused(header)),
                None => {}
            }
        }
        if !doubled.is_empty() {
            let detail = Bilingual::new(
                "Có hai cột cùng một nội dung: bỏ bớt một cột",
                "Two columns hold the same field: remove one of them",
            );
            return Err(FileError { code: "duplicate_column", detail, errors: doubled });
        }
        let missing = columns.missing(has_lab);
        if !missing.is_empty() {
            return Err(missing_columns(missing));
        }
        if !columns.has(Field::SpecimenKind) {
            warnings.push(no_specimen_kind());
        }
        Ok((columns, warnings))
    }

    /// Whether the file is another system's, with the habits of those.
    pub(super) const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Whether the columns are those of American systems, which write the month before the day.
    pub(super) const fn is_american(&self) -> bool {
        self.american
    }

    /// The method that the header of the result names, where no column does.
    pub(super) fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The headers, as the file spells them.
    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// How many cells a row has.
    pub(super) fn len(&self) -> usize {
        self.headers.len()
    }

    /// Whether the file has a column for a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.places[field as usize].is_some()
    }

    /// The cell of a field in a row.
    pub(super) fn cell<'a>(&self, record: &'a ByteRecord, field: Field) -> Option<&'a [u8]> {
        let main = record.get(self.places[field as usize]?)?;
        let filled = |cell: &[u8]| !cell.iter().all(u8::is_ascii_whitespace);
        if filled(main) || self.others.is_empty() {
            return Some(main);
        }
        let others = self.others.iter().filter(|(of, _)| *of == field).filter_map(|(_, place)| record.get(*place));
        Some(others.into_iter().find(|cell| filled(cell)).unwrap_or(main))
    }

    /// The header of a field as the file spells it, or the name that its column should have.
    pub(super) fn name(&self, field: Field) -> &str {
        self.places[field as usize].map_or(field.column(), |place| &self.headers[place])
    }

    /// Each group of fields of which the file has none though it needs one.
    fn missing(&self, has_lab: bool) -> Vec<&'static [Field]> {
        use Field::{
            Accession, Barcode, BirthDate, BirthYear, CollectedAt, FirstName, FullName, LabCode, LastName, Loinc,
            Method, NationalId, OrderedAt, Outcome, PersonId, Phone, ResultedAt,
        };
        if self.foreign {
            let mut needed: Vec<&[Field]> =
                vec![&[Accession, Barcode, FullName, LastName, FirstName], &[Outcome], &[ResultedAt, CollectedAt]];
            if !has_lab {
                needed.push(&[LabCode]);
            }
            needed.retain(|group| !group.iter().any(|field| self.has(*field)));
            return needed;
        }
        let mut needed: Vec<&[Field]> = vec![
            &[Accession],
            &[Barcode, PersonId, FullName, LastName],
            &[CollectedAt, OrderedAt],
            &[Loinc, Method],
            &[Outcome],
            &[ResultedAt],
        ];
        if !has_lab {
            needed.push(&[LabCode]);
        }
        if self.has(FullName) && !self.has(Barcode) && !self.has(PersonId) {
            needed.push(&[BirthDate, BirthYear, Phone, NationalId]);
        }
        needed.retain(|group| !group.iter().any(|field| self.has(*field)));
        needed.retain(|group| self.method.is_none() || !group.contains(&Method));
        needed
    }
}

/// `Tên` beside `Họ` is the given name, and alone the whole.
fn part_of_name(headers: &[String], fields: &mut [Option<Field>]) {
    if !fields.contains(&Some(Field::LastName)) || fields.contains(&Some(Field::FirstName)) {
        return;
    }
    for (header, field) in headers.iter().zip(fields) {
        if *field == Some(Field::FullName) && fold(header) == "ten" {
            *field = Some(Field::FirstName);
        }
    }
}

/// Where two columns of another system's file hold one field, the one that we call so, or else the first, holds it.
fn give_way(read: &[Option<(Field, bool)>], fields: &mut [Option<Field>]) {
    for (place, one) in read.iter().enumerate() {
        let Some((field, foreign)) = one else { continue };
        let better = read.iter().enumerate().any(|(other, two)| {
            two.is_some_and(|(same, strange)| same == *field && other != place && (strange, other) < (*foreign, place))
        });
        if better {
            fields[place] = None;
        }
    }
}

fn no_header() -> FileError {
    let names = "Mã xét nghiệm, Mã ống, Loại mẫu, Ngày lấy mẫu, Phương pháp, Kết quả, Ngày trả kết quả";
    let columns = "accession, barcode, specimen_kind, collected_at, loinc, outcome, resulted_at";
    let detail = Bilingual::new(
        format!("Không thấy dòng tiêu đề. Dòng đầu phải là tên các cột, ví dụ: {names}"),
        format!("No header line was found. The first line must name the columns, such as: {columns}"),
    );
    FileError { code: "no_header", detail, errors: Vec::new() }
}

fn missing_columns(missing: Vec<&'static [Field]>) -> FileError {
    let join = |group: &[Field], or: &str| group.iter().map(|f| f.names()).collect::<Vec<_>>().join(or);
    let all = |or: &str| missing.iter().map(|group| join(group, or)).collect::<Vec<_>>().join("; ");
    let detail = Bilingual::new(format!("Thiếu cột: {}", all(" hoặc ")), format!("Missing columns: {}", all(" or ")));
    let errors = missing
        .iter()
        .filter_map(|group| {
            let detail = Bilingual::new(
                format!("Thêm cột {}", join(group, " hoặc ")),
                format!("Add the column {}", join(group, " or ")),
            );
            Some(CellError::new(group.first()?.column(), "missing_column", detail))
        })
        .collect();
    FileError { code: "missing_column", detail, errors }
}

fn duplicate(before: &str, header: &str) -> CellError {
    let detail = Bilingual::new(
        format!("Cột \"{header}\" và cột \"{before}\" cùng một nội dung"),
        format!("The columns \"{header}\" and \"{before}\" hold the same field"),
    );
    CellError::new(header, "duplicate_column", detail)
}

fn unused(header: &str) -> CellError {
    let detail = Bilingual::new("Không dùng đến cột này", "This column is not used");
    CellError::new(header, "unknown_column", detail)
}

fn no_specimen_kind() -> CellError {
    let field = Field::SpecimenKind;
    let detail = Bilingual::new(
        format!("Tệp không có cột {}: các mẫu được ghi là không rõ loại", field.names()),
        format!("The file has no column {}: specimens are stored as not stated", field.names()),
    );
    CellError::new(field.column(), "no_specimen_kind", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str], has_lab: bool) -> Result<(Columns, Vec<CellError>), FileError> {
        Columns::read(&ByteRecord::from(header.to_vec()), has_lab, &Mapping::default())
    }

    const VIETNAMESE: [&str; 7] =
        ["Kết quả", "Mã XN", "Mã vạch", "Ngày lấy mẫu", "Phương pháp", "Ngày trả kết quả", "Loại mẫu"];

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
    fn columns_are_found_in_any_order_language_and_spelling() {
        let (found, warnings) = columns(&VIETNAMESE, true).unwrap();
        assert!(warnings.is_empty());
        assert_eq!(found.name(Field::Outcome), "Kết quả");
        assert_eq!(found.name(Field::Phone), "phone");
        let english = [
            "LAB CODE",
            "specimen.kind",
            "test_loinc",
            "Accession",
            "collected-at",
            "OUTCOME",
            "resulted_at",
            "barcode",
        ];
        assert!(columns(&english, false).is_ok());
    }

    #[test]
    fn an_unknown_column_is_told_and_not_used() {
        let mut header = VIETNAMESE.to_vec();
        header.extend(["Ghi chú", ""]);
        let (_, warnings) = columns(&header, true).unwrap();
        assert_eq!(warnings.len(), 1);
        assert_eq!((warnings[0].column.as_str(), warnings[0].code.as_str()), ("Ghi chú", "unknown_column"));
    }

    #[test]
    fn missing_columns_are_named_all_at_once() {
        let error = columns(&["Mã xét nghiệm", "Họ tên"], false).unwrap_err();
        assert_eq!(error.code, "missing_column");
        let named: Vec<_> = error.errors.iter().map(|e| e.column.as_str()).collect();
        assert_eq!(named, ["collected_at", "loinc", "outcome", "resulted_at", "lab_code", "birth_date"]);
        assert!(error.detail.vi.contains("\"Ngày lấy mẫu\" / \"collected_at\""), "{}", error.detail.vi);
    }

    #[test]
    fn two_columns_for_one_field_are_refused() {
        let mut header = VIETNAMESE.to_vec();
        header.push("outcome");
        let error = columns(&header, true).unwrap_err();
        assert_eq!((error.code, error.errors[0].column.as_str()), ("duplicate_column", "outcome"));
        assert_eq!(columns(&["a", "b"], true).unwrap_err().code, "no_header");
    }

    #[test]
    fn a_pointer_leads_to_its_field_or_its_parent() {
        assert_eq!(Field::of_pointer("/specimen/collected_at"), Some(Field::CollectedAt));
        assert_eq!(Field::of_pointer("/person/phone/0"), Some(Field::Phone));
        assert_eq!(Field::of_pointer("/elsewhere"), None);
    }
}
