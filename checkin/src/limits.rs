//! How often may be checked in: by one device, at one place, and by the queues from one address. Each process counts what
//! comes to it.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use shared::place::PlaceCode;

/// Check-ins a second of one device, and the burst: a family.
const DEVICE: (u32, u32) = (1, 60);
/// Check-ins a second at one place, and the burst: the gates of a stadium.
const PLACE: (u32, u32) = (200, 5_000);
/// Records a second in batches from one address, and the burst: what the doors behind one network kept through a morning
/// without a signal. A batch of 500 that was put off has room after the two seconds for which its sender is told to wait.
const QUEUE: (u32, u32) = (250, 5_000);

type Counter<K, C> = RateLimiter<K, DefaultKeyedStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// The counters.
pub struct Limits<C: Clock = DefaultClock> {
    devices: Counter<[u8; 8], C>,
    places: Counter<PlaceCode, C>,
    queues: Counter<IpAddr, C>,
}

impl<C: Clock + Clone> Limits<C> {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(clock: &C) -> Self {
        Self { devices: counter(DEVICE, clock), places: counter(PLACE, clock), queues: counter(QUEUE, clock) }
    }

    /// Whether one more check-in of a device, or at a place, may be taken.
    #[must_use]
    pub fn allows(&self, device: Option<[u8; 8]>, code: PlaceCode) -> bool {
        device.is_none_or(|device| self.devices.check_key(&device).is_ok()) && self.places.check_key(&code).is_ok()
    }

    /// Whether a batch of so many records from an address may be taken; all of it or nothing.
    #[must_use]
    pub fn allows_queue(&self, address: IpAddr, records: usize) -> bool {
        let records = u32::try_from(records).unwrap_or(u32::MAX);
        NonZeroU32::new(records).is_none_or(|n| matches!(self.queues.check_key_n(&address, n), Ok(Ok(()))))
    }

    /// Forgets whoever has not come for a while; called from time to time.
    pub fn sweep(&self) {
        self.devices.retain_recent();
        self.places.retain_recent();
        self.queues.retain_recent();
    }
}

fn counter<K: Clone + Eq + Hash, C: Clock + Clone>((rate, burst): (u32, u32), clock: &C) -> Counter<K, C> {
    let positive = |n| NonZeroU32::new(n).expect("limits are above zero");
    let quota = Quota::per_second(positive(rate)).allow_burst(positive(burst));
    RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use shared::random::{Random, bytes};
    use shared_testkit::random::seeded;

    use super::*;

    fn started() -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Limits::new(&clock), clock)
    }

    fn code(random: &mut dyn Random) -> PlaceCode {
        PlaceCode::new(random)
    }

    #[test]
    fn the_sixty_first_check_in_of_a_device_waits_a_second_and_others_do_not() {
        let (limits, clock) = started();
        let place = code(&mut seeded(1));
        for n in 0..60 {
            assert!(limits.allows(Some([1; 8]), place), "{n}");
        }
        assert!(!limits.allows(Some([1; 8]), place));
        assert!(limits.allows(Some([2; 8]), place) && limits.allows(None, place));
        clock.advance(Duration::from_secs(1));
        assert!(limits.allows(Some([1; 8]), place) && !limits.allows(Some([1; 8]), place));
    }

    #[test]
    fn a_place_takes_a_stadium_at_once_and_two_hundred_a_second_after_it() {
        let (limits, clock) = started();
        let mut random = seeded(2);
        let (place, other) = (code(&mut random), code(&mut random));
        let come = || limits.allows(Some(bytes(&mut seeded(3))), other) || limits.allows(None, other);
        let admitted = |most: u32| (0..most).filter(|_| limits.allows(None, place)).count();
        assert_eq!(admitted(6_000), 5_000);
        assert!(come(), "another place is another place");
        clock.advance(Duration::from_secs(1));
        assert_eq!(admitted(6_000), 200);
    }

    #[test]
    fn a_batch_that_was_put_off_is_taken_after_two_seconds_whole() {
        let (limits, clock) = started();
        let (market, home) = ([203, 0, 113, 7].into(), [203, 0, 113, 8].into());
        for n in 0..10 {
            assert!(limits.allows_queue(market, 500), "{n}");
        }
        assert!(!limits.allows_queue(market, 500) && !limits.allows_queue(market, 1));
        assert!(limits.allows_queue(home, 500), "another address");
        assert!(limits.allows_queue(market, 0), "an empty batch costs nothing");
        clock.advance(Duration::from_secs(2));
        assert!(limits.allows_queue(market, 500) && !limits.allows_queue(market, 1));
        clock.advance(Duration::from_secs(60));
        limits.sweep();
        assert!((0..10).all(|_| limits.allows_queue(market, 500)), "whoever was forgotten begins anew");
    }
}
