//! `POST /api/v1/lab/validate`: what was read, field by field, and what would become of it.

use std::io::{Read as _, Seek};

use axum::extract::{Request, State};
use serde::Deserialize;
use serde_json::{Value, json};
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Json, Query, body, has_type, parse_json};

use crate::api::uploads::receive;
use crate::app::App;
use crate::app::record;
use crate::app::row::Incoming;
use crate::app::sender::Sender;
use crate::app::upload::{self, Command, Read};
use crate::domain::detect::{self, Format};
use crate::domain::result::Parsed;

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
    let reading = upload::reading(&app, &sender, options.lab_code.as_deref()).await?;
    let now = app.platform.now();
    let found = detect::format(&bytes[..bytes.len().min(detect::HEAD)]);
    let Read { format, naming, rows, sources } = if declared_json && found != Format::Fhir {
        let (naming, rows) = upload::read_json(&app, &sender, parse_json(&bytes)?)?;
        Read { format: Format::Json, naming, sources: vec![Value::Null; rows.len()], rows }
    } else {
        upload::read_bytes(&bytes, &reading, now)?
    };
    let read: Vec<Value> = rows.iter().map(fields).collect();
    let command = Command { dry_run: true, ..Command::default() };
    let report = upload::take_body(&app, sender, naming, rows, format, &command).await?;
    let mut answer = report.to_json(caller.lang());
    if let Some(rows) = answer["rows"].as_array_mut() {
        for (row, (fields, source)) in rows.iter_mut().zip(read.into_iter().zip(sources)) {
            row["fields"] = fields;
            row["source"] = source;
        }
    }
    answer["format"] = json!(format.code());
    Ok(Json(answer))
}

/// The body itself, or the file in it where it is a form.
async fn bytes(app: &App, request: Request) -> Result<Vec<u8>, Problem> {
    if !has_type(request.headers(), &["multipart/form-data"]) {
        return Ok(body(request, app).await?.to_vec());
    }
    let mut file = receive(app, request).await?.file;
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    read.map_err(|_| Problem::busy())?;
    Ok(bytes)
}

/// The fields of a row as they were understood; those of the first of several results, with the others beside them. Null
/// where one of them was not understood.
fn fields(row: &Incoming) -> Value {
    let mut read = row.results().map(result);
    let Some(mut first) = read.next() else { return Value::Null };
    let others: Vec<Value> = read.collect();
    if !others.is_empty() {
        first["others"] = json!(others);
    }
    first
}

fn result(parsed: &Parsed) -> Value {
    let mut fields = record::to_json(&parsed.draft);
    fields["outcome"] = json!(parsed.draft.outcome.code());
    fields["finding"] = json!(parsed.draft.finding.code());
    fields["method"] = json!(parsed.draft.method.map(|method| method.code()));
    fields["test_traffic"] = json!(parsed.test_traffic);
    fields["other_barcodes"] = json!(parsed.other_tubes.iter().map(|tube| tube.as_str()).collect::<Vec<_>>());
    fields
}
