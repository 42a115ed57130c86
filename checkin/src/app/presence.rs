//! How a venue wants to see that its visitors are there: by a screen whose code changes, and by where its door is. Visits
//! that show it otherwise are marked, never refused.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use shared::ids::PlaceId;
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::caller::Caller;

use super::venues::{printed_link, works_at};
use crate::domain::live_code::{LiveCode, changes_at};
use crate::domain::position::{Position, nowhere};
use crate::store::{CheckinRead, PlaceSpan, VenueDetails, minute_of};
use crate::{App, SERVICE};

/// What a venue wants from now on; what is missing stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PresenceInput {
    /// Whether it shows a code that changes.
    pub screen: Option<bool>,
    /// Where its door is; `null` forgets it.
    #[serde(deserialize_with = "given")]
    pub position: Option<Option<Position>>,
}

/// Tells `null` from what is missing.
fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<Position>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// What a venue wants, understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    screen: Option<bool>,
    position: Option<Option<(i64, i64)>>,
}

impl PresenceInput {
    /// Understands the input.
    ///
    /// # Errors
    /// The position, where that lies nowhere.
    pub fn parse(&self) -> Result<Wish, Vec<FieldError>> {
        let point = |at: Position| at.millionths().ok_or_else(|| vec![nowhere("/position")]);
        let position = self.position.map(|at| at.map(point).transpose()).transpose()?;
        Ok(Wish { screen: self.screen, position })
    }
}

/// What holds at a venue.
#[derive(Debug, Clone)]
pub struct Presence {
    /// The venue.
    pub place: Place,
    /// What is known of it beside the register.
    pub details: VenueDetails,
    /// How many of today's visits have which mark. Whose they are is the officer's to know.
    pub marked_today: BTreeMap<String, usize>,
}

/// What holds at a venue of the caller's; `None` where there is none.
///
/// # Errors
/// When the store fails.
pub async fn of(app: &App, caller: &Caller, id: PlaceId) -> Result<Option<Presence>, StoreError> {
    let mut tx = app.store.read().await?;
    let Some((place, details)) = own(app, tx.as_mut(), caller, id).await? else { return Ok(None) };
    let today = app.platform.now().local_date();
    let (from, to) = (Instant::start_of(today), Instant::start_of(today.saturating_add(1.day())));
    let span = PlaceSpan { place_id: id, from_minute: minute_of(from), to_minute: minute_of(to) - 1 };
    let mut marked_today = BTreeMap::new();
    for mark in tx.marks_at(&[span]).await? {
        *marked_today.entry(mark.mark).or_insert(0) += 1;
    }
    Ok(Some(Presence { place, details, marked_today }))
}

/// Does what a venue wants; `None` where there is no such venue of the caller's.
///
/// # Errors
/// When the store fails.
pub async fn change(app: &App, caller: &Caller, id: PlaceId, wish: Wish) -> Result<Option<Place>, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let Some((place, details)) = own(app, tx.as_mut(), caller, id).await? else { return Ok(None) };
    let screen = wish.screen.unwrap_or(details.screen);
    let position = wish.position.unwrap_or(details.position);
    tx.put_venue_details(&[VenueDetails { screen, position, ..details }]).await?;
    let detail = json!({"screen": screen, "position": position.is_some()});
    let entry = caller.audit(SERVICE, "venue.presence", Some(format!("place:{id}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    app.venues.forget(place.code);
    Ok(Some(place))
}

/// What a screen at a door shows for a moment.
#[derive(Debug, Clone)]
pub struct Screen {
    /// The place.
    pub place: Place,
    /// What its QR holds.
    pub link: String,
    /// The moment.
    pub as_of: Instant,
    /// When it gives way to the next.
    pub changes_at: Instant,
}

/// What became of a look at a screen.
#[derive(Debug, Clone)]
pub enum Look {
    /// It shows this.
    Shows(Box<Screen>),
    /// The venue has switched none on.
    Off,
    /// There is no such venue of the caller's.
    NoVenue,
}

/// What the screen of a venue shows now.
///
/// # Errors
/// When the store fails.
pub async fn screen(app: &App, caller: &Caller, id: PlaceId) -> Result<Look, StoreError> {
    let mut tx = app.store.read().await?;
    let Some((place, details)) = own(app, tx.as_mut(), caller, id).await? else { return Ok(Look::NoVenue) };
    if !details.screen {
        return Ok(Look::Off);
    }
    let as_of = app.platform.now();
    let code = LiveCode::at(app.platform.keys().token.bytes(), id, as_of);
    let link = format!("{}/{code}", printed_link(app, place.code));
    Ok(Look::Shows(Box::new(Screen { place, link, as_of, changes_at: changes_at(as_of) })))
}

/// A venue where the caller works, and what is known of it.
async fn own(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    caller: &Caller,
    id: PlaceId,
) -> Result<Option<(Place, VenueDetails)>, StoreError> {
    let Some(place) = tx.place(&PlaceKey::Id(id)).await? else { return Ok(None) };
    if !works_at(app, tx, caller, &place).await? {
        return Ok(None);
    }
    let details = tx.venue_details(&[id]).await?.pop().unwrap_or_else(|| VenueDetails::of(id));
    Ok(Some((place, details)))
}
