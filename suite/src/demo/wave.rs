//! The ten days of the wave: how many tests fall on each, and the hours at which health staff take specimens.

use shared::time::{Date, Instant, days, hours, minutes};

use super::draw::Draw;

/// How many days the demo looks back, today included.
pub const WAVE_DAYS: usize = 10;

/// The tests of a day for each hundred of the day before: a quarter more each day. The demo's choice, steeper than the
/// whole of March 2022 in Tiền Giang (717 positives on the 7th, 2,471 on the 29th), so that ten days show a wave.
const GROWTH_PERCENT: u64 = 125;

/// Minutes after midnight at which sampling begins and ends.
const SAMPLING: (i64, i64) = (7 * 60, 16 * 60 + 30);

/// The ten days up to now.
#[derive(Debug, Clone)]
pub(super) struct Wave {
    /// Midnight of the first day.
    first: Instant,
    /// The minute after midnight at which the last day's sampling has come to.
    last_close: i64,
    /// How many tests of a great number fall on this day or earlier.
    cumulative: [u64; WAVE_DAYS],
}

impl Wave {
    /// The wave whose last specimens were taken an hour before `now`. Before nine in the morning the last day is
    /// yesterday.
    pub(super) fn until(now: Instant) -> Self {
        let today = Instant::start_of(now.local_date());
        let elapsed = now.minus(hours(1)).since(today).as_secs() / 60;
        let (last, last_close) = if elapsed < SAMPLING.0 + 60 {
            (today.minus(days(1)), SAMPLING.1)
        } else {
            (today, elapsed.min(SAMPLING.1))
        };
        let mut cumulative = [0; WAVE_DAYS];
        let (mut weight, mut sum) = (1_000_000_u64, 0);
        for (day, slot) in cumulative.iter_mut().enumerate() {
            let part = if day + 1 == WAVE_DAYS { u64::try_from(last_close - SAMPLING.0).unwrap_or(0) } else { 570 };
            sum += weight * part / 570;
            *slot = sum;
            weight = weight * GROWTH_PERCENT / 100;
        }
        Self { first: last.minus(days(WAVE_DAYS as i64 - 1)), last_close, cumulative }
    }

    /// The first local day.
    pub(super) fn first_day(&self) -> Date {
        self.first.local_date()
    }

    /// Midnight of the `day`-th day.
    pub(super) fn midnight(&self, day: usize) -> Instant {
        self.first.plus(days(i64::try_from(day).unwrap_or(0)))
    }

    /// The day on which the `rank`-th of `of` tests is taken, the tests being in the order of time.
    pub(super) fn day_of(&self, rank: u64, of: u64) -> usize {
        let total = self.cumulative[WAVE_DAYS - 1];
        let position = u128::from(2 * rank + 1) * u128::from(total) / u128::from(2 * of.max(1));
        self.cumulative.iter().position(|sum| position < u128::from(*sum)).unwrap_or(WAVE_DAYS - 1)
    }

    /// When a specimen of that day is taken.
    pub(super) fn specimen_at(&self, day: usize, draw: &mut Draw) -> Instant {
        let close = if day + 1 == WAVE_DAYS { self.last_close } else { SAMPLING.1 };
        let seconds = draw.between(SAMPLING.0 * 60, close * 60 - 1);
        self.midnight(day).plus(minutes(seconds / 60)).plus(jiff::SignedDuration::from_secs(seconds % 60))
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw::{Purpose, Streams};
    use super::*;

    #[test]
    fn each_full_day_has_a_quarter_more_tests_than_the_day_before() {
        let wave = Wave::until("2022-03-29T17:45:00+07:00".parse().unwrap());
        let mut counts = [0_u32; WAVE_DAYS];
        (0..100_000).for_each(|rank| counts[wave.day_of(rank, 100_000)] += 1);
        for pair in counts.windows(2) {
            let growth = f64::from(pair[1]) / f64::from(pair[0]);
            assert!((1.24..1.26).contains(&growth), "{counts:?}");
        }
    }

    #[test]
    fn specimens_are_taken_in_working_hours_and_never_in_the_last_hour() {
        for now in ["2022-03-29T02:00:00+07:00", "2022-03-29T09:10:00+07:00", "2022-03-29T23:59:00+07:00"] {
            let now: Instant = now.parse().unwrap();
            let wave = Wave::until(now);
            let mut draw = Streams::new(1).draw(Purpose::Result, 1);
            for day in 0..WAVE_DAYS {
                for _ in 0..50 {
                    let at = wave.specimen_at(day, &mut draw);
                    assert!(at <= now.minus(hours(1)), "{at} {now}");
                    assert!((7..17).contains(&at.local().hour()));
                }
            }
        }
    }
}
