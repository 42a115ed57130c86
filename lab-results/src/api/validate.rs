//! `POST /api/v1/lab/validate`: what was read, field by field, and what would become of it.

use axum::extract::{Request, State};
use serde_json::{Value, json};
use shared::ids::UploadId;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Json, body, has_type, parse_json};
use shared_web::problem::wrong_type;

use crate::app::App;
use crate::app::intake;
use crate::app::naming::{FOUND_LATE, Naming};
use crate::app::record;
use crate::app::row::Incoming;
use crate::app::sender::Sender;
use crate::app::upload;
use crate::domain::tabular::read_rows;

pub(super) async fn validate(State(app): State<App>, caller: Caller, request: Request) -> Result<Json<Value>, Problem> {
    let sender = Sender::of(&caller)?;
    let is_csv = has_type(request.headers(), &["text/csv"]);
    if !is_csv && !has_type(request.headers(), &["application/json"]) {
        return Err(wrong_type("application/json, text/csv"));
    }
    let bytes = body(request, &app).await?;
    let (format, (naming, rows)) = if is_csv {
        ("csv", read_csv(&app, &sender, &bytes)?)
    } else {
        ("json", upload::read_json(&app, &sender, parse_json(&bytes)?)?)
    };
    let read: Vec<Value> = rows.iter().map(fields).collect();
    let now = app.platform.now();
    let id = UploadId::new(now, &mut app.platform.random());
    let upload = intake::upload(id, &sender, format, String::new(), now);
    let report = upload::take_rows(&app, sender, naming, rows, upload, true).await?;
    let mut answer = report.to_json(caller.lang());
    if let Some(rows) = answer["rows"].as_array_mut() {
        for (row, fields) in rows.iter_mut().zip(read) {
            row["fields"] = fields;
        }
    }
    answer["format"] = json!(format);
    Ok(Json(answer))
}

/// The fields of a row as they were understood; null where one of them was not.
fn fields(row: &Incoming) -> Value {
    match &row.result {
        Ok(parsed) => {
            let mut fields = record::to_json(&parsed.draft);
            fields["outcome"] = json!(parsed.draft.outcome.code());
            fields["finding"] = json!(parsed.draft.finding.code());
            fields["method"] = json!(parsed.draft.method.map(|method| method.code()));
            fields
        }
        Err(_) => Value::Null,
    }
}

fn read_csv(app: &App, sender: &Sender, bytes: &[u8]) -> Result<(Naming, Vec<Incoming>), Problem> {
    let now = app.platform.now();
    let mut rows = read_rows(bytes, now, now.local_date(), sender.lab_code()).map_err(upload::unreadable)?;
    let headers = FOUND_LATE.into_iter().map(|pointer| (pointer, rows.column_of(pointer))).collect();
    let read =
        rows.by_ref().map(|row| Incoming { row: row.number, accession: row.accession, result: row.result }).collect();
    Ok((Naming::Columns(headers), read))
}
