//! A clock that stands still until a test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::SignedDuration;
use shared::clock::Clock;
use shared::time::Instant;

/// A clock that stands still until it is moved. Clones share the time: a test keeps one and gives the others away.
#[derive(Debug, Clone)]
pub struct TestClock {
    micros: Arc<AtomicI64>,
}

impl TestClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: Instant) -> Self {
        Self { micros: Arc::new(AtomicI64::new(start.as_micros())) }
    }

    /// A clock that stands at an RFC 3339 time, such as `2022-03-10T08:00:00+07:00`.
    ///
    /// # Panics
    /// When `start` is no RFC 3339 time with an offset: the test is written wrongly.
    #[must_use]
    pub fn parse(start: &str) -> Self {
        match start.parse() {
            Ok(instant) => Self::at(instant),
            Err(error) => panic!("{start:?}: {error}"),
        }
    }

    /// Moves the clock to `instant`, which may lie in the past.
    pub fn set(&self, instant: Instant) {
        self.micros.store(instant.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock on by `duration` (back, when it is negative) and tells the new time. What is finer than a
    /// microsecond is cut, as in [`Instant`].
    ///
    /// # Panics
    /// When the new time cannot be represented, or `duration` is longer than 292,000 years.
    pub fn advance(&self, duration: SignedDuration) -> Instant {
        let step = i64::try_from(duration.as_micros()).expect("a test moves its clock by less than 292,000 years");
        let now = self.micros.fetch_add(step, Ordering::SeqCst) + step;
        instant(now)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        instant(self.micros.load(Ordering::SeqCst))
    }
}

fn instant(micros: i64) -> Instant {
    Instant::from_micros(micros).expect("a test clock stays within the years -9999 to 9999")
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::time::{days, minutes};

    #[test]
    fn it_stands_still_until_it_is_moved() {
        let clock = TestClock::parse("2022-03-10T08:00:00+07:00");
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.now().to_string(), "2022-03-10T01:00:00Z");
    }

    #[test]
    fn clones_share_the_time() {
        let clock = TestClock::parse("2022-03-10T08:00:00+07:00");
        let lent: Arc<dyn Clock> = Arc::new(clock.clone());
        let start = clock.now();
        assert_eq!(clock.advance(days(10)), start.plus(days(10)));
        assert_eq!(lent.now(), start.plus(days(10)));
        clock.set(start.minus(minutes(1)));
        assert_eq!(lent.now().since(start), minutes(-1));
    }

    #[test]
    #[should_panic(expected = "RFC 3339")]
    fn a_start_without_an_offset_is_refused() {
        let _ = TestClock::parse("2022-03-10T08:00:00");
    }
}
