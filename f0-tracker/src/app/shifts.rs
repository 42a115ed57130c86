//! Handing over a shift: the list is made from what is in hand, and whoever comes accepts it line by line.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::access::{Account, Role};
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::ids::{AccountId, CaseId, ShiftId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::days;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::look::{Names, names, people};
use super::work::Work;
use crate::App;
use crate::domain::act::{ActKind, ActStatus};
use crate::domain::case::CaseState;
use crate::domain::entry::given;
use crate::domain::shift::{Line, LineKind, worry};
use crate::store::{ActFilter, AlertFilter, AlertState, CaseFilter, CaseRecord, ShiftRecord};

/// Who hands shifts over.
pub const SHIFTS: &[Role] = &[Role::Doctor, Role::Nurse];

/// So many alerts, promises and patients stand on one list at the most.
const MOST: i64 = 500;
/// So many of a patient's newest reports make a trend.
const TREND: i64 = 4;
/// So many days of shifts are shown.
const SHOWN_DAYS: i64 = 3;
/// The most characters of a note that are kept.
const MAX_NOTE: usize = 2_000;

/// A shift to hand over, as somebody sent it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShiftInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// Who comes: the name that the account signs in with; anybody on duty where nobody is named.
    pub to: Option<String>,
    /// What is noted.
    pub note: Option<String>,
}

/// A shift with the names of those who have a hand in it.
#[derive(Debug, Clone)]
pub struct Shift {
    /// The handing over.
    pub record: ShiftRecord,
    /// The names.
    pub names: Names,
    /// Who the patients of the lines are.
    pub patients: BTreeMap<CaseId, Person>,
    /// Whether it was made now.
    pub created: bool,
}

fn no_such_shift() -> Problem {
    Problem::not_found("Không có bản bàn giao này.", "There is no such handing over.")
}

/// Hands a shift over: makes the list of what the caller has in hand.
///
/// # Errors
/// 422 for fields at fault, 409 where the id was used with another body.
pub async fn begin(app: &App, caller: &Caller, input: &ShiftInput, body_hash: &str) -> Result<Shift, Problem> {
    let me = caller.require_account()?.clone();
    let mut work = Work::for_caller(app, caller).await?;
    let id = match given(input.id.as_deref()) {
        Some(text) => crate::domain::entry::id("/id", text).map_err(Problem::field)?,
        None => ShiftId::new(work.now, work.random()),
    };
    if let Some(record) = work.tx.shift(id).await? {
        if record.body_hash != body_hash || record.from != me.id {
            return Err(Problem::id_conflict());
        }
        return shown(&mut work, record, false).await;
    }
    let to = match given(input.to.as_deref()) {
        Some(name) => Some(receiver(&mut work, &me, name).await?),
        None => None,
    };
    let note = given(input.note.as_deref()).unwrap_or_default().chars().take(MAX_NOTE).collect();
    let lines = lines(&mut work, me.id).await?;
    let (from, at, body_hash) = (me.id, work.now, body_hash.to_owned());
    let record = ShiftRecord { id, from, to, at, note, lines, body_hash };
    if !work.tx.insert_shift(&record).await? {
        return Err(Problem::id_conflict());
    }
    let detail = json!({"shift_id": id, "to": to, "lines": record.lines.len()});
    work.audit("shift.give", Some(format!("account:{}", me.id)), detail).await?;
    let shift = shown(&mut work, record, true).await?;
    work.commit().await?;
    Ok(shift)
}

async fn receiver(work: &mut Work, me: &Account, name: &str) -> Result<AccountId, Problem> {
    let stored = work.tx.account_by_username(name).await?.filter(|stored| stored.active);
    let found = stored.map(|stored| stored.account).filter(|account| account.has_any(SHIFTS) && account.id != me.id);
    found.map(|account| account.id).ok_or_else(|| {
        let detail = Bilingual::new(
            "Tên đăng nhập của bác sĩ hay điều dưỡng nhận ca, khác người giao",
            "The name that the doctor or nurse who comes signs in with; not the giver",
        );
        Problem::field(FieldError::new("/to", "unknown_account", detail))
    })
}

/// What somebody has in hand: alerts, promised calls, patients who get worse.
async fn lines(work: &mut Work, me: AccountId) -> Result<Vec<Line>, StoreError> {
    let mut lines = Vec::new();
    let filter = AlertFilter { hands: Some(me), limit: MOST, ..AlertFilter::default() };
    for alert in work.tx.alerts(&filter).await? {
        let why = alert.reasons.first().map_or_else(|| Bilingual::new("Cảnh báo", "Alert"), |r| r.text.clone());
        lines.push(Line::new(LineKind::Alert { alert_id: alert.id }, Some(alert.case_id), alert.level, why));
    }
    let (kinds, statuses) = (vec![ActKind::Call], vec![ActStatus::Promised]);
    let filter = ActFilter { kinds, statuses, limit: MOST, ..ActFilter::default() };
    for act in work.tx.acts(&filter).await?.into_iter().filter(|act| act.by == me) {
        let kind = LineKind::Promise { act_id: act.id, due_at: act.due_at };
        let text = Bilingual::new("Đã hẹn gọi lại", "A call back was promised");
        lines.push(Line::new(kind, act.case_id, AlertLevel::Watch, text));
    }
    let filter = CaseFilter { state: Some(CaseState::Open), doctor: Some(me), limit: MOST, ..CaseFilter::default() };
    let cases = work.tx.cases(&filter).await?;
    let ids: Vec<_> = cases.iter().map(|case| case.id).collect();
    let reports = work.tx.newest_reports(&ids, TREND).await?;
    for case in
        cases.into_iter().filter(|case| lines.iter().all(|line| line.case_id != Some(case.id))).collect::<Vec<_>>()
    {
        let of_case = reports.iter().filter(|report| report.case_id == case.id);
        let seen: Vec<_> = of_case.map(|report| report.observed.clone()).collect();
        if let Some(text) = worry(&seen) {
            lines.push(Line::new(LineKind::Trend, Some(case.id), case.latest.level, text));
        }
    }
    lines.sort_by_key(|line| core::cmp::Reverse(line.level));
    Ok(lines)
}

async fn shown(work: &mut Work, record: ShiftRecord, created: bool) -> Result<Shift, Problem> {
    let hands = record.lines.iter().filter_map(|line| line.accepted_by).chain([record.from]).chain(record.to);
    let names = names(work.tx.as_mut(), hands.collect::<Vec<_>>().into_iter()).await?;
    let ids: Vec<CaseId> = record.lines.iter().filter_map(|line| line.case_id).collect();
    let cases = work.tx.cases_by_id(&ids).await?;
    let known = people(work.tx.as_mut(), cases.iter().map(|case| case.person_id).collect()).await?;
    let patient = |case: CaseRecord| known.get(&case.person_id).map(|person| (case.id, person.clone()));
    let patients = cases.into_iter().filter_map(patient).collect();
    Ok(Shift { record, names, patients, created })
}

/// The shifts of the last days that the caller gave or may accept.
///
/// # Errors
/// When the store fails.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Shift>, Problem> {
    let me = caller.require_account()?.id;
    let mut work = Work::for_caller(app, caller).await?;
    let since = work.now.minus(days(SHOWN_DAYS));
    let mut shifts = Vec::new();
    for record in work.tx.shifts_of(me, since).await? {
        if may_see(&mut work, caller, &record).await? {
            shifts.push(shown(&mut work, record, false).await?);
        }
    }
    let told: BTreeSet<CaseId> = shifts.iter().flat_map(|shift| shift.patients.keys().copied()).collect();
    work.audit("shifts.list", None, json!({"shifts": shifts.len(), "cases": told})).await?;
    work.commit().await?;
    Ok(shifts)
}

/// Those to whom a shift may be given: doctors and nurses other than the giver, by the name that they sign in with.
///
/// # Errors
/// When the store fails.
pub async fn receivers(app: &App, caller: &Caller) -> Result<Vec<(String, String)>, Problem> {
    let me = caller.require_account()?.id;
    let accounts = app.store.read().await?.accounts().await?.into_iter().filter(|stored| stored.active);
    let may = accounts.map(|stored| stored.account).filter(|account| account.has_any(SHIFTS) && account.id != me);
    let mut found: Vec<_> = may.map(|account| (account.username, account.display_name)).collect();
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(found)
}

/// One shift.
///
/// # Errors
/// 404 where it is not the caller's to see.
pub async fn read(app: &App, caller: &Caller, id: ShiftId) -> Result<Shift, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let record = work.tx.shift(id).await?.ok_or_else(no_such_shift)?;
    if !may_see(&mut work, caller, &record).await? {
        return Err(no_such_shift());
    }
    let shift = shown(&mut work, record, false).await?;
    let told: Vec<&CaseId> = shift.patients.keys().collect();
    work.audit("shift.read", None, json!({"shift_id": id, "cases": told})).await?;
    work.commit().await?;
    Ok(shift)
}

/// Whether a shift is somebody's to see: who gave it, who is named, and where nobody is named, whoever's area covers its
/// cases.
async fn may_see(work: &mut Work, caller: &Caller, shift: &ShiftRecord) -> Result<bool, StoreError> {
    let Some(me) = caller.account() else { return Ok(false) };
    if shift.from == me.id || shift.to == Some(me.id) {
        return Ok(true);
    }
    if shift.to.is_some() {
        return Ok(false);
    }
    let ids: Vec<_> = shift.lines.iter().filter_map(|line| line.case_id).collect();
    let today = work.now.local_date();
    let cases = work.tx.cases_by_id(&ids).await?;
    Ok(cases.iter().all(|case| caller.covers(case.ward_code.as_deref(), today)))
}

/// Accepts one line: what it is about is the caller's from now on.
///
/// # Errors
/// 404 where the shift or the line is not the caller's to accept, 409 with `by` where somebody accepted it before.
pub async fn accept(app: &App, caller: &Caller, id: ShiftId, line: usize) -> Result<Shift, Problem> {
    let me = caller.require_account()?.clone();
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let mut record = work.tx.shift(id).await?.ok_or_else(no_such_shift)?;
    if record.from == me.id || !may_see(&mut work, caller, &record).await? {
        return Err(no_such_shift());
    }
    let taken = record.lines.get(line).ok_or_else(no_such_shift)?.clone();
    if let Some(by) = taken.accepted_by {
        if by == me.id {
            return shown(&mut work, record, false).await;
        }
        let name = work.tx.account(by).await?.map(|stored| stored.account.display_name).unwrap_or_default();
        return Err(Problem::conflict(
            "line_accepted",
            format!("{name} đã nhận dòng này."),
            format!("{name} accepted this line."),
        )
        .with("by", name));
    }
    take_over(&mut work, &record, &taken, &me).await?;
    record.lines[line].accepted_by = Some(me.id);
    record.lines[line].accepted_at = Some(work.now);
    work.tx.put_lines(id, &record.lines).await?;
    let detail = json!({"shift_id": id, "line": line, "case_id": taken.case_id});
    work.audit("shift.accept", taken.case_id.and_then(super::work::case_subject), detail).await?;
    let shift = shown(&mut work, record, false).await?;
    work.commit().await?;
    Ok(shift)
}

/// Gives what a line is about to whoever accepts it: the alert, where the giver still has it, and the case.
async fn take_over(work: &mut Work, shift: &ShiftRecord, line: &Line, me: &Account) -> Result<(), StoreError> {
    if let Some(case) = line.case_id {
        work.tx.hold(case.uuid()).await?;
    }
    if let LineKind::Alert { alert_id } = line.kind
        && let Some(alert) = work.tx.alert(alert_id).await?
    {
        match alert.state {
            AlertState::Open if alert.responsible == Some(shift.from) => {
                work.tx.own_alert(alert_id, Some(me.id)).await?;
            }
            AlertState::Acknowledged => {
                work.tx.reassign_alert(alert_id, shift.from, me.id, work.now).await?;
            }
            _ => {}
        }
    }
    if let Some(case) = line.case_id
        && let Some(case) = work.tx.case(case).await?
        && me.has(Role::Doctor)
        && line.kind == LineKind::Trend
        && case.doctor == Some(shift.from)
    {
        work.tx.update_case(&CaseRecord { doctor: Some(me.id), ..case }).await?;
    }
    Ok(())
}
