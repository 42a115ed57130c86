//! When isolation ends.
//!
//! 250/QĐ-BYT (28 January 2022), as relayed by Bình Phước (f0-care.md, 3.3): after 7 days and with a negative antigen
//! test isolation ends; with a positive one it goes on to day 10 for the fully vaccinated and to day 14 for others.
//! Which day is day 0 could not be read, so it is a setting ([`DayZero`]). That an alert which waits must be answered
//! first is the product's own rule.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::{Bilingual, Lang};
use shared::events::Outcome;
use shared::time::Date;

/// With a negative test, isolation ends on this day.
const DAYS_WITH_TEST: i64 = 7;
/// Without one, on this day for the fully vaccinated.
const DAYS_VACCINATED: i64 = 10;
/// Without one, on this day for others.
const DAYS_OTHERS: i64 = 14;
/// The doses from which somebody counts as fully vaccinated (4038/QĐ-BYT asks for two).
const FULL_DOSES: u8 = 2;

/// Where the rule stands.
const SOURCE: &str = "250/QĐ-BYT";

/// From which day the days of isolation are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayZero {
    /// The day of the diagnosis.
    #[default]
    Diagnosis,
    /// The day on which the first specimen that found the virus was taken; the diagnosis where none is known.
    Specimen,
    /// The first day of symptoms; the diagnosis where none is known.
    Onset,
}

impl DayZero {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Diagnosis, Self::Specimen, Self::Onset];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Diagnosis => "diagnosis",
            Self::Specimen => "specimen",
            Self::Onset => "onset",
        }
    }

    /// The choice that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.code() == code)
    }

    /// Day 0 of a case. An onset after the diagnosis does not lengthen isolation.
    #[must_use]
    pub fn of(self, diagnosed_on: Date, onset: Option<Date>, tests: &[(Date, Outcome)]) -> Date {
        let other = match self {
            Self::Diagnosis => None,
            Self::Specimen => tests.iter().filter(|(_, found)| *found == Outcome::Detected).map(|(day, _)| *day).min(),
            Self::Onset => onset,
        };
        other.map_or(diagnosed_on, |day| day.min(diagnosed_on))
    }
}

/// A case, as far as its end is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Day 0 of isolation.
    pub day_zero: Date,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// The tests: the day of the specimen and what was found.
    pub tests: Vec<(Date, Outcome)>,
    /// Whether an urgent alert waits for somebody to take it.
    pub alert_waits: bool,
}

/// A criterion that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// A stable code: `days`, `negative_test` or `open_alert`.
    pub code: &'static str,
    /// What is missing.
    pub detail: Bilingual,
    /// Where the rule stands.
    pub source: &'static str,
}

impl Criterion {
    /// The criterion as an answer shows it.
    #[must_use]
    pub fn view(&self, lang: Lang) -> Value {
        json!({"code": self.code, "detail": self.detail.get(lang), "source": self.source})
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

impl Course {
    /// The day of isolation that a date is.
    #[must_use]
    pub fn day_on(&self, on: Date) -> i64 {
        days_between(self.day_zero, on)
    }

    /// The last day of isolation where no test shortens it.
    #[must_use]
    pub fn last_day(&self) -> Date {
        self.day_zero.saturating_add(jiff::Span::new().days(self.days_without_test()))
    }

    fn days_without_test(&self) -> i64 {
        if self.vaccine_doses.is_some_and(|n| n >= FULL_DOSES) { DAYS_VACCINATED } else { DAYS_OTHERS }
    }

    /// The first day on which isolation may end with what is known now.
    #[must_use]
    pub fn ends_on(&self) -> Date {
        if is_negative_at_the_end(self) {
            self.day_zero.saturating_add(jiff::Span::new().days(DAYS_WITH_TEST))
        } else {
            self.last_day()
        }
    }

    /// The newest test that decides: its day and what it found.
    #[must_use]
    pub fn last_test(&self) -> Option<(Date, Outcome)> {
        let decisive = self.tests.iter().filter(|(_, o)| matches!(o, Outcome::Detected | Outcome::NotDetected));
        decisive.copied().max_by_key(|(day, outcome)| (*day, *outcome == Outcome::Detected))
    }
}

/// The criteria that are not met on a day; none where the case may be closed.
#[must_use]
pub fn unmet(course: &Course, on: Date) -> Vec<Criterion> {
    let mut missing = Vec::new();
    let day = course.day_on(on);
    let without_test = course.days_without_test();
    if day < DAYS_WITH_TEST {
        let detail = Bilingual::new(
            format!("Hôm nay là ngày {day}, cần đủ {DAYS_WITH_TEST} ngày"),
            format!("Today is day {day}; {DAYS_WITH_TEST} days are needed"),
        );
        missing.push(Criterion { code: "days", detail, source: SOURCE });
    }
    if day < without_test && !is_negative_at_the_end(course) {
        let detail = Bilingual::new(
            format!("Cần xét nghiệm âm tính từ ngày {DAYS_WITH_TEST}, hoặc chờ đến ngày {without_test}"),
            format!("A negative test from day {DAYS_WITH_TEST} on is needed, or day {without_test}"),
        );
        missing.push(Criterion { code: "negative_test", detail, source: SOURCE });
    }
    if course.alert_waits {
        let detail = Bilingual::new("Còn cảnh báo khẩn chưa ai nhận", "An urgent alert waits for somebody to take it");
        missing.push(Criterion { code: "open_alert", detail, source: "An Tâm" });
    }
    missing
}

/// Whether the newest decisive test from day 7 on is negative.
fn is_negative_at_the_end(course: &Course) -> bool {
    let decisive = course.tests.iter().filter(|(day, outcome)| {
        days_between(course.day_zero, *day) >= DAYS_WITH_TEST
            && matches!(outcome, Outcome::Detected | Outcome::NotDetected)
    });
    // On one day a positive test outweighs a negative one.
    let newest = decisive.max_by_key(|(day, outcome)| (*day, *outcome == Outcome::Detected));
    newest.is_some_and(|(_, outcome)| *outcome == Outcome::NotDetected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i8) -> Date {
        Date::constant(2022, 3, n)
    }

    fn course(tests: &[(i8, Outcome)]) -> Course {
        Course {
            day_zero: day(1),
            vaccine_doses: None,
            tests: tests.iter().map(|(n, outcome)| (day(*n), *outcome)).collect(),
            alert_waits: false,
        }
    }

    fn codes(course: &Course, on: i8) -> Vec<&'static str> {
        unmet(course, day(on)).iter().map(|criterion| criterion.code).collect()
    }

    #[test]
    fn seven_days_and_a_negative_test_end_isolation() {
        let negative = course(&[(8, Outcome::NotDetected)]);
        assert_eq!(codes(&negative, 8), Vec::<&str>::new());
        assert_eq!(codes(&course(&[]), 7), ["days", "negative_test"]);
        assert_eq!(codes(&course(&[]), 8), ["negative_test"]);
    }

    #[test]
    fn a_test_before_day_seven_or_one_that_does_not_decide_counts_for_nothing() {
        assert_eq!(codes(&course(&[(7, Outcome::NotDetected)]), 8), ["negative_test"]);
        assert_eq!(codes(&course(&[(8, Outcome::Inconclusive)]), 9), ["negative_test"]);
    }

    #[test]
    fn with_a_positive_test_it_is_day_ten_for_the_vaccinated_and_day_fourteen_for_others() {
        let positive = course(&[(8, Outcome::NotDetected), (9, Outcome::Detected)]);
        assert_eq!(codes(&positive, 14), ["negative_test"]);
        assert_eq!(codes(&positive, 15), Vec::<&str>::new());
        let vaccinated = Course { vaccine_doses: Some(2), ..positive };
        assert_eq!(codes(&vaccinated, 10), ["negative_test"]);
        assert_eq!(codes(&vaccinated, 11), Vec::<&str>::new());
    }

    #[test]
    fn day_zero_is_a_setting_and_never_later_than_the_diagnosis() {
        let tests = [(day(3), Outcome::Detected), (day(2), Outcome::NotDetected)];
        assert_eq!(DayZero::Diagnosis.of(day(5), Some(day(1)), &tests), day(5));
        assert_eq!(DayZero::Specimen.of(day(5), Some(day(1)), &tests), day(3));
        assert_eq!(DayZero::Onset.of(day(5), Some(day(1)), &tests), day(1));
        assert_eq!(DayZero::Onset.of(day(5), Some(day(7)), &tests), day(5));
        assert_eq!(DayZero::Specimen.of(day(5), None, &[]), day(5));
        assert!(DayZero::ALL.into_iter().all(|choice| DayZero::from_code(choice.code()) == Some(choice)));
    }

    #[test]
    fn the_preview_says_when_isolation_may_end() {
        assert_eq!((course(&[]).last_day(), course(&[]).ends_on()), (day(15), day(15)));
        assert_eq!(course(&[(8, Outcome::NotDetected)]).ends_on(), day(8));
        assert_eq!(Course { vaccine_doses: Some(2), ..course(&[]) }.ends_on(), day(11));
        assert_eq!(course(&[]).day_on(day(6)), 5);
    }

    #[test]
    fn an_alert_that_waits_is_answered_first() {
        let waiting = Course { alert_waits: true, ..course(&[(8, Outcome::NotDetected)]) };
        assert_eq!(codes(&waiting, 8), ["open_alert"]);
    }
}
