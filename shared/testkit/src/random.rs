//! Randomness that repeats.

use rand_chacha::ChaCha8Rng;
use rand_core::SeedableRng as _;
use shared::random::Random;

/// Random bytes that are the same for the same seed, on every machine. For tests and for the demo province only: who
/// knows the seed knows every id and token that follows.
#[must_use]
pub fn seeded(seed: u64) -> impl Random + Clone + 'static {
    ChaCha8Rng::seed_from_u64(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::random::bytes;

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(bytes::<32>(&mut seeded(7)), bytes::<32>(&mut seeded(7)));
    }

    #[test]
    fn another_seed_gives_other_bytes() {
        assert_ne!(bytes::<32>(&mut seeded(7)), bytes::<32>(&mut seeded(8)));
    }

    #[test]
    fn a_clone_goes_on_where_the_original_stood() {
        let mut first = seeded(7);
        let before: [u8; 8] = bytes(&mut first);
        let mut second = first.clone();
        let next: [u8; 8] = bytes(&mut first);
        assert_eq!(next, bytes::<8>(&mut second));
        assert_ne!(next, before);
    }
}
