//! The protocols in force, and how they change: a proposal is run over the past first, and goes live at a stated minute
//! once a named doctor has signed it. Reports of before keep what they were judged by.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, ProtocolChangeId};
use shared::problem::FieldError;
use shared::time::{Instant, days, minutes};
use shared_store::StoreError;
use shared_store::error::inconsistent;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::look::{Names, names};
use super::open_case::subject_of;
use super::work::Work;
use crate::App;
use crate::domain::catalog::Catalog;
use crate::domain::engine::assess;
use crate::domain::entry::{given, id, keep};
use crate::domain::observation::Observation;
use crate::domain::replay::{Counter, Replay};
use crate::domain::subject::Subject;
use crate::store::{F0Read, ProtocolChange};

/// Who proposes changes.
pub const PROPOSERS: &[Role] = &[Role::Doctor, Role::Officer];
/// Who signs them.
pub const SIGNERS: &[Role] = &[Role::Doctor];

/// Over so many days a proposal is run where nothing is said, and at the most.
const DAYS: i64 = 14;
const MAX_DAYS: i64 = 60;
/// So many reports are read at once.
const BATCH: i64 = 1_000;
/// A year ahead is far enough for a change to go live.
const MAX_AHEAD_DAYS: i64 = 365;
/// The longest title.
const MAX_TITLE: usize = 200;

/// The protocols that hold at a time.
#[derive(Debug, Clone)]
pub enum InForce {
    /// Those that are compiled in.
    Builtin,
    /// Those of a signed change.
    Changed(Arc<Catalog>),
}

impl Deref for InForce {
    type Target = Catalog;

    fn deref(&self) -> &Catalog {
        match self {
            Self::Builtin => Catalog::builtin(),
            Self::Changed(catalog) => catalog,
        }
    }
}

/// Catalogs that this process has read: a change never alters once it is stored.
static READ: OnceLock<Mutex<BTreeMap<ProtocolChangeId, Arc<Catalog>>>> = OnceLock::new();

/// The protocols that hold at a time.
///
/// # Errors
/// When the store fails.
pub async fn at(tx: &mut (impl F0Read + ?Sized), at: Instant) -> Result<InForce, StoreError> {
    let Some(id) = tx.protocol_change_at(at).await? else { return Ok(InForce::Builtin) };
    let read = READ.get_or_init(Mutex::default);
    let known = read.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some(catalog) = known {
        return Ok(InForce::Changed(catalog));
    }
    let broken = || inconsistent("f0_protocol_changes", "body");
    let change = tx.protocol_change(id).await?.ok_or_else(broken)?;
    let body: Body = serde_json::from_str(&change.body)?;
    let catalog = Arc::new(body.catalog().map_err(|_| broken())?);
    read.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&catalog));
    Ok(InForce::Changed(catalog))
}

/// What a change consists of.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    /// Protocols that are new or take the place of those of their id, in the format of `f0-tracker/protocols/`.
    protocols: Vec<Value>,
    /// Which protocol is in force, in the format of `in_force.json`; the choice that is compiled in where it is absent.
    in_force: Option<Value>,
}

impl Body {
    fn catalog(&self) -> Result<Catalog, FieldError> {
        let protocols: Vec<String> = self.protocols.iter().map(Value::to_string).collect();
        let in_force = self.in_force.as_ref().map(Value::to_string);
        Catalog::proposed(&protocols, in_force.as_deref()).map_err(|error| {
            let detail = Bilingual::new(
                format!("Hướng dẫn này chưa dùng được: {error}"),
                format!("These protocols cannot be used: {error}"),
            );
            FieldError::new("/protocols", "protocols", detail)
        })
    }
}

/// A proposal as somebody sent it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProposalInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// New and changed protocols.
    pub protocols: Vec<Value>,
    /// Which is in force.
    pub in_force: Option<Value>,
    /// Over how many days of the past it is run.
    pub days: Option<i64>,
    /// From when it holds, RFC 3339.
    pub live_from: Option<String>,
}

impl ProposalInput {
    fn body(&self) -> Body {
        Body { protocols: self.protocols.clone(), in_force: self.in_force.clone() }
    }

    fn days(&self) -> Result<i64, FieldError> {
        let asked = self.days.unwrap_or(DAYS);
        let detail = || Bilingual::new(format!("Từ 1 đến {MAX_DAYS} ngày"), format!("From 1 to {MAX_DAYS} days"));
        (1..=MAX_DAYS)
            .contains(&asked)
            .then_some(asked)
            .ok_or_else(|| FieldError::new("/days", "out_of_range", detail()))
    }
}

/// A minute that lies ahead.
fn ahead(text: Option<&str>, now: Instant) -> Result<Instant, FieldError> {
    const POINTER: &str = "/live_from";
    let text = given(text).ok_or_else(|| FieldError::required(POINTER))?;
    let at: Instant = text.parse().map_err(|_| {
        let detail = Bilingual::new("Thời điểm viết kèm múi giờ", "A time with its offset (RFC 3339)");
        FieldError::new(POINTER, "time", detail)
    })?;
    let error = |code, vi: &str, en: &str| Err(FieldError::new(POINTER, code, Bilingual::new(vi, en)));
    if at < now {
        return error(
            "in_past",
            "Phải ở tương lai: báo cáo cũ giữ nguyên",
            "It lies ahead: old reports stay as they are",
        );
    }
    if at > now.plus(days(MAX_AHEAD_DAYS)) {
        return error("too_far", "Trong vòng một năm", "Within a year");
    }
    Ok(at)
}

/// Protocols concern everybody: only a duty for the province changes them.
fn of_province(caller: &Caller) -> Result<(), Problem> {
    let account = caller.require_account()?;
    if matches!(account.area, AreaScope::Province(_)) { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Runs a proposal over the past without keeping anything.
///
/// # Errors
/// 422 for fields at fault and for protocols that contradict themselves; 403 without a duty for the province.
pub async fn replay(app: &App, caller: &Caller, input: &ProposalInput) -> Result<Replay, Problem> {
    of_province(caller)?;
    let catalog = input.body().catalog().map_err(Problem::field)?;
    let days = input.days().map_err(Problem::field)?;
    let mut work = Work::for_caller(app, caller).await?;
    work.audit("protocols.replay", None, json!({"days": days})).await?;
    work.commit().await?;
    Ok(run(app, &catalog, days).await?)
}

/// A patient, as far as a replay cares.
struct Patient {
    subject: Subject,
    ward: Option<String>,
    before: Vec<Observation>,
}

async fn run(app: &App, catalog: &Catalog, over: i64) -> Result<Replay, StoreError> {
    let since = app.platform.now().minus(days(over));
    let reach = minutes(catalog.longest_confirmation());
    let mut tx = app.store.read().await?;
    let mut patients: BTreeMap<CaseId, Patient> = BTreeMap::new();
    let (mut counter, mut after) = (Counter::default(), None);
    loop {
        let reports = tx.reports_since(since, after, BATCH).await?;
        let Some(last) = reports.last() else { return Ok(counter.finish(over)) };
        after = Some((last.observed.at, last.id));
        for report in reports {
            let case_id = report.case_id;
            let patient = match patients.entry(case_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let Some(case) = tx.case(case_id).await? else { continue };
                    let person = tx.person(case.person_id).await?.map(|stored| stored.person);
                    let subject = subject_of(&case, person.as_ref());
                    place.insert(Patient { subject, ward: case.ward_code, before: Vec::new() })
                }
            };
            let observed = report.observed;
            patient.before.retain(|earlier| earlier.at >= observed.at.minus(reach));
            let day = observed.at.local_date();
            let told = assess(catalog, &patient.subject, &observed, &patient.before, day);
            let day = Instant::start_of(day).as_seconds();
            counter.count(case_id, patient.ward.as_deref(), day, report.level, told.level);
            patient.before.push(observed);
        }
    }
}

/// A change with the names of those who have a hand in it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The change.
    pub change: ProtocolChange,
    /// The names.
    pub names: Names,
    /// Whether it was made now.
    pub created: bool,
}

async fn shown(work: &mut Work, change: ProtocolChange, created: bool) -> Result<Shown, StoreError> {
    let hands = [change.created_by].into_iter().chain(change.signed.map(|(by, _)| by));
    let names = names(work.tx.as_mut(), hands).await?;
    Ok(Shown { change, names, created })
}

/// Proposes a change: it is checked, run over the past, and kept. It holds nowhere until it is signed.
///
/// # Errors
/// 422 for fields at fault and for protocols that contradict themselves; 403 without a duty for the province; 409 where
/// the id was used with another body.
pub async fn propose(app: &App, caller: &Caller, input: &ProposalInput, body_hash: &str) -> Result<Shown, Problem> {
    of_province(caller)?;
    let by = caller.require_account()?.id;
    let now = app.platform.now();
    let mut errors = Vec::new();
    let chosen = given(input.id.as_deref()).and_then(|text| keep(&mut errors, id("/id", text)));
    if let Some(id) = chosen {
        let mut work = Work::for_caller(app, caller).await?;
        if let Some(change) = work.tx.protocol_change(id).await? {
            let same = change.body_hash == body_hash;
            return if same { Ok(shown(&mut work, change, false).await?) } else { Err(Problem::id_conflict()) };
        }
    }
    let title = given(input.title.as_deref()).ok_or_else(|| FieldError::required("/title"));
    let title = keep(&mut errors, title).map(|title| title.chars().take(MAX_TITLE).collect::<String>());
    let live_from = keep(&mut errors, ahead(input.live_from.as_deref(), now));
    let over = keep(&mut errors, input.days());
    let catalog = keep(&mut errors, input.body().catalog());
    let (Some(title), Some(live_from), Some(over), Some(catalog), true) =
        (title, live_from, over, catalog, errors.is_empty())
    else {
        return Err(errors.into());
    };
    let replay = run(app, &catalog, over).await?;
    let mut work = Work::for_caller(app, caller).await?;
    let change = ProtocolChange {
        id: chosen.unwrap_or_else(|| ProtocolChangeId::new(now, work.random())),
        title,
        body: serde_json::to_string(&input.body()).map_err(StoreError::from)?,
        replay,
        live_from,
        created_at: now,
        created_by: by,
        signed: None,
        body_hash: body_hash.to_owned(),
    };
    if !work.tx.insert_protocol_change(&change).await? {
        return Err(Problem::id_conflict());
    }
    work.audit("protocols.propose", None, json!({"change_id": change.id, "live_from": live_from})).await?;
    let shown = shown(&mut work, change, true).await?;
    work.commit().await?;
    Ok(shown)
}

/// Signs a change in the name of the doctor who calls: it holds from the stated minute on.
///
/// # Errors
/// 404 where there is no such change, 403 without a duty for the province, 422 where the minute has passed, 409 where it
/// was signed before.
pub async fn sign(app: &App, caller: &Caller, id: ProtocolChangeId, live_from: Option<&str>) -> Result<Shown, Problem> {
    of_province(caller)?;
    let by = caller.require_account()?.id;
    let mut work = Work::for_caller(app, caller).await?;
    let change = work
        .tx
        .protocol_change(id)
        .await?
        .ok_or_else(|| Problem::not_found("Không có thay đổi này.", "There is no such change."))?;
    let signed = || Problem::conflict("signed", "Thay đổi này đã được ký.", "This change was signed before.");
    if change.signed.is_some() {
        return Err(signed());
    }
    let stated = live_from.map_or_else(|| change.live_from.to_string(), str::to_owned);
    let live_from = ahead(Some(&stated), work.now).map_err(Problem::field)?;
    let now = work.now;
    if !work.tx.sign_protocol_change(id, by, now, live_from).await? {
        return Err(signed());
    }
    work.audit("protocols.sign", None, json!({"change_id": id, "live_from": live_from})).await?;
    let change = ProtocolChange { signed: Some((by, now)), live_from, ..change };
    let shown = shown(&mut work, change, false).await?;
    work.commit().await?;
    Ok(shown)
}

/// What holds now, and every change.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The protocols that hold now.
    pub in_force: InForce,
    /// Every change, the newest first.
    pub changes: Vec<Shown>,
}

/// What holds now, and every change. Nothing of it is about a person.
///
/// # Errors
/// When the store fails.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let now = work.now;
    let in_force = at(work.tx.as_mut(), now).await?;
    let mut changes = Vec::new();
    for change in work.tx.protocol_changes().await? {
        changes.push(shown(&mut work, change, false).await?);
    }
    Ok(Overview { in_force, changes })
}
