//! `GET cases/{id}/sick-leave` and `GET sick-leaves`: what the sick-leave table XML11 is filled with, also as a file.

use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};
use shared::ids::CaseId;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, Query};
use shared_web::sheet::{self, Table};

use super::KEEPERS;
use crate::App;
use crate::app::sick_leave::{self, SickLeave, SpanInput};

async fn one(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<SickLeave>, Problem> {
    Ok(Json(sick_leave::of_case(&app, &caller, id).await?))
}

async fn list(State(app): State<App>, caller: Caller, Query(input): Query<SpanInput>) -> Result<Json<Value>, Problem> {
    let found = sick_leave::of_span(&app, &caller, &input).await?;
    Ok(Json(json!({"items": found.items, "without_paper": found.without_paper, "next_cursor": null})))
}

async fn export(app: App, caller: Caller, input: SpanInput, table: Table) -> Result<Response, Problem> {
    let (name, file) = sick_leave::export(&app, &caller, &input, table).await?;
    sheet::answer(table, &name, file)
}

fn exporter(table: Table) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, Query(input): Query<SpanInput>| export(app, caller, input, table))
}

/// The routes.
#[must_use]
pub fn routes(mut routes: Routes<App>) -> Routes<App> {
    const QUERY: &[&str] = &["ward_code", "from", "to"];
    let exports =
        [("/api/v1/f0/sick-leaves/export.csv", Table::Csv), ("/api/v1/f0/sick-leaves/export.xlsx", Table::Xlsx)];
    for (path, table) in exports {
        let doc = Doc::json(
            "The sick leaves of a span of days as a file; who took it out stands in each line and in the audit log",
        );
        let doc = doc.gives(table.media_type()).query(QUERY);
        routes = routes.add(Method::GET, path, Who::Roles(KEEPERS), Scope::Area, doc, exporter(table));
    }
    routes
        .add(
            Method::GET,
            "/api/v1/f0/sick-leaves",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("What XML11 is filled with from the cases that ended in a span of days")
                .query(QUERY)
                .answer("SickLeaveList"),
            get(list),
        )
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/sick-leave",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("What the sick-leave table XML11 of the social insurance is filled with").answer("SickLeave"),
            get(one),
        )
}
