//! Laboratories, the keys of their programs, what is still to undo, and the public key of slips.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::access::Role;
use shared::ids::{PersonId, ResultId};
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};
use uuid::Uuid;

use super::{TAKERS, WORKERS};
use crate::app::App;
use crate::app::home;
use crate::app::labs::{self, LabInput, Registered};
use crate::app::list;
use crate::app::paging;
use crate::app::sender::Sender;
use crate::app::slip::Signer;
use crate::app::undo;
use crate::store::citizens::{ApiKey, Undo};

/// Who registers laboratories.
pub(crate) const REGISTRARS: &[Role] = &[Role::Officer, Role::Admin];
fn key_view(key: &ApiKey) -> Value {
    let kind = if key.is_certificate() { "certificate" } else { "key" };
    json!({"id": key.id, "kind": kind, "lab_code": key.lab_code, "label": key.label, "hint": key.hint,
           "created_at": key.created_at, "revoked_at": key.revoked_at})
}

fn lab_view(lab: &Registered) -> Value {
    let registration = lab.registration.as_ref();
    json!({
        "code": lab.laboratory.code, "name": lab.laboratory.name, "ward_code": lab.laboratory.ward_code,
        "phone": registration.and_then(|r| r.phone.clone()),
        "licence_no": registration.map(|r| r.licence_no.clone()),
        "licensed_until": registration.and_then(|r| r.licensed_until).map(|day| day.to_string()),
        "kinds": registration.map(|r| r.kinds.clone()).unwrap_or_default(),
        "good_records": lab.conduct.good, "bad_records": lab.conduct.bad, "badge": lab.has_badge(),
        "keys": lab.keys.iter().map(key_view).collect::<Vec<_>>(),
    })
}

async fn register(State(app): State<App>, caller: Caller, Json(input): Json<LabInput>) -> Result<Response, Problem> {
    let (lab, is_new) = labs::register(&app, &Sender::of(&caller)?, &input).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(lab_view(&lab))).into_response())
}

async fn one(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Json<Value>, Problem> {
    let code = code.to_uppercase();
    let own = caller.account().and_then(|account| account.lab_code.clone());
    if own.is_some_and(|own| !own.eq_ignore_ascii_case(&code)) {
        return Err(Problem::forbidden());
    }
    Ok(Json(lab_view(&labs::one(&app, &code).await?)))
}

#[derive(Deserialize)]
struct KeyInput {
    #[serde(default)]
    label: String,
}

async fn make_key(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Json(input): Json<KeyInput>,
) -> Result<Response, Problem> {
    let made = labs::make_key(&app, &Sender::of(&caller)?, &code.to_uppercase(), &input.label).await?;
    let mut view = key_view(&made.key);
    view["key"] = json!(made.token);
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

#[derive(Deserialize)]
struct CertificateInput {
    #[serde(default)]
    label: String,
    #[serde(default)]
    certificate: String,
}

async fn add_certificate(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Json(input): Json<CertificateInput>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let added = labs::add_certificate(&app, &sender, &code.to_uppercase(), &input.label, &input.certificate).await?;
    Ok((StatusCode::CREATED, Json(key_view(&added))).into_response())
}

async fn revoke(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Json<Value>, Problem> {
    labs::revoke_key(&app, &Sender::of(&caller)?, id).await?;
    Ok(Json(json!({"id": id, "revoked": true})))
}

#[derive(Serialize)]
struct UndoView {
    id: Uuid,
    kind: &'static str,
    result_id: ResultId,
    person_id: PersonId,
    lab_code: String,
    created_at: Instant,
    done_at: Option<Instant>,
    note: String,
}

impl From<Undo> for UndoView {
    fn from(task: Undo) -> Self {
        let Undo { id, kind, result_id, person_id, lab_code, created_at, done_at, note, .. } = task;
        Self { id, kind: kind.code(), result_id, person_id, lab_code, created_at, done_at, note }
    }
}

async fn to_undo(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<UndoView>>, Problem> {
    let sender = Sender::of(&caller)?;
    let (limit, after) = (paging.limit(), paging::after(&paging)?);
    let found = app.store.read().await?.to_undo(sender.lab_code(), after, limit + 1).await?;
    let items = found.into_iter().map(UndoView::from).collect();
    Ok(Json(paging::after_last(items, limit, |task: &UndoView| task.id.to_string())))
}

#[derive(Deserialize)]
struct DoneInput {
    #[serde(default)]
    note: String,
}

async fn done(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<Uuid>,
    Json(input): Json<DoneInput>,
) -> Result<Json<UndoView>, Problem> {
    Ok(Json(UndoView::from(undo::finish(&app, &Sender::of(&caller)?, id, &input.note).await?)))
}

async fn resend(State(app): State<App>, caller: Caller, Id(id): Id<ResultId>) -> Result<Json<Value>, Problem> {
    let (result, _) = list::one(&app, &caller, id).await?;
    if result.state != crate::store::model::State::Released || !home::resend(&app, &caller, &result).await? {
        return Err(Problem::conflict(
            "not_sent",
            "Kết quả chưa trả, hoặc người này không có số điện thoại di động.",
            "The result is not released, or the person has no mobile phone.",
        ));
    }
    Ok(Json(json!({"id": id, "sent": true})))
}

async fn slip_key(State(app): State<App>) -> Json<Value> {
    let key = Signer::of(&app.platform.keys()).public_key();
    Json(json!({"algorithm": "Ed25519", "public_key": URL_SAFE_NO_PAD.encode(key)}))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = routes
        .add(
            Method::POST,
            "/api/v1/lab/laboratories",
            Who::Roles(REGISTRARS),
            Scope::None,
            Doc::json("Register a laboratory with its licence, or change what is registered")
                .body("Lab")
                .answer("LabStored")
                .status(201),
            post(register),
        )
        .add(
            Method::GET,
            "/api/v1/lab/laboratories/{code}",
            Who::Roles(&[Role::Officer, Role::Admin, Role::Lab]),
            Scope::Own,
            Doc::json("A laboratory with its licence, keys and badge").answer("LabStored"),
            get(one),
        )
        .add(
            Method::POST,
            "/api/v1/lab/laboratories/{code}/keys",
            Who::Roles(REGISTRARS),
            Scope::None,
            Doc::json("Make a key for a laboratory's program; it is told once")
                .body("LabKey")
                .answer("LabKeyMade")
                .status(201),
            post(make_key),
        )
        .add(
            Method::POST,
            "/api/v1/lab/laboratories/{code}/certificates",
            Who::Roles(REGISTRARS),
            Scope::None,
            Doc::json("Let a laboratory's program in by its client certificate (PEM or SHA-256)")
                .body("LabCertificate")
                .answer("LabCertificateAdded")
                .status(201),
            post(add_certificate),
        )
        .add(
            Method::DELETE,
            "/api/v1/lab/keys/{id}",
            Who::Roles(REGISTRARS),
            Scope::None,
            Doc::json("Revoke a key or a certificate").answer("LabKeyRevoked"),
            delete(revoke),
        );
    undo_routes(routes)
}

fn undo_routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/lab/undo",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("What is still to undo after positives that were corrected or withdrawn")
                .answer("UndoList")
                .query(&["limit", "cursor"]),
            get(to_undo),
        )
        .add(
            Method::POST,
            "/api/v1/lab/undo/{id}/done",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("Strike a task off the list").body("UndoDone").answer("Undo"),
            post(done),
        )
        .add(
            Method::POST,
            "/api/v1/lab/results/{id}/resend",
            Who::Roles(TAKERS),
            Scope::AreaOrOwn,
            Doc::json("Send a citizen the link of their result anew").answer("Resent"),
            post(resend),
        )
        .add(
            Method::GET,
            "/api/v1/lab/slip-key",
            Who::Public,
            Scope::None,
            Doc::json("The public key by which anybody checks a result slip").answer("SlipKey"),
            get(slip_key),
        )
}
