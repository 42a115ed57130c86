//! When a place is open.
//!
//! Written as OpenStreetMap writes it, in the part that shops need (`Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00`, `24/7`),
//! and read with Vietnamese days too (`T2-T6 07:00-21:00; T7,CN 08:00-12:00`).

use core::fmt;
use core::str::FromStr;

use shared::bilingual::Bilingual;
use shared::time::{Instant, minutes};

const DAYS: [(&str, &str); 7] =
    [("mo", "t2"), ("tu", "t3"), ("we", "t4"), ("th", "t5"), ("fr", "t6"), ("sa", "t7"), ("su", "cn")];
const WRITTEN: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const ALL_DAYS: u8 = 0b111_1111;
const DAY: u16 = 24 * 60;

/// Why a text tells no opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no opening hours such as Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00")]
pub struct OpeningHoursError;

impl OpeningHoursError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        Bilingual::new(
            "Giờ mở cửa như: T2-T6 07:00-21:00; T7,CN 08:00-12:00, hoặc 24/7",
            "Opening hours such as Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00, or 24/7",
        )
    }
}

/// A time of day on some days of the week. It goes on after midnight where it ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// Monday is the lowest bit.
    days: u8,
    from: u16,
    to: u16,
}

/// When a place is open, in local time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningHours(Vec<Span>);

impl OpeningHours {
    /// Whether the place is open at an instant. The end is not in it.
    #[must_use]
    pub fn is_open_at(&self, at: Instant) -> bool {
        let date = at.local_date();
        let today = date.weekday().to_monday_zero_offset();
        let since = at.since(Instant::start_of(date)).as_secs() / minutes(1).as_secs();
        let now = u16::try_from(since).unwrap_or(0);
        let on = |days: u8, day: i8| days & (1 << day) != 0;
        self.0.iter().any(|span| {
            if span.from < span.to {
                on(span.days, today) && (span.from..span.to).contains(&now)
            } else {
                (on(span.days, today) && span.from <= now) || (on(span.days, (today + 6) % 7) && now < span.to)
            }
        })
    }
}

impl FromStr for OpeningHours {
    type Err = OpeningHoursError;

    fn from_str(text: &str) -> Result<Self, OpeningHoursError> {
        let text = text.trim().to_lowercase().replace(['–', '—'], "-");
        if text == "24/7" {
            return Ok(Self(vec![Span { days: ALL_DAYS, from: 0, to: DAY }]));
        }
        let mut spans = Vec::new();
        for rule in text.split(';').map(str::trim).filter(|rule| !rule.is_empty()) {
            let starts = rule.char_indices().filter(|(at, c)| c.is_ascii_digit() && !after_t(rule, *at));
            let times_at = starts.map(|(at, _)| at).next().ok_or(OpeningHoursError)?;
            let (days, times) = rule.split_at(times_at);
            let days = days_of(days)?;
            for time in times.split(',') {
                let (from, to) = time.split_once('-').ok_or(OpeningHoursError)?;
                let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
                if from == to || from == DAY {
                    return Err(OpeningHoursError);
                }
                spans.push(Span { days, from, to });
            }
        }
        if spans.is_empty() || spans.len() > 28 { Err(OpeningHoursError) } else { Ok(Self(spans)) }
    }
}

/// Whether the digit at `at` belongs to a day such as `t2`.
fn after_t(rule: &str, at: usize) -> bool {
    rule[..at].ends_with('t')
}

fn days_of(text: &str) -> Result<u8, OpeningHoursError> {
    let text = text.trim().trim_end_matches(':').trim();
    if text.is_empty() {
        return Ok(ALL_DAYS);
    }
    let mut days = 0;
    for part in text.split(',').map(str::trim) {
        match part.split_once('-') {
            None => days |= 1 << day(part)?,
            Some((first, last)) => {
                let (first, last) = (day(first)?, day(last)?);
                let mut at = first;
                days |= 1 << at;
                while at != last {
                    at = (at + 1) % 7;
                    days |= 1 << at;
                }
            }
        }
    }
    Ok(days)
}

fn day(text: &str) -> Result<usize, OpeningHoursError> {
    let text = text.trim();
    DAYS.iter().position(|(english, vietnamese)| text == *english || text == *vietnamese).ok_or(OpeningHoursError)
}

/// `07:00`, `7h`, `7h30`, `24:00`.
fn minute_of_day(text: &str) -> Result<u16, OpeningHoursError> {
    let text = text.trim();
    let (hour, minute) = text.split_once([':', 'h']).ok_or(OpeningHoursError)?;
    let digits = |text: &str| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    if hour.is_empty() || !digits(hour) || !digits(minute) {
        return Err(OpeningHoursError);
    }
    let hour: u16 = hour.parse().map_err(|_| OpeningHoursError)?;
    let minute: u16 = if minute.is_empty() { 0 } else { minute.parse().map_err(|_| OpeningHoursError)? };
    let at = hour * 60 + minute;
    if minute < 60 && at <= DAY { Ok(at) } else { Err(OpeningHoursError) }
}

impl fmt::Display for OpeningHours {
    /// The canonical text, which reads back as the same hours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, span) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            if span.days != ALL_DAYS {
                let days = (0..7).filter(|day| span.days & (1 << day) != 0).map(|day| WRITTEN[day]);
                write!(f, "{} ", days.collect::<Vec<_>>().join(","))?;
            }
            let (from, to) = (span.from, span.to);
            write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(hours: &str, at: &str) -> bool {
        hours.parse::<OpeningHours>().unwrap().is_open_at(format!("{at}:00+07:00").parse().unwrap())
    }

    #[test]
    fn hours_hold_on_their_days_until_just_before_their_end() {
        // 10 March 2022 was a Thursday.
        assert!(open("Mo-Fr 07:00-21:00; Sa,Su 08:00-12:00", "2022-03-10T07:00"));
        assert!(open("T2-T6 7h-21h30", "2022-03-10T21:29"));
        assert!(!open("Mo-Fr 07:00-21:00", "2022-03-10T21:00"));
        assert!(!open("Mo-Fr 07:00-21:00", "2022-03-12T08:00"));
        assert!(open("T7,CN 08:00-12:00", "2022-03-13T08:00"));
        assert!(open("24/7", "2022-03-13T23:59"));
    }

    #[test]
    fn an_evening_goes_on_after_midnight() {
        assert!(open("Th 18:00-02:00", "2022-03-10T23:00"));
        assert!(open("Th 18:00-02:00", "2022-03-11T01:59"));
        assert!(!open("Th 18:00-02:00", "2022-03-11T02:00"));
        assert!(!open("Th 18:00-02:00", "2022-03-10T01:00"));
    }

    #[test]
    fn what_is_no_opening_hours_is_refused() {
        for text in ["", ";", "always", "Mo", "07:00", "Xx 07:00-08:00", "07:00-07:00", "25:00-26:00", "07:60-08:00"] {
            assert_eq!(text.parse::<OpeningHours>(), Err(OpeningHoursError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(
            spans in proptest::collection::vec((1_u8..128, 0_u16..1_440, 1_u16..=1_440), 1..5),
        ) {
            let spans = spans.into_iter().filter(|(_, from, to)| from != to);
            let hours = OpeningHours(spans.map(|(days, from, to)| Span { days, from, to }).collect());
            prop_assume!(!hours.0.is_empty());
            prop_assert_eq!(hours.to_string().parse::<OpeningHours>(), Ok(hours));
        }

        #[test]
        fn no_text_breaks_the_parser(text in ".{0,60}") {
            let _ = text.parse::<OpeningHours>();
        }
    }
}
