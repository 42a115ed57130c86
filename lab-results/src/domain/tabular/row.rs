//! One record of a table as a result, with every error at the column it belongs to.

use csv::ByteRecord;
use sha2::{Digest, Sha256};
use shared::bilingual::Bilingual;
use shared::person::{PersonInput, Sex};
use shared::phone::Phone;
use shared::time::{Date, Instant};

use super::cells::{self, CellTime, Fault};
use super::field::Field;
use super::header::Columns;
use crate::domain::codes;
use crate::domain::disposition::{Disposition, IgnoreReason};
use crate::domain::message::{Mapping, MappingKind, unknown_specimen};
use crate::domain::names;
use crate::domain::report::CellError;
use crate::domain::result::{Parsed, PersonRef, ResultInput, SpecimenInput, TestInput};

/// When a file is read, and for whom.
#[derive(Debug, Clone)]
pub(super) struct Context {
    pub(super) now: Instant,
    pub(super) today: Date,
    pub(super) credential_lab: Option<String>,
    pub(super) mapping: Mapping,
    pub(super) month_first: bool,
}

/// The accession of a record, as far as it can be read.
pub(super) fn accession(record: &ByteRecord, columns: &Columns) -> Option<String> {
    text(record, columns, Field::Accession).or_else(|| {
        let id = text(record, columns, Field::Id).filter(|id| id.parse::<uuid::Uuid>().is_err());
        id.filter(|_| columns.is_foreign())
    })
}

/// Reads a record that has as many cells as the header.
pub(super) fn read(record: &ByteRecord, columns: &Columns, context: &Context) -> Result<Parsed, Vec<CellError>> {
    let mut row = Row { record, columns, context, faults: Vec::new(), warnings: Vec::new() };
    let input = row.input();
    let lab = context.credential_lab.as_deref();
    let read = if columns.is_foreign() {
        input.parse_foreign(context.now, context.today, lab)
    } else {
        input.parse("", context.now, context.today, lab)
    };
    match read {
        Ok(parsed) if row.faults.is_empty() => Ok(row.finished(parsed)),
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
    context: &'a Context,
    faults: Vec<(Field, Fault)>,
    warnings: Vec<CellError>,
}

impl Row<'_> {
    fn text(&self, field: Field) -> Option<String> {
        text(self.record, self.columns, field)
    }

    fn checked<T>(&mut self, field: Field, check: impl FnOnce(String) -> Result<T, Fault>) -> Option<T> {
        let text = self.text(field)?;
        let read = cells::no_formula(text).and_then(check);
        read.map_err(|fault| self.faults.push((field, fault))).ok()
    }

    /// The text of a cell that holds no formula.
    fn plain(&mut self, field: Field) -> Option<String> {
        self.checked(field, Ok)
    }

    /// What a word means to the laboratory, or the word itself.
    fn mapped(&mut self, field: Field, kind: MappingKind) -> Option<String> {
        let word = self.plain(field)?;
        Some(self.context.mapping.get(kind, &word).map_or(word, str::to_owned))
    }

    fn warn(&mut self, field: Field, code: &str, vi: &str, en: &str) {
        self.warnings.push(CellError::new(self.columns.name(field), code, Bilingual::new(vi, en)));
    }

    /// The result with what is odd about its row; the row that comes with our template is nobody's.
    fn finished(self, mut parsed: Parsed) -> Parsed {
        if is_example(&parsed) {
            parsed.disposition_hint = Disposition::Ignore(IgnoreReason::Example);
        }
        parsed.warnings = self.warnings;
        parsed
    }

    fn number(&mut self, field: Field) -> Option<String> {
        self.checked(field, cells::number_text)
    }

    fn input(&mut self) -> ResultInput {
        let barcode = self.number(Field::Barcode);
        let (collected_at, resulted_at) = self.times();
        let foreign = self.columns.is_foreign();
        let mut accession = self.number(Field::Accession);
        let mut id = self.plain(Field::Id);
        if foreign && accession.is_none() {
            // What other systems call the id of a result is their number of the test.
            accession = id.take();
        }
        let person = self.person(barcode.is_some());
        let test = self.test();
        if foreign && accession.is_none() {
            accession = Some(derived(&[
                person.as_ref().and_then(|p| p.full_name.clone()),
                person.as_ref().and_then(|p| p.birth_date.clone()),
                barcode.clone(),
                test.loinc.clone(),
                collected_at.clone(),
            ]));
            self.warn(
                Field::Accession,
                "accession_made",
                "Không có mã xét nghiệm: hệ thống tự đặt từ họ tên, ngày sinh, xét nghiệm và ngày lấy mẫu",
                "There is no number of the test: one was made from the name, birth, test and collection date",
            );
        }
        ResultInput {
            id,
            lab_code: self.plain(Field::LabCode),
            accession,
            person,
            barcode,
            specimen: SpecimenInput { kind: self.specimen(), collected_at },
            test,
            outcome: self.mapped(Field::Outcome, MappingKind::Outcome),
            status: self.plain(Field::Status),
            ct_value: self.plain(Field::CtValue),
            resulted_at,
        }
    }

    /// What was taken. A word or code that is in no table is another specimen: what was found does not hang on it.
    fn specimen(&mut self) -> Option<String> {
        if !self.columns.has(Field::SpecimenKind) {
            return Some(codes::SpecimenKind::Unknown.code().to_owned());
        }
        let foreign = self.columns.is_foreign();
        match self.mapped(Field::SpecimenKind, MappingKind::Specimen) {
            None if foreign => Some(codes::SpecimenKind::Unknown.code().to_owned()),
            Some(word) if codes::SpecimenKind::read(&word).is_none() => {
                self.warnings.push(unknown_specimen(self.columns.name(Field::SpecimenKind)));
                Some(codes::SpecimenKind::Other.code().to_owned())
            }
            kind => kind,
        }
    }

    fn full_name(&mut self) -> Option<String> {
        if let Some(name) = self.plain(Field::FullName) {
            return Some(name);
        }
        let [last, first, middle] =
            [Field::LastName, Field::FirstName, Field::MiddleName].map(|field| self.plain(field).unwrap_or_default());
        let whole = if self.columns.is_foreign() {
            names::whole(&last, &first, &middle)
        } else {
            [last, middle, first].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        (!whole.is_empty()).then_some(whole)
    }

    /// The person. Beside a tube, cells that name nobody (an address alone, say) are left out.
    fn person(&mut self, has_tube: bool) -> Option<PersonInput> {
        let (id, full_name) = (self.plain(Field::PersonId), self.full_name());
        if has_tube && id.is_none() && full_name.is_none() {
            return None;
        }
        let (month_first, today) = (self.context.month_first, self.context.today);
        let mut person = PersonInput {
            id,
            full_name,
            birth_date: self.checked(Field::BirthDate, |text| cells::birth(text, month_first, today)),
            birth_year: self.checked(Field::BirthYear, birth_year),
            sex: self.plain(Field::Sex),
            phone: self.number(Field::Phone),
            national_id: self.checked(Field::NationalId, cells::national_id),
            health_insurance_no: self.number(Field::HealthInsuranceNo),
            address: self.plain(Field::Address),
            ward_code: self.number(Field::WardCode),
        };
        if self.columns.is_foreign() {
            // Other countries' phones and words for the sex are no fault of the row.
            person.phone = person.phone.filter(|phone| Phone::parse(phone).is_ok());
            person.sex = person.sex.filter(|sex| Sex::parse(sex).is_some());
        }
        (person != PersonInput::default()).then_some(person)
    }

    /// The test: a LOINC code, or a method in either of the two columns.
    fn test(&mut self) -> TestInput {
        let (test, method) =
            (self.mapped(Field::Loinc, MappingKind::Test), self.mapped(Field::Method, MappingKind::Test));
        let method = match (&test, method) {
            (None, None) => self.columns.method().map(str::to_owned),
            (_, method) => method,
        };
        // A laboratory may have mapped its word for a method to a code.
        let (test, method) = match (test, method) {
            (None, Some(code)) if codes::test_kind(&code).is_some() => (Some(code), None),
            both => both,
        };
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
        let month_first = self.context.month_first;
        let taken = self.checked(Field::CollectedAt, |t| cells::instant(&t, month_first));
        let resulted = self.checked(Field::ResultedAt, |t| cells::instant(&t, month_first));
        let ordered = self.checked(Field::OrderedAt, |t| cells::instant(&t, month_first));
        let foreign = self.columns.is_foreign();
        let instead = if foreign && self.faults.is_empty() { ordered.or(resulted) } else { ordered };
        let collected = taken.or(instead);
        let resulted = resulted.or(if foreign { collected } else { None });
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
            Field::Barcode => [Field::Barcode, Field::PersonId, Field::FullName, Field::LastName].as_slice(),
            Field::FullName => [Field::FullName, Field::LastName, Field::FirstName].as_slice(),
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

/// The made-up people of our template.
fn is_example(parsed: &Parsed) -> bool {
    let Some(PersonRef::Described { draft, .. }) = parsed.draft.subject.person() else { return false };
    parsed.draft.accession.as_str().starts_with("MAU-000") && draft.full_name.as_str().ends_with(" Mẫu")
}

/// A number for a row that came without one: the same row has the same number again.
fn derived(parts: &[Option<String>]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        let text = part.as_deref().unwrap_or_default();
        hash.update(format!("{}:{text}", text.len()));
    }
    let hex: String = hash.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("auto-{hex}")
}
