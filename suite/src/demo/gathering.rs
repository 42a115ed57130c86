//! Evenings at which somebody who did not know it yet met others: they make the clusters that an officer follows.

use std::collections::HashMap;

use shared::place::PlaceKind;
use shared::time::{Instant, hours, minutes};

use super::Demo;
use super::draw::{Draw, Purpose};

/// One evening for so many cases.
const CASES_PER_GATHERING: u64 = 12;

/// Somebody's part in an evening.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attendance {
    /// The number of the venue.
    pub(super) place: usize,
    /// When the person comes.
    pub(super) from: Instant,
    /// For how many minutes.
    pub(super) stay: i64,
}

/// Who was at which evening.
#[derive(Debug, Clone, Default)]
pub(super) struct Gatherings(HashMap<u32, Vec<Attendance>>);

impl Gatherings {
    /// The evenings of a person.
    pub(super) fn of(&self, person: u32) -> &[Attendance] {
        self.0.get(&person).map_or(&[], Vec::as_slice)
    }
}

impl Demo {
    /// Lays out the evenings: each has a host who is found positive on the next day, some who are found days later, and
    /// some who stay well.
    pub(super) fn gatherings(&self) -> Gatherings {
        let mut gatherings = Gatherings::default();
        let cases = self.plan.positives;
        let evenings = cases.div_ceil(CASES_PER_GATHERING);
        for evening in 0..evenings {
            let host = (2 * evening + 1) * cases / (2 * evenings);
            self.gather(evening, host, &mut gatherings);
        }
        gatherings
    }

    fn gather(&self, evening: u64, host: u64, gatherings: &mut Gatherings) {
        let Some(test) = self.test(host) else { return };
        let at = Instant::start_of(test.collected_at.local_date()).minus(hours(6));
        if at < self.first_visit_day() {
            return;
        }
        let mut draw = self.streams.draw(Purpose::Gathering, evening);
        let ward = self.resident(test.person).household.ward;
        let place = self.evening_venue(ward, &mut draw);
        let guests = draw.between(6, 13);
        let mut people = vec![test.person];
        people.extend((0..guests).filter_map(|_| self.guest(ward, at, &mut draw)));
        people.extend((0..3).filter_map(|_| self.later_case(host, at, &mut draw)));
        people.sort_unstable();
        people.dedup();
        for person in people {
            let from = at.plus(minutes(draw.between(-10, 35)));
            gatherings.0.entry(person).or_default().push(Attendance { place, from, stay: draw.between(40, 130) });
        }
    }

    fn evening_venue(&self, ward: usize, draw: &mut Draw) -> usize {
        use PlaceKind::{Cafe, Entertainment, Restaurant, Worship};
        let mut venue = self.places.near(ward, &self.areas, draw);
        for _ in 0..30 {
            if matches!(self.places.all[venue].kind, Restaurant | Cafe | Entertainment | Worship) {
                break;
            }
            venue = self.places.near(ward, &self.areas, draw);
        }
        venue
    }

    /// Somebody who can go out that evening, from the same district if one is soon found.
    fn guest(&self, ward: usize, at: Instant, draw: &mut Draw) -> Option<u32> {
        let mut found = None;
        for _ in 0..5 {
            let person = u32::try_from(draw.below(u64::from(self.people))).ok()?;
            let resident = self.resident(person);
            let isolated = self.positive_test_of(person).is_some_and(|test| test.collected_at <= at.plus(hours(4)));
            if isolated || !(15..=78).contains(&resident.member().age) {
                continue;
            }
            found = Some(person);
            if self.areas.ward(resident.household.ward).district_code == self.areas.ward(ward).district_code {
                break;
            }
        }
        found
    }

    /// Somebody who is found positive two days or more after the evening.
    fn later_case(&self, host: u64, at: Instant, draw: &mut Draw) -> Option<u32> {
        let nth = host + 1 + draw.below(self.plan.positives - host);
        let test = self.test(nth).filter(|test| test.positive && test.collected_at > at.plus(hours(36)))?;
        (self.resident(test.person).member().age >= 12).then_some(test.person)
    }
}
