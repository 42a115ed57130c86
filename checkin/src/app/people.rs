//! From the codes of the visitor's column to people.

use std::collections::{BTreeMap, HashMap};

use shared::ids::PersonId;
use shared::person::PersonDraft;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_web::caller::Caller;
use shared_web::people::register::{Registrar, register};

use crate::domain::visitor_key::{DayKey, VisitorCode};
use crate::store::{CheckinRead, CheckinWrite, Visit};
use crate::{App, SERVICE};

/// The first day whose visits are kept.
#[must_use]
pub fn first_kept(app: &App, now: Instant) -> Date {
    now.local_date().saturating_sub(jiff::Span::new().days(app.platform.config.retention_days))
}

/// The key of a day, or `None` where its retention has ended.
///
/// # Errors
/// When the key store fails.
pub fn day_key(app: &App, day: Date) -> Result<Option<DayKey>, StoreError> {
    match app.platform.keys().day(day, &mut app.platform.random()) {
        Ok(key) => Ok(Some(DayKey::new(key.bytes()))),
        Err(StoreError::KeyDestroyed(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The keys of several days; days whose retention has ended are left out.
///
/// # Errors
/// When the key store fails.
pub fn day_keys(app: &App, days: impl IntoIterator<Item = Date>) -> Result<BTreeMap<Date, DayKey>, StoreError> {
    let mut keys = BTreeMap::new();
    for day in days {
        if let Some(key) = day_key(app, day)? {
            keys.insert(day, key);
        }
    }
    Ok(keys)
}

/// Who the visitors are. Visits of days whose retention has ended are left out.
///
/// # Errors
/// When the key store fails.
pub fn open<'a>(
    app: &App,
    visits: impl Iterator<Item = &'a Visit>,
) -> Result<HashMap<VisitorCode, PersonId>, StoreError> {
    let mut keys: BTreeMap<Date, Option<DayKey>> = BTreeMap::new();
    let mut people = HashMap::new();
    for visit in visits {
        let key = match keys.entry(visit.day) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(day_key(app, visit.day)?),
        };
        if let Some(key) = key {
            people.entry(visit.visitor).or_insert_with(|| key.open(visit.visitor));
        }
    }
    Ok(people)
}

/// The records that people live on as: nearly all as themselves.
///
/// # Errors
/// When the store fails.
pub async fn canonical(
    tx: &mut (impl CheckinRead + ?Sized),
    people: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, PersonId>, StoreError> {
    let mut kept: HashMap<PersonId, PersonId> = people.map(|person| (person, person)).collect();
    let ids: Vec<PersonId> = kept.keys().copied().collect();
    kept.extend(tx.merged_of(&ids).await?);
    Ok(kept)
}

/// Finds the person that a draft describes, or registers one, as the caller.
///
/// # Errors
/// When the store fails.
pub async fn find_or_register(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    draft: &PersonDraft,
    now: Instant,
) -> Result<PersonId, StoreError> {
    let registrar = Registrar::of(SERVICE, caller);
    Ok(register(tx, &registrar, draft, now, &mut app.platform.random()).await?.person_id)
}
