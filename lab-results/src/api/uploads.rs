//! `POST /api/v1/lab/uploads`, its progress and its counts. The file goes to disk as it comes, the report leaves as it
//! is written: neither is ever whole in memory.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::{StreamExt, stream};
use rust_xlsxwriter::XlsxError;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shared::bilingual::{Bilingual, Lang};
use shared::ids::UploadId;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, Query, has_type};
use shared_web::problem::{too_large, wrong_type};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::api::SENDERS;
use crate::api::views::{ProgressView, UploadView};
use crate::app::App;
use crate::app::reader::Reading;
use crate::app::row_cells;
use crate::app::sender::Sender;
use crate::app::upload::{self, Command, Received};
use crate::app::workbooks;
use crate::domain::report::RowReport;
use crate::store::model::Upload;

/// How much of a report is written before it is handed on.
const PIECE: usize = 64 * 1024;
/// How many pieces may wait for a slow reader.
const PIECES: usize = 4;

#[derive(Deserialize)]
struct Options {
    dry_run: Option<String>,
    id: Option<String>,
    lab_code: Option<String>,
    report: Option<String>,
    cells: Option<String>,
}

/// The content type of a workbook.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Options {
    /// Whether the answer is to be the workbook of the bad rows.
    fn wants_workbook(&self, headers: &HeaderMap) -> bool {
        let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        self.report.as_deref() == Some("xlsx") || accepted.is_some_and(|accept| accept.contains(XLSX))
    }

    /// Whether the answer is to hold the cells of the rows that are to be mended.
    fn wants_cells(&self) -> bool {
        matches!(self.cells.as_deref(), Some("true" | "1" | ""))
    }

    fn command(&self) -> Result<Command, Problem> {
        let id = self.id.as_deref().map(str::parse::<UploadId>).transpose().map_err(|_| {
            let detail = Bilingual::new("Mã của lần gửi là một UUIDv7", "The id of an upload is a UUIDv7");
            Problem::field(FieldError::new("/id", "uuid", detail))
        })?;
        let dry_run = matches!(self.dry_run.as_deref(), Some("true" | "1" | ""));
        Ok(Command { id, dry_run, lab_code: self.lab_code.clone() })
    }
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let command = options.command()?;
    let wants_workbook = options.wants_workbook(request.headers());
    let file = receive(&app, request).await?;
    if !wants_workbook && !options.wants_cells() {
        let report = upload::take_file(&app, sender, file, command).await?;
        return Ok(report_answer(report, caller.lang()));
    }
    let reading = upload::reading(&app, &sender, command.lab_code.as_deref()).await?;
    let again = file.file.try_clone().ok();
    let report = upload::take_file(&app, sender, file, command).await?;
    if !wants_workbook {
        return Ok(report_answer(with_cells(&app, report, again, reading).await?, caller.lang()));
    }
    let now = app.platform.now();
    let written = spawn_blocking(move || workbooks::bad_rows(&report, again, &reading, now)).await;
    workbook_answer(written.map_err(|_| Problem::internal())?, "dong-can-sua.xlsx")
}

/// A report with what the sender wrote in the rows that are to be mended.
///
/// # Errors
/// 500 where reading the file again ends abruptly.
pub async fn with_cells(
    app: &App,
    mut report: RowReport,
    file: Option<File>,
    reading: Reading,
) -> Result<RowReport, Problem> {
    let Some(file) = file else { return Ok(report) };
    let now = app.platform.now();
    let read = spawn_blocking(move || {
        row_cells::put(&mut report, file, &reading, now);
        report
    });
    read.await.map_err(|_| Problem::internal())
}

/// A workbook as an answer to be saved.
fn workbook_answer(written: Result<Vec<u8>, XlsxError>, name: &str) -> Result<Response, Problem> {
    let bytes = written.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a workbook could not be written");
        Problem::internal()
    })?;
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

async fn template(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let column = if sender.lab_code().is_some() { None } else { Some("TG-CDC") };
    let rows = crate::pages::template_rows(app.platform.now(), column);
    workbook_answer(workbooks::template(&rows), "mau-ket-qua.xlsx")
}

/// Receives the field `file` of a multipart request whole, into a file without a name.
///
/// # Errors
/// 415 where it is not multipart, 413 where it is over the limit, 400 where it breaks off, 422 where no file is in it.
pub async fn receive(app: &App, request: Request) -> Result<Received, Problem> {
    if !has_type(request.headers(), &["multipart/form-data"]) {
        return Err(wrong_type("multipart/form-data"));
    }
    let mut multipart = Multipart::from_request(request, app).await.map_err(|_| broken_off())?;
    while let Some(field) = multipart.next_field().await.map_err(|error| refused(&error))? {
        if field.name() == Some("file") {
            return store(app.platform.config.data_dir.clone(), field).await;
        }
    }
    let detail = Bilingual::new(
        "Chọn một tệp kết quả (CSV, XLSX, HL7, FHIR)",
        "Choose a file of results (CSV, XLSX, HL7, FHIR)",
    );
    Err(Problem::field(FieldError::new("/file", "required", detail)))
}

async fn store(directory: PathBuf, mut field: Field<'_>) -> Result<Received, Problem> {
    let (hand_on, mut handed) = mpsc::channel::<Bytes>(PIECES);
    let writer = spawn_blocking(move || -> io::Result<(File, String)> {
        let mut file = tempfile::tempfile_in(directory)?;
        let mut hash = Sha256::new();
        while let Some(bytes) = handed.blocking_recv() {
            hash.update(&bytes);
            file.write_all(&bytes)?;
        }
        Ok((file, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
    });
    while let Some(bytes) = field.chunk().await.map_err(|error| refused(&error))? {
        if hand_on.send(bytes).await.is_err() {
            // The writer has failed and says why below.
            break;
        }
    }
    drop(hand_on);
    let written = writer.await.map_err(io::Error::other).and_then(|written| written);
    let (file, content_hash) = written.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "an upload could not be kept");
        Problem::busy()
    })?;
    Ok(Received { file, content_hash })
}

/// Bytes that came otherwise than as a file, as if they had.
///
/// # Errors
/// 503 where they cannot be kept.
pub async fn received(app: &App, bytes: Vec<u8>) -> Result<Received, Problem> {
    let directory = app.platform.config.data_dir.clone();
    let written = spawn_blocking(move || -> io::Result<Received> {
        let mut file = tempfile::tempfile_in(directory)?;
        file.write_all(&bytes)?;
        let content_hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Received { file, content_hash })
    });
    let written = written.await.map_err(io::Error::other).and_then(|written| written);
    written.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a pasted record could not be kept");
        Problem::busy()
    })
}

fn refused(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken_off() }
}

fn broken_off() -> Problem {
    Problem::malformed("Tệp bị ngắt giữa chừng; chưa có gì được lưu.", "The file broke off; nothing was stored.")
}

/// The report as an answer that is written while it leaves.
pub fn report_answer(report: RowReport, lang: Lang) -> Response {
    let (hand_on, handed) = mpsc::channel::<Bytes>(PIECES);
    spawn_blocking(move || {
        let mut pieces = Pieces { hand_on, piece: Vec::with_capacity(PIECE) };
        let written = report.write_json(lang, &mut pieces).and_then(|()| pieces.flush());
        if written.is_err() {
            tracing::debug!("whoever asked for a report did not wait for its end");
        }
    });
    let pieces = stream::unfold(handed, |mut handed| async {
        let piece = handed.recv().await?;
        Some((Ok::<_, io::Error>(piece), handed))
    });
    let mut response = Response::new(Body::from_stream(pieces.fuse()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Hands on what is written, a piece at a time.
struct Pieces {
    hand_on: mpsc::Sender<Bytes>,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        self.hand_on.blocking_send(piece.into()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

fn no_upload() -> Problem {
    Problem::not_found("Không có lần gửi này.", "There is no such upload.")
}

/// An upload that is the sender's to see: their own, their laboratory's, or any for a health officer.
async fn visible(app: &App, sender: &Sender, id: UploadId) -> Result<Upload, Problem> {
    let upload = app.store.read().await?.upload(id).await?;
    let own = |upload: &Upload| upload.account_id == sender.account_id() || sender.sees(upload.lab_code.as_deref());
    upload.filter(own).ok_or_else(no_upload)
}

async fn progress(State(app): State<App>, caller: Caller, Id(id): Id<UploadId>) -> Result<Json<ProgressView>, Problem> {
    let sender = Sender::of(&caller)?;
    if let Some(far) = app.progress.of(id).filter(|far| far.account_id == sender.account_id()) {
        return Ok(Json(ProgressView { counts: far.counts, done: far.done }));
    }
    let upload = visible(&app, &sender, id).await?;
    Ok(Json(ProgressView { counts: upload.counts, done: upload.finished_at.is_some() }))
}

async fn one(State(app): State<App>, caller: Caller, Id(id): Id<UploadId>) -> Result<Json<UploadView>, Problem> {
    Ok(Json(visible(&app, &Sender::of(&caller)?, id).await?.into()))
}

fn template_doc() -> Doc {
    let mut doc = Doc::json("The template of a file of results, as a workbook; its example rows are ignored");
    doc.gives = XLSX;
    doc
}

pub(super) fn routes(routes: Routes<App>, limit: usize) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/lab/uploads",
            Who::Roles(SENDERS),
            Scope::Own,
            Doc::json("Send a file of results (CSV, XLSX, HL7 v2, FHIR), told apart by content; good rows are kept when others are bad")
                .takes("multipart/form-data")
                .answer("RowReport")
                .query(&["dry_run", "id", "lab_code", "report", "cells"]),
            post(take).layer(DefaultBodyLimit::max(limit)),
        )
        .add(
            Method::GET,
            "/api/v1/lab/template.xlsx",
            Who::Roles(SENDERS),
            Scope::Own,
            template_doc(),
            get(template),
        )
        .add(
            Method::GET,
            "/api/v1/lab/uploads/{id}",
            Who::Roles(SENDERS),
            Scope::Own,
            Doc::json("An upload with its counts").answer("Upload"),
            get(one),
        )
        .add(
            Method::GET,
            "/api/v1/lab/uploads/{id}/progress",
            Who::Roles(SENDERS),
            Scope::Own,
            Doc::json("How far an upload is").answer("UploadProgress"),
            get(progress),
        )
}
