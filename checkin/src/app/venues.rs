//! Venues: registering one, seeing one, how full it is.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::access::{Account, Role};
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode, PlaceDraft, PlaceInput};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use crate::domain::policy::StayPolicy;
use crate::store::{CheckinRead, minute_of};
use crate::{App, SERVICE};

/// How often another code is drawn: among a million places the chance of a collision is 1 in 34,000.
const DRAWS: usize = 8;

/// A venue as somebody registers it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VenueInput {
    /// An id that the client chose, a UUID.
    #[serde(default)]
    pub id: Option<PlaceId>,
    /// What it is.
    #[serde(flatten)]
    pub place: PlaceInput,
}

/// What became of a registration.
#[derive(Debug, Clone, PartialEq)]
pub enum Registered {
    /// It is registered.
    New(Place),
    /// It was registered before, with the same body.
    Again(Place),
    /// The id was used with another body.
    IdConflict,
}

/// Registers a venue; the account becomes its staff.
///
/// # Errors
/// When the store fails.
pub async fn register(
    app: &App,
    caller: &Caller,
    account: &Account,
    input: &VenueInput,
    draft: &PlaceDraft,
) -> Result<Registered, StoreError> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let body_hash = body_hash(input)?;
    let mut tx = app.store.write().await?;
    for _ in 0..DRAWS {
        if let Some(id) = input.id
            && let Some(known) = tx.place_body_hash(id).await?
        {
            let place = tx.place(&PlaceKey::Id(id)).await?.filter(|_| known == body_hash);
            return Ok(place.map_or(Registered::IdConflict, Registered::Again));
        }
        let id = input.id.unwrap_or_else(|| PlaceId::new(now, &mut random));
        let place = place_of(id, PlaceCode::new(&mut random), draft);
        if tx.insert_place(&place, Some(draft.phone.as_str()), &body_hash, now).await? {
            tx.add_staff(id, account.id).await?;
            let entry = caller.audit(SERVICE, "venue.register", Some(format!("place:{id}")), json!({}));
            tx.audit(&entry, now, &mut random).await?;
            tx.commit().await?;
            return Ok(Registered::New(place));
        }
    }
    Err(shared_store::error::inconsistent("places", "code"))
}

fn place_of(id: PlaceId, code: PlaceCode, draft: &PlaceDraft) -> Place {
    Place {
        id,
        code,
        name: draft.name.clone(),
        kind: draft.kind,
        address: draft.address.clone(),
        ward_code: draft.ward_code.clone(),
        capacity: draft.capacity,
        parent_id: None,
    }
}

fn body_hash(input: &VenueInput) -> Result<String, StoreError> {
    let body = serde_json::to_vec(input)?;
    Ok(Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The link that a poster's QR holds and that people type, as it is printed: in upper case, so that it is coded
/// alphanumerically.
#[must_use]
pub fn printed_link(app: &App, code: PlaceCode) -> String {
    format!("{}/C/{code}", app.platform.config.public_url()).to_uppercase()
}

/// Whether an account has to do with the people at a place: its staff, or an officer of its area.
///
/// # Errors
/// When the store fails.
pub async fn works_at(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    caller: &Caller,
    place: &Place,
) -> Result<bool, StoreError> {
    let Some(account) = caller.account() else { return Ok(false) };
    let today = app.platform.now().local_date();
    if account.has(Role::Officer) && caller.covers(Some(place.ward_code.as_str()), today) {
        return Ok(true);
    }
    tx.is_staff(place.id, account.id).await
}

/// A place by id.
///
/// # Errors
/// When the store fails.
pub async fn place(app: &App, id: PlaceId) -> Result<Option<Place>, StoreError> {
    app.platform.shared.read().await?.place(&PlaceKey::Id(id)).await
}

/// The places that an account keeps.
///
/// # Errors
/// When the store fails.
pub async fn of_account(app: &App, account: &Account, limit: i64, offset: i64) -> Result<Vec<Place>, StoreError> {
    app.platform.shared.read().await?.places(Some(account.id), limit, offset).await
}

/// How many people are at a place. Somebody who did not check out is counted for as long as a stay is typical for the
/// kind of place, as exposure matching assumes it.
///
/// # Errors
/// When the store fails.
pub async fn inside(tx: &mut (impl CheckinRead + ?Sized), place: &Place, now: Instant) -> Result<i64, StoreError> {
    let typical = StayPolicy::on(now.local_date()).typical_stay(place.kind);
    tx.inside(place.id, minute_of(now.minus(typical)) + 1, minute_of(now)).await
}
