//! `POST venues/posters`: the posters of many venues as one PDF.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::bilingual::Bilingual;
use shared::ids::{PlaceId, uuid_v7};
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Json;
use shared_web::problem::Problem;
use uuid::Uuid;

use super::imports::{Progress, job_id, job_of};
use super::posters::Wanted;
use super::venues::KEEPERS;
use crate::App;
use crate::app::posters;
use crate::jobs::State as JobState;

/// Which posters are wanted.
#[derive(Deserialize)]
pub(crate) struct Batch {
    id: Option<String>,
    venue_ids: Option<Vec<PlaceId>>,
    lang: Option<String>,
    size: Option<String>,
}

impl Batch {
    /// All venues of an account, as a form asks for them.
    pub(crate) fn of_all(lang: Option<String>, size: Option<String>) -> Self {
        Self { id: None, venue_ids: None, lang, size }
    }
}

/// Begins the work of an account.
///
/// # Errors
/// Fields at fault, a venue that is not the account's, an id that is taken; or the store fails.
pub(crate) async fn begin(app: &App, caller: &Caller, batch: Batch) -> Result<Uuid, Problem> {
    let account = caller.require_account()?;
    let (lang, size) = Wanted { lang: batch.lang, size: batch.size }.parse(caller)?;
    let id = match batch.id.as_deref() {
        Some(text) => job_id(text)?,
        None => uuid_v7(app.platform.now(), &mut app.platform.random()),
    };
    let wrong = |code, vi, en| Problem::field(FieldError::new("/venue_ids", code, Bilingual::new(vi, en)));
    let places = posters::wanted(app, account, batch.venue_ids.as_deref()).await?;
    let places = places
        .ok_or_else(|| wrong("unknown_venue", "Có địa điểm không do bạn quản lý", "One of the venues is not yours"))?;
    if places.is_empty() || places.len() > posters::MOST {
        return Err(wrong("venues", "Từ 1 đến 10000 địa điểm", "From 1 to 10,000 venues"));
    }
    if !app.jobs.begin(id, account.id, places.len(), app.platform.now()) {
        return Err(Problem::id_conflict());
    }
    posters::draw_many(app, id, &places, lang, size);
    Ok(id)
}

/// How far a work of the caller's is.
///
/// # Errors
/// When there is no such work.
pub(crate) fn progress(app: &App, caller: &Caller, id: &str) -> Result<Progress, Problem> {
    let (id, job) = job_of(app, caller, id)?;
    let mut progress = Progress::new(id, &job);
    progress.href = job.made.map(|_| format!("/api/v1/checkin/venues/posters/{id}/posters.pdf"));
    Ok(progress)
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(batch): Json<Batch>,
) -> Result<(StatusCode, Json<Progress>), Problem> {
    let id = begin(&app, &caller, batch).await?;
    Ok((StatusCode::ACCEPTED, Json(progress(&app, &caller, &id.to_string())?)))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Progress>, Problem> {
    Ok(Json(progress(&app, &caller, &id)?))
}

async fn pdf(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (_, job) = job_of(&app, &caller, &id)?;
    let not_yet = || Problem::conflict("not_finished", "Chưa in xong.", "It is not finished yet.");
    let made = job.made.filter(|_| job.state == JobState::Done).ok_or_else(not_yet)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"antam-posters.pdf\"")),
    ];
    Ok((headers, made.as_ref().clone()).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/venues/posters",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::json("Draw the posters of many venues into one PDF")
                .body("PosterBatch")
                .answer("Progress")
                .status(202),
            post(create),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/posters/{id}",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::json("How far the posters are").answer("Progress"),
            get(read),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/posters/{id}/posters.pdf",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::json("The posters").gives("application/pdf"),
            get(pdf),
        )
}
