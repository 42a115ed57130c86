//! Places by the code on their poster, remembered for a minute: a check-in must not ask the database where it is.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::DefaultClock;
use jiff::SignedDuration;
use shared::place::{Place, PlaceCode};
use shared::time::{Instant, minutes};
use shared_store::people::PlaceKey;
use shared_store::{SharedStore, StoreError};
use shared_web::Platform;

use crate::app::room;
use crate::domain::marks::{self, Spot};
use crate::domain::opening_hours::OpeningHours;
use crate::limits::Limits;
use crate::store::CheckinStore;
use crate::tries::{Asker, Tries};

/// How long a place is remembered. A place that changes its name shows the old one for so long.
const LIFETIME: SignedDuration = minutes(1);

/// How many places are remembered: about 400 bytes each.
const MOST: usize = 20_000;

/// How many devices are remembered by their last check-in: about 100 bytes each.
const MOST_DEVICES: usize = 100_000;

/// What became of a search for a code.
#[derive(Debug, Clone)]
pub enum Found {
    /// The place.
    Place(Arc<Place>),
    /// Nobody has the code.
    Nobody,
    /// Whoever asks has tried too many codes that nobody has, and is told of none for a while.
    TooMany,
}

/// What is remembered of a place.
#[derive(Debug, Clone)]
pub struct Known {
    /// The place, with its code of today.
    pub place: Arc<Place>,
    /// When it is open.
    pub hours: Option<Arc<OpeningHours>>,
    /// Where it is.
    pub position: Option<(i64, i64)>,
    /// It shows a code that changes.
    pub screen: bool,
    /// The place and what it lies within, so far as they hold so many, the nearest first.
    pub rooms: Arc<[Place]>,
}

impl Known {
    fn spot(&self) -> Spot {
        Spot { ward_code: self.place.ward_code.as_str().to_owned(), position: self.position }
    }
}

/// Places by code, and how often they are asked for. Clones share what they remember.
#[derive(Clone)]
pub struct Venues {
    store: Arc<dyn CheckinStore>,
    remembered: Arc<Mutex<Remembered>>,
    devices: Arc<Mutex<Devices>>,
    limits: Option<Arc<Limits>>,
    tries: Tries,
}

/// Where devices were last, and when.
type Devices = HashMap<[u8; 8], (Spot, Instant)>;

/// Places, and until when they may be believed.
type Remembered = HashMap<PlaceCode, (Known, Instant)>;

impl Venues {
    /// Nothing is remembered yet. `limited` says whether too many check-ins are refused.
    #[must_use]
    pub fn new(store: Arc<dyn CheckinStore>, limited: bool) -> Self {
        let limits = limited.then(|| Arc::new(Limits::new(&DefaultClock::default())));
        let tries = Tries::new(Arc::clone(&store));
        Self { store, remembered: Arc::default(), devices: Arc::default(), limits, tries }
    }

    /// The place with a code, or with a code that was replaced. A code that nobody has is not remembered: its place may
    /// be registered next. Whoever has tried too many of them is told of no place, remembered or not: an answer would be
    /// one to go on with.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(&self, platform: &Platform, asker: Asker, code: PlaceCode) -> Result<Found, StoreError> {
        let now = platform.now();
        if self.limits.is_some() && self.tries.are_used_up(asker, now) {
            return Ok(Found::TooMany);
        }
        if let Some(known) = self.known(code, now) {
            return Ok(Found::Place(known.place));
        }
        Box::pin(self.find_in_store(platform, asker, code, now)).await
    }

    async fn find_in_store(
        &self,
        platform: &Platform,
        asker: Asker,
        code: PlaceCode,
        now: Instant,
    ) -> Result<Found, StoreError> {
        let Some(place) = self.look_up(platform.shared.as_ref(), code).await? else {
            if self.limits.is_some() {
                self.tries.count(platform, asker, now).await?;
            }
            return Ok(Found::Nobody);
        };
        let mut tx = self.store.read().await?;
        let details = tx.venue_details(&[place.id]).await?.pop();
        let rooms = room::rooms(tx.as_mut(), &place).await?.into();
        let hours = details.as_ref().and_then(|details| details.opening_hours.as_deref()?.parse().ok().map(Arc::new));
        let position = details.as_ref().and_then(|details| details.position);
        let screen = details.is_some_and(|details| details.screen);
        let known = Known { place: Arc::new(place), hours, position, screen, rooms };
        self.remember(code, known.clone(), now);
        Ok(Found::Place(known.place))
    }

    async fn look_up(&self, store: &dyn SharedStore, code: PlaceCode) -> Result<Option<Place>, StoreError> {
        let mut tx = store.read().await?;
        if let Some(place) = tx.place(&PlaceKey::Code(code.to_string())).await? {
            return Ok(Some(place));
        }
        match self.store.read().await?.retired_code(code.as_str()).await? {
            Some(id) => tx.place(&PlaceKey::Id(id)).await,
            None => Ok(None),
        }
    }

    /// What is remembered of the place with a code.
    #[must_use]
    pub fn known(&self, code: PlaceCode, now: Instant) -> Option<Known> {
        let places = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&code).filter(|(_, until)| now < *until).map(|(known, _)| known.clone())
    }

    /// Forgets a code, because something changed.
    pub fn forget(&self, code: PlaceCode) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(&code);
    }

    /// Whether one more check-in of a device, or at a place, may be taken.
    #[must_use]
    pub fn allows(&self, device: Option<[u8; 8]>, code: PlaceCode) -> bool {
        self.limits.as_ref().is_none_or(|limits| limits.allows(device, code))
    }

    /// Whether a batch of so many records from an address may be taken now.
    #[must_use]
    pub fn allows_queue(&self, address: Option<IpAddr>, records: usize) -> bool {
        let counted = self.limits.as_ref().zip(address);
        counted.is_none_or(|(limits, address)| limits.allows_queue(address, records))
    }

    /// Forgets who was counted and has not come for a while; called from time to time.
    pub fn sweep(&self) {
        if let Some(limits) = &self.limits {
            limits.sweep();
        }
    }

    /// Notes where a device is; tells whether it cannot have come there from where it was. This process knows of the
    /// check-ins that came to it: where several serve, a device that goes from one to the other may go unnoticed. The mark
    /// is a hint for the officer, and not worth a query for each check-in.
    #[must_use]
    pub fn moved(&self, device: [u8; 8], known: &Known, at: Instant) -> bool {
        let spot = known.spot();
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        if devices.len() >= MOST_DEVICES {
            let since = at.minus(minutes(60));
            devices.retain(|_, (_, seen)| *seen > since);
        }
        if devices.len() >= MOST_DEVICES {
            devices.clear();
        }
        let before = devices.insert(device, (spot.clone(), at));
        before.is_some_and(|(before, seen)| marks::is_far_apart(&before, &spot, at.since(seen)))
    }

    fn remember(&self, code: PlaceCode, known: Known, now: Instant) {
        let mut places = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST {
            places.retain(|_, (_, until)| now < *until);
        }
        if places.len() >= MOST {
            places.clear();
        }
        places.insert(code, (known, now.plus(LIFETIME)));
    }
}
