//! What must happen at its time, whatever happens to the process until then: alerts climb, silence is noticed, what was
//! promised is asked for, duties change hands. Each is a timer row; here they are claimed and given to whom they belong.
//! However many processes run, one of them claims a timer, and it is done once.

use std::time::Duration;

use serde_json::Value;
use shared::ids::TimerId;
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_store::outbox::Timer;
use shared_store::wake::Topic;
use uuid::Uuid;

use super::work::Work;
use super::{desk_timers, escalate, owners, silence};
use crate::App;

/// Every kind of timer of this service.
pub const KINDS: [&str; 4] = [escalate::TIMER, desk_timers::TIMER, silence::TIMER, owners::TIMER];

/// A claimed timer is this process's for so long; afterwards another takes it.
const LEASE_MINUTES: i64 = 1;
/// How many timers are claimed at once.
const BATCH: i64 = 50;
/// How often the table is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Sets a timer.
///
/// # Errors
/// When the store fails.
pub(crate) async fn set(
    work: &mut Work,
    kind: &str,
    subject: Uuid,
    payload: Value,
    due_at: Instant,
) -> Result<(), StoreError> {
    let id = TimerId::new(work.now, work.random());
    work.tx.set_timer(&Timer { id, kind: kind.to_owned(), subject, payload, due_at, attempts: 0 }).await
}

/// Does what is due until the platform is told to stop.
pub async fn run(app: App) {
    let stop = app.platform.stop.clone();
    let mut nudged = app.platform.wake().subscribe(Topic::Timers);
    while !stop.is_cancelled() {
        // A full batch means that more may be due.
        let more = match fire_due(&app, &KINDS).await {
            Ok(fired) => fired.claimed == BATCH.unsigned_abs() as usize,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a timer failed; it will be tried again");
                false
            }
        };
        if more {
            continue;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            _ = tokio::time::timeout(EVERY, nudged.changed()) => {}
        }
    }
}

/// What became of the timers that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fired {
    /// How many were claimed.
    pub claimed: usize,
    /// How many changed something.
    pub acted: usize,
}

/// Does what is due now, one batch of timers of these kinds. One that fails holds up no other.
///
/// # Errors
/// When the store fails; what was not done is claimed again after the lease.
pub async fn fire_due(app: &App, kinds: &[&str]) -> Result<Fired, StoreError> {
    let now = app.platform.now();
    if app.store.read().await?.next_timer().await?.is_none_or(|due| due > now) {
        return Ok(Fired::default());
    }
    let mut tx = app.store.write().await?;
    let timers = tx.claim_timers(kinds, now, now.plus(minutes(LEASE_MINUTES)), BATCH).await?;
    tx.commit().await?;
    let mut fired = Fired { claimed: timers.len(), acted: 0 };
    let mut failed = None;
    for timer in timers {
        match fire(app, &timer).await {
            Ok(acted) => fired.acted += usize::from(acted),
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(fired), Err)
}

async fn fire(app: &App, timer: &Timer) -> Result<bool, StoreError> {
    if timer.kind == owners::TIMER {
        return owners::change(app, timer).await;
    }
    let mut work = Work::for_system(app).await?;
    let acted = match timer.kind.as_str() {
        escalate::TIMER => escalate::due(&mut work, timer).await?,
        silence::TIMER => silence::due(&mut work, app, timer).await?,
        _ => desk_timers::due(&mut work, timer).await?,
    };
    work.commit().await?;
    Ok(acted)
}
