//! From the codes of the visitor's column to people.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use shared::ids::PersonId;
use shared::person::PersonDraft;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_web::caller::Caller;
use shared_web::people::register::{Registrar, register};

use crate::domain::visitor_key::{DayKey, VisitorCode};
use crate::store::{CheckinRead, CheckinWrite};
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

/// The keys of days, each fetched once.
pub struct DayKeys<'a> {
    app: &'a App,
    keys: BTreeMap<Date, Option<DayKey>>,
}

impl<'a> DayKeys<'a> {
    /// None is fetched yet.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        Self { app, keys: BTreeMap::new() }
    }

    /// The key of a day, or `None` where its retention has ended.
    ///
    /// # Errors
    /// When the key store fails.
    pub fn of(&mut self, day: Date) -> Result<Option<&DayKey>, StoreError> {
        let key = match self.keys.entry(day) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(day_key(self.app, day)?),
        };
        Ok(key.as_ref())
    }
}

/// The codes of these records on these days. Days whose retention has ended are left out.
///
/// # Errors
/// When the key store fails.
pub fn codes(
    app: &App,
    people: &[PersonId],
    days: impl IntoIterator<Item = Date>,
) -> Result<Vec<VisitorCode>, StoreError> {
    let mut codes = Vec::new();
    for day in days {
        if let Some(key) = day_key(app, day)? {
            codes.extend(people.iter().map(|person| key.seal(*person)));
        }
    }
    Ok(codes)
}

/// Who the visitors under these codes of these days are, in their order, each as the record that they live on as. Nobody can
/// tell where the retention of the day has ended.
///
/// # Errors
/// When the store or the key store fails.
pub async fn behind(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    codes: impl Iterator<Item = (Date, VisitorCode)>,
) -> Result<Vec<Option<PersonId>>, StoreError> {
    let codes: Vec<(Date, VisitorCode)> = codes.collect();
    let mut keys = DayKeys::new(app);
    let mut people = Vec::with_capacity(codes.len());
    for of_one_day in codes.chunk_by(|one, next| one.0 == next.0) {
        match keys.of(of_one_day[0].0)? {
            Some(key) => people.extend(key.open_all(of_one_day.iter().map(|(_, code)| *code)).map(Some)),
            None => people.resize(people.len() + of_one_day.len(), None),
        }
    }
    let ids: Vec<PersonId> = people.iter().flatten().copied().collect();
    let merged: HashMap<PersonId, PersonId> = tx.merged_of(&ids).await?.into_iter().collect();
    if !merged.is_empty() {
        for person in people.iter_mut().flatten() {
            *person = merged.get(person).copied().unwrap_or(*person);
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
