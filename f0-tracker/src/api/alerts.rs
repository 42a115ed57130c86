//! `GET alerts`, `POST alerts/{id}/acknowledge`, `POST alerts/{id}/resolve`.

use axum::extract::State;
use axum::http::Method;
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::AlertId;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, OptionalJson, Paging, Query};

use super::BOARD;
use super::cases::filter;
use super::views::AlertView;
use crate::App;
use crate::app::alerts::{self, Step};
use crate::app::look::{self, AlertQuery, Names};
use crate::store::{AlertPlace, AlertState};

#[derive(Debug, Deserialize)]
struct Wanted {
    status: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<AlertView>>, Problem> {
    let codes = "open, acknowledged, resolved";
    let state = filter(wanted.status.as_deref(), "/status", AlertState::from_code, codes).map_err(Problem::field)?;
    let after = match wanted.cursor.as_deref() {
        None | Some("") => None,
        Some(cursor) => Some(AlertPlace::from_cursor(cursor).ok_or_else(Paging::no_cursor)?),
    };
    let limit = Paging { limit: wanted.limit, cursor: None }.limit();
    let query = AlertQuery { states: state.into_iter().collect(), after, limit, ..AlertQuery::default() };
    let found = look::alerts(&app, &caller, query).await?;
    let items = found.cards.iter().map(|card| AlertView::of_card(card, &found.names)).collect();
    Ok(Json(List { items, next_cursor: found.next.map(|place| place.cursor()) }))
}

#[derive(Debug, Default, Deserialize)]
struct Note {
    #[serde(default)]
    note: Option<String>,
}

async fn act(app: App, caller: Caller, id: AlertId, step: Step, note: Note) -> Result<Json<AlertView>, Problem> {
    let alert = alerts::act(&app, &caller, id, step, note.note.as_deref().unwrap_or_default()).await?;
    let me = caller.require_account()?;
    let names = Names::from([(me.id, me.display_name.clone())]);
    Ok(Json(AlertView::new(&alert, &names)))
}

async fn acknowledge(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AlertId>,
    OptionalJson(note): OptionalJson<Note>,
) -> Result<Json<AlertView>, Problem> {
    act(app, caller, id, Step::Acknowledge, note).await
}

async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AlertId>,
    OptionalJson(note): OptionalJson<Note>,
) -> Result<Json<AlertView>, Problem> {
    act(app, caller, id, Step::Resolve, note).await
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/f0/alerts",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::json("Alerts, the most dangerous first, then the oldest")
                .answer("AlertList")
                .query(&["status", "limit", "cursor"]),
            get(list),
        )
        .add(
            Method::POST,
            "/api/v1/f0/alerts/{id}/acknowledge",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::json("Take an alert; 409 with who has it where another was first").body("Note").answer("Alert"),
            post(acknowledge),
        )
        .add(
            Method::POST,
            "/api/v1/f0/alerts/{id}/resolve",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::json("End an alert; 409 with who has it where another was first").body("Note").answer("Alert"),
            post(resolve),
        )
}
