//! How long a visitor was there.

use shared::place::PlaceKind;
use shared::time::Instant;

use super::policy::StayPolicy;

/// The time that one visitor spent at one place, from `from` until just before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stay {
    /// The check-in.
    pub from: Instant,
    /// The end: never before `from`, never more than the automatic check-out after it.
    pub to: Instant,
    /// The visitor did not check out, so the end is inferred.
    pub assumed: bool,
}

/// The stay of a visit.
///
/// With a check-out it ends there. Without one it is assumed to end after the stay that is typical for the kind of
/// place, or when the visitor checked in elsewhere (`next_check_in`), as Singapore inferred it, and not after `now`.
/// In every case the automatic check-out caps it.
#[must_use]
pub fn stay_of(
    visit_in: Instant,
    visit_out: Option<Instant>,
    next_check_in: Option<Instant>,
    kind: PlaceKind,
    policy: &StayPolicy,
    now: Instant,
) -> Stay {
    let cap = visit_in.plus(policy.longest_stay());
    let end = visit_out.unwrap_or_else(|| {
        let typical = visit_in.plus(policy.typical_stay(kind)).min(now);
        let elsewhere = next_check_in.filter(|next| *next >= visit_in);
        elsewhere.map_or(typical, |next| typical.min(next))
    });
    Stay { from: visit_in, to: end.min(cap).max(visit_in), assumed: visit_out.is_none() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shared::time::{hours, minutes};

    use super::*;

    fn at(text: &str) -> Instant {
        format!("2022-03-10T{text}:00+07:00").parse().unwrap()
    }

    fn stay(out: Option<&str>, next: Option<&str>, now: &str) -> Stay {
        let policy = StayPolicy::on(at("08:00").local_date());
        stay_of(at("08:00"), out.map(at), next.map(at), PlaceKind::Restaurant, policy, at(now))
    }

    #[test]
    fn a_check_out_ends_the_stay() {
        assert_eq!(
            stay(Some("08:20"), Some("08:10"), "20:00"),
            Stay { from: at("08:00"), to: at("08:20"), assumed: false }
        );
    }

    #[test]
    fn without_a_check_out_the_typical_stay_is_assumed() {
        assert_eq!(stay(None, None, "20:00"), Stay { from: at("08:00"), to: at("09:30"), assumed: true });
    }

    #[test]
    fn the_next_check_in_ends_an_assumed_stay_and_a_later_one_does_not() {
        assert_eq!(stay(None, Some("08:25"), "20:00").to, at("08:25"));
        assert_eq!(stay(None, Some("12:00"), "20:00").to, at("09:30"));
        assert_eq!(stay(None, Some("07:00"), "20:00").to, at("09:30"), "an earlier check-in ends nothing");
    }

    #[test]
    fn nobody_is_assumed_to_have_stayed_beyond_now() {
        assert_eq!(stay(None, None, "08:40").to, at("08:40"));
    }

    #[test]
    fn a_late_check_out_is_capped_and_an_early_one_gives_an_empty_stay() {
        assert_eq!(stay(Some("23:00"), None, "23:30").to, at("20:00"));
        assert_eq!(stay(Some("07:00"), None, "23:30").to, at("08:00"));
    }

    proptest! {
        #[test]
        fn a_stay_never_ends_before_it_begins_and_never_exceeds_the_cap(
            out in proptest::option::of(-2_000_i64..2_000), next in proptest::option::of(-2_000_i64..2_000),
            now in -2_000_i64..2_000, kind in proptest::sample::select(PlaceKind::ALL),
        ) {
            let begin = at("08:00");
            let then = |n: i64| begin.plus(minutes(n));
            let policy = StayPolicy::on(begin.local_date());
            let stay = stay_of(begin, out.map(then), next.map(then), kind, policy, then(now));
            prop_assert_eq!(stay.from, begin);
            prop_assert!(stay.from <= stay.to && stay.to.since(stay.from) <= hours(12));
            prop_assert_eq!(stay.assumed, out.is_none());
        }
    }
}
