//! The one module that asks the machine: the clock, the random generator, and the start of background tasks.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use shared::clock::Clock;
use shared::random::Random;
use shared::time::Instant;
use tokio::task::JoinHandle;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> Instant {
        Instant::new(jiff::Timestamp::now())
    }
}

/// A cryptographic generator seeded by the operating system.
///
/// # Panics
/// When the operating system gives no randomness: nothing that needs a secret may run then.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for randomness")]
pub fn system_random() -> ChaCha20Rng {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the operating system gives randomness");
    ChaCha20Rng::from_seed(seed)
}

/// A generator that many tasks share.
#[derive(Clone)]
pub struct SharedRandom(Arc<Mutex<Box<dyn Random>>>);

impl SharedRandom {
    /// Shares `random`.
    pub fn new(random: impl Random + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(random))))
    }
}

impl Random for SharedRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// Starts a background task. Everything that runs beside the requests goes through here.
#[expect(clippy::disallowed_methods, reason = "the one place that starts tasks")]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}
