//! Personal QR cards: issued to a person, ended when lost.

use serde_json::json;
use shared::ids::PersonId;
use shared::scan::PersonalCode;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::cards::{self, CardRecord};
use shared_web::caller::Caller;
use uuid::Uuid;

use crate::store::CheckinWrite;
use crate::{App, SERVICE};

/// The newest good card of a person, or a new one.
///
/// # Errors
/// When the store fails.
pub async fn card_of(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    person: PersonId,
    now: Instant,
) -> Result<PersonalCode, StoreError> {
    let key = app.platform.keys();
    match tx.cards_of(person).await?.first() {
        Some(card) => Ok(cards::prove(key.token.bytes(), card.id.into_bytes())),
        None => issue(app, tx, caller, person, now).await,
    }
}

/// A new card of a person; the ones before stay good.
///
/// # Errors
/// When the store fails.
pub async fn issue(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    person: PersonId,
    now: Instant,
) -> Result<PersonalCode, StoreError> {
    let mut random = app.platform.random();
    let code = cards::draw(app.platform.keys().token.bytes(), &mut random);
    let card = CardRecord { id: Uuid::from_bytes(code.card), person_id: person, issued_at: now, revoked_at: None };
    tx.insert_card(&card).await?;
    let entry = caller.audit(SERVICE, "card.issue", Some(format!("person:{person}")), json!({}));
    tx.audit(&entry, now, &mut random).await?;
    Ok(code)
}

/// Ends the cards of a person; gives how many were good until then.
///
/// # Errors
/// When the store fails.
pub async fn revoke_all(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    person: PersonId,
    now: Instant,
) -> Result<u64, StoreError> {
    let ended = tx.revoke_cards(person, None, now).await?;
    let entry = caller.audit(SERVICE, "card.revoke", Some(format!("person:{person}")), json!({"cards": ended}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    Ok(ended)
}
