//! Places by the code on their poster, remembered for a minute: a check-in must not ask the database where it is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use shared::place::{Place, PlaceCode};
use shared::time::{Instant, minutes};
use shared_store::people::PlaceKey;
use shared_store::{SharedStore, StoreError};

/// How long a place is remembered. A place that changes its name shows the old one for so long.
const LIFETIME: SignedDuration = minutes(1);

/// How many places are remembered: about 400 bytes each.
const MOST: usize = 20_000;

/// Places by code. Clones share what they remember.
#[derive(Clone, Default)]
pub struct Venues(Arc<Mutex<Remembered>>);

/// Places, and until when they may be believed.
type Remembered = HashMap<PlaceCode, (Arc<Place>, Instant)>;

impl Venues {
    /// The place with a code. A code that nobody has is not remembered: its place may be registered next.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find(
        &self,
        store: &dyn SharedStore,
        code: PlaceCode,
        now: Instant,
    ) -> Result<Option<Arc<Place>>, StoreError> {
        if let Some(place) = self.remembered(code, now) {
            return Ok(Some(place));
        }
        let Some(place) = store.read().await?.place(&PlaceKey::Code(code.to_string())).await? else { return Ok(None) };
        let place = Arc::new(place);
        self.remember(code, Arc::clone(&place), now);
        Ok(Some(place))
    }

    fn remembered(&self, code: PlaceCode, now: Instant) -> Option<Arc<Place>> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&code).filter(|(_, until)| now < *until).map(|(place, _)| Arc::clone(place))
    }

    fn remember(&self, code: PlaceCode, place: Arc<Place>, now: Instant) {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= MOST {
            places.retain(|_, (_, until)| now < *until);
        }
        if places.len() >= MOST {
            places.clear();
        }
        places.insert(code, (place, now.plus(LIFETIME)));
    }
}
