//! `POST declarations`, `GET declarations/questions`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::Serialize;
use shared::bilingual::Lang;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Json;
use shared_web::problem::Problem;
use uuid::Uuid;

use crate::App;
use crate::app::declarations::{DeclarationInput, Declared, declare};
use crate::domain::declaration::{Questions, Verdict, reason_in_words};

#[derive(Debug, Serialize)]
struct DeclarationView {
    id: Uuid,
    verdict: Verdict,
    reasons: Vec<String>,
    reason_codes: Vec<String>,
    version: String,
    valid_until: Instant,
}

fn view(declared: Declared, lang: Lang) -> DeclarationView {
    let record = declared.record;
    let questions = Questions::on(record.declared_at.local_date());
    let words = |code: &String| reason_in_words(questions, code).get(lang).to_owned();
    DeclarationView {
        id: record.id,
        verdict: record.verdict,
        reasons: record.reasons.iter().map(words).collect(),
        reason_codes: record.reasons,
        version: record.version,
        valid_until: record.valid_until,
    }
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<DeclarationInput>,
) -> Result<(StatusCode, axum::Json<DeclarationView>), Problem> {
    let declared = declare(&app, &caller, &input).await?;
    let status = if declared.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(view(declared, caller.lang()))))
}

async fn questions(State(app): State<App>) -> axum::Json<Questions> {
    axum::Json(Questions::on(app.platform.now().local_date()).clone())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/declarations",
            Who::Public,
            Scope::Own,
            Doc::json("Declare one's health, or for another person")
                .body("DeclarationInput")
                .answer("Declaration")
                .status(201),
            post(create),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/declarations/questions",
            Who::Public,
            Scope::None,
            Doc::json("The questions of today in both languages, with the verdict of each answer").answer("Questions"),
            get(questions),
        )
}
