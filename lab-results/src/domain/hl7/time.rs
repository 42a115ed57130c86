//! Times of HL7: `YYYY[MM[DD[HH[MM[SS[.S...]]]]]][+/-ZZZZ]`.

use shared::person::Birth;
use shared::time::{Date, Instant};

/// Vietnam's offset in minutes, which holds where a message names none.
const VIETNAM: i64 = 7 * 60;

/// The offset that a time names, in minutes.
pub(super) fn offset(text: &str) -> Option<i64> {
    let at = text.find(['+', '-'])?;
    let (sign, digits) = text[at..].split_at(1);
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(if sign == "-" { -(hours * 60 + minutes) } else { hours * 60 + minutes })
}

/// A time that is known at least to the day. `default` is the offset where the text names none.
pub(super) fn instant(text: &str, default: Option<i64>) -> Option<Instant> {
    let text = text.trim();
    let digits = text.split(['+', '-', '.']).next().unwrap_or_default();
    if digits.len() < 8
        || digits.len() > 14
        || !digits.len().is_multiple_of(2)
        || !digits.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0), |t| t.parse::<i64>().ok());
    let (hour, minute, second) = (part(8)?, part(10)?, part(12)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = offset(text).or(default).unwrap_or(VIETNAM);
    let seconds = hour * 3_600 + minute * 60 + second + (VIETNAM - offset) * 60;
    Some(Instant::start_of(day(digits)?).plus(jiff::SignedDuration::from_secs(seconds)))
}

fn day(digits: &str) -> Option<Date> {
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A birth: the first eight digits, never moved by a zone; four or six digits tell the year.
pub(super) fn birth(text: &str) -> Option<Birth> {
    let digits: &str = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    match digits.len() {
        4 | 6 => digits[..4].parse().ok().map(Birth::Year),
        8.. => day(&digits[..8]).map(Birth::Date),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_read_in_its_zone_or_that_of_the_message_or_vietnams() {
        let at = |text: &str, default| instant(text, default).map(|at| at.to_string());
        assert_eq!(at("20210128160603-0500", None).as_deref(), Some("2021-01-28T21:06:03Z"));
        assert_eq!(at("20221205134200.000-0500", None).as_deref(), Some("2022-12-05T18:42:00Z"));
        assert_eq!(at("202103160000", None).as_deref(), Some("2021-03-15T17:00:00Z"));
        assert_eq!(at("202103160000", Some(0)).as_deref(), Some("2021-03-16T00:00:00Z"));
        assert_eq!(at("20210316", None), at("202103160000+0700", None));
        for text in ["", "2021", "202103", "20211340", "2021031625", "hôm qua", "DeIdentified"] {
            assert_eq!(at(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_birth_keeps_its_day_whatever_the_zone() {
        assert_eq!(birth("19880121190000-0500").map(|b| b.to_string()).as_deref(), Some("1988-01-21"));
        assert_eq!(birth("1950").map(|b| b.to_string()).as_deref(), Some("1950"));
        assert_eq!(birth("195002").map(|b| b.to_string()).as_deref(), Some("1950"));
        assert_eq!(birth("19620352"), None);
        assert_eq!(birth("DeIdentified"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = (instant(&text, None), birth(&text), offset(&text));
        }
    }
}
