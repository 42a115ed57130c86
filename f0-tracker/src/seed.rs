//! Loading cases of the past, for the demo province: with times that are given, and nobody is told.
//!
//! What is loaded appends no event, no line of the feed and no message. Alerts get their timers, so what waits climbs
//! once the process runs.

use std::collections::BTreeSet;

use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::events::Outcome;
use shared::ids::{AccountId, CaseId, DutyId, PersonId, ResultId};
use shared::time::{Date, Instant, minutes};
use shared_store::StoreError;

use crate::App;
use crate::app::open_case::{self, Opening};
use crate::app::work::Work;
use crate::app::{owners, report, silence, timers};
use crate::domain::case::CaseState;
use crate::domain::condition::Condition;
use crate::domain::duty::Duty;
use crate::domain::observation::Observation;
use crate::store::{AlertFilter, AlertState, CaseRecord, Contact, ContactLevel, Evidence, OpenedBy};

/// A doctor who answered an alert did so after so many minutes.
const ANSWERED_AFTER: i64 = 20;

/// A stretch of duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Whose.
    pub account: AccountId,
    /// As what.
    pub role: Role,
    /// For which area.
    pub area: AreaScope,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
}

/// A case of the past.
#[derive(Debug, Clone)]
pub struct SeedCase {
    /// Its id.
    pub id: CaseId,
    /// Who has it: the record that the person lives on as.
    pub person_id: PersonId,
    /// The result that opened it.
    pub result_id: ResultId,
    /// When the specimen of that result was taken.
    pub specimen_at: Instant,
    /// When the laboratory said so, and the case opened.
    pub diagnosed_at: Instant,
    /// The first day of symptoms, where known.
    pub symptom_onset: Option<Date>,
    /// Underlying diseases.
    pub conditions: BTreeSet<Condition>,
    /// Doses of vaccine, where known.
    pub vaccine_doses: Option<u8>,
    /// Whether pregnant, where known.
    pub pregnant: Option<bool>,
    /// The ward.
    pub ward_code: String,
    /// Who lives in the same household.
    pub household: Vec<PersonId>,
    /// The doctor who made the first call; none where it still waits.
    pub doctor: Option<AccountId>,
    /// When the case ended, where it has.
    pub closed_at: Option<Instant>,
}

/// Opens a case of the past; `false` where the person has an open case or it was loaded before.
///
/// # Errors
/// When the store fails.
pub async fn open_case(app: &App, seed: &SeedCase) -> Result<bool, StoreError> {
    let mut work = Work::quiet(app).await?;
    work.now = seed.diagnosed_at;
    if work.tx.case(seed.id).await?.is_some() {
        return Ok(false);
    }
    let Some(case) = open_case::open(&mut work, &opening(seed)).await? else { return Ok(false) };
    let evidence = Evidence {
        result_id: seed.result_id,
        case_id: Some(case.id),
        person_id: seed.person_id,
        version: 1,
        outcome: Some(Outcome::Detected),
        collected_at: seed.specimen_at,
    };
    work.tx.put_evidence(&evidence).await?;
    for person_id in seed.household.iter().copied().filter(|id| *id != seed.person_id) {
        let (case_id, level, first_seen) = (case.id, ContactLevel::Household, seed.diagnosed_at);
        work.tx.put_contact(&Contact { case_id, person_id, level, last_day: None, first_seen }).await?;
    }
    let case = CaseRecord { doctor: seed.doctor, ..case };
    if seed.doctor.is_some() || seed.closed_at.is_some() {
        answer(&mut work, &case).await?;
    }
    let case = match seed.closed_at {
        Some(_) => {
            let closed = CaseRecord { state: CaseState::Closed, closed_at: seed.closed_at, ..case };
            silence::end(&mut work, closed).await?
        }
        None => case,
    };
    work.tx.update_case(&case).await?;
    work.commit().await?;
    Ok(true)
}

fn opening(seed: &SeedCase) -> Opening {
    Opening {
        id: Some(seed.id),
        person_id: seed.person_id,
        opened_by: OpenedBy::Result,
        diagnosed_at: seed.diagnosed_at,
        specimen_at: seed.specimen_at,
        symptom_onset: seed.symptom_onset,
        conditions: seed.conditions.clone(),
        vaccine_doses: seed.vaccine_doses,
        pregnant: seed.pregnant,
        ward_code: Some(seed.ward_code.clone()),
        body_hash: None,
    }
}

/// Puts stretches of duty on the roster.
///
/// # Errors
/// When the store fails.
pub async fn roster(app: &App, duties: impl IntoIterator<Item = Shift>) -> Result<(), StoreError> {
    let mut work = Work::quiet(app).await?;
    for Shift { account, role, area, from, to } in duties {
        let duty = Duty { id: DutyId::new(work.now, work.random()), account, role, area, from, to };
        work.tx.insert_duty(&duty, None, "demo").await?;
        for at in [from, to] {
            let at = at.max(work.now);
            timers::set(&mut work, owners::TIMER, duty.id.uuid(), json!({}), at).await?;
        }
    }
    work.commit().await
}

/// Loads reports of a case, the oldest first. What an earlier one raised was answered; what the last one raised waits.
/// An id that is taken is passed over. Gives how many were loaded.
///
/// # Errors
/// When the store fails.
pub async fn insert_reports(app: &App, case: CaseId, reports: &[Observation]) -> Result<usize, StoreError> {
    let mut work = Work::quiet(app).await?;
    let mut loaded = 0;
    for (n, observed) in reports.iter().enumerate() {
        let Some(case) = work.tx.case(case).await? else { break };
        work.now = observed.at;
        let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
        let kept = report::keep(&mut work, &case, person.as_ref(), observed.clone(), "").await?;
        loaded += usize::from(kept.is_some());
        if n + 1 < reports.len() || case.state != CaseState::Open {
            answer(&mut work, &case).await?;
        }
    }
    work.commit().await?;
    Ok(loaded)
}

/// The case's doctor took and ended whatever waits, a while after it was raised.
async fn answer(work: &mut Work, case: &CaseRecord) -> Result<(), StoreError> {
    let states = vec![AlertState::Open];
    let filter = AlertFilter { states, cases: Some(vec![case.id]), limit: 1, ..AlertFilter::default() };
    for alert in work.tx.alerts(&filter).await? {
        let at = work.now.plus(minutes(ANSWERED_AFTER));
        if let Some(doctor) = case.doctor {
            work.tx.acknowledge_alert(alert.id, doctor, at, "").await?;
        }
        work.tx.resolve_alert(alert.id, case.doctor, at, "").await?;
        work.tx.cancel_timers(crate::app::escalate::TIMER, alert.id.uuid(), at).await?;
    }
    Ok(())
}
