//! `POST sms`: what a text message gateway hands over.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use shared::access::Role;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Json;

use super::body_hash;
use crate::App;
use crate::app::sms::{self, SmsInput};

/// Who hands messages over: the program of a gateway, by its own account.
const GATEWAYS: &[Role] = &[Role::Gateway];

async fn receive(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<SmsInput>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let answered = sms::receive(&app, &caller, &input, &body_hash(&input)).await?;
    let status = if answered.created { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({
        "id": answered.inbound.id,
        "outcome": answered.inbound.outcome,
        "duplicate": !answered.created,
        "reply": answered.reply,
        "report_id": answered.inbound.report_id,
        "level": answered.report.map(|report| report.level),
    });
    Ok((status, Json(body)))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes.add(
        Method::POST,
        "/api/v1/f0/sms",
        Who::Roles(GATEWAYS),
        Scope::Area,
        Doc::json("A text message that a telephone sent, such as F0 97 18 82 37.5; it is answered by a message")
            .body("SmsInput")
            .answer("SmsAnswer")
            .status(201),
        post(receive),
    )
}
