//! Visits of the last ten days.

use shared::ids::{PersonId, PlaceId, VisitId};
use shared::place::PlaceCode;
use shared::time::{Instant, days, minutes};

use super::Demo;
use super::draw::{Draw, Purpose};
use super::habits::Habit;
use super::wave::WAVE_DAYS;

/// How much people check in. A national system at its height had one check-in a person a day (Malaysia, December 2021);
/// the default keeps a demo small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitDensity {
    /// How many of a thousand people check in at all.
    pub people_per_mille: u64,
    /// Visits of a thousand such people on a day, at most 4,000.
    pub visits_per_mille: u64,
}

impl Default for VisitDensity {
    fn default() -> Self {
        Self { people_per_mille: 200, visits_per_mille: 600 }
    }
}

/// A visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoVisit {
    /// The id.
    pub id: VisitId,
    /// The number of the person.
    pub person_index: u32,
    /// Who came.
    pub person_id: PersonId,
    /// Where.
    pub place_id: PlaceId,
    /// The code that was scanned.
    pub place_code: PlaceCode,
    /// When.
    pub checked_in_at: Instant,
    /// When the person checked out; `None` where that was forgotten, or the person is still there.
    pub checked_out_at: Option<Instant>,
}

/// How many visits a person can make on one day.
const VISITS_A_DAY: u64 = 4;

/// Somebody whose case opens later checks in with this chance, in a hundred, whatever the density.
const CASES_CHECK_IN: u64 = 60;

/// A stay, before it is known to be possible.
struct Stay {
    place: usize,
    from: Instant,
    until: Instant,
}

impl Demo {
    /// The same province with people who check in more or less often.
    #[must_use]
    pub fn with_visits(mut self, density: VisitDensity) -> Self {
        self.density = density;
        self
    }

    /// All visits, person by person.
    pub fn visits(&self) -> impl Iterator<Item = DemoVisit> + '_ {
        (0..self.people).flat_map(|person| self.visits_of(person))
    }

    /// The visits of a person in the order of time. They never overlap, none begins after a positive specimen was taken
    /// (isolation), and none is in the future.
    #[must_use]
    pub fn visits_of(&self, person: u32) -> Vec<DemoVisit> {
        if person >= self.people {
            return Vec::new();
        }
        let isolated_from = self.positive_test_of(person).map(|test| test.collected_at);
        let mut draw = self.streams.draw(Purpose::Visit, u64::from(person));
        let chosen = draw.per_mille(self.density.people_per_mille);
        let checks_in = chosen || (isolated_from.is_some() && draw.percent(CASES_CHECK_IN));
        let evenings = self.gatherings.of(person).iter();
        let mut stays: Vec<Stay> = evenings
            .map(|evening| Stay {
                place: evening.place,
                from: evening.from,
                until: evening.from.plus(minutes(evening.stay)),
            })
            .collect();
        if checks_in {
            self.ordinary_stays(person, &mut draw, &mut stays);
        }
        stays.sort_by_key(|stay| stay.from);
        let end = isolated_from.map_or(self.now, |from| from.min(self.now));
        let mut free_from = self.first_visit_day();
        stays.retain(|stay| {
            let possible = stay.from >= free_from && stay.from < end;
            if possible {
                free_from = stay.until.plus(minutes(10));
            }
            possible
        });
        let person_id = self.person_id(person);
        stays.iter().map(|stay| self.visit(person, person_id, stay, &mut draw)).collect()
    }

    /// Midnight of the first day that has visits.
    pub(super) fn first_visit_day(&self) -> Instant {
        Instant::start_of(self.now.local_date()).minus(days(WAVE_DAYS as i64 - 1))
    }

    fn ordinary_stays(&self, person: u32, draw: &mut Draw, stays: &mut Vec<Stay>) {
        let resident = self.resident(person);
        let chance = self.density.visits_per_mille / VISITS_A_DAY;
        for day in 0..WAVE_DAYS as i64 {
            let midnight = self.first_visit_day().plus(days(day));
            for _ in 0..VISITS_A_DAY {
                if draw.per_mille(chance) {
                    stays.extend(self.stay(resident.household.ward, resident.member().age, midnight, draw));
                }
            }
        }
    }

    /// One stay on a day, at a place that suits the age and is open.
    fn stay(&self, ward: usize, age: i64, midnight: Instant, draw: &mut Draw) -> Option<Stay> {
        let sunday = midnight.local_date().weekday() == jiff::civil::Weekday::Sunday;
        for _ in 0..6 {
            let place = self.places.near(ward, &self.areas, draw);
            let habit = Habit::of(self.places.all[place].kind);
            if !habit.suits(age) || (sunday && habit.weekdays) {
                continue;
            }
            let &(open, close) = draw.pick(habit.hours);
            let seconds = draw.between(open * 3_600, close * 3_600 - 1);
            let from = midnight.plus(jiff::SignedDuration::from_secs(seconds));
            let until = from.plus(minutes(draw.between(habit.stay.0, habit.stay.1)));
            return Some(Stay { place, from, until });
        }
        None
    }

    fn visit(&self, person_index: u32, person_id: PersonId, stay: &Stay, draw: &mut Draw) -> DemoVisit {
        let place = &self.places.all[stay.place];
        let remembered = draw.percent(78);
        DemoVisit {
            id: VisitId::new(stay.from, draw.random()),
            person_index,
            person_id,
            place_id: place.id,
            place_code: place.code,
            checked_in_at: stay.from,
            checked_out_at: (remembered && stay.until <= self.now).then_some(stay.until),
        }
    }
}
