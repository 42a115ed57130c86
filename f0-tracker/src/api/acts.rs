//! `POST cases/{id}/advice`, `/prescriptions`, `/referrals`, `/calls`, `/handovers`, and the steps after.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::bilingual::{Bilingual, Lang};
use shared::ids::{ActId, CaseId, PersonId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::body_hash;
use super::views::AccountView;
use crate::App;
use crate::app::act_steps::{self, Stepped};
use crate::app::acts::{self, ADVISERS, CARERS, Done, Target};
use crate::app::look::Names;
use crate::domain::act::{ActKind, ActStatus, StepBy};
use crate::domain::act_input::{ActDraft, AdviceInput, CallInput, HandoverInput, PrescriptionInput, ReferralInput};
use crate::store::ActRecord;

/// A step of something that was done.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    status: ActStatus,
    at: Instant,
    by: Option<AccountView>,
    note: String,
}

/// Something that staff did for a patient.
#[derive(Debug, Clone, Serialize)]
pub struct ActView {
    id: ActId,
    case_id: Option<CaseId>,
    person_id: PersonId,
    ward_code: Option<String>,
    status: ActStatus,
    status_text: String,
    at: Instant,
    by: AccountView,
    due_at: Option<Instant>,
    /// How many of an ordered bag the station has, where that was just asked and somebody has counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    station_stock: Option<i64>,
    #[serde(flatten)]
    body: Map<String, Value>,
    steps: Vec<StepView>,
}

impl ActView {
    /// One with the names of those who had a hand in it.
    #[must_use]
    pub fn new(act: &ActRecord, names: &Names, lang: Lang) -> Self {
        let account = |id| AccountView { id, display_name: names.get(&id).cloned().unwrap_or_default() };
        let body = match serde_json::to_value(&act.body) {
            Ok(Value::Object(body)) => body,
            _ => Map::new(),
        };
        Self {
            id: act.id,
            case_id: act.case_id,
            person_id: act.person_id,
            ward_code: act.ward_code.clone(),
            status: act.status,
            status_text: act.status.name().get(lang).to_owned(),
            at: act.at,
            by: account(act.by),
            due_at: act.due_at,
            station_stock: None,
            body,
            steps: act
                .steps
                .iter()
                .map(|step| StepView {
                    status: step.status,
                    at: step.at,
                    by: match step.by {
                        StepBy::Account(id) => Some(account(id)),
                        StepBy::Person(_) | StepBy::System => None,
                    },
                    note: step.note.clone(),
                })
                .collect(),
        }
    }
}

impl ActView {
    /// The same with how many of its bag the station has.
    fn with_stock(mut self, left: Option<i64>) -> Self {
        self.station_stock = left;
        self
    }
}

/// Those of a kind, the newest first.
#[must_use]
pub fn of_kind(acts: &[ActRecord], kind: ActKind, names: &Names, lang: Lang) -> Vec<ActView> {
    acts.iter().filter(|act| act.kind() == kind).map(|act| ActView::new(act, names, lang)).collect()
}

type Answer = Result<(StatusCode, Json<ActView>), Problem>;

async fn add(app: App, caller: Caller, target: Target, draft: ActDraft, hash: String) -> Answer {
    let Done { act, created, left } = acts::add(&app, &caller, target, draft, &hash).await?;
    let me = caller.require_account()?;
    let names = Names::from([(me.id, me.display_name.clone())]);
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(ActView::new(&act, &names, caller.lang()).with_stock(left))))
}

async fn advice(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>, Json(input): Json<AdviceInput>) -> Answer {
    let draft = input.parse()?;
    add(app, caller, Target::Case(id), draft, body_hash(&input)).await
}

async fn prescription(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<PrescriptionInput>,
) -> Answer {
    let draft = input.parse()?;
    add(app, caller, Target::Case(id), draft, body_hash(&input)).await
}

async fn referral(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<ReferralInput>,
) -> Answer {
    let draft = input.parse()?;
    add(app, caller, Target::Case(id), draft, body_hash(&input)).await
}

async fn call(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>, Json(input): Json<CallInput>) -> Answer {
    let draft = input.parse(app.platform.now())?;
    add(app, caller, Target::Case(id), draft, body_hash(&input)).await
}

async fn handover(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<HandoverInput>,
) -> Answer {
    let draft = input.parse()?;
    add(app, caller, Target::Case(id), draft, body_hash(&input)).await
}

/// A step as somebody sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StepInput {
    status: Option<String>,
    note: Option<String>,
}

impl StepInput {
    fn status(&self) -> Result<ActStatus, Problem> {
        let text = self.status.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Problem::field(FieldError::required("/status")))?;
        ActStatus::from_code(text).ok_or_else(|| {
            let codes = ActStatus::ALL.map(ActStatus::code).join(", ");
            let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
            Problem::field(FieldError::new("/status", "unknown_code", detail))
        })
    }
}

async fn step(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ActId>,
    Json(input): Json<StepInput>,
) -> Result<Json<ActView>, Problem> {
    let note = input.note.clone().unwrap_or_default();
    let Stepped { act, left } = act_steps::advance(&app, &caller, id, input.status()?, &note).await?;
    let me = caller.require_account()?;
    let names = Names::from([(me.id, me.display_name.clone())]);
    Ok(Json(ActView::new(&act, &names, caller.lang()).with_stock(left)))
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<ActId>) -> Result<StatusCode, Problem> {
    act_steps::read(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let made = |summary, schema| Doc::json(summary).body(schema).answer("Act").status(201);
    let (advisers, carers) = (Who::Roles(ADVISERS), Who::Roles(CARERS));
    routes
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/advice",
            advisers,
            Scope::Area,
            made("Advise patient and family, who confirm that they read it", "AdviceInput"),
            post(advice),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/prescriptions",
            carers,
            Scope::Area,
            made(
                "Order a medicine bag, or medicines; 409 with reasons for a bag the patient may not have",
                "PrescriptionInput",
            ),
            post(prescription),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/referrals",
            carers,
            Scope::Area,
            made("Refer; family and commune are told", "ReferralInput"),
            post(referral),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/calls",
            advisers,
            Scope::Area,
            made("Note a call, also of a case that has ended", "CallInput"),
            post(call),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/handovers",
            advisers,
            Scope::Area,
            made("Pass on to station, doctor or 115, who must accept", "HandoverInput"),
            post(handover),
        )
        .add(
            Method::POST,
            "/api/v1/f0/acts/{id}/steps",
            advisers,
            Scope::Area,
            Doc::json("Take the next step; 409 with where it stands where somebody was first")
                .body("ActStep")
                .answer("Act"),
            post(step),
        )
        .add(
            Method::POST,
            "/api/v1/f0/acts/{id}/read",
            Who::CitizenOr(&[]),
            Scope::Own,
            Doc::json("The patient or the family confirms that they read advice").status(204),
            post(read),
        )
}
