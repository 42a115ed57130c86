//! `POST visits`, `POST visits/batch`, `POST visits/{id}/checkout`.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::post;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::access::Role;
use shared::bilingual::{Bilingual, Lang};
use shared::ids::{PersonId, VisitId};
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::{Caller, is_same_origin};
use shared_web::extract::{self, Id, Json, Query};
use shared_web::problem::{Problem, wrong_type};

use crate::App;
use crate::app::check_in::{self, CheckInError, CheckedIn, Prepared};
use crate::app::check_out::{CheckOutError, check_out};
use crate::app::door::{self, Arrival};
use crate::app::odd;
use crate::domain::clock::told;
use crate::domain::device_token::VALID_FOR;
use crate::domain::door::{Level, Reason};
use crate::domain::visit::VisitInput;

/// How many visits a batch holds at most (contract).
pub(super) const BATCH: usize = 500;

/// A visit on the wire.
#[derive(Debug, Serialize)]
pub(super) struct VisitView<'a> {
    id: VisitId,
    venue: &'a Place,
    checked_in_at: Instant,
    checked_out_at: Option<Instant>,
    status: &'static str,
    door: Level,
    reasons: Vec<String>,
    reason_codes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<&'a str>,
}

/// A visit as its venue's staff see it: the token is the visitor's alone.
pub(super) fn staff_view(checked: &CheckedIn, lang: Lang) -> VisitView<'_> {
    VisitView { device_token: None, declared_until: None, ..view(checked, lang) }
}

fn view(checked: &CheckedIn, lang: Lang) -> VisitView<'_> {
    let door = &checked.door;
    VisitView {
        id: checked.visit.id,
        venue: &checked.place,
        checked_in_at: checked.visit.checked_in_at,
        checked_out_at: checked.visit.checked_out_at,
        status: if door.is_red() { "refused" } else { "accepted" },
        door: door.level,
        reasons: door.reasons.iter().map(|reason| reason.detail().get(lang).to_owned()).collect(),
        reason_codes: door.reasons.iter().map(Reason::code).collect(),
        declared_until: checked.declared_until,
        device_token: Some(&checked.device_token),
    }
}

/// What is said of a device token that is not good: the phone asks for name and phone again.
fn bad_token() -> FieldError {
    FieldError::new(
        "/visitor/device_token",
        "device_token",
        Bilingual::new(
            "Máy này cần khai lại họ tên và số điện thoại",
            "This phone has to give name and phone number again",
        ),
    )
}

fn token_problem() -> Problem {
    let mut problem = Problem::new(
        StatusCode::UNAUTHORIZED,
        "device_token",
        Bilingual::new("Mã của máy không còn dùng được", "The device token is not good any more"),
        bad_token().detail,
    );
    problem.errors = vec![bad_token()];
    problem
}

impl From<CheckInError> for Problem {
    fn from(error: CheckInError) -> Self {
        match error {
            CheckInError::Invalid(errors) => Self::invalid(errors),
            CheckInError::Token(_) => token_problem(),
            CheckInError::IdConflict => Self::id_conflict(),
            CheckInError::Busy => Self::busy(),
            CheckInError::TooMany => Self::too_many(
                "Máy này hoặc nơi này có quá nhiều lượt trong thời gian ngắn. Hãy thử lại sau ít phút.",
                "Too many check-ins of this phone or at this place in a short time. Try again in a few minutes.",
            ),
            CheckInError::TooManyCodes => too_many_codes(),
            CheckInError::Store(error) => error.into(),
        }
    }
}

/// What somebody is told who has tried codes out, whether the last one was somebody's or not.
pub(crate) fn too_many_codes() -> Problem {
    Problem::too_many(
        "Từ mạng này có quá nhiều mã không đúng. Hãy thử lại sau 10 phút, hoặc nhờ nhân viên ghi giúp.",
        "Too many wrong codes came from this network. Try again in 10 minutes, or ask the staff to write you down.",
    )
}

impl From<CheckOutError> for Problem {
    fn from(error: CheckOutError) -> Self {
        match error {
            CheckOutError::Unauthenticated => Self::unauthenticated(),
            CheckOutError::Token(_) => token_problem(),
            CheckOutError::NotFound => Self::not_found("Không có lượt vào này.", "There is no such visit."),
            CheckOutError::AlreadyOut(at) => Self::conflict(
                "already_checked_out",
                "Lượt này đã ra về trước đó.",
                "This visit was checked out before.",
            )
            .with("checked_out_at", at.to_string()),
            CheckOutError::When(error) => Self::field(error.field_error()),
            CheckOutError::Store(error) => error.into(),
        }
    }
}

#[derive(Deserialize)]
struct Phone {
    own: Option<bool>,
}

/// Whether a page of ours sent the request.
struct FromOwnPage(bool);

impl<S: Send + Sync> FromRequestParts<S> for FromOwnPage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(is_same_origin(&parts.method, &parts.headers)))
    }
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    FromOwnPage(from_own_page): FromOwnPage,
    Query(phone): Query<Phone>,
    Json(input): Json<VisitInput>,
) -> Result<Response, Problem> {
    let chosen = input.id.clone();
    let checked = check_in::check_in(&app, &caller, input).await?;
    let status = status_of(&checked, chosen.as_deref());
    let answer = axum::Json(view(&checked, caller.lang()));
    // A page of ours says that the phone is the visitor's own, and it is remembered; whoever else calls keeps the token of
    // the answer.
    let own = phone.own == Some(true) && caller.account().is_none();
    let cookie =
        (own && from_own_page).then(|| cookie_line(&checked.device_token)).filter(|_| !checked.device_token.is_empty());
    Ok((status, AppendHeaders(cookie.map(|line| (header::SET_COOKIE, line))), answer).into_response())
}

/// 200 where the same request was sent again under its id. Whoever scans twice within a minute has come in, 201, and has
/// one visit all the same.
pub(super) fn status_of(checked: &CheckedIn, chosen: Option<&str>) -> StatusCode {
    let is_its_id = |id: &str| id.trim().parse::<VisitId>().is_ok_and(|id| id == checked.visit.id);
    if !checked.created && chosen.is_some_and(is_its_id) { StatusCode::OK } else { StatusCode::CREATED }
}

/// The cookie of a phone that was here before, for browsers without script. The prefix binds it to this host and to a
/// secure connection (RFC 6265bis, 4.1.3.2).
pub(crate) const COOKIE: &str = "__Host-device";

/// The line that sets it.
pub(crate) fn cookie_line(token: &str) -> String {
    let seconds = VALID_FOR.as_secs();
    format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax")
}

fn json_of(view: &VisitView<'_>) -> Result<Value, Problem> {
    serde_json::to_value(view).map_err(|_| Problem::internal())
}

#[derive(Deserialize)]
struct Batch {
    visits: Vec<Value>,
    /// The clock of the phone now, for visits that do not say it themselves.
    sent_at: Option<String>,
}

/// What became of a batch.
#[derive(Serialize)]
pub(super) struct BatchAnswer {
    pub(super) results: Vec<BatchResult>,
}

/// What became of one record of it.
#[derive(Serialize)]
pub(super) struct BatchResult {
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
pub(super) fn too_many(pointer: &str) -> Problem {
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
pub(super) fn say_when_sent(record: &mut Value, sent_at: Option<&str>) {
    if let (Some(sent_at), Some(fields)) = (sent_at, record.as_object_mut()) {
        fields.entry("sent_at").or_insert_with(|| Value::String(sent_at.to_owned()));
    }
}

/// A batch is the queue of a phone or a scanner. Visits of known visitors are stored together; the others one after the
/// other, and who gave the same words twice in one batch is one person.
async fn create_batch(
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
    let mut ids = HashSet::new();
    let (once, again): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, prepared)| ids.insert(prepared.id()));
    // Two writers may share a batch, and the second of two equal ids must not be stored before the first.
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
pub(super) fn reported(
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

#[derive(Default, Deserialize)]
#[serde(default)]
struct Leaving {
    at: Option<String>,
    /// The clock of the phone when it sends.
    sent_at: Option<String>,
}

impl Leaving {
    /// A body is not needed: who leaves now has nothing to say.
    async fn from_request(request: Request) -> Result<Self, Problem> {
        let is_json = extract::has_type(request.headers(), &["application/json"]);
        let bytes = extract::body(request, &()).await?;
        match (bytes.is_empty(), is_json) {
            (true, _) => Ok(Self::default()),
            (false, true) => extract::parse_json(&bytes),
            (false, false) => Err(wrong_type("application/json")),
        }
    }

    fn at(&self, now: Instant) -> Result<Option<Instant>, Problem> {
        let told = told(self.at.as_deref(), self.sent_at.as_deref(), now).map_err(Problem::field)?;
        Ok(told.map(|told| told.at))
    }
}

async fn leave(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<VisitId>,
    request: Request,
) -> Result<axum::Json<Value>, Problem> {
    let leaving = Leaving::from_request(request).await?;
    let (visit, place) = check_out(&app, &caller, None, id, leaving.at(app.platform.now())?).await?;
    let view = VisitView {
        id: visit.id,
        venue: &place,
        checked_in_at: visit.checked_in_at,
        checked_out_at: visit.checked_out_at,
        status: "accepted",
        door: Level::Green,
        reasons: Vec::new(),
        reason_codes: Vec::new(),
        declared_until: None,
        device_token: None,
    };
    Ok(axum::Json(json_of(&view)?))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/visits",
            Who::Public,
            Scope::Own,
            Doc::json("Check in, with a device token or as a person; the answer brings the token for the next time")
                .body("VisitInput")
                .answer("Visit")
                .status(201)
                .query(&["own"]),
            post(create),
        )
        .add(
            Method::POST,
            "/api/v1/checkin/visits/batch",
            Who::Public,
            Scope::Own,
            Doc::json("Send visits that were made without a signal, at most 500")
                .body("VisitBatch")
                .answer("BatchReport"),
            post(create_batch),
        )
        .add(
            Method::POST,
            "/api/v1/checkin/visits/{id}/checkout",
            Who::DeviceOr(&[Role::Venue, Role::Officer, Role::Admin]),
            Scope::Own,
            Doc::json("Check out, by the visitor's device token or the venue's staff").body("Checkout").answer("Visit"),
            post(leave),
        )
}
