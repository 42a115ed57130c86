//! What is odd about a visit. An odd visit is accepted all the same, because most have a harmless reason; officers see the
//! mark when they judge an exposure.

use jiff::SignedDuration;
use shared::area;
use shared::time::minutes;

/// One thing that is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// The poster's code was replaced: the old one may have been copied.
    OldCode,
    /// The place was closed.
    Closed,
    /// The device was at a distant place a moment before.
    FarApart,
    /// The phone's clock was wrong; the time of the visit is corrected.
    Clock,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 4] = [Self::OldCode, Self::Closed, Self::FarApart, Self::Clock];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OldCode => "old_code",
            Self::Closed => "closed",
            Self::FarApart => "far_apart",
            Self::Clock => "clock",
        }
    }
}

/// The fastest that somebody travels between two check-ins, in kilometres an hour. Our own policy: a car on a national
/// road, with room for a poster at the edge of a large site.
const FASTEST_KM_H: f64 = 120.0;

/// Places without a position are distant where they lie in different districts; then so much time must lie between. Our
/// own policy.
const BETWEEN_DISTRICTS: SignedDuration = minutes(10);

/// Closer than this is the same site, in kilometres.
const ONE_SITE_KM: f64 = 2.0;

/// Where a check-in was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The ward.
    pub ward_code: String,
    /// The position, in millionths of a degree.
    pub position: Option<(i64, i64)>,
}

/// Whether nobody can have been at both spots with so little time between.
#[must_use]
pub fn is_far_apart(one: &Spot, other: &Spot, between: SignedDuration) -> bool {
    let between = between.abs();
    if let (Some(a), Some(b)) = (one.position, other.position) {
        let distance = kilometres(a, b);
        return distance > ONE_SITE_KM && distance > FASTEST_KM_H * between.as_secs_f64() / 3_600.0;
    }
    let district = |spot: &Spot| {
        let ward = area::ward_any(&spot.ward_code)?;
        Some(ward.district_code.unwrap_or(ward.code))
    };
    district(one).zip(district(other)).is_some_and(|(one, other)| one != other) && between < BETWEEN_DISTRICTS
}

/// The distance on a sphere (haversine).
fn kilometres(a: (i64, i64), b: (i64, i64)) -> f64 {
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

    fn spot(ward_code: &str, position: Option<(i64, i64)>) -> Spot {
        Spot { ward_code: ward_code.to_owned(), position }
    }

    #[test]
    fn positions_tell_how_fast_somebody_would_have_travelled() {
        // Mỹ Tho and Cần Thơ are about 100 km apart by air.
        let (my_tho, can_tho) =
            (spot("28252", Some((10_360_000, 106_360_000))), spot("28252", Some((10_035_000, 105_788_000))));
        assert!((kilometres((10_360_000, 106_360_000), (10_035_000, 105_788_000)) - 72.0).abs() < 2.0);
        assert!(is_far_apart(&my_tho, &can_tho, minutes(20)));
        assert!(is_far_apart(&can_tho, &my_tho, minutes(-20)), "whichever came first");
        assert!(!is_far_apart(&my_tho, &can_tho, minutes(60)));
        assert!(!is_far_apart(&my_tho, &my_tho, minutes(0)));
    }

    #[test]
    fn without_positions_the_districts_tell() {
        // Phường 4 of Mỹ Tho, and a ward of Hà Nội.
        let (one, other) = (spot("28252", None), spot("00001", None));
        assert!(is_far_apart(&one, &other, minutes(9)));
        assert!(!is_far_apart(&one, &other, minutes(10)));
        assert!(!is_far_apart(&one, &spot("28252", None), minutes(0)));
    }
}
