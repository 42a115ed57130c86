//! Stores visits in an open transaction and tells what became of each.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;
use shared::ids::VisitId;
use shared::random::Random;
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_store::error::inconsistent;

use super::rematch;
use crate::store::{CheckinWrite, PlaceSpan, Visit, VisitKey};

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
    let stored: HashSet<VisitId> = tx.insert_visits(&rows).await?.into_iter().collect();
    let late = rows.iter().filter(|row| stored.contains(&row.id) && row.checked_in_at < now.minus(LATE));
    rematch::set_timers(tx, late.map(span), now, random).await?;
    let mut unanswered = stored.clone();
    let is_new: Vec<bool> = visits.iter().map(|visit| unanswered.remove(&visit.id)).collect();
    let left_out = || visits.iter().zip(&is_new).filter(|(_, new)| !**new).map(|(visit, _)| visit);
    let ids: Vec<VisitId> = left_out().map(|visit| visit.id).collect();
    if ids.is_empty() {
        return Ok(vec![Recorded::Stored; visits.len()]);
    }
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
