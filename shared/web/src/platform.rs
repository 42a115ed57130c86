//! What every use-case and handler is given: stores, clock, randomness, configuration.

use std::ops::Deref;
use std::sync::Arc;

use shared::clock::Clock;
use shared::random::Random;
use shared::time::Instant;
use shared_bus::Bus;
use shared_store::keys::Keys;
use shared_store::runtime::SharedRandom;
use shared_store::wake::Wake;
use shared_store::{Database, SharedStore};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::limits::Limits;

/// The ground that all services of a process stand on. Clones are the same ground, and cost next to nothing: every layer
/// and handler holds one for each request.
#[derive(Clone)]
pub struct Platform(Arc<Ground>);

/// What a [`Platform`] is made of.
pub struct Ground {
    /// How the process was started.
    pub config: Arc<Config>,
    /// The open database.
    pub database: Database,
    /// The tables that all services share.
    pub shared: Arc<dyn SharedStore>,
    /// The bus that the relay gives events to.
    pub bus: Arc<dyn Bus>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Ends background tasks and open streams.
    pub stop: CancellationToken,
    random: SharedRandom,
}

impl Deref for Platform {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.0
    }
}

impl Platform {
    /// Puts the ground together.
    #[must_use]
    pub fn new(
        config: Arc<Config>,
        database: Database,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
        random: SharedRandom,
        stop: CancellationToken,
    ) -> Self {
        let shared = database.shared();
        let limits = Limits::new(&config);
        Self(Arc::new(Ground { config, database, shared, bus, clock, limits, stop, random }))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A handle on the process's generator.
    #[must_use]
    pub fn random(&self) -> SharedRandom {
        self.random.clone()
    }

    /// Random bytes.
    #[must_use]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random().fill(&mut bytes);
        bytes
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        self.database.keys()
    }

    /// Who is told of commits.
    #[must_use]
    pub fn wake(&self) -> Wake {
        self.database.wake()
    }
}
