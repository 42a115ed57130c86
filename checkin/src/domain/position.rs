//! Points on the earth, and how far a visitor's phone says it is from a door.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;

/// Closer than this is the same site, in kilometres. Our own policy.
pub const ONE_SITE_KM: f64 = 2.0;

/// A point on the earth (WGS 84), in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// North is positive.
    pub latitude: f64,
    /// East is positive.
    pub longitude: f64,
}

impl Position {
    /// A point of whole millionths of a degree.
    #[must_use]
    pub fn from_millionths((latitude, longitude): (i64, i64)) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "f64 holds every millionth of a degree exactly enough")]
        let degrees = |millionths: i64| millionths as f64 / 1e6;
        Self { latitude: degrees(latitude), longitude: degrees(longitude) }
    }

    /// In millionths of a degree, about eleven centimetres; `None` where it lies nowhere.
    #[must_use]
    pub fn millionths(self) -> Option<(i64, i64)> {
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 million after the check")]
        let whole = |degrees: f64, most: f64| (degrees.abs() <= most).then(|| (degrees * 1e6).round() as i64);
        whole(self.latitude, 90.0).zip(whole(self.longitude, 180.0))
    }

    /// A point as people copy it from a map: `10.36, 106.36`. What is none lies nowhere.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let numbers: Vec<f64> = text
            .split([',', ';', ' '])
            .filter(|part| !part.is_empty())
            .map(|number| number.parse().unwrap_or(f64::NAN))
            .collect();
        match numbers[..] {
            [latitude, longitude] => Self { latitude, longitude },
            _ => Self { latitude: f64::NAN, longitude: f64::NAN },
        }
    }
}

/// What is said of a point that lies nowhere.
#[must_use]
pub fn nowhere(pointer: &str) -> FieldError {
    let detail = Bilingual::new(
        "Vĩ độ từ -90 đến 90, kinh độ từ -180 đến 180, ví dụ 10.36, 106.36",
        "A latitude from -90 to 90, a longitude from -180 to 180, such as 10.36, 106.36",
    );
    FieldError::new(pointer, "position", detail)
}

/// Where a phone says it is. It is looked at once, to tell whether that is far from the door, and never kept; so `Debug`
/// shows nothing of it.
#[derive(Clone, Copy, PartialEq, Deserialize)]
pub struct Reading {
    /// The point; our pages round it to a hundred metres before they send it.
    #[serde(flatten)]
    pub position: Position,
    /// How far off it may be, in metres.
    #[serde(default)]
    pub accuracy_m: Option<f64>,
}

impl core::fmt::Debug for Reading {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Reading(…)")
    }
}

impl Reading {
    /// Whether a phone that is there cannot be at a door: not even at the edge of what it knows of itself, with room for a
    /// large site.
    #[must_use]
    pub fn is_far_from(&self, door: (i64, i64)) -> bool {
        let Some(here) = self.position.millionths() else { return false };
        let doubt_km = self.accuracy_m.map_or(0.0, |metres| metres.max(0.0) / 1_000.0);
        kilometres(here, door) - doubt_km > ONE_SITE_KM
    }
}

/// The distance of two points in millionths of a degree, on a sphere (haversine).
#[must_use]
pub fn kilometres(a: (i64, i64), b: (i64, i64)) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "millionths of a degree are far below 2^53")]
    let radians = |millionths: i64| (millionths as f64 / 1e6).to_radians();
    let (latitude_a, latitude_b) = (radians(a.0), radians(b.0));
    let half = |one: f64, other: f64| ((one - other) / 2.0).sin().powi(2);
    let chord = half(latitude_a, latitude_b) + latitude_a.cos() * latitude_b.cos() * half(radians(a.1), radians(b.1));
    2.0 * 6_371.0 * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOOR: (i64, i64) = (10_360_000, 106_360_000);

    fn reading(latitude: f64, longitude: f64, accuracy_m: Option<f64>) -> Reading {
        Reading { position: Position { latitude, longitude }, accuracy_m }
    }

    #[test]
    fn my_tho_and_can_tho_are_seventy_kilometres_apart_by_air() {
        assert!((kilometres(DOOR, (10_035_000, 105_788_000)) - 72.0).abs() < 2.0);
    }

    #[test]
    fn a_phone_is_far_where_what_it_knows_of_itself_leaves_no_doubt() {
        assert!(!reading(10.36, 106.36, None).is_far_from(DOOR));
        assert!(!reading(10.37, 106.37, None).is_far_from(DOOR), "a kilometre and a half: the same site");
        assert!(reading(10.40, 106.36, None).is_far_from(DOOR), "four kilometres and a half");
        assert!(!reading(10.40, 106.36, Some(3_000.0)).is_far_from(DOOR), "it may be two kilometres away");
        assert!(reading(10.40, 106.36, Some(-9_000.0)).is_far_from(DOOR));
        for odd in [f64::NAN, f64::INFINITY] {
            assert!(!reading(odd, 106.36, None).is_far_from(DOOR), "nowhere is not far");
            assert!(!reading(10.361, 106.36, Some(odd)).is_far_from(DOOR));
        }
    }

    #[test]
    fn a_point_is_read_as_maps_show_it() {
        for right in [" 10.36 ,106.36", "10.36 106.36", "10.36;106.36"] {
            assert_eq!(Position::read(right).millionths(), Some(DOOR), "{right:?}");
        }
        for wrong in ["", "10.36", "north, east", "91, 0", "0, 181", "NaN, 1", "10,36, 106,36"] {
            assert_eq!(Position::read(wrong).millionths(), None, "{wrong:?}");
        }
    }

    #[test]
    fn nobody_reads_a_reading_in_a_log() {
        assert_eq!(format!("{:?}", reading(10.36, 106.36, None)), "Reading(…)");
    }
}
