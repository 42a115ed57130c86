//! What a health station has to do for one patient today, and why.
//!
//! 261/QĐ-BYT asks patients for two reports a day, in the morning and in the afternoon: the halves of a day are counted
//! as the care page counts them. When a visit is due stands in no decision that could be read; the rules below are this
//! product's policy, and each says its reason on the screen.

use serde::Serialize;
use shared::time::{Instant, hours};

use super::act::Disposition;
use super::risk::RiskGroup;
use crate::completion::{Course, unmet};

/// The hour at which the afternoon's report begins.
const NOON: i8 = 12;
/// Somebody at the highest risk is seen or spoken with by staff this often. Our policy.
const STAFF_EVERY: i64 = 48;
/// So many halves of a day without a report, and somebody goes there. Our policy.
const MISSED_FOR_VISIT: i64 = 3;
/// So many calls in a row that nobody answered, and somebody goes there. Our policy.
const UNANSWERED_FOR_VISIT: usize = 2;

/// How many reports of a patient are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Whole halves of days without a report.
    pub missed: i64,
    /// Whether the report of this half of the day is still to come.
    pub due_now: bool,
}

/// The number of a half of a day, counted from an early one.
fn half(at: Instant) -> i64 {
    let days =
        at.local_date().since(jiff::civil::Date::constant(2020, 1, 1)).map_or(0, |span| i64::from(span.get_days()));
    2 * days + i64::from(at.local().hour() >= NOON)
}

/// The reports that are missing; before the first one, those since the case opened. Nobody can report in the half of
/// the day in which the case opened, so that one is not missed.
#[must_use]
pub fn silence(last_report: Option<Instant>, opened_at: Instant, now: Instant) -> Silence {
    let since = half(last_report.unwrap_or(opened_at));
    Silence { missed: (half(now) - since - 1).max(0), due_now: last_report.is_none() || half(now) > since }
}

/// Whoever reported last, or whose case opened, before this has missed a whole half of a day.
#[must_use]
pub fn silent_before(now: Instant) -> Instant {
    let midnight = Instant::start_of(now.local_date());
    if now.local().hour() >= NOON { midnight } else { midnight.minus(hours(12)) }
}

/// Why somebody should go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitReason {
    /// Reports are missing for more than a day.
    Silent,
    /// Nobody answers the phone, or the number is wrong.
    Unreachable,
    /// There is no phone, and no report of this half of the day.
    NoPhone,
    /// At the highest risk, and no staff has seen or spoken with them for two days.
    HighRisk,
}

impl VisitReason {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Unreachable => "unreachable",
            Self::NoPhone => "no_phone",
            Self::HighRisk => "high_risk",
        }
    }
}

/// A patient, as far as the station's work is concerned.
#[derive(Debug, Clone)]
pub struct Patient<'a> {
    /// When the case opened.
    pub opened_at: Instant,
    /// The risk group.
    pub risk: RiskGroup,
    /// Whether there is a phone.
    pub has_phone: bool,
    /// The newest report.
    pub last_report: Option<Instant>,
    /// When staff last measured or spoke with them.
    pub last_staff: Option<Instant>,
    /// How the last calls ended, the newest first.
    pub calls: &'a [Disposition],
}

/// Why a visit is due, the most pressing reason; none where none is.
#[must_use]
pub fn visit(patient: &Patient<'_>, now: Instant) -> Option<VisitReason> {
    let silence = silence(patient.last_report, patient.opened_at, now);
    let unanswered = patient.calls.iter().take_while(|call| !call.is_reached()).count();
    let wrong = patient.calls.first() == Some(&Disposition::WrongNumber);
    let alone = now.since(patient.last_staff.unwrap_or(patient.opened_at)) >= hours(STAFF_EVERY);
    if silence.missed >= MISSED_FOR_VISIT {
        Some(VisitReason::Silent)
    } else if wrong || unanswered >= UNANSWERED_FOR_VISIT {
        Some(VisitReason::Unreachable)
    } else if !patient.has_phone && silence.due_now {
        Some(VisitReason::NoPhone)
    } else if patient.risk == RiskGroup::VeryHigh && alone {
        Some(VisitReason::HighRisk)
    } else {
        None
    }
}

/// How a case stands with its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It goes on.
    Later,
    /// The days are over, and a negative test would end it.
    TestDue,
    /// Nothing but an alert that waits stands in the way.
    AlertWaits,
    /// Every criterion is met.
    Ready,
}

/// How a case stands with its end on the day of `now`.
#[must_use]
pub fn end(course: &Course, now: Instant) -> End {
    let missing: Vec<&str> = unmet(course, now.local_date()).iter().map(|criterion| criterion.code).collect();
    match missing.as_slice() {
        [] => End::Ready,
        ["open_alert"] => End::AlertWaits,
        codes if codes.contains(&"days") => End::Later,
        _ => End::TestDue,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::events::Outcome;
    use shared::time::Date;

    fn at(text: &str) -> Instant {
        format!("2022-03-{text}:00+07:00").parse().unwrap()
    }

    #[test]
    fn a_report_of_this_half_of_the_day_is_due_and_those_of_earlier_ones_are_missed() {
        let of = |last: Option<&str>, now| silence(last.map(at), at("08T10:00"), at(now));
        assert_eq!(of(Some("10T07:00"), "10T11:59"), Silence { missed: 0, due_now: false });
        assert_eq!(of(Some("10T07:00"), "10T12:00"), Silence { missed: 0, due_now: true });
        assert_eq!(of(Some("09T18:00"), "10T08:00"), Silence { missed: 0, due_now: true });
        assert_eq!(of(Some("09T09:00"), "10T08:00"), Silence { missed: 1, due_now: true });
        assert_eq!(of(Some("08T09:00"), "10T13:00"), Silence { missed: 4, due_now: true });
        assert_eq!(of(None, "08T11:00"), Silence { missed: 0, due_now: true });
        assert_eq!(of(None, "09T13:00"), Silence { missed: 2, due_now: true });
    }

    #[test]
    fn the_bound_of_silence_is_that_of_the_missed_halves() {
        for now in ["10T00:00", "10T08:00", "10T11:59", "10T12:00", "10T23:30"] {
            let bound = silent_before(at(now));
            let missed = |last: Instant| silence(Some(last), last, at(now)).missed;
            assert_eq!(missed(bound), 0, "{now}");
            assert_eq!(missed(bound.minus(hours(1))), 1, "{now}");
        }
    }

    fn patient(calls: &[Disposition]) -> Patient<'_> {
        Patient {
            opened_at: at("08T08:00"),
            risk: RiskGroup::Low,
            has_phone: true,
            last_report: Some(at("10T07:30")),
            last_staff: Some(at("09T09:00")),
            calls,
        }
    }

    #[test]
    fn a_visit_is_due_for_the_most_pressing_reason() {
        let now = at("10T08:00");
        assert_eq!(visit(&patient(&[]), now), None);
        let silent = Patient { last_report: Some(at("08T09:00")), ..patient(&[]) };
        assert_eq!(visit(&silent, now), Some(VisitReason::Silent));
        let unanswered = [Disposition::NoAnswer, Disposition::Busy, Disposition::Reached];
        assert_eq!(visit(&patient(&unanswered), now), Some(VisitReason::Unreachable));
        assert_eq!(visit(&patient(&unanswered[1..]), now), None);
        assert_eq!(visit(&patient(&[Disposition::WrongNumber]), now), Some(VisitReason::Unreachable));
        let no_phone = Patient { has_phone: false, last_report: Some(at("09T19:00")), ..patient(&[]) };
        assert_eq!(visit(&no_phone, now), Some(VisitReason::NoPhone));
        let alone = Patient { risk: RiskGroup::VeryHigh, last_staff: None, ..patient(&[]) };
        assert_eq!(visit(&alone, now), Some(VisitReason::HighRisk));
        assert_eq!(visit(&Patient { risk: RiskGroup::VeryHigh, ..patient(&[]) }, now), None);
    }

    #[test]
    fn a_test_is_due_when_the_days_are_over_and_release_when_nothing_is_missing() {
        let course = |tests, alert_waits| Course {
            day_zero: Date::constant(2022, 3, 1),
            vaccine_doses: Some(2),
            tests,
            alert_waits,
        };
        let negative = vec![(Date::constant(2022, 3, 8), Outcome::NotDetected)];
        assert_eq!(end(&course(Vec::new(), false), at("07T08:00")), End::Later);
        assert_eq!(end(&course(Vec::new(), false), at("08T08:00")), End::TestDue);
        assert_eq!(end(&course(negative.clone(), false), at("08T08:00")), End::Ready);
        assert_eq!(end(&course(negative, true), at("08T08:00")), End::AlertWaits);
        assert_eq!(end(&course(Vec::new(), false), at("11T08:00")), End::Ready);
    }
}
