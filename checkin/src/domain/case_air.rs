//! Where and when the air was that of a case.

use std::collections::HashMap;

use jiff::{SignedDuration, ToSpan};
use shared::ids::PlaceId;
use shared::time::{Date, Instant};

use super::air::air_of;
use super::parts::Parts;
use super::policy::StayPolicy;
use super::stay::Stay;
use super::window::Window;

/// One visit of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseVisit {
    /// Where.
    pub place: PlaceId,
    /// How long.
    pub stay: Stay,
}

/// Where and when the air was that of a case, inside its window.
#[derive(Debug)]
pub struct CaseAir(HashMap<PlaceId, Presence>);

/// Where the case was at one place inside the window.
#[derive(Debug, Default)]
struct Presence {
    /// When the air was the case's: by the stays, cut to the window, by their beginning.
    stays: Vec<Stay>,
    /// For each stay the latest end of it and of all before it: tells a search backwards where to stop.
    latest_end: Vec<Instant>,
    /// The local days of the stays themselves, and whether a stay of that day is assumed.
    days: HashMap<Date, bool>,
}

impl CaseAir {
    /// The air of a case with these visits.
    ///
    /// - The case counts as there at each place that shares air with the one where it checked in ([`Parts::sharing_air`]).
    /// - Its stays count inside the window only. Where the policy lets the air of the case reach beyond its stay
    ///   ([`air_of`]), it does so beyond the window too.
    #[must_use]
    pub fn of(window: &Window, visits: &[CaseVisit], parts: &Parts, policy: &StayPolicy) -> Self {
        let mut places: HashMap<PlaceId, Presence> = HashMap::new();
        for visit in visits {
            let stay = cut(visit.stay, window);
            let Some((stay, air)) = stay.and_then(|stay| Some((stay, air_of(stay, policy)?))) else { continue };
            for place in parts.sharing_air(visit.place) {
                let presence = places.entry(place).or_default();
                presence.stays.push(air);
                for day in local_days(stay) {
                    *presence.days.entry(day).or_default() |= stay.assumed;
                }
            }
        }
        for presence in places.values_mut() {
            presence.stays.sort_unstable();
            let ends = presence.stays.iter().scan(None, |latest: &mut Option<Instant>, stay| {
                *latest = (*latest).max(Some(stay.to));
                *latest
            });
            presence.latest_end = ends.collect();
        }
        Self(places)
    }

    /// The times that this air and one stay of somebody else have in common, each longer than zero.
    pub fn common_with(&self, place: PlaceId, other: Stay) -> impl Iterator<Item = Stay> {
        self.0.get(&place).into_iter().flat_map(move |presence| presence.common_with(other))
    }

    /// Whether the case was there on a local day inside its window, and if so whether that is assumed.
    #[must_use]
    pub fn on(&self, place: PlaceId, day: Date) -> Option<bool> {
        self.0.get(&place)?.days.get(&day).copied()
    }
}

/// The part of a stay inside the window. A check-in with an immediate check-out inside it is a presence without length.
fn cut(stay: Stay, window: &Window) -> Option<Stay> {
    let from = stay.from.max(window.from);
    let to = stay.to.min(window.to);
    let moment = stay.from == stay.to && window.from <= stay.from && stay.from < window.to;
    (from < to || moment).then_some(Stay { from, to, assumed: stay.assumed })
}

/// The local days that a stay touches. An end at midnight belongs to the day before.
fn local_days(stay: Stay) -> impl Iterator<Item = Date> {
    let last_moment = stay.to.minus(SignedDuration::from_micros(1)).max(stay.from);
    let last = last_moment.local_date();
    stay.from.local_date().series(1.day()).take_while(move |day| *day <= last)
}

impl Presence {
    fn common_with(&self, other: Stay) -> impl Iterator<Item = Stay> {
        let begun = self.stays.partition_point(|stay| stay.from < other.to);
        let reaching = self.latest_end[..begun].partition_point(|end| *end <= other.from);
        self.stays[reaching..begun].iter().filter_map(move |stay| {
            let (from, to) = (stay.from.max(other.from), stay.to.min(other.to));
            (from < to).then_some(Stay { from, to, assumed: stay.assumed || other.assumed })
        })
    }
}
