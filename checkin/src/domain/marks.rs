//! What is odd about a visit. An odd visit is accepted all the same, because most have a harmless reason; officers see the
//! mark when they judge an exposure.

use jiff::SignedDuration;
use shared::area;
use shared::time::minutes;

use super::position::{ONE_SITE_KM, kilometres};

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
    /// The place shows a code that changes, and the visit came without one: by the code on paper.
    Printed,
    /// The code of the screen was shown too long ago, or never: somebody may have sent a picture of it.
    Stale,
    /// The phone said of itself that it was far from the door.
    FarAway,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 7] =
        [Self::OldCode, Self::Closed, Self::FarApart, Self::Clock, Self::Printed, Self::Stale, Self::FarAway];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OldCode => "old_code",
            Self::Closed => "closed",
            Self::FarApart => "far_apart",
            Self::Clock => "clock",
            Self::Printed => "printed_code",
            Self::Stale => "stale_code",
            Self::FarAway => "far_away",
        }
    }
}

/// The fastest that somebody travels between two check-ins, in kilometres an hour. Our own policy: a car on a national
/// road, with room for a poster at the edge of a large site.
const FASTEST_KM_H: f64 = 120.0;

/// Places without a position are distant where they lie in different districts; then so much time must lie between. Our
/// own policy.
const BETWEEN_DISTRICTS: SignedDuration = minutes(10);

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
    if one.ward_code == other.ward_code {
        return false;
    }
    let district = |spot: &Spot| {
        let ward = area::ward_any(&spot.ward_code)?;
        Some(ward.district_code.unwrap_or(ward.code))
    };
    district(one).zip(district(other)).is_some_and(|(one, other)| one != other) && between < BETWEEN_DISTRICTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(ward_code: &str, position: Option<(i64, i64)>) -> Spot {
        Spot { ward_code: ward_code.to_owned(), position }
    }

    #[test]
    fn positions_tell_how_fast_somebody_would_have_travelled() {
        // They are 72 km apart by air.
        let (my_tho, can_tho) =
            (spot("28252", Some((10_360_000, 106_360_000))), spot("28252", Some((10_035_000, 105_788_000))));
        assert!(is_far_apart(&my_tho, &can_tho, minutes(20)));
        assert!(is_far_apart(&can_tho, &my_tho, minutes(-20)), "whichever came first");
        assert!(!is_far_apart(&my_tho, &can_tho, minutes(60)));
        assert!(!is_far_apart(&my_tho, &my_tho, minutes(0)));
    }

    #[test]
    fn every_mark_has_a_code_of_its_own() {
        let codes: std::collections::HashSet<_> = Mark::ALL.map(Mark::code).into();
        assert_eq!(codes.len(), Mark::ALL.len());
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
