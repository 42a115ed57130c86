//! Tables that somebody takes out, as CSV and XLSX: with a mark that says who took them out and when, and no cell that a
//! spreadsheet takes for a formula.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::problem::Problem;

/// A file format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// UTF-8 with a byte order mark, as spreadsheets want it.
    Csv,
    /// Office Open XML.
    Xlsx,
}

impl Table {
    /// The content type, as the OpenAPI document has it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The end of a file's name, without the point.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The spreadsheet could not be written.
    #[error("the spreadsheet cannot be written")]
    Xlsx(#[from] XlsxError),
    /// The CSV could not be written.
    #[error("the CSV cannot be written")]
    Csv(#[from] csv::Error),
}

impl From<SheetError> for Problem {
    fn from(error: SheetError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a table could not be written");
        Self::internal()
    }
}

/// Writes a table; the mark stands on every printed page of a spreadsheet.
///
/// # Errors
/// [`SheetError`] says why not.
pub fn write<L: AsRef<[String]>>(
    table: Table,
    header: &[&str],
    lines: &[L],
    watermark: &str,
) -> Result<Vec<u8>, SheetError> {
    Ok(match table {
        Table::Csv => csv_of(header, lines)?,
        Table::Xlsx => xlsx_of(header, lines, watermark)?,
    })
}

/// A table as an answer that is saved under a name and kept by no cache.
///
/// # Errors
/// When the name fits no header.
pub fn answer(table: Table, name: &str, file: Vec<u8>) -> Result<Response, Problem> {
    let content_type = match table {
        Table::Csv => "text/csv; charset=utf-8",
        Table::Xlsx => table.media_type(),
    };
    let name = format!("attachment; filename=\"{name}.{}\"", table.extension());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| Problem::internal())?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, file).into_response())
}

/// A cell that no spreadsheet takes for a formula: somebody may call themselves `=HYPERLINK(…)`.
fn harmless(cell: &str) -> String {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

fn csv_of<L: AsRef<[String]>>(header: &[&str], lines: &[L]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    writer.write_record(header)?;
    for line in lines {
        writer.write_record(line.as_ref().iter().map(|cell| harmless(cell)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// Every cell is text, so none is a formula.
fn xlsx_of<L: AsRef<[String]>>(header: &[&str], lines: &[L], watermark: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, text) in (0_u16..).zip(header) {
        sheet.write_string_with_format(0, column, *text, &bold)?;
    }
    for (row, line) in (1_u32..).zip(lines) {
        for (column, cell) in (0_u16..).zip(line.as_ref()) {
            sheet.write_string(row, column, harmless(cell))?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_footer(format!("&C{}", watermark.replace('&', "&&")));
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_calls_themselves_is_a_formula() {
        for cell in ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
        }
        assert_eq!(harmless("Nguyễn Văn An"), "Nguyễn Văn An");
    }

    #[test]
    fn both_formats_hold_every_line_and_say_what_they_are() {
        let lines = [["Hoa".to_owned(), "=1".to_owned()], ["An, Ba".to_owned(), String::new()]];
        let csv = write(Table::Csv, &["name", "what"], &lines, "who").unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "\u{feff}name,what\r\nHoa,'=1\r\n\"An, Ba\",\r\n");
        assert!(write(Table::Xlsx, &["name", "what"], &lines, "a & b").unwrap().starts_with(b"PK"));
        let answer = answer(Table::Xlsx, "antam-x", Vec::new()).unwrap();
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"antam-x.xlsx\"");
        assert!(super::answer(Table::Csv, "a\nb", Vec::new()).is_err());
    }
}
