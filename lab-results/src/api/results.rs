//! `POST` and `GET /api/v1/lab/results`, one result, and the laboratories.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use shared::ids::ResultId;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query, number_in_text};

use crate::api::report_answer;
use crate::api::views::{LaboratoryView, ResultView, VersionView, WithVersions};
use crate::app::App;
use crate::app::list::{self, Wanted};
use crate::app::sender::Sender;
use crate::app::upload::{self, Command};

pub(super) async fn take(State(app): State<App>, caller: Caller, Json(body): Json<Value>) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let report = upload::take_json(&app, sender, body, Command::default()).await?;
    Ok(report_answer(report, caller.lang()))
}

#[derive(Deserialize)]
pub(super) struct Filter {
    person_id: Option<String>,
    lab_code: Option<String>,
    from: Option<String>,
    to: Option<String>,
    outcome: Option<String>,
    #[serde(default, deserialize_with = "number_in_text")]
    limit: Option<i64>,
    cursor: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<List<ResultView>>, Problem> {
    let paging = Paging { limit: filter.limit, cursor: filter.cursor };
    let wanted = Wanted {
        person_id: filter.person_id,
        lab_code: filter.lab_code,
        from: filter.from,
        to: filter.to,
        outcome: filter.outcome,
        limit: paging.limit(),
        offset: paging.offset()?,
    };
    let found = list::results(&app, &caller, &wanted).await?;
    let items = found.items.iter().map(ResultView::from).collect();
    Ok(Json(List { items, next_cursor: found.next_cursor }))
}

pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ResultId>,
) -> Result<Json<WithVersions>, Problem> {
    let (result, versions) = list::one(&app, &caller, id).await?;
    let versions = versions.iter().map(VersionView::from).collect();
    Ok(Json(WithVersions { result: ResultView::from(&result), versions }))
}

pub(super) async fn laboratories(State(app): State<App>) -> Result<Json<List<LaboratoryView>>, Problem> {
    let found = app.store.read().await?.laboratories().await?;
    Ok(Json(List { items: found.into_iter().map(LaboratoryView::from).collect(), next_cursor: None }))
}
