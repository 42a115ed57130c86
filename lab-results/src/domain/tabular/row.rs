//! One record of a table as a result, with every error at the column it belongs to.

use csv::ByteRecord;
use shared::bilingual::Bilingual;
use shared::person::PersonInput;
use shared::time::{Date, Instant};

use super::cells::{self, CellTime, Fault};
use super::header::{Columns, Field};
use crate::domain::codes;
use crate::domain::report::CellError;
use crate::domain::result::{Parsed, ResultInput, SpecimenInput, TestInput};

/// When a file is read, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) now: Instant,
    pub(super) today: Date,
    pub(super) credential_lab: Option<String>,
}

/// The accession of a record, as far as it can be read.
pub(super) fn accession(record: &ByteRecord, columns: &Columns) -> Option<String> {
    text(record, columns, Field::Accession)
}

/// Reads a record that has as many cells as the header.
pub(super) fn read(record: &ByteRecord, columns: &Columns, context: &Context) -> Result<Parsed, Vec<CellError>> {
    let mut row = Row { record, columns, faults: Vec::new() };
    let input = row.input();
    let lab = context.credential_lab.as_deref();
    match input.parse("", context.now, context.today, lab) {
        Ok(parsed) if row.faults.is_empty() => Ok(parsed),
        Ok(_) => Err(row.errors(Vec::new())),
        Err(errors) => {
            let found = errors
                .into_iter()
                .map(|e| (row.field_of(&e.pointer), e))
                // A cell that could not be read at all looks empty to the rules behind.
                .filter(|(field, _)| field.is_none_or(|f| row.faults.iter().all(|(at, _)| *at != f)))
                .map(|(field, e)| {
                    let column = field.map_or(e.pointer.as_str(), |f| row.columns.name(f)).to_owned();
                    CellError::new(column, e.code, e.detail)
                })
                .collect();
            Err(row.errors(found))
        }
    }
}

/// A record that has more or fewer cells than the header.
pub(super) fn ragged(record: &ByteRecord, columns: &Columns) -> CellError {
    let (cells, expected) = (record.len(), columns.len());
    if record.iter().any(|cell| cell.contains(&b'\n')) {
        let detail = Bilingual::new(
            format!("Dòng có {cells} ô, cần {expected}. Có lẽ một dấu ngoặc kép (\") mở ra mà không đóng lại"),
            format!(
                "This row has {cells} cells, {expected} are needed. Perhaps a double quote (\") was opened and never \
                 closed"
            ),
        );
        return CellError::new("", "unclosed_quote", detail);
    }
    let detail = Bilingual::new(
        format!("Dòng có {cells} ô, cần {expected}. Nếu trong ô có dấu phân cách, đặt cả ô trong ngoặc kép (\")"),
        format!(
            "This row has {cells} cells, {expected} are needed. Put a cell that holds the delimiter in double quotes \
             (\")"
        ),
    );
    CellError::new("", "ragged", detail)
}

fn text(record: &ByteRecord, columns: &Columns, field: Field) -> Option<String> {
    // What comes out of the decoder is UTF-8, so nothing is lost here.
    columns.cell(record, field).and_then(|cell| cells::given(&String::from_utf8_lossy(cell)))
}

struct Row<'a> {
    record: &'a ByteRecord,
    columns: &'a Columns,
    faults: Vec<(Field, Fault)>,
}

impl Row<'_> {
    fn text(&self, field: Field) -> Option<String> {
        text(self.record, self.columns, field)
    }

    fn checked<T>(&mut self, field: Field, check: impl FnOnce(String) -> Result<T, Fault>) -> Option<T> {
        self.text(field).and_then(|t| check(t).map_err(|fault| self.faults.push((field, fault))).ok())
    }

    fn number(&mut self, field: Field) -> Option<String> {
        self.checked(field, cells::number_text)
    }

    fn input(&mut self) -> ResultInput {
        let barcode = self.number(Field::Barcode);
        let kind = if self.columns.has(Field::SpecimenKind) {
            self.text(Field::SpecimenKind)
        } else {
            Some(codes::SpecimenKind::Unknown.code().to_owned())
        };
        let (collected_at, resulted_at) = self.times();
        ResultInput {
            id: self.text(Field::Id),
            lab_code: self.text(Field::LabCode),
            accession: self.number(Field::Accession),
            person: self.person(barcode.is_some()),
            barcode,
            specimen: SpecimenInput { kind, collected_at },
            test: self.test(),
            outcome: self.text(Field::Outcome),
            status: self.text(Field::Status),
            ct_value: self.text(Field::CtValue),
            resulted_at,
        }
    }

    /// The person. Beside a tube, cells that name nobody (an address alone, say) are left out.
    fn person(&mut self, has_tube: bool) -> Option<PersonInput> {
        let (id, full_name) = (self.text(Field::PersonId), self.text(Field::FullName));
        if has_tube && id.is_none() && full_name.is_none() {
            return None;
        }
        let person = PersonInput {
            id,
            full_name,
            birth_date: self.text(Field::BirthDate),
            birth_year: self.checked(Field::BirthYear, birth_year),
            sex: self.text(Field::Sex),
            phone: self.number(Field::Phone),
            national_id: self.checked(Field::NationalId, cells::national_id),
            health_insurance_no: self.number(Field::HealthInsuranceNo),
            address: self.text(Field::Address),
            ward_code: self.number(Field::WardCode),
        };
        (person != PersonInput::default()).then_some(person)
    }

    /// The test: a LOINC code, or a method in either of the two columns.
    fn test(&self) -> TestInput {
        let (test, method) = (self.text(Field::Loinc), self.text(Field::Method));
        match test {
            Some(word) if codes::test_kind(&word).is_none() && codes::method(&word).is_some() => {
                TestInput { loinc: None, method: method.or(Some(word)) }
            }
            loinc => TestInput { loinc, method },
        }
    }

    /// Both times as RFC 3339. Where only the day of the result is known and the specimen was taken on that day, the
    /// result is as old as the specimen.
    fn times(&mut self) -> (Option<String>, Option<String>) {
        let collected = self.checked(Field::CollectedAt, |t| cells::instant(&t));
        let resulted = self.checked(Field::ResultedAt, |t| cells::instant(&t));
        let resulted = match (collected, resulted) {
            (Some(c), Some(r)) if r.day_only && r.at.local_date() == c.at.local_date() => Some(c.at),
            (_, resulted) => resulted.map(|r: CellTime| r.at),
        };
        (collected.map(|c| c.at.to_fixed_text()), resulted.map(Instant::to_fixed_text))
    }

    fn field_of(&self, pointer: &str) -> Option<Field> {
        let field = Field::of_pointer(pointer)?;
        let instead = match field {
            // What tells a person apart may stand in any of these columns.
            Field::BirthDate => [Field::BirthDate, Field::BirthYear, Field::Phone, Field::NationalId].as_slice(),
            Field::Barcode => [Field::Barcode, Field::PersonId, Field::FullName].as_slice(),
            Field::Loinc => [Field::Loinc, Field::Method].as_slice(),
            _ => return Some(field),
        };
        Some(instead.iter().copied().find(|f| self.columns.has(*f)).unwrap_or(field))
    }

    /// The faults of the cells and `others`, in the order of the columns of a result.
    fn errors(self, others: Vec<CellError>) -> Vec<CellError> {
        let columns = self.columns;
        let faults = self.faults.into_iter();
        faults.map(|(field, (code, detail))| CellError::new(columns.name(field), code, detail)).chain(others).collect()
    }
}

/// The year of birth, four digits.
fn birth_year(text: String) -> Result<i64, Fault> {
    cells::number_text(text)?.parse().map_err(|_| {
        let detail =
            Bilingual::new("Năm sinh là bốn chữ số, ví dụ 1950", "The year of birth is four digits, such as 1950");
        ("birth_year", detail)
    })
}
