//! What is said about a header.

use shared::bilingual::Bilingual;

use crate::domain::report::CellError;
use crate::domain::tabular::FileError;
use crate::domain::tabular::field::Field;

pub(super) fn no_header() -> FileError {
    let names = "Mã xét nghiệm, Mã ống, Loại mẫu, Ngày lấy mẫu, Phương pháp, Kết quả, Ngày trả kết quả";
    let columns = "accession, barcode, specimen_kind, collected_at, loinc, outcome, resulted_at";
    let detail = Bilingual::new(
        format!("Không thấy dòng tiêu đề. Dòng đầu phải là tên các cột, ví dụ: {names}"),
        format!("No header line was found. The first line must name the columns, such as: {columns}"),
    );
    FileError { code: "no_header", detail, errors: Vec::new() }
}

pub(super) fn missing_columns(missing: Vec<&'static [Field]>) -> FileError {
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

pub(super) fn duplicate(before: &str, header: &str) -> CellError {
    let detail = Bilingual::new(
        format!("Cột \"{header}\" và cột \"{before}\" cùng một nội dung"),
        format!("The columns \"{header}\" and \"{before}\" hold the same field"),
    );
    CellError::new(header, "duplicate_column", detail)
}

pub(super) fn unused(header: &str) -> CellError {
    let detail = Bilingual::new("Không dùng đến cột này", "This column is not used");
    CellError::new(header, "unknown_column", detail)
}

pub(super) fn no_specimen_kind() -> CellError {
    let field = Field::SpecimenKind;
    let detail = Bilingual::new(
        format!("Tệp không có cột {}: các mẫu được ghi là không rõ loại", field.names()),
        format!("The file has no column {}: specimens are stored as not stated", field.names()),
    );
    CellError::new(field.column(), "no_specimen_kind", detail)
}
