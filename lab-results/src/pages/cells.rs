//! The cells of single rows of a file, to be shown beside what is wrong with them.
//!
//! The reader of results keeps no cells, so they are read once more, and of the rows at fault only. A row is shown only
//! where it holds the accession that the report names: a file that was cut otherwise would show another person's cells.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder};
use shared::fold::nfc;

/// What may stand between cells.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// A header stands among the first records of a file, after a title at most.
const HEADER_WITHIN: usize = 30;
/// The longest text of a cell that is shown, in characters.
const LONGEST: usize = 120;

/// Which columns a file must have to be the one that the report is about, as it spells them.
pub(super) struct Known {
    /// The column of the accession.
    pub(super) accession: String,
    /// The column of the outcome.
    pub(super) outcome: String,
}

/// The cells of some rows, with the header of the file.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// The header; empty where the file could not be read this way.
    pub(super) header: Vec<String>,
    /// The cells of a row by its number.
    pub(super) rows: BTreeMap<u64, Vec<String>>,
}

/// Reads the cells of the rows that are `wanted`, by number and accession. Nothing where the file is no UTF-8 table
/// with the `known` columns.
///
/// # Errors
/// Those of the file.
pub(super) fn read(file: &mut File, known: &Known, wanted: &BTreeMap<u64, String>) -> io::Result<Cells> {
    for delimiter in DELIMITERS {
        file.seek(SeekFrom::Start(0))?;
        let mut rows = records(BufReader::new(&*file), delimiter);
        let mut inside = 0;
        if let Some((header, at)) = find_header(&mut rows, known, &mut inside)? {
            return Ok(Cells { rows: pick(&mut rows, at, wanted, inside)?, header });
        }
    }
    Ok(Cells::default())
}

fn records<R: Read>(reader: R, delimiter: u8) -> csv::Reader<R> {
    ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(reader)
}

/// The header, and the place of the accession in it.
fn find_header<R: Read>(
    rows: &mut csv::Reader<R>,
    known: &Known,
    inside: &mut u64,
) -> io::Result<Option<(Vec<String>, usize)>> {
    let mut record = ByteRecord::new();
    for _ in 0..HEADER_WITHIN {
        if !rows.read_byte_record(&mut record)? {
            break;
        }
        *inside += lines_inside(&record);
        let Some(cells) = texts(&record) else { continue };
        let header: Vec<String> = cells.map(|cell| nfc(cell.trim_start_matches('\u{feff}'))).collect();
        let place = header.iter().position(|name| *name == known.accession);
        if let Some(place) = place.filter(|_| header.contains(&known.outcome)) {
            return Ok(Some((header, place)));
        }
    }
    Ok(None)
}

/// Rows are counted as the reader of results counts them: as a spreadsheet shows them.
fn pick<R: Read>(
    rows: &mut csv::Reader<R>,
    accession: usize,
    wanted: &BTreeMap<u64, String>,
    mut inside: u64,
) -> io::Result<BTreeMap<u64, Vec<String>>> {
    let mut found = BTreeMap::new();
    let mut record = ByteRecord::new();
    while found.len() < wanted.len() && rows.read_byte_record(&mut record)? {
        if record.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace)) {
            continue;
        }
        // The line on which the next record begins, less this one's own line and all line ends inside cells.
        inside += lines_inside(&record);
        let number = rows.position().line().saturating_sub(1).saturating_sub(inside);
        let Some(named) = wanted.get(&number) else { continue };
        if let Some(cells) = texts(&record).filter(|_| holds(record.get(accession), named)) {
            found.insert(number, cells.map(shorten).collect());
        }
    }
    Ok(found)
}

fn lines_inside(record: &ByteRecord) -> u64 {
    record.iter().map(|cell| cell.iter().filter(|b| **b == b'\n').count() as u64).sum()
}

fn holds(cell: Option<&[u8]>, accession: &str) -> bool {
    cell.and_then(|cell| std::str::from_utf8(cell).ok()).is_some_and(|cell| nfc(cell) == accession)
}

fn texts(record: &ByteRecord) -> Option<impl Iterator<Item = &str>> {
    let whole = record.iter().all(|cell| std::str::from_utf8(cell).is_ok());
    whole.then(|| record.iter().filter_map(|cell| std::str::from_utf8(cell).ok()))
}

fn shorten(cell: &str) -> String {
    let cell = cell.trim();
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn cells(text: &[u8], wanted: &[(u64, &str)]) -> Cells {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        let known = Known { accession: "Mã xét nghiệm".to_owned(), outcome: "Kết quả".to_owned() };
        let wanted = wanted.iter().map(|(row, accession)| (*row, (*accession).to_owned())).collect();
        read(&mut file, &known, &wanted).unwrap()
    }

    #[test]
    fn the_cells_of_a_row_are_found_after_a_title_and_blank_rows_under_any_delimiter() {
        for delimiter in [",", ";", "\t", "|"] {
            let text = "\u{feff}Kết quả tuần 10\nMã xét nghiệm;Họ và tên;Kết quả\n\nA1;Lê Tám;âm tính\n;;\n\
                        A2;\"Trần\nBa\";có lẽ\n";
            let found = cells(text.replace(';', delimiter).as_bytes(), &[(6, "A2")]);
            assert_eq!(found.header, ["Mã xét nghiệm", "Họ và tên", "Kết quả"], "{delimiter:?}");
            assert_eq!(found.rows, BTreeMap::from([(6, vec!["A2".into(), "Trần\nBa".into(), "có lẽ".into()])]));
        }
    }

    #[test]
    fn a_row_with_another_accession_is_not_shown() {
        let text = "Mã xét nghiệm,Kết quả\nA1,âm tính\nA2,có lẽ\n";
        assert!(cells(text.as_bytes(), &[(3, "A1")]).rows.is_empty());
    }

    #[test]
    fn what_is_no_table_with_these_columns_has_no_cells() {
        for text in ["", "a,b\n1,2\n", "\u{0}\u{1}\u{2}"] {
            assert!(cells(text.as_bytes(), &[(1, "1")]).header.is_empty());
        }
        assert!(cells(b"M\xe3 x\xe9t nghi\xeem,K\xeat qu\xe3\nA1,x\n", &[(1, "A1")]).header.is_empty());
    }

    #[test]
    fn a_long_cell_is_cut() {
        let text = format!("Mã xét nghiệm,Kết quả\nA1,{}\n", "ế".repeat(500));
        assert_eq!(cells(text.as_bytes(), &[(2, "A1")]).rows[&2][1].chars().count(), LONGEST + 1);
    }
}
