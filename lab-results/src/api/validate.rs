//! `POST /api/v1/lab/validate`: what was read, field by field, and what would become of it.

use std::io::{Read as _, Seek};

use axum::extract::{Request, State};
use serde::Deserialize;
use serde_json::{Value, json};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query, body, has_type};

use crate::api::uploads::receive;
use crate::app::App;
use crate::app::bench;
use crate::app::sender::Sender;

#[derive(Deserialize)]
pub(super) struct Options {
    lab_code: Option<String>,
}

pub(super) async fn validate(
    State(app): State<App>,
    caller: Caller,
    Query(options): Query<Options>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let sender = Sender::of(&caller)?;
    let declared_json = has_type(request.headers(), &["application/json"]);
    let bytes = bytes(&app, request).await?;
    let tried = bench::try_out(&app, sender, &bytes, declared_json, options.lab_code.as_deref()).await?;
    let mut answer = tried.report.to_json(caller.lang());
    if let Some(rows) = answer["rows"].as_array_mut() {
        for (row, read) in rows.iter_mut().zip(tried.rows) {
            row["fields"] = read.fields;
            row["source"] = read.source;
        }
    }
    answer["format"] = json!(tried.format.code());
    Ok(Json(answer))
}

/// The body itself, or the file in it where it is a form.
pub(crate) async fn bytes(app: &App, request: Request) -> Result<Vec<u8>, Problem> {
    if !has_type(request.headers(), &["multipart/form-data"]) {
        return Ok(body(request, app).await?.to_vec());
    }
    let mut file = receive(app, request).await?.file;
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    read.map_err(|_| Problem::busy())?;
    Ok(bytes)
}
