//! The tables of a laboratory that pools, whatever program wrote them: rows of texts, and their columns by header.

use std::collections::HashMap;
use std::io::{Cursor, Read as _, Seek as _, Write as _};

use calamine::{Data, Reader as _, Xlsx};
use shared::bilingual::Bilingual;
use shared::fold::{fold, nfc};
use shared::problem::FieldError;
use shared_web::Problem;

use crate::app::upload::{Received, unreadable};
use crate::domain::tabular;

/// The largest file: a day of a large laboratory is a few hundred kilobytes.
const LARGEST_FILE: u64 = 10 * 1024 * 1024;
/// The most rows.
const MOST_ROWS: usize = 20_000;

/// What a cell says; `None` where it is empty.
pub(super) fn cell(row: &[String], at: usize) -> Option<&str> {
    row.get(at).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The columns with one of these headers: by the whole name, else by how it begins.
pub(super) fn columns(table: &[Vec<String>], names: &[&str]) -> Vec<usize> {
    let headers: Vec<String> = table.first().map(|row| row.iter().map(|text| fold(text)).collect()).unwrap_or_default();
    let exact: Vec<usize> = (0..headers.len()).filter(|at| names.contains(&headers[*at].trim())).collect();
    if !exact.is_empty() {
        return exact;
    }
    (0..headers.len()).filter(|at| names.iter().any(|name| headers[*at].trim().starts_with(name))).collect()
}

/// The first column with one of these headers.
pub(super) fn column(table: &[Vec<String>], names: &[&str]) -> Option<usize> {
    columns(table, names).first().copied()
}

/// The table lacks a column.
pub(super) fn missing(column: &str) -> Problem {
    let detail = Bilingual::new(format!("Thiếu cột {column}"), format!("The column {column} is missing"));
    Problem::field(FieldError::new("/file", "missing_column", detail))
}

/// Reads a table, told apart by its content: a workbook, or text with commas, semicolons or tabs between cells.
///
/// # Errors
/// 422 where it is neither, too large, or unpacks to an extraordinary size.
pub(super) async fn read(file: Received) -> Result<Vec<Vec<String>>, Problem> {
    let read = tokio::task::spawn_blocking(move || table(file)).await;
    let table = read.map_err(|_| Problem::internal())?.map_err(|error| error.unwrap_or_else(no_table))?;
    if table.len() < 2 { Err(missing("Barcode")) } else { Ok(table) }
}

/// Reads a table that is in memory.
///
/// # Errors
/// As [`read`]; 503 where there is no room for it.
pub fn read_bytes(bytes: &[u8]) -> Result<Vec<Vec<String>>, Problem> {
    let mut file = tempfile::tempfile().map_err(|_| Problem::busy())?;
    file.write_all(bytes).map_err(|_| Problem::busy())?;
    table(Received { file, content_hash: String::new() }).map_err(|error| error.unwrap_or_else(no_table))
}

fn no_table() -> Problem {
    let detail = Bilingual::new(
        "Tệp không phải bảng CSV hoặc XLSX, hoặc quá lớn (tối đa 10 MB)",
        "The file is no table (CSV, XLSX), or too large (at most 10 MB)",
    );
    Problem::field(FieldError::new("/file", "format", detail))
}

/// The rows, or what is wrong with the file where more is known than that it is no table.
fn table(mut file: Received) -> Result<Vec<Vec<String>>, Option<Problem>> {
    if file.file.metadata().map_err(|_| None)?.len() > LARGEST_FILE {
        return Err(None);
    }
    let mut bytes = Vec::new();
    file.file.rewind().and_then(|()| file.file.read_to_end(&mut bytes)).map_err(|_| None)?;
    if !bytes.starts_with(b"PK") {
        return tabular::text(&bytes).and_then(|text| rows_of(&text)).ok_or(None);
    }
    tabular::check_size(&file.file).map_err(|error| Some(unreadable(error)))?;
    workbook(bytes).ok_or(None)
}

fn workbook(bytes: Vec<u8>) -> Option<Vec<Vec<String>>> {
    let mut book = Xlsx::new(Cursor::new(bytes)).ok()?;
    let name = book.sheet_names().first()?.clone();
    let mut cells = book.worksheet_cells_reader(&name).ok()?;
    let mut rows: HashMap<u32, Vec<String>> = HashMap::new();
    let mut last = 0;
    while let Some(cell) = cells.next_cell().ok()? {
        let ((row, column), value) = (cell.get_position(), Data::from(cell.get_value().clone()));
        if usize::try_from(row).ok()? > MOST_ROWS || column > 200 {
            return None;
        }
        last = last.max(row);
        let cells = rows.entry(row).or_default();
        let column = usize::try_from(column).ok()?;
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = match value {
            Data::Float(number) => number.to_string(),
            other => other.to_string(),
        };
    }
    Some((0..=last).filter_map(|row| rows.remove(&row)).collect())
}

fn rows_of(text: &str) -> Option<Vec<Vec<String>>> {
    let head = text.lines().next().unwrap_or_default();
    let often = |mark: u8| head.bytes().filter(|byte| *byte == mark).count();
    let mark = [b'\t', b';', b','].into_iter().max_by_key(|mark| often(*mark))?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(mark).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.ok()?;
        if rows.len() > MOST_ROWS {
            return None;
        }
        rows.push(row.iter().map(nfc).collect());
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_its_whole_name_first() {
        let table = vec![["Result code", "Result", "Mã ống"].map(str::to_owned).to_vec()];
        assert_eq!(columns(&table, &["interpretation", "result", "ket qua"]), [1]);
        assert_eq!(column(&table, &["barcode", "ma ong"]), Some(2));
        let many = vec![["Interpretation 1", "Interpretation 2"].map(str::to_owned).to_vec()];
        assert_eq!(columns(&many, &["interpretation", "result", "ket qua"]), [0, 1]);
    }

    #[test]
    fn a_table_is_read_in_whatever_code_page_it_came() {
        let plain = "Barcode;Kết quả\nP-1;Âm tính\n";
        let rows = [["Barcode", "Kết quả"], ["P-1", "Âm tính"]].map(|row| row.map(str::to_owned).to_vec());
        let utf_16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            "\u{feff}".encode_utf16().chain(plain.encode_utf16()).flat_map(unit).collect()
        };
        // Windows-1258 writes a vowel and its tone in two bytes.
        let old = b"Barcode;K\xea\xect qua\xd2\nP-1;\xc2m t\xednh\n".to_vec();
        for bytes in [plain.as_bytes().to_vec(), utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes), old] {
            assert_eq!(read_bytes(&bytes).unwrap(), rows);
        }
        let long = [b"Barcode\n".as_slice(), &[b'x'; 10 * 1024 * 1024]].concat();
        assert!(read_bytes(&long).is_err());
    }

    #[test]
    fn what_is_no_table_is_refused_without_panic() {
        for bytes in [&b""[..], b"PK\x03\x04 no workbook", b"\xff\xfe\x00", b"\"", b"one\ntwo"] {
            let _ = (tabular::text(bytes).and_then(|text| rows_of(&text)), workbook(bytes.to_vec()));
        }
    }
}
