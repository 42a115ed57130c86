//! Which places lie within which: a table in a hall on a floor of a house.
//!
//! Who checked in at the house may have been at any of its tables, and who sat at a table breathed the air of the house.
//! Between two tables nothing is said. So air is shared by places of which one lies within the other; that this is the
//! measure is our own policy. Singapore had one check-in at a mall hold for its shops (checkin.md, section 6).

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::PlaceId;

/// How many places may lie within each other.
pub const DEEPEST: usize = 4;

/// Which places lie within which, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    wholes: BTreeMap<PlaceId, PlaceId>,
    parts: BTreeMap<PlaceId, Vec<PlaceId>>,
}

impl FromIterator<(PlaceId, PlaceId)> for Parts {
    /// From pairs of a part and its whole.
    fn from_iter<T: IntoIterator<Item = (PlaceId, PlaceId)>>(pairs: T) -> Self {
        let wholes: BTreeMap<PlaceId, PlaceId> = pairs.into_iter().collect();
        let mut parts: BTreeMap<PlaceId, Vec<PlaceId>> = BTreeMap::new();
        for (part, whole) in &wholes {
            parts.entry(*whole).or_default().push(*part);
        }
        Self { wholes, parts }
    }
}

impl Parts {
    /// The place itself and what it lies within, the nearest first.
    pub fn up_from(&self, place: PlaceId) -> impl Iterator<Item = PlaceId> {
        std::iter::successors(Some(place), |at| self.wholes.get(at).copied()).take(DEEPEST)
    }

    /// The place itself and all that lies within it.
    #[must_use]
    pub fn down_from(&self, place: PlaceId) -> BTreeSet<PlaceId> {
        let mut found = BTreeSet::from([place]);
        let mut level = vec![place];
        // A register may hold a circle, which some import made; nothing is then walked twice.
        while !level.is_empty() {
            let below = level.iter().filter_map(|at| self.parts.get(at)).flatten();
            level = below.copied().filter(|part| found.insert(*part)).collect();
        }
        found
    }

    /// The places that share air with this one: itself, what it lies within, and what lies within it.
    #[must_use]
    pub fn sharing_air(&self, place: PlaceId) -> BTreeSet<PlaceId> {
        let mut found = self.down_from(place);
        found.extend(self.up_from(place));
        found
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn place(n: u128) -> PlaceId {
        PlaceId::from_uuid(Uuid::from_u128(n))
    }

    fn shares(parts: &Parts, n: u128) -> Vec<u128> {
        parts.sharing_air(place(n)).iter().map(|id| id.uuid().as_u128()).collect()
    }

    #[test]
    fn a_place_shares_air_with_what_it_lies_within_and_what_lies_within_it_but_not_with_the_next_table() {
        // A house with two halls; the first hall has two tables.
        let pairs = [(2, 1), (3, 1), (4, 2), (5, 2)];
        let parts: Parts = pairs.into_iter().map(|(part, whole)| (place(part), place(whole))).collect();
        assert_eq!(shares(&parts, 1), [1, 2, 3, 4, 5]);
        assert_eq!(shares(&parts, 2), [1, 2, 4, 5]);
        assert_eq!(shares(&parts, 4), [1, 2, 4]);
        assert_eq!(shares(&parts, 3), [1, 3]);
        assert_eq!(shares(&parts, 9), [9], "a place of which nothing is known");
    }

    #[test]
    fn a_circle_in_the_register_ends() {
        let parts: Parts = [(1, 2), (2, 1)].into_iter().map(|(part, whole)| (place(part), place(whole))).collect();
        assert_eq!(shares(&parts, 1), [1, 2]);
    }
}
