//! Randomness as a parameter.
//!
//! A use-case that draws an id or a token takes `&mut dyn Random`; production passes the operating system's generator, a
//! test passes one that was seeded, and two runs of the test agree to the byte.

/// A source of random bytes. Cryptographic in production, seeded in tests and in the demo province.
pub trait Random: Send {
    /// Fills `bytes` with random bytes.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<R: rand_core::Rng + Send> Random for R {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.fill_bytes(bytes);
    }
}

/// Draws `N` random bytes.
pub fn bytes<const N: usize>(random: &mut dyn Random) -> [u8; N] {
    let mut out = [0; N];
    random.fill(&mut out);
    out
}

/// Draws a number below `bound` without bias (rejection sampling).
///
/// # Panics
/// When `bound` is zero: there is no number below zero.
pub fn below(random: &mut dyn Random, bound: u64) -> u64 {
    assert!(bound > 0, "a bound of zero admits no number");
    let zone = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = u64::from_le_bytes(bytes(random));
        if drawn < zone {
            return drawn % bound;
        }
    }
}
