//! What is swept up while the process runs: rows whose time is over, counters of addresses that are gone, samples of metrics.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use shared::time::{Instant, days, hours};
use shared_store::columns::At;
use shared_store::{Database, StoreError};
use tokio::time::MissedTickBehavior;

use crate::platform::Platform;

/// How often the samples of histograms are gathered into their buckets: until then each takes memory.
const METRICS: Duration = Duration::from_secs(10);
/// How often addresses that ask no more are forgotten.
const LIMITS: Duration = Duration::from_secs(60);
/// How often rows are deleted.
const ROWS: Duration = Duration::from_secs(3_600);
/// How many days events are kept after they were published or received. Longer than the relay looks back when the bus has
/// lost its memory (3 days), so that a repeat still meets its inbox row.
const EVENT_DAYS: i64 = 7;
/// How long codes are kept after their end: the limit of codes an hour counts them.
const CODE_HOURS: i64 = 1;
/// How many dead letters are looked through; with more, events are kept until somebody has looked at them.
const LETTERS: i64 = 10_000;

/// What one sweep deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Sessions that are over.
    pub sessions: u64,
    /// One-time codes that are over.
    pub codes: u64,
    /// Rows of outbox and inbox.
    pub events: u64,
}

/// Sweeps until the platform is told to stop; the rows at once and then every hour.
pub async fn run(platform: Platform, metrics: Option<PrometheusHandle>) {
    let [mut gather, mut forget, mut delete] = [METRICS, LIMITS, ROWS].map(|period| {
        let mut interval = tokio::time::interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    });
    loop {
        tokio::select! {
            () = platform.stop.cancelled() => return,
            _ = gather.tick() => metrics.iter().for_each(PrometheusHandle::run_upkeep),
            _ = forget.tick() => platform.limits.sweep(),
            _ = delete.tick() => match sweep(&platform).await {
                Ok(swept) => tracing::debug!(?swept, "rows whose time is over were deleted"),
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "rows whose time is over were not deleted"),
            },
        }
    }
}

/// Deletes sessions, codes and events whose time is over.
///
/// # Errors
/// When the store fails; what was deleted until then stays deleted.
pub async fn sweep(platform: &Platform) -> Result<Swept, StoreError> {
    let now = platform.now();
    let sessions = delete(&platform.database, "DELETE FROM sessions WHERE expires_at < $1", now).await?;
    let codes_before = now.minus(hours(CODE_HOURS));
    let codes = delete(&platform.database, "DELETE FROM one_time_codes WHERE expires_at < $1", codes_before).await?;
    let events = match events_before(platform, now).await? {
        Some(before) => {
            let mut tx = platform.shared.write().await?;
            let pruned = tx.prune_events(before).await?;
            tx.commit().await?;
            pruned
        }
        None => 0,
    };
    Ok(Swept { sessions, codes, events })
}

/// Until when events are deleted. What is in the dead letters can be replayed: its event is kept, and so are the inbox rows
/// of those who took it, or they would take it twice.
async fn events_before(platform: &Platform, now: Instant) -> Result<Option<Instant>, StoreError> {
    let letters = platform.shared.read().await?.dead_letters(LETTERS).await?;
    if i64::try_from(letters.len()).unwrap_or(i64::MAX) >= LETTERS {
        return Ok(None);
    }
    let oldest = letters.iter().map(|letter| letter.event.time).min();
    let usual = now.minus(days(EVENT_DAYS));
    Ok(Some(oldest.map_or(usual, |oldest| oldest.min(usual))))
}

/// One DELETE with one instant, in a transaction of its own.
async fn delete(database: &Database, statement: &'static str, before: Instant) -> Result<u64, StoreError> {
    let deleted = match database {
        Database::Sqlite(engine) => {
            sqlx::query(statement).bind(At(before)).execute(engine.write_pool()).await?.rows_affected()
        }
        Database::Postgres(engine) => {
            sqlx::query(statement).bind(At(before)).execute(engine.write_pool()).await?.rows_affected()
        }
    };
    Ok(deleted)
}
