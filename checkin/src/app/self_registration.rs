//! The owner of a venue registers it: the phone is confirmed by a one-time code, or by the health station where no code
//! arrives. Then there is an account that signs in with the phone number.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::access::{Account, AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, PlaceId, uuid_v7};
use shared::phone::Phone;
use shared::place::{Place, PlaceCode};
use shared::problem::FieldError;
use shared::time::{Instant, hours};
use shared_store::StoreError;
use shared_store::people::{SessionKind, SessionOwner, StoredAccount};
use shared_web::auth::session::{Begun, new_session};
use shared_web::auth::{codes, password};
use shared_web::caller::{Caller, token_hash};
use uuid::Uuid;

use super::venues::{DRAWS, VenueDraft, VenueInput, details_of, place_of};
use crate::store::{CheckinWrite, Registration};
use crate::{App, SERVICE};

/// What the codes are for.
const PURPOSE: &str = "venue";
/// How long a registration waits to be confirmed: long enough to walk to the health station.
const WAITS: i64 = 72;
/// The shortest password (NIST SP 800-63B asks for 8; our own policy is a little longer).
const SHORTEST_PASSWORD: usize = 10;
const LONGEST_PASSWORD: usize = 200;

/// What an owner types.
#[derive(Clone, Default)]
pub struct Typed {
    /// The venue; its phone is the owner's.
    pub venue: VenueInput,
    /// The owner's name.
    pub owner: String,
    /// The password of the account that will be.
    pub password: String,
}

/// What is kept of it, sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    venue: VenueInput,
    owner: String,
    phone: String,
    password_hash: String,
}

/// What became of asking.
pub enum Asked {
    /// The code is on its way to the phone, shown masked.
    Sent(Uuid, String),
    /// Fields are at fault.
    Invalid(Vec<FieldError>),
    /// The phone was sent too many codes within the hour.
    TooMany,
}

/// What became of confirming.
pub enum Confirmed {
    /// The venue is registered; its owner is signed in where a code said who they are.
    Done(Box<Place>, Begun),
    /// The code is wrong or too old.
    WrongCode,
    /// The phone has an account: sign in and register there.
    HasAccount,
    /// There is no such registration, or it has ended.
    Gone,
}

/// A registration as the health station sees it.
pub struct Waiting {
    /// The registration.
    pub id: Uuid,
    /// The venue's name.
    pub name: String,
    /// Its address.
    pub address: String,
    /// Its ward.
    pub ward_code: String,
    /// The owner.
    pub owner: String,
    /// The owner's phone.
    pub phone: String,
    /// When it was asked for.
    pub created_at: Instant,
}

/// Judges a password that somebody chose.
///
/// # Errors
/// What would be right.
pub fn password_fault(password: &str) -> Option<FieldError> {
    let length = password.chars().count();
    let detail = Bilingual::new(
        format!("Mật khẩu dài từ {SHORTEST_PASSWORD} ký tự"),
        format!("A password has at least {SHORTEST_PASSWORD} characters"),
    );
    let good = (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length);
    (!good).then(|| FieldError::new("/password", "password", detail))
}

fn faults(app: &App, typed: &Typed) -> Result<VenueDraft, Vec<FieldError>> {
    let mut errors = Vec::new();
    let draft = typed.venue.parse(app.platform.now().local_date()).map_err(|found| errors.extend(found)).ok();
    if let Some(draft) = &draft
        && !draft.place.phone.is_mobile()
    {
        let detail = Bilingual::new("Cần số di động để nhận mã", "A mobile number is needed to receive the code");
        errors.push(FieldError::new("/phone", "mobile", detail));
    }
    if !(2..=100).contains(&typed.owner.trim().chars().count()) {
        errors.push(FieldError::required("/owner"));
    }
    errors.extend(password_fault(&typed.password));
    draft.filter(|_| errors.is_empty()).ok_or(errors)
}

/// Keeps what an owner typed and sends the code.
///
/// # Errors
/// When the store fails.
pub async fn ask(app: &App, caller: &Caller, typed: Typed) -> Result<Asked, StoreError> {
    let draft = match faults(app, &typed) {
        Ok(draft) => draft,
        Err(errors) => return Ok(Asked::Invalid(errors)),
    };
    let phone = draft.place.phone.clone();
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut hash_random = app.platform.random();
    // Hashing takes tens of milliseconds of a core: not on a thread that serves others.
    let hashed = tokio::task::spawn_blocking(move || password::hash(&typed.password, &mut hash_random)).await;
    let password_hash = hashed.map_err(|_| shared_store::error::inconsistent("accounts", "password_hash"))?;
    let keys = app.platform.keys();
    let subject = subject_of(app, &phone);
    let mut tx = app.store.write().await?;
    if !codes::send(tx.as_mut(), &app.platform, caller.lang(), (PURPOSE, &subject), &phone, None).await? {
        return Ok(Asked::TooMany);
    }
    let id = uuid_v7(now, &mut random);
    let owner = typed.owner.trim().to_owned();
    let kept = Kept { venue: typed.venue, owner, phone: phone.as_str().to_owned(), password_hash };
    let sealed = keys.sealer.seal("registration", id.as_bytes(), &serde_json::to_vec(&kept)?, &mut random);
    let registration = Registration {
        id,
        typed_sealed: sealed,
        ward_code: draft.place.ward_code.as_str().to_owned(),
        created_at: now,
        expires_at: now.plus(hours(WAITS)),
    };
    tx.forget_registrations(now).await?;
    tx.put_registration(&registration).await?;
    let entry = caller.audit(SERVICE, "venue.ask", Some(format!("registration:{id}")), json!({}));
    tx.audit(&entry, now, &mut random).await?;
    tx.commit().await?;
    Ok(Asked::Sent(id, phone.masked()))
}

/// Codes are counted by phone, and the phone does not stand in their table.
fn subject_of(app: &App, phone: &Phone) -> String {
    let blind = app.platform.keys().sealer.blind("venue_registration", phone.as_str());
    blind.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What became of asking for another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    /// It is on its way; the codes before are good as long as they were.
    Sent,
    /// The phone was sent too many codes within the hour.
    TooMany,
    /// There is no such registration, or it has ended.
    Gone,
}

/// Sends another code for a registration that waits.
///
/// # Errors
/// When the store or the seal fails.
pub async fn resend(app: &App, caller: &Caller, id: Uuid) -> Result<Resent, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let Some(kept) = open(app, tx.registration(id, now).await?)? else { return Ok(Resent::Gone) };
    let Ok(phone) = Phone::parse(&kept.phone) else { return Ok(Resent::Gone) };
    let subject = subject_of(app, &phone);
    if !codes::send(tx.as_mut(), &app.platform, caller.lang(), (PURPOSE, &subject), &phone, None).await? {
        return Ok(Resent::TooMany);
    }
    let entry = caller.audit(SERVICE, "venue.ask_again", Some(format!("registration:{id}")), json!({}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Resent::Sent)
}

/// Confirms a registration with the code that came by message.
///
/// # Errors
/// When the store or the seal fails.
pub async fn confirm(app: &App, caller: &Caller, id: Uuid, code: &str) -> Result<Confirmed, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let Some(kept) = open(app, tx.registration(id, now).await?)? else { return Ok(Confirmed::Gone) };
    let Ok(phone) = Phone::parse(&kept.phone) else { return Ok(Confirmed::Gone) };
    let subject = subject_of(app, &phone);
    if !codes::is_right(tx.as_mut(), (PURPOSE, &subject), code, now).await? {
        // The try is counted.
        tx.commit().await?;
        return Ok(Confirmed::WrongCode);
    }
    finish(app, tx, caller, id, &kept, now).await
}

/// Confirms a registration at the health station, which knows the owner.
///
/// # Errors
/// When the store or the seal fails.
pub async fn vouch(app: &App, caller: &Caller, id: Uuid) -> Result<Confirmed, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let registration = tx.registration(id, now).await?;
    let registration = registration.filter(|waits| caller.covers(Some(&waits.ward_code), now.local_date()));
    let Some(kept) = open(app, registration)? else { return Ok(Confirmed::Gone) };
    finish(app, tx, caller, id, &kept, now).await
}

fn open(app: &App, registration: Option<Registration>) -> Result<Option<Kept>, StoreError> {
    let Some(registration) = registration else { return Ok(None) };
    let sealer = &app.platform.keys().sealer;
    let typed = sealer.open("registration", registration.id.as_bytes(), &registration.typed_sealed)?;
    Ok(Some(serde_json::from_slice(&typed)?))
}

async fn finish(
    app: &App,
    mut tx: Box<dyn CheckinWrite>,
    caller: &Caller,
    id: Uuid,
    kept: &Kept,
    now: Instant,
) -> Result<Confirmed, StoreError> {
    let (Ok(draft), Ok(phone)) = (kept.venue.parse(now.local_date()), Phone::parse(&kept.phone)) else {
        return Ok(Confirmed::Gone);
    };
    if !tx.end_registration(id, now).await? {
        return Ok(Confirmed::Gone);
    }
    let area = AreaScope::Ward(draft.place.ward_code.as_str().to_owned());
    let username: String = phone.national().chars().filter(char::is_ascii_digit).collect();
    let account = new_account(app, tx.as_mut(), &username, &kept.owner, &kept.password_hash, area, now).await?;
    let Some(account) = account else { return Ok(Confirmed::HasAccount) };
    let place = keep_place(app, tx.as_mut(), &draft, account, now).await?;
    let (session, begun) = new_session(&app.platform, SessionOwner::Account(account), SessionKind::Cookie, now);
    tx.insert_session(&session, &token_hash(&begun.token), now).await?;
    let subject = Some(format!("place:{}", place.id));
    let entry = caller.audit(SERVICE, "venue.register", subject, json!({"account": account, "registration": id}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Confirmed::Done(Box::new(place), begun))
}

/// An account of a venue; `None` where the name is taken.
///
/// # Errors
/// When the store fails.
pub async fn new_account(
    app: &App,
    tx: &mut dyn CheckinWrite,
    username: &str,
    display_name: &str,
    password_hash: &str,
    area: AreaScope,
    now: Instant,
) -> Result<Option<AccountId>, StoreError> {
    if tx.account_by_username(username).await?.is_some() {
        return Ok(None);
    }
    let id = AccountId::new(now, &mut app.platform.random());
    let account = Account {
        id,
        username: username.to_owned(),
        display_name: display_name.to_owned(),
        roles: vec![Role::Venue],
        area,
        lab_code: None,
    };
    tx.put_account(&StoredAccount { account, password_hash: password_hash.to_owned(), active: true }, now).await?;
    // Somebody may have taken the name at the same moment: then the row is theirs, and nothing of this is kept.
    let mine = tx.account_by_username(username).await?.is_some_and(|stored| stored.account.id == id);
    Ok(mine.then_some(id))
}

async fn keep_place(
    app: &App,
    tx: &mut dyn CheckinWrite,
    draft: &VenueDraft,
    account: AccountId,
    now: Instant,
) -> Result<Place, StoreError> {
    let mut random = app.platform.random();
    for _ in 0..DRAWS {
        let place = place_of(PlaceId::new(now, &mut random), PlaceCode::new(&mut random), draft);
        if tx.insert_place(&place, Some(draft.place.phone.as_str()), "", now).await? {
            tx.add_staff(place.id, account).await?;
            if draft.opening_hours.is_some() {
                tx.put_venue_details(&[details_of(place.id, draft)]).await?;
            }
            return Ok(place);
        }
    }
    Err(shared_store::error::inconsistent("places", "code"))
}

/// The registrations that wait in the caller's area, the newest first; the look is on record.
///
/// # Errors
/// When the store or the seal fails.
pub async fn waiting(app: &App, caller: &Caller) -> Result<Vec<Waiting>, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let mut found = Vec::new();
    for registration in tx.waiting_registrations(now, 500).await? {
        if !caller.covers(Some(&registration.ward_code), now.local_date()) {
            continue;
        }
        let (id, created_at, ward_code) = (registration.id, registration.created_at, registration.ward_code.clone());
        if let Some(kept) = open(app, Some(registration))? {
            let place = kept.venue.place;
            let (name, address) = (place.name.unwrap_or_default(), place.address.unwrap_or_default());
            let phone = Phone::parse(&kept.phone).map(|phone| phone.national()).unwrap_or_default();
            found.push(Waiting { id, name, address, ward_code, owner: kept.owner, phone, created_at });
        }
    }
    let detail = json!({"waiting": found.len()});
    tx.audit(&caller.audit(SERVICE, "venue.waiting", None, detail), now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(found)
}
