//! `GET protocols`, `POST protocols/replay`, `POST protocols/changes`, `POST protocols/changes/{id}/sign`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::ids::{AccountId, ProtocolChangeId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};

use super::body_hash;
use crate::App;
use crate::app::protocol_changes::{self as changes, PROPOSERS, ProposalInput, SIGNERS};
use crate::app::protocols::{self, Shown};
use crate::domain::protocol::{Protocol, Rule, Test};
use crate::domain::replay::Replay;

fn rule(rule: &Rule, lang: Lang) -> Value {
    let (parameter, comparison, threshold) = match &rule.test {
        Test::Vital { vital, comparison, threshold } => (vital.code(), json!(comparison), json!(threshold)),
        Test::Signs(signs) => {
            ("symptoms", json!("any_of"), json!(signs.iter().map(|sign| sign.code()).collect::<Vec<_>>()))
        }
    };
    json!({
        "id": rule.id,
        "parameter": parameter,
        "comparison": comparison,
        "threshold": threshold,
        "ages": rule.ages,
        "level": rule.level,
        "proposed": rule.proposed,
        "text": rule.text.get(lang),
        "source": rule.source,
        "note": rule.note,
    })
}

fn protocol(protocol: &Protocol, lang: Lang) -> Value {
    json!({
        "id": protocol.id,
        "title": protocol.title.get(lang),
        "issued": protocol.issued,
        "valid_from": protocol.valid_from,
        "valid_to": protocol.valid_to,
        "complete": protocol.complete,
        "source": protocol.source.decision,
        "read_at": protocol.source.read_at,
        "unread": protocol.unread.iter().map(|unread| unread.note.as_str()).collect::<Vec<_>>(),
        "rules": protocol.rules.iter().map(|one| rule(one, lang)).collect::<Vec<_>>(),
        "is_score": protocol.score.is_some(),
    })
}

fn change(shown: &Shown) -> Value {
    let change = &shown.change;
    let account = |id: AccountId| json!({"id": id, "display_name": shown.names.get(&id)});
    json!({
        "id": change.id,
        "title": change.title,
        "live_from": change.live_from,
        "created_at": change.created_at,
        "created_by": account(change.created_by),
        "signed_by": change.signed.map(|(by, _)| account(by)),
        "signed_at": change.signed.map(|(_, at)| at),
        "replay": change.replay,
    })
}

async fn overview(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Problem> {
    let overview = protocols::overview(&app, &caller).await?;
    let lang = caller.lang();
    let in_force =
        overview.in_force.in_force().iter().map(
            |entry| json!({"from": entry.from, "ages": entry.ages, "protocol": entry.protocol, "note": entry.note}),
        );
    Ok(Json(json!({
        "in_force": in_force.collect::<Vec<_>>(),
        "protocols": overview.in_force.protocols().iter().map(|one| protocol(one, lang)).collect::<Vec<_>>(),
        "changes": overview.changes.iter().map(change).collect::<Vec<_>>(),
    })))
}

async fn replay(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ProposalInput>,
) -> Result<Json<Replay>, Problem> {
    Ok(Json(changes::replay(&app, &caller, &input).await?))
}

async fn propose(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<ProposalInput>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let shown = changes::propose(&app, &caller, &input, &body_hash(&input)).await?;
    let status = if shown.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(change(&shown))))
}

#[derive(Debug, Default, Deserialize)]
struct SignInput {
    #[serde(default)]
    live_from: Option<String>,
}

async fn sign(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ProtocolChangeId>,
    Json(input): Json<SignInput>,
) -> Result<Json<Value>, Problem> {
    Ok(Json(change(&changes::sign(&app, &caller, id, input.live_from.as_deref()).await?)))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/api/v1/f0/protocols";
    let all = Doc::json("The protocols that hold now with every rule and its source, and every change");
    let run = Doc::json("Run a proposal over the past: alerts by ward, patients changed, doctors needed");
    let keep = Doc::json("Propose a change: checked, run over the past, kept; it holds once it is signed");
    let sign_it = Doc::json("Sign a change: it holds from the stated minute on");
    routes
        .add(Method::GET, PATH, Who::Roles(super::READERS), Scope::None, all.answer("Protocols"), get(overview))
        .add(
            Method::POST,
            "/api/v1/f0/protocols/replay",
            Who::Roles(PROPOSERS),
            Scope::Area,
            run.body("ProposalInput").answer("Replay"),
            post(replay),
        )
        .add(
            Method::POST,
            "/api/v1/f0/protocols/changes",
            Who::Roles(PROPOSERS),
            Scope::Area,
            keep.body("ProposalInput").answer("ProtocolChange").status(201),
            post(propose),
        )
        .add(
            Method::POST,
            "/api/v1/f0/protocols/changes/{id}/sign",
            Who::Roles(SIGNERS),
            Scope::Area,
            sign_it.body("SignInput").answer("ProtocolChange"),
            post(sign),
        )
}
