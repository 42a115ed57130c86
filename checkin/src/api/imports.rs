//! `POST venues/import` and its progress.

use std::collections::HashMap;

use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::{Bilingual, Lang};
use shared::ids::uuid_v7;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query, has_type};
use shared_web::problem::{Problem, too_large, wrong_type};
use uuid::Uuid;

use super::venues::KEEPERS;
use crate::App;
use crate::app::import::{self, Fate, ImportError, Row};
use crate::jobs::{Job, State as JobState};

/// How large a file may be: 10,000 venues are about 1 MB.
pub(crate) const MOST_BYTES: usize = 20 * 1024 * 1024;

#[derive(Deserialize)]
struct Options {
    id: Option<String>,
    dry_run: Option<String>,
}

/// The id of a work, as text; a UUID.
pub(super) fn job_id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| {
        let detail = Bilingual::new("Mã định danh phải là một UUID", "An id is a UUID");
        Problem::field(FieldError::new("/id", "id", detail))
    })
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let account = caller.require_account()?.clone();
    let id = match options.id.as_deref() {
        Some(text) => job_id(text)?,
        None => uuid_v7(app.platform.now(), &mut app.platform.random()),
    };
    let dry_run = matches!(options.dry_run.as_deref(), Some("true" | "1" | ""));
    let bytes = file_of(&app, request).await?;
    let rows = import::import(&app, &caller, &account, id, bytes, dry_run).await?;
    Ok(Json(report(id, &rows, caller.lang())))
}

/// The field `file` of a multipart request.
///
/// # Errors
/// 415 where it is not multipart, 413 where it is too large, 400 where it breaks off, 422 where no file is in it.
pub(crate) async fn file_of(app: &App, request: Request) -> Result<Vec<u8>, Problem> {
    if !has_type(request.headers(), &["multipart/form-data"]) {
        return Err(wrong_type("multipart/form-data"));
    }
    let broken_off = || {
        Problem::malformed("Tệp bị ngắt giữa chừng; chưa có gì được lưu.", "The file broke off; nothing was stored.")
    };
    let mut multipart = Multipart::from_request(request, app).await.map_err(|_| broken_off())?;
    let refused = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => broken_off(),
    };
    while let Some(field) = multipart.next_field().await.map_err(refused)? {
        if field.name() == Some("file") {
            return Ok(field.bytes().await.map_err(refused)?.to_vec());
        }
    }
    let detail = Bilingual::new("Chọn một tệp địa điểm (CSV, XLSX)", "Choose a file of venues (CSV, XLSX)");
    Err(Problem::field(FieldError::new("/file", "required", detail)))
}

/// The row report of the contract.
fn report(id: Uuid, rows: &[Row], lang: Lang) -> Value {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.fate.code()).or_default() += 1;
    }
    let count = |fate: Fate| counts.get(fate.code()).copied().unwrap_or(0);
    json!({
        "upload_id": id,
        "received": rows.len(),
        "accepted": count(Fate::Accepted),
        "duplicate": count(Fate::Duplicate),
        "amended": count(Fate::Amended),
        "held": 0,
        "ignored": 0,
        "rejected": count(Fate::Rejected),
        "rows": rows.iter().map(|row| row_view(row, lang)).collect::<Vec<_>>(),
    })
}

fn row_view(row: &Row, lang: Lang) -> Value {
    let errors = row
        .errors
        .iter()
        .map(|error| json!({"column": error.pointer, "code": error.code, "detail": error.detail.get(lang)}));
    let mut view = json!({
        "row": row.row,
        "accession": row.accession,
        "status": row.fate.code(),
        "errors": errors.collect::<Vec<_>>(),
    });
    if let Some((id, code)) = row.place {
        view["venue_id"] = json!(id);
        view["code"] = json!(code);
    }
    view
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Table(error) => Self::field(error.field_error()),
            ImportError::Columns(missing) => Self::field(FieldError::new("/file", "missing_columns", missing.detail())),
            ImportError::IdTaken => Self::id_conflict(),
            ImportError::Store(error) => error.into(),
        }
    }
}

/// How far a work is.
#[derive(Serialize)]
pub(crate) struct Progress {
    id: Uuid,
    pub(crate) state: JobState,
    pub(crate) done: usize,
    pub(crate) total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) href: Option<String>,
}

impl Progress {
    pub(super) fn new(id: Uuid, job: &Job) -> Self {
        Self { id, state: job.state, done: job.done, total: job.total, href: None }
    }
}

/// A work of the caller's.
pub(super) fn job_of(app: &App, caller: &Caller, id: &str) -> Result<(Uuid, Job), Problem> {
    let owner = caller.require_account()?.id;
    let unknown = || Problem::not_found("Không có việc này.", "There is no such work.");
    let id = Uuid::try_parse(id).map_err(|_| unknown())?;
    Ok((id, app.jobs.get(id, owner).ok_or_else(unknown)?))
}

async fn progress(
    State(app): State<App>,
    caller: Caller,
    axum::extract::Path(id): axum::extract::Path<String>,
) -> Result<Json<Progress>, Problem> {
    let (id, job) = job_of(&app, &caller, &id)?;
    Ok(Json(Progress::new(id, &job)))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let doc = Doc::json("Register venues from a table; ?id= to follow it, ?dry_run=true to try it")
        .takes("multipart/form-data")
        .answer("ImportReport")
        .query(&["id", "dry_run"]);
    let limit = MOST_BYTES + 64 * 1024;
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/venues/import",
            Who::Roles(KEEPERS),
            Scope::None,
            doc,
            post(take).layer(DefaultBodyLimit::max(limit)),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/import/{id}",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::json("How far an import is").answer("Progress"),
            get(progress),
        )
}
