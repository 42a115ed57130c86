//! How full places are, as their doors know it: counted every few seconds where somebody comes, and between two counts by who
//! comes in through this process. A check-in at a place without a capacity asks nothing of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use shared::ids::PlaceId;
use shared::time::Instant;

/// For how long a count holds: so late a door learns of those who left, and of those who came through other processes.
const FRESH: SignedDuration = SignedDuration::from_secs(10);

/// How many places are remembered: about 100 bytes each.
const MOST: usize = 20_000;

/// The counts of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Occupancy(Arc<Mutex<HashMap<PlaceId, Counted>>>);

#[derive(Clone, Copy)]
struct Counted {
    inside: i64,
    until: Instant,
}

impl Occupancy {
    /// How many are inside; `None` where whoever asks has to count them and tell [`Self::counted`]. One counts at a time:
    /// whoever comes meanwhile goes by the count before.
    #[must_use]
    pub fn known(&self, place: PlaceId, now: Instant) -> Option<i64> {
        let mut places = self.lock();
        let before = places.get(&place).copied();
        if let Some(counted) = before.filter(|counted| now < counted.until) {
            return Some(counted.inside);
        }
        if places.len() >= MOST {
            places.retain(|_, counted| now < counted.until);
        }
        if places.len() >= MOST {
            places.clear();
        }
        let inside = before.map_or(0, |counted| counted.inside);
        places.insert(place, Counted { inside, until: now.plus(FRESH) });
        None
    }

    /// So many were counted inside.
    pub fn counted(&self, place: PlaceId, inside: i64, now: Instant) {
        self.lock().insert(place, Counted { inside, until: now.plus(FRESH) });
    }

    /// So many came in.
    pub fn came(&self, place: PlaceId, people: i64) {
        if let Some(counted) = self.lock().get_mut(&place) {
            counted.inside += people;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PlaceId, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_counts_while_the_others_go_by_the_count_before() {
        let occupancy = Occupancy::default();
        let (place, now): (_, Instant) =
            (PlaceId::from_uuid(Uuid::from_u128(1)), "2022-03-10T08:30:00+07:00".parse().unwrap());
        occupancy.came(place, 1);
        assert_eq!(occupancy.known(place, now), None);
        assert_eq!(occupancy.known(place, now), Some(0), "somebody is just counting");
        occupancy.counted(place, 7, now);
        occupancy.came(place, 2);
        assert_eq!(occupancy.known(place, now.plus(SignedDuration::from_secs(9))), Some(9));
        let later = now.plus(FRESH);
        assert_eq!(occupancy.known(place, later), None);
        assert_eq!(occupancy.known(place, later), Some(9));
    }
}
