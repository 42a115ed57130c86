//! `/shifts`: who goes makes the list of what is in hand; who comes accepts it line by line.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::events::AlertLevel;
use shared::ids::{AccountId, ShiftId};
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::case::patient::about;
use super::case::shown_level;
use super::{FormError, Moment, TEXTS, due};
use crate::App;
use crate::api::body_hash;
use crate::app::shifts::{self, SHIFTS, Shift, ShiftInput};
use crate::domain::shift::{Line, LineKind};

/// One line.
struct LineView {
    n: usize,
    /// `alert`, `promise`, `trend`.
    what: String,
    level: &'static str,
    label: String,
    /// The case, for its address; empty where there is none.
    case: String,
    name: String,
    about: String,
    tel: String,
    text: String,
    /// When a promised call is due.
    due: Option<Moment>,
    /// Who accepted it; empty where nobody did.
    accepted: String,
    accepted_at: Option<Moment>,
}

/// One handing over.
struct ShiftView {
    id: String,
    from: String,
    /// Who comes; empty where anybody may.
    to: String,
    at: Moment,
    note: String,
    lines: Vec<LineView>,
    open: usize,
    /// Whether the reader accepts its lines.
    takes: bool,
}

/// Somebody to give a shift to.
struct Receiver {
    code: String,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "shifts.html")]
struct ShiftsPage {
    page: Page,
    /// What the reader may accept, what waits first.
    taking: Vec<ShiftView>,
    /// What the reader gave.
    given: Vec<ShiftView>,
    id: String,
    receivers: Vec<Receiver>,
    note: String,
    errors: Vec<FormError>,
}

impl LineView {
    fn new(page: &Page, shift: &Shift, n: usize, line: &Line, now: Instant) -> Self {
        let person = line.case_id.and_then(|case| shift.patients.get(&case));
        // Who gets worse is to be watched, whatever the newest report alone says.
        let (level, label) = shown_level(page, Some(line.level.max(AlertLevel::Watch)));
        let (key, due_at) = match line.kind {
            LineKind::Alert { .. } => ("shift-line-alert", None),
            LineKind::Promise { due_at, .. } => ("shift-line-promise", due_at),
            LineKind::Trend => ("shift-line-trend", None),
        };
        let name = |id: AccountId| shift.names.get(&id).cloned().unwrap_or_default();
        Self {
            n,
            what: page.t(key),
            level,
            label,
            case: line.case_id.map(|id| id.to_string()).unwrap_or_default(),
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            about: person.map(|person| about(page, person, now.local_date())).unwrap_or_default(),
            tel: person
                .and_then(|person| person.phone.as_ref())
                .map(|phone| phone.as_str().to_owned())
                .unwrap_or_default(),
            text: line.text.get(page.language()).to_owned(),
            due: due_at.map(|at| due(page, at, now)),
            accepted: line.accepted_by.map(name).unwrap_or_default(),
            accepted_at: line.accepted_at.map(|at| Moment::new(page, at, now)),
        }
    }
}

impl ShiftView {
    fn new(page: &Page, shift: &Shift, reader: Option<AccountId>, now: Instant) -> Self {
        let record = &shift.record;
        let name = |id: AccountId| shift.names.get(&id).cloned().unwrap_or_default();
        let line = |(n, line): (usize, &Line)| LineView::new(page, shift, n, line, now);
        Self {
            id: record.id.to_string(),
            from: name(record.from),
            to: record.to.map(name).unwrap_or_default(),
            at: Moment::new(page, record.at, now),
            note: record.note.clone(),
            open: record.lines.iter().filter(|line| line.accepted_by.is_none()).count(),
            lines: record.lines.iter().enumerate().map(line).collect(),
            takes: reader != Some(record.from),
        }
    }
}

impl ShiftsPage {
    fn new(
        caller: &Caller,
        shifts: &[Shift],
        receivers: Vec<(String, String)>,
        typed: ShiftInput,
        errors: Vec<FormError>,
        now: Instant,
    ) -> Self {
        let mut page = Page::new(caller, &TEXTS, "shift-title").work();
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let reader = caller.account().map(|account| account.id);
        let views = shifts.iter().map(|shift| ShiftView::new(&page, shift, reader, now));
        let (mut taking, given): (Vec<_>, Vec<_>) = views.partition(|view| view.takes);
        taking.sort_by_key(|view| view.open == 0);
        let to = typed.to.unwrap_or_default();
        let receiver = |(code, label): (String, String)| Receiver { chosen: code == to, code, label };
        Self {
            taking,
            given,
            id: typed.id.unwrap_or_default(),
            receivers: receivers.into_iter().map(receiver).collect(),
            note: typed.note.unwrap_or_default(),
            errors,
            page,
        }
    }

    fn error(&self, id: &str) -> &str {
        self.errors.iter().find(|error| error.id == id).map_or("", |error| error.message.as_str())
    }
}

async fn page(app: &App, caller: &Caller, typed: ShiftInput, errors: Vec<FormError>) -> Result<Response, Problem> {
    let shifts = shifts::list(app, caller).await?;
    let receivers = shifts::receivers(app, caller).await?;
    let wrong = !errors.is_empty();
    let mut response = html(&ShiftsPage::new(caller, &shifts, receivers, typed, errors, app.platform.now()));
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let id = ShiftId::new(app.platform.now(), &mut app.platform.random()).to_string();
    page(&app, &caller, ShiftInput { id: Some(id), ..ShiftInput::default() }, Vec::new()).await
}

async fn begin(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let of = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let input = ShiftInput { id: of("id"), to: of("to"), note: of("note") };
    match shifts::begin(&app, &caller, &input, &body_hash(&input)).await {
        Ok(shift) => Ok(Redirect::to(&format!("/shifts#handed-{}", shift.record.id)).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let lang = caller.lang();
            let told = problem.errors.iter().map(|error| FormError {
                id: error.pointer.trim_start_matches('/').to_owned(),
                message: error.detail.get(lang).to_owned(),
            });
            page(&app, &caller, input, told.collect()).await
        }
        Err(problem) => Err(problem),
    }
}

async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path((id, line)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let nobody = || Problem::not_found("Không có dòng bàn giao này.", "There is no such line.");
    let (id, line): (ShiftId, usize) = (id.parse().map_err(|_| nobody())?, line.parse().map_err(|_| nobody())?);
    shifts::accept(&app, &caller, id, line).await?;
    Ok(Redirect::to(&format!("/shifts#handed-{id}")).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let who = Who::Roles(SHIFTS);
    let give = Doc::page("Hand a shift over: the list of what is in hand").form();
    let take = Doc::page("Accept one line of a shift").form();
    routes
        .add(Method::GET, "/shifts", who, Scope::Area, Doc::page("Shifts that are handed over"), get(show))
        .add(Method::POST, "/shifts", who, Scope::Area, give, post(begin))
        .add(Method::POST, "/shifts/{id}/lines/{line}/accept", who, Scope::Area, take, post(accept))
}
