//! The cells of a table that was sent as CSV or XLSX.

use std::io::Cursor;

use calamine::{Data, DataRef, Reader as _, Xlsx};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;

/// How many lines a table may have (our own policy): all venues of a large district.
pub const MOST_LINES: usize = 50_000;
/// How many columns are looked at.
const MOST_COLUMNS: usize = 60;
/// How long a cell may be, in bytes; what is longer is cut, and then refused as too long.
const LONGEST_CELL: usize = 4_000;

/// Why a file is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It is neither CSV nor XLSX.
    #[error("neither CSV nor XLSX")]
    Format,
    /// It is an XLSX file that cannot be read.
    #[error("the spreadsheet cannot be read")]
    Broken,
    /// It has more than [`MOST_LINES`] lines.
    #[error("more than {MOST_LINES} lines")]
    TooLong,
}

impl TableError {
    /// What is said at the file.
    #[must_use]
    pub fn field_error(self) -> FieldError {
        let (code, vi, en) = match self {
            Self::Empty => ("empty", "Tệp không có dòng nào".to_owned(), "The file has no line".to_owned()),
            Self::Format => (
                "unsupported_format",
                "Chỉ nhận tệp CSV hoặc XLSX".to_owned(),
                "Only CSV and XLSX files are taken".to_owned(),
            ),
            Self::Broken => (
                "broken_file",
                "Tệp XLSX bị hỏng. Hãy mở và lưu lại rồi gửi".to_owned(),
                "The XLSX file is damaged. Open it, save it again and send that".to_owned(),
            ),
            Self::TooLong => (
                "too_long",
                format!("Tối đa {MOST_LINES} dòng mỗi tệp. Hãy chia tệp ra"),
                format!("At most {MOST_LINES} lines a file. Split it"),
            ),
        };
        FieldError::new("/file", code, Bilingual::new(vi, en))
    }
}

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLine {
    /// Its number as a spreadsheet shows it: empty lines count, the parts of a cell that has several lines do not.
    pub row: u32,
    /// Its cells.
    pub cells: Vec<String>,
}

/// The lines of a file with their cells; empty lines are left out. XLSX is told by its first bytes.
///
/// # Errors
/// [`TableError`] says why it is no table.
pub fn read(bytes: Vec<u8>) -> Result<Vec<TableLine>, TableError> {
    let lines = match bytes.as_slice() {
        [b'P', b'K', 3, 4, ..] => spreadsheet(bytes)?,
        [0xD0, 0xCF, 0x11, 0xE0, ..] | [b'%', b'P', b'D', b'F', ..] => return Err(TableError::Format),
        _ => separated(&bytes)?,
    };
    if lines.is_empty() { Err(TableError::Empty) } else { Ok(lines) }
}

/// The first sheet, cell by cell: nothing but the strings that the file shares is held beside the lines.
fn spreadsheet(bytes: Vec<u8>) -> Result<Vec<TableLine>, TableError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| TableError::Broken)?;
    let sheet = book.sheet_names().first().cloned().ok_or(TableError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| TableError::Broken)?;
    let mut lines: Vec<TableLine> = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| TableError::Broken)? {
        let (row, column) = cell.get_position();
        let (Ok(column), text) = (usize::try_from(column), text_of(cell.get_value())) else { continue };
        if text.trim().is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        let row = row.saturating_add(1);
        if lines.last().is_none_or(|line| line.row != row) {
            if lines.len() > MOST_LINES {
                return Err(TableError::TooLong);
            }
            lines.push(TableLine { row, cells: Vec::new() });
        }
        if let Some(TableLine { cells, .. }) = lines.last_mut() {
            if cells.len() <= column {
                cells.resize(column + 1, String::new());
            }
            cut(&text).clone_into(&mut cells[column]);
        }
    }
    Ok(lines)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        value => Data::from(value.clone()).to_string(),
    }
}

/// Text with the delimiter that its first line has most of. Bytes that are no UTF-8 are read as windows-1258.
fn separated(bytes: &[u8]) -> Result<Vec<TableLine>, TableError> {
    let text = decoded(bytes)?;
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: char| first.matches(delimiter).count();
    let delimiter = [';', '\t', ','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(',');
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for (record, row) in reader.records().zip(rows(text.as_bytes(), delimiter)) {
        let record = record.map_err(|_| TableError::Format)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() > MOST_LINES {
            return Err(TableError::TooLong);
        }
        lines.push(TableLine {
            row,
            cells: record.iter().take(MOST_COLUMNS).map(|cell| cut(cell).to_owned()).collect(),
        });
    }
    Ok(lines)
}

/// The numbers of the lines that are not empty, as a spreadsheet counts them. The reader of lines skips what is empty
/// without a word, and counts every line end inside a cell.
fn rows(text: &[u8], delimiter: u8) -> impl Iterator<Item = u32> {
    let (mut rest, mut row) = (text, 0_u32);
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let end = line_end(rest, delimiter);
            let ends_in_two = rest[end..].starts_with(b"\r\n");
            rest = rest.get(end + if ends_in_two { 2 } else { 1 }..).unwrap_or_default();
            row = row.saturating_add(1);
            if end > 0 {
                return Some(row);
            }
        }
    })
}

/// Where in a cell a byte stands.
enum Within {
    Start,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: it ended the cell, or it is the first of two that stand for one.
    Quote,
}

/// Where the first line ends: a line end in a quoted cell is none. A quote opens a cell only where the cell begins.
fn line_end(text: &[u8], delimiter: u8) -> usize {
    let mut within = Within::Start;
    for (at, byte) in text.iter().enumerate() {
        within = match (within, *byte) {
            (Within::Start | Within::Quote, b'"') => Within::Quoted,
            (Within::Quoted, b'"') => Within::Quote,
            (Within::Quoted, _) => Within::Quoted,
            (_, b'\r' | b'\n') => return at,
            (_, byte) if byte == delimiter => Within::Start,
            _ => Within::Plain,
        };
    }
    text.len()
}

fn decoded(bytes: &[u8]) -> Result<String, TableError> {
    let (text, _) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, bom)) => encoding.decode_without_bom_handling(&bytes[bom..]),
        None if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8.decode_without_bom_handling(bytes),
        None => encoding_rs::WINDOWS_1258.decode_without_bom_handling(bytes),
    };
    if text.contains('\0') { Err(TableError::Format) } else { Ok(text.into_owned()) }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_CELL);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_and_the_encoding_are_found() {
        for text in
            ["name;kind\nQuán Ẩm;cafe\n", "name,kind\r\nQuán Ẩm,cafe\r\n\r\n", "\u{feff}name\tkind\nQuán Ẩm\tcafe"]
        {
            let lines = read(text.as_bytes().to_vec()).unwrap();
            assert_eq!(lines[1].cells, ["Quán Ẩm", "cafe"], "{text:?}");
        }
        let utf16: Vec<u8> = "\u{feff}a,b\nQuán,2".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(utf16).unwrap()[1].cells, ["Quán", "2"]);
    }

    #[test]
    fn a_spreadsheet_is_read_cell_by_cell() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "name").unwrap().write(0, 2, "ward_code").unwrap();
        sheet.write(2, 0, "Quán Ẩm").unwrap().write(2, 2, 28252).unwrap();
        let lines = read(book.save_to_buffer().unwrap()).unwrap();
        let found: Vec<_> =
            lines.iter().map(|line| (line.row, line.cells.iter().map(String::as_str).collect())).collect();
        assert_eq!(found, [(1, vec!["name", "", "ward_code"]), (3, vec!["Quán Ẩm", "", "28252"])]);
    }

    #[test]
    fn a_line_has_the_number_that_a_spreadsheet_shows() {
        let numbers = |text: &str| -> Vec<(u32, String)> {
            let lines = read(text.as_bytes().to_vec()).unwrap();
            lines.into_iter().map(|line| (line.row, line.cells[0].clone())).collect()
        };
        let expected = |list: &[(u32, &str)]| -> Vec<(u32, String)> {
            list.iter().map(|(row, cell)| (*row, (*cell).to_owned())).collect()
        };
        for end in ["\n", "\r\n", "\r"] {
            let text = ["name,kind", "", "a,1", ",", "", "b,2", "\"c\nc \"\" c\",3", "5\" d,4", "e,5"].join(end);
            let lines = [(1, "name"), (3, "a"), (6, "b"), (7, "c\nc \" c"), (8, "5\" d"), (9, "e")];
            assert_eq!(numbers(&text), expected(&lines), "{end:?}");
            assert_eq!(numbers(&format!("{end}{text}{end}{end}")).len(), 6);
        }
        assert_eq!(numbers("\"a\";\"1\"\n\nb;2"), expected(&[(1, "a"), (3, "b")]));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert_eq!(read(Vec::new()), Err(TableError::Empty));
        assert_eq!(read(b"PK\x03\x04 no zip".to_vec()), Err(TableError::Broken));
        assert_eq!(read(b"%PDF-1.7".to_vec()), Err(TableError::Format));
        assert_eq!(read(b"a\0b".to_vec()), Err(TableError::Format));
        let long = "a\n".repeat(MOST_LINES + 2);
        assert_eq!(read(long.into_bytes()), Err(TableError::TooLong));
    }
}
