//! `GET cases/{id}/closing`, `POST cases/{id}/close`, `POST closings`, `GET` and `PUT settings`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::access::Role;
use shared::bilingual::{Bilingual, Lang};
use shared::ids::CaseId;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};
use shared_web::problem::document;

use super::views::CaseView;
use super::{KEEPERS, READERS};
use crate::App;
use crate::app::close_case::{self, Closing};
use crate::app::look::Names;
use crate::app::settings;

/// The most cases in one request.
const MOST: usize = 200;

async fn preview(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<Value>, Problem> {
    Ok(Json(close_case::preview(&app, &caller, id).await?.view(caller.lang())))
}

async fn close(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
) -> Result<(StatusCode, Json<CaseView>), Problem> {
    let closed = close_case::close(&app, &caller, id).await?;
    let today = app.platform.now().local_date();
    Ok((StatusCode::CREATED, Json(CaseView::new(&closed, None, &Names::new(), today))))
}

#[derive(Debug, Deserialize)]
struct Many {
    #[serde(default)]
    case_ids: Vec<CaseId>,
}

fn outcome(closing: &Closing, lang: Lang, request: &str) -> Value {
    match &closing.result {
        Ok(case) => json!({"case_id": closing.case_id, "status": "closed", "closed_at": case.closed_at}),
        Err(problem) => {
            let mut told = document(problem, lang, request);
            let unmet = told.get_mut("unmet").map(Value::take).unwrap_or_else(|| json!([]));
            json!({"case_id": closing.case_id, "status": "refused", "problem": told, "unmet": unmet})
        }
    }
}

async fn close_many(
    State(app): State<App>,
    caller: Caller,
    Json(many): Json<Many>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    if many.case_ids.is_empty() || many.case_ids.len() > MOST {
        let detail = Bilingual::new(format!("Từ 1 đến {MOST} hồ sơ"), format!("From 1 to {MOST} cases"));
        return Err(Problem::field(FieldError::new("/case_ids", "out_of_range", detail)));
    }
    let closings = close_case::close_many(&app, &caller, &many.case_ids).await;
    let request = caller.context.request_id.as_str();
    let results: Vec<Value> = closings.iter().map(|closing| outcome(closing, caller.lang(), request)).collect();
    let closed = closings.iter().filter(|closing| closing.result.is_ok()).count();
    Ok((StatusCode::CREATED, Json(json!({"closed": closed, "refused": results.len() - closed, "results": results}))))
}

async fn read_settings(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let day_zero = settings::day_zero(app.store.read().await?.as_mut()).await?;
    Ok(Json(json!({"day_zero": day_zero})))
}

#[derive(Debug, Deserialize)]
struct SettingsInput {
    day_zero: String,
}

async fn set_settings(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<SettingsInput>,
) -> Result<Json<Value>, Problem> {
    let day_zero = settings::set_day_zero(&app, &caller, &input.day_zero).await?;
    Ok(Json(json!({"day_zero": day_zero})))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const SETTERS: &[Role] = &[Role::Officer];
    routes
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/closing",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("When a case may end, and what is missing today").answer("Closing"),
            get(preview),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/close",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("Close a case and issue its certificate; 409 with the unmet criteria").answer("Case").status(201),
            post(close),
        )
        .add(
            Method::POST,
            "/api/v1/f0/closings",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("Close many cases; each is judged by itself")
                .body("ClosingsInput")
                .answer("Closings")
                .status(201),
            post(close_many),
        )
        .add(
            Method::GET,
            "/api/v1/f0/settings",
            Who::Roles(READERS),
            Scope::None,
            Doc::json("The settings of the province").answer("F0Settings"),
            get(read_settings),
        )
        .add(
            Method::PUT,
            "/api/v1/f0/settings",
            Who::Roles(SETTERS),
            Scope::None,
            Doc::json("Set from which day isolation is counted").body("F0Settings").answer("F0Settings"),
            put(set_settings),
        )
}
