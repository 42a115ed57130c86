//! Correcting what is known of a case.

use serde_json::json;
use shared::ids::CaseId;
use shared::person::Sex;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::open_case::subject_of;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use super::{area, window};
use crate::App;
use crate::domain::case::{CaseState, not_for_men};
use crate::domain::case_edit::{CaseEdit, CaseFacts};
use crate::domain::risk::risk;
use crate::store::CaseRecord;

fn facts_of(case: &CaseRecord) -> CaseFacts {
    CaseFacts {
        diagnosed_at: case.diagnosed_at,
        symptom_onset: case.symptom_onset,
        isolated_from: case.isolated_from,
        conditions: case.conditions.clone(),
        vaccine_doses: case.vaccine_doses,
        pregnant: case.pregnant,
    }
}

/// Corrects a case, open or closed. Its risk group follows; check-in is told where the window changed.
///
/// # Errors
/// 422 for fields at fault, 404 outside the caller's area, 409 where the case was voided.
pub async fn edit(app: &App, caller: &Caller, id: CaseId, edit: &CaseEdit) -> Result<CaseRecord, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    if case.state == CaseState::Voided {
        return Err(Problem::conflict(
            "case_voided",
            "Hồ sơ này đã hủy nên không sửa được.",
            "This case was voided and cannot be corrected.",
        ));
    }
    let facts = edit.apply(&facts_of(&case), work.now)?;
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    if facts.pregnant == Some(true) && person.as_ref().is_some_and(|person| person.sex == Sex::Male) {
        return Err(Problem::field(not_for_men()));
    }
    let mut after = CaseRecord {
        diagnosed_at: facts.diagnosed_at,
        symptom_onset: facts.symptom_onset,
        isolated_from: facts.isolated_from,
        conditions: facts.conditions,
        vaccine_doses: facts.vaccine_doses,
        pregnant: facts.pregnant,
        ..case.clone()
    };
    let newest = work.tx.newest_reports(&[id], 1).await?.pop().map(|report| report.observed);
    let day = newest.as_ref().map_or(work.now, |observed| observed.at).local_date();
    after.risk = risk(&subject_of(&after, person.as_ref()), after.vaccine_doses, newest.as_ref(), day);
    let after = window::renew(&mut work, &case, after).await?;
    work.audit("case.edit", case_subject(id), json!({"changed": changed(&case, &after)})).await?;
    work.commit().await?;
    Ok(after)
}

/// The names of the fields that a correction changed.
fn changed(before: &CaseRecord, after: &CaseRecord) -> Vec<&'static str> {
    let (before, after) = (facts_of(before), facts_of(after));
    [
        ("diagnosed_at", before.diagnosed_at != after.diagnosed_at),
        ("symptom_onset", before.symptom_onset != after.symptom_onset),
        ("isolated_from", before.isolated_from != after.isolated_from),
        ("conditions", before.conditions != after.conditions),
        ("vaccine_doses", before.vaccine_doses != after.vaccine_doses),
        ("pregnant", before.pregnant != after.pregnant),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
