//! `POST scans`, `POST scans/batch`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bilingual::Lang;
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{self, Json};
use shared_web::problem::Problem;

use super::visits::{BATCH, BatchAnswer, VisitView, reported, say_when_sent, staff_view, status_of, too_many};
use crate::App;
use crate::app::check_in::STAFF;
use crate::app::door::Arrival;
use crate::app::scans::{ScanDone, ScanFailure, ScanInput, scan};

#[derive(Serialize)]
struct ScanView<'a> {
    visit: VisitView<'a>,
    recognised_as: &'static str,
    verified: bool,
    visitor: VisitorView<'a>,
    warnings: Vec<WarningView<'a>>,
}

#[derive(Serialize)]
struct VisitorView<'a> {
    full_name: Option<&'a str>,
    birth_year: Option<i16>,
}

#[derive(Serialize)]
struct WarningView<'a> {
    code: &'static str,
    detail: &'a str,
}

fn view(done: &ScanDone, lang: Lang) -> ScanView<'_> {
    ScanView {
        visit: staff_view(&done.checked, lang),
        recognised_as: done.recognised_as,
        verified: done.verified,
        visitor: VisitorView { full_name: done.name.as_deref(), birth_year: done.birth_year },
        warnings: done
            .warnings
            .iter()
            .map(|warning| WarningView { code: warning.code, detail: warning.detail.get(lang) })
            .collect(),
    }
}

impl From<ScanFailure> for Problem {
    fn from(error: ScanFailure) -> Self {
        match error {
            ScanFailure::NoVenue => Self::not_found(
                "Không có địa điểm này, hoặc bạn không làm việc ở đó.",
                "There is no such venue, or you do not work there.",
            ),
            ScanFailure::Text(code, detail) => Self::field(FieldError::new("/text", code, detail)),
            ScanFailure::Visit(error) => error.into(),
            ScanFailure::Leaving(error) => error.into(),
        }
    }
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ScanInput>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let done = scan(&app, &caller, &input, Arrival::AtDoor).await?;
    let status = match input.leaving {
        true => StatusCode::OK,
        false => status_of(&done.checked, input.id.as_deref()),
    };
    let view = serde_json::to_value(view(&done, caller.lang())).map_err(|_| Problem::internal())?;
    Ok((status, axum::Json(view)))
}

#[derive(Deserialize)]
struct Batch {
    scans: Vec<Value>,
    /// The clock of the scanner now, for scans that do not say it themselves.
    sent_at: Option<String>,
}

/// The queue of a scanner that had no signal. One after the other: who was scanned twice is found by the second.
async fn create_batch(
    State(app): State<App>,
    caller: Caller,
    Json(batch): Json<Batch>,
) -> Result<Json<BatchAnswer>, Problem> {
    if batch.scans.len() > BATCH {
        return Err(too_many("/scans"));
    }
    let mut results = Vec::with_capacity(batch.scans.len());
    for mut record in batch.scans {
        say_when_sent(&mut record, batch.sent_at.as_deref());
        let outcome = match ScanInput::deserialize(&record) {
            Ok(input) => scan(&app, &caller, &input, Arrival::Queued).await.map_err(Problem::from),
            Err(_) => extract::parse_json::<ScanInput>(record.to_string().as_bytes()).and(Err(Problem::internal())),
        };
        results.push(reported(&record, outcome.map(|done| (done.checked, None)), caller.lang())?);
    }
    Ok(Json(BatchAnswer { results }))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = routes.add(
        Method::POST,
        "/api/v1/checkin/scans/batch",
        Who::Roles(STAFF),
        Scope::Own,
        Doc::json("Send scans that were made without a signal, at most 500").body("ScanBatch").answer("BatchReport"),
        post(create_batch),
    );
    routes.add(
        Method::POST,
        "/api/v1/checkin/scans",
        Who::Roles(STAFF),
        Scope::Own,
        Doc::json(
            "Check a visitor in, or out with `leaving`, by what they carry: personal QR, CCCD, BHYT, PC-Covid, \
             certificate, typed number",
        )
        .body("ScanInput")
        .answer("Scan")
        .status(201),
        post(create),
    )
}
