//! When somebody is called again. 42 of 100 calls of Hà Nội's companion doctors found nobody (f0-care.md, 4); how often
//! and after how long to try again stands in no source: the minutes are this product's policy.

use shared::time::{Instant, hours, minutes};

use super::act::Disposition;

/// After an unanswered call: the first after half an hour, the second after two hours; then somebody goes there.
const AGAIN_AFTER: [i64; 2] = [30, 120];
/// Whoever was spoken with rests for so many hours.
const REST_HOURS: i64 = 12;
/// Attempts of the day before say nothing about today.
const LOOK_BACK_HOURS: i64 = 24;

/// What the call desk does about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Call now.
    Call,
    /// Call again, but not before.
    NotBefore(Instant),
    /// Was spoken with a short while ago.
    Rest,
    /// The phone leads nowhere: the station goes there.
    Visit,
}

/// The plan after these calls, the newest first.
#[must_use]
pub fn plan(calls: &[(Instant, Disposition)], now: Instant) -> Plan {
    let recent = calls.iter().filter(|(at, _)| now.since(*at) < hours(LOOK_BACK_HOURS));
    let Some((newest, how)) = recent.clone().next().copied() else { return Plan::Call };
    if how == Disposition::WrongNumber {
        return Plan::Visit;
    }
    if how.is_reached() {
        return if now.since(newest) < hours(REST_HOURS) { Plan::Rest } else { Plan::Call };
    }
    let unanswered = recent.take_while(|(_, how)| !how.is_reached()).count();
    match AGAIN_AFTER.get(unanswered - 1) {
        None => Plan::Visit,
        Some(wait) if newest.plus(minutes(*wait)) > now => Plan::NotBefore(newest.plus(minutes(*wait))),
        Some(_) => Plan::Call,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2022-03-10T08:00:00+07:00".parse().unwrap()
    }

    fn of(calls: &[(i64, Disposition)]) -> Plan {
        let calls: Vec<_> = calls.iter().map(|(ago, how)| (now().minus(minutes(*ago)), *how)).collect();
        plan(&calls, now())
    }

    #[test]
    fn an_unanswered_call_is_tried_again_later_and_later_and_then_somebody_goes_there() {
        use Disposition::{Busy, NoAnswer, Reached, WrongNumber};
        assert_eq!(of(&[]), Plan::Call);
        assert_eq!(of(&[(10, NoAnswer)]), Plan::NotBefore(now().plus(minutes(20))));
        assert_eq!(of(&[(30, NoAnswer)]), Plan::Call);
        assert_eq!(of(&[(30, Busy), (70, NoAnswer)]), Plan::NotBefore(now().plus(minutes(90))));
        assert_eq!(of(&[(130, Busy), (170, NoAnswer)]), Plan::Call);
        assert_eq!(of(&[(10, NoAnswer), (130, Busy), (170, NoAnswer)]), Plan::Visit);
        assert_eq!(of(&[(10, WrongNumber)]), Plan::Visit);
        assert_eq!(of(&[(40, NoAnswer), (100, Reached), (130, Busy), (170, NoAnswer)]), Plan::Call);
        assert_eq!(of(&[(10, NoAnswer), (1_500, Busy), (1_600, NoAnswer)]), Plan::NotBefore(now().plus(minutes(20))));
    }

    #[test]
    fn whoever_was_spoken_with_rests() {
        assert_eq!(of(&[(60, Disposition::Reached)]), Plan::Rest);
        assert_eq!(of(&[(12 * 60, Disposition::Reached)]), Plan::Call);
    }
}
