//! Visits whose time is over: their rows are deleted and the keys of their days destroyed, so that a backup tells
//! nothing either.

use std::time::Duration;

use serde_json::json;
use shared::ids::PlaceId;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};

use super::people::first_kept;
use super::proofs;
use crate::store::minute_of;
use crate::{App, SERVICE, tries};

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(3_600);
/// How many places one transaction clears, so that check-ins do not wait for it.
const PLACES: usize = 50;

/// What a purge took away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Purged {
    /// The days whose keys are destroyed.
    pub days: Vec<Date>,
    /// How many visits were deleted.
    pub visits: u64,
}

/// Takes away the visits of all days before the first that is kept.
///
/// The keys go first: from then on nobody can tell who the visitors were. The rows are looked for only where a key was
/// destroyed, or where `thorough`: a process that was stopped between the two leaves rows that the next start deletes.
///
/// # Errors
/// When the store or the key store fails; the next run goes on.
pub async fn purge(app: &App, thorough: bool) -> Result<Purged, StoreError> {
    let now = app.platform.now();
    let first_kept = first_kept(app, now);
    proofs::forget_old(app, now).await?;
    forget_tries(app, now).await?;
    let days = app.platform.keys().destroy_days_before(first_kept)?;
    if days.is_empty() && !thorough {
        return Ok(Purged::default());
    }
    let visits = delete_before(app, Instant::start_of(first_kept)).await?;
    if days.is_empty() && visits == 0 {
        return Ok(Purged::default());
    }
    let entry = AuditEntry {
        service: SERVICE,
        actor: Actor::System,
        action: "visits.purge",
        subject: None,
        detail: json!({"days": days, "visits": visits}),
        request_id: None,
    };
    let mut tx = app.store.write().await?;
    tx.forget_codes_before(first_kept).await?;
    tx.delete_declarations_before(Instant::start_of(first_kept)).await?;
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Purged { days, visits })
}

/// Forgets how often somebody tried codes out, once that counts no more.
async fn forget_tries(app: &App, now: Instant) -> Result<(), StoreError> {
    let mut tx = app.store.write().await?;
    tx.forget_tries_before(tries::period(now)).await?;
    tx.commit().await
}

async fn delete_before(app: &App, at: Instant) -> Result<u64, StoreError> {
    let mut deleted = 0;
    let mut after: Option<PlaceId> = None;
    loop {
        let mut tx = app.store.write().await?;
        for _ in 0..PLACES {
            let Some((place, visits)) = tx.delete_visits_of_next_place(after, minute_of(at)).await? else {
                tx.commit().await?;
                return Ok(deleted);
            };
            after = Some(place);
            deleted += visits;
        }
        tx.commit().await?;
    }
}

/// Purges once an hour until the platform stops.
pub async fn keep_running(app: App) {
    let mut thorough = true;
    while !app.platform.stop.is_cancelled() {
        match purge(&app, thorough).await {
            Ok(purged) if purged == Purged::default() => thorough = false,
            Ok(purged) => tracing::info!(days = purged.days.len(), visits = purged.visits, "visits were purged"),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "visits could not be purged"),
        }
        app.venues.sweep();
        tokio::select! {
            () = app.platform.stop.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
