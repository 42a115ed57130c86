//! A seeded shuffle that keeps no table: it tells who stands at a place, and at which place somebody stands, for any
//! number of people.

/// Rounds of the Feistel network. Four are enough to look shuffled; nothing here is a secret.
const ROUNDS: u64 = 4;

/// A bijection of `0..len` onto itself: a Feistel network over the next even power of two, walked until it comes back
/// into the range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permutation {
    len: u64,
    half_bits: u32,
    key: u64,
}

impl Permutation {
    /// The shuffle of `0..len` that `key` names.
    pub(super) fn new(key: u64, len: u64) -> Self {
        let bits = u64::BITS - len.saturating_sub(1).leading_zeros();
        Self { len, half_bits: bits.div_ceil(2).max(1), key }
    }

    /// Where `i` goes; `None` where `i` is out of range.
    pub(super) fn at(&self, i: u64) -> Option<u64> {
        self.walk(i, Self::forward)
    }

    /// What goes to `j`; `None` where `j` is out of range.
    pub(super) fn place_of(&self, j: u64) -> Option<u64> {
        self.walk(j, Self::backward)
    }

    fn walk(&self, from: u64, step: impl Fn(&Self, u64) -> u64) -> Option<u64> {
        if from >= self.len {
            return None;
        }
        let mut value = step(self, from);
        while value >= self.len {
            value = step(self, value);
        }
        Some(value)
    }

    fn forward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.mix(round, right));
        }
        (left << self.half_bits) | right
    }

    fn backward(&self, value: u64) -> u64 {
        let (mut left, mut right) = self.split(value);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.mix(round, left), left);
        }
        (left << self.half_bits) | right
    }

    fn split(&self, value: u64) -> (u64, u64) {
        (value >> self.half_bits, value & self.mask())
    }

    const fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    /// SplitMix64's finaliser over key, round and half.
    fn mix(&self, round: u64, half: u64) -> u64 {
        let mut z = self.key ^ half.wrapping_add(round + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) & self.mask()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everybody_gets_one_place_and_is_found_there() {
        for len in [1, 2, 3, 17, 1_000, 4_097] {
            let shuffle = Permutation::new(42, len);
            let places: HashSet<u64> = (0..len).filter_map(|i| shuffle.at(i)).collect();
            assert_eq!(places.len() as u64, len);
            assert!(places.iter().all(|place| *place < len));
            assert!((0..len).all(|i| shuffle.place_of(shuffle.at(i).unwrap()) == Some(i)));
        }
    }

    #[test]
    fn what_is_out_of_range_has_no_place() {
        assert_eq!(Permutation::new(1, 10).at(10), None);
        assert_eq!(Permutation::new(1, 0).at(0), None);
        assert_eq!(Permutation::new(1, 10).place_of(10), None);
    }

    #[test]
    fn the_order_is_shuffled() {
        let shuffle = Permutation::new(9, 1_000);
        let fixed = (0..1_000).filter(|i| shuffle.at(*i) == Some(*i)).count();
        assert!(fixed < 10, "{fixed} stayed where they were");
    }
}
