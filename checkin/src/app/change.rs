//! A venue whose name, hours or capacity were typed wrong, or changed.

use serde_json::json;
use shared::ids::PlaceId;
use shared::place::Place;
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use super::venues::{VenueDraft, VenueInput, works_at};
use crate::store::VenueDetails;
use crate::{App, SERVICE};

/// A venue of the caller's as it stands, as its form shows it; `None` where there is no such venue of theirs.
///
/// # Errors
/// When the store fails.
pub async fn current(app: &App, caller: &Caller, id: PlaceId) -> Result<Option<VenueInput>, StoreError> {
    let mut tx = app.store.read().await?;
    let Some(place) = tx.place(&PlaceKey::Id(id)).await? else { return Ok(None) };
    if !works_at(app, tx.as_mut(), caller, &place).await? {
        return Ok(None);
    }
    let phone = tx.place_phone(id).await?;
    let details = tx.venue_details(&[id]).await?.pop();
    Ok(Some(VenueInput::of(&place, phone, details.and_then(|details| details.opening_hours))))
}

/// Replaces what is known of a venue; its id, its code, the place that it is a part of and, where the draft has none, its
/// position stay. The earlier values stand in the audit trail, but for the phone. `None` where there is no such venue of
/// the caller's.
///
/// # Errors
/// When the store fails.
pub async fn change(app: &App, caller: &Caller, id: PlaceId, draft: &VenueDraft) -> Result<Option<Place>, StoreError> {
    let mut tx = app.store.write().await?;
    let Some(before) = tx.place(&PlaceKey::Id(id)).await? else { return Ok(None) };
    if !works_at(app, tx.as_mut(), caller, &before).await? {
        return Ok(None);
    }
    let place = super::venues::place_of(id, before.code, &VenueDraft { parent_id: before.parent_id, ..draft.clone() });
    // The hash stays that of the registration: a phone that sends it again is told of this venue.
    let body_hash = tx.place_body_hash(id).await?.unwrap_or_default();
    if !tx.update_place(&place, Some(draft.place.phone.as_str()), &body_hash).await? {
        return Err(shared_store::error::inconsistent("places", "code"));
    }
    let known = tx.venue_details(&[id]).await?.pop();
    let hours = known.as_ref().and_then(|details| details.opening_hours.clone());
    let known = known.unwrap_or_else(|| VenueDetails::of(id));
    let told = super::venues::details_of(id, draft);
    let position = told.position.or(known.position);
    let details = VenueDetails { opening_hours: told.opening_hours, position, ..known };
    tx.put_venue_details(std::slice::from_ref(&details)).await?;
    let detail = json!({"before": {
        "name": before.name, "kind": before.kind, "address": before.address, "ward_code": before.ward_code,
        "capacity": before.capacity, "opening_hours": hours,
    }});
    let entry = caller.audit(SERVICE, "venue.change", Some(format!("place:{id}")), detail);
    tx.audit(&entry, app.platform.now(), &mut app.platform.random()).await?;
    tx.commit().await?;
    app.venues.forget(place.code);
    Ok(Some(place))
}
