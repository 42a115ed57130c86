//! Tubes: where one is, its label, and what people note by scanning.

use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::ids::SpecimenId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Query, parse_json};

use super::views::SpecimenView;
use super::{TAKERS, WORKERS};
use crate::app::App;
use crate::app::custody::{self, CustodyInput, Whereabouts};
use crate::app::labels::{self, Format};
use crate::app::sampling::{self, SamplingInput};
use crate::app::sender::Sender;
use crate::store::flow::CustodyLine;

/// A line of custody as the contract of this page shows it.
#[derive(Debug, Serialize)]
struct LineView {
    state: &'static str,
    at: Instant,
    account_id: Option<shared::ids::AccountId>,
    lab_code: Option<String>,
    site_id: Option<shared::ids::PlaceId>,
    code: Option<String>,
    note: String,
}

impl From<CustodyLine> for LineView {
    fn from(line: CustodyLine) -> Self {
        let CustodyLine { state, at, account_id, lab_code, site_id, code, note, .. } = line;
        Self { state: state.code(), at, account_id, lab_code, site_id, code, note }
    }
}

/// A tube with where it is.
#[derive(Debug, Serialize)]
struct TubeView {
    #[serde(flatten)]
    specimen: SpecimenView,
    other_barcodes: Vec<String>,
    state: Option<&'static str>,
    custody: Vec<LineView>,
    expected_at: Option<Instant>,
    late: bool,
}

impl From<Whereabouts> for TubeView {
    fn from(found: Whereabouts) -> Self {
        let Whereabouts { specimen, aliases, lines, expected_at, late } = found;
        Self {
            state: lines.last().map(|line| line.state.code()),
            specimen: SpecimenView::from(specimen),
            other_barcodes: aliases,
            custody: lines.into_iter().map(LineView::from).collect(),
            expected_at,
            late,
        }
    }
}

async fn one(State(app): State<App>, caller: Caller, Id(id): Id<SpecimenId>) -> Result<Response, Problem> {
    let found = custody::look(&app, &Sender::of(&caller)?, id).await?;
    Ok(Json(TubeView::from(found)).into_response())
}

#[derive(Deserialize)]
struct ByCode {
    barcode: Option<String>,
}

async fn find(
    State(app): State<App>,
    caller: Caller,
    Query(ByCode { barcode }): Query<ByCode>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let barcode = barcode.filter(|text| !text.trim().is_empty());
    let barcode = barcode.ok_or_else(|| Problem::field(FieldError::required("/barcode")))?;
    let id = custody::by_code(&app, &barcode).await?;
    let found = custody::look(&app, &sender, id).await?;
    Ok(Json(List { items: vec![TubeView::from(found)], next_cursor: None }).into_response())
}

async fn note(State(app): State<App>, caller: Caller, Json(input): Json<CustodyInput>) -> Result<Json<Value>, Problem> {
    let noted = custody::note(&app, &Sender::of(&caller)?, &input).await?;
    let count = |status: &str| noted.iter().filter(|one| one.status == status).count();
    let lang = caller.lang();
    let rows: Vec<Value> = noted
        .iter()
        .map(|one| {
            let errors = one
                .error
                .iter()
                .map(|error| json!({"pointer": error.pointer, "code": error.code, "detail": error.detail.get(lang)}));
            json!({"barcode": one.barcode, "status": one.status, "specimen_id": one.specimen_id,
                   "errors": errors.collect::<Vec<_>>()})
        })
        .collect();
    Ok(Json(json!({"received": noted.len(), "noted": count("noted"), "duplicate": count("duplicate"),
                   "unknown": count("unknown") + count("misread"), "rows": rows})))
}

async fn sample(State(app): State<App>, caller: Caller, Json(input): Json<SamplingInput>) -> Result<Response, Problem> {
    let (sampled, created) = sampling::sample(&app, &Sender::of(&caller)?, &input).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(SpecimenView::from(sampled))).into_response())
}

/// How many samplings are sent at once.
const BATCH: usize = 500;

#[derive(Deserialize)]
struct Batch {
    samplings: Vec<Value>,
}

/// The queue of a phone that had no signal. One after the other: whoever is registered by the first is known to the second.
async fn sample_batch(
    State(app): State<App>,
    caller: Caller,
    Json(batch): Json<Batch>,
) -> Result<Json<Value>, Problem> {
    let sender = Sender::of(&caller)?;
    if batch.samplings.len() > BATCH {
        let detail =
            Bilingual::new(format!("Tối đa {BATCH} ống mỗi lần gửi"), format!("At most {BATCH} tubes at once"));
        return Err(Problem::field(FieldError::new("/samplings", "too_many", detail)));
    }
    let mut results = Vec::with_capacity(batch.samplings.len());
    for record in batch.samplings {
        let id = record["id"].clone();
        let outcome = match parse_json::<SamplingInput>(record.to_string().as_bytes()) {
            Ok(input) => sampling::sample(&app, &sender, &input).await,
            Err(problem) => Err(problem),
        };
        results.push(match outcome {
            Ok((_, created)) => json!({"id": id, "status": if created { "accepted" } else { "duplicate" }}),
            Err(problem) if problem.status.is_server_error() => return Err(problem),
            Err(problem) => {
                let lang = caller.lang();
                let mut errors: Vec<Value> = problem
                    .errors
                    .iter()
                    .map(|e| json!({"pointer": e.pointer, "code": e.code, "detail": e.detail.get(lang)}))
                    .collect();
                if errors.is_empty() {
                    errors.push(json!({"pointer": "", "code": problem.code, "detail": problem.detail.get(lang)}));
                }
                json!({"id": id, "status": "rejected", "errors": errors})
            }
        });
    }
    Ok(Json(json!({"results": results})))
}

#[derive(Deserialize)]
struct OfLab {
    lab_code: Option<String>,
}

async fn turnaround(
    State(app): State<App>,
    caller: Caller,
    Query(OfLab { lab_code }): Query<OfLab>,
) -> Result<Json<Value>, Problem> {
    let sender = Sender::of(&caller)?;
    let lab_code = lab_code.map(|code| code.trim().to_uppercase()).filter(|code| !code.is_empty());
    if let (Some(own), Some(asked)) = (sender.lab_code(), lab_code.as_deref())
        && own != asked
    {
        let detail = Bilingual::new("Chỉ xem được phòng xét nghiệm của mình", "Only one's own laboratory");
        return Err(Problem::field(FieldError::new("/lab_code", "lab_code", detail)));
    }
    let lab_code = sender.lab_code().map(str::to_owned).or(lab_code);
    let segments = custody::turnaround(&app, lab_code.as_deref()).await?;
    let segments: Vec<Value> = segments
        .into_iter()
        .map(|(from, to, times)| {
            let minutes = |duration: Option<shared::time::SignedDuration>| duration.map(|d| d.as_mins());
            json!({"from": from.code(), "to": to.code(), "count": times.map_or(0, |t| t.count),
                   "median_minutes": minutes(times.map(|t| t.median)), "p90_minutes": minutes(times.map(|t| t.p90))})
        })
        .collect();
    Ok(Json(json!({"lab_code": lab_code, "last": custody::LAST, "segments": segments})))
}

fn label(format: Format) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, Id(id): Id<SpecimenId>| async move {
        let spec = labels::spec(&app, &Sender::of(&caller)?, id, caller.lang()).await?;
        let name = format!("inline; filename=\"ong-{id}.{}\"", format.extension());
        let drawn = labels::draw(spec, format).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a label could not be drawn");
            Problem::internal()
        })?;
        let name = HeaderValue::from_str(&name).map_err(|_| Problem::internal())?;
        let kind = HeaderValue::from_static(format.content_type());
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
        Ok::<_, Problem>((headers, drawn).into_response())
    })
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let mut routes = routes
        .add(
            Method::GET,
            "/api/v1/lab/specimens",
            Who::Roles(TAKERS),
            Scope::AreaOrOwn,
            Doc::json("The tube with a barcode, its own or the kit's").answer("TubeList").query(&["barcode"]),
            get(find),
        )
        .add(
            Method::GET,
            "/api/v1/lab/specimens/{id}",
            Who::Roles(TAKERS),
            Scope::AreaOrOwn,
            Doc::json("A tube with its custody and the time when its result may be expected").answer("Tube"),
            get(one),
        )
        .add(
            Method::POST,
            "/api/v1/lab/custody",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json("Note what happened to tubes: handed_over, received, in_run, rejected, invalid")
                .body("Custody")
                .answer("CustodyReport"),
            post(note),
        )
        .add(
            Method::POST,
            "/api/v1/lab/samplings",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json(
                "A tube and whoever's swab is in it, in one request: what a sampling phone sends when it is online",
            )
            .body("Sampling")
            .answer("SpecimenStored")
            .status(201),
            post(sample),
        )
        .add(
            Method::POST,
            "/api/v1/lab/samplings/batch",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json("Samplings that were made without a signal, at most 500")
                .body("SamplingBatch")
                .answer("SamplingBatchReport"),
            post(sample_batch),
        )
        .add(
            Method::GET,
            "/api/v1/lab/turnaround",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("How long each part of the way took the last 200 tubes")
                .answer("Turnaround")
                .query(&["lab_code"]),
            get(turnaround),
        );
    let labels = [
        ("/api/v1/lab/specimens/{id}/label.svg", Format::Svg),
        ("/api/v1/lab/specimens/{id}/label.png", Format::Png),
        ("/api/v1/lab/specimens/{id}/label.pdf", Format::Pdf),
        ("/api/v1/lab/specimens/{id}/label.zpl", Format::Zpl),
    ];
    for (path, format) in labels {
        let doc = Doc::json("The label of a tube").gives(format.content_type());
        routes = routes.add(Method::GET, path, Who::Roles(TAKERS), Scope::AreaOrOwn, doc, label(format));
    }
    routes
}
