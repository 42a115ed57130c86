//! The task that takes check-in's timers when they are due.

use std::time::Duration;

use shared_store::StoreError;
use shared_store::wake::Topic;

use super::{rematch, renew};
use crate::App;

/// How long to wait for a nudge before looking by oneself.
const POLL: Duration = Duration::from_secs(5);

/// Takes all timers that are due; gives how many there were.
///
/// # Errors
/// When the store fails; what was not done is due again when its lease ends.
pub async fn run_due(app: &App) -> Result<usize, StoreError> {
    Ok(rematch::run_due(app).await? + renew::run_due(app).await?)
}

/// Waits for timers until the platform stops.
pub async fn keep_running(app: App) {
    let mut nudged = app.platform.wake().subscribe(Topic::Timers);
    while !app.platform.stop.is_cancelled() {
        match run_due(&app).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "cases could not be matched again"),
        }
        tokio::select! {
            () = app.platform.stop.cancelled() => {}
            _ = tokio::time::timeout(POLL, nudged.changed()) => {}
        }
    }
}
