//! Somebody leaves.

use serde_json::json;
use shared::ids::{PersonId, VisitId};
use shared::place::Place;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use super::people::day_key;
use super::record::LATE;
use super::{rematch, venues};
use crate::domain::device_token::{self, DeviceTokenError};
use crate::domain::visit::{CheckoutError, check_out as judge};
use crate::store::{CheckinWrite, PlaceSpan, Visit};
use crate::{App, SERVICE};

/// Why a visit did not end.
#[derive(Debug, thiserror::Error)]
pub enum CheckOutError {
    /// Nobody who may end a visit asks.
    #[error("nobody is known")]
    Unauthenticated,
    /// The device token is not good.
    #[error("the device token is not good")]
    Token(#[from] DeviceTokenError),
    /// There is no such visit, or it is somebody else's.
    #[error("there is no such visit of this caller's")]
    NotFound,
    /// The visit ended before, at this instant.
    #[error("the visit has ended")]
    AlreadyOut(Instant),
    /// It cannot have ended then.
    #[error("the visit cannot end then")]
    When(#[from] CheckoutError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Who asks.
enum Asker {
    /// The owner of a device.
    Visitor(PersonId),
    /// Somebody who signed in.
    Account,
}

/// Ends a visit at `at`, or now. `token` is the visitor's device token where the caller's bearer is none.
///
/// # Errors
/// [`CheckOutError`] says why not.
pub async fn check_out(
    app: &App,
    caller: &Caller,
    token: Option<&str>,
    id: VisitId,
    at: Option<Instant>,
) -> Result<(Visit, Place), CheckOutError> {
    let now = app.platform.now();
    let asker = asker(app, caller, token, now)?;
    let mut tx = app.store.write().await?;
    let visit = tx.visits(&[id]).await?.pop().ok_or(CheckOutError::NotFound)?;
    let place = tx.place(&PlaceKey::Id(visit.place_id)).await?.ok_or(CheckOutError::NotFound)?;
    if !may_end(app, tx.as_mut(), caller, &asker, &visit, &place).await? {
        return Err(CheckOutError::NotFound);
    }
    if let Some(out) = visit.checked_out_at {
        return if at == Some(out) { Ok((visit, place)) } else { Err(CheckOutError::AlreadyOut(out)) };
    }
    let out = end(app, tx.as_mut(), &visit, at, now).await?;
    if let Asker::Account = asker {
        let entry = caller.audit(SERVICE, "visit.check_out", Some(format!("visit:{id}")), json!({}));
        tx.audit(&entry, now, &mut app.platform.random()).await?;
    }
    tx.commit().await?;
    Ok((Visit { checked_out_at: Some(out), ..visit }, place))
}

/// Ends an open visit at `at`, or now; gives when it ended. One that is told of late has cases matched again.
///
/// # Errors
/// When it cannot have ended then, or the store fails.
pub(super) async fn end(
    app: &App,
    tx: &mut dyn CheckinWrite,
    visit: &Visit,
    at: Option<Instant>,
    now: Instant,
) -> Result<Instant, CheckOutError> {
    let out = judge(visit.checked_in_at, at, now)?;
    tx.end_visit(visit.id, out).await?;
    if out < now.minus(LATE) {
        let minute = visit.key().minute;
        let span = PlaceSpan { place_id: visit.place_id, from_minute: minute, to_minute: minute };
        rematch::set_timers(tx, std::iter::once(span), now, &mut app.platform.random()).await?;
    }
    Ok(out)
}

fn asker(app: &App, caller: &Caller, token: Option<&str>, now: Instant) -> Result<Asker, CheckOutError> {
    if caller.account().is_some() {
        return Ok(Asker::Account);
    }
    let token = token.or(caller.bearer.as_deref()).ok_or(CheckOutError::Unauthenticated)?;
    let verified = device_token::verify(app.platform.keys().token.bytes(), token, now)?;
    Ok(Asker::Visitor(verified.person_id))
}

async fn may_end(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    asker: &Asker,
    visit: &Visit,
    place: &Place,
) -> Result<bool, StoreError> {
    match asker {
        Asker::Account => venues::works_at(app, tx, caller, place).await,
        Asker::Visitor(person) => {
            let Some(key) = day_key(app, visit.day)? else { return Ok(false) };
            let visitor = key.open(visit.visitor);
            Ok(visitor == *person || is_one_person(tx, visitor, *person).await?)
        }
    }
}

/// Whether two records were joined since the device got its token.
async fn is_one_person(tx: &mut dyn CheckinWrite, one: PersonId, other: PersonId) -> Result<bool, StoreError> {
    let one = tx.canonical(one).await?;
    Ok(one.is_some() && one == tx.canonical(other).await?)
}
