//! Who shared the air with a case.

use jiff::SignedDuration;
use shared::events::ExposureLevel;
use shared::ids::PlaceId;
use shared::time::Date;

use super::case_air::CaseAir;
use super::policy::StayPolicy;
use super::stay::Stay;

const SECONDS_PER_MINUTE: i64 = 60;

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

/// Finds who was where the air was the case's.
///
/// - Stays that only touch have no time in common.
/// - One exposure is given for each visitor, place and local day. Its common time is the length of the union, so that
///   overlapping stays (a repeated scan) count once. A common time that runs past midnight is not cut: it counts on the
///   day on which it began.
/// - A visitor without common time who checked in at a place on a local day on which the case was there inside the
///   window gets `same_place`, whoever of the two came first. That the limit is the local day is our own policy.
///
/// The visits of the case itself must not be among `others`. The answer is sorted by day, place and visitor, whatever
/// the order of the visits. The cost is O((m + k) log(m + k)) for m visits of others and k pairs with a common time.
#[must_use]
pub fn match_exposures<K: Copy + Ord>(
    air: &CaseAir,
    others: &[OtherVisit<K>],
    policy: &StayPolicy,
) -> Vec<Exposure<K>> {
    let mut tallies = common_times(air, others);
    tallies.extend(others.iter().filter_map(|other| same_place(air, other)));
    tallies.sort_unstable_by_key(Tally::key);
    let one_exposure = |one: &Tally<K>, next: &Tally<K>| one.key() == next.key();
    tallies.chunk_by(one_exposure).map(|tallies| exposure(tallies, policy)).collect()
}

/// A time that one visitor had in common with the case at a place, or the day alone.
#[derive(Debug, Clone, Copy)]
struct Tally<K> {
    day: Date,
    place: PlaceId,
    visitor: K,
    /// As much of it as nothing before it has counted.
    common: Option<SignedDuration>,
    assumed: bool,
}

impl<K: Copy + Ord> Tally<K> {
    fn key(&self) -> (Date, PlaceId, K) {
        (self.day, self.place, self.visitor)
    }
}

/// Every common time, each moment of it once. What is common without a pause counts on the day on which it began.
fn common_times<K: Copy + Ord>(air: &CaseAir, others: &[OtherVisit<K>]) -> Vec<Tally<K>> {
    let mut common: Vec<(PlaceId, K, Stay)> = others
        .iter()
        .flat_map(|other| air.common_with(other.place, other.stay).map(|time| (other.place, other.visitor, time)))
        .collect();
    common.sort_unstable();
    let mut tallies: Vec<Tally<K>> = Vec::with_capacity(others.len());
    let one_contact = |a: &(PlaceId, K, Stay), b: &(PlaceId, K, Stay)| (a.0, a.1) == (b.0, b.1);
    for times in common.chunk_by(one_contact) {
        let (place, visitor, first) = times[0];
        let (mut day, mut counted_to) = (first.from.local_date(), first.from);
        for (_, _, time) in times {
            if time.from > counted_to {
                (day, counted_to) = (time.from.local_date(), time.from);
            }
            let common = time.to.since(counted_to).max(SignedDuration::ZERO);
            tallies.push(Tally { day, place, visitor, common: Some(common), assumed: time.assumed });
            counted_to = counted_to.max(time.to);
        }
    }
    tallies
}

/// The day that somebody has in common with the case, if they have one.
fn same_place<K: Copy>(air: &CaseAir, other: &OtherVisit<K>) -> Option<Tally<K>> {
    let day = other.stay.from.local_date();
    let assumed = air.on(other.place, day)? || other.stay.assumed;
    Some(Tally { day, place: other.place, visitor: other.visitor, common: None, assumed })
}

/// What all tallies of one visitor, place and day come to. Where there is common time, it rests on that alone.
fn exposure<K: Copy + Ord>(tallies: &[Tally<K>], policy: &StayPolicy) -> Exposure<K> {
    let Tally { day, place, visitor, .. } = tallies[0];
    let met = tallies.iter().any(|tally| tally.common.is_some());
    let counted = || tallies.iter().filter(|tally| tally.common.is_some() == met);
    let common = counted().filter_map(|tally| tally.common).fold(SignedDuration::ZERO, |sum, time| sum + time);
    Exposure {
        visitor,
        place,
        day,
        overlap_minutes: to_nearest_minute(common),
        level: level(common, policy),
        assumed: counted().any(|tally| tally.assumed),
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
