//! The ladder: an alert that nobody takes climbs to the next owner when its time is over. The timers are rows, so a
//! restart forgets none.

use serde::Deserialize;
use serde_json::json;
use shared::access::Role;
use shared::events::{AlertEscalated, AlertLevel};
use shared::ids::AlertId;
use shared_store::StoreError;
use shared_store::outbox::Timer;

use super::work::{Work, case_subject};
use super::{alerts, owners};
use crate::domain::ladder::Ladder;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, FeedKind};

/// The kind of these timers.
pub const TIMER: &str = "f0.escalate";

/// Where an alert stood when its timer was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Stood {
    level: AlertLevel,
    rung: usize,
}

/// An alert's time on its rung is over: it climbs, where it still stands as it did when the timer was set.
///
/// # Errors
/// When the store fails.
pub(super) async fn due(work: &mut Work, timer: &Timer) -> Result<bool, StoreError> {
    let id = AlertId::from_uuid(timer.subject);
    if let Some(alert) = work.tx.alert(id).await? {
        work.tx.hold(alert.case_id.uuid()).await?;
    }
    if !work.tx.finish_timer(timer.id, work.now).await? {
        return Ok(false);
    }
    let stood: Stood = serde_json::from_value(timer.payload.clone())?;
    let waits =
        |alert: &AlertRecord| alert.state == AlertState::Open && alert.level == stood.level && alert.rung == stood.rung;
    match work.tx.alert(id).await?.filter(waits) {
        Some(alert) => step_up(work, alert).await,
        None => Ok(false),
    }
}

/// Lets the open alert of a case climb until a doctor owns it, where this rule is among its reasons.
///
/// # Errors
/// When the store fails.
pub(super) async fn to_doctor(work: &mut Work, case: &CaseRecord, rule: &str) -> Result<(), StoreError> {
    loop {
        let filter = AlertFilter {
            states: vec![AlertState::Open],
            cases: Some(vec![case.id]),
            limit: 1,
            ..AlertFilter::default()
        };
        let Some(alert) = work.tx.alerts(&filter).await?.pop() else { return Ok(()) };
        let is_told = alert.reasons.iter().any(|reason| reason.rule == rule);
        if !is_told || alert.owner.role() != Role::Nurse || !step_up(work, alert).await? {
            return Ok(());
        }
    }
}

async fn step_up(work: &mut Work, alert: AlertRecord) -> Result<bool, StoreError> {
    let rung = alert.rung + 1;
    let Some(next) = Ladder::builtin().owner_at(alert.level, rung) else { return Ok(false) };
    let passed = alert.responsible;
    let mut alert = AlertRecord { rung, owner: next.owner, escalated_at: Some(work.now), ..alert };
    alert.responsible = owners::of_alert(work, &alert, passed).await?;
    if !work.tx.update_open_alert(&alert).await? {
        return Ok(false);
    }
    let Some(case) = work.tx.case(alert.case_id).await? else { return Ok(false) };
    alerts::set_timer(work, &alert, work.now).await?;
    let rung = i64::try_from(alert.rung).unwrap_or(i64::MAX);
    work.event(&AlertEscalated { alert: alerts::event_of(&alert, &case), rung }).await?;
    alerts::tell(work, FeedKind::AlertEscalated, &alert);
    let detail = json!({"alert_id": alert.id, "owner": alert.owner.code(), "rung": rung});
    work.audit("alert.escalate", case_subject(alert.case_id), detail).await?;
    Ok(true)
}
