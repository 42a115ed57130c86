//! `GET cases/{id}/household` and `POST households/reports`: one form or call for all members of a household.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::{Bilingual, Lang};
use shared::events::AlertLevel;
use shared::ids::{CaseId, PersonId};
use shared::person::PersonView;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::views::ReportAnswer;
use crate::App;
use crate::app::household::{self, Member, OfMember, Outcome};
use crate::app::report::REPORTERS;
use crate::domain::act_input::CallInput;
use crate::domain::observation::ReportInput;

#[derive(Debug, Serialize)]
struct MemberView {
    person_id: PersonId,
    person: Option<PersonView>,
    is_guardian: bool,
    case_id: Option<CaseId>,
    age: Option<u32>,
    protocol: String,
    level: Option<AlertLevel>,
    last_report_at: Option<Instant>,
    report_due_at: Option<Instant>,
    at_risk: Vec<String>,
}

impl MemberView {
    fn new(member: &Member, guardian: Option<PersonId>, lang: Lang) -> Self {
        let case = member.case.as_ref();
        Self {
            person_id: member.person_id,
            person: member.person.as_ref().map(PersonView::from),
            is_guardian: guardian == Some(member.person_id),
            case_id: case.map(|case| case.id),
            age: member.age,
            protocol: member.protocol.clone(),
            level: case.map(|case| case.latest.level),
            last_report_at: case.and_then(|case| case.latest.at),
            report_due_at: case.and_then(|case| case.report_due_at),
            at_risk: member.at_risk.iter().map(|why| why.get(lang).to_owned()).collect(),
        }
    }
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<Value>, Problem> {
    let household = household::of_case(&app, &caller, id).await?;
    let lang = caller.lang();
    let members: Vec<_> =
        household.members.iter().map(|member| MemberView::new(member, household.guardian, lang)).collect();
    let at_risk = members.iter().any(|member| !member.at_risk.is_empty());
    Ok(Json(json!({"members": members, "at_risk": at_risk})))
}

/// The report of one member: whose case, and a report as anybody sends it.
#[derive(Debug, Clone, Deserialize)]
struct MemberInput {
    case_id: String,
    #[serde(flatten)]
    report: ReportInput,
}

/// The reports of a household.
#[derive(Debug, Clone, Deserialize)]
struct HouseholdInput {
    /// Who measured, for all who do not say otherwise.
    #[serde(default)]
    by: Option<String>,
    /// The members.
    #[serde(default)]
    members: Vec<MemberInput>,
    /// The call of staff in which they told it.
    #[serde(default)]
    call: Option<CallInput>,
}

impl HouseholdInput {
    fn members(&self) -> Result<Vec<OfMember>, Problem> {
        let mut errors = Vec::new();
        let mut members = Vec::new();
        for (n, member) in self.members.iter().enumerate() {
            let mut report = member.report.clone();
            report.by = report.by.or_else(|| self.by.clone());
            match member.case_id.trim().parse() {
                Ok(case_id) => members.push(OfMember { case_id, report }),
                Err(_) => {
                    let detail = Bilingual::new("Mã hồ sơ phải là một UUID", "The id of a case is a UUID");
                    errors.push(FieldError::new(format!("/members/{n}/case_id"), "id", detail));
                }
            }
        }
        if errors.is_empty() { Ok(members) } else { Err(errors.into()) }
    }
}

/// What became of one member's report.
fn outcome(outcome: Outcome, lang: Lang) -> Value {
    let Outcome { case_id, result } = outcome;
    match result {
        Ok(taken) => {
            let status = if taken.created { "accepted" } else { "duplicate" };
            json!({"case_id": case_id, "status": status, "report": ReportAnswer::from(taken.report), "errors": []})
        }
        Err(problem) => {
            let errors: Vec<Value> = problem
                .errors
                .iter()
                .map(|error| json!({"pointer": error.pointer, "code": error.code, "detail": error.detail.get(lang)}))
                .collect();
            let detail = problem.detail.get(lang);
            json!({"case_id": case_id, "status": "rejected", "detail": detail, "errors": errors})
        }
    }
}

async fn report(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<HouseholdInput>,
) -> Result<Json<Value>, Problem> {
    let outcomes = household::report(&app, &caller, input.members()?, input.call.as_ref()).await?;
    let levels = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok()).map(|taken| taken.report.level);
    let worst = levels.max().unwrap_or_default();
    let results: Vec<Value> = outcomes.into_iter().map(|one| outcome(one, caller.lang())).collect();
    Ok(Json(json!({"level": worst, "results": results})))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/household",
            Who::CitizenOr(super::READERS),
            Scope::AreaOrOwn,
            Doc::json("The household of a patient: who has a case, who judges them, who is at risk")
                .answer("Household"),
            get(read),
        )
        .add(
            Method::POST,
            "/api/v1/f0/households/reports",
            Who::CitizenOr(REPORTERS),
            Scope::AreaOrOwn,
            Doc::json("Report all members of a household at once; one at fault holds up no other")
                .body("HouseholdReports")
                .answer("HouseholdAnswer"),
            post(report),
        )
}
