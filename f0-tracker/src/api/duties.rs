//! `GET` and `POST duties`, `DELETE duties/{id}`: who is on duty when.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{delete, get, post};
use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, DutyId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Query};

use super::body_hash;
use crate::App;
use crate::app::duties::{self, ROSTER};
use crate::domain::duty::{Duty, DutyInput};

/// A duty with how much its account has on its hands.
#[derive(Debug, Clone, Serialize)]
pub struct DutyView {
    id: DutyId,
    account_id: AccountId,
    display_name: String,
    role: &'static str,
    area_code: String,
    from: Instant,
    to: Instant,
    open_alerts: i64,
}

impl DutyView {
    fn new(duty: &Duty, display_name: String, open_alerts: i64) -> Self {
        Self {
            id: duty.id,
            account_id: duty.account,
            display_name,
            role: duty.role.code(),
            area_code: duty.area.code().to_owned(),
            from: duty.from,
            to: duty.to,
            open_alerts,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Wanted {
    from: Option<String>,
    to: Option<String>,
}

fn time(pointer: &str, text: Option<&str>) -> Result<Option<Instant>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let detail = || Bilingual::new("Thời điểm viết kèm múi giờ", "A time with its offset (RFC 3339)");
    text.parse().map(Some).map_err(|_| Problem::field(FieldError::new(pointer, "time", detail())))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<DutyView>>, Problem> {
    let (from, to) = (time("/from", wanted.from.as_deref())?, time("/to", wanted.to.as_deref())?);
    let roster = duties::list(&app, &caller, from, to).await?;
    let ids: Vec<AccountId> = roster.duties.iter().map(|duty| duty.account).collect();
    let loads = duties::loads(&app, &ids).await?;
    let view = |duty: &Duty| {
        let name = roster.names.get(&duty.account).cloned().unwrap_or_default();
        DutyView::new(duty, name, loads.get(&duty.account).copied().unwrap_or(0))
    };
    Ok(Json(List { items: roster.duties.iter().map(view).collect(), next_cursor: None }))
}

async fn set(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<DutyInput>,
) -> Result<(StatusCode, Json<DutyView>), Problem> {
    let set = duties::set(&app, &caller, &input, &body_hash(&input)).await?;
    let status = if set.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(DutyView::new(&set.duty, set.name, 0))))
}

async fn end(State(app): State<App>, caller: Caller, Id(id): Id<DutyId>) -> Result<StatusCode, Problem> {
    duties::end(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/f0/duties",
            Who::Roles(super::READERS),
            Scope::Area,
            Doc::json("Who is on duty in the caller's area; the coming week where no time is given")
                .answer("DutyList")
                .query(&["from", "to"]),
            get(list),
        )
        .add(
            Method::POST,
            "/api/v1/f0/duties",
            Who::Roles(ROSTER),
            Scope::Area,
            Doc::json("Set a duty; open alerts change hands when it begins and ends")
                .body("DutyInput")
                .answer("Duty")
                .status(201),
            post(set),
        )
        .add(
            Method::DELETE,
            "/api/v1/f0/duties/{id}",
            Who::Roles(ROSTER),
            Scope::Area,
            Doc::json("End a duty now").status(204),
            delete(end),
        )
}
