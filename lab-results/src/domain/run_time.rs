//! When an analyser's run was done, as its table writes it: `7/16/2020 22:26` of an American instrument, which counts in UTC,
//! `16/07/2020 22:26` as Vietnamese people write it, or ISO 8601. Which of day and month comes first is the same in a whole
//! column, so that it is told once for all its cells.

use shared::time::{Instant, hours};

/// Which comes first in a column of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The month: American instruments.
    MonthFirst,
    /// The day: people and instruments here.
    DayFirst,
}

impl Order {
    /// Of a column: a number above 12 tells which is the day. Where none does, `usual`.
    #[must_use]
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>, usual: Self) -> Self {
        let mut told = None;
        for (first, second, _) in cells.filter_map(|cell| numbers(cell.split_whitespace().next()?)) {
            match (first > 12, second > 12) {
                (true, false) => return Self::DayFirst,
                (false, true) => told = Some(Self::MonthFirst),
                _ => {}
            }
        }
        told.unwrap_or(usual)
    }
}

/// The three numbers of a day, in the order in which they stand.
fn numbers(day: &str) -> Option<(u32, u32, u32)> {
    let mut parts = day.split(['/', '-', '.']).map(|part| part.parse().ok());
    let found = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(found)
}

/// The moment that a cell names; `None` where it is no day with a time.
#[must_use]
pub fn read(text: &str, order: Order) -> Option<Instant> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let (day, time) = text.split_once([' ', 'T'])?;
    let (first, second, third) = numbers(day)?;
    let (year, month, day, is_local) = match order {
        _ if first > 31 => (first, second, third, true),
        Order::MonthFirst => (third, first, second, false),
        Order::DayFirst => (third, second, first, true),
    };
    let (hour, minute, second) = clock(time.trim())?;
    let at: Instant = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z").parse().ok()?;
    // Vietnam is seven hours ahead all year.
    Some(if is_local { at.minus(hours(7)) } else { at })
}

/// Hours, minutes and seconds, with or without AM and PM.
fn clock(text: &str) -> Option<(u32, u32, u32)> {
    let (time, half) = match text.split_once(' ') {
        Some((time, half)) => (time, Some(half.trim().to_ascii_uppercase())),
        None => (text, None),
    };
    let mut parts = time.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        Some(second) => second?,
        None => 0,
    };
    let hour = match half.as_deref() {
        None => hour,
        Some("AM") if (1..=12).contains(&hour) => hour % 12,
        Some("PM") if (1..=12).contains(&hour) => hour % 12 + 12,
        Some(_) => return None,
    };
    (parts.next().is_none() && hour < 24 && minute < 60 && second < 60).then_some((hour, minute, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, order: Order) -> Option<String> {
        read(text, order).map(|at| at.to_string())
    }

    #[test]
    fn times_are_read_as_analysers_and_people_write_them() {
        for (text, order, expected) in [
            ("7/16/2020 0:51", Order::MonthFirst, "2020-07-16T00:51:00Z"),
            ("7/16/2020 10:26:05 PM", Order::MonthFirst, "2020-07-16T22:26:05Z"),
            ("16/07/2020 22:26", Order::DayFirst, "2020-07-16T15:26:00Z"),
            ("16.07.2020 06:00", Order::DayFirst, "2020-07-15T23:00:00Z"),
            ("2020-07-16 22:26", Order::MonthFirst, "2020-07-16T15:26:00Z"),
            ("2020-07-16T22:26:00+07:00", Order::DayFirst, "2020-07-16T15:26:00Z"),
        ] {
            assert_eq!(read(text, order), expected.parse().ok(), "{text}: {:?}", at(text, order));
        }
    }

    #[test]
    fn what_is_no_moment_is_not_guessed() {
        for text in [
            "16/07/2020",
            "16/07/2020 22:26",
            "31/31/2020 1:00",
            "7/16/2020 25:00",
            "soon",
            "",
            "1/2 3:00",
            "7/16/2020 13:00 PM",
        ] {
            assert_eq!(at(text, Order::MonthFirst), None, "{text}");
        }
    }

    #[test]
    fn a_number_above_twelve_tells_the_order_of_the_whole_column() {
        let of = |cells: &[&str]| Order::of(cells.iter().copied(), Order::MonthFirst);
        assert_eq!(of(&["7/8/2020 1:00", "16/7/2020 1:00"]), Order::DayFirst);
        assert_eq!(of(&["7/8/2020 1:00", "7/16/2020 1:00"]), Order::MonthFirst);
        assert_eq!(of(&["7/8/2020 1:00", "", "x"]), Order::MonthFirst);
        assert_eq!(Order::of(["7/8/2020"].into_iter(), Order::DayFirst), Order::DayFirst);
    }
}
