//! `GET station`, the work list, and `POST station/batch`: what a device of a station recorded without a signal.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::person::PersonView;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query};
use shared_web::problem::document;

use super::acts::ActView;
use super::views::CaseView;
use crate::App;
use crate::app::station::{self, FieldRecord, STATIONS, StationList, StationPatient, Waiting};

#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(default)]
    records: Vec<Value>,
}

/// One record: read by itself, so that one that cannot be read holds up no other. What fails on our side has no answer:
/// the device keeps the record and sends it again.
async fn one(app: &App, caller: &Caller, record: &Value) -> Option<Value> {
    let lang = caller.lang();
    let id = record["id"].as_str().unwrap_or_default().to_owned();
    let taken = match serde_json::from_value::<FieldRecord>(record.clone()) {
        Ok(record) => station::take(app, caller, &record).await,
        Err(error) => Err(unreadable(&error)),
    };
    match taken {
        Ok(created) => Some(json!({"id": id, "status": if created { "accepted" } else { "duplicate" }, "errors": []})),
        Err(problem) if problem.status.is_server_error() => None,
        Err(problem) => {
            let told = document(&problem, lang, &caller.context.request_id);
            let errors = match told["errors"].as_array() {
                Some(errors) if !errors.is_empty() => json!(errors),
                _ => json!([{"pointer": "", "code": problem.code, "detail": problem.detail.get(lang)}]),
            };
            Some(json!({"id": id, "status": "rejected", "errors": errors}))
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::malformed(format!("Bản ghi không đọc được: {error}"), format!("The record cannot be read: {error}"))
}

async fn batch(State(app): State<App>, caller: Caller, Json(batch): Json<Batch>) -> Result<Json<Value>, Problem> {
    station::check_batch(batch.records.len())?;
    let mut results = Vec::with_capacity(batch.records.len());
    for record in &batch.records {
        results.extend(one(&app, &caller, record).await);
    }
    Ok(Json(json!({"results": results})))
}

#[derive(Debug, Deserialize)]
struct Wanted {
    ward_code: Option<String>,
}

fn patient_view(patient: &StationPatient, list: &StationList, lang: Lang, today: shared::time::Date) -> Value {
    json!({
        "case": CaseView::new(&patient.case, patient.person.as_ref(), &list.names, today),
        "not_reported": patient.silence,
        "visit": patient.visit,
        "closing": {
            "state": patient.end,
            "day": patient.course.day_on(today),
            "ends_on": patient.course.ends_on(),
            "unmet": patient.unmet.iter().map(|criterion| criterion.view(lang)).collect::<Vec<_>>(),
        },
        "open_alerts": patient.alerts.len(),
    })
}

fn waiting_view(waiting: &Waiting, list: &StationList, lang: Lang) -> Value {
    json!({
        "act": ActView::new(&waiting.act, &list.names, lang),
        "person": waiting.person.as_ref().map(PersonView::from),
    })
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Json<Value>, Problem> {
    let list = station::list(&app, &caller, wanted.ward_code.as_deref()).await?;
    let (now, lang) = (app.platform.now(), caller.lang());
    let today = now.local_date();
    let waiting = |all: &[Waiting]| all.iter().map(|one| waiting_view(one, &list, lang)).collect::<Vec<_>>();
    Ok(Json(json!({
        "ward_code": list.ward,
        "as_of": now,
        "patients": list.patients.iter().map(|one| patient_view(one, &list, lang, today)).collect::<Vec<_>>(),
        "bags": waiting(&list.bags),
        "handovers": waiting(&list.handovers),
        "calls": waiting(&list.calls),
    })))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/f0/station",
            Who::Roles(STATIONS),
            Scope::Area,
            Doc::json("The work list of a ward's health station").query(&["ward_code"]).answer("StationList"),
            get(show),
        )
        .add(
            Method::POST,
            "/api/v1/f0/station/batch",
            Who::Roles(STATIONS),
            Scope::Area,
            Doc::json("What a station's device recorded without a signal; each record is judged by itself")
                .body("StationBatch")
                .answer("StationBatchAnswer"),
            post(batch),
        )
}
