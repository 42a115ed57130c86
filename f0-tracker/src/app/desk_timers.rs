//! What must not be forgotten: the last day of bag B, a promised call back, a hand-over that nobody accepts. Each is a
//! timer row; when its time comes and nothing was done, the case gets an alert.

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::ids::ActId;
use shared_store::StoreError;
use shared_store::outbox::Timer;

use super::work::Work;
use super::{alerts, timers};
use crate::domain::act::{ActBody, ActStatus, HandTo};
use crate::domain::case::CaseState;
use crate::domain::engine::{Measure, Reason};
use crate::domain::protocol::Comparison;
use crate::store::ActRecord;

/// The kind of these timers.
pub const TIMER: &str = "f0.act_due";

/// Sets the timer of something that is due, in place of an earlier one; clears it where nothing is.
pub(super) async fn set(work: &mut Work, act: &ActRecord) -> Result<(), StoreError> {
    if !act.steps.is_empty() {
        work.tx.cancel_timers(TIMER, act.id.uuid(), work.now).await?;
    }
    let Some(due_at) = act.due_at else { return Ok(()) };
    timers::set(work, TIMER, act.id.uuid(), json!({"status": act.status}), due_at).await
}

/// The time of something has come: it becomes an alert where it was not done.
///
/// # Errors
/// When the store fails.
pub(super) async fn due(work: &mut Work, timer: &Timer) -> Result<bool, StoreError> {
    if !work.tx.finish_timer(timer.id, work.now).await? {
        return Ok(false);
    }
    let act = work.tx.act(ActId::from_uuid(timer.subject)).await?;
    let due = act.filter(|act| act.due_at.is_some_and(|due| due <= work.now));
    match due.as_ref().and_then(|act| Some((act, reason(act)?))) {
        Some((act, reason)) => raise(work, act, reason).await,
        None => Ok(false),
    }
}

async fn raise(work: &mut Work, act: &ActRecord, reason: Reason) -> Result<bool, StoreError> {
    let Some(case) = act.case_id else { return Ok(false) };
    let Some(case) = work.tx.case(case).await?.filter(|case| case.state == CaseState::Open) else { return Ok(false) };
    Ok(alerts::raise(work, &case, reason.level, &[reason]).await?.is_some())
}

/// The reason of the alert about something that is due.
fn reason(act: &ActRecord) -> Option<Reason> {
    let (rule, level, text) = match (&act.body, act.status) {
        (ActBody::Prescription { bag: Some(bag), max_days: Some(days), .. }, ActStatus::HandedOut) => {
            let bag = bag.code();
            let text = Bilingual::new(
                format!("Túi {bag}: đã đủ {days} ngày, gọi ngay để ngừng thuốc hoặc chuyển viện"),
                format!("Bag {bag}: its {days} days are over; call now to stop it or refer"),
            );
            ("bag_limit", AlertLevel::Urgent, text)
        }
        (ActBody::Call { .. }, ActStatus::Promised) => {
            let text = Bilingual::new("Đã hẹn gọi lại mà chưa gọi", "A promised call back was not made");
            ("promise_missed", AlertLevel::Watch, text)
        }
        (ActBody::Handover { to, .. }, ActStatus::Offered) => {
            let name = to.name();
            let text = Bilingual::new(
                format!("Chưa ai nhận bàn giao ({})", name.vi),
                format!("Nobody accepted the hand-over ({})", name.en),
            );
            let level = if *to == HandTo::Station { AlertLevel::Watch } else { AlertLevel::Urgent };
            ("handover_waits", level, text)
        }
        _ => return None,
    };
    let word = |word: &str| Measure::Word(word.to_owned());
    Some(Reason {
        rule: rule.to_owned(),
        parameter: "act".to_owned(),
        value: word("due"),
        comparison: Comparison::AnyOf,
        threshold: word("done"),
        level,
        protocol: "antam".to_owned(),
        source: "An Tâm".to_owned(),
        text,
        proposed: true,
        confirm: false,
        at: None,
    })
}
