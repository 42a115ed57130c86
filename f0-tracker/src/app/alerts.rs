//! Alerts: raised by a report or a new case, taken by the first doctor, ended.
//!
//! Whoever changes an alert holds its case first, so that two who change rows of one case never wait for each other.

use serde_json::{Value, json};
use shared::access::Role;
use shared::events::{AlertLevel, AlertRaised};
use shared::ids::{AccountId, AlertId};
use shared::time::{Instant, hours};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::open_case::FIRST_CALL;
use super::work::{Work, case_subject};
use super::{area, escalate, owners, timers};
use crate::App;
use crate::domain::engine::Reason;
use crate::domain::ladder::Ladder;
use crate::domain::silence::NO_REPORT;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, FeedDraft, FeedKind};

/// For so many hours whoever took an alert is taken to look at reports that are no more dangerous; afterwards such a
/// report raises an alert of its own. The product's policy: no source sets a number.
const HOURS_IN_HAND: i64 = 4;

/// The most characters of a note that are kept.
const MAX_NOTE: usize = 2_000;

/// The rung that an alert begins on. A new case's first call is a doctor's from the start (the product's policy): the
/// first rung of the level that a doctor owns.
fn first_rung(level: AlertLevel, reasons: &[Reason]) -> usize {
    let is_first_call = reasons.iter().all(|reason| reason.rule == FIRST_CALL);
    let rungs = Ladder::builtin().rungs(level);
    let of_doctor = rungs.iter().position(|rung| rung.owner.role() == Role::Doctor);
    if is_first_call { of_doctor.unwrap_or(0) } else { 0 }
}

/// What a line of the feed tells of an alert: no name, and nothing of what was measured.
fn told(alert: &AlertRecord, at: Instant) -> Value {
    json!({
        "alert_id": alert.id,
        "case_id": alert.case_id,
        "level": alert.level,
        "status": alert.state.code(),
        "ward_code": alert.ward_code,
        "owner": alert.owner.code(),
        "responsible": alert.responsible,
        "rung": alert.rung,
        "raised_at": alert.raised_at,
        "at": at,
    })
}

/// Tells the live feed of an alert.
pub(super) fn tell(work: &mut Work, kind: FeedKind, alert: &AlertRecord) {
    work.tell(FeedDraft {
        at: work.now,
        kind,
        case_id: alert.case_id,
        alert_id: Some(alert.id),
        ward_code: alert.ward_code.clone(),
        data: told(alert, work.now),
    });
}

/// The event of an alert.
pub(super) fn event_of(alert: &AlertRecord, case: &CaseRecord) -> AlertRaised {
    AlertRaised {
        alert_id: alert.id,
        case_id: alert.case_id,
        person_id: case.person_id,
        level: alert.level,
        ward_code: alert.ward_code.clone(),
        owner: alert.owner.code().to_owned(),
    }
}

/// Sets the timer by which an alert climbs, in place of an earlier one. `since` is when it came to stand on its rung.
pub(super) async fn set_timer(work: &mut Work, alert: &AlertRecord, since: Instant) -> Result<(), StoreError> {
    work.tx.cancel_timers(escalate::TIMER, alert.id.uuid(), work.now).await?;
    first_timer(work, alert, since).await
}

/// Sets the timer by which an alert climbs that had none.
async fn first_timer(work: &mut Work, alert: &AlertRecord, since: Instant) -> Result<(), StoreError> {
    let Some((due_at, _)) = Ladder::builtin().next_escalation(alert.level, alert.rung, since) else { return Ok(()) };
    let payload = json!({"level": alert.level, "rung": alert.rung});
    timers::set(work, escalate::TIMER, alert.id.uuid(), payload, due_at).await
}

/// What is told and what was told before, the most dangerous first. Of one rule the newer observation counts, however
/// late the older one arrives.
fn joined(told: &[Reason], before: &[Reason]) -> Vec<Reason> {
    let newest = |reasons: &[Reason], rule: &str| reasons.iter().filter(|r| r.rule == rule).map(|r| r.at).max();
    let is_kept = |old: &&Reason| newest(told, &old.rule).is_none_or(|at| at < old.at);
    let is_news = |new: &&Reason| newest(before, &new.rule).is_none_or(|at| at <= new.at);
    let mut all: Vec<Reason> = told.iter().filter(is_news).chain(before.iter().filter(is_kept)).cloned().collect();
    all.sort_by_key(|reason| core::cmp::Reverse(reason.level));
    all
}

async fn newest(work: &mut Work, case: &CaseRecord, state: AlertState) -> Result<Option<AlertRecord>, StoreError> {
    let filter = AlertFilter { states: vec![state], cases: Some(vec![case.id]), limit: 100, ..AlertFilter::default() };
    let found = work.tx.alerts(&filter).await?;
    Ok(found.into_iter().max_by_key(|alert| alert.acknowledged.as_ref().map_or(alert.raised_at, |stamp| stamp.at)))
}

/// Somebody took an alert of this danger a short while ago and is at it.
async fn is_in_hand(work: &mut Work, case: &CaseRecord, level: AlertLevel) -> Result<bool, StoreError> {
    let Some(alert) = newest(work, case, AlertState::Acknowledged).await? else { return Ok(false) };
    let since = work.now.minus(hours(HOURS_IN_HAND));
    Ok(alert.level >= level && alert.acknowledged.is_some_and(|stamp| stamp.at >= since))
}

/// Raises an alert about a case, or raises the open one: a case has one open alert at most. A more dangerous report
/// lifts it to its level and starts its ladder anew; one that is no more dangerous adds its reasons.
///
/// # Errors
/// When the store fails.
pub async fn raise(
    work: &mut Work,
    case: &CaseRecord,
    level: AlertLevel,
    reasons: &[Reason],
) -> Result<Option<AlertRecord>, StoreError> {
    if level == AlertLevel::None {
        return Ok(None);
    }
    work.tx.hold(case.id.uuid()).await?;
    if let Some(open) = newest(work, case, AlertState::Open).await? {
        let rises = level > open.level;
        let rung = if rises { first_rung(level, reasons) } else { open.rung };
        let Some(owner) = Ladder::builtin().owner_at(level.max(open.level), rung) else { return Ok(None) };
        let mut alert = AlertRecord {
            level: level.max(open.level),
            reasons: joined(reasons, &open.reasons),
            raised_at: if rises { work.now } else { open.raised_at },
            escalated_at: if rises { None } else { open.escalated_at },
            rung,
            owner: owner.owner,
            ..open
        };
        if rises {
            alert.responsible = owners::of_alert(work, &alert, None).await?;
        }
        // Where it is no longer open, somebody took it this very moment: it is in hand, or raised anew below.
        if work.tx.update_open_alert(&alert).await? {
            if rises {
                set_timer(work, &alert, work.now).await?;
                announce(work, case, &alert).await?;
            }
            return Ok(Some(alert));
        }
    }
    // Whoever has something else in hand has not noticed that the patient fell silent.
    let is_silence = reasons.iter().all(|reason| reason.rule == NO_REPORT);
    if !is_silence && is_in_hand(work, case, level).await? {
        return Ok(None);
    }
    insert(work, case, level, reasons).await
}

/// Raises the first alert of a case that has just opened: it has no other, and nobody else sees the case yet.
///
/// # Errors
/// When the store fails.
pub(super) async fn raise_first(
    work: &mut Work,
    case: &CaseRecord,
    level: AlertLevel,
    reasons: &[Reason],
) -> Result<Option<AlertRecord>, StoreError> {
    insert(work, case, level, reasons).await
}

async fn insert(
    work: &mut Work,
    case: &CaseRecord,
    level: AlertLevel,
    reasons: &[Reason],
) -> Result<Option<AlertRecord>, StoreError> {
    let rung = first_rung(level, reasons);
    let Some(owner) = Ladder::builtin().owner_at(level, rung) else { return Ok(None) };
    let mut alert = AlertRecord {
        id: AlertId::new(work.now, work.random()),
        case_id: case.id,
        ward_code: case.ward_code.clone(),
        level,
        reasons: joined(reasons, &[]),
        state: AlertState::Open,
        raised_at: work.now,
        rung,
        owner: owner.owner,
        responsible: None,
        escalated_at: None,
        acknowledged: None,
        resolved: None,
    };
    alert.responsible = owners::of_alert(work, &alert, None).await?;
    if !work.tx.insert_alert(&alert).await? {
        return Ok(None);
    }
    first_timer(work, &alert, work.now).await?;
    announce(work, case, &alert).await?;
    Ok(Some(alert))
}

async fn announce(work: &mut Work, case: &CaseRecord, alert: &AlertRecord) -> Result<(), StoreError> {
    // Somebody has one alert more.
    work.roster = None;
    work.event(&event_of(alert, case)).await?;
    tell(work, FeedKind::AlertRaised, alert);
    let detail = json!({"alert_id": alert.id, "level": alert.level});
    work.audit("alert.raise", case_subject(case.id), detail).await
}

/// A rule no longer holds: its reason goes from the case's alerts, and an alert of that reason alone ends.
///
/// # Errors
/// When the store fails.
pub(super) async fn withdraw(work: &mut Work, case: &CaseRecord, rule: &str) -> Result<(), StoreError> {
    let states = vec![AlertState::Open, AlertState::Acknowledged];
    let filter = AlertFilter { states, cases: Some(vec![case.id]), limit: 100, ..AlertFilter::default() };
    for alert in work.tx.alerts(&filter).await? {
        let (withdrawn, left): (Vec<_>, Vec<_>) = alert.reasons.iter().cloned().partition(|reason| reason.rule == rule);
        if withdrawn.is_empty() {
            continue;
        }
        if left.is_empty() {
            end(work, alert, "no_longer").await?;
        } else if alert.state == AlertState::Open {
            work.tx.update_open_alert(&AlertRecord { reasons: left, ..alert }).await?;
        }
    }
    Ok(())
}

/// The program itself ends an alert, whoever has it.
async fn end(work: &mut Work, alert: AlertRecord, note: &str) -> Result<(), StoreError> {
    if work.tx.resolve_alert(alert.id, None, work.now, note).await? {
        work.tx.cancel_timers(escalate::TIMER, alert.id.uuid(), work.now).await?;
        tell(work, FeedKind::AlertResolved, &AlertRecord { state: AlertState::Resolved, ..alert });
    }
    Ok(())
}

/// Ends whatever alerts a case has because the case itself ended.
pub(super) async fn end_all(work: &mut Work, case: &CaseRecord, note: &str) -> Result<(), StoreError> {
    let states = vec![AlertState::Open, AlertState::Acknowledged];
    let filter = AlertFilter { states, cases: Some(vec![case.id]), limit: 1_000, ..AlertFilter::default() };
    for alert in work.tx.alerts(&filter).await? {
        end(work, alert, note).await?;
    }
    Ok(())
}

/// What somebody does with an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Takes it.
    Acknowledge,
    /// Ends it.
    Resolve,
}

/// Takes or ends an alert in a caller's name. The first is the one who has it; doing the same again changes nothing.
///
/// # Errors
/// 404 where there is no such alert in the caller's area, 409 with `acknowledged_by` and `acknowledged_at` where
/// somebody else has it.
pub async fn act(app: &App, caller: &Caller, id: AlertId, step: Step, note: &str) -> Result<AlertRecord, Problem> {
    let account = caller.require_account()?;
    let note: String = note.trim().chars().take(MAX_NOTE).collect();
    let mut work = Work::for_caller(app, caller).await?;
    let not_found = || Problem::not_found("Không có cảnh báo này.", "There is no such alert.");
    let alert = work.tx.alert(id).await?.ok_or_else(not_found)?;
    work.tx.hold(alert.case_id.uuid()).await?;
    let case = work.tx.case(alert.case_id).await?.ok_or_else(not_found)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(not_found());
    }
    let case_id = case.id;
    let (now, by) = (work.now, account.id);
    let first = match step {
        Step::Acknowledge => work.tx.acknowledge_alert(id, by, now, &note).await?,
        Step::Resolve => work.tx.resolve_alert(id, Some(by), now, &note).await?,
    };
    let alert = work.tx.alert(id).await?.ok_or_else(not_found)?;
    let (action, kind) = match step {
        Step::Acknowledge => ("alert.acknowledge", FeedKind::AlertAcknowledged),
        Step::Resolve => ("alert.resolve", FeedKind::AlertResolved),
    };
    if first {
        work.tx.cancel_timers(escalate::TIMER, id.uuid(), now).await?;
        if account.has(Role::Doctor) && case.doctor.is_none() {
            work.tx.update_case(&CaseRecord { doctor: Some(by), ..case }).await?;
        }
        tell(&mut work, kind, &alert);
    } else if !is_mine(&alert, by, step) {
        return Err(taken(&mut work, &alert).await?);
    }
    let detail = json!({"alert_id": id, "first": first});
    work.audit(action, case_subject(case_id), detail).await?;
    work.commit().await?;
    Ok(alert)
}

/// Whether this account did the same before.
fn is_mine(alert: &AlertRecord, by: AccountId, step: Step) -> bool {
    let stamp = match step {
        Step::Acknowledge => alert.acknowledged.as_ref(),
        Step::Resolve => alert.resolved.as_ref(),
    };
    stamp.is_some_and(|stamp| stamp.by == Some(by))
}

/// Somebody else has it: who, and since when.
async fn taken(work: &mut Work, alert: &AlertRecord) -> Result<Problem, StoreError> {
    let stamp = alert.acknowledged.as_ref().or(alert.resolved.as_ref());
    let name = match stamp.and_then(|stamp| stamp.by) {
        Some(by) => work.tx.account(by).await?.map(|stored| stored.account.display_name),
        None => None,
    };
    let who = name.as_deref().unwrap_or("An Tâm");
    let problem = Problem::conflict(
        "alert_taken",
        format!("{who} đã nhận cảnh báo này trước."),
        format!("{who} was first and has this alert."),
    );
    Ok(problem
        .with("acknowledged_by", who)
        .with("acknowledged_at", stamp.map_or(Value::Null, |stamp| json!(stamp.at)))
        .with("alert_status", alert.state.code()))
}
