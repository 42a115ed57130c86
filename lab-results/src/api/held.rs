//! The work queue for programs: `GET /api/v1/lab/held`, and what a person decides about a record.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::Serialize;
use shared::ids::{PersonId, ResultId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};
use uuid::Uuid;

use crate::api::WORKERS;
use crate::api::held_views::{HeldDetailView, HeldView};
use crate::app::App;
use crate::app::held::{self, Choice};
use crate::app::paging;
use crate::app::sender::Sender;
use crate::app::waiting;

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<HeldView>>, Problem> {
    let sender = Sender::of(&caller)?;
    let found = waiting::list(&app, &sender, paging::after(&paging)?, paging.limit()).await?;
    let items = found.items.iter().map(|one| HeldView::new(one, caller.lang())).collect();
    Ok(Json(List { items, next_cursor: found.next_cursor }))
}

async fn one(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Json<HeldDetailView>, Problem> {
    let detail = waiting::show(&app, &Sender::of(&caller)?, id).await?;
    Ok(Json(HeldDetailView::new(&detail, caller.lang())))
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
    Json(choice): Json<Choice>,
) -> Result<Json<Released>, Problem> {
    let (result_id, person_id) = held::release(&app, &Sender::of(&caller)?, id, &choice).await?;
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
            Doc::json("Records that wait for a person, oldest first").answer("HeldList").query(&["limit", "cursor"]),
            get(list),
        )
        .add(
            Method::GET,
            "/api/v1/lab/held/{id}",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("A waiting record with who it may be about, and the message that it came in")
                .answer("HeldDetail"),
            get(one),
        )
        .add(
            Method::POST,
            "/api/v1/lab/held/{id}/release",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Release a waiting record, saying whose it is and what it is where it does not")
                .body("HeldRelease")
                .answer("HeldReleased"),
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
