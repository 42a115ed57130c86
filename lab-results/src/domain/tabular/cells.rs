//! What a single cell says: blank or not, spoiled by a spreadsheet or not, and which time.

use shared::bilingual::Bilingual;
use shared::fold::nfc;
use shared::time::{Date, Instant};

/// What is wrong with a cell: a stable code, and what would be right.
pub(super) type Fault = (&'static str, Bilingual);

/// The text of a cell, composed (NFC) and trimmed; `None` for a blank one, or one that holds only a hyphen.
///
/// `="0123"` and `'0123`, by which people keep a spreadsheet from changing a number, are read as `0123`.
pub(super) fn given(cell: &str) -> Option<String> {
    let text = nfc(cell);
    let text = match text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')) {
        Some(inner) => nfc(inner),
        None => text.strip_prefix('\'').map(nfc).unwrap_or(text),
    };
    let blank = text.is_empty() || matches!(text.as_str(), "-" | "–" | "—");
    (!blank).then_some(text)
}

/// A number that stands for somebody or something and not for an amount.
///
/// # Errors
/// `excel_number` where a spreadsheet wrote it as `1.23E+11`: digits are lost.
pub(super) fn number_text(text: String) -> Result<String, Fault> {
    let scientific = text.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
        whole.len() == 1 && digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
    });
    if scientific {
        let detail = Bilingual::new(
            "Số bị Excel đổi dạng (như 1,23E+11) và mất chữ số. Đặt định dạng cột là Văn bản (Text) rồi nhập lại số",
            "A spreadsheet changed this number (as in 1.23E+11) and lost digits. Format the column as Text and enter \
             it again",
        );
        return Err(("excel_number", detail));
    }
    let whole = text.strip_suffix(".0").filter(|w| w.len() > 4 && w.bytes().all(|b| b.is_ascii_digit()));
    Ok(whole.map(str::to_owned).unwrap_or(text))
}

/// An identity number whose leading zero a spreadsheet may have dropped.
///
/// # Errors
/// `excel_number`; `lost_zero` for 11 digits (CCCD has 12) or 8 (CMND has 9).
pub(super) fn national_id(text: String) -> Result<String, Fault> {
    let number = number_text(text)?;
    if matches!(number.len(), 8 | 11) && number.bytes().all(|b| b.is_ascii_digit()) {
        let detail = Bilingual::new(
            "Thiếu một chữ số, có lẽ Excel đã bỏ số 0 ở đầu: CCCD có 12 chữ số, CMND có 9. Đặt định dạng cột là Văn \
             bản (Text)",
            "One digit is missing, probably a leading zero that a spreadsheet dropped: a CCCD has 12 digits, a CMND 9. \
             Format the column as Text",
        );
        return Err(("lost_zero", detail));
    }
    Ok(number)
}

/// A time as a cell tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellTime {
    /// The instant; midnight in Vietnam where only the day is known.
    pub(super) at: Instant,
    /// Only the day is known.
    pub(super) day_only: bool,
}

/// Reads RFC 3339, `dd/MM/yyyy[ HH:mm[:ss]]` or `yyyy-MM-dd[ HH:mm[:ss]]`; without an offset the time is Vietnam's.
///
/// # Errors
/// `day_month_order` for a month above 12 that is a month the other way round, `excel_date` for the bare number of a
/// spreadsheet's date, `time` for everything else.
pub(super) fn instant(text: &str) -> Result<CellTime, Fault> {
    if let Ok(at) = text.parse() {
        return Ok(CellTime { at, day_only: false });
    }
    let (date, clock) = match text.split_once([' ', 'T']) {
        Some((first, second)) if first.contains(':') => (second.trim(), Some(first)),
        Some((first, second)) => (first, Some(second.trim())),
        None => (text, None),
    };
    let start = Instant::start_of(day(date)?);
    match clock {
        None => Ok(CellTime { at: start, day_only: true }),
        Some(clock) => {
            let seconds = seconds_of_day(clock).ok_or_else(time_fault)?;
            Ok(CellTime { at: start.plus(jiff::SignedDuration::from_secs(seconds)), day_only: false })
        }
    }
}

fn day(text: &str) -> Result<Date, Fault> {
    if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) {
        let detail = Bilingual::new(
            "Đây là số ngày của Excel. Đặt định dạng ô là ngày dd/MM/yyyy, ví dụ 10/03/2022 08:30",
            "This is a spreadsheet's day number. Format the cell as a date, dd/MM/yyyy, such as 10/03/2022 08:30",
        );
        return Err(("excel_date", detail));
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [first, middle, last] = parts[..] else { return Err(time_fault()) };
    let number = |t: &str, longest: usize| -> Option<i16> {
        ((1..=longest).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok()).flatten()
    };
    let (year, month, day) = if first.len() == 4 { (first, middle, last) } else { (last, middle, first) };
    if year.len() != 4 {
        return Err(time_fault());
    }
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return Err(time_fault());
    };
    let date = |month: i16, day: i16| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    match date(month, day) {
        Some(date) => Ok(date),
        None if month > 12 && date(day, month).is_some() => {
            let detail = Bilingual::new(
                "Tháng không quá 12: viết ngày trước, tháng sau (dd/MM/yyyy), ví dụ 25/03/2022",
                "No month is above 12: write the day before the month (dd/MM/yyyy), such as 25/03/2022",
            );
            Err(("day_month_order", detail))
        }
        None => Err(time_fault()),
    }
}

/// Seconds since midnight of `HH:mm` or `HH:mm:ss`, with an optional fraction that is dropped.
fn seconds_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let next = |below: i64, text: Option<&str>| -> Option<i64> {
        let text = text?;
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().filter(|n| *n < below)
    };
    let hour = next(24, parts.next())?;
    let minute = next(60, parts.next())?;
    let second = match parts.next() {
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
            let whole = next(60, Some(whole))?;
            fraction.bytes().all(|b| b.is_ascii_digit()).then_some(whole)?
        }
        None => 0,
    };
    parts.next().is_none().then_some(hour * 3_600 + minute * 60 + second)
}

fn time_fault() -> Fault {
    let detail = Bilingual::new(
        "Viết dd/MM/yyyy HH:mm (giờ Việt Nam, 24 giờ), ví dụ 10/03/2022 08:30; hoặc 2022-03-10 08:30; hoặc RFC 3339",
        "Write dd/MM/yyyy HH:mm (Vietnam time, 24 hours), such as 10/03/2022 08:30; or 2022-03-10 08:30; or RFC 3339",
    );
    ("time", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> String {
        instant(text).unwrap().at.to_string()
    }

    fn code(text: &str) -> &'static str {
        instant(text).unwrap_err().0
    }

    #[test]
    fn times_are_read_as_laboratories_write_them() {
        for text in [
            "10/03/2022 08:30",
            "10/3/2022 8:30:00",
            "2022-03-10 08:30",
            "2022-03-10T08:30:00.000",
            "2022-03-10T08:30:00+07:00",
            "10-03-2022 08:30",
            "08:30 10/03/2022",
        ] {
            assert_eq!(at(text), "2022-03-10T01:30:00Z", "{text}");
        }
        assert_eq!(instant("10/03/2022"), instant("2022-03-10"));
        assert!(instant("10/03/2022").unwrap().day_only);
        assert_eq!(at("10/03/2022"), "2022-03-09T17:00:00Z");
    }

    #[test]
    fn what_cannot_be_a_time_says_how_to_write_it() {
        assert_eq!(code("03/25/2022"), "day_month_order");
        assert_eq!(code("03/25/2022 10:00"), "day_month_order");
        assert_eq!(code("44630"), "excel_date");
        for text in ["", "10/03/22", "31/02/2022", "10/03/2022 8:30 PM", "10/03/2022 25:00", "hôm qua", "10/13/20222"]
        {
            assert_eq!(code(text), "time", "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_spoils_is_seen() {
        let fault = |text: &str| number_text(text.to_owned()).unwrap_err().0;
        assert_eq!(fault("1.23E+11"), "excel_number");
        assert_eq!(fault("8,20912E+11"), "excel_number");
        assert_eq!(number_text("912345678.0".to_owned()).unwrap(), "912345678");
        assert_eq!(number_text("TEST+1".to_owned()).unwrap(), "TEST+1");
        assert_eq!(national_id("79090001234".to_owned()).unwrap_err().0, "lost_zero");
        assert_eq!(national_id("079090001234".to_owned()).unwrap(), "079090001234");
    }

    #[test]
    fn a_blank_cell_says_nothing() {
        for blank in ["", "  ", "-", " – ", "\u{a0}"] {
            assert_eq!(given(blank), None, "{blank:?}");
        }
        assert_eq!(given("=\"0912\"").as_deref(), Some("0912"));
        assert_eq!(given("'0912").as_deref(), Some("0912"));
        assert_eq!(given(" Ho\u{300}a\nBình ").as_deref(), Some("Hòa Bình"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = instant(&text);
            let _ = given(&text).map(national_id);
        }

        #[test]
        fn both_ways_to_write_a_day_mean_the_same(year in 1900..2100_i16, month in 1..=12_i8, day in 1..=28_i8) {
            let vietnamese = instant(&format!("{day:02}/{month:02}/{year}"));
            prop_assert_eq!(vietnamese, instant(&format!("{year}-{month:02}-{day:02}")));
        }
    }
}
