//! The units of 2022 and of 2025, by the day.

use shared::area::{self, Unit};
use shared::time::Date;

/// The ward that a code of 2022 or 2025 stands for on a day: itself while it is in force, else the unit of 2025 that took
/// the most of it. A visit keeps the unit of its day, whatever the units are called now.
#[must_use]
pub fn on(code: &str, day: Date) -> Option<&'static Unit> {
    area::ward(code, day)
        .or_else(|| area::successors(code).into_iter().find(|unit| unit.in_force(day)))
        .or_else(|| area::ward_any(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_2022_is_its_ward_until_the_units_change_and_its_successor_afterwards() {
        let name = |day: &str| on("28252", day.parse().unwrap()).unwrap().label();
        assert!(name("2022-03-10").contains("Tiền Giang"), "{}", name("2022-03-10"));
        assert!(name("2025-08-01").contains("Đồng Tháp"), "{}", name("2025-08-01"));
        assert!(on("99999", "2022-03-10".parse().unwrap()).is_none());
    }
}
