//! Workbooks that leave the service: the bad rows of an upload with what is wrong beside them, ready to mend and send
//! again, and the template.

use std::collections::BTreeMap;
use std::fs::File;

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};
use shared::bilingual::Lang;
use shared::time::Instant;

use crate::app::reader::Reading;
use crate::app::row_cells::table;
use crate::domain::report::{RowReport, RowStatus, StoredRow};
use crate::domain::tabular::TableRows;

/// The most rows that a workbook of bad rows holds: more are mended by mending what they have in common first.
pub const MOST: usize = 20_000;

/// The headers of the columns that are added; none of them is a column of the dictionary, so that the workbook can be
/// sent as it is.
const ADDED: [&str; 3] = ["Dòng trong tệp đã gửi", "Kết quả xử lý", "Lý do"];

fn is_bad(row: &StoredRow) -> bool {
    matches!(row.status(), RowStatus::Rejected | RowStatus::Held)
}

fn word(status: RowStatus) -> &'static str {
    match status {
        RowStatus::Rejected => "Bị từ chối",
        RowStatus::Held => "Chờ xem lại",
        RowStatus::Accepted => "Đã nhận",
        RowStatus::Duplicate => "Trùng",
        RowStatus::Amended => "Đã đính chính",
        RowStatus::Ignored => "Bỏ qua",
    }
}

/// Why a row is bad, in Vietnamese.
fn reasons(row: &StoredRow) -> String {
    let one =
        |column: &str, detail: &str| if column.is_empty() { detail.to_owned() } else { format!("{column}: {detail}") };
    row.errors().map(|error| one(&error.column, error.detail_in(Lang::Vi))).collect::<Vec<_>>().join("\n")
}

/// The rows of a report that were rejected or are held, with the cells that they came with where the file was a table.
///
/// # Errors
/// When the workbook cannot be written.
pub fn bad_rows(report: &RowReport, file: Option<File>, reading: &Reading, now: Instant) -> Result<Vec<u8>, XlsxError> {
    let bad: BTreeMap<u64, &StoredRow> =
        report.rows().iter().filter(|row| is_bad(row)).take(MOST).map(|row| (row.row(), row)).collect();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Dòng cần sửa")?;
    match file.and_then(|file| table(file, reading, now)) {
        Some(mut rows) => with_cells(sheet, rows.as_mut(), &bad)?,
        None => {
            header(sheet, &["Mã xét nghiệm".to_owned()])?;
            for (line, row) in (1..).zip(bad.values()) {
                sheet.write_string(line, 0, row.accession().unwrap_or_default())?;
                added(sheet, line, 1, row)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn with_cells(
    sheet: &mut Worksheet,
    rows: &mut dyn TableRows,
    bad: &BTreeMap<u64, &StoredRow>,
) -> Result<(), XlsxError> {
    let mut headers = rows.header();
    header(sheet, &headers)?;
    let text = Format::new().set_num_format("@");
    let mut line = 1;
    while let Some(row) = rows.next_row() {
        let Some(stored) = bad.get(&row.number) else { continue };
        // Another sheet of a workbook may have other columns.
        if rows.header() != headers {
            headers = rows.header();
            for (column, name) in (0..).zip(headers.iter().map(String::as_str).chain(ADDED)) {
                sheet.write_string(line, column, name)?;
            }
            line += 1;
        }
        for (column, cell) in (0..).zip(rows.cells().iter().take(headers.len())) {
            sheet.write_string_with_format(line, column, cell.as_str(), &text)?;
        }
        added(sheet, line, u16::try_from(headers.len()).unwrap_or(u16::MAX), stored)?;
        line += 1;
    }
    Ok(())
}

fn header(sheet: &mut Worksheet, headers: &[String]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_background_color(Color::RGB(0x00D9_E8F5));
    let all = headers.iter().map(String::as_str).chain(ADDED);
    for (column, name) in (0..).zip(all) {
        sheet.write_string_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    let last = u16::try_from(headers.len() + ADDED.len() - 1).unwrap_or(u16::MAX);
    sheet.set_column_width(last, 70)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn added(sheet: &mut Worksheet, line: u32, column: u16, row: &StoredRow) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_font_color(Color::RGB(0x00A6_1C00));
    #[expect(clippy::cast_precision_loss, reason = "a row of a file is far below 2^53")]
    sheet.write_number(line, column, row.row() as f64)?;
    sheet.write_string(line, column + 1, word(row.status()))?;
    sheet.write_string_with_format(line, column + 2, reasons(row), &wrapped)?;
    Ok(())
}

/// The template: the Vietnamese headers, every column as text so that no zero is lost, and rows of an example that are
/// ignored when they are left in.
///
/// # Errors
/// When the workbook cannot be written.
pub fn template(rows: &[Vec<String>]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Kết quả")?;
    let bold = Format::new().set_bold().set_background_color(Color::RGB(0x00D9_E8F5));
    let text = Format::new().set_num_format("@");
    for (line, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string_with_format(line, column, cell, if line == 0 { &bold } else { &text })?;
            sheet.set_column_width(column, 20)?;
            sheet.set_column_format(column, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    workbook.save_to_buffer()
}
