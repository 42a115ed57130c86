//! Who shared the air with a case.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, ToSpan};
use shared::events::ExposureLevel;
use shared::ids::PlaceId;
use shared::time::{Date, Instant};

use super::air::air_of;
use super::parts::Parts;
use super::policy::StayPolicy;
use super::stay::Stay;
use super::window::Window;

const SECONDS_PER_MINUTE: i64 = 60;

/// One visit of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseVisit {
    /// Where.
    pub place: PlaceId,
    /// How long.
    pub stay: Stay,
}

/// One visit of somebody else. `K` names the visitor: a person's id, or the code of the visitor's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherVisit<K> {
    /// Who.
    pub visitor: K,
    /// Where.
    pub place: PlaceId,
    /// How long.
    pub stay: Stay,
}

/// One visitor, one place, one local day: how near they came to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure<K> {
    /// Who.
    pub visitor: K,
    /// Where the visitor checked in; the case may have checked in at a part of it, or at what it is a part of.
    pub place: PlaceId,
    /// The local day on which the common time began; without one, the day of the visitor's check-in.
    pub day: Date,
    /// The common time in minutes, rounded to the nearest: 0 for less than half a minute and for none.
    pub overlap_minutes: i64,
    /// How near. Judged by the exact common time, not by the rounded minutes.
    pub level: ExposureLevel,
    /// It rests on a stay whose end is inferred.
    pub assumed: bool,
}

/// Finds who was where the case was.
///
/// - The case counts as there at each place that shares air with the one where it checked in ([`Parts::sharing_air`]).
/// - The common time of two stays counts inside the window only. Stays that only touch have none. Where the policy lets
///   the air of the case reach beyond its stay ([`air_of`]), the time in that air is common.
/// - One exposure is given for each visitor, place and local day. Its common time is the length of the union, so that
///   overlapping stays (a repeated scan) count once. A common time that runs past midnight is not cut: it counts on the
///   day on which it began.
/// - A visitor without common time who checked in at a place on a local day on which the case was there inside the
///   window gets `same_place`, whoever of the two came first. That the limit is the local day is our own policy.
///
/// The visits of the case itself must not be among `others`. The answer is sorted by day, place and visitor, whatever
/// the order of the visits. The cost is O((n + m + k) log(n + m + k)) for n visits of the case, m of others and k
/// pairs with a common time.
#[must_use]
pub fn match_exposures<K: Copy + Ord>(
    window: &Window,
    case_visits: &[CaseVisit],
    others: &[OtherVisit<K>],
    parts: &Parts,
    policy: &StayPolicy,
) -> Vec<Exposure<K>> {
    let presence = presence_by_place(window, case_visits, parts, policy);
    let mut found = Tallies::new();
    count_common_times(&presence, others, &mut found);
    add_same_place(&presence, others, &mut found);
    found
        .into_iter()
        .map(|((day, place, visitor), tally)| Exposure {
            visitor,
            place,
            day,
            overlap_minutes: to_nearest_minute(tally.common),
            level: level(tally.common, policy),
            assumed: tally.assumed,
        })
        .collect()
}

type Tallies<K> = BTreeMap<(Date, PlaceId, K), Tally>;

/// What is known so far of one visitor, place and day.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    common: SignedDuration,
    assumed: bool,
}

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

fn presence_by_place(
    window: &Window,
    case_visits: &[CaseVisit],
    parts: &Parts,
    policy: &StayPolicy,
) -> HashMap<PlaceId, Presence> {
    let mut places: HashMap<PlaceId, Presence> = HashMap::new();
    for visit in case_visits {
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
    places
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
    /// The times that the case and one stay of somebody else have in common, each longer than zero.
    fn common_with(&self, other: Stay) -> impl Iterator<Item = Stay> {
        let begun = self.stays.partition_point(|stay| stay.from < other.to);
        let reaching = self.latest_end[..begun].partition_point(|end| *end <= other.from);
        self.stays[reaching..begun].iter().filter_map(move |stay| {
            let (from, to) = (stay.from.max(other.from), stay.to.min(other.to));
            (from < to).then_some(Stay { from, to, assumed: stay.assumed || other.assumed })
        })
    }
}

/// Adds every common time to the tally of its visitor, place and day.
fn count_common_times<K: Copy + Ord>(
    presence: &HashMap<PlaceId, Presence>,
    others: &[OtherVisit<K>],
    found: &mut Tallies<K>,
) {
    let mut common: Vec<(PlaceId, K, Stay)> = others
        .iter()
        .filter_map(|other| Some((other, presence.get(&other.place)?)))
        .flat_map(|(other, case)| case.common_with(other.stay).map(|time| (other.place, other.visitor, time)))
        .collect();
    common.sort_unstable();
    let one_contact = |a: &(PlaceId, K, Stay), b: &(PlaceId, K, Stay)| (a.0, a.1) == (b.0, b.1);
    for times in common.chunk_by(one_contact) {
        let (place, visitor, first) = times[0];
        let (mut day, mut counted_to) = (first.from.local_date(), first.from);
        for (_, _, time) in times {
            if time.from > counted_to {
                (day, counted_to) = (time.from.local_date(), time.from);
            }
            let tally = found.entry((day, place, visitor)).or_default();
            if time.to > counted_to {
                tally.common += time.to.since(counted_to);
                counted_to = time.to;
            }
            tally.assumed |= time.assumed;
        }
    }
}

/// Adds a tally without common time for whoever was there on the same day and has none with it.
fn add_same_place<K: Copy + Ord>(
    presence: &HashMap<PlaceId, Presence>,
    others: &[OtherVisit<K>],
    found: &mut Tallies<K>,
) {
    for other in others {
        let day = other.stay.from.local_date();
        let Some(case_assumed) = presence.get(&other.place).and_then(|case| case.days.get(&day)) else { continue };
        let tally = found.entry((day, other.place, other.visitor)).or_default();
        if tally.common.is_zero() {
            tally.assumed |= *case_assumed || other.stay.assumed;
        }
    }
}

fn to_nearest_minute(time: SignedDuration) -> i64 {
    (time + SignedDuration::from_secs(SECONDS_PER_MINUTE / 2)).as_secs() / SECONDS_PER_MINUTE
}

fn level(common: SignedDuration, policy: &StayPolicy) -> ExposureLevel {
    if common.is_zero() {
        ExposureLevel::SamePlace
    } else if common < policy.close_from() {
        ExposureLevel::Brief
    } else {
        ExposureLevel::Close
    }
}

#[cfg(test)]
mod tests;
