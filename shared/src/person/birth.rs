//! When somebody was born: a day, or only a year, as on many cards of old people.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bilingual::Bilingual;
use crate::time::Date;

/// Above this age a birth is taken for a typing error.
pub const MAX_AGE: i32 = 120;

/// A birth, as exactly as it is known. Written as `1990-02-01` or `1990`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Birth {
    /// The day is known.
    Date(Date),
    /// Only the year is known.
    Year(i16),
}

/// Why a text is no birth, or why a birth cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BirthError {
    /// It is neither a day nor a year.
    #[error("a birth is a day such as 1990-02-01, or a year such as 1990")]
    Format,
    /// It lies after today.
    #[error("the birth lies in the future")]
    InFuture,
    /// It lies more than [`MAX_AGE`] years ago.
    #[error("the birth lies more than 120 years ago")]
    TooOld,
}

impl BirthError {
    /// The stable code of the field error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Format => "date",
            Self::InFuture => "in_future",
            Self::TooOld => "too_old",
        }
    }

    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        match self {
            Self::Format => Bilingual::new(
                "Ngày sinh viết như 1990-02-01 hoặc 01/02/1990; nếu chỉ biết năm: 1990",
                "A birth date such as 1990-02-01 or 01/02/1990; where only the year is known: 1990",
            ),
            Self::InFuture => Bilingual::new("Ngày sinh không được ở tương lai", "A birth cannot lie in the future"),
            Self::TooOld => Bilingual::new(
                "Tuổi không thể quá 120. Hãy xem lại năm sinh",
                "Nobody is over 120. Check the year of birth",
            ),
        }
    }
}

impl Birth {
    /// Reads a day (`1990-02-01`, or `01/02/1990` as people in Vietnam write it, also with `-` or `.`) or a year
    /// (`1990`).
    ///
    /// # Errors
    /// [`BirthError::Format`]; a day that no calendar has, such as 31/02, is refused too.
    pub fn parse(text: &str) -> Result<Self, BirthError> {
        let text = text.trim();
        let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if !parts.iter().all(|part| digits(part)) {
            return Err(BirthError::Format);
        }
        let date = |y: &str, m: &str, d: &str| {
            Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok().map(Self::Date)
        };
        let birth = match *parts.as_slice() {
            [year] if year.len() == 4 => year.parse().ok().map(Self::Year),
            [year, month, day] if year.len() == 4 => date(year, month, day),
            [day, month, year] if year.len() == 4 => date(year, month, day),
            _ => None,
        };
        birth.ok_or(BirthError::Format)
    }

    /// Refuses a birth after `today`, or more than [`MAX_AGE`] years before it.
    ///
    /// # Errors
    /// [`BirthError::InFuture`], [`BirthError::TooOld`].
    pub fn check(self, today: Date) -> Result<Self, BirthError> {
        let in_future = match self {
            Self::Date(day) => day > today,
            Self::Year(year) => year > today.year(),
        };
        if in_future {
            Err(BirthError::InFuture)
        } else if self.age_on(today) > MAX_AGE {
            Err(BirthError::TooOld)
        } else {
            Ok(self)
        }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        match self {
            Self::Date(day) => day.year(),
            Self::Year(year) => year,
        }
    }

    /// The day, where it is known.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        match self {
            Self::Date(day) => Some(day),
            Self::Year(_) => None,
        }
    }

    /// Completed years of age on a day. Somebody born on 29 February completes a year on 1 March of a common year.
    /// Where only the year is known, the age that is reached in the course of that year.
    #[must_use]
    pub fn age_on(self, day: Date) -> i32 {
        let years = i32::from(day.year()) - i32::from(self.year());
        match self {
            Self::Date(born) if (day.month(), day.day()) < (born.month(), born.day()) => years - 1,
            _ => years,
        }
    }

    /// Days of age on a day, where the day of birth is known; negative before it.
    #[must_use]
    pub fn age_in_days(self, day: Date) -> Option<i64> {
        let born = self.date()?;
        Some(day.duration_since(born).as_hours() / 24)
    }

    /// Whether two births can be one: the same day, or the same year where one of them knows no more.
    #[must_use]
    pub fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Date(a), Self::Date(b)) => a == b,
            _ => self.year() == other.year(),
        }
    }
}

impl fmt::Display for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(day) => fmt::Display::fmt(day, f),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

impl FromStr for Birth {
    type Err = BirthError;

    fn from_str(text: &str) -> Result<Self, BirthError> {
        Self::parse(text)
    }
}

impl Serialize for Birth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Birth {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_read_in_the_two_orders_and_a_year_alone() {
        let day = Ok(Birth::Date(date(1990, 2, 1)));
        for text in ["1990-02-01", "01/02/1990", "1/2/1990", "01-02-1990", "01.02.1990", " 1990/02/01 "] {
            assert_eq!(Birth::parse(text), day, "{text}");
        }
        assert_eq!(Birth::parse("1990"), Ok(Birth::Year(1990)));
    }

    #[test]
    fn what_no_calendar_has_is_refused() {
        for text in [
            "",
            "31/02/1990",
            "29/02/2022",
            "1990-13-01",
            "01/02/90",
            "90",
            "-990",
            "1990-02",
            "1990-02-01-01",
            "+1990",
        ] {
            assert_eq!(Birth::parse(text), Err(BirthError::Format), "{text}");
        }
    }

    #[test]
    fn an_age_is_completed_on_the_birthday() {
        let birth = Birth::Date(date(1990, 3, 10));
        assert_eq!(birth.age_on(date(2022, 3, 9)), 31);
        assert_eq!(birth.age_on(date(2022, 3, 10)), 32);
        assert_eq!(Birth::Year(1990).age_on(date(2022, 1, 1)), 32);
    }

    #[test]
    fn who_was_born_on_29_february_completes_a_year_on_1_march() {
        let birth = Birth::Date(date(2004, 2, 29));
        assert_eq!(birth.age_on(date(2022, 2, 28)), 17);
        assert_eq!(birth.age_on(date(2022, 3, 1)), 18);
        assert_eq!(birth.age_on(date(2024, 2, 29)), 20);
    }

    #[test]
    fn days_of_age_are_known_only_with_the_day_of_birth() {
        assert_eq!(Birth::Date(date(2022, 2, 28)).age_in_days(date(2022, 3, 10)), Some(10));
        assert_eq!(Birth::Date(date(2022, 3, 11)).age_in_days(date(2022, 3, 10)), Some(-1));
        assert_eq!(Birth::Year(2022).age_in_days(date(2022, 3, 10)), None);
    }

    #[test]
    fn a_birth_in_the_future_or_too_long_ago_is_refused_from_that_day_on() {
        let today = date(2022, 3, 10);
        assert_eq!(Birth::Date(date(2022, 3, 10)).check(today), Ok(Birth::Date(date(2022, 3, 10))));
        assert_eq!(Birth::Date(date(2022, 3, 11)).check(today), Err(BirthError::InFuture));
        assert_eq!(Birth::Year(2023).check(today), Err(BirthError::InFuture));
        assert_eq!(Birth::Year(1902).check(today), Ok(Birth::Year(1902)));
        assert_eq!(Birth::Year(1901).check(today), Err(BirthError::TooOld));
        assert_eq!(Birth::Date(date(1901, 3, 10)).check(today), Err(BirthError::TooOld));
        assert_eq!(Birth::Date(date(1901, 3, 11)).check(today), Ok(Birth::Date(date(1901, 3, 11))));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(year in 1000_i16..=9999, month in 1_i8..=12, day in 1_i8..=28) {
            for birth in [Birth::Year(year), Birth::Date(date(year, month, day))] {
                prop_assert_eq!(Birth::parse(&birth.to_string()), Ok(birth));
                prop_assert!(birth.agrees_with(Birth::Year(year)) && Birth::Year(year).agrees_with(birth));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = Birth::parse(&text);
        }
    }
}
