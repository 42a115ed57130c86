//! When a case could infect others.

use jiff::ToSpan;
use shared::time::{Date, Instant};

use super::policy::StayPolicy;

/// The time in which the contacts of a case are looked for, from `from` until just before `to`. Empty when both are
/// equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Instant,
    /// Its end, never before its beginning.
    pub to: Instant,
}

/// The window of a case: from the local midnight that begins the day two days before `onset`, or 48 hours before the
/// specimen where no onset is known, to the beginning of isolation, or `now` where nobody isolated the case yet.
///
/// Source of the two days: 11042/BYT-DP as relayed (f0-care.md, section 3.3). Isolation that began before the window
/// leaves an empty one; isolation that lies ahead ends it now.
#[must_use]
pub fn infectious_window(
    onset: Option<Date>,
    specimen_at: Instant,
    isolated_from: Option<Instant>,
    now: Instant,
    policy: &StayPolicy,
) -> Window {
    let from = onset.map_or_else(
        || specimen_at.minus(policy.before_onset()),
        |day| Instant::start_of(day.saturating_sub(policy.days_before_onset.value.days())),
    );
    let to = isolated_from.map_or(now, |isolated| isolated.min(now));
    Window { from, to: to.max(from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        format!("{text}:00+07:00").parse().unwrap()
    }

    fn window(onset: Option<&str>, isolated: Option<&str>) -> (Instant, Instant) {
        let specimen = at("2022-03-10T09:30");
        let policy = StayPolicy::on(specimen.local_date());
        let onset = onset.map(|day| day.parse().unwrap());
        let window = infectious_window(onset, specimen, isolated.map(at), at("2022-03-11T12:00"), policy);
        (window.from, window.to)
    }

    #[test]
    fn it_begins_at_midnight_two_days_before_onset() {
        assert_eq!(window(Some("2022-03-01"), None), (at("2022-02-27T00:00"), at("2022-03-11T12:00")));
    }

    #[test]
    fn without_an_onset_it_begins_48_hours_before_the_specimen() {
        assert_eq!(window(None, None).0, at("2022-03-08T09:30"));
    }

    #[test]
    fn isolation_ends_it_and_so_does_now() {
        assert_eq!(window(None, Some("2022-03-10T18:00")).1, at("2022-03-10T18:00"));
        assert_eq!(window(None, Some("2022-03-12T18:00")).1, at("2022-03-11T12:00"));
    }

    #[test]
    fn isolation_before_it_began_leaves_it_empty() {
        let (from, to) = window(None, Some("2022-03-01T00:00"));
        assert_eq!(from, to);
    }
}
