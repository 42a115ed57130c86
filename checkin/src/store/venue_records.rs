//! The rows about places and about odd visits.

use shared::ids::{PlaceId, VisitId};
use shared::time::Instant;

/// What check-in knows of a place beside the shared register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueDetails {
    /// The place.
    pub place_id: PlaceId,
    /// Finds the place of a line that is imported again.
    pub import_key: Option<Vec<u8>>,
    /// Tells whether such a line changed.
    pub import_hash: Option<Vec<u8>>,
    /// When it is open, as [`crate::domain::opening_hours::OpeningHours`] writes it.
    pub opening_hours: Option<String>,
    /// Latitude and longitude, in millionths of a degree.
    pub position: Option<(i64, i64)>,
    /// It shows a code that changes, so a visit without it is marked.
    pub screen: bool,
}

impl VenueDetails {
    /// Nothing is known but the place.
    #[must_use]
    pub const fn of(place_id: PlaceId) -> Self {
        Self { place_id, import_key: None, import_hash: None, opening_hours: None, position: None, screen: false }
    }
}

/// What is odd about a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitMark {
    /// Where the visit was.
    pub place_id: PlaceId,
    /// The minute of its check-in.
    pub minute: i64,
    /// The visit.
    pub visit_id: VisitId,
    /// The code of the mark ([`crate::domain::marks::Mark`]).
    pub mark: String,
    /// When it was noted.
    pub noted_at: Instant,
}

/// The two times of a check-in whose clocks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitClock {
    /// Where the visit was.
    pub place_id: PlaceId,
    /// The minute of its check-in.
    pub minute: i64,
    /// The visit.
    pub visit_id: VisitId,
    /// What the phone said.
    pub device_at: Instant,
    /// When its word came.
    pub received_at: Instant,
}
