//! `GET cases/{id}/certificate.pdf`, `GET cases/{id}/isolation-order.pdf`, the papers of a case, their revocation, their
//! check and the public key.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::ids::{CaseId, PaperId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::{KEEPERS, READERS};
use crate::App;
use crate::app::papers::{self, Check};
use crate::papers::Facts;
use crate::papers::signing::Signer;
use crate::store::{PaperKind, PaperRecord};

async fn print(app: App, caller: Caller, id: CaseId, kind: PaperKind) -> Result<Response, Problem> {
    let printed = papers::print(&app, &caller, id, kind).await?;
    let name = HeaderValue::from_str(&format!("inline; filename=\"{}\"", printed.name));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
        (header::CONTENT_DISPOSITION, name.map_err(|_| Problem::internal())?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, printed.pdf).into_response())
}

async fn certificate(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    print(app, caller, id, PaperKind::Completion).await
}

async fn order(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    print(app, caller, id, PaperKind::IsolationOrder).await
}

fn view(paper: &PaperRecord) -> Value {
    json!({
        "id": paper.id,
        "case_id": paper.case_id,
        "kind": paper.kind.code(),
        "number": paper.number,
        "issued_at": paper.issued_at,
        "revoked_at": paper.revoked.as_ref().map(|(at, _)| at),
        "revoke_reason": paper.revoked.as_ref().map(|(_, reason)| reason),
    })
}

async fn list(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Json<Value>, Problem> {
    let items: Vec<Value> = papers::list(&app, &caller, id).await?.iter().map(view).collect();
    Ok(Json(json!({"items": items, "next_cursor": null})))
}

/// Why a paper is revoked, as a program and the form of a page send it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Why {
    /// In words; needed.
    pub(crate) reason: String,
}

async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PaperId>,
    Json(why): Json<Why>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let paper = papers::revoke(&app, &caller, id, &why.reason).await?;
    Ok((StatusCode::CREATED, Json(view(&paper))))
}

fn told(state: &str, facts: Option<&Facts>) -> Value {
    json!({
        "state": state,
        "valid": state == "valid",
        "kind": facts.map(|facts| &facts.kind),
        "number": facts.map(|facts| &facts.number),
        "full_name": facts.map(|facts| &facts.name),
        "birth": facts.and_then(|facts| facts.birth.as_ref()),
        "ward_code": facts.and_then(|facts| facts.ward_code.as_ref()),
        "from": facts.map(|facts| facts.from),
        "to": facts.map(|facts| facts.to),
        "issued_on": facts.map(|facts| facts.issued_on),
    })
}

async fn check(State(app): State<App>, Path(token): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(match papers::check(&app, &token).await? {
        Check::Valid(facts) => told("valid", Some(&facts)),
        Check::Expired(facts) => told("expired", Some(&facts)),
        Check::Revoked(facts) => told("revoked", Some(&facts)),
        Check::Forged => told("forged", None),
        Check::Unreadable => told("unreadable", None),
    }))
}

async fn key(State(app): State<App>) -> Json<Value> {
    let key = Signer::of(&app.platform.keys()).public_key();
    Json(json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "x": key}))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let pdf = |summary| Doc::json(summary).gives("application/pdf");
    routes
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/certificate.pdf",
            Who::CitizenOr(READERS),
            Scope::AreaOrOwn,
            pdf("The completion-of-isolation certificate; 409 with the unmet criteria before the end"),
            get(certificate),
        )
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/isolation-order.pdf",
            Who::CitizenOr(READERS),
            Scope::AreaOrOwn,
            pdf("The isolation order of an open case"),
            get(order),
        )
        .add(
            Method::GET,
            "/api/v1/f0/cases/{id}/papers",
            Who::Roles(READERS),
            Scope::Area,
            Doc::json("The papers of a case").answer("PaperList"),
            get(list),
        )
        .add(
            Method::POST,
            "/api/v1/f0/papers/{id}/revoke",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::json("Revoke a paper").body("Revocation").answer("Paper").status(201),
            post(revoke),
        )
        .add(
            Method::GET,
            "/api/v1/f0/papers/check/{token}",
            Who::Public,
            Scope::None,
            Doc::json("Check a paper by the token in its QR symbol").answer("PaperCheck"),
            get(check),
        )
        .add(
            Method::GET,
            "/api/v1/f0/papers/key",
            Who::Public,
            Scope::None,
            Doc::json("The public key of papers, to check them without a network"),
            get(key),
        )
}
