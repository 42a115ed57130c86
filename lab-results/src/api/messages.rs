//! `POST /api/v1/lab/hl7` and `POST /api/v1/lab/fhir`.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Query, body, has_type};
use shared_web::problem::wrong_type;

use crate::api::SENDERS;
use crate::app::App;
use crate::app::messages;
use crate::app::reader;
use crate::app::sender::Sender;
use crate::app::unicode::head_in_utf8 as in_utf8;
use crate::app::upload;
use crate::domain::detect::Format;
use crate::domain::hl7::{Acknowledged, Messages, Piece};
use crate::domain::report::{CellError, RowReport, RowStatus, StoredRow};

const HL7: &str = "application/hl7-v2";
const FHIR: &str = "application/fhir+json";

#[derive(Deserialize)]
struct Options {
    lab_code: Option<String>,
}

async fn hl7(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    if !has_type(request.headers(), &[HL7, "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/plain"]) {
        return Err(wrong_type(HL7));
    }
    let bytes = body(request, &app).await?;
    let reading = upload::reading(&app, &sender, options.lab_code.as_deref()).await?;
    let unreadable = || messages::answer(&app, None, &Acknowledged::Unreadable, caller.lang());
    let mut answers = String::new();
    for piece in Messages::new(&in_utf8(&bytes)[..]) {
        let ack = match piece {
            Piece::Message(message) => messages::take(&app, &sender, &reading, &message, caller.lang()).await,
            Piece::TooLong => unreadable(),
        };
        answers.push_str(&ack.application);
    }
    if answers.is_empty() {
        answers = unreadable().application;
    }
    let kind = HeaderValue::from_static("application/hl7-v2; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], answers).into_response())
}

async fn fhir(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    if !has_type(request.headers(), &[FHIR, "application/json", "application/fhir+ndjson", "application/x-ndjson"]) {
        return Err(wrong_type(FHIR));
    }
    let bytes = body(request, &app).await?;
    let reading = upload::reading(&app, &sender, options.lab_code.as_deref()).await?;
    let now = app.platform.now();
    let Some(read) = reader::all_documents(&in_utf8(&bytes), &reading, now) else {
        let issue = issue("fatal", "structure", "json", "", "There is no document that can be read as JSON");
        return Ok(outcome(StatusCode::BAD_REQUEST, &[issue]));
    };
    let report = upload::take_messages(&app, sender, reader::fhir_naming(), read, Format::Fhir).await?;
    let refused = report.count(RowStatus::Rejected) == report.received();
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(outcome(status, &issues(&report, caller.lang())))
}

/// What became of each document, as FHIR tells it (OperationOutcome, R4).
fn issues(report: &RowReport, lang: Lang) -> Vec<Value> {
    report.rows().iter().flat_map(|row| of_row(row, lang)).collect()
}

fn of_row(row: &StoredRow, lang: Lang) -> Vec<Value> {
    let (severity, kind) = match row.status() {
        RowStatus::Rejected => ("error", "invalid"),
        RowStatus::Held => ("warning", "business-rule"),
        RowStatus::Duplicate => ("information", "duplicate"),
        RowStatus::Accepted | RowStatus::Amended | RowStatus::Ignored => ("information", "informational"),
    };
    let about =
        |error: &CellError| issue(severity, code_of(error, kind), &error.code, &error.column, error.detail_in(lang));
    let told = row.errors().map(about);
    let accession = row.accession().unwrap_or_default();
    let id = row.result_id().map(|id| id.to_string()).unwrap_or_default();
    let whole = issue(severity, kind, row.status().code(), "", &format!("{accession} {id}"));
    std::iter::once(whole).chain(told).collect()
}

fn code_of<'a>(error: &CellError, otherwise: &'a str) -> &'a str {
    match error.code.as_str() {
        "required" => "required",
        "date" | "time" | "in_future" => "value",
        _ => otherwise,
    }
}

fn issue(severity: &str, code: &str, ours: &str, expression: &str, text: &str) -> Value {
    let mut issue = json!({
        "severity": severity,
        "code": code,
        "details": {"coding": [{"code": ours}], "text": text.trim()},
    });
    if !expression.is_empty() {
        issue["expression"] = json!([expression]);
    }
    issue
}

fn outcome(status: StatusCode, issues: &[Value]) -> Response {
    let body = json!({"resourceType": "OperationOutcome", "issue": issues}).to_string();
    let kind = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let mut of_hl7 = Doc::json("Send one ORU^R01 (HL7 v2.3 to 2.8); answered by its ACK").takes(HL7);
    of_hl7.gives = HL7;
    let mut of_fhir = Doc::json("Send a Bundle (FHIR R4); answered by an OperationOutcome").takes(FHIR);
    of_fhir.gives = FHIR;
    routes
        .add(Method::POST, "/api/v1/lab/hl7", Who::Roles(SENDERS), Scope::Own, of_hl7.query(&["lab_code"]), post(hl7))
        .add(
            Method::POST,
            "/api/v1/lab/fhir",
            Who::Roles(SENDERS),
            Scope::Own,
            of_fhir.query(&["lab_code"]),
            post(fhir),
        )
}
