//! Vietnamese telephone numbers, kept as E.164.
//!
//! A phone is a contact and never the key of a person: parents, villages and companies share one. What is accepted
//! follows the numbering plan by shape and not by a table of operators' prefixes, because such tables age.

use crate::bilingual::Bilingual;
use crate::fold::text_value::{redacted, shown_as_text, text_value};

/// The mobile prefixes of eleven digits that ended in September 2018, without the leading 0, and what they became. [M]
///
/// Old lists still carry them, so they are converted and not refused.
const OLD_MOBILES: [(&str, &str); 21] = [
    ("162", "32"),
    ("163", "33"),
    ("164", "34"),
    ("165", "35"),
    ("166", "36"),
    ("167", "37"),
    ("168", "38"),
    ("169", "39"),
    ("120", "70"),
    ("121", "79"),
    ("122", "77"),
    ("126", "76"),
    ("128", "78"),
    ("123", "83"),
    ("124", "84"),
    ("125", "85"),
    ("127", "81"),
    ("129", "82"),
    ("186", "56"),
    ("188", "58"),
    ("199", "59"),
];

/// The area code of Tiền Giang before 2017 [M], without the leading 0. No mobile number begins so, so it is converted.
const OLD_AREA_CODE: (&str, &str) = ("73", "273");

/// Digits that stay readable at the two ends of a masked number.
const SHOWN_FIRST: usize = 2;
const SHOWN_LAST: usize = 3;

/// The most people at one phone that are taken for a household: as many as the page of their results lists (our policy). A
/// phone with more belongs to a dormitory or an office.
pub const HOUSEHOLD: i64 = 20;

/// A Vietnamese number, mobile or landline, as E.164: `+84` and 9 digits (mobile) or 10 (landline).
///
/// `Debug` never shows the number; `Display` is the E.164 form.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

text_value!(Phone, PhoneError);
shown_as_text!(Phone);
redacted!(Phone);

/// Why a text is no telephone number that a person can be reached at. Says nothing of the number itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// There is no digit in it.
    #[error("no telephone number was given")]
    Empty,
    /// It has letters or signs that no number has.
    #[error("a telephone number has digits only, with an optional + before them")]
    NotDigits,
    /// A short code such as 113, 115 or 1022.
    #[error("this is a short code, not the number of a person")]
    ShortCode,
    /// A service number that begins with 1800 or 1900.
    #[error("this is a service number, not the number of a person")]
    ServiceNumber,
    /// It begins with the code of another country.
    #[error("this is not a Vietnamese number (+84)")]
    Foreign,
    /// It has too many or too few digits, or begins as no number does.
    #[error("a mobile number has 10 digits and begins with 03, 05, 07, 08 or 09; a landline has 11 and begins with 02")]
    Shape,
}

impl PhoneError {
    /// What would be right, in both languages.
    #[must_use]
    pub fn detail(self) -> Bilingual {
        let vi = match self {
            Self::Empty => "Hãy nhập số điện thoại",
            Self::NotDigits => "Số điện thoại chỉ gồm chữ số, có thể có dấu + ở đầu",
            Self::ShortCode => "Đây là số ngắn. Hãy nhập số di động hoặc số bàn đầy đủ",
            Self::ServiceNumber => "Đây là số tổng đài. Hãy nhập số di động hoặc số bàn",
            Self::Foreign => "Hãy nhập số điện thoại Việt Nam (+84)",
            Self::Shape => {
                "Số di động có 10 chữ số, bắt đầu bằng 03, 05, 07, 08, 09; số bàn có 11 chữ số, bắt đầu bằng 02"
            }
        };
        let en = match self {
            Self::Empty => "Enter a telephone number",
            Self::NotDigits => "Use digits only, with an optional + at the beginning",
            Self::ShortCode => "This is a short code. Enter a full mobile or landline number",
            Self::ServiceNumber => "This is a hotline. Enter a mobile or landline number",
            Self::Foreign => "Enter a Vietnamese number (+84)",
            Self::Shape => {
                "A mobile number has 10 digits, beginning with 03, 05, 07, 08, 09; a landline has 11, beginning with 02"
            }
        };
        Bilingual::new(vi, en)
    }
}

impl Phone {
    /// Reads a number as people write it: `0…`, `84…`, `+84…`, `0084…`, `+84 (0)…`, with dots, spaces, hyphens or
    /// brackets, or with the leading 0 lost in a spreadsheet.
    ///
    /// Two kinds of old numbers are converted to what they became: mobiles of eleven digits (until 2018) and the area
    /// code 073 of Tiền Giang (until 2017).
    ///
    /// # Errors
    /// [`PhoneError`] says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let digits = digits(text)?;
        if (3..=6).contains(&digits.len()) {
            return Err(PhoneError::ShortCode);
        }
        let subscriber = subscriber(&digits, text.trim_start().starts_with('+'))?;
        let subscriber = modern(subscriber);
        let (first, length) = (subscriber.bytes().next(), subscriber.len());
        match (first, length) {
            (Some(b'3' | b'5' | b'7' | b'8' | b'9'), 9) | (Some(b'2'), 10) => Ok(Self(format!("+84{subscriber}"))),
            (Some(b'1'), _) if subscriber.starts_with("1800") || subscriber.starts_with("1900") => {
                Err(PhoneError::ServiceNumber)
            }
            _ => Err(PhoneError::Shape),
        }
    }

    /// The E.164 form, such as `+84912345678`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as it is dialled in Vietnam, in groups: `0912 345 678`, `0273 387 2222`.
    #[must_use]
    pub fn national(&self) -> String {
        let subscriber = self.subscriber();
        format!("0{} {} {}", &subscriber[..3], &subscriber[3..6], &subscriber[6..])
    }

    /// The national form with only the first two and the last three digits: `09•• ••• 678`.
    #[must_use]
    pub fn masked(&self) -> String {
        let national = self.national();
        let hidden = SHOWN_FIRST..national.len() - SHOWN_LAST;
        national
            .char_indices()
            .map(|(at, c)| if c.is_ascii_digit() && hidden.contains(&at) { '•' } else { c })
            .collect()
    }

    /// Whether it is a mobile number, which can receive a message.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        !self.subscriber().starts_with('2')
    }

    /// The digits after the country code.
    fn subscriber(&self) -> &str {
        &self.0[3..]
    }
}

/// The digits of a written number, without what people put between them.
fn digits(text: &str) -> Result<String, PhoneError> {
    let mut digits = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => {}
            '.' | '-' | '–' | '(' | ')' | '/' => {}
            c if c.is_whitespace() => {}
            _ => return Err(PhoneError::NotDigits),
        }
    }
    if digits.is_empty() { Err(PhoneError::Empty) } else { Ok(digits) }
}

/// The digits after the country code and the trunk prefix 0, which people write or leave out in every combination.
///
/// Without a `+`, `84` is the country code only where the number is too long to be one without it: `841 234 567` is a
/// mobile number (084…) that lost its 0.
fn subscriber(digits: &str, plus: bool) -> Result<&str, PhoneError> {
    let international = if plus { Some(digits) } else { digits.strip_prefix("00") };
    let rest = match international {
        Some(number) => number.strip_prefix("84").ok_or(PhoneError::Foreign)?,
        None if digits.len() >= 11 => digits.strip_prefix("84").unwrap_or(digits),
        None => digits,
    };
    Ok(rest.strip_prefix('0').unwrap_or(rest))
}

/// The subscriber number in the plan of today.
fn modern(subscriber: &str) -> String {
    if subscriber.len() == 10
        && let Some((old, new)) = OLD_MOBILES.iter().find(|(old, _)| subscriber.starts_with(old))
    {
        return format!("{new}{}", &subscriber[old.len()..]);
    }
    let (old, new) = OLD_AREA_CODE;
    match subscriber.strip_prefix(old) {
        Some(rest) if subscriber.len() == 9 => format!("{new}{rest}"),
        _ => subscriber.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold::test_vectors;

    fn phone(text: &str) -> Phone {
        Phone::parse(text).unwrap()
    }

    #[test]
    fn the_vectors_are_read_as_they_say() {
        let vectors = test_vectors::read();
        for pair in vectors["phone"].as_array().unwrap() {
            let written = pair[0].as_str().unwrap();
            let expected =
                pair[1].as_str().and_then(|e164| e164.split(' ').next()).filter(|e164| e164.starts_with('+'));
            assert_eq!(Phone::parse(written).ok().as_ref().map(Phone::as_str), expected, "{written}");
        }
    }

    #[test]
    fn one_number_is_read_from_every_way_of_writing_it() {
        for text in [
            "0912345678",
            "912345678",
            "84912345678",
            "+84912345678",
            "0084912345678",
            "+84 (0)912 345 678",
            "0912.345.678",
            " 091-234-5678 ",
            "0912\u{a0}345\u{a0}678",
            "84 0912 345 678",
            "(+84) 912345678",
        ] {
            assert_eq!(phone(text).as_str(), "+84912345678", "{text}");
        }
    }

    #[test]
    fn a_mobile_number_that_begins_like_the_country_code_keeps_its_digits() {
        assert_eq!(phone("0841234567"), phone("841234567"));
        assert_eq!(phone("84841234567").as_str(), "+84841234567");
    }

    #[test]
    fn every_old_mobile_prefix_becomes_a_mobile_number_of_today() {
        for (old, new) in OLD_MOBILES {
            assert_eq!(phone(&format!("0{old}1234567")), phone(&format!("0{new}1234567")), "{old}");
        }
    }

    #[test]
    fn what_is_no_number_of_a_person_is_refused_with_its_reason() {
        for (text, error) in [
            ("", PhoneError::Empty),
            ("+", PhoneError::Empty),
            ("113", PhoneError::ShortCode),
            ("1022", PhoneError::ShortCode),
            ("+84 1022", PhoneError::ShortCode),
            ("1900 9095", PhoneError::ServiceNumber),
            ("1800 599 920", PhoneError::ServiceNumber),
            ("+1 202 555 0143", PhoneError::Foreign),
            ("0044 20 7946 0000", PhoneError::Foreign),
            ("091234567", PhoneError::Shape),
            ("09123456789", PhoneError::Shape),
            ("0412345678", PhoneError::Shape),
            ("0912345678 gặp Lan", PhoneError::NotDigits),
            ("09123+45678", PhoneError::NotDigits),
        ] {
            assert_eq!(Phone::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_it_is_dialled_and_masked_in_the_middle() {
        assert_eq!(phone("+84912345678").national(), "0912 345 678");
        assert_eq!(phone("+84912345678").masked(), "09•• ••• 678");
        assert_eq!(phone("02733872222").national(), "0273 387 2222");
        assert_eq!(phone("02733872222").masked(), "02•• ••• •222");
    }

    #[test]
    fn only_a_mobile_number_is_mobile() {
        assert!(phone("0912345678").is_mobile());
        assert!(!phone("02733872222").is_mobile());
    }

    #[test]
    fn debug_hides_the_number_and_display_is_e164() {
        assert_eq!(format!("{:?} {0}", phone("0912345678")), "Phone(…) +84912345678");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_reads_back(text in "[0-9+(). -]{0,20}|.*") {
            if let Ok(read) = Phone::parse(&text) {
                prop_assert_eq!(&Phone::parse(read.as_str()).unwrap(), &read);
                prop_assert_eq!(&Phone::parse(&read.national()).unwrap(), &read);
                prop_assert_eq!(read.masked().chars().filter(char::is_ascii_digit).count(), 5);
            }
        }

        #[test]
        fn every_mobile_number_of_the_plan_is_taken(number in "[35789][0-24-9][0-9]{7}") {
            let read = phone(&format!("0{number}"));
            prop_assert_eq!(read.as_str(), format!("+84{number}"));
            prop_assert!(read.is_mobile());
        }
    }
}
