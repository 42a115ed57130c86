//! For how long the air of a place is that of a case who stayed there.
//!
//! The two families of public engines disagree on purpose (checkin.md, A2 and A4): Corona-Warn-App drops short stays, lets the
//! air of a long one linger and snaps to a grid, campus-qr counts whoever came or went within a short gap. Each is a
//! parameter of the policy, and our policy asks for neither: the contract lists every positive overlap and no other.

use jiff::SignedDuration;
use shared::time::{Instant, minutes};

use super::policy::{Air, StayPolicy};
use super::stay::Stay;

/// The time in which a stay of a case exposes others; `None` where it was too short to expose anybody.
#[must_use]
pub fn air_of(stay: Stay, policy: &StayPolicy) -> Option<Stay> {
    let rule = &policy.air.value;
    let length = stay.to.since(stay.from);
    if length < minutes(rule.shortest_minutes) {
        return None;
    }
    let tail = length.min(minutes(rule.tail_minutes));
    let (from, to) = on_grid(stay.from, stay.to.plus(tail), rule);
    let gap = policy.gap();
    Some(Stay { from: from.minus(gap), to: to.plus(gap), ..stay })
}

/// The time in whole cells of the grid: as many as come nearest to its length, there where it fills them best
/// (`TimeIntervalDeriver` of Corona-Warn-App).
fn on_grid(from: Instant, to: Instant, rule: &Air) -> (Instant, Instant) {
    let cell = rule.grid_minutes * 60;
    if cell <= 0 {
        return (from, to);
    }
    let seconds = |n: i64| SignedDuration::from_secs(n);
    let start_of_cell = |at: Instant| at.minus(seconds(at.as_seconds().rem_euclid(cell)));
    let length = (to.since(from).as_secs() + cell / 2) / cell * cell;
    let (first, last) = (start_of_cell(from), start_of_cell(to));
    if to.since(last) > first.plus(seconds(cell)).since(from) {
        let end = last.plus(seconds(cell));
        (end.minus(seconds(length)), end)
    } else {
        (first, first.plus(seconds(length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        format!("2022-03-10T{text}:00+07:00").parse().unwrap()
    }

    fn stay(from: &str, to: &str) -> Stay {
        Stay { from: at(from), to: at(to), assumed: true }
    }

    fn policy() -> StayPolicy {
        StayPolicy::on(at("08:00").local_date()).clone()
    }

    #[test]
    fn ours_takes_a_stay_as_it_is() {
        for stay in [stay("10:21", "10:29"), stay("10:20", "10:20"), stay("09:00", "21:00")] {
            assert_eq!(air_of(stay, &policy()), Some(stay));
        }
    }

    #[test]
    fn the_vectors_of_corona_warn_app_hold_by_its_parameters() {
        // checkin.md, A2: TimeIntervalDeriverTest.kt.
        let mut policy = policy();
        policy.air.value = Air { shortest_minutes: 10, tail_minutes: 30, grid_minutes: 10 };
        for (from, to, expected) in [
            ("10:21", "10:29", None),
            ("10:20", "10:30", Some(("10:20", "10:40"))),
            ("10:21", "10:31", Some(("10:20", "10:40"))),
            ("10:26", "10:36", Some(("10:30", "10:50"))),
            ("10:21", "10:33", Some(("10:20", "10:40"))),
            ("10:24", "10:36", Some(("10:30", "10:50"))),
            ("10:25", "10:39", Some(("10:20", "10:50"))),
            ("10:28", "10:42", Some(("10:30", "11:00"))),
            ("10:25", "10:40", Some(("10:20", "10:50"))),
            ("10:22", "11:12", Some(("10:20", "11:40"))),
        ] {
            let expected = expected.map(|(from, to)| stay(from, to));
            assert_eq!(air_of(stay(from, to), &policy), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_gap_widens_both_ends() {
        let mut policy = policy();
        policy.gap_seconds.value = 120;
        assert_eq!(air_of(stay("10:20", "10:30"), &policy), Some(stay("10:18", "10:32")));
    }
}
