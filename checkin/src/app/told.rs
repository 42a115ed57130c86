//! Whom no message reaches is told by word of mouth, also that what they were told so does not hold any more: the list of a
//! station, and the word that it was done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;
use shared::access::Role;
use shared::area::wards_in;
use shared::events::ExposureLevel;
use shared::ids::{CaseId, PersonId, PlaceId};
use shared::person::Person;
use shared::phone::Phone;
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::{Date, Instant, days};
use shared_store::StoreError;
use shared_web::caller::Caller;

use crate::domain::told::ToldInput;
use crate::store::{CaseRecord, CheckinRead, CheckinWrite, ToldRecord, UntoldRecord, Whose};
use crate::{App, SERVICE};

/// For how long somebody stands on the list: by then the incubation is over. Our own policy, after the 14 days of
/// observation of 2021.
const LISTED: SignedDuration = days(14);

/// How many people a list shows.
const MOST: usize = 200;

/// Why nobody could be told by a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The register knows no mobile number of theirs.
    NoMobile,
    /// The message failed.
    Failed,
}

impl Why {
    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoMobile => "no_mobile",
            Self::Failed => "failed",
        }
    }
}

/// Where and when somebody was near a case, and how near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearView {
    /// The place.
    pub venue_id: PlaceId,
    /// Its name.
    pub venue: String,
    /// The local day.
    pub day: Date,
    /// How near.
    pub level: ExposureLevel,
}

/// Somebody whom nobody has told. Whose contact they are is not said: that is not the station's to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct UntoldView {
    /// Who.
    pub person: Person,
    /// Why no message reached them.
    pub why: Why,
    /// They were told, and are to be told that it does not hold any more.
    pub taken_back: bool,
    /// Since when it is known, or since when it does not hold.
    pub since: Instant,
    /// Where they were near a case, or were told that they were, the nearest first; empty where an officer had everybody of
    /// a place told.
    pub near: Vec<NearView>,
}

/// The list of those whom nobody has told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UntoldList {
    /// The nearest contacts first, then those who wait longest; at last those of whom it was taken back.
    pub people: Vec<UntoldView>,
    /// How many there are, where the list does not show all.
    pub total: usize,
}

/// Those of the caller's area whom no message reached and whom nobody told by word of mouth: of what was found, or that what
/// they were told so was taken back. The look is on record.
///
/// # Errors
/// When the store fails.
pub async fn untold(app: &App, caller: &Caller) -> Result<UntoldList, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let mut waiting: BTreeMap<PersonId, Vec<UntoldRecord>> = BTreeMap::new();
    let today = now.local_date();
    let wards = caller.account().and_then(|account| wards_in(&account.area, today));
    for record in waiting_for(tx.as_mut(), wards.as_deref().map_or(Whose::All, Whose::Wards), now).await? {
        if caller.covers(record.ward_code.as_deref(), today) {
            waiting.entry(record.person_id).or_default().push(record);
        }
    }
    let ids: Vec<PersonId> = waiting.keys().copied().collect();
    let people = tx.people(&ids).await?.into_iter().map(|stored| stored.person);
    // Whose number is known has a message that is about to be written, unless one failed.
    let reason = |person: &Person| match person.phone.as_ref().is_some_and(Phone::is_mobile) {
        true => waiting[&person.id].iter().any(|record| record.failed).then_some(Why::Failed),
        false => Some(Why::NoMobile),
    };
    let mut unreached: Vec<(Person, Why)> =
        people.filter_map(|person| reason(&person).map(|why| (person, why))).collect();
    let rank = |person: &Person| {
        let records = &waiting[&person.id];
        let nearest = records.iter().filter_map(|record| record.exposure.map(|(.., level)| level)).max();
        (taken_back(records), core::cmp::Reverse(nearest), records.iter().map(|record| record.since).min(), person.id)
    };
    unreached.sort_by_key(|(person, _)| rank(person));
    let total = unreached.len();
    unreached.truncate(MOST);
    let places = places_of(tx.as_mut(), unreached.iter().flat_map(|(person, _)| &waiting[&person.id])).await?;
    let view = |(person, why): (Person, Why)| {
        let records = &waiting[&person.id];
        let since = records.iter().map(|record| record.since).min().unwrap_or(now);
        UntoldView { near: near(records, &places), taken_back: taken_back(records), person, why, since }
    };
    let people: Vec<UntoldView> = unreached.into_iter().map(view).collect();
    let detail = json!({"people": people.iter().map(|untold| untold.person.id).collect::<Vec<_>>()});
    tx.audit(&caller.audit(SERVICE, "exposures.untold", None, detail), now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(UntoldList { people, total })
}

/// What these are to be told by word of mouth, of the last days.
async fn waiting_for(
    tx: &mut (impl CheckinRead + ?Sized),
    whose: Whose<'_>,
    now: Instant,
) -> Result<Vec<UntoldRecord>, StoreError> {
    let mut found = tx.untold(now.minus(LISTED), whose).await?;
    found.extend(tx.taken_back(now.minus(LISTED), whose).await?);
    Ok(found)
}

/// Whether somebody is to be told that nothing holds any more: of whom something is found, nothing is taken back.
fn taken_back(records: &[UntoldRecord]) -> bool {
    records.iter().all(|record| record.taken_back)
}

async fn places_of(
    tx: &mut (impl CheckinRead + ?Sized),
    records: impl Iterator<Item = &UntoldRecord>,
) -> Result<HashMap<PlaceId, Place>, StoreError> {
    let ids: BTreeSet<PlaceId> = records.filter_map(|record| record.exposure.map(|(place, ..)| place)).collect();
    let places = tx.places_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(places.into_iter().map(|place| (place.id, place)).collect())
}

/// Where somebody was near a case: a place and a day once, as near as it was.
fn near(records: &[UntoldRecord], places: &HashMap<PlaceId, Place>) -> Vec<NearView> {
    let mut nearest: BTreeMap<(PlaceId, Date), ExposureLevel> = BTreeMap::new();
    for (place, day, level) in records.iter().filter_map(|record| record.exposure) {
        let known = nearest.entry((place, day)).or_insert(level);
        *known = level.max(*known);
    }
    let view = |((venue_id, day), level)| {
        let venue = places.get(&venue_id).map(|place| place.name.clone()).unwrap_or_default();
        NearView { venue_id, venue, day, level }
    };
    let mut near: Vec<NearView> = nearest.into_iter().map(view).collect();
    near.sort_by_key(|near| core::cmp::Reverse((near.level, near.day)));
    near
}

/// Why nobody was noted as told.
#[derive(Debug, thiserror::Error)]
pub enum ToldError {
    /// Fields are at fault.
    #[error("{} field(s) are at fault", .0.len())]
    Invalid(Vec<FieldError>),
    /// There is no such person in the caller's area, or not in such a case.
    #[error("there is no such person in the caller's area, or not in such a case")]
    Nobody,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// Somebody who was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Who.
    pub person_id: PersonId,
    /// Of how many cases it is noted now; 0 where they had been told of all.
    pub cases: usize,
}

/// Notes that the caller told somebody by word of mouth: of one case, or of all that the list says; where what they were told
/// so was taken back, that they know it. Noted twice, the first stays. Staff say it of those who live in their area, an
/// officer also of the contacts of a case of theirs.
///
/// # Errors
/// [`ToldError`] says why not.
pub async fn tell(app: &App, caller: &Caller, input: &ToldInput) -> Result<Told, ToldError> {
    let draft = input.parse().map_err(ToldError::Invalid)?;
    let now = app.platform.now();
    let told_by = caller.account().ok_or(ToldError::Nobody)?.id;
    let mut tx = app.store.write().await?;
    let person_id = tx.canonical(draft.person_id).await?.ok_or(ToldError::Nobody)?;
    let due = match draft.case_id {
        Some(case_id) => of_case(caller, tx.as_mut(), case_id, person_id, now).await?.ok_or(ToldError::Nobody)?,
        None if lives_near(caller, tx.as_mut(), person_id, now).await? => {
            Due::of(&waiting_for(tx.as_mut(), Whose::Person(person_id), now).await?)
        }
        None => return Err(ToldError::Nobody),
    };
    let record = |case_id| ToldRecord { case_id, person_id, how: draft.how, told_by, told_at: now };
    let (mut noted, mut taken_back) = (Vec::new(), Vec::new());
    for case_id in due.found {
        if tx.insert_told(&record(case_id)).await? {
            noted.push(case_id);
        }
    }
    for case_id in due.taken_back {
        if tx.tell_taken_back(&record(case_id)).await? {
            taken_back.push(case_id);
        }
    }
    let cases = noted.len() + taken_back.len();
    if cases > 0 {
        let detail = json!({"how": draft.how.code(), "cases": noted, "taken_back": taken_back});
        let entry = caller.audit(SERVICE, "exposures.told", Some(format!("person:{person_id}")), detail);
        tx.audit(&entry, now, &mut app.platform.random()).await?;
        tx.commit().await?;
    }
    Ok(Told { person_id, cases })
}

/// The cases of which somebody is told.
#[derive(Default)]
struct Due {
    /// That they were near.
    found: BTreeSet<CaseId>,
    /// That it does not hold.
    taken_back: BTreeSet<CaseId>,
}

impl Due {
    fn of(records: &[UntoldRecord]) -> Self {
        let mut due = Self::default();
        for record in records {
            let cases = if record.taken_back { &mut due.taken_back } else { &mut due.found };
            cases.insert(record.case_id);
        }
        due
    }
}

/// Whether somebody lives in the caller's area.
async fn lives_near(
    caller: &Caller,
    tx: &mut dyn CheckinWrite,
    person: PersonId,
    now: Instant,
) -> Result<bool, StoreError> {
    let ward = tx.person(person).await?.and_then(|stored| stored.person.ward_code);
    Ok(caller.covers(ward.as_ref().map(AsRef::as_ref), now.local_date()))
}

/// What somebody is told of one case: where either lives in the caller's area, and the person is a contact of it, was at a
/// place that a decision names, or was told so before it was taken back. Nothing is left where they know that, too.
async fn of_case(
    caller: &Caller,
    tx: &mut dyn CheckinWrite,
    case_id: CaseId,
    person: PersonId,
    now: Instant,
) -> Result<Option<Due>, StoreError> {
    let Some(case) = tx.case(case_id).await? else { return Ok(None) };
    let of_theirs = caller.account().is_some_and(|account| account.has(Role::Officer))
        && lives_near(caller, tx, case.person_id, now).await?;
    if !of_theirs && !lives_near(caller, tx, person, now).await? {
        return Ok(None);
    }
    if concerns(tx, &case, person).await? {
        return Ok(Some(Due { found: BTreeSet::from([case_id]), ..Due::default() }));
    }
    let records = tx.taken_back(now.minus(LISTED), Whose::Person(person)).await?;
    if records.iter().any(|record| record.case_id == case_id) {
        return Ok(Some(Due { taken_back: BTreeSet::from([case_id]), ..Due::default() }));
    }
    Ok(tx.was_told(case_id, person).await?.then(Due::default))
}

/// Whether somebody is a contact of a case that stands, or was at a place that a decision names.
async fn concerns(tx: &mut dyn CheckinWrite, case: &CaseRecord, person: PersonId) -> Result<bool, StoreError> {
    if case.voided_at.is_some() {
        return Ok(false);
    }
    let exposed = tx.exposures_of(case.case_id).await?.iter().any(|exposure| exposure.person_id == person);
    Ok(exposed || tx.alerted_of(case.case_id).await?.iter().any(|told| told.person_id == person))
}
