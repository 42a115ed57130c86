//! Cells that a workbook keeps as numbers though they name somebody or something: a number has no zeros at its beginning.

use csv::ByteRecord;
use shared::bilingual::Bilingual;

use super::cells;
use super::field::Field;
use super::header::Columns;
use crate::domain::report::CellError;

/// Columns of a workbook whose cells are numbers though they name somebody or something.
#[derive(Debug, Default)]
pub(super) struct Marked(Vec<Field>);

impl Marked {
    pub(super) fn note(&mut self, record: &ByteRecord, columns: &Columns) {
        for field in NAMING_FIELDS {
            let number = columns.cell(record, field).is_some_and(|c| c.starts_with(cells::WAS_NUMBER.as_bytes()));
            if number && !self.0.contains(&field) {
                self.0.push(field);
            }
        }
    }

    pub(super) fn warnings(&self, columns: &Columns) -> Vec<CellError> {
        let warning = |field: &Field| {
            let name = columns.name(*field);
            let detail = Bilingual::new(
                format!(
                    "Cột \"{name}\" là số: các số 0 ở đầu có thể đã mất. Đặt định dạng cột là Văn bản (Text) rồi nhập lại"
                ),
                format!(
                    "The column \"{name}\" holds numbers: leading zeros may be lost. Format it as Text and enter them again"
                ),
            );
            CellError::new(name, "leading_zeros", detail)
        };
        self.0.iter().map(warning).collect()
    }
}

/// The fields whose digits name somebody or something.
const NAMING_FIELDS: [Field; 6] =
    [Field::Accession, Field::Barcode, Field::Phone, Field::NationalId, Field::HealthInsuranceNo, Field::WardCode];
