//! What must not be forgotten: the last day of bag B, a promised call back, a hand-over that nobody accepts. Each is a
//! timer row; when its time comes and nothing was done, the case gets an alert.

use std::time::Duration;

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::events::AlertLevel;
use shared::ids::{ActId, TimerId};
use shared::time::minutes;
use shared_store::StoreError;
use shared_store::outbox::Timer;
use shared_store::wake::Topic;

use super::alerts;
use super::work::Work;
use crate::App;
use crate::domain::act::{ActBody, ActStatus, HandTo};
use crate::domain::case::CaseState;
use crate::domain::engine::{Measure, Reason};
use crate::domain::protocol::Comparison;
use crate::store::ActRecord;

/// The kind of these timers.
pub const TIMER: &str = "f0.act_due";

/// A claimed timer is this process's for so long; afterwards another takes it.
const LEASE_MINUTES: i64 = 1;
/// How many timers are claimed at once.
const BATCH: i64 = 50;
/// How often the table is looked at.
const EVERY: Duration = Duration::from_millis(1_000);

/// Sets the timer of something that is due, in place of an earlier one; clears it where nothing is.
pub(super) async fn set(work: &mut Work, act: &ActRecord) -> Result<(), StoreError> {
    if !act.steps.is_empty() {
        work.tx.cancel_timers(TIMER, act.id.uuid(), work.now).await?;
    }
    let Some(due_at) = act.due_at else { return Ok(()) };
    let id = TimerId::new(work.now, work.random());
    let payload = json!({"status": act.status});
    let (kind, subject) = (TIMER.to_owned(), act.id.uuid());
    work.tx.set_timer(&Timer { id, kind, subject, payload, due_at, attempts: 0 }).await
}

/// Watches until the platform is told to stop.
pub async fn run(app: App) {
    let stop = app.platform.stop.clone();
    let mut nudged = app.platform.wake().subscribe(Topic::Timers);
    while !stop.is_cancelled() {
        if let Err(error) = remind_due(&app).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what is due could not be told; it will be tried again"
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(EVERY, nudged.changed()) => {}
        }
    }
}

/// Raises an alert for everything that is due now; gives how many were raised.
///
/// # Errors
/// When the store fails; what was not done is claimed again after the lease.
pub async fn remind_due(app: &App) -> Result<usize, StoreError> {
    let now = app.platform.now();
    if app.store.read().await?.next_timer().await?.is_none_or(|due| due > now) {
        return Ok(0);
    }
    let mut tx = app.store.write().await?;
    let timers = tx.claim_timers(&[TIMER], now, now.plus(minutes(LEASE_MINUTES)), BATCH).await?;
    tx.commit().await?;
    let mut raised = 0;
    for timer in timers {
        raised += usize::from(remind(app, &timer).await?);
    }
    Ok(raised)
}

async fn remind(app: &App, timer: &Timer) -> Result<bool, StoreError> {
    let mut work = Work::for_system(app).await?;
    if !work.tx.finish_timer(timer.id, work.now).await? {
        return Ok(false);
    }
    let act = work.tx.act(ActId::from_uuid(timer.subject)).await?;
    let due = act.filter(|act| act.due_at.is_some_and(|due| due <= work.now));
    let raised = match due.as_ref().and_then(|act| Some((act, reason(act)?))) {
        Some((act, reason)) => raise(&mut work, act, reason).await?,
        None => false,
    };
    work.commit().await?;
    Ok(raised)
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
        at: None,
    })
}
