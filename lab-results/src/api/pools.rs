//! Pools: mixing kept tubes, the list, the call-back list of one, and a laboratory's map of pools.

use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, PersonId, ResultId, SpecimenId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query, number_in_text};

use super::uploads::receive;
use super::{TAKERS, WORKERS, report_answer};
use crate::app::App;
use crate::app::paging;
use crate::app::pool_files;
use crate::app::pools::{self, CallInput, PoolInput, Shown};
use crate::app::sender::Sender;
use crate::domain::pool::PoolState;
use crate::store::flow::{Member, Pool};

/// A pool.
#[derive(Debug, Serialize)]
pub(super) struct PoolView {
    id: SpecimenId,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<String>,
    lab_code: Option<String>,
    state: &'static str,
    deadline: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

impl PoolView {
    fn new(pool: &Pool, barcode: Option<String>) -> Self {
        Self {
            id: pool.id,
            kind: pool.kind.code(),
            barcode,
            lab_code: pool.lab_code.clone(),
            state: pool.state.code(),
            deadline: pool.deadline,
            created_at: pool.created_at,
            updated_at: pool.updated_at,
        }
    }
}

/// A member, with the phone that the call-back needs.
#[derive(Debug, Serialize)]
struct MemberView {
    position: i64,
    state: &'static str,
    person_id: PersonId,
    full_name: Option<String>,
    phone: Option<String>,
    order_id: OrderId,
    next_order_id: Option<OrderId>,
    result_id: Option<ResultId>,
    barcode: Option<String>,
    note: String,
    updated_at: Instant,
}

impl MemberView {
    fn new(member: Member, full_name: Option<String>, phone: Option<String>, barcode: Option<String>) -> Self {
        Self {
            position: member.position + 1,
            state: member.state.code(),
            person_id: member.person_id,
            full_name,
            phone,
            order_id: member.order_id,
            next_order_id: member.next_order_id,
            result_id: member.result_id,
            barcode,
            note: member.note,
            updated_at: member.updated_at,
        }
    }
}

#[derive(Debug, Serialize)]
struct WithMembers {
    #[serde(flatten)]
    pool: PoolView,
    members: Vec<MemberView>,
}

fn with_members(shown: Shown) -> WithMembers {
    let pool = PoolView::new(&shown.pool, Some(shown.barcode));
    let members = shown.members.into_iter().map(|shown| {
        let name = shown.person.as_ref().map(|person| person.full_name.as_str().to_owned());
        let phone = shown.person.as_ref().and_then(|person| person.phone.as_ref()).map(|p| p.as_str().to_owned());
        MemberView::new(shown.member, name, phone, shown.barcode)
    });
    WithMembers { pool, members: members.collect() }
}

async fn mix(State(app): State<App>, caller: Caller, Json(input): Json<PoolInput>) -> Result<Response, Problem> {
    let (pool, barcode, created) = pools::mix(&app, &Sender::of(&caller)?, &input).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(PoolView::new(&pool, Some(barcode)))).into_response())
}

#[derive(Deserialize)]
struct Filter {
    state: Option<String>,
    #[serde(default, deserialize_with = "number_in_text")]
    limit: Option<i64>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(Filter { state, limit, cursor }): Query<Filter>,
) -> Result<Json<List<PoolView>>, Problem> {
    let sender = Sender::of(&caller)?;
    let paging = Paging { limit, cursor };
    let (limit, after) = (paging.limit(), paging::after(&paging)?);
    let state = match state.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(PoolState::from_code(&text).ok_or_else(|| {
            let codes = PoolState::ALL.map(PoolState::code).join(", ");
            let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of: {codes}"));
            Problem::field(FieldError::new("/state", "pool_state", detail))
        })?),
    };
    let found = app.store.read().await?.pools(sender.lab_code(), state, after, limit + 1).await?;
    let items = found.iter().map(|pool| PoolView::new(pool, None)).collect();
    Ok(Json(paging::after_last(items, limit, |pool: &PoolView| pool.id.to_string())))
}

async fn one(State(app): State<App>, caller: Caller, Id(id): Id<SpecimenId>) -> Result<Response, Problem> {
    let shown = pools::show(&app, &Sender::of(&caller)?, id).await?;
    Ok(Json(with_members(shown)).into_response())
}

async fn call(
    State(app): State<App>,
    caller: Caller,
    Path((id, position)): Path<(SpecimenId, i64)>,
    Json(input): Json<CallInput>,
) -> Result<Json<Value>, Problem> {
    let member = pools::call(&app, &Sender::of(&caller)?, id, position - 1, &input).await?;
    Ok(Json(json!({"position": position, "state": member.state.code(), "note": member.note})))
}

async fn map(State(app): State<App>, caller: Caller, request: Request) -> Result<Json<Value>, Problem> {
    let sender = Sender::of(&caller)?;
    let file = receive(&app, request).await?;
    let mapped = pool_files::map(&app, &sender, file).await?;
    let lang = caller.lang();
    let rows: Vec<Value> = mapped
        .iter()
        .map(|row| {
            let errors = row
                .errors
                .iter()
                .map(|error| json!({"column": error.pointer, "code": error.code, "detail": error.detail.get(lang)}));
            json!({"barcode": row.barcode, "members": row.members, "status": row.status, "pool_id": row.pool_id,
                   "errors": errors.collect::<Vec<_>>()})
        })
        .collect();
    let count = |status: &str| mapped.iter().filter(|row| row.status == status).count();
    Ok(Json(json!({"received": rows.len(), "accepted": count("accepted"), "duplicate": count("duplicate"),
                   "rejected": count("rejected"), "rows": rows})))
}

async fn run(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let file = receive(&app, request).await?;
    let report = pool_files::run(&app, sender, file).await?;
    Ok(report_answer(report, caller.lang()))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/lab/pools",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Mix kept tubes into a laboratory's pool").body("Pool").answer("PoolStored").status(201),
            post(mix),
        )
        .add(
            Method::GET,
            "/api/v1/lab/pools",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json("Pools, newest first").answer("PoolList").query(&["state", "limit", "cursor"]),
            get(list),
        )
        .add(
            Method::GET,
            "/api/v1/lab/pools/{id}",
            Who::Roles(TAKERS),
            Scope::AreaOrOwn,
            Doc::json("A pool with its members: the call-back list of a positive one").answer("PoolWithMembers"),
            get(one),
        )
        .add(
            Method::POST,
            "/api/v1/lab/pools/{id}/members/{position}/call",
            Who::Roles(TAKERS),
            Scope::AreaOrOwn,
            Doc::json("Note that a member was called back").body("Call").answer("MemberCalled"),
            post(call),
        )
        .add(
            Method::POST,
            "/api/v1/lab/pools/import",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("A map of pools: a table of pool and member tubes (CSV, tab-separated or XLSX)")
                .takes("multipart/form-data")
                .answer("PoolMapReport"),
            post(map),
        )
        .add(
            Method::POST,
            "/api/v1/lab/pools/results",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("An analyser's table of tubes and what it found in them")
                .takes("multipart/form-data")
                .answer("RowReport"),
            post(run),
        )
}
