//! The curve of a wave: counts by day, and their average over a week.

use shared::time::Date;

/// How many days the average covers: a week has every weekday once.
pub const AVERAGE_DAYS: usize = 7;

/// What happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayCount {
    /// Cases that opened.
    pub new: i64,
    /// Cases that ended.
    pub closed: i64,
    /// Cases that were open at the end of the day.
    pub active: i64,
    /// Tests whose result came: positive and negative ones.
    pub tests: i64,
    /// Positive ones among them.
    pub positive: i64,
}

/// A day of the curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurveDay {
    /// Which day.
    pub date: Date,
    /// What happened.
    pub count: DayCount,
}

/// The days from one to another, both included, with nothing in them.
#[must_use]
pub fn days(from: Date, to: Date) -> Vec<CurveDay> {
    let all = from.series(jiff::Span::new().days(1)).take_while(|date| *date <= to);
    all.map(|date| CurveDay { date, count: DayCount::default() }).collect()
}

/// The place of a date among `days`.
#[must_use]
pub fn index(days: &[CurveDay], date: Date) -> Option<usize> {
    days.binary_search_by_key(&date, |day| day.date).ok()
}

/// Fills in how many were open at the end of each day. `before` is how many were open when the first day began.
pub fn fill_active(days: &mut [CurveDay], before: i64) {
    let mut open = before;
    for day in days {
        open += day.count.new - day.count.closed;
        day.count.active = open;
    }
}

/// The average of each day and the six before it, in tenths; none before a whole week is known.
#[must_use]
pub fn averages(values: &[i64]) -> Vec<Option<i64>> {
    let week = i64::try_from(AVERAGE_DAYS).unwrap_or(7);
    (0..values.len())
        .map(|at| {
            let from = (at + 1).checked_sub(AVERAGE_DAYS)?;
            Some((10 * values[from..=at].iter().sum::<i64>() + week / 2) / week)
        })
        .collect()
}

/// So many of a hundred, in tenths of a percent; none of nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (1_000 * part + whole / 2) / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: i8) -> Date {
        Date::constant(2022, 3, n)
    }

    #[test]
    fn days_run_from_the_first_to_the_last_and_are_found_by_date() {
        let all = days(day(28), Date::constant(2022, 4, 2));
        assert_eq!(all.len(), 6);
        assert_eq!(index(&all, Date::constant(2022, 4, 1)), Some(4));
        assert_eq!(index(&all, day(27)), None);
        assert!(days(day(2), day(1)).is_empty());
    }

    #[test]
    fn open_cases_are_those_of_before_with_the_new_and_without_the_ended() {
        let mut all = days(day(1), day(3));
        for (at, new, closed) in [(0, 5, 0), (1, 2, 4), (2, 0, 3)] {
            all[at].count = DayCount { new, closed, ..DayCount::default() };
        }
        fill_active(&mut all, 10);
        assert_eq!(all.iter().map(|day| day.count.active).collect::<Vec<_>>(), [15, 13, 10]);
    }

    #[test]
    fn an_average_needs_a_whole_week() {
        let all = averages(&[7, 7, 7, 7, 7, 7, 7, 14]);
        assert_eq!(all[..6], [None; 6]);
        assert_eq!(all[6..], [Some(70), Some(80)]);
    }

    #[test]
    fn a_share_of_nothing_is_not_known() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(1, 3), Some(333));
        assert_eq!(share(2, 3), Some(667));
    }
}
