//! What an officer sees of a case: its window, its venues, who was there, who was told. Every look is on record.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::json;
use shared::area;
use shared::events::ExposureLevel;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId};
use shared::person::Person;
use shared::place::Place;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_web::caller::Caller;

use super::matching::Matcher;
use super::notified::{self, Notified};
use super::odd_visits::{self, OddVisits};
use super::units;
use super::venue_alerts::{self, AlertView};
use crate::store::{CaseCounts, CaseRecord, CheckinRead};
use crate::{App, SERVICE};

/// The template of the message by which exposed people are told.
const TEMPLATE: &str = "exposure_found";

/// How many cases are looked through for those of an officer's area.
const LOOKED_THROUGH: i64 = 500;

/// The time that counts.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct WindowView {
    /// Its beginning.
    pub from: Instant,
    /// Its end.
    pub to: Instant,
}

/// A visit of the case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseVisitView {
    /// When it began.
    pub checked_in_at: Instant,
    /// When it ended, or is assumed to have ended.
    pub left_at: Instant,
    /// The end is assumed.
    pub assumed: bool,
    /// The code of the ward as it was on that day.
    pub ward_code: Option<&'static str>,
    /// Its name with the higher units, as they were on that day.
    pub ward_name: Option<String>,
}

/// A place where the case was, or somebody who shared its air at a part of it or at what it is a part of.
#[derive(Debug, Clone, Serialize)]
pub struct VenueView {
    /// The place.
    #[serde(flatten)]
    pub place: Place,
    /// The visits of the case there; empty where it was at a part or at the whole, or when their retention has ended.
    pub visits: Vec<CaseVisitView>,
}

/// Somebody who was there.
#[derive(Debug, Clone, Serialize)]
pub struct ExposureView {
    /// The exposure.
    pub id: ExposureId,
    /// Who.
    pub person_id: PersonId,
    /// Where.
    pub venue_id: PlaceId,
    /// The local day.
    pub day: Date,
    /// Minutes in common.
    pub overlap_minutes: i64,
    /// How near.
    pub level: ExposureLevel,
    /// It rests on a stay whose end is inferred.
    pub assumed: bool,
    /// The version of the rules by which it was found.
    pub policy: String,
    /// They live with the case, as far as the register tells.
    pub household: bool,
    /// When they were first told since the case opened, and how.
    #[serde(flatten)]
    pub notified: Notified,
    /// What is odd about their visits there on that day.
    #[serde(flatten)]
    pub odd: OddVisits,
}

impl ExposureView {
    /// Whether nobody has told them, by a message or by word of mouth.
    #[must_use]
    pub fn is_untold(&self) -> bool {
        self.notified.notified_at.is_none()
    }
}

/// A case and its contacts.
#[derive(Debug, Clone, Serialize)]
pub struct Cluster {
    /// The case.
    pub case_id: CaseId,
    /// Who has it.
    pub person_id: PersonId,
    /// Whether it turned out to be none.
    pub voided: bool,
    /// The time that counts.
    pub window: WindowView,
    /// Where the case was, by the first visit.
    pub venues: Vec<VenueView>,
    /// Who was there, newest day first.
    pub exposures: Vec<ExposureView>,
    /// The decisions to tell everybody who was at a place, the newest first.
    pub alerts: Vec<AlertView>,
}

/// A case in the list.
#[derive(Debug, Clone)]
pub struct CaseLine {
    /// The case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Person,
    /// How many exposures it has.
    pub counts: CaseCounts,
}

/// A case and its contacts; `None` where there is no such case in the caller's area. `people`, where asked for, are the
/// case's person, the exposed and those who were told by a decision.
///
/// # Errors
/// When the store or the key store fails.
pub async fn cluster(
    app: &App,
    caller: &Caller,
    case_id: CaseId,
    with_people: bool,
) -> Result<Option<(Cluster, HashMap<PersonId, Person>)>, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let Some(case) = tx.case(case_id).await? else { return Ok(None) };
    let kept = tx.canonical(case.person_id).await?.unwrap_or(case.person_id);
    let ward = tx.person(kept).await?.and_then(|stored| stored.person.ward_code);
    if !caller.covers(ward.as_ref().map(AsRef::as_ref), now.local_date()) {
        return Ok(None);
    }
    let mut cluster = view(app, tx.as_mut(), &case, kept, now).await?;
    cluster.alerts = venue_alerts::of_case(app, tx.as_mut(), case_id).await?;
    let alerted = || cluster.alerts.iter().flat_map(|alert| &alert.told).map(|told| told.person_id);
    let mut shown = HashMap::new();
    if with_people {
        let exposed = cluster.exposures.iter().map(|exposure| exposure.person_id);
        let ids: BTreeSet<PersonId> = exposed.chain(alerted()).chain([kept]).collect();
        let found = tx.people(&ids.into_iter().collect::<Vec<_>>()).await?;
        shown.extend(found.into_iter().map(|stored| (stored.person.id, stored.person)));
    }
    let detail = json!({"exposures": cluster.exposures.len(), "alerted": alerted().count(), "names": with_people});
    let entry = caller.audit(SERVICE, "exposures.read", Some(format!("case:{case_id}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Some((cluster, shown)))
}

async fn view(
    app: &App,
    tx: &mut (impl CheckinRead + ?Sized),
    case: &CaseRecord,
    person_id: PersonId,
    now: Instant,
) -> Result<Cluster, StoreError> {
    let case_at = Matcher::new(app, now).whereabouts(tx, case).await?;
    let exposures = tx.exposures_of(case.case_id).await?;
    let people: BTreeSet<PersonId> = exposures.iter().map(|exposure| exposure.person_id).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let told = notified::of(tx, case.case_id, &people, TEMPLATE, case.opened_at).await?;
    let household: HashSet<PersonId> = tx.household_of(&case_at.aliases).await?.into_iter().collect();
    let mut odd = odd_visits::behind(app, tx, &exposures).await?;
    let mut visits: HashMap<PlaceId, Vec<CaseVisitView>> = HashMap::new();
    for (visit, stay) in &case_at.visits {
        let seen = CaseVisitView {
            checked_in_at: stay.from,
            left_at: stay.to,
            assumed: stay.assumed,
            ward_code: None,
            ward_name: None,
        };
        visits.entry(visit.place_id).or_default().push(seen);
    }
    let places = visits.keys().copied().chain(exposures.iter().map(|exposure| exposure.place_id));
    let places: Vec<PlaceId> = places.collect::<BTreeSet<_>>().into_iter().collect();
    let venue = |place: Place| {
        let mut visits = visits.remove(&place.id).unwrap_or_default();
        for visit in &mut visits {
            let unit = units::on(place.ward_code.as_str(), visit.checked_in_at.local_date());
            (visit.ward_code, visit.ward_name) = (unit.map(|unit| unit.code), unit.map(area::Unit::label));
        }
        VenueView { visits, place }
    };
    let mut venues: Vec<VenueView> = tx.places_by_id(&places).await?.into_iter().map(venue).collect();
    venues.sort_by_key(|venue| (venue.visits.first().map(|visit| visit.checked_in_at), venue.place.id));
    let exposures = exposures.into_iter().map(|exposure| ExposureView {
        id: exposure.id,
        person_id: exposure.person_id,
        venue_id: exposure.place_id,
        day: exposure.day,
        overlap_minutes: exposure.overlap_minutes,
        level: exposure.level,
        assumed: exposure.assumed,
        policy: exposure.policy,
        household: household.contains(&exposure.person_id),
        notified: told.get(&exposure.person_id).cloned().unwrap_or_default(),
        odd: odd.remove(&(exposure.person_id, exposure.place_id, exposure.day)).unwrap_or_default(),
    });
    Ok(Cluster {
        case_id: case.case_id,
        person_id,
        voided: case.voided_at.is_some(),
        window: WindowView { from: case_at.window.from, to: case_at.window.to },
        venues,
        exposures: exposures.collect(),
        alerts: Vec::new(),
    })
}

/// The newest cases of the caller's area that were not voided, at most `limit`.
///
/// # Errors
/// When the store fails.
pub async fn recent(app: &App, caller: &Caller, limit: usize) -> Result<Vec<CaseLine>, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let cases = tx.recent_cases(LOOKED_THROUGH, 0).await?;
    let cases: Vec<_> = cases.into_iter().filter(|(case, _)| case.voided_at.is_none()).collect();
    let ids: Vec<PersonId> = cases.iter().map(|(case, _)| case.person_id).collect();
    let people: HashMap<PersonId, Person> =
        tx.people(&ids).await?.into_iter().map(|stored| (stored.person.id, stored.person)).collect();
    let today = now.local_date();
    let lines = cases.into_iter().filter_map(|(case, counts)| {
        let person = people.get(&case.person_id)?;
        let ward = person.ward_code.as_ref().map(AsRef::as_ref);
        caller.covers(ward, today).then(|| CaseLine { case, person: person.clone(), counts })
    });
    let lines: Vec<CaseLine> = lines.take(limit).collect();
    let detail = json!({"cases": lines.iter().map(|line| line.case.case_id).collect::<Vec<_>>()});
    tx.audit(&caller.audit(SERVICE, "exposures.list", None, detail), now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(lines)
}
