//! The ladder: an alert that nobody takes climbs to the next owner when its time is over. The timers are rows, so a
//! restart forgets none.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use shared::events::{AlertEscalated, AlertLevel};
use shared::ids::AlertId;
use shared::time::minutes;
use shared_store::StoreError;
use shared_store::outbox::Timer;
use shared_store::wake::Topic;

use super::alerts;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::ladder::Ladder;
use crate::store::{AlertRecord, AlertState, FeedKind};

/// The kind of these timers.
pub const TIMER: &str = "f0.escalate";

/// A claimed timer is this process's for so long; afterwards another takes it.
const LEASE_MINUTES: i64 = 1;
/// How many timers are claimed at once.
const BATCH: i64 = 50;
/// How often the table is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Where an alert stood when its timer was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Stood {
    level: AlertLevel,
    rung: usize,
}

/// Climbs alerts until the platform is told to stop.
pub async fn run(app: App) {
    let stop = app.platform.stop.clone();
    let mut nudged = app.platform.wake().subscribe(Topic::Timers);
    while !stop.is_cancelled() {
        if let Err(error) = climb_due(&app).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "alerts could not climb; they will be tried again"
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(EVERY, nudged.changed()) => {}
        }
    }
}

/// Climbs every alert whose time is over now; gives how many climbed.
///
/// # Errors
/// When the store fails; what was not done is claimed again after the lease.
pub async fn climb_due(app: &App) -> Result<usize, StoreError> {
    let now = app.platform.now();
    if app.store.read().await?.next_timer().await?.is_none_or(|due| due > now) {
        return Ok(0);
    }
    let mut tx = app.store.write().await?;
    let timers = tx.claim_timers(&[TIMER], now, now.plus(minutes(LEASE_MINUTES)), BATCH).await?;
    tx.commit().await?;
    let mut climbed = 0;
    for timer in timers {
        climbed += usize::from(climb(app, &timer).await?);
    }
    Ok(climbed)
}

/// Climbs one alert, where it still stands as it did when the timer was set.
async fn climb(app: &App, timer: &Timer) -> Result<bool, StoreError> {
    let mut work = Work::for_system(app).await?;
    if let Some(alert) = work.tx.alert(AlertId::from_uuid(timer.subject)).await? {
        work.tx.hold(alert.case_id.uuid()).await?;
    }
    if !work.tx.finish_timer(timer.id, work.now).await? {
        return Ok(false);
    }
    let id = AlertId::from_uuid(timer.subject);
    let stood: Stood = serde_json::from_value(timer.payload.clone())?;
    let waits =
        |alert: &AlertRecord| alert.state == AlertState::Open && alert.level == stood.level && alert.rung == stood.rung;
    let climbed = match work.tx.alert(id).await?.filter(waits) {
        Some(alert) => step_up(&mut work, alert).await?,
        None => false,
    };
    work.commit().await?;
    Ok(climbed)
}

async fn step_up(work: &mut Work, alert: AlertRecord) -> Result<bool, StoreError> {
    let rung = alert.rung + 1;
    let Some(next) = Ladder::builtin().owner_at(alert.level, rung) else { return Ok(false) };
    let alert = AlertRecord { rung, owner: next.owner, escalated_at: Some(work.now), ..alert };
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
