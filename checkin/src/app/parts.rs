//! The places around some places: what they lie within and what lies within them, from the register.

use std::collections::{HashMap, HashSet};

use shared::ids::PlaceId;
use shared::place::{Place, PlaceKind};
use shared_store::StoreError;

use crate::domain::parts::{DEEPEST, Parts};
use crate::store::{CheckinRead, PlaceSpan};

/// Some places and those around them.
#[derive(Debug, Default)]
pub struct Around {
    /// Which lies within which.
    pub parts: Parts,
    /// What happens at each.
    pub kinds: HashMap<PlaceId, PlaceKind>,
}

impl Around {
    /// The spans of the places themselves and the same times at all places that share air with them, none overlapping
    /// another.
    pub fn spans(&self, spans: impl IntoIterator<Item = PlaceSpan>) -> Vec<PlaceSpan> {
        let at = |span: PlaceSpan| {
            let places = self.parts.sharing_air(span.place_id);
            places.into_iter().map(move |place_id| PlaceSpan { place_id, ..span })
        };
        let mut spans: Vec<PlaceSpan> = spans.into_iter().flat_map(at).collect();
        spans.sort_unstable();
        spans.dedup_by(|next, kept| {
            let joined = next.place_id == kept.place_id && next.from_minute <= kept.to_minute;
            if joined {
                kept.to_minute = kept.to_minute.max(next.to_minute);
            }
            joined
        });
        spans
    }
}

/// Looks up what is around some places: one query for them, one for their parts, and one for each further level on which
/// there is something. Most places are a part of nothing and have no parts.
///
/// # Errors
/// When the store fails.
pub async fn around(
    tx: &mut (impl CheckinRead + ?Sized),
    places: impl IntoIterator<Item = PlaceId>,
) -> Result<Around, StoreError> {
    let these: HashSet<PlaceId> = places.into_iter().collect();
    let mut found: Vec<Place> = Vec::new();
    let (mut level, mut upward) = (these.iter().copied().collect::<Vec<_>>(), these.clone());
    for _ in 0..DEEPEST {
        if level.is_empty() {
            break;
        }
        let mut rows = tx.places_by_id(&level).await?;
        level = rows.iter().filter_map(|place| place.parent_id).filter(|whole| upward.insert(*whole)).collect();
        found.append(&mut rows);
    }
    let (mut level, mut downward) = (these.iter().copied().collect::<Vec<_>>(), these);
    while !level.is_empty() {
        let mut rows = tx.parts_of_places(&level).await?;
        level = rows.iter().map(|place| place.id).filter(|part| downward.insert(*part)).collect();
        found.append(&mut rows);
    }
    let parts = found.iter().filter_map(|place| Some((place.id, place.parent_id?))).collect();
    let kinds = found.iter().map(|place| (place.id, place.kind)).collect();
    Ok(Around { parts, kinds })
}
