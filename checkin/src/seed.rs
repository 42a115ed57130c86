//! Visits in bulk, for the demo province and for benchmarks.

use shared::ids::{PersonId, PlaceId, VisitId};
use shared::time::Instant;
use shared_store::StoreError;

use crate::App;
use crate::app::people::DayKeys;
use crate::store::Visit;

/// How many visits share a transaction.
const CHUNK: usize = 5_000;

/// Stores visits without a request: (visit, place, person, check-in, check-out). Visits of days whose retention has
/// ended and doubles are left out; gives how many were stored. No case is matched for them.
///
/// # Errors
/// When the store or the key store fails; what was committed before stays.
pub async fn insert_visits(
    app: &App,
    visits: impl IntoIterator<Item = (VisitId, PlaceId, PersonId, Instant, Option<Instant>), IntoIter: Send>,
) -> Result<usize, StoreError> {
    let mut keys = DayKeys::new(app);
    let mut visits = visits.into_iter();
    let mut stored = 0;
    loop {
        let mut rows = Vec::with_capacity(CHUNK);
        let mut ended = true;
        for (id, place_id, person, checked_in_at, checked_out_at) in visits.by_ref().take(CHUNK) {
            ended = false;
            let day = checked_in_at.local_date();
            let Some(key) = keys.of(day)? else { continue };
            let visitor = key.seal(person);
            rows.push(Visit { id, place_id, visitor, day, checked_in_at, checked_out_at, fingerprint: 0 });
        }
        if ended {
            return Ok(stored);
        }
        rows.sort_by_key(Visit::key);
        let mut tx = app.store.write().await?;
        stored += tx.insert_visits(&rows).await?.len();
        tx.commit().await?;
    }
}
