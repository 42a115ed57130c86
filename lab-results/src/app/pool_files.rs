//! The files of a laboratory that pools: the map of which tubes went into which, and what an analyser found in them.

use std::collections::HashMap;

use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::events::Outcome;
use shared::fold::fold;
use shared::ids::SpecimenId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Problem;

use crate::app::App;
use crate::app::naming::Naming;
use crate::app::pool_table::{self, cell, column, columns, missing};
use crate::app::pools::{self, PoolInput};
use crate::app::sender::Sender;
use crate::app::tubes;
use crate::app::upload::{self, Command, Received};
use crate::domain::codes::{Finding, SpecimenKind};
use crate::domain::detect::Format;
use crate::domain::disposition::IgnoreReason;
use crate::domain::message::Body;
use crate::domain::report::{CellError, RowReport};
use crate::domain::result::Status;
use crate::domain::run_time::{self, Order};
use crate::store::model::StoredResult;
use crate::store::{LabRead, LabWrite};

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
    let pools = pools_of(&pool_table::read(file).await?)?;
    let mut mapped = Vec::with_capacity(pools.len());
    for (barcode, members) in pools {
        mapped.push(one(app, sender, barcode, members).await?);
    }
    Ok(mapped)
}

/// The pools of a map with their members, in the order of the file.
///
/// # Errors
/// 422 where the table has no column of pools or none of members.
pub fn pools_of(table: &[Vec<String>]) -> Result<Vec<(String, Vec<String>)>, Problem> {
    let pool = column(table, &POOL_HEADERS).ok_or_else(|| missing("Pooled Sample Barcode / Mã ống gộp"))?;
    let member = column(table, &MEMBER_HEADERS).filter(|member| *member != pool);
    let member = member.ok_or_else(|| missing("Source Sample Barcode / Mã ống"))?;
    let mut pools: Vec<(String, Vec<String>)> = Vec::new();
    for row in &table[1..] {
        let (Some(pool), Some(member)) = (cell(row, pool), cell(row, member)) else { continue };
        match pools.iter_mut().find(|(known, _)| known == pool) {
            Some((_, members)) => members.push(member.to_owned()),
            None => pools.push((pool.to_owned(), vec![member.to_owned()])),
        }
    }
    Ok(pools)
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

/// One run of an analyser: a row of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The code of the tube.
    pub code: String,
    /// What it found, in its own words.
    pub says: String,
    /// When it was done; now where nothing is said, or nothing that can be read.
    pub resulted: Instant,
    /// What cannot be read of when it was done.
    pub odd_time: Option<String>,
}

impl Run {
    /// Whether the run found out nothing, so that it is done again.
    fn failed(&self) -> bool {
        matches!(Finding::read(&self.says), Some(Finding::Invalid | Finding::NotDone))
    }
}

/// Takes an analyser's table: each row is a tube of ours, pool or not, and what was found in it. Each becomes a record of
/// the laboratory under the tube's code, so that the same table sent twice is stored once. A run after one that found out
/// nothing corrects it; a failed run that was done again since is passed over.
///
/// # Errors
/// 422 where the file is no table with a column of tubes and one of results; else as sending results.
pub async fn run(app: &App, sender: Sender, file: Received) -> Result<RowReport, Problem> {
    let table = pool_table::read(file).await?;
    let runs = runs(&table, app.platform.now())?;
    let mut tx = app.store.read().await?;
    let codes: Vec<&str> = runs.iter().map(|run| run.code.as_str()).collect();
    let known: HashMap<String, StoredResult> = match sender.lab_code() {
        Some(lab_code) => {
            tx.results_of(lab_code, &codes).await?.into_iter().map(|r| (r.accession.clone(), r)).collect()
        }
        None => HashMap::new(),
    };
    let last: HashMap<&str, usize> = (0..).zip(&runs).map(|(at, run)| (run.code.as_str(), at)).collect();
    let mut records = Vec::with_capacity(runs.len());
    let mut repeated = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let stands = known.get(&run.code).filter(|stored| !stored.withdrawn());
        let run_since = stands.is_some_and(|stored| stored.content.resulted_at > run.resulted);
        repeated.push(run.failed() && (run_since || last.get(run.code.as_str()) != Some(&at)));
        let corrects = stands.is_some_and(|stored| stored.content.outcome == Outcome::Invalid);
        records.push(record(tx.as_mut(), run, if corrects { Status::Corrected } else { Status::Final }).await?);
    }
    drop(tx);
    let (naming, mut rows) = upload::read_json(app, &sender, Value::Array(records))?;
    for ((row, run), repeated) in rows.iter_mut().zip(&runs).zip(repeated) {
        if repeated {
            row.body = Body::Ignored(IgnoreReason::RunAgain);
        }
        if let Some(text) = &run.odd_time {
            row.body = Body::Refused(vec![no_time(&naming, row.row, text)]);
        }
    }
    upload::take_body(app, sender, naming, rows, Format::Json, &Command::default()).await
}

/// The runs of an analyser's table, in its order.
///
/// # Errors
/// 422 where the table has no column of tubes or none of results.
pub fn runs(table: &[Vec<String>], now: Instant) -> Result<Vec<Run>, Problem> {
    let tube = column(table, &TUBE_HEADERS).ok_or_else(|| missing("Specimen Barcode / Mã ống"))?;
    let found: Vec<usize> = columns(table, &FOUND_HEADERS);
    if found.is_empty() {
        return Err(missing("Interpretation / Kết quả"));
    }
    let done = column(table, &DONE_HEADERS);
    let here = done.is_some_and(|at| fold(&table[0][at]).contains("thoi gian"));
    let times = table[1..].iter().filter_map(|row| cell(row, done?));
    let order = Order::of(times, if here { Order::DayFirst } else { Order::MonthFirst });
    let mut runs = Vec::new();
    for row in &table[1..] {
        // Analysers end their files with a line of their own.
        let Some(code) = cell(row, tube).filter(|code| !code.starts_with('[')) else { continue };
        let says = found.iter().rev().filter_map(|at| cell(row, *at)).find(|text| Finding::read(text).is_some());
        let says = says.or_else(|| found.iter().rev().find_map(|at| cell(row, *at))).unwrap_or_default();
        let written = done.and_then(|at| cell(row, at));
        let read = written.map(|text| run_time::read(text, order).ok_or_else(|| text.to_owned()));
        let (resulted, odd_time) = match read {
            None => (now, None),
            Some(Ok(at)) => (at, None),
            Some(Err(text)) => (now, Some(text)),
        };
        runs.push(Run { code: code.to_owned(), says: says.to_owned(), resulted, odd_time });
    }
    Ok(runs)
}

async fn record(tx: &mut dyn LabRead, run: &Run, status: Status) -> Result<Value, StoreError> {
    let kept = tubes::kept(tx, &run.code).await?.unwrap_or_else(|_| run.code.clone());
    let specimen = match tx.specimen_by_code(&kept).await? {
        Some(id) => tx.specimen(id).await?,
        None => None,
    };
    let kind = specimen.as_ref().map_or(SpecimenKind::NasopharyngealSwab, |specimen| specimen.kind);
    let collected = specimen.as_ref().map_or(run.resulted, |specimen| specimen.collected_at);
    Ok(json!({
        "accession": run.code, "barcode": run.code, "outcome": run.says, "test": {"method": "pcr"},
        "specimen": {"kind": kind.code(), "collected_at": collected}, "resulted_at": run.resulted.max(collected),
        "status": status.code(),
    }))
}

fn no_time(naming: &Naming, row: u64, text: &str) -> CellError {
    let shown: String = text.chars().take(40).collect();
    let detail = Bilingual::new(
        format!("\"{shown}\" không phải ngày giờ: viết 16/07/2020 22:26 hoặc 2020-07-16 22:26"),
        format!("\"{shown}\" is no day with a time: write 16/07/2020 22:26 or 2020-07-16 22:26"),
    );
    naming.error(row, FieldError::new("/resulted_at", "time", detail))
}
