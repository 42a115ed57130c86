//! Who is tested when, and who of them is positive. No table is kept: a test is found by its rank, and a rank by the
//! person.

use shared::events::Method;
use shared::time::{Instant, hours, minutes};

use super::Demo;
use super::draw::Purpose;
use super::permutation::Permutation;

/// Open cases for each thousand people. Tiền Giang had about 11 in March 2022 (1,903 new cases a day, 7 to 10 days
/// each, 1.77 million people); the demo has more, so that a small one has something on every screen.
const POSITIVE_PER_MILLE: u64 = 36;

/// Positives among a hundred tests.
const POSITIVITY_PERCENT: u64 = 30;

/// One test in so many is a PCR: 96.7 of a hundred cases of 29 March 2022 were found by antigen (baoapbac.vn).
const PCR_EVERY: u64 = 30;

/// A test that somebody had taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test {
    /// Its rank: positives first, each kind in the order of days.
    pub(super) rank: u64,
    /// Who was tested.
    pub(super) person: u32,
    /// The virus was found.
    pub(super) positive: bool,
    /// How.
    pub(super) method: Method,
    /// When the specimen was taken.
    pub(super) collected_at: Instant,
    /// When the laboratory had the result.
    pub(super) resulted_at: Instant,
}

/// Whose turn it is. People are shuffled by pairs of neighbours, and neighbours mostly share a household: so cases come
/// as they did, by families.
#[derive(Debug, Clone, Copy)]
pub(super) struct TestPlan {
    pairs: Permutation,
    /// How many are positive.
    pub(super) positives: u64,
    /// How many are not.
    pub(super) negatives: u64,
}

impl TestPlan {
    /// The plan for so many people.
    pub(super) fn new(key: u64, people: u32) -> Self {
        let positives = u64::from(people) * POSITIVE_PER_MILLE / 1_000;
        let negatives = positives * (100 - POSITIVITY_PERCENT) / POSITIVITY_PERCENT;
        Self { pairs: Permutation::new(key, u64::from(people / 2)), positives, negatives }
    }

    fn person_of(&self, rank: u64) -> Option<u32> {
        let pair = self.pairs.at(rank / 2)?;
        u32::try_from(pair * 2 + rank % 2).ok()
    }

    fn rank_of(&self, person: u32) -> Option<u64> {
        let rank = self.pairs.place_of(u64::from(person / 2))? * 2 + u64::from(person % 2);
        (rank < self.positives + self.negatives).then_some(rank)
    }
}

impl Demo {
    /// The test of that rank.
    pub(super) fn test(&self, rank: u64) -> Option<Test> {
        let plan = &self.plan;
        let positive = rank < plan.positives;
        let (nth, of) = if positive { (rank, plan.positives) } else { (rank - plan.positives, plan.negatives) };
        if nth >= of {
            return None;
        }
        let mut draw = self.streams.draw(Purpose::Result, rank);
        let collected_at = self.wave.specimen_at(self.wave.day_of(nth, of), &mut draw);
        let by_pcr = collected_at.plus(minutes(draw.between(13 * 60, 26 * 60)));
        let by_antigen = collected_at.plus(minutes(draw.between(18, 45)));
        let pcr = nth % PCR_EVERY == 11 && by_pcr <= self.now.minus(minutes(10));
        let (method, resulted_at) = if pcr { (Method::Pcr, by_pcr) } else { (Method::Antigen, by_antigen) };
        Some(Test { rank, person: plan.person_of(rank)?, positive, method, collected_at, resulted_at })
    }

    /// The positive test of a person, where there is one.
    pub(super) fn positive_test_of(&self, person: u32) -> Option<Test> {
        self.plan.rank_of(person).filter(|rank| *rank < self.plan.positives).and_then(|rank| self.test(rank))
    }

    /// When a negative test near the end of isolation was taken from the `nth` case: in some cases that are seven
    /// days old (Decision 250/QĐ-BYT: seven days and antigen negative), which then only wait to be closed.
    pub(super) fn release_test_at(&self, nth: u64) -> Option<Instant> {
        let first = self.test(nth)?;
        let mut draw = self.streams.draw(Purpose::FollowUp, nth);
        let at = first.collected_at.plus(hours(7 * 24)).plus(minutes(draw.between(0, 60)));
        (draw.percent(60) && !self.courses.is_serious(nth) && at <= self.now.minus(hours(1))).then_some(at)
    }
}
