//! Visits as sorted columns in memory: the limit beside which a store is measured.

use std::collections::HashMap;

use shared::ids::{PersonId, PlaceId, VisitId};
use shared::time::{Date, Instant};

/// Visits by place and check-in, sixteen bytes each: place, minutes of check-in and check-out, visitor.
#[derive(Default)]
pub struct Columns {
    places: HashMap<PlaceId, u32>,
    people: HashMap<PersonId, u32>,
    rows: Vec<(u32, u32, u32, u32)>,
}

/// How long a visit without a check-out counts here, and how long a stay lasts at most.
const LONGEST: u32 = 240;

impl Columns {
    /// Adds a visit at the end; [`Columns::sort`] before the next question.
    pub fn add(&mut self, row: &(VisitId, PlaceId, PersonId, Instant, Option<Instant>)) {
        let (_, place, person, from, to) = row;
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let place = *self.places.entry(*place).or_insert(next);
        let next = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        let person = *self.people.entry(*person).or_insert(next);
        let from = minute(*from);
        self.rows.push((place, from, to.map_or(from + LONGEST, minute), person));
    }

    /// Brings the visits into their order.
    pub fn sort(&mut self) {
        self.rows.sort_unstable();
    }

    /// Who was at the places of these stays on their days, with the minutes in common.
    #[must_use]
    pub fn find(&self, stays: impl Iterator<Item = (PlaceId, Instant, Instant)>) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for (place, from, to) in stays {
            let Some(&place) = self.places.get(&place) else { continue };
            let (first, last) = (minute(start(from.local_date())), minute(to) + 24 * 60);
            let begin = self.rows.partition_point(|row| (row.0, row.1 + LONGEST) < (place, first));
            for row in self.rows[begin..].iter().take_while(|row| row.0 == place && row.1 <= last) {
                let common = row.2.min(minute(to)).saturating_sub(row.1.max(minute(from)));
                found.push((row.3, common));
            }
        }
        found
    }
}

fn start(day: Date) -> Instant {
    Instant::start_of(day)
}

fn minute(at: Instant) -> u32 {
    u32::try_from(checkin::store::minute_of(at)).unwrap_or(0)
}
