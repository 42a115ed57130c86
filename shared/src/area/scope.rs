//! Whether the area of a duty covers a ward, and which wards are in it.

use super::table::{FIRST_DAY, MERGER};
use super::{Unit, province, ward, ward_before_merger, wards_of_district};
use crate::access::AreaScope;
use crate::time::Date;

/// Whether the area of a duty covers a ward on a day.
///
/// Codes of 2022 live on in accounts and records after the merger of 2025. So a province and a ward are read in the
/// units that are in force on the day where those know both codes, and else in the units of the other time; districts
/// exist in those of 2022 only. After the merger a province also covers the wards of the provinces that went into it. A
/// code that no table knows is covered by a duty for that very code and by no other.
#[must_use]
pub fn covers(scope: &AreaScope, ward_code: impl AsRef<str>, on: Date) -> bool {
    let ward_code = ward_code.as_ref();
    match scope {
        AreaScope::Ward(code) => code == ward_code,
        AreaScope::District(code) => {
            ward_before_merger(ward_code).is_some_and(|unit| unit.district_code == Some(code.as_str()))
        }
        AreaScope::Province(code) => province_covers(code, ward_code, on),
    }
}

/// The wards that a list for an area is narrowed to before its rows are read; `None` for a province, which covers whatever
/// it is asked about. Whether a row may be shown is still asked of [`covers`].
#[must_use]
pub fn wards_in(scope: &AreaScope, on: Date) -> Option<Vec<String>> {
    match scope {
        AreaScope::Province(_) => None,
        AreaScope::District(code) => {
            let units = wards_of_district(code, FIRST_DAY).into_iter().chain(wards_of_district(code, on));
            let mut codes: Vec<String> = units.map(|unit| unit.code.to_owned()).collect();
            codes.sort_unstable();
            codes.dedup();
            Some(codes)
        }
        AreaScope::Ward(code) => Some(vec![code.clone()]),
    }
}

fn province_covers(code: &str, ward_code: &str, on: Date) -> bool {
    let lies_in = |unit: &Unit| unit.province_code == code;
    let unit_before = ward_before_merger(ward_code);
    // The ward as each time knows it, where that time knows the province too.
    let before = unit_before.filter(|_| province(code, FIRST_DAY).is_some());
    let after = ward(ward_code, MERGER).filter(|_| province(code, MERGER).is_some());
    if on < MERGER {
        before.or(after).is_some_and(lies_in)
    } else if after.is_some() {
        after.is_some_and(lies_in)
    } else {
        before.is_some_and(lies_in) || unit_before.is_some_and(|unit| went_into(unit, code))
    }
}

/// Whether the province of a ward of 2022 went into a province of 2025.
fn went_into(unit: &Unit, province_code: &str) -> bool {
    province(unit.province_code, unit.valid_from).is_some_and(|old| old.became == Some(province_code))
}
