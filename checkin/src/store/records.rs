//! The rows of check-in.

use shared::events::ExposureLevel;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId, VisitId};
use shared::time::{Date, Instant};

use crate::domain::visitor_key::VisitorCode;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Whole minutes from 1970-01-01T00:00Z to an instant.
#[must_use]
pub fn minute_of(at: Instant) -> i64 {
    at.as_micros().div_euclid(MICROS_PER_MINUTE)
}

/// The instant at which a minute begins, held at the ends of what can be represented.
#[must_use]
pub fn start_of_minute(minute: i64) -> Instant {
    let edge = if minute < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    Instant::from_micros(minute.saturating_mul(MICROS_PER_MINUTE)).unwrap_or_else(|| Instant::new(edge))
}

/// One visit of one person to one place. Who it was can be told only with the key of its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The visit.
    pub id: VisitId,
    /// Where.
    pub place_id: PlaceId,
    /// Who, under the key of `day`.
    pub visitor: VisitorCode,
    /// The local day of the check-in.
    pub day: Date,
    /// When they came.
    pub checked_in_at: Instant,
    /// When they left, where they said so.
    pub checked_out_at: Option<Instant>,
    /// Tells the body that it came in from another, under the key of the day; 0 where the client chose no id.
    pub fingerprint: i64,
}

/// What is unique of a visit beside its id: the same person cannot come twice to a place in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VisitKey {
    /// Where.
    pub place_id: PlaceId,
    /// The minute of the check-in, see [`minute_of`].
    pub minute: i64,
    /// Who.
    pub visitor: VisitorCode,
}

impl Visit {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> VisitKey {
        VisitKey { place_id: self.place_id, minute: minute_of(self.checked_in_at), visitor: self.visitor }
    }
}

/// A time at a place: check-ins from `from_minute` to `to_minute`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceSpan {
    /// Where.
    pub place_id: PlaceId,
    /// The first minute.
    pub from_minute: i64,
    /// The last minute.
    pub to_minute: i64,
}

/// As much of a visit as a matching has to know: of a large place there are thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitAtPlace {
    /// Where.
    pub place_id: PlaceId,
    /// Who, under the key of the day.
    pub visitor: VisitorCode,
    /// When they came.
    pub checked_in_at: Instant,
    /// When they left, where they said so.
    pub checked_out_at: Option<Instant>,
}

impl VisitAtPlace {
    /// The local day of the check-in.
    #[must_use]
    pub fn day(&self) -> Date {
        self.checked_in_at.local_date()
    }
}

/// Somebody who was seen at a place at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub place_id: PlaceId,
    /// Who, under the key of a day.
    pub visitor: VisitorCode,
    /// When.
    pub at: Instant,
}

/// A case as its event told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRecord {
    /// The case.
    pub case_id: CaseId,
    /// Who has it.
    pub person_id: PersonId,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// When the specimen was taken.
    pub specimen_at: Instant,
    /// When isolation began, or else when the case was closed, where one of both is known: it infects nobody after it.
    pub isolated_from: Option<Instant>,
    /// When the case opened.
    pub opened_at: Instant,
    /// When it turned out to be none.
    pub voided_at: Option<Instant>,
}

/// How many people and places a case has among its exposures that hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaseCounts {
    /// People.
    pub people: i64,
    /// Those of them with a close contact.
    pub close: i64,
    /// Places.
    pub places: i64,
}

/// One person, one place, one day, one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureRecord {
    /// The exposure.
    pub id: ExposureId,
    /// The case.
    pub case_id: CaseId,
    /// Who was exposed: the record that they live on as when it was found.
    pub person_id: PersonId,
    /// Where.
    pub place_id: PlaceId,
    /// The local day.
    pub day: Date,
    /// Minutes in common, rounded to the nearest.
    pub overlap_minutes: i64,
    /// How near.
    pub level: ExposureLevel,
    /// It rests on a stay whose end is inferred.
    pub assumed: bool,
    /// When it was found.
    pub found_at: Instant,
    /// The version of the rules by which it holds ([`crate::domain::policy::StayPolicy::id`]).
    pub policy: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_cut_downwards_on_both_sides_of_1970() {
        let at = |text: &str| minute_of(text.parse().unwrap());
        assert_eq!(at("1970-01-01T00:00:59.999999Z"), 0);
        assert_eq!(at("1970-01-01T00:01:00Z"), 1);
        assert_eq!(at("1969-12-31T23:59:59.999999Z"), -1);
        for minute in [-1, 0, 27_000_000] {
            assert_eq!(minute_of(start_of_minute(minute)), minute);
        }
    }
}
