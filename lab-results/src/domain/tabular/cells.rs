//! What a single cell says: blank or not, spoiled by a spreadsheet or not, and which time.

use shared::bilingual::Bilingual;
use shared::fold::nfc;
use shared::time::{Date, Instant};

/// What stands before the text of a cell that was a number in a workbook.
pub(super) const WAS_NUMBER: &str = "\u{e001}";

/// What is wrong with a cell: a stable code, and what would be right.
pub(super) type Fault = (&'static str, Bilingual);

/// The text of a cell, composed (NFC) and trimmed; `None` for a blank one, or one that holds only a hyphen.
///
/// `="0123"` and `'0123`, by which people keep a spreadsheet from changing a number, are read as `0123`.
pub(super) fn given(cell: &str) -> Option<String> {
    let text = nfc(cell.strip_prefix(WAS_NUMBER).unwrap_or(cell));
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

/// In what order the dates of a text with slashes have the day and the month, as far as they tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// At least one can only be written with the day first.
    DayFirst,
    /// So many can only be written with the month first, and none with the day first.
    MonthFirst(usize),
    /// None has a day above 12.
    Either,
}

/// What the dates of a text say about their order.
pub(super) fn seen(head: &str) -> Order {
    let (mut month_first, mut day_first) = (0, false);
    for cell in head.split([',', ';', '\t', '|', '"', '\n', ' ']) {
        let parts: Vec<&str> = cell.split('/').collect();
        if let [first, second, year] = parts[..]
            && matches!(year.len(), 2 | 4)
            && let (Ok(first), Ok(second)) = (first.parse::<u8>(), second.parse::<u8>())
        {
            month_first += usize::from(first <= 12 && (13..=31).contains(&second));
            day_first |= second <= 12 && (13..=31).contains(&first);
        }
    }
    match (day_first, month_first) {
        (true, _) => Order::DayFirst,
        (false, 0) => Order::Either,
        (false, dates) => Order::MonthFirst(dates),
    }
}

/// Names of zones that files write behind a time, with their offset in minutes.
const ZONES: [(&str, i64); 15] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("ICT", 420),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
];

/// Seconds of an hour.
const HOUR: i64 = 3_600;
/// The halves of the day as a spreadsheet writes them in English and in Vietnamese (sáng, chiều), with their first second.
const HALVES: [(&str, i64); 4] = [("AM", 0), ("SA", 0), ("PM", 12 * HOUR), ("CH", 12 * HOUR)];
/// The months as English abbreviates them.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The number of a month in English, written out or by its first three letters.
fn month_named(text: &str) -> Option<usize> {
    let long = text.len() >= 3 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let name = text.get(..3).filter(|_| long)?;
    MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month)).map(|at| at + 1)
}

/// The two sides of the T of ISO 8601; not that of `OCT`.
fn at_the_t(text: &str) -> Option<(&str, &str)> {
    let (date, clock) = text.split_once('T')?;
    (date.ends_with(|c: char| c.is_ascii_digit()) && clock.starts_with(|c: char| c.is_ascii_digit()))
        .then_some((date, clock))
}

/// Whether a text is the bare number of a spreadsheet's day, with or without the fraction that is its time.
fn is_serial(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    whole.len() == 5 && digits(whole) && digits(fraction)
}

/// Reads RFC 3339, `dd/MM/yyyy[ HH:mm[:ss]]`, `yyyy-MM-dd[ HH:mm[:ss]]`, `dd-MMM-yyyy[ HH:mm[:ss]]` (English months),
/// `yyyyMMdd[ HH:mm[:ss]]` or `yyyyMMdd[HHmm[ss]]`, with `AM`, `PM`, `SA` or `CH` behind a clock of twelve hours; without an
/// offset or the name of a zone the time is Vietnam's. `month_first` reads `MM/dd/yyyy`.
///
/// # Errors
/// `day_month_order` for a month above 12 that is a month the other way round, `excel_date` for the bare number of a
/// spreadsheet's date, `time` for everything else.
pub(super) fn instant(text: &str, month_first: bool) -> Result<CellTime, Fault> {
    if let Ok(at) = text.parse() {
        return Ok(CellTime { at, day_only: false });
    }
    if let Some(at) = crate::domain::hl7::instant(text) {
        return Ok(CellTime { at, day_only: text.trim().len() == 8 });
    }
    let zone = text.rsplit_once(' ').and_then(|(rest, name)| {
        ZONES.iter().find(|(zone, _)| name.eq_ignore_ascii_case(zone)).map(|(_, offset)| (rest.trim(), *offset))
    });
    let (text, offset) = zone.unwrap_or((text, 420));
    let (text, half) = match text.rsplit_once([' ', '\u{a0}', '\u{202f}']) {
        Some((rest, mark)) => HALVES
            .iter()
            .find(|(name, _)| mark.eq_ignore_ascii_case(name))
            .map_or((text, None), |(_, half)| (rest.trim_end(), Some(*half))),
        None => (text, None),
    };
    let (date, clock) = match text.split_once(' ').or_else(|| at_the_t(text)) {
        Some((first, second)) if first.contains(':') => (second.trim(), Some(first)),
        Some((first, second)) => (first, Some(second.trim())),
        None => (text, None),
    };
    let start = Instant::start_of(day(date, month_first)?);
    match clock {
        None if half.is_some() => Err(time_fault()),
        None => Ok(CellTime { at: start, day_only: true }),
        Some(clock) => {
            let seconds = match (seconds_of_day(clock).ok_or_else(time_fault)?, half) {
                (seconds, None) => seconds,
                (seconds, Some(_)) if !(HOUR..13 * HOUR).contains(&seconds) => return Err(time_fault()),
                (seconds, Some(half)) => seconds % (12 * HOUR) + half,
            };
            let seconds = seconds + (420 - offset) * 60;
            Ok(CellTime { at: start.plus(jiff::SignedDuration::from_secs(seconds)), day_only: false })
        }
    }
}

/// A day of birth as the rules of a person read it; what is none of ours stays as it is, for them to refuse. A year of two
/// digits lies in the past.
///
/// # Errors
/// `excel_date` for the bare number of a spreadsheet's date.
pub(super) fn birth(text: String, month_first: bool, today: Date) -> Result<String, Fault> {
    if is_serial(&text) {
        return Err(("excel_date", serial_detail()));
    }
    Ok(birth_day(text, month_first, today))
}

fn birth_day(text: String, month_first: bool, today: Date) -> String {
    let date = text.split(' ').next().unwrap_or_default();
    let date = at_the_t(date).map_or(date, |(date, _)| date);
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let digits = |t: &str| (1..=2).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    match parts[..] {
        [first, second, year] if digits(first) && digits(second) && matches!(year.len(), 2 | 4) => {
            let (day, month) = if month_first { (second, first) } else { (first, second) };
            let short: Option<i16> = if year.len() == 2 { year.parse().ok() } else { None };
            let year = match short {
                Some(short) if 2000 + short > today.year() => format!("{}", 1900 + short),
                Some(short) => format!("{}", 2000 + short),
                None => year.to_owned(),
            };
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        [_] if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
        }
        [year, _, _] if year.len() == 4 => date.to_owned(),
        [day, month, year] if digits(day) && year.len() == 4 && month_named(month).is_some() => {
            format!("{year}-{:0>2}-{day:0>2}", month_named(month).unwrap_or_default())
        }
        _ => text,
    }
}

fn day(text: &str, month_first: bool) -> Result<Date, Fault> {
    if is_serial(text) {
        return Err(("excel_date", serial_detail()));
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]), month_first).map_err(|_| time_fault());
    }
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [first, middle, last] = parts[..] else { return Err(time_fault()) };
    if let Some(month) = month_named(middle) {
        return if middle.is_empty() || first.len() == 4 {
            Err(time_fault())
        } else {
            day(&format!("{last}-{month}-{first}"), false)
        };
    }
    let number = |t: &str, longest: usize| -> Option<i16> {
        ((1..=longest).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit())).then(|| t.parse().ok()).flatten()
    };
    let (year, month, day) = match (first.len(), month_first) {
        (4, _) => (first, middle, last),
        (_, true) => (last, first, middle),
        (_, false) => (last, middle, first),
    };
    let short = year.len() == 2;
    if year.len() != 4 && !short {
        return Err(time_fault());
    }
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return Err(time_fault());
    };
    let year = if short { 2000 + year } else { year };
    let date = |month: i16, day: i16| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    match date(month, day) {
        Some(date) => Ok(date),
        None if month > 12 && date(day, month).is_some() => {
            let detail = Bilingual::new(
                "Tháng không quá 12: viết ngày trước, tháng sau (dd/MM/yyyy), ví dụ 25/03/2022",
                "A month is 12 at most: write the day first, then the month (dd/MM/yyyy), such as 25/03/2022",
            );
            Err(("day_month_order", detail))
        }
        None => Err(time_fault()),
    }
}

/// A cell that holds a formula or the error of one, and no value.
///
/// # Errors
/// `formula`.
pub(super) fn no_formula(text: String) -> Result<String, Fault> {
    let errors = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"];
    // A spreadsheet computes what begins with one of these; a sign before a digit is a number or a phone.
    let mut letters = text.chars();
    let formula = match (letters.next(), letters.next()) {
        (Some('=' | '@'), _) => true,
        (Some('+' | '-'), Some(next)) => next.is_alphabetic(),
        _ => false,
    };
    if !formula && !errors.contains(&text.as_str()) {
        return Ok(text);
    }
    let detail = Bilingual::new(
        "Ô chứa công thức hoặc lỗi công thức: chép lại bằng giá trị (Paste Values)",
        "The cell holds a formula or its error: copy it as a value (Paste Values)",
    );
    Err(("formula", detail))
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

fn serial_detail() -> Bilingual {
    Bilingual::new(
        "Đây là số ngày của Excel. Đặt định dạng ô là ngày dd/MM/yyyy, ví dụ 10/03/2022 08:30",
        "This is a spreadsheet's day number. Format the cell as a date, dd/MM/yyyy, such as 10/03/2022 08:30",
    )
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
        instant(text, false).unwrap().at.to_string()
    }

    fn code(text: &str) -> &'static str {
        instant(text, false).unwrap_err().0
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
            "10-MAR-2022 08:30",
            "10/march/2022 8:30",
            "20220310 08:30",
            "10/03/2022 8:30 AM",
            "10/03/2022 8:30 SA",
            "10/03/22 8:30",
            "10-3-22 08:30",
            "10/03/2022 8:30:00\u{202f}am",
        ] {
            assert_eq!(at(text), "2022-03-10T01:30:00Z", "{text}");
        }
        assert_eq!(instant("10/03/2022", false), instant("2022-03-10", false));
        assert!(instant("10/03/2022", false).unwrap().day_only);
        assert_eq!(at("10/03/2022"), "2022-03-09T17:00:00Z");
        for text in ["10/03/2022 20:30", "10/03/2022 8:30 PM", "10/03/2022 8:30 CH"] {
            assert_eq!(at(text), "2022-03-10T13:30:00Z", "{text}");
        }
        assert_eq!(
            (at("10/03/2022 12:05 AM"), at("10/03/2022 00:05")),
            (at("10/03/2022 0:05"), at("10/03/2022 12:05 SA"))
        );
        assert_eq!(at("10/03/2022 12:05 PM"), at("10/03/2022 12:05"));
        assert_eq!(at("10-OCT-2021"), at("10/10/2021"));
        let born = |text: &str| birth(text.to_owned(), false, jiff::civil::date(2022, 3, 10)).unwrap();
        assert_eq!((born("3-Oct-1950"), born("3/2/50")), ("1950-10-03".to_owned(), "1950-02-03".to_owned()));
    }

    #[test]
    fn what_cannot_be_a_time_says_how_to_write_it() {
        assert_eq!(code("03/25/2022"), "day_month_order");
        assert_eq!(code("03/25/2022 10:00"), "day_month_order");
        for text in ["44630", "44630.354", "44630,354"] {
            assert_eq!(code(text), "excel_date", "{text}");
            assert_eq!(birth(text.to_owned(), false, jiff::civil::date(2022, 3, 10)).unwrap_err().0, "excel_date");
        }
        for text in [
            "",
            "31/02/2022",
            "22-03-10-1",
            "10/03/2022 25:00",
            "hôm qua",
            "10/13/20222",
            "10-Mra-2022",
            "PM",
            "10/03/2022 13:30 PM",
            "10/03/2022 0:30 AM",
            "10/03/2022 PM",
            "2022-Mar-10",
            "20221310 08:00",
        ] {
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
            let _ = (instant(&text, false), instant(&text, true), seen(&text));
            let _ = given(&text).map(national_id);
        }

        #[test]
        fn both_ways_to_write_a_day_mean_the_same(year in 1900..2100_i16, month in 1..=12_i8, day in 1..=28_i8) {
            let vietnamese = instant(&format!("{day:02}/{month:02}/{year}"), false);
            prop_assert_eq!(vietnamese, instant(&format!("{year}-{month:02}-{day:02}"), false));
        }
    }
}
