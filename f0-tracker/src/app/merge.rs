//! Two records of one person were joined: what was kept of the one becomes the other's.

use shared::events::PersonMerged;
use shared::ids::PersonId;
use shared_store::StoreError;

use super::void_case::{self, Why};
use super::work::Work;
use super::{alerts, silence, window};
use crate::domain::case::CaseState;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseFilter, CaseRecord};

/// Moves the cases of `other_id` to `person_id`. Of two open cases the older stays, with everything that the other
/// held; the other is voided.
///
/// # Errors
/// When the store fails.
pub async fn merged(work: &mut Work, merged: &PersonMerged) -> Result<(), StoreError> {
    let kept = work.hold_person(merged.other_id).await?;
    let kept = if kept == merged.other_id { merged.person_id } else { kept };
    let kept = work.hold_person(kept).await?;
    let people = |person| CaseFilter { people: Some(vec![person]), limit: 1_000, ..CaseFilter::default() };
    let others = work.tx.cases(&people(merged.other_id)).await?;
    for case in others {
        let mine = work.tx.latest_case(kept).await?.filter(|mine| mine.state == CaseState::Open);
        match mine {
            Some(mine) if case.state == CaseState::Open => join(work, mine, case, kept).await?,
            _ => work.tx.move_case(case.id, kept).await?,
        }
    }
    work.tx.move_person(merged.other_id, kept).await
}

async fn join(work: &mut Work, mine: CaseRecord, other: CaseRecord, person: PersonId) -> Result<(), StoreError> {
    let (older, newer) = if mine.opened_at <= other.opened_at { (mine, other) } else { (other, mine) };
    for id in [older.id, newer.id] {
        work.tx.hold(id.uuid()).await?;
    }
    let (older, newer) = match (work.tx.case(older.id).await?, work.tx.case(newer.id).await?) {
        (Some(older), Some(newer)) => (older, newer),
        _ => return Ok(()),
    };
    let waiting = open_alert(work, &newer).await?;
    void_case::void(work, newer.id, Why::Merged).await?;
    work.tx.move_contents(newer.id, older.id).await?;
    for id in [newer.id, older.id] {
        work.tx.move_case(id, person).await?;
    }
    let latest = if newer.latest.at > older.latest.at { newer.latest } else { older.latest };
    let together = CaseRecord {
        person_id: person,
        symptom_onset: older.symptom_onset.or(newer.symptom_onset),
        isolated_from: older.isolated_from.or(newer.isolated_from),
        conditions: older.conditions.union(&newer.conditions).copied().collect(),
        vaccine_doses: older.vaccine_doses.or(newer.vaccine_doses),
        pregnant: older.pregnant.or(newer.pregnant),
        ward_code: older.ward_code.clone().or(newer.ward_code),
        doctor: older.doctor.or(newer.doctor),
        latest,
        ..older.clone()
    };
    let mut together = window::renew(work, &older, together).await?;
    if let Some(at) = together.latest.at {
        together = silence::heard(work, together, at).await?;
        work.tx.update_case(&together).await?;
    }
    if let Some(alert) = waiting {
        alerts::raise(work, &together, alert.level, &alert.reasons).await?;
    }
    Ok(())
}

async fn open_alert(work: &mut Work, case: &CaseRecord) -> Result<Option<AlertRecord>, StoreError> {
    let states = vec![AlertState::Open];
    let filter = AlertFilter { states, cases: Some(vec![case.id]), limit: 1, ..AlertFilter::default() };
    Ok(work.tx.alerts(&filter).await?.pop())
}
