//! What the sender wrote in the rows that are to be mended, to be shown beside what is wrong with them.
//!
//! The reader of results keeps no cells, so the file is read once more, by the same reader: its rows are counted as the report
//! counts them, whatever sheet, delimiter or code page it has.

use std::collections::BTreeMap;
use std::fs::File;

use shared::time::Instant;

use crate::app::reader::Reading;
use crate::app::unicode;
use crate::app::upload::format_of_file;
use crate::domain::detect::Format;
use crate::domain::report::{Cell, RowReport, RowStatus, StoredRow};
use crate::domain::tabular::{self, TableRows};

/// Of how many rows of a status the cells are shown; all of them are in the workbook of the rows to mend.
pub const SHOWN: usize = 500;
/// The longest text of a cell that is shown, in characters.
const LONGEST: usize = 120;

/// A file once more from its beginning, where it is a table.
pub(super) fn table(file: File, reading: &Reading, now: Instant) -> Option<Box<dyn TableRows>> {
    // As it was read when it came.
    let mut file = unicode::in_utf8(file).ok()?;
    let (lab, today) = (reading.lab_code.as_deref(), now.local_date());
    match format_of_file(&mut file).ok()? {
        Format::Xlsx => Some(Box::new(tabular::read_workbook(file, now, today, lab, &reading.mapping).ok()?)),
        Format::Table => Some(Box::new(tabular::read_rows_as(file, now, today, lab, &reading.mapping).ok()?)),
        _ => None,
    }
}

/// Puts what the sender wrote beside the rows of a report that are to be mended. A file that is no table has no cells.
pub fn put(report: &mut RowReport, file: File, reading: &Reading, now: Instant) {
    let mut wanted = wanted(report);
    if wanted.is_empty() {
        return;
    }
    let Some(mut rows) = table(file, reading, now) else { return };
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next_row() {
        if let Some(blamed) = wanted.remove(&row.number) {
            found.insert(row.number, cells(rows.as_ref(), &blamed));
            if wanted.is_empty() {
                break;
            }
        }
    }
    report.show_cells(found);
}

/// The rows that are to be mended, each with the columns at fault.
fn wanted(report: &RowReport) -> BTreeMap<u64, Vec<String>> {
    let of = |status: RowStatus| report.rows().iter().filter(move |row| row.status() == status).take(SHOWN);
    let blamed = |row: &StoredRow| row.errors().map(|error| error.column.clone()).collect();
    of(RowStatus::Rejected).chain(of(RowStatus::Held)).map(|row| (row.row(), blamed(row))).collect()
}

/// An empty cell that nothing is said about tells nothing.
fn cells(rows: &dyn TableRows, blamed: &[String]) -> Vec<Cell> {
    let (header, mut cells) = (rows.header(), rows.cells());
    cells.resize(header.len().max(cells.len()), String::new());
    let all = header.into_iter().zip(cells).map(|(column, value)| Cell { column, value: shorten(&value) });
    all.filter(|cell| !cell.value.is_empty() || blamed.contains(&cell.column)).collect()
}

fn shorten(cell: &str) -> String {
    let cell = cell.trim();
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}
