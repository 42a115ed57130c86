//! `GET` and `POST cases`, `GET` and `PATCH cases/{id}`, `POST cases/{id}/reports`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, patch, post};
use serde::Deserialize;
use shared::bilingual::Bilingual;
use shared::ids::CaseId;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};

use super::views::{CaseFileView, CaseItem, CaseView, ReportAnswer};
use super::{KEEPERS, READERS, body_hash};
use crate::App;
use crate::app::look::{self, CaseQuery, Names};
use crate::app::{edit_case, open_by_hand, report};
use crate::domain::case::{CaseInput, CaseState};
use crate::domain::case_edit::CaseEdit;
use crate::domain::observation::ReportInput;
use crate::domain::risk::RiskGroup;
use crate::store::CaseOrder;

/// 201 for what was made now, 200 for what the same request made before.
fn status(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

#[derive(Debug, Deserialize)]
struct Wanted {
    status: Option<String>,
    ward_code: Option<String>,
    risk: Option<String>,
    doctor: Option<String>,
    q: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// The decisions' group between medium and very high. Its lines could not be read in the text of any of them (f0-care.md,
/// 3.2): it may be asked for, and nobody is in it.
const UNREAD_GROUP: &str = "high";

fn given(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A code of the query; an empty one filters nothing.
pub(super) fn filter<T>(
    text: Option<&str>,
    pointer: &str,
    read: fn(&str) -> Option<T>,
    codes: &str,
) -> Result<Option<T>, FieldError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let detail = || Bilingual::new(format!("Một trong: {codes}"), format!("One of {codes}"));
    read(text).map(Some).ok_or_else(|| FieldError::new(pointer, "unknown_code", detail()))
}

impl Wanted {
    fn query(self) -> Result<CaseQuery, Problem> {
        let state = filter(self.status.as_deref(), "/status", CaseState::from_code, "open, closed, voided");
        let risk = filter(self.risk.as_deref(), "/risk", RiskGroup::from_code, "low, medium, very_high, unknown");
        let paging = Paging { limit: self.limit, cursor: self.cursor };
        Ok(CaseQuery {
            state: state.map_err(Problem::field)?,
            risk: risk.map_err(Problem::field)?,
            ward_code: given(self.ward_code),
            district: None,
            doctor: given(self.doctor),
            text: given(self.q),
            order: CaseOrder::Newest,
            limit: paging.limit(),
            offset: paging.offset()?,
        })
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<List<CaseItem>>, Problem> {
    if given(wanted.risk.clone()).as_deref() == Some(UNREAD_GROUP) {
        return Ok(Json(List { items: Vec::new(), next_cursor: None }));
    }
    let query = wanted.query()?;
    let next = query.offset + query.limit;
    let today = app.platform.now().local_date();
    let found = look::cases(&app, &caller, query).await?;
    let items = found.lines.iter().map(|line| CaseItem::new(line, &found.names, today)).collect();
    Ok(Json(List { items, next_cursor: found.more.then(|| next.to_string()) }))
}

async fn open(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<CaseInput>,
) -> Result<(StatusCode, Json<CaseView>), Problem> {
    let opened = open_by_hand::open(&app, &caller, &input, &body_hash(&input)).await?;
    let today = app.platform.now().local_date();
    Ok((status(opened.created), Json(CaseView::new(&opened.case, opened.person.as_ref(), &Names::new(), today))))
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<CaseFileView>, Problem> {
    let file = look::case(&app, &caller, id).await?;
    Ok(Json(CaseFileView::new(&file, caller.lang(), app.platform.now().local_date())))
}

async fn edit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<CaseEdit>,
) -> Result<Json<CaseView>, Problem> {
    let case = edit_case::edit(&app, &caller, id, &input).await?;
    Ok(Json(CaseView::new(&case, None, &Names::new(), app.platform.now().local_date())))
}

async fn report(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Json(input): Json<ReportInput>,
) -> Result<(StatusCode, Json<ReportAnswer>), Problem> {
    let taken = report::take(&app, &caller, id, &input, &body_hash(&input)).await?;
    Ok((status(taken.created), Json(taken.report.into())))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/f0/cases",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("Cases with their latest vital signs and open alerts").answer("CaseList").query(&[
                "status",
                "ward_code",
                "risk",
                "doctor",
                "q",
                "limit",
                "cursor",
            ]),
            get(list),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("Open a case by hand; 409 where the person has an open one")
                .body("CaseInput")
                .answer("Case")
                .status(201),
            post(open),
        )
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("One case with timeline, vital signs, alerts and contacts").answer("CaseFile"),
            get(read),
        )
        .add(
            Method::PATCH,
            "/api/v1/f0/cases/{id}",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("Correct what is known of a case; what is not sent stays, null is not known")
                .body("CaseEdit")
                .answer("Case"),
            patch(edit),
        )
        .add(
            Method::POST,
            "/api/v1/f0/cases/{id}/reports",
            Who::CitizenOr(report::REPORTERS),
            Scope::AreaOrOwn,
            Doc::json("Report a patient's state; answers what it means")
                .body("ReportInput")
                .answer("ReportAnswer")
                .status(201),
            post(report),
        )
}
