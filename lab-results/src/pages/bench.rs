//! `/lab/bench`: what was read of records, field by field, and what would become of them; nothing is stored.

use std::collections::HashSet;

use askama::Template;
use axum::Form;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use shared::bilingual::Lang;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::tabs::{Tab, tabs};
use super::{FormError, TEXTS, when};
use crate::api::validate::bytes;
use crate::app::App;
use crate::app::bench::{self, Tried, TriedRow};
use crate::app::sender::Sender;
use crate::domain::codes::SpecimenKind;
use crate::domain::report::StoredRow;
use crate::domain::tabular;

/// How many rows are shown with their fields.
const SHOWN: usize = 20;

/// The length of a year, which is what is known of many births.
const YEAR: usize = 4;

/// A field of a row: what it is called here and there, what stood in it, and what was understood.
struct FieldRow {
    label: String,
    from: String,
    sent: String,
    read: String,
    bad: bool,
}

struct BenchRow {
    row: u64,
    accession: String,
    status: String,
    look: &'static str,
    reasons: Vec<String>,
    fields: Vec<FieldRow>,
    open: bool,
}

#[derive(Template)]
#[template(path = "lab_bench.html")]
struct BenchPage {
    page: Page,
    tabs: Vec<Tab>,
    posted: String,
    errors: Vec<FormError>,
    format: String,
    rows: Vec<BenchRow>,
    more: u64,
}

impl BenchPage {
    fn new(caller: &Caller, posted: String, errors: Vec<FormError>, tried: Option<&Tried>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "lab-bench-title").work();
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let mut rows = Vec::new();
        if let Some(tried) = tried {
            let read = tried.report.rows().iter().zip(&tried.rows).take(SHOWN);
            rows.extend(read.map(|(row, read)| bench_row(&page, tried, row, read)));
            if let Some(first) = rows.first_mut() {
                first.open = true;
            }
        }
        let received = tried.map_or(0, |tried| tried.report.received());
        Self {
            tabs: tabs(&page, caller, "/lab/bench"),
            posted,
            errors,
            format: tried.map(|tried| tried.format.code().to_uppercase()).unwrap_or_default(),
            more: received.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX)),
            rows,
            page,
        }
    }
}

fn bench_row(page: &Page, tried: &Tried, row: &StoredRow, read: &TriedRow) -> BenchRow {
    let lang = page.language();
    let status = row.status().code();
    BenchRow {
        row: row.row(),
        accession: row.accession().unwrap_or("–").to_owned(),
        status: page.t(&format!("lab-count-{status}")),
        look: match status {
            "accepted" | "duplicate" | "amended" => "well",
            "held" => "watch",
            "rejected" => "urgent",
            _ => "unknown",
        },
        reasons: row.errors().map(|e| format!("{}: {}", e.column, e.detail_in(lang))).collect(),
        fields: fields(page, tried, row, read),
        open: false,
    }
}

/// The fields of a row in the order of the dictionary, then what of the record means nothing to us.
fn fields(page: &Page, tried: &Tried, row: &StoredRow, read: &TriedRow) -> Vec<FieldRow> {
    let wrong: HashSet<&str> = row.errors().map(|error| error.column.as_str()).collect();
    let sent = |name: &str| read.source.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut claimed = HashSet::new();
    let mut rows = Vec::new();
    for entry in tabular::dictionary() {
        let name = tried.names.iter().find(|(pointer, _)| *pointer == entry.pointer).map(|(_, name)| name.as_str());
        let understood = understood(page, entry.pointer, &read.fields);
        let from = name.filter(|name| !sent(name).is_empty() && claimed.insert((*name).to_owned()));
        let bad = wrong.iter().any(|column| Some(*column) == name || column.ends_with(entry.pointer));
        if !understood.is_empty() || from.is_some() || bad {
            rows.push(FieldRow {
                label: if page.language() == Lang::Vi { entry.vietnamese } else { entry.column }.to_owned(),
                from: from.unwrap_or_default().to_owned(),
                sent: from.map(sent).unwrap_or_default(),
                read: understood,
                bad,
            });
        }
    }
    for (name, text) in read.source.as_object().into_iter().flatten().filter(|(name, _)| !claimed.contains(*name)) {
        rows.push(FieldRow {
            label: page.t("lab-bench-unused"),
            from: name.clone(),
            sent: text.as_str().unwrap_or_default().to_owned(),
            read: String::new(),
            bad: wrong.contains(name.as_str()),
        });
    }
    rows
}

/// What a field was understood as, in words.
fn understood(page: &Page, pointer: &str, fields: &Value) -> String {
    let value = match pointer {
        "/test/method" => fields.get("method"),
        "/outcome" => fields.get("finding"),
        "/person/birth_year" => {
            fields.pointer("/person/birth_date").filter(|date| date.as_str().is_some_and(|text| text.len() == YEAR))
        }
        pointer => fields.pointer(pointer),
    };
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return String::new(),
    };
    match pointer {
        // A year alone is kept in the field of the date.
        "/person/birth_date" if text.len() == YEAR => String::new(),
        "/outcome" => {
            let outcome = fields.get("outcome").and_then(Value::as_str).unwrap_or_default();
            format!("{} ({text})", page.t(&format!("outcome-{outcome}")))
        }
        "/test/method" => page.t(&format!("method-{text}")),
        "/specimen/kind" => {
            let kind = SpecimenKind::read(&text).map(|kind| kind.name().get(page.language()).to_owned());
            kind.map_or_else(|| text.clone(), |name| format!("{name} ({text})"))
        }
        "/specimen/collected_at" | "/resulted_at" => text.parse::<Instant>().map_or(text, when),
        _ => text,
    }
}

pub(super) async fn show(caller: Caller) -> Result<Response, Problem> {
    Ok(html(&BenchPage::new(&caller, String::new(), Vec::new(), None)))
}

#[derive(Deserialize)]
pub(super) struct Pasted {
    #[serde(default)]
    body: String,
}

pub(super) async fn paste(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<Pasted>,
) -> Result<Response, Problem> {
    let bytes = form.body.as_bytes().to_vec();
    answer(&app, &caller, &bytes, form.body).await
}

pub(super) async fn file(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    match bytes(&app, request).await {
        Ok(bytes) => answer(&app, &caller, &bytes, String::new()).await,
        Err(problem) => refused(&caller, String::new(), "file", problem),
    }
}

async fn answer(app: &App, caller: &Caller, bytes: &[u8], posted: String) -> Result<Response, Problem> {
    let is_result = serde_json::from_slice::<Value>(bytes).is_ok_and(|json| json.get("resourceType").is_none());
    match bench::try_out(app, Sender::of(caller)?, bytes, is_result, None).await {
        Ok(tried) => Ok(html(&BenchPage::new(caller, posted, Vec::new(), Some(&tried)))),
        Err(problem) => refused(caller, posted, "body", problem),
    }
}

/// The page with what was wrong with the whole.
fn refused(caller: &Caller, posted: String, field: &'static str, problem: Problem) -> Result<Response, Problem> {
    if !problem.status.is_client_error() {
        return Err(problem);
    }
    let lang = caller.lang();
    let mut errors: Vec<_> = problem.errors.iter().map(|error| error.detail.get(lang).to_owned()).collect();
    if errors.is_empty() {
        errors.push(problem.detail.get(lang).to_owned());
    }
    let errors = errors.into_iter().map(|message| FormError { id: field.into(), message }).collect();
    Ok(html(&BenchPage::new(caller, posted, errors, None)))
}
