//! Tables as rows: CSV and its relatives, and workbooks.

use std::fs::File;

use serde_json::Value;
use shared::time::Instant;

use super::{Reading, Rows};
use crate::app::naming::{FOUND_LATE, Naming};
use crate::app::row::Incoming;
use crate::domain::report::CellError;
use crate::domain::tabular::{self, FileError, TableRows};

/// A table in a file of text.
pub(super) fn text(file: File, reading: &Reading, now: Instant) -> Result<Table<impl TableRows>, FileError> {
    tabular::read_rows_as(file, now, now.local_date(), reading.lab_code.as_deref(), &reading.mapping).map(Table)
}

/// The tables of a workbook.
pub(super) fn workbook(file: File, reading: &Reading, now: Instant) -> Result<Table<impl TableRows>, FileError> {
    tabular::read_workbook(file, now, now.local_date(), reading.lab_code.as_deref(), &reading.mapping).map(Table)
}

/// A table of any kind.
pub(super) struct Table<T>(T);

impl<T: TableRows> Rows for Table<T> {
    fn naming(&self) -> Naming {
        let headers = FOUND_LATE.into_iter().map(|pointer| (pointer, self.0.column_of(pointer)));
        Naming::Columns(headers.collect())
    }

    fn next_row(&mut self) -> Option<Incoming> {
        self.0.next_row().map(|row| Incoming { row: row.number, accession: row.accession, body: row.result.into() })
    }

    fn warnings(&self) -> Vec<CellError> {
        self.0.warnings()
    }

    fn source(&self) -> Value {
        let cells = self.0.header().into_iter().zip(self.0.cells());
        cells.filter(|(_, cell)| !cell.is_empty()).map(|(name, cell)| (name, Value::String(cell))).collect()
    }

    fn name_of(&self, pointer: &str) -> Option<String> {
        let name = self.0.column_of(pointer);
        self.0.header().contains(&name).then_some(name)
    }
}
