//! Messages as they came: kept as long as somebody may still ask what a laboratory really sent.

use std::time::Duration;

use serde_json::json;
use shared::time::days;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};

use super::{App, SERVICE};

/// How long a message is kept, in days (our policy, as long as the Corona-Warn-App kept results). What a person must still look
/// at is kept longer.
pub const KEPT_DAYS: i64 = 60;
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(3_600);

/// Forgets the messages whose time is over; gives how many.
///
/// # Errors
/// When the store fails; the next run goes on.
pub async fn forget(app: &App) -> Result<u64, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let forgotten = tx.forget_raw_before(now.minus(days(KEPT_DAYS))).await?;
    if forgotten > 0 {
        let entry = AuditEntry {
            service: SERVICE,
            actor: Actor::System,
            action: "raw.forget",
            subject: None,
            detail: json!({"messages": forgotten}),
            request_id: None,
        };
        tx.audit(&entry, now, &mut app.platform.random()).await?;
    }
    tx.commit().await?;
    Ok(forgotten)
}

/// Forgets once an hour until the platform stops.
pub async fn keep_running(app: App) {
    while !app.platform.stop.is_cancelled() {
        match forget(&app).await {
            Ok(0) => {}
            Ok(messages) => tracing::info!(messages, "messages as they came were forgotten"),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "messages could not be forgotten"),
        }
        tokio::select! {
            () = app.platform.stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
