//! How often somebody asked for codes of places that nobody has: whoever tries codes out gets nowhere.
//!
//! Codes are counted by address, and by device where the phone was here before. The counts are kept in the database, so
//! that several processes count together, under a blind index of the address and the period: nobody can read from them
//! who asked, nor join two periods. What this process knows of them it remembers, so that the door asks no database.
//!
//! A phone that was here before is never kept from a place by what others behind its address do; only when it has tried
//! codes out itself does it count like anybody behind the address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Platform;

use crate::store::{CheckinStore, minute_of};

/// How long a count lasts, in minutes.
const PERIOD: i64 = 10;
/// Unknown codes in a period from one address: whatever the visitors of a stadium mistype behind one network. Our own policy:
/// of the 34,359,738,368 codes somebody at an address tries 14,400 a day.
const ADDRESS: i64 = 100;
/// Unknown codes in a period from one device.
const DEVICE: i64 = 20;

/// Who asks for a code.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asker {
    /// The device, where its token was verified.
    pub device: Option<[u8; 8]>,
    /// The address, where there is a connection.
    pub address: Option<IpAddr>,
}

/// The counts. Clones share them.
#[derive(Clone)]
pub struct Tries {
    store: Arc<dyn CheckinStore>,
    seen: Arc<Mutex<Seen>>,
}

/// What is remembered of the counts of one period.
#[derive(Default)]
struct Seen {
    period: i64,
    counts: HashMap<Source, i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Address(IpAddr),
    Device([u8; 8]),
}

impl Source {
    fn most(self) -> i64 {
        match self {
            Self::Address(_) => ADDRESS,
            Self::Device(_) => DEVICE,
        }
    }

    fn index(self, platform: &Platform, period: i64) -> Vec<u8> {
        let text = match self {
            Self::Address(address) => format!("{period} address {address}"),
            Self::Device(device) => format!("{period} device {}", u64::from_be_bytes(device)),
        };
        platform.keys().sealer.blind("code_tries", &text)
    }
}

impl Tries {
    /// Nothing is remembered yet.
    #[must_use]
    pub fn new(store: Arc<dyn CheckinStore>) -> Self {
        Self { store, seen: Arc::default() }
    }

    /// Whether this asker is told of no place for now. A device whose own tries are not used up is always told.
    #[must_use]
    pub fn are_used_up(&self, asker: Asker, now: Instant) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.period != period(now) {
            return false;
        }
        let used_up = |source: Source| seen.counts.get(&source).is_some_and(|count| *count >= source.most());
        let device = asker.device.is_none_or(|device| used_up(Source::Device(device)));
        device && asker.address.is_some_and(|address| used_up(Source::Address(address)))
    }

    /// Counts a code that nobody has.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count(&self, platform: &Platform, asker: Asker, now: Instant) -> Result<(), StoreError> {
        let period = period(now);
        let sources: Vec<Source> =
            asker.address.map(Source::Address).into_iter().chain(asker.device.map(Source::Device)).collect();
        if sources.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        let mut counts = Vec::with_capacity(sources.len());
        for source in sources {
            counts.push((source, tx.count_try(&source.index(platform, period), period).await?));
        }
        tx.commit().await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.period != period {
            *seen = Seen { period, counts: HashMap::new() };
        }
        for (source, count) in counts {
            if count == source.most() {
                tracing::warn!("somebody tries codes of places out");
                metrics::counter!("checkin_code_tries_used_up").increment(1);
            }
            seen.counts.insert(source, count);
        }
        Ok(())
    }
}

/// The number of a period.
#[must_use]
pub fn period(now: Instant) -> i64 {
    minute_of(now).div_euclid(PERIOD)
}
