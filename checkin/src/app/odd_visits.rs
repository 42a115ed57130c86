//! What an officer has to know of the visits behind an exposure: their marks, and both times where a phone's clock was wrong.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::ToSpan as _;
use serde::Serialize;
use shared::ids::{PersonId, PlaceId, VisitId};
use shared::time::{Date, Instant};
use shared_store::StoreError;

use super::people;
use crate::App;
use crate::domain::marks::Mark;
use crate::store::{CheckinRead, ExposureRecord, PlaceSpan, Visit, VisitClock, VisitMark, minute_of};

/// What is odd about the visits of one person at one place on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OddVisits {
    /// The codes of their marks ([`Mark`]), each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Both times of each visit whose phone had a wrong clock.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<ClockView>,
}

/// The times of a visit whose phone had a wrong clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClockView {
    /// When the visit began, as the phone said.
    pub device_at: Instant,
    /// The same, corrected: what the matching went by.
    pub checked_in_at: Instant,
    /// When the phone's word came.
    pub received_at: Instant,
}

/// Whose visits, where, and on which local day.
pub type Behind = (PersonId, PlaceId, Date);

/// What is odd about the visits behind exposures; exposures behind which nothing is odd are left out.
///
/// # Errors
/// When the store or the key store fails.
pub async fn behind(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    exposures: &[ExposureRecord],
) -> Result<HashMap<Behind, OddVisits>, StoreError> {
    let spans: BTreeSet<PlaceSpan> = exposures.iter().map(|exposure| day_at(exposure.place_id, exposure.day)).collect();
    let spans: Vec<PlaceSpan> = spans.into_iter().collect();
    let marks = tx.marks_at(&spans).await?;
    let clocks = clocks_of(tx, &spans, &marks).await?;
    let ids: Vec<VisitId> = marks.iter().map(|mark| mark.visit_id).collect::<BTreeSet<_>>().into_iter().collect();
    let visits = tx.visits(&ids).await?;
    let people = people::behind(app, tx, visits.iter().map(|visit| (visit.day, visit.visitor))).await?;
    let behind: HashMap<VisitId, Behind> = visits
        .iter()
        .zip(people)
        .filter_map(|(visit, person)| Some((visit.id, (person?, visit.place_id, visit.day))))
        .collect();
    let visits: HashMap<VisitId, &Visit> = visits.iter().map(|visit| (visit.id, visit)).collect();
    let mut found: HashMap<Behind, OddVisits> = HashMap::new();
    for mark in marks {
        let Some(visit) = visits.get(&mark.visit_id) else { continue };
        let Some(&key) = behind.get(&visit.id) else { continue };
        let odd = found.entry(key).or_default();
        if mark.mark == Mark::Clock.code()
            && let Some(VisitClock { device_at, received_at, .. }) = clocks.get(&visit.id).copied()
        {
            odd.clocks.push(ClockView { device_at, checked_in_at: visit.checked_in_at, received_at });
        }
        if !odd.marks.contains(&mark.mark) {
            odd.marks.push(mark.mark);
        }
    }
    Ok(found)
}

/// Both times of the visits that are marked for their clock. Most exposures have none: then nothing is asked.
async fn clocks_of(
    tx: &mut (impl CheckinRead + ?Sized),
    spans: &[PlaceSpan],
    marks: &[VisitMark],
) -> Result<HashMap<VisitId, VisitClock>, StoreError> {
    let wrong = marks.iter().filter(|mark| mark.mark == Mark::Clock.code());
    let places: HashSet<PlaceId> = wrong.map(|mark| mark.place_id).collect();
    let spans: Vec<PlaceSpan> = spans.iter().filter(|span| places.contains(&span.place_id)).copied().collect();
    Ok(tx.clocks_at(&spans).await?.into_iter().map(|clock| (clock.visit_id, clock)).collect())
}

/// The check-ins of one local day at a place.
fn day_at(place_id: PlaceId, day: Date) -> PlaceSpan {
    let (from, to) = (Instant::start_of(day), Instant::start_of(day.saturating_add(1.day())));
    PlaceSpan { place_id, from_minute: minute_of(from), to_minute: minute_of(to) - 1 }
}
