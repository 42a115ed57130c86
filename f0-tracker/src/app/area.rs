//! Which records lie in the area of a caller's duty.

use shared::area::{FIRST_DAY, wards_in, wards_of_district};
use shared::time::Date;
use shared_web::caller::Caller;

use crate::store::CaseRecord;

/// The wards that a list is narrowed to before its rows are read; none for a duty that covers a province. Whether a row
/// may be shown is still asked of [`Caller::covers`].
#[must_use]
pub fn wards(caller: &Caller, today: Date) -> Option<Vec<String>> {
    wards_in(&caller.account()?.area, today)
}

/// The wards of the caller's duty that lie in a ward or a district; none where nothing narrows a province.
#[must_use]
pub fn narrowed(caller: &Caller, ward: Option<&str>, district: Option<&str>, today: Date) -> Option<Vec<String>> {
    let chosen = match (ward, district) {
        (Some(ward), _) => Some(vec![ward.to_owned()]),
        (None, Some(code)) => {
            let units = wards_of_district(code, FIRST_DAY).into_iter().chain(wards_of_district(code, today));
            Some(units.map(|unit| unit.code.to_owned()).collect::<Vec<_>>())
        }
        (None, None) => None,
    };
    match (wards(caller, today), chosen) {
        (None, chosen) => chosen,
        (mine, None) => mine,
        (Some(mine), Some(chosen)) => Some(mine.into_iter().filter(|code| chosen.contains(code)).collect()),
    }
}

/// Whether the caller's duty covers a case.
#[must_use]
pub fn covers(caller: &Caller, case: &CaseRecord, today: Date) -> bool {
    caller.covers(case.ward_code.as_deref(), today)
}
