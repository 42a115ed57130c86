//! Venues: registering one, seeing one, how full it is.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use shared::access::{Account, Role};
use shared::ids::PlaceId;
use shared::place::{Place, PlaceCode, PlaceDraft, PlaceInput};
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use crate::domain::opening_hours::OpeningHours;
use crate::domain::parts::DEEPEST;
use crate::domain::policy::StayPolicy;
use crate::domain::position::{Position, nowhere};
use crate::store::{CheckinRead, VenueDetails, minute_of};
use crate::{App, SERVICE};

/// How often another code is drawn: among a million places the chance of a collision is 1 in 34,000.
pub(super) const DRAWS: usize = 8;

/// A venue as somebody registers it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct VenueInput {
    /// An id that the client chose, a UUID.
    #[serde(default)]
    pub id: Option<PlaceId>,
    /// What it is.
    #[serde(flatten)]
    pub place: PlaceInput,
    /// The place that it is a part of: the market of a stall, the boat of a trip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<PlaceId>,
    /// When it is open, such as `Mo-Fr 07:00-21:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<String>,
    /// Where it is, in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A venue that is well-formed and may be registered.
#[derive(Debug, Clone, PartialEq)]
pub struct VenueDraft {
    /// The place.
    pub place: PlaceDraft,
    /// The place that it is a part of.
    pub parent_id: Option<PlaceId>,
    /// When it is open.
    pub opening_hours: Option<OpeningHours>,
    /// Where it is, in millionths of a degree.
    pub position: Option<(i64, i64)>,
}

impl VenueInput {
    /// What would register a place as it stands, without its position.
    #[must_use]
    pub fn of(place: &Place, phone: Option<String>, opening_hours: Option<String>) -> Self {
        Self {
            id: Some(place.id),
            place: PlaceInput {
                name: Some(place.name.clone()),
                kind: Some(place.kind.code().to_owned()),
                address: Some(place.address.clone()),
                ward_code: Some(place.ward_code.as_str().to_owned()),
                capacity: place.capacity.map(i64::from),
                phone,
            },
            parent_id: place.parent_id,
            opening_hours,
            position: None,
        }
    }

    /// Understands the input on a day.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn parse(&self, today: Date) -> Result<VenueDraft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let place = self.place.parse(today).map_err(|found| errors.extend(found)).ok();
        let text = self.opening_hours.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let opening_hours = text.and_then(|text| {
            let parsed = text.parse::<OpeningHours>();
            parsed.map_err(|e| errors.push(FieldError::new("/opening_hours", "opening_hours", e.detail()))).ok()
        });
        let position = self.position.and_then(|at| {
            let found = at.millionths();
            if found.is_none() {
                errors.push(nowhere("/position"));
            }
            found
        });
        match place {
            Some(place) if errors.is_empty() => {
                Ok(VenueDraft { place, parent_id: self.parent_id, opening_hours, position })
            }
            _ => Err(errors),
        }
    }
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
    /// There is no such parent, or the account does not keep it.
    UnknownParent,
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
    draft: &VenueDraft,
) -> Result<Registered, StoreError> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let body_hash = body_hash(input)?;
    let mut tx = app.store.write().await?;
    if let Some(parent) = draft.parent_id
        && !may_extend(app, tx.as_mut(), caller, parent).await?
    {
        return Ok(Registered::UnknownParent);
    }
    for _ in 0..DRAWS {
        if let Some(id) = input.id
            && let Some(known) = tx.place_body_hash(id).await?
        {
            let place = tx.place(&PlaceKey::Id(id)).await?.filter(|_| known == body_hash);
            return Ok(place.map_or(Registered::IdConflict, Registered::Again));
        }
        let id = input.id.unwrap_or_else(|| PlaceId::new(now, &mut random));
        let place = place_of(id, PlaceCode::new(&mut random), draft);
        if tx.insert_place(&place, Some(draft.place.phone.as_str()), &body_hash, now).await? {
            tx.add_staff(id, account.id).await?;
            if draft.opening_hours.is_some() || draft.position.is_some() {
                tx.put_venue_details(&[details_of(id, draft)]).await?;
            }
            let entry = caller.audit(SERVICE, "venue.register", Some(format!("place:{id}")), json!({}));
            tx.audit(&entry, now, &mut random).await?;
            tx.commit().await?;
            return Ok(Registered::New(place));
        }
    }
    Err(shared_store::error::inconsistent("places", "code"))
}

/// The place of a draft.
pub(super) fn place_of(id: PlaceId, code: PlaceCode, draft: &VenueDraft) -> Place {
    let VenueDraft { place, parent_id, .. } = draft;
    Place {
        id,
        code,
        name: place.name.clone(),
        kind: place.kind,
        address: place.address.clone(),
        ward_code: place.ward_code.clone(),
        capacity: place.capacity,
        parent_id: *parent_id,
    }
}

/// What a draft says beside the place.
pub(super) fn details_of(id: PlaceId, draft: &VenueDraft) -> VenueDetails {
    let opening_hours = draft.opening_hours.as_ref().map(ToString::to_string);
    VenueDetails { opening_hours, position: draft.position, ..VenueDetails::of(id) }
}

/// Whether the caller may say that a place is a part of `parent`: their own, and no deeper than a table in a hall on a
/// floor of a house.
pub(super) async fn may_extend(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    caller: &Caller,
    parent: PlaceId,
) -> Result<bool, StoreError> {
    let Some(place) = tx.place(&PlaceKey::Id(parent)).await? else { return Ok(false) };
    if !works_at(app, tx, caller, &place).await? {
        return Ok(false);
    }
    let (mut depth, mut above) = (1, place.parent_id);
    while let Some(id) = above {
        depth += 1;
        if depth >= DEEPEST {
            return Ok(false);
        }
        above = tx.place(&PlaceKey::Id(id)).await?.and_then(|place| place.parent_id);
    }
    Ok(true)
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

/// How many people are at a place and its parts. Somebody who did not check out is counted for as long as a stay is
/// typical for the kind of place, as exposure matching assumes it, or until they checked in elsewhere.
///
/// # Errors
/// When the store fails.
pub async fn inside(tx: &mut (impl CheckinRead + ?Sized), place: &Place, now: Instant) -> Result<i64, StoreError> {
    let policy = StayPolicy::on(now.local_date());
    let mut count = 0;
    let (mut level, mut depth) = (vec![place.clone()], 0);
    while !level.is_empty() && depth < DEEPEST {
        for place in &level {
            let typical = policy.typical_stay(place.kind);
            count += tx.inside(place.id, minute_of(now.minus(typical)) + 1, minute_of(now)).await?;
        }
        let ids: Vec<PlaceId> = level.iter().map(|place| place.id).collect();
        (level, depth) = (tx.parts_of_places(&ids).await?, depth + 1);
    }
    Ok(count)
}

/// The parts of a place, by name.
///
/// # Errors
/// When the store fails.
pub async fn parts(app: &App, place: PlaceId) -> Result<Vec<Place>, StoreError> {
    app.platform.shared.read().await?.parts_of_places(&[place]).await
}

/// What is known of places beside the register, in no order.
///
/// # Errors
/// When the store fails.
pub async fn details(app: &App, places: &[PlaceId]) -> Result<Vec<VenueDetails>, StoreError> {
    app.store.read().await?.venue_details(places).await
}
