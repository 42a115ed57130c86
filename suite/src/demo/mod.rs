//! The demo province: synthetic people, places, visits, results and cases of a wave's tenth day in Tiền Giang.
//!
//! Everything is made from a seed and an instant, so that two runs agree to the byte, and nothing is kept that can be
//! made again: any person, visit or case is made alone from its number, so a million people need no more memory than
//! a thousand, but for the venues and a few bytes a case. The communes are the real ones of 2022; the people, numbers
//! and venues are invented, and whatever health state is told is made up to show the product.
//!
//! | what | how many for N people |
//! |---|---|
//! | households | about N / 3.5; they share an address and often a phone |
//! | venues | N / 60, beside 172 health stations and 11 sampling sites |
//! | visits | about 1.2 N: a fifth of the people, 0.6 a day, ten days |
//! | results | 0.12 N, 30 of a hundred positive, growing by a quarter a day |
//! | open cases | 0.036 N, reporting twice a day |
//! | emergencies, urgent, watch | two each for every 72 cases |

mod address;
mod area;
mod case;
mod draw;
mod gathering;
mod habits;
mod household;
mod identifiers;
mod names;
mod permutation;
mod person;
mod place;
mod report;
mod result;
mod testing;
mod venue_names;
mod visit;
mod vitals;
mod wave;

#[cfg(test)]
mod services_tests;
#[cfg(test)]
mod tests;

pub use area::{NURSE_WARD, PROVINCE};
pub use case::{Course, DemoCase};
pub use person::DemoPerson;
pub use place::{DEMO_LAB, DemoLab, DemoPlace};
pub use report::{DemoReport, Reporter};
pub use result::DemoResult;
pub use visit::{DemoVisit, VisitDensity};
pub use vitals::Vitals;
pub use wave::WAVE_DAYS;

use shared::time::{Date, Instant};

use area::Areas;
use case::Courses;
use draw::{Purpose, Streams};
use gathering::Gatherings;
use household::Households;
use permutation::Permutation;
use place::Places;
use testing::TestPlan;
use wave::Wave;

/// The most people that a demo has: six random digits of the identity card keep so many apart.
pub const MAX_PEOPLE: u32 = 1_000_000;

/// A demo province.
pub struct Demo {
    people: u32,
    now: Instant,
    streams: Streams,
    areas: Areas,
    /// Gives each person six digits that nobody else has.
    serials: Permutation,
    plan: TestPlan,
    wave: Wave,
    density: VisitDensity,
    places: Places,
    labs: Vec<DemoLab>,
    courses: Courses,
    gatherings: Gatherings,
}

impl Demo {
    /// The province of `seed` with so many people (at most [`MAX_PEOPLE`]), as it is at `now`. Without people there are
    /// no places either, only the laboratories.
    #[must_use]
    pub fn new(seed: u64, people: u32, now: Instant) -> Self {
        let people = people.min(MAX_PEOPLE);
        let streams = Streams::new(seed);
        let mut keys = streams.draw(Purpose::Keys, 0);
        let areas = Areas::for_people(people);
        let places = Places::new(&streams, &areas, people, now);
        let mut demo = Self {
            people,
            now,
            serials: Permutation::new(keys.below(u64::MAX), u64::from(MAX_PEOPLE)),
            plan: TestPlan::new(keys.below(u64::MAX), people),
            wave: Wave::until(now),
            density: VisitDensity::default(),
            labs: place::labs(&streams, now),
            courses: Courses::default(),
            gatherings: Gatherings::default(),
            streams,
            areas,
            places,
        };
        demo.courses = demo.courses();
        demo.gatherings = demo.gatherings();
        demo
    }

    /// How many people there are.
    #[must_use]
    pub const fn population(&self) -> u32 {
        self.people
    }

    /// The first day of the wave.
    #[must_use]
    pub fn first_day(&self) -> Date {
        self.wave.first_day()
    }

    /// Every place: the institutions, then the venues.
    #[must_use]
    pub fn places(&self) -> &[DemoPlace] {
        &self.places.all
    }

    /// The health stations of all communes and the sampling sites of all districts.
    #[must_use]
    pub fn institutions(&self) -> &[DemoPlace] {
        &self.places.all[..self.places.institutions]
    }

    /// The places that people check in to.
    #[must_use]
    pub fn venues(&self) -> &[DemoPlace] {
        &self.places.all[self.places.institutions..]
    }

    /// The laboratories, that of the demo account `lab` first.
    #[must_use]
    pub fn labs(&self) -> &[DemoLab] {
        &self.labs
    }

    fn households(&self) -> Households<'_> {
        Households { streams: &self.streams, areas: &self.areas, today: self.now.local_date() }
    }
}
