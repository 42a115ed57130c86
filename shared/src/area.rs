//! The administrative units of Vietnam, before and after the merger of 2025-07-01.
//!
//! Codes are those of the General Statistics Office, and they are reused: 82 was Tiền Giang and is Đồng Tháp, 28270 was
//! Phường 6 of Mỹ Tho and is Phường Thới Sơn. So a unit is found by its code **and a day**. Names are not unique: Tiền
//! Giang had three wards "Phường 1", so show the district with the ward ([`Unit::label`]).
//!
//! The tables are text that is compiled in and indexed when first used; `area/generate.py` tells where they come from.

mod scope;
mod search;
mod table;
mod unit;
mod ward_code;

pub use scope::{covers, wards_in};
pub use search::search;
pub use unit::{District, Province, Unit};
pub use ward_code::{WardCode, WardCodeError};

use crate::time::Date;
use table::{MERGER, tables};

/// The first day that the tables know: the units as they were after the resolutions of October 2021.
pub const FIRST_DAY: Date = table::FIRST_DAY;

/// The ward, commune or township with a code on a day.
#[must_use]
pub fn ward(code: &str, on: Date) -> Option<&'static Unit> {
    tables().wards_with(code).iter().find(|unit| unit.in_force(on))
}

/// The unit with a code whatever the day: that of 2022 (in its last form before the merger) where there was one, else
/// that of 2025. For records whose day is not known and for data of 2022 that is shown today.
#[must_use]
pub fn ward_any(code: &str) -> Option<&'static Unit> {
    ward_before_merger(code).or_else(|| tables().wards_with(code).last())
}

/// The wards of a district on a day, by code. After the merger there are no districts.
#[must_use]
pub fn wards_of_district(code: &str, on: Date) -> Vec<&'static Unit> {
    tables().wards.iter().filter(|unit| unit.district_code == Some(code) && unit.in_force(on)).collect()
}

/// The wards of a province on a day, by code.
#[must_use]
pub fn wards_of_province(code: &str, on: Date) -> Vec<&'static Unit> {
    tables().wards.iter().filter(|unit| unit.province_code == code && unit.in_force(on)).collect()
}

/// The district with a code on a day.
#[must_use]
pub fn district(code: &str, on: Date) -> Option<&'static District> {
    tables().districts.iter().find(|district| district.code == code && district.in_force(on))
}

/// The districts of a province on a day, by code. After the merger there are none.
#[must_use]
pub fn districts_of_province(code: &str, on: Date) -> Vec<&'static District> {
    tables().districts.iter().filter(|district| district.province_code == code && district.in_force(on)).collect()
}

/// The province with a code on a day.
#[must_use]
pub fn province(code: &str, on: Date) -> Option<&'static Province> {
    tables().provinces.iter().find(|province| province.code == code && province.in_force(on))
}

/// The provinces of a day, by code.
#[must_use]
pub fn provinces(on: Date) -> Vec<&'static Province> {
    tables().provinces.iter().filter(|province| province.in_force(on)).collect()
}

/// The units of 2025 that a ward of 2022 became (a part of), the one that took the most of it first. Empty for a code
/// that 2022 did not know and for the 89 wards whose successor no source tells.
#[must_use]
pub fn successors(code_2022: &str) -> Vec<&'static Unit> {
    table::successors(code_2022).filter_map(|code| ward(code, MERGER)).collect()
}

/// Whether a code of two digits stands for one of the 63 provinces in identity numbers, which keep the codes of 2022.
pub(crate) fn is_birth_province(code: &str) -> bool {
    province(code, FIRST_DAY).is_some()
}

/// The last form of a ward before the merger.
fn ward_before_merger(code: &str) -> Option<&'static Unit> {
    tables().wards_with(code).iter().rfind(|unit| unit.valid_from < MERGER)
}

#[cfg(test)]
mod tests;
