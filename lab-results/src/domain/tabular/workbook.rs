//! XLSX workbooks: the sheet with the results is written out as text, row by row, and read as any other table.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use calamine::{Data, DataRef, Reader, SheetVisible, Xlsx};
use shared::bilingual::Bilingual;
use shared::time::{Date, Instant};

use super::{FileError, Row, RowIter, TableRows, cells, read_rows_as};
use crate::domain::message::Mapping;
use crate::domain::report::CellError;

/// The most sheets that are looked at.
const MAX_SHEETS: usize = 20;
/// The most columns that are looked at.
const MAX_COLUMNS: u32 = 256;
/// The most rows that are read: as many as a sheet can have.
const MAX_ROWS: u32 = 1_048_576;
/// How much a workbook may hold when it is unpacked, in bytes: far above any real file, below what hurts.
const MAX_UNPACKED: u64 = 1_500_000_000;
/// How much the parts that are held in memory whole may take: shared texts, styles.
const MAX_HELD: u64 = 200_000_000;
/// How many times its size a part may unpack to, once it is large.
const MAX_RATIO: u64 = 200;
/// The size from which the ratio is looked at.
const LARGE: u64 = 20_000_000;

/// The sheets of a workbook that hold results, one after the other.
pub struct Sheets {
    sheets: Vec<(String, RowIter<File>)>,
    /// The sheet that is read.
    at: usize,
    /// How many rows the sheets before it had.
    before: u64,
    /// The last row that was given.
    last: u64,
    /// What is to be said about the sheets.
    told: Vec<CellError>,
}

impl TableRows for Sheets {
    fn next_row(&mut self) -> Option<Row> {
        loop {
            if let Some(mut row) = self.sheets.get_mut(self.at)?.1.next() {
                row.number += self.before;
                self.last = row.number;
                return Some(row);
            }
            if self.at + 1 == self.sheets.len() {
                return None;
            }
            self.at += 1;
            self.before = self.last;
            self.told.push(next_sheet(&self.sheets[self.at].0, self.before));
        }
    }

    fn column_of(&self, pointer: &str) -> String {
        self.sheets[self.at].1.column_of(pointer)
    }

    fn warnings(&self) -> Vec<CellError> {
        let mut all = self.told.clone();
        for warning in self.sheets.iter().flat_map(|(_, rows)| rows.warnings()) {
            if !all.contains(&warning) {
                all.push(warning);
            }
        }
        all
    }

    fn header(&self) -> Vec<String> {
        self.sheets[self.at].1.header()
    }

    fn cells(&self) -> Vec<String> {
        self.sheets[self.at].1.cells()
    }
}

/// How the rows of a sheet behind the first are numbered.
fn next_sheet(name: &str, before: u64) -> CellError {
    let detail = Bilingual::new(
        format!("Tệp có nhiều trang: dòng n của trang \"{name}\" là dòng {before} + n trong báo cáo"),
        format!("The workbook has several sheets: row n of the sheet \"{name}\" is row {before} + n of the report"),
    );
    CellError::new(name, "next_sheet", detail)
}

/// A sheet with some of the columns of results, of which no row was read.
fn unread_sheet(name: &str, why: &Bilingual) -> CellError {
    let detail = Bilingual::new(
        format!("Trang \"{name}\" không được đọc. {}", why.vi),
        format!("The sheet \"{name}\" was not read. {}", why.en),
    );
    CellError::new(name, "sheet_not_read", detail)
}

/// Begins to read a workbook of results: every visible sheet with a header that is understood.
///
/// # Errors
/// [`FileError`] where it is no workbook, a bomb, or no row can be read.
pub fn read_workbook(
    file: File,
    now: Instant,
    today: Date,
    credential_lab: Option<&str>,
    mapping: &Mapping,
) -> Result<Sheets, FileError> {
    check_size(&file)?;
    let mut workbook: Xlsx<_> = Xlsx::new(BufReader::new(file)).map_err(|e| broken(&e.to_string()))?;
    let visible = workbook.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).take(MAX_SHEETS).collect();
    let (mut sheets, mut unread, mut first) = (Vec::new(), Vec::new(), None);
    for name in names {
        let text = written_out(&mut workbook, &name)?;
        match read_rows_as(text, now, today, credential_lab, mapping) {
            Ok(rows) => sheets.push((name, rows)),
            Err(error) => {
                if error.code == "missing_column" {
                    unread.push(unread_sheet(&name, &error.detail));
                }
                // The sheet that comes nearest says what is missing.
                let nearer = |before: &FileError| before.code != "missing_column" && error.code == "missing_column";
                if first.as_ref().is_none_or(nearer) {
                    first = Some(error);
                }
            }
        }
    }
    if sheets.is_empty() {
        return Err(first.unwrap_or_else(|| broken("no visible sheet")));
    }
    Ok(Sheets { sheets, at: 0, before: 0, last: 0, told: unread })
}

/// Unpacks every part once without keeping it: what a workbook says of its own sizes is not believed.
pub(crate) fn check_size(file: &File) -> Result<(), FileError> {
    let again = file.try_clone().map_err(|e| broken(&e.to_string()))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(again)).map_err(|e| broken(&e.to_string()))?;
    let mut whole = 0;
    if archive.len() > 10_000 {
        return Err(bomb());
    }
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|e| broken(&e.to_string()))?;
        let packed = part.compressed_size().max(1);
        let held = !part.name().is_ok_and(|name| name.starts_with("xl/worksheets/"));
        let limit = if held { MAX_HELD } else { MAX_UNPACKED };
        let size = io::copy(&mut part.take(limit + 1), &mut io::sink()).map_err(|e| broken(&e.to_string()))?;
        whole += size;
        if size > limit || whole > MAX_UNPACKED || (size > LARGE && size / packed > MAX_RATIO) {
            return Err(bomb());
        }
    }
    let mut file = file;
    file.rewind().map_err(|e| broken(&e.to_string()))
}

/// A sheet as a text with one line for each row.
fn written_out<R: Read + Seek>(workbook: &mut Xlsx<R>, name: &str) -> Result<File, FileError> {
    let failed = |e: io::Error| broken(&e.to_string());
    let mut out = BufWriter::new(tempfile::tempfile().map_err(failed)?);
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|e| broken(&e.to_string()))?;
    let width = reader.dimensions().end.1.saturating_add(1).min(MAX_COLUMNS) as usize;
    let mut row: Vec<String> = vec![String::new(); width];
    let (mut at, mut used) = (0_u32, false);
    loop {
        let cell = reader.next_cell().map_err(|e| broken(&e.to_string()))?;
        let place = cell.as_ref().map(calamine::Cell::get_position);
        let next = place.map_or(at, |(row, _)| row);
        if place.is_none() || next != at {
            if used {
                write_line(&mut out, &row).map_err(failed)?;
            } else if place.is_some() {
                out.write_all(b"\n").map_err(failed)?;
            }
            if next < at || next > MAX_ROWS {
                return Err(broken("rows out of order"));
            }
            for _ in at.saturating_add(1)..next {
                out.write_all(b"\n").map_err(failed)?;
            }
            row.iter_mut().for_each(String::clear);
            (at, used) = (next, false);
        }
        let (Some(cell), Some((_, column))) = (cell, place) else { break };
        if column >= MAX_COLUMNS {
            continue;
        }
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        text_of(cell.get_value(), &mut row[column]);
        used |= !row[column].is_empty();
    }
    let mut file = out.into_inner().map_err(|e| failed(e.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok(file)
}

fn write_line(out: &mut impl Write, row: &[String]) -> io::Result<()> {
    for (place, cell) in row.iter().enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        if cell.contains([',', '"', '\n', '\r', ';', '\t', '|']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

/// The text of a cell: a whole number without its fraction and with a mark before it, a date as ISO writes it, a formula
/// as its value.
fn text_of(value: &DataRef<'_>, text: &mut String) {
    text.clear();
    match value {
        DataRef::Empty => {}
        DataRef::String(s) => text.push_str(s),
        DataRef::SharedString(s) => text.push_str(s),
        DataRef::Int(n) => *text = format!("{}{n}", cells::WAS_NUMBER),
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 10^15")]
        DataRef::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => {
            *text = format!("{}{}", cells::WAS_NUMBER, *n as i64);
        }
        DataRef::Float(n) => *text = n.to_string(),
        DataRef::Bool(b) => *text = b.to_string(),
        DataRef::DateTime(at) => match date_text(&Data::DateTime(*at)) {
            Some(date) => *text = date,
            None => *text = at.as_f64().to_string(),
        },
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => text.push_str(s),
        DataRef::Error(error) => *text = error.to_string(),
    }
}

fn date_text(value: &Data) -> Option<String> {
    let Data::DateTime(at) = value else { return None };
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") })
}

fn broken(why: &str) -> FileError {
    let detail = Bilingual::new(
        format!("Không mở được tệp Excel: tệp hỏng, bị cắt ngắn hoặc có mật khẩu ({why})"),
        format!("The workbook cannot be opened: it is damaged, cut off or has a password ({why})"),
    );
    FileError { code: "broken_workbook", detail, errors: Vec::new() }
}

fn bomb() -> FileError {
    let detail = Bilingual::new(
        "Tệp Excel bung ra lớn bất thường nên không được đọc: chia nhỏ tệp hoặc gửi CSV",
        "The workbook unpacks to an extraordinary size and is not read: split it or send CSV",
    );
    FileError { code: "too_large_unpacked", detail, errors: Vec::new() }
}
