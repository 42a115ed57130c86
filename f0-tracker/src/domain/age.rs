//! Ages in months, and bands of age: the protocols count in months below one year and in years above.

use serde::{Deserialize, Serialize};
use shared::person::Birth;
use shared::time::Date;

/// An age in completed months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age(u32);

impl Age {
    /// The age that is taken where none is known: an adult below every band of the old.
    pub const ASSUMED_ADULT: Self = Self::from_years(30);

    /// So many completed months.
    #[must_use]
    pub const fn from_months(months: u32) -> Self {
        Self(months)
    }

    /// So many completed years.
    #[must_use]
    pub const fn from_years(years: u32) -> Self {
        Self(years * 12)
    }

    /// The age on a day. With a year of birth alone it is the last month of the completed years: an infant whose
    /// birthday is not known is read in the band of 2 to under 12 months, whose breathing limit (50) is the stricter
    /// one. A day before birth counts as birth.
    #[must_use]
    pub fn on(birth: Birth, day: Date) -> Self {
        match birth {
            Birth::Date(born) => {
                let months = (i32::from(day.year()) - i32::from(born.year())) * 12 + i32::from(day.month())
                    - i32::from(born.month())
                    - i32::from(day.day() < born.day());
                Self(u32::try_from(months).unwrap_or(0))
            }
            Birth::Year(_) => Self(u32::try_from(birth.age_on(day)).unwrap_or(0) * 12 + 11),
        }
    }

    /// Completed months.
    #[must_use]
    pub const fn months(self) -> u32 {
        self.0
    }

    /// Completed years.
    #[must_use]
    pub const fn years(self) -> u32 {
        self.0 / 12
    }
}

/// One end of a band: `5y` is five years, `2mo` two months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge(u32);

impl<'de> Deserialize<'de> for Edge {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let months = if let Some(months) = text.strip_suffix("mo") {
            months.parse().ok()
        } else {
            text.strip_suffix('y').and_then(|years| years.parse::<u32>().ok()).and_then(|years| years.checked_mul(12))
        };
        months.map(Self).ok_or_else(|| serde::de::Error::custom("an age is written as 5y or 2mo"))
    }
}

impl Serialize for Edge {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(12) {
            serializer.collect_str(&format_args!("{}y", self.0 / 12))
        } else {
            serializer.collect_str(&format_args!("{}mo", self.0))
        }
    }
}

/// A band of ages: from an age, below another; an absent end is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeBand {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Edge>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    below: Option<Edge>,
}

impl AgeBand {
    /// The first month in the band.
    #[must_use]
    pub fn from_months(self) -> u32 {
        self.from.map_or(0, |edge| edge.0)
    }

    /// The first month above the band; none where it has no upper end.
    #[must_use]
    pub fn below_months(self) -> Option<u32> {
        self.below.map(|edge| edge.0)
    }

    /// Whether an age lies in the band.
    #[must_use]
    pub fn contains(self, age: Age) -> bool {
        self.from_months() <= age.0 && age.0 < self.end()
    }

    /// Whether no age lies in the band.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.from_months() >= self.end()
    }

    /// Whether some age lies in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.from_months() < other.end() && other.from_months() < self.end()
    }

    /// Whether every age of `other` lies in this band.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.from_months() <= other.from_months() && other.end() <= self.end()
    }

    fn end(self) -> u32 {
        self.below_months().unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn band(json: &str) -> AgeBand {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_month_is_complete_on_its_day() {
        let born = Birth::Date(day("2022-01-10"));
        for (on, months) in [("2022-03-09", 1), ("2022-03-10", 2), ("2023-01-09", 11), ("2023-01-10", 12)] {
            assert_eq!(Age::on(born, day(on)).months(), months, "on {on}");
        }
        assert_eq!(Age::on(born, day("2021-01-01")).months(), 0);
    }

    #[test]
    fn an_infant_known_by_year_is_read_in_the_stricter_band() {
        let age = Age::on(Birth::Year(2022), day("2022-03-10"));
        assert!(band(r#"{"from":"2mo","below":"1y"}"#).contains(age));
    }

    #[test]
    fn the_lower_end_is_in_the_band_and_the_upper_is_not() {
        let child = band(r#"{"from":"1y","below":"5y"}"#);
        assert!(!child.contains(Age::from_months(11)));
        assert!(child.contains(Age::from_months(12)));
        assert!(child.contains(Age::from_months(59)));
        assert!(!child.contains(Age::from_years(5)));
        assert!(!child.overlaps(band(r#"{"from":"5y"}"#)));
        assert!(band("{}").covers(child) && !child.covers(band("{}")));
    }

    #[test]
    fn ages_are_written_as_they_are_read() {
        for json in ["{}", r#"{"from":"2mo","below":"1y"}"#, r#"{"from":"17y"}"#] {
            assert_eq!(serde_json::to_string(&band(json)).unwrap(), json);
        }
        for json in [r#"{"from":"5"}"#, r#"{"from":"xy"}"#, r#"{"to":"5y"}"#] {
            assert!(serde_json::from_str::<AgeBand>(json).is_err(), "{json}");
        }
    }
}
