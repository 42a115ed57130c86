//! `/api/v1/lab/mappings`: what a laboratory's own words mean; and the dictionary of the columns.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::bilingual::Bilingual;
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Json, List, Query};

use crate::api::WORKERS;
use crate::app::App;
use crate::app::mapping;
use crate::app::rejudge;
use crate::app::sender::Sender;
use crate::domain::codes::{Finding, SpecimenKind};
use crate::domain::message::MappingKind;
use crate::domain::tabular;
use crate::store::model::MappedWord;

#[derive(Deserialize)]
struct Options {
    lab_code: Option<String>,
}

/// A word on the wire.
#[derive(Serialize, Deserialize)]
struct Word {
    kind: String,
    local: String,
    target: Option<String>,
    /// How many records wait for the word; not read.
    #[serde(skip_deserializing)]
    waiting: u64,
}

#[derive(Deserialize)]
struct Words {
    items: Vec<Word>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
) -> Result<Json<List<Word>>, Problem> {
    let lab_code = mapping::laboratory(&Sender::of(&caller)?, options.lab_code.as_deref())?;
    let words = mapping::list(&app, &lab_code).await?;
    let waiting = rejudge::counts(app.store.read().await?.as_mut(), &lab_code).await?;
    let items = words.into_iter().map(|word| Word {
        kind: word.kind.code().to_owned(),
        waiting: waiting.get(&(word.kind, word.local.clone())).copied().unwrap_or_default(),
        local: word.local,
        target: Some(word.target),
    });
    Ok(Json(List { items: items.collect(), next_cursor: None }))
}

async fn replace(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    Json(words): Json<Words>,
) -> Result<Json<List<Word>>, Problem> {
    let sender = Sender::of(&caller)?;
    let lab_code = mapping::laboratory(&sender, options.lab_code.as_deref())?;
    let mut read = Vec::new();
    let mut errors = Vec::new();
    for (at, word) in words.items.into_iter().enumerate() {
        match MappingKind::from_code(&word.kind) {
            Some(kind) => {
                let target = word.target.unwrap_or_default().trim().to_owned();
                read.push(MappedWord { kind, local: word.local, target });
            }
            None => errors.push(unknown_kind(format!("/items/{at}/kind"))),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    mapping::put(&app, &sender, &lab_code, &read).await?;
    list(State(app), caller, Query(options)).await
}

fn unknown_kind(pointer: impl Into<String>) -> FieldError {
    let kinds = MappingKind::ALL.map(MappingKind::code).join(", ");
    let detail = Bilingual::new(format!("Một trong: {kinds}"), format!("One of: {kinds}"));
    FieldError::new(pointer.into(), "kind", detail)
}

#[derive(Deserialize)]
struct AgainInput {
    kind: String,
    local: String,
}

async fn judge_again(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    Json(input): Json<AgainInput>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let lab_code = mapping::laboratory(&sender, options.lab_code.as_deref())?;
    let kind = MappingKind::from_code(&input.kind).ok_or_else(|| Problem::field(unknown_kind("/kind")))?;
    let waiting = rejudge::start(&app, &sender, &lab_code, kind, &input.local).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({"waiting": waiting}))).into_response())
}

/// The published dictionary: the columns of a file, and the values that some of them take.
async fn dictionary() -> Json<Value> {
    let columns: Vec<Value> = tabular::dictionary()
        .map(|entry| {
            let words: Vec<&str> = entry.words.split('|').filter(|word| !word.is_empty()).collect();
            json!({"column": entry.column, "pointer": entry.pointer, "vi": entry.vietnamese, "words": words})
        })
        .collect();
    let specimens: Vec<Value> = SpecimenKind::ALL
        .iter()
        .map(|kind| {
            let name = kind.name();
            json!({"code": kind.code(), "snomed": kind.snomed(), "vi": name.vi, "en": name.en})
        })
        .collect();
    let outcomes = Finding::ALL.map(Finding::code);
    Json(json!({"columns": columns, "specimen_kinds": specimens, "outcomes": outcomes}))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/api/v1/lab/mappings",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json("What the laboratory's own codes, words and headers mean")
                .answer("MappingList")
                .query(&["lab_code"]),
            get(list),
        )
        .add(
            Method::PUT,
            "/api/v1/lab/mappings",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json(
                "Say what the laboratory's own codes, words and headers mean; without a target, nothing any more",
            )
            .body("MappingList")
            .answer("MappingList")
            .query(&["lab_code"]),
            put(replace),
        )
        .add(
            Method::POST,
            "/api/v1/lab/mappings/rejudge",
            Who::Roles(WORKERS),
            Scope::Own,
            Doc::json(
                "Judge the records again, in the background, that wait for a code or word whose meaning was said",
            )
            .body("MappingWord")
            .answer("Rejudged")
            .status(202)
            .query(&["lab_code"]),
            post(judge_again),
        )
        .add(
            Method::GET,
            "/api/v1/lab/dictionary",
            Who::Public,
            Scope::None,
            Doc::json("The columns of a file of results and the words that are understood").answer("Dictionary"),
            get(dictionary),
        )
}
