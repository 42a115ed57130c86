//! What does not hold any more is withdrawn, and those who had been told are told so.

use std::collections::{BTreeMap, HashSet};

use shared::event::CloudEvent;
use shared::events::ExposureWithdrawn;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId};
use shared::time::{Date, Instant};
use shared_store::StoreError;

use super::people::{self, first_kept};
use crate::App;
use crate::store::{CheckinWrite, ExposureRecord};

/// Person, place and day: what is unique of an exposure within its case.
type Key = (PersonId, PlaceId, Date);

const fn key(record: &ExposureRecord) -> Key {
    (record.person_id, record.place_id, record.day)
}

/// Of what was known of a case, withdraws what is not among `found`; gives how many exposures those were. A day whose
/// visits are not all kept any more can prove nothing: what was found of it stays.
///
/// # Errors
/// When the store fails.
pub async fn withdraw_the_rest(
    app: &App,
    tx: &mut dyn CheckinWrite,
    case: CaseId,
    known: &[ExposureRecord],
    found: &[ExposureRecord],
    now: Instant,
) -> Result<usize, StoreError> {
    let holds: HashSet<Key> = found.iter().map(key).collect();
    let kept_since = first_kept(app, now);
    let gone: Vec<&ExposureRecord> =
        known.iter().filter(|record| record.day > kept_since && !holds.contains(&key(record))).collect();
    let ids: Vec<ExposureId> = gone.iter().map(|record| record.id).collect();
    tx.withdraw_by_id(&ids, now).await?;
    tell(app, tx, case, gone.into_iter().map(of_exposure), now).await?;
    Ok(ids.len())
}

/// Withdraws everything of a case that was none; gives how many exposures those were. Who was told by an alert of it that
/// they were at its place has none, and is told all the same.
///
/// # Errors
/// When the store fails.
pub async fn withdraw_all(app: &App, tx: &mut dyn CheckinWrite, case: CaseId, now: Instant) -> Result<u64, StoreError> {
    let known = tx.exposures_of(case).await?;
    let withdrawn = tx.withdraw_exposures(case, None, now).await?;
    let alerted = tx.alerted_of(case).await?;
    let alerted = alerted.into_iter().map(|told| (told.person_id, None));
    tell(app, tx, case, known.iter().map(of_exposure).chain(alerted), now).await?;
    Ok(withdrawn)
}

/// Somebody who was told something that does not hold, and the exposure, where it was one.
type Gone = (PersonId, Option<ExposureId>);

const fn of_exposure(record: &ExposureRecord) -> Gone {
    (record.person_id, Some(record.id))
}

/// One event for each person of whom nothing is left, in this case or another: neither an exposure nor an alert.
async fn tell(
    app: &App,
    tx: &mut dyn CheckinWrite,
    case_id: CaseId,
    gone: impl Iterator<Item = Gone> + Send,
    now: Instant,
) -> Result<(), StoreError> {
    let gone: Vec<Gone> = gone.collect();
    let kept = people::canonical(tx, gone.iter().map(|(person, _)| *person)).await?;
    let mut people: BTreeMap<PersonId, Vec<ExposureId>> = BTreeMap::new();
    for (person, exposure) in gone {
        // A record that lives on as another: what that one is told of holds.
        let person = kept.get(&person).copied().unwrap_or(person);
        people.entry(person).or_default().extend(exposure);
    }
    let ids: Vec<PersonId> = people.keys().copied().collect();
    let mut still: HashSet<PersonId> = tx.still_exposed(&ids).await?.into_iter().collect();
    still.extend(tx.still_alerted(&ids).await?);
    let mut random = app.platform.random();
    let events: Vec<CloudEvent> = people
        .into_iter()
        .filter(|(person, _)| !still.contains(person))
        .map(|(person_id, exposures)| {
            CloudEvent::new(&ExposureWithdrawn { case_id, person_id, exposures }, now, &mut random)
        })
        .collect();
    tx.append_events(&events).await
}
