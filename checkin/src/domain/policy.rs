//! The dated policy of check-in: how long a stay is assumed to last, what a close contact is, how far back the search
//! goes, how long visits are kept. The numbers and their sources stand in `policy/stay.json`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::SignedDuration;
use serde::Deserialize;
use shared::place::PlaceKind;
use shared::time::{Date, days, minutes};

static FILE: &str = include_str!("../../policy/stay.json");

static POLICIES: LazyLock<Vec<StayPolicy>> =
    LazyLock::new(|| read(FILE).expect("policy/stay.json is compiled in, and a test reads it"));

/// One number, or table of numbers, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The document that says so, or that it is our own policy.
    pub source: String,
    /// The number or table.
    pub value: T,
}

/// For how long the air of a place is that of a case who stayed there ([`super::air`]). 0 asks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Air {
    /// A stay of a case that is shorter than so many minutes exposes nobody.
    pub shortest_minutes: i64,
    /// When the case has left, its air stays for as long as it was there, at most so many minutes.
    pub tail_minutes: i64,
    /// The time is counted in whole cells of so many minutes.
    pub grid_minutes: i64,
}

/// The rules that hold from one day until the next policy begins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StayPolicy {
    /// Its name, kept with every exposure that it found, so that the finding can be computed again.
    pub id: String,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// For each kind of place, after how many minutes a visitor who did not check out is assumed to have left.
    pub typical_minutes: Sourced<BTreeMap<PlaceKind, i64>>,
    /// No stay is longer than so many minutes: the visitor is checked out automatically.
    pub automatic_check_out_minutes: Sourced<i64>,
    /// A common time of so many minutes or more is a close contact.
    pub close_from_minutes: Sourced<i64>,
    /// For how long the air of a place is that of a case.
    pub air: Sourced<Air>,
    /// Whoever came or went within so many seconds of the case shared its air as well.
    pub gap_seconds: Sourced<i64>,
    /// The window of a case begins so many days before its onset, or before its specimen.
    pub days_before_onset: Sourced<i64>,
    /// Visits are destroyed after so many days.
    pub retention_days: Sourced<i64>,
}

impl StayPolicy {
    /// The policy that holds on a day. Days before the first policy are judged by the first.
    #[must_use]
    pub fn on(day: Date) -> &'static Self {
        let after = POLICIES.partition_point(|policy| policy.valid_from <= day);
        &POLICIES[after.saturating_sub(1)]
    }

    /// How long a visitor who did not check out is assumed to stay. A kind without a number is held to the longest
    /// stay, which misses no contact.
    #[must_use]
    pub fn typical_stay(&self, kind: PlaceKind) -> SignedDuration {
        self.typical_minutes.value.get(&kind).map_or(self.longest_stay(), |n| minutes(*n))
    }

    /// The hard cap of a stay (automatic check-out).
    #[must_use]
    pub fn longest_stay(&self) -> SignedDuration {
        minutes(self.automatic_check_out_minutes.value)
    }

    /// The shortest common time of a close contact.
    #[must_use]
    pub fn close_from(&self) -> SignedDuration {
        minutes(self.close_from_minutes.value)
    }

    /// How long between two stays still counts as a meeting.
    #[must_use]
    pub fn gap(&self) -> SignedDuration {
        SignedDuration::from_secs(self.gap_seconds.value)
    }

    /// How far beyond its stay the air of a case may reach at most.
    #[must_use]
    pub fn reach(&self) -> SignedDuration {
        minutes(self.air.value.tail_minutes + self.air.value.grid_minutes) + self.gap()
    }

    /// How far before its onset or specimen the window of a case begins.
    #[must_use]
    pub fn before_onset(&self) -> SignedDuration {
        days(self.days_before_onset.value)
    }

    /// How long visits are kept.
    #[must_use]
    pub fn retention(&self) -> SignedDuration {
        days(self.retention_days.value)
    }
}

/// Reads the policies, oldest first.
fn read(json: &str) -> Result<Vec<StayPolicy>, serde_json::Error> {
    #[derive(Deserialize)]
    struct File {
        policies: Vec<StayPolicy>,
    }
    let mut policies = serde_json::from_str::<File>(json)?.policies;
    if policies.is_empty() {
        return Err(serde::de::Error::custom("no policy"));
    }
    policies.sort_by_key(|policy| policy.valid_from);
    Ok(policies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_kind_of_place_has_a_typical_stay_no_longer_than_the_cap() {
        for policy in POLICIES.iter() {
            for kind in PlaceKind::ALL {
                let typical = policy.typical_minutes.value.get(kind).copied();
                let cap = policy.automatic_check_out_minutes.value;
                assert!(typical.is_some_and(|n| 0 < n && n <= cap), "{} {}", policy.id, kind.code());
            }
        }
    }

    #[test]
    fn every_number_says_where_it_comes_from() {
        for policy in POLICIES.iter() {
            let sources = [
                &policy.typical_minutes.source,
                &policy.automatic_check_out_minutes.source,
                &policy.close_from_minutes.source,
                &policy.air.source,
                &policy.gap_seconds.source,
                &policy.days_before_onset.source,
                &policy.retention_days.source,
            ];
            assert!(sources.iter().all(|source| source.len() > 10), "{}", policy.id);
        }
    }

    #[test]
    fn the_policy_of_a_day_is_the_latest_that_has_begun() {
        let policy = StayPolicy::on(day("2022-03-10"));
        assert_eq!(policy.longest_stay(), minutes(720));
        assert_eq!(policy.close_from(), minutes(15));
        assert_eq!(policy.reach(), minutes(0), "the contract lists every positive overlap and no other");
        assert_eq!(policy.before_onset(), days(2));
        assert_eq!(policy.retention(), days(21));
        assert_eq!(StayPolicy::on(day("2020-01-01")), &POLICIES[0]);
    }

    #[test]
    fn a_file_without_a_policy_is_refused() {
        assert!(read(r#"{"policies": []}"#).is_err());
    }
}
