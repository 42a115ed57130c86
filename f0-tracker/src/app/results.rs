//! What laboratory results do to cases. They arrive at least once and in any order: only the highest version of a
//! result counts, and what this service has kept of it, never what an event says of the version before.

use std::collections::{BTreeMap, BTreeSet};

use shared::events::{Outcome, ResultAmended, ResultReported};
use shared::ids::{CaseId, PersonId};
use shared_store::StoreError;

use super::open_case::{self, Opening};
use super::void_case::{self, Why};
use super::window;
use super::work::Work;
use crate::domain::case::CaseState;
use crate::domain::evidence::{KnownCase, OnAmended, OnDetected, on_amended, on_detected};
use crate::store::{CaseRecord, Evidence, OpenedBy};

/// Takes a result that a laboratory released.
///
/// # Errors
/// When the store fails.
pub async fn reported(work: &mut Work, result: &ResultReported) -> Result<(), StoreError> {
    settle(work, result, Some(result.outcome), None).await
}

/// Takes a result that a laboratory corrected or withdrew.
///
/// # Errors
/// When the store fails.
pub async fn amended(work: &mut Work, amended: &ResultAmended) -> Result<(), StoreError> {
    let outcome = (!amended.withdrawn).then_some(amended.result.outcome);
    settle(work, &amended.result, outcome, amended.previous_person_id).await
}

async fn settle(
    work: &mut Work,
    result: &ResultReported,
    outcome: Option<Outcome>,
    previous_person: Option<PersonId>,
) -> Result<(), StoreError> {
    work.tx.hold(result.result_id.uuid()).await?;
    count(work, result, outcome).await?;
    let stored = work.tx.evidence(result.result_id).await?;
    if stored.is_some_and(|stored| stored.version >= result.version) {
        return Ok(());
    }
    let mut people = BTreeSet::from([result.person_id]);
    people.extend(previous_person);
    people.extend(stored.map(|stored| stored.person_id));
    // Who each of them lives on as: nobody joins people while they are held.
    let mut lives_on = BTreeMap::new();
    for person in people {
        lives_on.insert(person, work.hold_person(person).await?);
    }
    let kept_as = |person: PersonId| lives_on.get(&person).copied().unwrap_or(person);
    let person_id = kept_as(result.person_id);
    let kept = match stored {
        Some(stored) if kept_as(stored.person_id) != person_id => {
            // It turned out to be another person's: for the one that it was, it says nothing any more.
            revisit(work, &stored, None).await?;
            None
        }
        kept => kept,
    };
    let found = match kept {
        Some(kept) => match revisit(work, &kept, outcome).await? {
            OnAmended::Detected => Some(detected(work, result, person_id).await?),
            _ => kept.case_id.map(Found::Known),
        },
        None if outcome == Some(Outcome::Detected) => Some(detected(work, result, person_id).await?),
        None => open_case_of(work, person_id).await?.map(Found::Known),
    };
    let case_id = found.map(Found::id);
    if case_id.is_none() && stored.is_none() && result.version == 1 {
        // A first negative result of somebody without a case is nobody's evidence.
        return Ok(());
    }
    let collected_at = result.collected_at;
    let version = result.version;
    let evidence = Evidence { result_id: result.result_id, case_id, person_id, version, outcome, collected_at };
    work.tx.put_evidence(&evidence).await?;
    let touched: BTreeSet<CaseId> = case_id.into_iter().chain(stored.and_then(|stored| stored.case_id)).collect();
    // What has just opened says what this result says.
    for id in touched.into_iter().filter(|id| !matches!(found, Some(Found::Opened(opened)) if opened == *id)) {
        if let Some(case) = work.tx.case(id).await? {
            window::renew(work, &case, case.clone()).await?;
        }
    }
    Ok(())
}

/// Counts a result under its day and ward, for the curves.
async fn count(work: &mut Work, result: &ResultReported, outcome: Option<Outcome>) -> Result<(), StoreError> {
    let ward = match &result.ward_code {
        Some(ward) => Some(ward.clone()),
        None => {
            let person = work.tx.person(result.person_id).await?;
            person.and_then(|stored| stored.person.ward_code).map(|ward| ward.as_str().to_owned())
        }
    };
    work.tx.put_test(result, ward.as_deref(), outcome).await
}

/// What must become of the case that a result stands behind now that it says something else; voids it where that is so.
async fn revisit(work: &mut Work, kept: &Evidence, outcome: Option<Outcome>) -> Result<OnAmended, StoreError> {
    let case = match kept.case_id {
        Some(id) => work.tx.case(id).await?,
        None => None,
    };
    let known = match &case {
        Some(case) => Some(known_case(work, case, kept).await?),
        None => None,
    };
    let decision = on_amended(known.as_ref(), kept.outcome.unwrap_or(Outcome::Invalid), outcome);
    if let OnAmended::Void(id) = decision {
        let why = if outcome.is_none() { Why::ResultWithdrawn } else { Why::ResultChanged };
        void_case::void(work, id, why).await?;
    }
    Ok(decision)
}

async fn known_case(work: &mut Work, case: &CaseRecord, result: &Evidence) -> Result<KnownCase, StoreError> {
    let behind = work.tx.evidence_of(case.id).await?;
    let others = behind.iter().filter(|other| other.result_id != result.result_id);
    Ok(KnownCase {
        id: case.id,
        state: case.state,
        closed_at: case.closed_at,
        opened_by_staff: case.opened_by == OpenedBy::Staff,
        other_detected: others.filter(|other| other.outcome == Some(Outcome::Detected)).count(),
    })
}

async fn open_case_of(work: &mut Work, person: PersonId) -> Result<Option<CaseId>, StoreError> {
    let latest = work.tx.latest_case(person).await?;
    Ok(latest.filter(|case| case.state == CaseState::Open).map(|case| case.id))
}

/// The case that a result stands behind.
#[derive(Debug, Clone, Copy)]
enum Found {
    /// It was there.
    Known(CaseId),
    /// The result opened it.
    Opened(CaseId),
}

impl Found {
    fn id(self) -> CaseId {
        let (Self::Known(id) | Self::Opened(id)) = self;
        id
    }
}

/// A result says that the virus was found: the case that it joins, or the one that it opens.
async fn detected(work: &mut Work, result: &ResultReported, person_id: PersonId) -> Result<Found, StoreError> {
    let latest = work.tx.latest_case(person_id).await?;
    let known = latest.as_ref().map(|case| KnownCase {
        id: case.id,
        state: case.state,
        closed_at: case.closed_at,
        opened_by_staff: case.opened_by == OpenedBy::Staff,
        other_detected: 0,
    });
    if let OnDetected::AddEvidence(id) = on_detected(known.as_ref(), result.collected_at) {
        return Ok(Found::Known(id));
    }
    let opening = Opening {
        id: None,
        person_id,
        opened_by: OpenedBy::Result,
        diagnosed_at: result.resulted_at,
        specimen_at: result.collected_at,
        symptom_onset: None,
        conditions: BTreeSet::new(),
        vaccine_doses: None,
        pregnant: None,
        ward_code: result.ward_code.clone(),
        body_hash: None,
    };
    if let Some(case) = open_case::open(work, &opening).await? {
        return Ok(Found::Opened(case.id));
    }
    // Only where two deliveries raced past the lock: the unique index let one of them through.
    let raced = open_case_of(work, person_id).await?;
    raced.map(Found::Known).ok_or_else(|| shared_store::error::inconsistent("f0_cases", "person_id"))
}
