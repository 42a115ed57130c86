//! The files of a laboratory that pools: the map of which tubes went into which, and what an analyser found in them.

use std::collections::HashMap;
use std::io::{Cursor, Read as _, Seek as _};

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::SpecimenId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Problem;

use crate::app::App;
use crate::app::pools::{self, PoolInput};
use crate::app::sender::Sender;
use crate::app::tubes;
use crate::app::upload::{self, Command, Received};
use crate::domain::codes::{Finding, SpecimenKind};
use crate::domain::report::RowReport;
use crate::store::LabWrite;

/// The largest file of either kind: a day of a large laboratory is a few hundred kilobytes.
const LARGEST_FILE: u64 = 10 * 1024 * 1024;
/// The most rows of either.
const MOST_ROWS: usize = 20_000;

/// Headers of the pool's tube, folded.
const POOL_HEADERS: [&str; 6] =
    ["pooled sample barcode", "pool barcode", "pool", "ma ong gop", "ma mau gop", "ong gop"];
/// Headers of a member's tube.
const MEMBER_HEADERS: [&str; 6] =
    ["source sample barcode", "member barcode", "member", "ma ong", "ma ong thanh vien", "ong thanh vien"];
/// Headers of the tube in an analyser's table.
const TUBE_HEADERS: [&str; 5] = ["specimen barcode", "sample barcode", "barcode", "sample id", "ma ong"];
/// Headers of what was found; several columns may begin so, and the last that says something counts.
const FOUND_HEADERS: [&str; 4] = ["interpretation", "result", "ket qua", "outcome"];
/// Headers of when the run was done.
const DONE_HEADERS: [&str; 4] = ["completion time", "result time", "resulted at", "thoi gian co ket qua"];

/// What became of one pool of a map.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The code of the pool's tube.
    pub barcode: String,
    /// The codes of its members.
    pub members: Vec<String>,
    /// `accepted`, `duplicate` or `rejected`.
    pub status: &'static str,
    /// The pool.
    pub pool_id: Option<SpecimenId>,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// Takes a map of pools. A pool that cannot be made hinders no other.
///
/// # Errors
/// 422 where the file is no table with a column of pools and one of members.
pub async fn map(app: &App, sender: &Sender, file: Received) -> Result<Vec<Mapped>, Problem> {
    let table = read(file).await?;
    let pool = column(&table, &POOL_HEADERS).ok_or_else(|| missing("Pooled Sample Barcode / Mã ống gộp"))?;
    let member = column(&table, &MEMBER_HEADERS).filter(|member| *member != pool);
    let member = member.ok_or_else(|| missing("Source Sample Barcode / Mã ống"))?;
    let mut pools: Vec<(String, Vec<String>)> = Vec::new();
    for row in &table[1..] {
        let (Some(pool), Some(member)) = (cell(row, pool), cell(row, member)) else { continue };
        match pools.iter_mut().find(|(known, _)| known == pool) {
            Some((_, members)) => members.push(member.to_owned()),
            None => pools.push((pool.to_owned(), vec![member.to_owned()])),
        }
    }
    let mut mapped = Vec::with_capacity(pools.len());
    for (barcode, members) in pools {
        mapped.push(one(app, sender, barcode, members).await?);
    }
    Ok(mapped)
}

async fn one(app: &App, sender: &Sender, barcode: String, members: Vec<String>) -> Result<Mapped, Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    if let Some(id) = tx.specimen_by_code(&barcode).await?
        && is_the_same(tx.as_mut(), id, &members).await?
    {
        return Ok(Mapped { barcode, members, status: "duplicate", pool_id: Some(id), errors: Vec::new() });
    }
    let input = PoolInput { id: None, barcode: Some(barcode.clone()), members: members.clone() };
    match pools::mix_in(tx.as_mut(), sender, &input, now, &mut random).await {
        Ok((pool, ..)) => {
            tx.commit().await?;
            Ok(Mapped { barcode, members, status: "accepted", pool_id: Some(pool.id), errors: Vec::new() })
        }
        Err(problem) if problem.status.is_client_error() => {
            Ok(Mapped { barcode, members, status: "rejected", pool_id: None, errors: problem.errors })
        }
        Err(problem) => Err(problem),
    }
}

/// Whether a pool has exactly these members already.
async fn is_the_same(tx: &mut dyn LabWrite, id: SpecimenId, codes: &[String]) -> Result<bool, StoreError> {
    if tx.pool(id).await?.is_none() {
        return Ok(false);
    }
    let mut kept: Vec<SpecimenId> = tx.members(id).await?.iter().filter_map(|member| member.specimen_id).collect();
    let mut named = Vec::with_capacity(codes.len());
    for code in codes {
        named.extend(tx.specimen_by_code(code).await?);
    }
    kept.sort_unstable();
    named.sort_unstable();
    Ok(kept == named)
}

/// Takes an analyser's table: each row is a tube of ours, pool or not, and what was found in it. Each becomes a record of
/// the laboratory under the tube's code, so that the same table sent twice is stored once.
///
/// # Errors
/// 422 where the file is no table with a column of tubes and one of results; else as sending results.
pub async fn run(app: &App, sender: Sender, file: Received) -> Result<RowReport, Problem> {
    let table = read(file).await?;
    let tube = column(&table, &TUBE_HEADERS).ok_or_else(|| missing("Specimen Barcode / Mã ống"))?;
    let found: Vec<usize> = columns(&table, &FOUND_HEADERS);
    if found.is_empty() {
        return Err(missing("Interpretation / Kết quả"));
    }
    let done = column(&table, &DONE_HEADERS);
    let now = app.platform.now();
    let mut tx = app.store.read().await?;
    let mut records = Vec::new();
    for row in &table[1..] {
        // Analysers end their files with a line of their own.
        let Some(code) = cell(row, tube).filter(|code| !code.starts_with('[')) else { continue };
        let says = found.iter().rev().filter_map(|at| cell(row, *at)).find(|text| Finding::read(text).is_some());
        let says = says.or_else(|| found.iter().rev().find_map(|at| cell(row, *at))).unwrap_or_default();
        let resulted = done.and_then(|at| cell(row, at)).and_then(american_time).unwrap_or(now);
        let kept = tubes::kept(tx.as_mut(), code).await?.unwrap_or_else(|_| code.to_owned());
        let specimen = match tx.specimen_by_code(&kept).await? {
            Some(id) => tx.specimen(id).await?,
            None => None,
        };
        let kind = specimen.as_ref().map_or(SpecimenKind::NasopharyngealSwab, |specimen| specimen.kind);
        let collected = specimen.as_ref().map_or(resulted, |specimen| specimen.collected_at);
        records.push(record(code, says, kind, collected, resulted.max(collected)));
    }
    drop(tx);
    upload::take_json(app, sender, Value::Array(records), Command::default()).await
}

fn record(code: &str, says: &str, kind: SpecimenKind, collected: Instant, resulted: Instant) -> Value {
    json!({
        "accession": code, "barcode": code, "outcome": says, "test": {"method": "pcr"},
        "specimen": {"kind": kind.code(), "collected_at": collected}, "resulted_at": resulted,
    })
}

/// `7/16/2020 22:26` in UTC, as analysers write it.
fn american_time(text: &str) -> Option<Instant> {
    let (day, time) = text.trim().split_once(' ')?;
    let mut day = day.split('/').map(|part| part.parse::<u32>().ok());
    let (month, day, year) = (day.next()??, day.next()??, day.next()??);
    let mut time = time.trim().split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (time.next()??, time.next()??);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z").parse().ok()
}

fn cell(row: &[String], at: usize) -> Option<&str> {
    row.get(at).map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn columns(table: &[Vec<String>], names: &[&str]) -> Vec<usize> {
    let headers: Vec<String> = table.first().map(|row| row.iter().map(|text| fold(text)).collect()).unwrap_or_default();
    let exact: Vec<usize> = (0..headers.len()).filter(|at| names.contains(&headers[*at].trim())).collect();
    if !exact.is_empty() {
        return exact;
    }
    (0..headers.len()).filter(|at| names.iter().any(|name| headers[*at].trim().starts_with(name))).collect()
}

fn column(table: &[Vec<String>], names: &[&str]) -> Option<usize> {
    columns(table, names).first().copied()
}

fn missing(column: &str) -> Problem {
    let detail = Bilingual::new(format!("Thiếu cột {column}"), format!("The column {column} is missing"));
    Problem::field(FieldError::new("/file", "missing_column", detail))
}

/// Reads a table, told apart by its content: a workbook, or text with commas, semicolons or tabs between cells.
async fn read(file: Received) -> Result<Vec<Vec<String>>, Problem> {
    let read = tokio::task::spawn_blocking(move || table(file)).await;
    let table = read.map_err(|_| Problem::internal())?.ok_or_else(|| {
        let detail = Bilingual::new(
            "Tệp không phải bảng CSV hoặc XLSX, hoặc quá lớn (tối đa 10 MB)",
            "The file is no table (CSV, XLSX), or too large (at most 10 MB)",
        );
        Problem::field(FieldError::new("/file", "format", detail))
    })?;
    if table.len() < 2 { Err(missing("Barcode")) } else { Ok(table) }
}

fn table(mut file: Received) -> Option<Vec<Vec<String>>> {
    file.file.rewind().ok()?;
    let mut bytes = Vec::new();
    file.file.by_ref().take(LARGEST_FILE + 1).read_to_end(&mut bytes).ok()?;
    if u64::try_from(bytes.len()).ok()? > LARGEST_FILE {
        return None;
    }
    if bytes.starts_with(b"PK") { workbook(bytes) } else { text(&bytes) }
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

fn text(bytes: &[u8]) -> Option<Vec<Vec<String>>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let head = bytes.split(|byte| *byte == b'\n').next()?;
    let often = |mark: u8| head.iter().filter(|byte| **byte == mark).count();
    let mark = [b'\t', b';', b','].into_iter().max_by_key(|mark| often(*mark))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(mark).has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = Vec::new();
    for row in reader.byte_records() {
        let row = row.ok()?;
        if rows.len() > MOST_ROWS {
            return None;
        }
        rows.push(row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_analyser_is_read() {
        assert_eq!(american_time("7/16/2020 0:51"), "2020-07-16T00:51:00Z".parse().ok());
        assert_eq!(american_time("16.07.2020"), None);
    }

    #[test]
    fn a_column_is_found_by_its_whole_name_first() {
        let table = vec![["Result code", "Result", "Mã ống"].map(str::to_owned).to_vec()];
        assert_eq!(columns(&table, &FOUND_HEADERS), [1]);
        assert_eq!(column(&table, &TUBE_HEADERS), Some(2));
        let many = vec![["Interpretation 1", "Interpretation 2"].map(str::to_owned).to_vec()];
        assert_eq!(columns(&many, &FOUND_HEADERS), [0, 1]);
    }

    #[test]
    fn what_is_no_table_is_refused_without_panic() {
        for bytes in [&b""[..], b"PK\x03\x04 no workbook", b"\xff\xfe\x00", b"\"", b"one\ntwo"] {
            let _ = (text(bytes), workbook(bytes.to_vec()));
        }
    }
}
