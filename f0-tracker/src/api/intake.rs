//! `PUT` and `GET cases/{id}/intake`.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, put};
use serde::Serialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::ids::{AccountId, CaseId, PersonId};
use shared::time::{Date, Instant};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::{KEEPERS, READERS};
use crate::App;
use crate::app::intake::{self, Intake};
use crate::domain::condition::Condition;
use crate::domain::eligibility::Verdict;
use crate::domain::intake::IntakeInput;
use crate::domain::risk::RiskGroup;

/// A patient who was taken in.
#[derive(Debug, Clone, Serialize)]
pub struct IntakeView {
    case_id: CaseId,
    eligible: Verdict,
    protocol: String,
    source: String,
    criteria: Vec<Value>,
    risk: RiskGroup,
    risk_source: &'static str,
    risk_reasons: Vec<String>,
    conditions: Vec<Condition>,
    conditions_asked: bool,
    vaccine_doses: Option<u8>,
    last_dose_on: Option<Date>,
    pregnant: Option<bool>,
    stable: Option<bool>,
    self_care: Option<bool>,
    reachable: Option<bool>,
    has_carer: Option<bool>,
    carer_id: Option<PersonId>,
    ward_code: Option<String>,
    doctor: Option<Value>,
    decided_at: Instant,
    decided_by: Option<AccountId>,
}

impl IntakeView {
    fn new(intake: Intake, lang: Lang) -> Self {
        let Intake { case, record, risk_reasons, doctor } = intake;
        let decision = record.decision;
        let criterion =
            |answer: &crate::domain::eligibility::Answer| json!({"text": answer.text.get(lang), "met": answer.met});
        Self {
            case_id: case.id,
            eligible: decision.verdict,
            criteria: decision.criteria.iter().map(criterion).collect(),
            protocol: decision.protocol,
            source: decision.source,
            risk: case.risk,
            risk_source: case.risk.source(),
            risk_reasons: risk_reasons.iter().map(|reason| reason.get(lang).to_owned()).collect(),
            conditions: case.conditions.into_iter().collect(),
            conditions_asked: record.conditions_asked,
            vaccine_doses: case.vaccine_doses,
            last_dose_on: record.last_dose_on,
            pregnant: case.pregnant,
            stable: record.stable,
            self_care: record.self_care,
            reachable: record.reachable,
            has_carer: record.has_carer,
            carer_id: record.carer,
            ward_code: case.ward_code,
            doctor: case.doctor.map(|id| json!({"id": id, "display_name": doctor})),
            decided_at: record.decided_at,
            decided_by: record.decided_by,
        }
    }
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<IntakeInput>,
) -> Result<Json<IntakeView>, Problem> {
    Ok(Json(IntakeView::new(intake::take(&app, &caller, id, &input).await?, caller.lang())))
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<IntakeView>, Problem> {
    Ok(Json(IntakeView::new(intake::read(&app, &caller, id).await?, caller.lang())))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/api/v1/f0/cases/{id}/intake";
    routes
        .add(
            Method::PUT,
            PATH,
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json(
                "Take a patient in: whether home is the place and why, risk group, doctor; what is not sent stays",
            )
            .body("IntakeInput")
            .answer("Intake"),
            put(take),
        )
        .add(
            Method::GET,
            PATH,
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("The intake of a patient").answer("Intake"),
            get(read),
        )
}
