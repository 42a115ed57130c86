//! The work queue for programs: `GET /api/v1/lab/held`, and what a person decides about a record.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use shared::ids::{PersonId, ResultId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List};
use uuid::Uuid;

use crate::api::WORKERS;
use crate::api::views::HeldView;
use crate::app::App;
use crate::app::held;
use crate::app::sender::Sender;

/// How many waiting records a list shows: whoever works on them takes the oldest first.
const SHOWN: i64 = 200;

async fn list(State(app): State<App>, caller: Caller) -> Result<Json<List<HeldView>>, Problem> {
    let sender = Sender::of(&caller)?;
    let waiting = app.store.read().await?.waiting(sender.lab_code(), SHOWN).await?;
    Ok(Json(List { items: waiting.into_iter().map(HeldView::from).collect(), next_cursor: None }))
}

#[derive(Deserialize)]
struct ReleaseInput {
    person_id: Option<PersonId>,
}

#[derive(Serialize)]
struct Released {
    result_id: ResultId,
    person_id: PersonId,
}

async fn release(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<Uuid>,
    Json(input): Json<ReleaseInput>,
) -> Result<Json<Released>, Problem> {
    let (result_id, person_id) = held::release(&app, &Sender::of(&caller)?, id, input.person_id).await?;
    Ok(Json(Released { result_id, person_id }))
}

async fn dismiss(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Json<serde_json::Value>, Problem> {
    held::dismiss(&app, &Sender::of(&caller)?, id).await?;
    Ok(Json(serde_json::json!({"id": id, "resolution": "dismissed"})))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/lab/held",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Records that wait for a person, oldest first").answer("HeldList"),
            get(list),
        )
        .add(
            Method::POST,
            "/api/v1/lab/held/{id}/release",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Release a waiting record as it stands").body("HeldRelease").answer("HeldReleased"),
            post(release),
        )
        .add(
            Method::POST,
            "/api/v1/lab/held/{id}/dismiss",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Take a waiting record from the queue"),
            post(dismiss),
        )
}
