//! Seeded draws. Everything of the demo province comes from streams of one ChaCha8 generator, one stream for each thing
//! that is made, so that any person, place or case can be made again alone, in any order, and is the same.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng;
use shared::random::{Random, below};

/// What a stream is for. The number is part of the stream's nonce: a change makes another province.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// How a block of people falls into households.
    Layout = 1,
    /// Where and how a household lives.
    Household = 2,
    /// A person's id and numbers.
    Identity = 3,
    /// The health stations, sampling sites and laboratories.
    Institution = 4,
    /// A venue.
    Venue = 5,
    /// A person's visits.
    Visit = 6,
    /// An evening at which people caught the virus.
    Gathering = 7,
    /// A laboratory result.
    Result = 8,
    /// A case.
    Case = 9,
    /// The reports of a case.
    Report = 10,
    /// Keys of the permutations.
    Keys = 11,
    /// The negative result near the end of a case.
    FollowUp = 12,
    /// The id of a result.
    ResultId = 13,
    /// What a laboratory found.
    Finding = 14,
}

/// All streams of one seed.
#[derive(Clone)]
pub(super) struct Streams(ChaCha8Rng);

impl Streams {
    /// The streams of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The stream of the `index`-th thing of a purpose, from its beginning.
    pub(super) fn draw(&self, purpose: Purpose, index: u64) -> Draw {
        let mut rng = self.0.clone();
        rng.set_stream(((purpose as u64) << 48) | index);
        Draw(rng)
    }
}

/// One stream, from which values are drawn one after the other.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream as the randomness that ids and codes are drawn from.
    pub(super) fn random(&mut self) -> &mut dyn Random {
        &mut self.0
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { below(&mut self.0, bound) }
    }

    /// An index into something of `len` elements.
    pub(super) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0);
        low.saturating_add_unsigned(self.below(span + 1))
    }

    /// True in so many of a thousand draws.
    pub(super) fn per_mille(&mut self, n: u64) -> bool {
        self.below(1_000) < n
    }

    /// True in so many of a hundred draws.
    pub(super) fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// One of several, each as likely as the others.
    ///
    /// # Panics
    /// When there is nothing to pick from; the tables here are never empty.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// One of several, as likely as its weight.
    ///
    /// # Panics
    /// When there is nothing to pick from; the tables here are never empty.
    pub(super) fn weighted<'a, T>(&mut self, from: &'a [(u32, T)]) -> &'a T {
        let total = from.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (weight, item) in from {
            if left < u64::from(*weight) {
                return item;
            }
            left -= u64::from(*weight);
        }
        &from[0].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_whenever_it_is_opened_and_differs_from_the_others() {
        let streams = Streams::new(7);
        let first = streams.draw(Purpose::Visit, 3).below(u64::MAX);
        let _other = streams.draw(Purpose::Visit, 4).below(u64::MAX);
        assert_eq!(streams.draw(Purpose::Visit, 3).below(u64::MAX), first);
        assert_ne!(streams.draw(Purpose::Visit, 4).below(u64::MAX), first);
        assert_ne!(streams.draw(Purpose::Result, 3).below(u64::MAX), first);
        assert_ne!(Streams::new(8).draw(Purpose::Visit, 3).below(u64::MAX), first);
    }

    #[test]
    fn a_weight_is_how_often_it_is_drawn() {
        let mut draw = Streams::new(1).draw(Purpose::Keys, 0);
        let table = [(9, 'a'), (1, 'b'), (0, 'c')];
        let drawn: Vec<char> = (0..10_000).map(|_| *draw.weighted(&table)).collect();
        let often = drawn.iter().filter(|c| **c == 'a').count();
        assert!((8_800..9_200).contains(&often), "{often}");
        assert!(!drawn.contains(&'c'));
    }

    #[test]
    fn both_ends_of_a_range_are_drawn() {
        let mut draw = Streams::new(1).draw(Purpose::Keys, 1);
        let drawn: Vec<i64> = (0..200).map(|_| draw.between(-1, 1)).collect();
        assert_eq!(drawn.iter().min(), Some(&-1));
        assert_eq!(drawn.iter().max(), Some(&1));
    }
}
