//! An officer chooses places of a case and a time: everybody who was there is told, once.
//!
//! Who shared the air with the case has been told by the matching already. Here are those whom it does not find, because
//! they came at another hour of the day, or because nobody knows when the case was where in a large place.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::event::CloudEvent;
use shared::events::VenueAlerted;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_web::caller::Caller;
use uuid::Uuid;

use super::matching::Matcher;
use super::notified::{self, Notified};
use super::parts::around;
use super::people::{self, first_kept};
use super::stays::Stays;
use crate::domain::policy::StayPolicy;
use crate::domain::stay::Stay;
use crate::domain::venue_alert::{AlertDraft, AlertInput, Kept};
use crate::store::{AlertRecord, CaseRecord, CheckinWrite, PlaceSpan, VisitAtPlace, minute_of};
use crate::{App, SERVICE};

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerted {
    /// The decision, or the first one where this was a repeat.
    pub id: Uuid,
    /// How many people are told by it.
    pub people: usize,
    /// Whether it was taken now. A preview is not.
    pub created: bool,
}

/// Why nobody is told.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// Fields are at fault.
    #[error("{} field(s) are at fault", .0.len())]
    Invalid(Vec<FieldError>),
    /// There is no such case where this officer works.
    #[error("there is no such case where this officer works")]
    NoCase,
    /// The case was none.
    #[error("the case was none")]
    Voided,
    /// The id was used with another body.
    #[error("the id was used with another body")]
    IdConflict,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Tells everybody who was at the places; with `preview` it is only counted how many they would be.
///
/// # Errors
/// [`AlertError`] says why not.
pub async fn alert(app: &App, caller: &Caller, input: &AlertInput, preview: bool) -> Result<Alerted, AlertError> {
    let now = app.platform.now();
    let kept = Kept { first: first_kept(app, now), days: app.platform.config.retention_days };
    let draft = input.parse(kept, now).map_err(AlertError::Invalid)?;
    let mut tx = app.store.write().await?;
    let case = case_of(caller, tx.as_mut(), draft.case_id, now).await?;
    let account = caller.account().ok_or(AlertError::NoCase)?.id;
    let content =
        app.platform.keys().sealer.blind("alert_content", &serde_json::to_string(input).map_err(StoreError::from)?);
    if let Some(id) = draft.id
        && let Some(first) = tx.alert(id).await?
    {
        let people = usize::try_from(first.people).unwrap_or_default();
        let same = first.content == content;
        return if same { Ok(Alerted { id, people, created: false }) } else { Err(AlertError::IdConflict) };
    }
    let places = places_of(app, tx.as_mut(), &case, &draft, now).await?;
    let there = there(app, tx.as_mut(), &case, &places, &draft, now).await?;
    let mut random = app.platform.random();
    let id = draft.id.unwrap_or_else(|| uuid_v7(now, &mut random));
    if preview {
        return Ok(Alerted { id, people: there.len(), created: false });
    }
    let people: Vec<PersonId> = there.keys().copied().collect();
    let sealed = app.platform.keys().sealer.seal("alert_reason", id.as_bytes(), draft.reason.as_bytes(), &mut random);
    let record = AlertRecord {
        id,
        case_id: case.case_id,
        decided_by: account,
        decided_at: now,
        from: draft.from,
        to: draft.to,
        reason_sealed: sealed,
        places: draft.venues.clone(),
        people: i64::try_from(people.len()).unwrap_or(i64::MAX),
        content,
    };
    if !tx.insert_alert(&record, &people).await? {
        return Err(AlertError::IdConflict);
    }
    let event = |(person_id, (venue_id, day)): (PersonId, (PlaceId, Date))| {
        let told = VenueAlerted { alert_id: id, case_id: case.case_id, person_id, venue_id, day };
        CloudEvent::new(&told, now, &mut app.platform.random())
    };
    let events: Vec<CloudEvent> = there.into_iter().map(event).collect();
    tx.append_events(&events).await?;
    let detail =
        json!({"alert": id, "venues": draft.venues, "from": draft.from, "to": draft.to, "people": people.len()});
    let entry = caller.audit(SERVICE, "exposures.alert", Some(format!("case:{}", case.case_id)), detail);
    tx.audit(&entry, now, &mut random).await?;
    tx.commit().await?;
    Ok(Alerted { id, people: people.len(), created: true })
}

async fn case_of(
    caller: &Caller,
    tx: &mut dyn CheckinWrite,
    id: CaseId,
    now: Instant,
) -> Result<CaseRecord, AlertError> {
    let case = tx.case(id).await?.ok_or(AlertError::NoCase)?;
    let kept = tx.canonical(case.person_id).await?.unwrap_or(case.person_id);
    let ward = tx.person(kept).await?.and_then(|stored| stored.person.ward_code);
    if !caller.covers(ward.as_ref().map(AsRef::as_ref), now.local_date()) {
        return Err(AlertError::NoCase);
    }
    if case.voided_at.is_some() { Err(AlertError::Voided) } else { Ok(case) }
}

/// The places, where the case or somebody whom it exposed was at each.
async fn places_of(
    app: &App,
    tx: &mut dyn CheckinWrite,
    case: &CaseRecord,
    draft: &AlertDraft,
    now: Instant,
) -> Result<Vec<Place>, AlertError> {
    let visits = Matcher::new(app, now).whereabouts(tx, case).await?.visits;
    let mut of_case: HashSet<PlaceId> = visits.iter().map(|(visit, _)| visit.place_id).collect();
    of_case.extend(tx.exposures_of(case.case_id).await?.iter().map(|exposure| exposure.place_id));
    let places = tx.places_by_id(&draft.venues).await?;
    if places.len() == draft.venues.len() && places.iter().all(|place| of_case.contains(&place.id)) {
        return Ok(places);
    }
    let detail = Bilingual::new("Ca bệnh này không đến nơi đó", "The case was not at such a place");
    Err(AlertError::Invalid(vec![FieldError::new("/venue_ids", "unknown", detail)]))
}

/// Who was at the places and their parts in the time, with the place and day of their first visit there; whoever was told of this case
/// before, and the case itself, are left out.
async fn there(
    app: &App,
    tx: &mut dyn CheckinWrite,
    case: &CaseRecord,
    places: &[Place],
    draft: &AlertDraft,
    now: Instant,
) -> Result<BTreeMap<PersonId, (PlaceId, Date)>, StoreError> {
    let policy = StayPolicy::on(draft.from.local_date());
    let around = around(tx, places.iter().map(|place| place.id)).await?;
    let within: BTreeSet<PlaceId> = places.iter().flat_map(|place| around.parts.down_from(place.id)).collect();
    let span = |place_id: &PlaceId| PlaceSpan {
        place_id: *place_id,
        from_minute: minute_of(draft.from.minus(policy.longest_stay())),
        to_minute: minute_of(draft.to),
    };
    let spans: Vec<PlaceSpan> = within.iter().map(span).collect();
    let rows = tx.visits_at(&spans).await?;
    let rules = Stays { kinds: &around.kinds, policy, now };
    let reaches_into = |row: &VisitAtPlace, stay: Stay| row.checked_in_at < draft.from && draft.from < stay.to;
    let stays = rules.of(app, tx, &rows, reaches_into).await?;
    let visitors = people::behind(app, tx, rows.iter().map(|row| (row.day(), row.visitor))).await?;
    let mut there: Vec<(&VisitAtPlace, PersonId)> = rows
        .iter()
        .zip(stays)
        .zip(visitors)
        .filter(|((_, stay), _)| {
            stay.from < draft.to && draft.from < stay.to.max(stay.from.plus(SignedDuration::from_secs(1)))
        })
        .filter_map(|((row, _), person)| Some((row, person?)))
        .collect();
    there.sort_by_key(|(row, _)| row.checked_in_at);
    let mut told: HashSet<PersonId> =
        tx.alerted_of(case.case_id).await?.into_iter().map(|told| told.person_id).collect();
    told.extend(tx.exposures_of(case.case_id).await?.into_iter().map(|exposure| exposure.person_id));
    let told = people::canonical(tx, told.into_iter()).await?;
    let told: HashSet<PersonId> = told.into_values().chain(tx.aliases(case.person_id).await?).collect();
    let mut found = BTreeMap::new();
    for (row, person) in there {
        if !told.contains(&person) {
            found.entry(person).or_insert((row.place_id, row.day()));
        }
    }
    Ok(found)
}

/// A decision as an officer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertView {
    /// The decision.
    pub id: Uuid,
    /// Who decided, as people see the account.
    pub decided_by: String,
    /// When.
    pub decided_at: Instant,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Why.
    pub reason: String,
    /// The places.
    pub venue_ids: Vec<PlaceId>,
    /// How many people were told by it.
    pub people: i64,
    /// Who.
    pub told: Vec<ToldView>,
}

/// Somebody whom a decision told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldView {
    /// Who.
    pub person_id: PersonId,
    /// When they were first told, and how.
    #[serde(flatten)]
    pub notified: Notified,
}

/// The template of the message of a decision.
const TEMPLATE: &str = "venue_alert";

/// The decisions of a case, the newest first.
///
/// # Errors
/// When the store fails, or a reason cannot be opened.
pub(super) async fn of_case(app: &App, tx: &mut dyn CheckinWrite, case: CaseId) -> Result<Vec<AlertView>, StoreError> {
    let mut views = Vec::new();
    let alerted = tx.alerted_of(case).await?;
    for record in tx.alerts_of(case).await? {
        let people = alerted.iter().filter(|told| told.alert_id == record.id).map(|told| told.person_id).collect();
        let told = told(tx, case, people, record.decided_at).await?;
        let account = tx.account(record.decided_by).await?;
        let reason =
            app.platform.keys().sealer.open_text("alert_reason", record.id.as_bytes(), &record.reason_sealed)?;
        views.push(AlertView {
            id: record.id,
            decided_by: account.map(|stored| stored.account.display_name).unwrap_or_default(),
            decided_at: record.decided_at,
            from: record.from,
            to: record.to,
            reason,
            venue_ids: record.places,
            people: record.people,
            told,
        });
    }
    Ok(views)
}

/// When and how each of these people was told since a decision of then.
async fn told(
    tx: &mut dyn CheckinWrite,
    case: CaseId,
    people: Vec<PersonId>,
    decided_at: Instant,
) -> Result<Vec<ToldView>, StoreError> {
    let mut told = notified::of(tx, case, &people, TEMPLATE, decided_at).await?;
    let view = |person_id| ToldView { person_id, notified: told.remove(&person_id).unwrap_or_default() };
    Ok(people.into_iter().map(view).collect())
}
