//! Messages as they came: kept as long as somebody may still ask what a laboratory really sent.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use shared::time::{Instant, days};
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};

use super::{App, SERVICE};
use crate::app::record;
use crate::app::row::{Incoming, key_of, keys_of};
use crate::app::sender::Sender;
use crate::domain::report::{RowOutcome, RowStatus};
use crate::store::model::Upload;
use crate::store::raw::Raw;

/// How long a message is kept, in days (our policy, as long as the Corona-Warn-App kept results). What a person must still look
/// at is kept longer.
pub const KEPT_DAYS: i64 = 60;
/// Messages as they came, by the row that each is.
pub type Raws = HashMap<u64, Vec<u8>>;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(3_600);

/// The message that a row came in, where it is kept. What came before stands beside what came then, and what is refused stays
/// with its sender. A row of a table that waits stands in the queue as it was read; one that is ignored stands nowhere else.
#[must_use]
pub fn of_row(
    upload: &Upload,
    sender: &Sender,
    raws: &Raws,
    (row, outcome): (&Incoming, &RowOutcome),
    now: Instant,
) -> Option<Raw> {
    let stays = match outcome.status {
        RowStatus::Accepted | RowStatus::Amended | RowStatus::Held | RowStatus::Ignored => true,
        // One of several results of a message may be stored where another is refused.
        RowStatus::Rejected => row.results().nth(1).is_some(),
        RowStatus::Duplicate => false,
    };
    let first = row.results().next();
    let came = raws.get(&row.row).filter(|_| stays).cloned();
    let bytes = came.or_else(|| {
        let read = first.filter(|_| outcome.status == RowStatus::Ignored)?;
        Some(record::to_json(&read.draft).to_string().into_bytes())
    })?;
    let lab_code = first.map(|read| key_of(&read.draft).lab_code);
    let is_held = outcome.status == RowStatus::Held;
    let accessions = row.results().filter(|_| is_held).flat_map(keys_of).map(|key| key.accession);
    Some(Raw {
        upload_id: upload.id,
        place: i64::try_from(row.row).unwrap_or(i64::MAX),
        lab_code: lab_code.or_else(|| sender.lab_code().map(str::to_owned)).unwrap_or_default(),
        format: upload.format.clone(),
        status: outcome.status.code(),
        bytes,
        accessions: accessions.collect(),
        created_at: now,
    })
}

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
