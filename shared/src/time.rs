//! Instants and local days.
//!
//! An [`Instant`] is a point in time with microseconds: what PostgreSQL keeps in a TIMESTAMPTZ and what SQLite keeps as
//! text of fixed width, so that the order of the text is the order of time. A [`Date`] is a calendar day as people say it;
//! the local day of an instant is always computed here, for Asia/Ho_Chi_Minh, never by a database.

use core::fmt;
use core::str::FromStr;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use jiff::SignedDuration;
pub use jiff::civil::Date;

/// The offset of Asia/Ho_Chi_Minh. Vietnam has had no daylight saving time since 1975, so a fixed offset is exact for
/// every date this product knows, and needs no time zone database on the machine.
const VIETNAM: Offset = Offset::constant(7);

/// A point in time in UTC, cut to microseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// Takes a timestamp and cuts what is finer than a microsecond, which neither database keeps.
    #[must_use]
    pub fn new(timestamp: Timestamp) -> Self {
        Self::from_micros(timestamp.as_microsecond()).unwrap_or(Self(timestamp))
    }

    /// The instant that many microseconds after 1970-01-01T00:00:00Z, where it can be represented.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn as_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The timestamp behind it.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The calendar day in Asia/Ho_Chi_Minh.
    #[must_use]
    pub fn local_date(self) -> Date {
        VIETNAM.to_datetime(self.0).date()
    }

    /// The wall clock in Asia/Ho_Chi_Minh.
    #[must_use]
    pub fn local(self) -> jiff::civil::DateTime {
        VIETNAM.to_datetime(self.0)
    }

    /// Midnight at the beginning of a local day.
    #[must_use]
    pub fn start_of(day: Date) -> Self {
        TimeZone::fixed(VIETNAM).to_timestamp(day.at(0, 0, 0, 0)).map_or(Self(Timestamp::MIN), Self::new)
    }

    /// This instant plus `duration`, held at the ends of what can be represented.
    #[must_use]
    pub fn plus(self, duration: SignedDuration) -> Self {
        Self::new(self.0.saturating_add(duration).unwrap_or(self.0))
    }

    /// This instant minus `duration`, held at the ends of what can be represented.
    #[must_use]
    pub fn minus(self, duration: SignedDuration) -> Self {
        Self::new(self.0.saturating_sub(duration).unwrap_or(self.0))
    }

    /// How long it is from `earlier` until this instant; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> SignedDuration {
        self.0.duration_since(earlier.0)
    }

    /// Text of fixed width in UTC, such as `2022-03-10T01:02:03.000000Z`: sorts as time does.
    #[must_use]
    pub fn to_fixed_text(self) -> String {
        let utc = Offset::UTC.to_datetime(self.0);
        let (date, time) = (utc.date(), utc.time());
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            date.year(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.subsec_nanosecond() / 1_000,
        )
    }

    /// The instant of a text as [`Instant::to_fixed_text`] writes it. Databases give many of them, and a parser of all that RFC
    /// 3339 allows takes ten times as long.
    #[must_use]
    pub fn from_fixed_text(text: &[u8]) -> Option<Self> {
        let text: &[u8; 27] = text.try_into().ok()?;
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if marks.iter().any(|(at, mark)| text[*at] != *mark) {
            return None;
        }
        let number = |from: usize, to: usize| {
            text[from..to]
                .iter()
                .try_fold(0_i32, |n, digit| digit.is_ascii_digit().then(|| n * 10 + i32::from(digit - b'0')))
        };
        let small = |from: usize| number(from, from + 2).and_then(|n| i8::try_from(n).ok());
        let date = Date::new(i16::try_from(number(0, 4)?).ok()?, small(5)?, small(8)?).ok()?;
        let time = jiff::civil::Time::new(small(11)?, small(14)?, small(17)?, number(20, 26)? * 1_000).ok()?;
        Offset::UTC.to_timestamp(date.to_datetime(time)).ok().map(Self)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Why a text is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time with an offset, such as 2022-03-10T08:30:00+07:00")]
pub struct InstantError;

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Timestamp>().map(Self::new).map_err(|_| InstantError)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// So many minutes.
#[must_use]
pub const fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n * 60)
}

/// So many hours.
#[must_use]
pub const fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n * 3_600)
}

/// So many days of 24 hours.
#[must_use]
pub const fn days(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_day_begins_at_seventeen_hours_utc() {
        let before: Instant = "2022-03-09T16:59:59.999999Z".parse().unwrap();
        let after: Instant = "2022-03-09T17:00:00Z".parse().unwrap();
        assert_eq!(before.local_date().to_string(), "2022-03-09");
        assert_eq!(after.local_date().to_string(), "2022-03-10");
        assert_eq!(Instant::start_of(after.local_date()), after);
    }

    #[test]
    fn fixed_text_sorts_as_time_does_and_reads_back() {
        let times = [
            "2022-03-09T23:59:59+07:00",
            "2022-03-09T17:00:00Z",
            "2022-03-09T17:00:00.000001Z",
            "2022-12-01T00:00:00Z",
        ];
        let texts: Vec<String> = times.iter().map(|t| t.parse::<Instant>().unwrap().to_fixed_text()).collect();
        assert!(texts.is_sorted());
        assert!(texts.iter().all(|t| t.len() == 27));
        assert_eq!(texts[2].parse::<Instant>().unwrap().to_fixed_text(), texts[2]);
    }

    proptest::proptest! {
        #[test]
        fn fixed_text_reads_back_as_what_it_says(micros in -62_167_219_200_000_000_i64..253_402_207_200_000_000) {
            let text = Instant::from_micros(micros).unwrap().to_fixed_text();
            let read = Instant::from_fixed_text(text.as_bytes());
            proptest::prop_assert_eq!(read, Some(text.parse().unwrap()));
            proptest::prop_assert_eq!(read.map(Instant::as_micros), Some(micros));
        }
    }

    #[test]
    fn a_text_that_is_not_of_fixed_width_is_none() {
        let text = "2022-03-09T17:00:00.123456Z";
        assert!(Instant::from_fixed_text(text.as_bytes()).is_some());
        for at in 0..text.len() {
            for wrong in [b'x', b'+', b' ', 0xff] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = wrong;
                assert_eq!(Instant::from_fixed_text(&bytes), None, "{at}");
            }
        }
        for wrong in ["", "2022-03-09T17:00:00Z", "2022-02-29T17:00:00.000000Z", "2022-03-09T24:00:00.000000Z"] {
            assert_eq!(Instant::from_fixed_text(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_finer_than_a_microsecond_is_cut() {
        let instant: Instant = "2022-03-09T17:00:00.1234567Z".parse().unwrap();
        assert_eq!(instant.to_fixed_text(), "2022-03-09T17:00:00.123456Z");
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert_eq!("2022-03-09T17:00:00".parse::<Instant>(), Err(InstantError));
    }
}
