//! Ending a case by the rule.

use serde_json::{Value, json};
use shared::events::CaseClosed;
use shared::ids::CaseId;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::report::no_such_case;
use super::void_case::tell_ended;
use super::work::{Work, case_subject};
use super::{alerts, area};
use crate::App;
use crate::completion::{Course, unmet};
use crate::domain::case::CaseState;
use crate::store::{AlertFilter, AlertState, CaseRecord};

/// Closes a case.
///
/// # Errors
/// 404 outside the caller's area, 409 where the case has ended, 409 with `unmet` where a criterion is not met.
pub async fn close(app: &App, caller: &Caller, id: CaseId) -> Result<CaseRecord, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    if case.state != CaseState::Open {
        return Err(Problem::conflict("case_ended", "Hồ sơ này đã kết thúc.", "This case has ended already."));
    }
    let evidence = work.tx.evidence_of(id).await?;
    let waiting =
        AlertFilter { states: vec![AlertState::Open], cases: Some(vec![id]), limit: 1, ..AlertFilter::default() };
    let course = Course {
        diagnosed_on: case.diagnosed_at.local_date(),
        vaccine_doses: case.vaccine_doses,
        tests: evidence.iter().filter_map(|e| Some((e.collected_at.local_date(), e.outcome?))).collect(),
        alert_waits: !work.tx.alerts(&waiting).await?.is_empty(),
    };
    let unmet = unmet(&course, work.now.local_date());
    if !unmet.is_empty() {
        let list: Vec<Value> = unmet.iter().map(|criterion| criterion.view(caller.lang())).collect();
        return Err(Problem::conflict(
            "criteria_unmet",
            "Chưa đủ điều kiện kết thúc cách ly; còn thiếu những điều bên dưới.",
            "The criteria for ending isolation are not met; see what is missing.",
        )
        .with("unmet", list));
    }
    let closed = CaseRecord { state: CaseState::Closed, closed_at: Some(work.now), ..case };
    work.tx.update_case(&closed).await?;
    alerts::end_all(&mut work, &closed, "case_closed").await?;
    work.event(&CaseClosed { case_id: id, person_id: closed.person_id, closed_at: work.now }).await?;
    tell_ended(&mut work, &closed);
    work.audit("case.close", case_subject(id), json!({})).await?;
    work.commit().await?;
    Ok(closed)
}
