//! Ranges of tube codes and their sheets of labels.

use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use shared::ids::PlaceId;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};
use uuid::Uuid;

use super::TAKERS;
use crate::app::App;
use crate::app::paging;
use crate::app::sender::Sender;
use crate::app::tubes::{self, MOST_LABELS, RangeInput};
use crate::store::flow::TubeRange;

#[derive(Debug, Serialize)]
struct RangeView {
    id: Uuid,
    site_id: Option<PlaceId>,
    note: String,
    first_number: i64,
    size: i64,
    first_barcode: String,
    last_barcode: String,
    sheet_url: String,
    created_at: Instant,
}

impl From<TubeRange> for RangeView {
    fn from(range: TubeRange) -> Self {
        Self {
            first_barcode: tubes::code(range.first_number).to_string(),
            last_barcode: tubes::code(range.first_number + range.size - 1).to_string(),
            sheet_url: format!("/api/v1/lab/tube-ranges/{}/labels.pdf", range.id),
            id: range.id,
            site_id: range.site_id,
            note: range.note,
            first_number: range.first_number,
            size: range.size,
            created_at: range.created_at,
        }
    }
}

async fn give(State(app): State<App>, caller: Caller, Json(input): Json<RangeInput>) -> Result<Response, Problem> {
    let (range, created) = tubes::give(&app, &Sender::of(&caller)?, &input).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(RangeView::from(range))).into_response())
}

async fn list(State(app): State<App>, Query(paging): Query<Paging>) -> Result<Json<List<RangeView>>, Problem> {
    let (limit, before) = (paging.limit(), paging::after(&paging)?);
    let found = app.store.read().await?.ranges(before, limit + 1).await?;
    let items = found.into_iter().map(RangeView::from).collect();
    Ok(Json(paging::after_last(items, limit, |range: &RangeView| range.first_number.to_string())))
}

/// Numbers that no tube has.
#[derive(Debug, Serialize)]
struct GapView {
    first_barcode: String,
    last_barcode: String,
    size: i64,
    /// `skipped` where a later number has a tube, else `not_reached`.
    why: &'static str,
}

#[derive(Debug, Serialize)]
struct UsageView {
    #[serde(flatten)]
    range: RangeView,
    used: i64,
    gaps: Vec<GapView>,
}

fn no_range() -> Problem {
    Problem::not_found("Không có dải mã này.", "There is no such range.")
}

async fn one(State(app): State<App>, Id(id): Id<Uuid>) -> Result<Json<UsageView>, Problem> {
    let usage = tubes::usage(app.store.read().await?.as_mut(), id).await?.ok_or_else(no_range)?;
    let gaps = usage.gaps.iter().map(|gap| GapView {
        first_barcode: tubes::code(gap.first).to_string(),
        last_barcode: tubes::code(gap.first + gap.size - 1).to_string(),
        size: gap.size,
        why: if gap.skipped { "skipped" } else { "not_reached" },
    });
    Ok(Json(UsageView { used: usage.used, gaps: gaps.collect(), range: usage.range.into() }))
}

#[derive(Deserialize)]
struct Which {
    from: Option<i64>,
    count: Option<i64>,
}

async fn sheet(
    State(app): State<App>,
    Id(id): Id<Uuid>,
    Query(Which { from, count }): Query<Which>,
) -> Result<Response, Problem> {
    let range = app.store.read().await?.range(id).await?;
    let range = range.ok_or_else(no_range)?;
    // The first label is 1 for people.
    let from = from.unwrap_or(1).saturating_sub(1);
    let drawn = tokio::task::spawn_blocking(move || tubes::sheet(&range, from, count.unwrap_or(MOST_LABELS)));
    let pdf = drawn.await.map_err(|_| Problem::internal())?.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a sheet of labels could not be drawn");
        Problem::internal()
    })?;
    let kind = HeaderValue::from_static("application/pdf");
    Ok(([(header::CONTENT_TYPE, kind)], pdf).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/lab/tube-ranges",
            Who::Roles(TAKERS),
            Scope::None,
            Doc::json("Give a site numbers of tubes that its phones and printers use up offline")
                .body("TubeRange")
                .answer("TubeRangeStored")
                .status(201),
            post(give),
        )
        .add(
            Method::GET,
            "/api/v1/lab/tube-ranges",
            Who::Roles(TAKERS),
            Scope::None,
            Doc::json("The ranges that were given out").answer("TubeRangeList").query(&["limit", "cursor"]),
            get(list),
        )
        .add(
            Method::GET,
            "/api/v1/lab/tube-ranges/{id}",
            Who::Roles(TAKERS),
            Scope::None,
            Doc::json("How far a range is used up, and which of its codes no tube has").answer("TubeRangeUsage"),
            get(one),
        )
        .add(
            Method::GET,
            "/api/v1/lab/tube-ranges/{id}/labels.pdf",
            Who::Roles(TAKERS),
            Scope::None,
            Doc::json("Labels of a range on A4, 44 to the sheet").gives("application/pdf").query(&["from", "count"]),
            get(sheet),
        )
}
