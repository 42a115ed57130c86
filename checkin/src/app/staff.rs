//! Staff of a venue: by invitation, and taken off again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::ids::{AccountId, PlaceId};
use shared::place::Place;
use shared::time::days;
use shared_store::StoreError;
use shared_store::people::{PlaceKey, SessionKind, SessionOwner};
use shared_web::auth::session::{Begun, new_session};
use shared_web::caller::{Caller, token_hash};

use super::self_registration::new_account;
use super::venues::works_at;
use crate::{App, SERVICE};

/// How long an invitation is good. Our own policy.
const GOOD_FOR: SignedDuration = days(7);

/// A venue with its staff.
pub struct Staff {
    /// The venue.
    pub place: Place,
    /// Accounts and the names that people see.
    pub people: Vec<(AccountId, String)>,
}

/// What became of joining.
pub enum Joined {
    /// The account is staff now; a new one is signed in.
    Done(Option<Begun>),
    /// The user name is taken.
    NameTaken,
    /// The invitation was taken or has ended.
    Gone,
}

/// The staff of a venue of the caller's; `None` where there is no such venue.
///
/// # Errors
/// When the store fails.
pub async fn staff(app: &App, caller: &Caller, id: PlaceId) -> Result<Option<Staff>, StoreError> {
    let mut tx = app.store.read().await?;
    let Some(place) = tx.place(&PlaceKey::Id(id)).await? else { return Ok(None) };
    if !works_at(app, tx.as_mut(), caller, &place).await? {
        return Ok(None);
    }
    let mut people = Vec::new();
    for account in tx.staff_of(id).await? {
        if let Some(stored) = tx.account(account).await? {
            people.push((account, stored.account.display_name));
        }
    }
    Ok(Some(Staff { place, people }))
}

/// Makes an invitation; gives its token, which is told once.
///
/// # Errors
/// When the store fails.
pub async fn invite(app: &App, caller: &Caller, place: PlaceId) -> Result<String, StoreError> {
    let now = app.platform.now();
    let token = URL_SAFE_NO_PAD.encode(app.platform.random_bytes::<24>());
    let mut tx = app.store.write().await?;
    tx.put_invitation(&token_hash(&token), place, now, now.plus(GOOD_FOR)).await?;
    let entry = caller.audit(SERVICE, "venue.invite", Some(format!("place:{place}")), json!({}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Takes somebody off the staff; the last one stays. `false` where nothing changed.
///
/// # Errors
/// When the store fails.
pub async fn remove(app: &App, caller: &Caller, place: PlaceId, account: AccountId) -> Result<bool, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let staff = tx.staff_of(place).await?;
    if staff.len() < 2 || !staff.contains(&account) {
        return Ok(false);
    }
    tx.remove_staff(place, account).await?;
    let detail = json!({"account": account});
    let entry = caller.audit(SERVICE, "venue.staff_remove", Some(format!("place:{place}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(true)
}

/// The venue that an invitation is for, while it is good.
///
/// # Errors
/// When the store fails.
pub async fn invited_to(app: &App, token: &str) -> Result<Option<Place>, StoreError> {
    let mut tx = app.store.read().await?;
    match tx.invitation(&token_hash(token), app.platform.now()).await? {
        Some(place) => tx.place(&PlaceKey::Id(place)).await,
        None => Ok(None),
    }
}

/// Takes an invitation: for the account that is signed in and keeps venues, else for a new one of this name.
///
/// # Errors
/// When the store fails.
pub async fn join(
    app: &App,
    caller: &Caller,
    token: &str,
    (username, display_name, password_hash): (&str, &str, &str),
) -> Result<Joined, StoreError> {
    let now = app.platform.now();
    let hash = token_hash(token);
    let mut tx = app.store.write().await?;
    let Some(place) = tx.invitation(&hash, now).await? else { return Ok(Joined::Gone) };
    let ward = tx.place(&PlaceKey::Id(place)).await?.map(|place| place.ward_code.as_str().to_owned());
    if !tx.use_invitation(&hash, now).await? {
        return Ok(Joined::Gone);
    }
    let own = caller.account().filter(|account| account.has(Role::Venue)).map(|account| account.id);
    let (account, begun) = match own {
        Some(account) => (account, None),
        None => {
            let area = AreaScope::Ward(ward.unwrap_or_default());
            let made = new_account(app, tx.as_mut(), username, display_name, password_hash, area, now).await?;
            let Some(account) = made else { return Ok(Joined::NameTaken) };
            let (session, begun) = new_session(&app.platform, SessionOwner::Account(account), SessionKind::Cookie, now);
            tx.insert_session(&session, &token_hash(&begun.token), now).await?;
            (account, Some(begun))
        }
    };
    tx.add_staff(place, account).await?;
    let entry = caller.audit(SERVICE, "venue.join", Some(format!("place:{place}")), json!({"account": account}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Joined::Done(begun))
}
