//! What the forms of this service have in common: numbers as people type them, times, days and ids, each with the error
//! that says what would be right.

use core::str::FromStr;

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared::time::{Date, Instant, minutes};

/// How far the clock of a client may run ahead, in minutes. A time within it counts as now.
pub const CLOCK_SKEW_MINUTES: i64 = 5;

/// A number, or its digits as text, as a form sends them: `36.8`, `"36,8"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NumberInput {
    /// A JSON number.
    Number(f64),
    /// Text from a form; the decimal sign is a point or a comma.
    Text(String),
}

impl NumberInput {
    /// Whether it is an empty text: a field of a form that nobody filled in.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().replace(',', ".").parse().ok(),
        }
        .filter(|number| number.is_finite())
    }

    /// The whole number, where it is one; 97.0 is.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        // Below 2^53 the conversion is exact.
        self.number().filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(|n| n as i64)
    }
}

impl From<f64> for NumberInput {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

/// The text without the white space around it, where anything is left.
#[must_use]
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Keeps the value, or puts the error with the others.
pub fn keep<T>(errors: &mut Vec<FieldError>, result: Result<T, FieldError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

/// Reads an id that the client chose.
///
/// # Errors
/// `id` where it is no UUID.
pub fn id<T: FromStr>(pointer: &str, text: &str) -> Result<T, FieldError> {
    let detail = || Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
    text.parse().map_err(|_| FieldError::new(pointer, "id", detail()))
}

/// A time as a form or a program sends it: a form sends the wall clock of Vietnam without an offset.
#[must_use]
pub fn wall_clock(text: &str) -> Option<Instant> {
    let with_seconds = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    text.parse().or_else(|_| format!("{with_seconds}+07:00").parse()).ok()
}

/// The wall clock of a form with its offset; what is no time stays as it was typed, for the error to show.
#[must_use]
pub fn with_offset(text: Option<String>) -> Option<String> {
    text.map(|text| wall_clock(&text).map_or(text, |at| at.to_string()))
}

/// Reads a time that lies in the past. A time up to [`CLOCK_SKEW_MINUTES`] ahead counts as now.
///
/// # Errors
/// `time` where it cannot be read, `in_future` where it lies further ahead.
pub fn past_time(pointer: &str, text: &str, now: Instant) -> Result<Instant, FieldError> {
    let at: Instant = text.parse().map_err(|_| {
        let detail = Bilingual::new(
            "Thời điểm viết kèm múi giờ, như 2022-03-10T08:30:00+07:00",
            "A time with its offset, such as 2022-03-10T08:30:00+07:00",
        );
        FieldError::new(pointer, "time", detail)
    })?;
    if at > now.plus(minutes(CLOCK_SKEW_MINUTES)) {
        return Err(in_future(pointer));
    }
    Ok(at.min(now))
}

/// Reads a day that is not after `today`.
///
/// # Errors
/// `date` where it cannot be read, `in_future` where it lies after `today`.
pub fn past_day(pointer: &str, text: &str, today: Date) -> Result<Date, FieldError> {
    let day: Date = text.parse().map_err(|_| {
        FieldError::new(pointer, "date", Bilingual::new("Ngày viết như 2022-03-10", "A day such as 2022-03-10"))
    })?;
    if day > today { Err(in_future(pointer)) } else { Ok(day) }
}

/// The error for a time or day that lies in the future.
#[must_use]
pub fn in_future(pointer: &str) -> FieldError {
    FieldError::new(pointer, "in_future", Bilingual::new("Không được ở tương lai", "This cannot lie in the future"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let text = |t: &str| NumberInput::Text(t.to_owned());
        assert_eq!(text(" 36,8 ").number(), Some(36.8));
        assert_eq!(text("36.8").number(), Some(36.8));
        assert_eq!(text("97").whole(), Some(97));
        assert_eq!(NumberInput::Number(97.0).whole(), Some(97));
        for bad in ["", "abc", "9 7", "1e999", "NaN", "inf"] {
            assert_eq!(text(bad).number(), None, "{bad}");
        }
        assert_eq!(NumberInput::Number(97.5).whole(), None);
        assert!(text("  ").is_blank() && !text("0").is_blank());
    }

    #[test]
    fn a_form_sends_the_wall_clock_of_vietnam() {
        let at: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        for text in ["2022-03-10T08:00", "2022-03-10T08:00:00", "2022-03-10T08:00:00+07:00", "2022-03-10T01:00:00Z"] {
            assert_eq!(wall_clock(text), Some(at), "{text}");
        }
        assert_eq!(wall_clock("tomorrow"), None);
    }

    #[test]
    fn a_clock_that_runs_ahead_a_little_counts_as_now() {
        let now: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        assert_eq!(past_time("/at", "2022-03-10T01:05:00Z", now).unwrap(), now);
        assert_eq!(past_time("/at", "2022-03-10T07:59:00+07:00", now).unwrap().to_string(), "2022-03-10T00:59:00Z");
        assert_eq!(past_time("/at", "2022-03-10T01:05:01Z", now).unwrap_err().code, "in_future");
        assert_eq!(past_time("/at", "2022-03-10", now).unwrap_err().code, "time");
    }

    #[test]
    fn a_day_that_no_calendar_has_is_refused() {
        let today: Date = "2022-03-10".parse().unwrap();
        assert_eq!(past_day("/day", "2022-03-10", today).unwrap(), today);
        assert_eq!(past_day("/day", "2022-02-30", today).unwrap_err().code, "date");
        assert_eq!(past_day("/day", "2022-03-11", today).unwrap_err().code, "in_future");
    }
}
