//! Changes of the protocols: tried on the past, proposed, and signed by a named doctor, whereupon they hold from a stated
//! minute on.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, ProtocolChangeId};
use shared::problem::FieldError;
use shared::time::{Date, Instant, days, minutes};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::open_case::subject_of;
use super::protocols::{Body, Shown, shown};
use super::work::Work;
use crate::App;
use crate::domain::catalog::Catalog;
use crate::domain::engine::assess;
use crate::domain::entry::{given, id, keep, wall_clock};
use crate::domain::observation::Observation;
use crate::domain::replay::{Counter, Replay};
use crate::domain::subject::Subject;
use crate::store::ProtocolChange;

/// Who proposes changes.
pub const PROPOSERS: &[Role] = &[Role::Doctor, Role::Officer];
/// Who signs them.
pub const SIGNERS: &[Role] = &[Role::Doctor];

/// Over so many days a proposal is run where nothing is said.
pub const DAYS: i64 = 14;
/// And at the most.
const MAX_DAYS: i64 = 60;
/// So many reports are read at once.
const BATCH: i64 = 1_000;
/// A year ahead is far enough for a change to go live.
const MAX_AHEAD_DAYS: i64 = 365;
/// The longest title.
const MAX_TITLE: usize = 200;

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

/// A minute that lies ahead. A form sends the wall clock of Vietnam without an offset.
fn ahead(text: Option<&str>, now: Instant) -> Result<Instant, FieldError> {
    const POINTER: &str = "/live_from";
    let text = given(text).ok_or_else(|| FieldError::required(POINTER))?;
    let error = |code, vi: &str, en: &str| Err(FieldError::new(POINTER, code, Bilingual::new(vi, en)));
    let Some(at) = wall_clock(text) else {
        return error(
            "time",
            "Thời điểm viết kèm múi giờ, như 2022-03-10T14:30:00+07:00",
            "A time with its offset, such as 2022-03-10T14:30:00+07:00",
        );
    };
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

/// Runs a proposal, upon what holds now, over the past without keeping anything.
///
/// # Errors
/// 422 for fields at fault and for protocols that contradict themselves; 403 without a duty for the province.
pub async fn replay(app: &App, caller: &Caller, input: &ProposalInput) -> Result<Replay, Problem> {
    of_province(caller)?;
    let days = input.days().map_err(Problem::field)?;
    let mut work = Work::for_caller(app, caller).await?;
    let now = work.now;
    let body = input.body().upon(Body::at(work.tx.as_mut(), now).await?);
    let catalog = body.catalog().map_err(Problem::field)?;
    work.audit("protocols.replay", None, json!({"days": days})).await?;
    work.commit().await?;
    Ok(run(app, &catalog, days, live_day(&catalog, input.live_from.as_deref().and_then(wall_clock).unwrap_or(now)))
        .await?)
}

/// The day as whose reports a replay judges those of the past: that from which the change is to hold, or a later one on
/// which the newest of its choices begins.
fn live_day(catalog: &Catalog, live_from: Instant) -> Date {
    let choices = catalog.in_force().iter().map(|entry| entry.from);
    choices.max().map_or(live_from.local_date(), |newest| newest.max(live_from.local_date()))
}

/// A patient, as far as a replay cares.
struct Patient {
    subject: Subject,
    ward: Option<String>,
    before: Vec<Observation>,
}

/// Judges the reports of the past as those of the day on which the change holds will be: by what is in force then.
async fn run(app: &App, catalog: &Catalog, over: i64, live: Date) -> Result<Replay, StoreError> {
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
            let told = assess(catalog, &patient.subject, &observed, &patient.before, live);
            let day = Instant::start_of(observed.at.local_date()).as_seconds();
            counter.count(case_id, patient.ward.as_deref(), day, report.level, told.level);
            patient.before.push(observed);
        }
    }
}

/// Proposes a change: it is checked, run over the past, and kept. What it does not name stays as it is at the minute from
/// which it is to hold. It holds nowhere until it is signed.
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
    let base = Body::at(app.store.read().await?.as_mut(), live_from.unwrap_or(now)).await?;
    let body = input.body().upon(base);
    let catalog = keep(&mut errors, body.catalog());
    let (Some(title), Some(live_from), Some(over), Some(catalog), true) =
        (title, live_from, over, catalog, errors.is_empty())
    else {
        return Err(errors.into());
    };
    let replay = run(app, &catalog, over, live_day(&catalog, live_from)).await?;
    let mut work = Work::for_caller(app, caller).await?;
    let change = ProtocolChange {
        id: chosen.unwrap_or_else(|| ProtocolChangeId::new(now, work.random())),
        title,
        body: serde_json::to_string(&body).map_err(StoreError::from)?,
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
