//! The header of a table: which column holds which field.

mod said;

use csv::ByteRecord;
use shared::bilingual::Bilingual;
use shared::fold::fold;

use self::said::{duplicate, missing_columns, no_header, no_specimen_kind, unused};
use super::FileError;
use super::field::{Field, method_of_result};
use super::layout::cells;
use crate::domain::message::Mapping;
use crate::domain::report::CellError;

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
                        let first = |place: usize| fold(&columns.headers[place]) == fold(field.vietnamese());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &[&str], has_lab: bool) -> Result<(Columns, Vec<CellError>), FileError> {
        Columns::read(&ByteRecord::from(header.to_vec()), has_lab, &Mapping::default())
    }

    const VIETNAMESE: [&str; 7] =
        ["Kết quả", "Mã XN", "Mã vạch", "Ngày lấy mẫu", "Phương pháp", "Ngày trả kết quả", "Loại mẫu"];

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
}
