//! What a citizen sees of themselves, after a one-time code: their personal QR, their visits, their exposures.

use std::collections::HashMap;

use jiff::ToSpan;
use serde_json::json;
use shared::fold::fold;
use shared::ids::{PersonId, PlaceId};
use shared::person::Person;
use shared::phone::Phone;
use shared::place::Place;
use shared::scan::PersonalCode;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::people::PeopleQuery;
use shared_web::caller::Caller;

use super::cards;
use super::people::{codes, first_kept};
use crate::store::{ExposureRecord, Visit};
use crate::{App, SERVICE};

/// What one-time codes of this page are for.
pub const PURPOSE: &str = "me";

/// A citizen's own data.
pub struct Me {
    /// Who.
    pub person: Person,
    /// Their personal QR.
    pub code: PersonalCode,
    /// Their visits that are kept, newest first.
    pub visits: Vec<Visit>,
    /// Their exposures that hold, newest first. Which case it was is not told.
    pub exposures: Vec<ExposureRecord>,
    /// The places of both.
    pub places: HashMap<PlaceId, Place>,
}

/// The person with this name and phone, the oldest record where there are several.
///
/// # Errors
/// When the store fails.
pub async fn find(app: &App, name: &str, phone: &Phone) -> Result<Option<PersonId>, StoreError> {
    let query = PeopleQuery { phone: Some(phone.as_str().to_owned()), limit: 100, ..PeopleQuery::default() };
    let mut found = app.store.read().await?.search_people(&query).await?;
    let name = fold(name);
    found.retain(|stored| stored.person.full_name.folded() == name && stored.person.phone.as_ref() == Some(phone));
    found.sort_by_key(|stored| (stored.created_at, stored.person.id));
    Ok(found.first().map(|stored| stored.person.id))
}

/// What a citizen sees of themselves; on record as a look.
///
/// # Errors
/// When the store or the key store fails.
pub async fn me(app: &App, caller: &Caller, person: PersonId) -> Result<Option<Me>, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let Some(id) = tx.canonical(person).await? else { return Ok(None) };
    let Some(stored) = tx.person(id).await? else { return Ok(None) };
    let code = cards::card_of(app, tx.as_mut(), caller, id, now).await?;
    let aliases = tx.aliases(id).await?;
    let days = first_kept(app, now).series(1.day()).take_while(|day| *day <= now.local_date());
    let mut visits = tx.visits_of(&codes(app, &aliases, days)?).await?;
    visits.reverse();
    let mut exposures = Vec::new();
    for case in tx.cases_about(id).await?.into_iter().filter(|case| case.person_id != id) {
        exposures.extend(tx.exposures_of(case.case_id).await?.into_iter().filter(|found| found.person_id == id));
    }
    exposures.sort_by_key(|exposure| core::cmp::Reverse((exposure.day, exposure.id)));
    let mut ids: Vec<PlaceId> = visits.iter().map(|visit| visit.place_id).collect();
    ids.extend(exposures.iter().map(|exposure| exposure.place_id));
    ids.sort_unstable();
    ids.dedup();
    let places = tx.places_by_id(&ids).await?.into_iter().map(|place| (place.id, place)).collect();
    let entry = caller.audit(SERVICE, "me.read", Some(format!("person:{id}")), json!({}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Some(Me { person: stored.person, code, visits, exposures, places }))
}

/// Ends the cards of a person and issues a new one.
///
/// # Errors
/// When the store fails.
pub async fn renew_card(app: &App, caller: &Caller, person: PersonId) -> Result<(), StoreError> {
    let now: Instant = app.platform.now();
    let mut tx = app.store.write().await?;
    let id = tx.canonical(person).await?.unwrap_or(person);
    cards::revoke_all(app, tx.as_mut(), caller, id, now).await?;
    cards::issue(app, tx.as_mut(), caller, id, now).await?;
    tx.commit().await
}
