//! Somebody comes: one visit, and one for each who came along.

mod error;
mod prepared;
mod storing;
mod token;

use std::sync::Arc;

use shared::access::Role;
use shared::ids::PersonId;
use shared::place::Place;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;

pub use self::error::CheckInError;
pub use self::prepared::{Prepared, Understood, prepare, understand};
pub use self::storing::store;
pub(in crate::app) use self::storing::visitor;
use super::door::{self, Arrival};
use super::odd;
use super::people::day_key;
use crate::App;
use crate::domain::door::Door;
use crate::domain::visit::VisitInput;
use crate::store::Visit;

/// Who stands at doors and lets people in.
pub const STAFF: &[Role] = &[Role::Venue, Role::Officer, Role::Nurse, Role::Sampler, Role::Admin];

/// A visit that is on record.
#[derive(Debug, Clone)]
pub struct CheckedIn {
    /// The visit, or the first one where this was a repeat.
    pub visit: Visit,
    /// Where.
    pub place: Arc<Place>,
    /// Whether it was stored now.
    pub created: bool,
    /// What the phone sends the next time.
    pub device_token: String,
    /// How many people came.
    pub people: usize,
    /// What the door says; where it is red, no visit is stored.
    pub door: Door,
    /// Until when the visitor's declaration holds, where a door asked for it or it came along.
    pub declared_until: Option<Instant>,
}

/// `prepare` and `finish`, unless the device or the place has had too many in a short time. A batch is not limited so, but
/// by its address: a phone that was without a signal for a day sends all at once, and must lose none.
///
/// # Errors
/// As theirs.
pub async fn check_in(app: &App, caller: &Caller, input: VisitInput) -> Result<CheckedIn, CheckInError> {
    let prepared = prepare(app, caller, input).await?;
    if !app.venues.allows(prepared.device, prepared.draft.venue_code) {
        return Err(CheckInError::TooMany);
    }
    door::admit(app, caller, prepared, Arrival::AtDoor, &[]).await
}

/// Stores a prepared visit as [`store`] does, and notes what is odd about it.
///
/// # Errors
/// As [`store`].
pub async fn finish(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let checked = store(app, caller, prepared).await?;
    odd::note(app, [prepared.odd(app, &checked)]).await?;
    Ok(checked)
}

/// Who the visitor of a visit is, while its day is kept.
///
/// # Errors
/// When the key store fails.
pub fn visitor_of(app: &App, checked: &CheckedIn) -> Result<Option<PersonId>, StoreError> {
    Ok(day_key(app, checked.visit.day)?.map(|key| key.open(checked.visit.visitor)))
}
