//! A new code for a place whose poster was copied or torn down. The old one still leads there, and visits by it are
//! marked.

use serde_json::json;
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode};
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use super::venues::{DRAWS, works_at};
use crate::{App, SERVICE};

/// Gives a place a new code; `None` where there is no such place of the caller's.
///
/// # Errors
/// When the store fails.
pub async fn reprint(app: &App, caller: &Caller, id: PlaceId) -> Result<Option<Place>, StoreError> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let Some(place) = tx.place(&PlaceKey::Id(id)).await? else { return Ok(None) };
    if !works_at(app, tx.as_mut(), caller, &place).await? {
        return Ok(None);
    }
    let body_hash = tx.place_body_hash(id).await?.unwrap_or_default();
    for _ in 0..DRAWS {
        let code = PlaceCode::new(&mut random);
        let renewed = Place { code, ..place.clone() };
        // A code that another poster had before must not lead to two places.
        if tx.retired_code(code.as_str()).await?.is_some() || !tx.update_place(&renewed, None, &body_hash).await? {
            continue;
        }
        tx.retire_code(place.code.as_str(), id, now).await?;
        let detail = json!({"old": place.code, "new": code});
        tx.audit(&caller.audit(SERVICE, "venue.reprint", Some(format!("place:{id}")), detail), now, &mut random)
            .await?;
        tx.commit().await?;
        app.venues.forget(place.code);
        return Ok(Some(renewed));
    }
    Err(shared_store::error::inconsistent("places", "code"))
}
