//! An officer chooses places of a case and a time: everybody who was there is told, once.
//!
//! Who shared the air with the case has been told by the matching already. Here are those whom it does not find, because
//! they came at another hour of the day, or because nobody knows when the case was where in a large place.

use std::collections::{BTreeMap, HashSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::event::CloudEvent;
use shared::events::VenueAlerted;
use shared::ids::{CaseId, PersonId, PlaceId, uuid_v7};
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::{Date, Instant, days};
use shared_store::StoreError;
use shared_web::caller::Caller;
use uuid::Uuid;

use super::matching::Matcher;
use super::people::{self, first_kept};
use crate::domain::policy::StayPolicy;
use crate::domain::stay::stay_of;
use crate::store::{AlertRecord, CaseRecord, CheckinWrite, PlaceSpan, minute_of};
use crate::{App, SERVICE};

/// The longest time that one decision covers. Our own policy.
const LONGEST: SignedDuration = days(3);
/// The most places of one decision. Our own policy.
const MOST_PLACES: usize = 50;
/// The longest reason.
const LONGEST_REASON: usize = 500;

/// A decision as an officer sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlertInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The case.
    pub case_id: Option<String>,
    /// The places, of those where the case was.
    pub venue_ids: Vec<String>,
    /// From when on, RFC 3339.
    pub from: Option<String>,
    /// Until when, RFC 3339.
    pub to: Option<String>,
    /// Why; it stands in the record.
    pub reason: Option<String>,
}

/// A decision that is understood.
struct Draft {
    id: Option<Uuid>,
    case_id: CaseId,
    venues: Vec<PlaceId>,
    from: Instant,
    to: Instant,
    reason: String,
}

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

impl AlertInput {
    fn parse(&self, app: &App, now: Instant) -> Result<Draft, Vec<FieldError>> {
        let mut errors = Vec::new();
        let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
        let id = given(&self.id).map(|id| id.parse::<Uuid>()).transpose();
        if id.is_err() {
            errors.push(no_id("/id"));
        }
        let case_id = match given(&self.case_id) {
            None => Err(FieldError::required("/case_id")),
            Some(id) => id.parse::<CaseId>().map_err(|_| no_id("/case_id")),
        };
        let case_id = case_id.map_err(|error| errors.push(error));
        let mut venues = Vec::new();
        for (n, venue) in self.venue_ids.iter().enumerate() {
            match venue.trim().parse::<PlaceId>() {
                Ok(venue) => venues.push(venue),
                Err(_) => errors.push(no_id(&format!("/venue_ids/{n}"))),
            }
        }
        venues.sort_unstable();
        venues.dedup();
        if self.venue_ids.is_empty() {
            errors.push(FieldError::required("/venue_ids"));
        }
        if venues.len() > MOST_PLACES {
            let detail = Bilingual::new(format!("Tối đa {MOST_PLACES} nơi"), format!("At most {MOST_PLACES} places"));
            errors.push(FieldError::new("/venue_ids", "too_many", detail));
        }
        let mut time = |pointer: &str, text: &Option<String>| match given(text).map(|text| text.parse::<Instant>()) {
            None => {
                errors.push(FieldError::required(pointer));
                None
            }
            Some(Err(_)) => {
                let detail = Bilingual::new(
                    "Thời gian theo RFC 3339, có múi giờ, ví dụ 2022-03-10T08:30:00+07:00",
                    "A time as in RFC 3339 with an offset, such as 2022-03-10T08:30:00+07:00",
                );
                errors.push(FieldError::new(pointer, "time", detail));
                None
            }
            Some(Ok(at)) => Some(at),
        };
        let (from, to) = (time("/from", &self.from), time("/to", &self.to));
        if let (Some(from), Some(to)) = (from, to) {
            errors.extend(window_fault(app, from, to, now));
        }
        let reason = given(&self.reason).unwrap_or_default();
        if reason.chars().count() < 5 || reason.chars().count() > LONGEST_REASON {
            let detail = Bilingual::new(
                format!("Hãy ghi lý do, từ 5 đến {LONGEST_REASON} ký tự"),
                format!("Write the reason, 5 to {LONGEST_REASON} characters"),
            );
            errors.push(FieldError::new("/reason", if reason.is_empty() { "required" } else { "length" }, detail));
        }
        match (id, case_id, from, to) {
            (Ok(id), Ok(case_id), Some(from), Some(to)) if errors.is_empty() => {
                Ok(Draft { id, case_id, venues, from, to, reason })
            }
            _ => Err(errors),
        }
    }
}

fn no_id(pointer: &str) -> FieldError {
    FieldError::new(pointer, "id", Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID"))
}

fn window_fault(app: &App, from: Instant, to: Instant, now: Instant) -> Option<FieldError> {
    let fault = |pointer: &str, code: &str, vi: String, en: String| {
        Some(FieldError::new(pointer, code, Bilingual::new(vi, en)))
    };
    if to <= from {
        return fault("/to", "order", "Giờ cuối phải sau giờ đầu".into(), "The end must be after the beginning".into());
    }
    if from > now {
        return fault("/from", "in_future", "Thời gian này chưa đến".into(), "This time has not come yet".into());
    }
    if to.since(from) > LONGEST {
        return fault("/to", "too_long", "Mỗi lần báo tối đa 3 ngày".into(), "At most 3 days at once".into());
    }
    if from.local_date() < first_kept(app, now) {
        let kept = app.platform.config.retention_days;
        return fault(
            "/from",
            "too_old",
            format!("Lượt vào chỉ được giữ {kept} ngày"),
            format!("Visits are kept for {kept} days only"),
        );
    }
    None
}

/// Tells everybody who was at the places; with `preview` it is only counted how many they would be.
///
/// # Errors
/// [`AlertError`] says why not.
pub async fn alert(app: &App, caller: &Caller, input: &AlertInput, preview: bool) -> Result<Alerted, AlertError> {
    let now = app.platform.now();
    let draft = input.parse(app, now).map_err(AlertError::Invalid)?;
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
    draft: &Draft,
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

/// Who was at the places in the time, with the place and day of their first visit there; whoever was told of this case
/// before, and the case itself, are left out.
async fn there(
    app: &App,
    tx: &mut dyn CheckinWrite,
    case: &CaseRecord,
    places: &[Place],
    draft: &Draft,
    now: Instant,
) -> Result<BTreeMap<PersonId, (PlaceId, Date)>, StoreError> {
    let policy = StayPolicy::on(draft.from.local_date());
    let span = |place: &Place| PlaceSpan {
        place_id: place.id,
        from_minute: minute_of(draft.from.minus(policy.longest_stay())),
        to_minute: minute_of(draft.to),
    };
    let spans: Vec<PlaceSpan> = places.iter().map(span).collect();
    let mut rows = tx.visits_at(&spans).await?;
    rows.retain(|row| {
        let Some(place) = places.iter().find(|place| place.id == row.visit.place_id) else { return false };
        let (came, left) = (row.visit.checked_in_at, row.visit.checked_out_at);
        let stay = stay_of(came, left, row.next_elsewhere, place.kind, policy, now);
        stay.from < draft.to && draft.from < stay.to.max(stay.from.plus(SignedDuration::from_secs(1)))
    });
    rows.sort_by_key(|row| row.visit.checked_in_at);
    let visitors = people::open(app, rows.iter().map(|row| &row.visit))?;
    let kept = people::canonical(tx, visitors.values().copied()).await?;
    let mut told: HashSet<PersonId> = tx.alerted_of(case.case_id).await?.into_iter().collect();
    told.extend(tx.exposures_of(case.case_id).await?.into_iter().map(|exposure| exposure.person_id));
    let told = people::canonical(tx, told.into_iter()).await?;
    let told: HashSet<PersonId> = told.into_values().chain(tx.aliases(case.person_id).await?).collect();
    let mut found = BTreeMap::new();
    for row in &rows {
        let person = visitors.get(&row.visit.visitor).and_then(|person| kept.get(person));
        if let Some(person) = person.filter(|person| !told.contains(person)) {
            found.entry(*person).or_insert((row.visit.place_id, row.visit.day));
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
}

/// The decisions of a case, the newest first.
///
/// # Errors
/// When the store fails, or a reason cannot be opened.
pub(super) async fn of_case(app: &App, tx: &mut dyn CheckinWrite, case: CaseId) -> Result<Vec<AlertView>, StoreError> {
    let mut views = Vec::new();
    for record in tx.alerts_of(case).await? {
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
        });
    }
    Ok(views)
}
