//! How much room there is at a place: it is full when it holds its capacity, or when something that it lies within does.

use std::sync::Arc;

use shared::place::Place;
use shared::time::Instant;
use shared_store::people::PlaceKey;
use shared_store::{SharedRead, StoreError};

use super::venues;
use crate::App;
use crate::domain::door::Reason;
use crate::domain::parts::DEEPEST;
use crate::store::CheckinRead;

/// The place and what it lies within, so far as they hold so many, the nearest first. Who comes to a table comes into the
/// hall and the house.
///
/// # Errors
/// When the store fails.
pub async fn rooms(tx: &mut (impl SharedRead + ?Sized), place: &Place) -> Result<Vec<Place>, StoreError> {
    let mut rooms = vec![place.clone()];
    while let Some(above) = rooms.last().and_then(|place| place.parent_id).filter(|_| rooms.len() < DEEPEST) {
        rooms.extend(tx.place(&PlaceKey::Id(above)).await?);
        if rooms.last().is_none_or(|place| place.id != above) {
            break;
        }
    }
    rooms.retain(|room| room.capacity.is_some());
    Ok(rooms)
}

/// How many are at a place, and whether there is room for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// How many are at the place and its parts.
    pub inside: i64,
    /// It holds no more: by its own capacity, or by that of something that it lies within.
    pub full: bool,
    /// The name of what it lies within, where that is what is full.
    pub full_whole: Option<String>,
}

/// How many are at a place now, and whether there is room for more.
///
/// # Errors
/// When the store fails.
pub async fn crowd(tx: &mut (impl CheckinRead + ?Sized), place: &Place, now: Instant) -> Result<Crowd, StoreError> {
    let inside = venues::inside(tx, place, now).await?;
    let (mut full, mut full_whole) = (false, None);
    for room in rooms(tx, place).await? {
        let within = if room.id == place.id { inside } else { venues::inside(tx, &room, now).await? };
        if room.capacity.is_some_and(|capacity| within >= i64::from(capacity)) {
            full = true;
            full_whole = (room.id != place.id).then_some(room.name);
        }
    }
    Ok(Crowd { inside, full, full_whole })
}

/// The rooms of a place as a door knows them, with how many are in each before somebody comes. Where they cannot be counted,
/// nothing is said of them: that keeps nobody outside.
pub(super) struct AtDoor {
    rooms: Vec<(Place, Option<i64>)>,
}

impl AtDoor {
    /// Counts those who are inside.
    pub(super) async fn count(app: &App, rooms: &Arc<[Place]>) -> Self {
        let mut counted = Vec::with_capacity(rooms.len());
        for room in rooms.iter() {
            counted.push((room.clone(), inside(app, room).await));
        }
        Self { rooms: counted }
    }

    /// So many come in. Gives why they should wait, where with them somewhere are more than it holds: of several, the
    /// outermost counts, because nobody gets to a free table in a full house.
    pub(super) fn came(self, app: &App, place: &Place, people: i64) -> Option<Reason> {
        let mut full = None;
        for (room, inside) in self.rooms {
            app.occupancy.came(room.id, people);
            let Some(capacity) = room.capacity else { continue };
            if inside.is_some_and(|inside| inside.saturating_add(people) > i64::from(capacity)) {
                full = Some(Reason::Full { capacity, whole: (room.id != place.id).then_some(room.name) });
            }
        }
        full
    }
}

/// How many are inside, by the count of a moment ago.
async fn inside(app: &App, place: &Place) -> Option<i64> {
    let now = app.platform.now();
    if let Some(inside) = app.occupancy.known(place.id, now) {
        return Some(inside);
    }
    let counted = async { venues::inside(app.store.read().await?.as_mut(), place, now).await };
    match counted.await {
        Ok(inside) => {
            app.occupancy.counted(place.id, inside, now);
            Some(inside)
        }
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the visitors of a place could not be counted");
            None
        }
    }
}
