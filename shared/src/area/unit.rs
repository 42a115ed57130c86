//! The three levels of administrative units.

use serde::Serialize;

use crate::time::Date;

/// A ward, commune, township or special zone (phường, xã, thị trấn, đặc khu), for the days on which it had this name
/// and stood in these higher units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// 5 digits.
    pub code: &'static str,
    /// The full name with the type, such as `Phường 4`.
    pub name: &'static str,
    /// The district, 3 digits; none after the merger of 2025.
    pub district_code: Option<&'static str>,
    /// The full name of the district, such as `Thành phố Mỹ Tho`.
    pub district_name: Option<&'static str>,
    /// The province, 2 digits.
    pub province_code: &'static str,
    /// The full name of the province, such as `Tỉnh Tiền Giang`.
    pub province_name: &'static str,
    /// The first day.
    pub valid_from: Date,
    /// The last day, where there is one.
    pub valid_to: Option<Date>,
}

impl Unit {
    /// The name with the higher units, as an address says it: `Phường 4, Thành phố Mỹ Tho, Tỉnh Tiền Giang`.
    #[must_use]
    pub fn label(&self) -> String {
        match self.district_name {
            Some(district) => format!("{}, {district}, {}", self.name, self.province_name),
            None => format!("{}, {}", self.name, self.province_name),
        }
    }

    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        in_force(self.valid_from, self.valid_to, on)
    }
}

/// A district, city or town under a province (huyện, quận, thành phố, thị xã), for the days on which it had this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct District {
    /// 3 digits.
    pub code: &'static str,
    /// The full name with the type.
    pub name: &'static str,
    /// The province, 2 digits.
    pub province_code: &'static str,
    /// The first day.
    pub valid_from: Date,
    /// The last day, where there is one.
    pub valid_to: Option<Date>,
}

impl District {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        in_force(self.valid_from, self.valid_to, on)
    }
}

/// A province or a city of that rank (tỉnh, thành phố).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Province {
    /// 2 digits.
    pub code: &'static str,
    /// The full name with the type.
    pub name: &'static str,
    /// For a province before the merger of 2025, the code of the one that it went into; none was divided.
    pub became: Option<&'static str>,
    /// The first day.
    pub valid_from: Date,
    /// The last day, where there is one.
    pub valid_to: Option<Date>,
}

impl Province {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        in_force(self.valid_from, self.valid_to, on)
    }
}

fn in_force(from: Date, to: Option<Date>, on: Date) -> bool {
    from <= on && to.is_none_or(|last| on <= last)
}
