//! The test bench: what was read of a body, field by field, and what would become of it. The same reader and the same intake
//! as for real records; nothing is stored.

use serde_json::{Value, json};
use shared_web::Problem;

use crate::app::App;
use crate::app::record;
use crate::app::row::Incoming;
use crate::app::sender::Sender;
use crate::app::upload::{self, Command, Read};
use crate::domain::detect::Format;
use crate::domain::report::RowReport;
use crate::domain::result::Parsed;

/// A body that was tried out.
#[derive(Debug)]
pub struct Tried {
    /// What it is.
    pub format: Format,
    /// What would become of its rows.
    pub report: RowReport,
    /// What was read of each row.
    pub rows: Vec<TriedRow>,
    /// By what name the body has the field that a pointer of a result names, where it has it.
    pub names: Vec<(&'static str, String)>,
}

/// What was read of a row.
#[derive(Debug)]
pub struct TriedRow {
    /// The result as it was understood; the others of the same row stand in `others`. Null where it was not understood.
    pub fields: Value,
    /// The texts that it was read from, by the names of the body's own fields; null where the row is JSON.
    pub source: Value,
}

/// Tries a body out.
///
/// # Errors
/// 422 where no row can be read, 503 where the database fails.
pub async fn try_out(
    app: &App,
    sender: Sender,
    bytes: &[u8],
    declared_json: bool,
    lab_code: Option<&str>,
) -> Result<Tried, Problem> {
    let reading = upload::reading(app, &sender, lab_code).await?;
    let found = upload::format_of(bytes);
    let read = if declared_json && found != Format::Fhir {
        let (naming, rows) = upload::read_json(app, &sender, shared_web::extract::parse_json(bytes)?)?;
        Read { format: Format::Json, naming, sources: vec![Value::Null; rows.len()], rows, names: Vec::new() }
    } else {
        upload::read_bytes(bytes, &reading, app.platform.now())?
    };
    let Read { format, naming, rows, sources, names } = read;
    let understood: Vec<Value> = rows.iter().map(fields).collect();
    let command = Command { dry_run: true, ..Command::default() };
    let report = upload::take_body(app, sender, naming, rows, format, &command).await?;
    let rows = understood.into_iter().zip(sources).map(|(fields, source)| TriedRow { fields, source }).collect();
    Ok(Tried { format, report, rows, names })
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
