//! Stores visits in an open transaction and tells what became of each.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use shared::ids::VisitId;
use shared::random::Random;
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_store::error::inconsistent;

use super::rematch;
use crate::store::{CheckinRead, CheckinStore, CheckinWrite, PlaceSpan, Visit, VisitKey};

/// A visit or check-out that is told of later than this after it happened may have been missed by a case's matching.
pub const LATE: SignedDuration = minutes(2);

/// What became of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is stored.
    Stored,
    /// There is one already: with the same id, or of the same person at the same place in the same minute.
    Taken(Box<Visit>),
}

/// Stores visits of this moment in a transaction of their own: what the group commit does all day. Whatever comes late
/// goes through [`record`].
///
/// # Errors
/// When the store fails. Nothing is kept then, unless the answer alone got lost: whoever asks again is told of the visit.
pub async fn record_alone(
    store: &dyn CheckinStore,
    visits: &[Visit],
    now: Instant,
    random: &mut dyn Random,
) -> Result<Vec<Recorded>, StoreError> {
    if visits.iter().any(|visit| is_late(visit, now)) {
        let mut tx = store.write().await?;
        let recorded = record(tx.as_mut(), visits, now, random).await?;
        tx.commit().await?;
        return Ok(recorded);
    }
    let stored = store.insert_visits_alone(&distinct(visits)).await?;
    if stored.len() == visits.len() {
        return Ok(vec![Recorded::Stored; visits.len()]);
    }
    answers(store.read().await?.as_mut(), visits, stored).await
}

/// Stores visits in one statement. Those that were left out are looked up, so that each can be answered; for those that
/// come late a timer has the cases of their place matched again.
///
/// # Errors
/// When the store fails; then nothing of the transaction may be kept.
pub async fn record(
    tx: &mut dyn CheckinWrite,
    visits: &[Visit],
    now: Instant,
    random: &mut dyn Random,
) -> Result<Vec<Recorded>, StoreError> {
    let rows = distinct(visits);
    let stored = tx.insert_visits(&rows).await?;
    let ids: HashSet<VisitId> = stored.iter().copied().collect();
    let late = rows.iter().filter(|row| ids.contains(&row.id) && is_late(row, now));
    rematch::set_timers(tx, late.map(span), now, random).await?;
    answers(tx, visits, stored).await
}

fn is_late(visit: &Visit, now: Instant) -> bool {
    visit.checked_in_at < now.minus(LATE)
}

/// What became of each visit, where these were stored: those that were left out are looked up.
async fn answers<R: CheckinRead + ?Sized>(
    tx: &mut R,
    visits: &[Visit],
    stored: Vec<VisitId>,
) -> Result<Vec<Recorded>, StoreError> {
    if stored.len() == visits.len() {
        return Ok(vec![Recorded::Stored; visits.len()]);
    }
    let mut unanswered: HashSet<VisitId> = stored.into_iter().collect();
    let is_new: Vec<bool> = visits.iter().map(|visit| unanswered.remove(&visit.id)).collect();
    let left_out = || visits.iter().zip(&is_new).filter(|(_, new)| !**new).map(|(visit, _)| visit);
    let ids: Vec<VisitId> = left_out().map(|visit| visit.id).collect();
    let by_id: HashMap<VisitId, Visit> = tx.visits(&ids).await?.into_iter().map(|visit| (visit.id, visit)).collect();
    let keys: Vec<VisitKey> = left_out().filter(|visit| !by_id.contains_key(&visit.id)).map(Visit::key).collect();
    let by_key: HashMap<VisitKey, Visit> =
        tx.visits_by_key(&keys).await?.into_iter().map(|visit| (visit.key(), visit)).collect();
    let answer = |(visit, new): (&Visit, bool)| {
        if new {
            return Ok(Recorded::Stored);
        }
        let first = by_id.get(&visit.id).or_else(|| by_key.get(&visit.key()));
        let first = first.ok_or_else(|| inconsistent("checkin_visits", "id"))?;
        Ok(Recorded::Taken(Box::new(first.clone())))
    };
    visits.iter().zip(is_new).map(answer).collect()
}

/// The rows of the statement: the first of each id, in the order of the key, in which two writers cannot wait for each
/// other.
fn distinct(visits: &[Visit]) -> Vec<Visit> {
    let mut seen = HashSet::with_capacity(visits.len());
    let mut rows: Vec<Visit> = visits.iter().filter(|visit| seen.insert(visit.id)).cloned().collect();
    rows.sort_by_key(Visit::key);
    rows
}

/// The minute of a visit as a span.
fn span(visit: &Visit) -> PlaceSpan {
    let VisitKey { place_id, minute, .. } = visit.key();
    PlaceSpan { place_id, from_minute: minute, to_minute: minute }
}
