//! The number of the citizen's identity card (CCCD, 12 digits) or of the old identity card (CMND, 9 digits).

use serde::Serialize;

use super::{IdentityError, masked};
use crate::area;
use crate::bilingual::Bilingual;
use crate::fold::text_value::{redacted, text_value};
use crate::person::{Birth, MAX_AGE, Sex};
use crate::time::Date;

/// The country codes of people whose birth was registered abroad (Circular 59/2021/TT-BCA; the table that
/// `hongquan/vietnam-personal-id` publishes runs from 101 Afghanistan to 295 Zimbabwe without a gap).
const COUNTRIES: core::ops::RangeInclusive<u16> = 101..=295;

/// The number of a CCCD or a CMND.
///
/// The CCCD number is `PPP G YY RRRRRR` (Circular 59/2021/TT-BCA, article 4): where the birth was registered, century
/// and sex, year of birth, six random digits. It tells nothing of where somebody lives. The CMND number has no
/// structure to check. `Debug` never shows the number, and there is no `Display`: whoever writes it says so with
/// `as_str` or `masked`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NationalId(String);

text_value!(NationalId, IdentityError);
redacted!(NationalId);

/// Which card a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NationalIdKind {
    /// Căn cước công dân or căn cước, the card of today: 12 digits.
    Cccd,
    /// Chứng minh nhân dân, the card before it: 9 digits. Many records of 2021 and 2022 carry it.
    Cmnd,
}

/// Something in a number that does not agree with what else is known. People whose number is wrong exist, so a human
/// looks at it and nobody is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentityWarning {
    /// `province_unknown`, `sex_mismatch`, `birth_mismatch` or `birth_year`.
    pub code: &'static str,
    /// What does not agree.
    pub detail: Bilingual,
}

impl NationalId {
    /// Reads 12 or 9 digits; spaces, dots and hyphens between them are dropped.
    ///
    /// # Errors
    /// [`IdentityError::NationalId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).collect();
        let well_formed = matches!(digits.len(), 9 | 12) && digits.bytes().all(|b| b.is_ascii_digit());
        if well_formed { Ok(Self(digits)) } else { Err(IdentityError::NationalId) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which card the number is of.
    #[must_use]
    pub fn kind(&self) -> NationalIdKind {
        if self.0.len() == 12 { NationalIdKind::Cccd } else { NationalIdKind::Cmnd }
    }

    /// The number with all but its last three digits hidden: `•••••••••001`.
    #[must_use]
    pub fn masked(&self) -> String {
        masked(&self.0)
    }

    /// Refuses a CCCD number whose year of birth is after `today`, or more than 120 years before it: such a number is a
    /// typing error. A CMND number holds no year.
    ///
    /// # Errors
    /// [`IdentityError::BirthYear`].
    pub fn check_birth_year(&self, today: Date) -> Result<(), IdentityError> {
        match self.birth_year() {
            Some(year) if !(0..=MAX_AGE).contains(&(i32::from(today.year()) - i32::from(year))) => {
                Err(IdentityError::BirthYear)
            }
            _ => Ok(()),
        }
    }

    /// What in a CCCD number does not agree with the table of provinces and countries, with the sex, or with the birth,
    /// and whether its year of birth is possible at all on the day `today`. A CMND number has nothing to compare.
    #[must_use]
    pub fn warnings(&self, birth: Option<Birth>, sex: Sex, today: Date) -> Vec<IdentityWarning> {
        let mut warnings = Vec::new();
        let (Some(year), Some(coded_sex)) = (self.birth_year(), self.sex()) else { return warnings };
        if !self.registered_somewhere() {
            warnings.push(warning(
                "province_unknown",
                "Ba chữ số đầu của số CCCD không phải mã tỉnh hay mã nước",
                "The first three digits of the identity number are no code of a province or country",
            ));
        }
        if sex != Sex::Unknown && sex != coded_sex {
            warnings.push(warning(
                "sex_mismatch",
                "Giới tính khác với chữ số thứ tư của số CCCD",
                "The sex differs from the fourth digit of the identity number",
            ));
        }
        if birth.is_some_and(|birth| birth.year() != year) {
            warnings.push(warning(
                "birth_mismatch",
                "Năm sinh khác với năm trong số CCCD",
                "The year of birth differs from the year in the identity number",
            ));
        }
        if let Err(error) = self.check_birth_year(today) {
            warnings.push(IdentityWarning { code: "birth_year", detail: error.detail() });
        }
        warnings
    }

    /// The year of birth in a CCCD number.
    fn birth_year(&self) -> Option<i16> {
        let (century, year) = (self.century_and_sex()?, self.number_at(4..6)?);
        i16::try_from(1900 + u16::from(century) / 2 * 100 + year).ok()
    }

    /// The sex in a CCCD number: an even fourth digit is male, an odd one female.
    fn sex(&self) -> Option<Sex> {
        Some(if self.century_and_sex()? % 2 == 0 { Sex::Male } else { Sex::Female })
    }

    /// Whether the first three digits name one of the 63 provinces or a country.
    fn registered_somewhere(&self) -> bool {
        match self.number_at(0..3) {
            Some(code) if code < 100 => area::is_birth_province(&self.0[1..3]),
            Some(code) => COUNTRIES.contains(&code),
            None => false,
        }
    }

    fn century_and_sex(&self) -> Option<u8> {
        self.number_at(3..4).and_then(|n| u8::try_from(n).ok())
    }

    /// The number that some digits of a CCCD number make.
    fn number_at(&self, digits: core::ops::Range<usize>) -> Option<u16> {
        if self.kind() == NationalIdKind::Cmnd {
            return None;
        }
        self.0.get(digits).and_then(|d| d.parse().ok())
    }
}

fn warning(code: &'static str, vi: &str, en: &str) -> IdentityWarning {
    IdentityWarning { code, detail: Bilingual::new(vi, en) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::fold::test_vectors;

    const TODAY: Date = date(2022, 3, 10);

    fn id(text: &str) -> NationalId {
        NationalId::parse(text).unwrap()
    }

    fn codes(number: &str, birth: Option<Birth>, sex: Sex) -> Vec<&'static str> {
        id(number).warnings(birth, sex, TODAY).into_iter().map(|w| w.code).collect()
    }

    #[test]
    fn both_cards_are_read_with_what_people_put_between_the_digits() {
        assert_eq!(id(" 082 090 000 001 ").as_str(), "082090000001");
        assert_eq!(id("082.090.000.001").kind(), NationalIdKind::Cccd);
        assert_eq!(id("310 000 001").kind(), NationalIdKind::Cmnd);
    }

    #[test]
    fn other_lengths_and_letters_are_refused() {
        for text in ["", "08209000000", "0820900000011", "08209000000x", "B1234567", "０８２０９０００"] {
            assert_eq!(NationalId::parse(text), Err(IdentityError::NationalId), "{text}");
        }
    }

    #[test]
    fn every_synthetic_card_without_a_stated_warning_agrees_with_itself() {
        let cards = test_vectors::read();
        let mut compared = 0;
        for card in cards["cccd_qr"].as_array().unwrap() {
            let fields: Vec<&str> = card["raw"].as_str().unwrap().split('|').collect();
            let Some(Ok(birth)) = fields.get(3).map(|d| Birth::parse(&format!("{}/{}/{}", &d[..2], &d[2..4], &d[4..])))
            else {
                continue;
            };
            let expected: Vec<&str> = card["expect"]["warning"].as_str().into_iter().collect();
            assert_eq!(codes(fields[0], Some(birth), Sex::parse(fields[4]).unwrap()), expected, "{}", card["name"]);
            compared += 1;
        }
        assert_eq!(compared, 6);
    }

    #[test]
    fn an_unknown_province_or_country_is_a_warning_and_a_birth_abroad_is_none() {
        assert_eq!(codes("003090000001", None, Sex::Unknown), ["province_unknown"]);
        assert_eq!(codes("100090000001", None, Sex::Unknown), ["province_unknown"]);
        assert_eq!(codes("296090000001", None, Sex::Unknown), ["province_unknown"]);
        assert_eq!(codes("295090000001", None, Sex::Unknown), [""; 0]);
    }

    #[test]
    fn another_century_is_another_year() {
        assert_eq!(codes("082204000003", Some(Birth::Year(2004)), Sex::Male), [""; 0]);
        assert_eq!(codes("082204000003", Some(Birth::Year(1904)), Sex::Male), ["birth_mismatch"]);
    }

    #[test]
    fn a_year_that_cannot_be_is_an_error_on_that_day() {
        assert_eq!(id("082223000001").check_birth_year(TODAY), Err(IdentityError::BirthYear));
        assert_eq!(id("082223000001").check_birth_year(date(2023, 1, 1)), Ok(()));
        assert_eq!(id("082001000001").check_birth_year(TODAY), Err(IdentityError::BirthYear));
        assert_eq!(id("082002000001").check_birth_year(TODAY), Ok(()));
        assert_eq!(id("399999999").check_birth_year(TODAY), Ok(()));
    }

    #[test]
    fn neither_debug_nor_the_mask_shows_the_number() {
        assert_eq!(id("082090000001").masked(), "•••••••••001");
        assert_eq!(format!("{:?}", id("082090000001")), "NationalId(…)");
    }

    #[test]
    fn json_is_a_string_that_is_parsed() {
        let read: NationalId = serde_json::from_str("\"082 090 000 001\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"082090000001\"");
        let error = serde_json::from_str::<NationalId>("\"08209\"").unwrap_err().to_string();
        assert!(!error.contains("08209"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_never_panics(text in ".*", birth in 1900_i16..2022) {
            if let Ok(number) = NationalId::parse(&text) {
                let _ = number.warnings(Some(Birth::Year(birth)), Sex::Male, TODAY);
            }
        }

        #[test]
        fn a_number_made_for_a_year_and_a_sex_agrees_with_them(
            year in 1903_i16..=2022, female: bool, serial in 0..1_000_000,
        ) {
            let (sex, odd) = if female { (Sex::Female, 1) } else { (Sex::Male, 0) };
            let number = format!("082{}{:02}{serial:06}", (year - 1900) / 100 * 2 + odd, year % 100);
            prop_assert_eq!(codes(&number, Some(Birth::Year(year)), sex), [""; 0]);
            prop_assert_eq!(codes(&number, Some(Birth::Year(year - 1)), sex), ["birth_mismatch"]);
        }
    }
}
