//! The queue of a phone or a scanner, sent at once.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use axum::http::StatusCode;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bilingual::{Bilingual, Lang};
use shared::ids::{PersonId, VisitId};
use shared::problem::FieldError;
use shared_web::caller::Caller;
use shared_web::extract::{self, Json};
use shared_web::problem::Problem;

use crate::App;
use crate::app::check_in::{self, CheckInError, CheckedIn, Prepared};
use crate::app::door::{self, Arrival};
use crate::app::odd;
use crate::domain::door::Reason;
use crate::domain::visit::VisitInput;

/// How many visits a batch holds at most (contract).
pub(in crate::api) const BATCH: usize = 500;

#[derive(Deserialize)]
pub(super) struct Batch {
    visits: Vec<Value>,
    /// The clock of the phone now, for visits that do not say it themselves.
    sent_at: Option<String>,
}

/// What became of a batch.
#[derive(Serialize)]
pub(in crate::api) struct BatchAnswer {
    pub(in crate::api) results: Vec<BatchResult>,
}

/// What became of one record of it.
#[derive(Serialize)]
pub(in crate::api) struct BatchResult {
    id: Value,
    status: &'static str,
    errors: Vec<Value>,
    /// The visit that is stored: another one's than was sent where somebody scanned twice within the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    visit_id: Option<VisitId>,
    /// What the phone sends the next time, where a visitor gave a name in this batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
}

/// A batch that is too long.
pub(in crate::api) fn too_many(pointer: &str) -> Problem {
    let detail = Bilingual::new(format!("Tối đa {BATCH} lượt mỗi lần gửi"), format!("At most {BATCH} visits at once"));
    Problem::field(FieldError::new(pointer, "too_many", detail))
}

/// A batch that is not looked at yet: whoever sent it keeps it and sends it again.
fn put_off() -> Problem {
    Problem::too_many(
        "Từ mạng này có quá nhiều lượt được gửi cùng lúc. Máy sẽ tự gửi lại sau vài giây, không mất lượt nào.",
        "Too many kept check-ins come from this network at once. They are sent again in a few seconds, none is lost.",
    )
}

/// Lets a record of a batch say what the batch says of the device's clock, unless it does so itself: a clock that was put
/// right after a record was made is not the one that it was made by.
pub(in crate::api) fn say_when_sent(record: &mut Value, sent_at: Option<&str>) {
    if let (Some(sent_at), Some(fields)) = (sent_at, record.as_object_mut()) {
        fields.entry("sent_at").or_insert_with(|| Value::String(sent_at.to_owned()));
    }
}

/// A batch is the queue of a phone or a scanner. Visits of known visitors are stored together; the others one after the
/// other, and who gave the same words twice in one batch is one person.
pub(super) async fn create_batch(
    State(app): State<App>,
    caller: Caller,
    Json(batch): Json<Batch>,
) -> Result<Json<BatchAnswer>, Problem> {
    if batch.visits.len() > BATCH {
        return Err(too_many("/visits"));
    }
    if !app.venues.allows_queue(caller.context.address, batch.visits.len()) {
        return Err(put_off());
    }
    let mut people = HashMap::new();
    let mut outcomes = Vec::with_capacity(batch.visits.len());
    let mut rows = Vec::new();
    let mut odd = Vec::new();
    for (index, mut visit) in batch.visits.into_iter().enumerate() {
        say_when_sent(&mut visit, batch.sent_at.as_deref());
        match take(&app, &caller, &visit, &mut people).await {
            Ok(Taken::Done(checked)) => outcomes.push((visit, Ok(checked))),
            Ok(Taken::OneRow(prepared)) => {
                rows.push((index, prepared));
                outcomes.push((visit, Err(CheckInError::Busy.into())));
            }
            Err(problem) => outcomes.push((visit, Err(problem))),
        }
    }
    let (mut ids, mut keys) = (HashSet::new(), HashSet::new());
    let mut is_first = |prepared: &Prepared| ids.insert(prepared.id()) & keys.insert(prepared.key());
    let (once, again): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, prepared)| is_first(prepared));
    // Two writers may share a batch, and the second of two equal ids, or of two scans of one minute, must not be stored before
    // the first.
    for rows in [once, again] {
        let stored = join_all(rows.iter().map(|(_, prepared)| check_in::store(&app, &caller, prepared))).await;
        for ((index, prepared), result) in rows.iter().zip(stored) {
            odd.extend(result.as_ref().ok().map(|checked| prepared.odd(&app, checked)));
            outcomes[*index].1 = result.map_err(Problem::from);
        }
    }
    odd::note(&app, odd).await?;
    let lang = caller.lang();
    let results = outcomes.into_iter().map(|(visit, outcome)| result(&visit, outcome, lang));
    Ok(Json(BatchAnswer { results: results.collect::<Result<_, _>>()? }))
}

enum Taken {
    Done(CheckedIn),
    OneRow(Box<Prepared>),
}

/// Understands one visit of a batch and stores it, unless it is one for the group commit.
async fn take(
    app: &App,
    caller: &Caller,
    visit: &Value,
    people: &mut HashMap<String, PersonId>,
) -> Result<Taken, Problem> {
    let input: VisitInput = match VisitInput::deserialize(visit) {
        Ok(input) => input,
        Err(_) => extract::parse_json(visit.to_string().as_bytes())?,
    };
    let words = input.visitor.as_ref().filter(|visitor| visitor.device_token.is_none());
    let words = words.and_then(|visitor| serde_json::to_string(visitor).ok());
    let mut prepared = check_in::prepare(app, caller, input).await?;
    if let Some(person) = words.as_ref().and_then(|words| people.get(words)) {
        prepared = prepared.as_person(app, *person);
    }
    if prepared.is_one_row() && door::is_open(app, &prepared, Arrival::Queued) {
        return Ok(Taken::OneRow(Box::new(prepared)));
    }
    let checked = door::admit(app, caller, prepared, Arrival::Queued, &[]).await?;
    if let (Some(words), Some(person)) = (words, check_in::visitor_of(app, &checked)?) {
        people.insert(words, person);
    }
    Ok(Taken::Done(checked))
}

/// What is said of one visit. Our own failure fails the whole batch: it can be sent again, and then tells the truth.
fn result(visit: &Value, outcome: Result<CheckedIn, Problem>, lang: Lang) -> Result<BatchResult, Problem> {
    let named = visit["visitor"]["device_token"].is_null();
    let outcome = outcome.map(|checked| {
        let token = named.then(|| checked.device_token.clone());
        (checked, token)
    });
    reported(visit, outcome, lang)
}

/// The same of whatever has an id of its own.
pub(in crate::api) fn reported(
    record: &Value,
    outcome: Result<(CheckedIn, Option<String>), Problem>,
    lang: Lang,
) -> Result<BatchResult, Problem> {
    let given = record.get("id").filter(|id| !id.is_null()).cloned();
    match outcome {
        Ok((checked, _)) if checked.door.is_red() => {
            let error = |reason: &Reason| {
                let detail = reason.detail();
                serde_json::json!({"pointer": reason.pointer(), "code": reason.code(), "detail": detail.get(lang)})
            };
            Ok(BatchResult {
                id: given.unwrap_or(Value::Null),
                status: "rejected",
                errors: checked.door.reasons.iter().map(error).collect(),
                visit_id: None,
                device_token: None,
            })
        }
        Ok((checked, device_token)) => Ok(BatchResult {
            id: given.unwrap_or_else(|| Value::String(checked.visit.id.to_string())),
            status: if checked.created { "accepted" } else { "duplicate" },
            errors: Vec::new(),
            visit_id: Some(checked.visit.id),
            device_token,
        }),
        // Neither is the visit's fault: the phone keeps what it sent and sends it again.
        Err(problem) if problem.status.is_server_error() || problem.status == StatusCode::TOO_MANY_REQUESTS => {
            Err(problem)
        }
        Err(problem) => {
            let mut errors: Vec<Value> = problem
                .errors
                .iter()
                .map(|e| serde_json::json!({"pointer": e.pointer, "code": e.code, "detail": e.detail.get(lang)}))
                .collect();
            if errors.is_empty() {
                let detail = problem.detail.get(lang);
                errors.push(serde_json::json!({"pointer": "", "code": problem.code, "detail": detail}));
            }
            let id = given.unwrap_or(Value::Null);
            Ok(BatchResult { id, status: "rejected", errors, visit_id: None, device_token: None })
        }
    }
}
