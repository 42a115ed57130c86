//! `/protocols`: what holds, rule by rule with its source; a change is tried on the past weeks, proposed, and signed by a
//! named doctor for a stated minute.

mod edit;
mod list;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::Value;
use shared::ids::ProtocolChangeId;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use self::edit::{EditView, Typed};
use self::list::{ChangeView, ProtocolRow, ReplayView, may_propose, may_sign};
use super::{FormError, TEXTS};
use crate::App;
use crate::api::{READERS, body_hash};
use crate::app::protocol_changes::{self as changes, PROPOSERS, ProposalInput, SIGNERS};
use crate::app::protocols::{self, Overview};
use crate::domain::protocol_edit::edited;
use crate::domain::replay::Replay;

#[derive(Template)]
#[template(path = "protocols.html")]
struct ProtocolsPage {
    page: Page,
    /// Those in force first.
    protocols: Vec<ProtocolRow>,
    changes: Vec<ChangeView>,
    may_propose: bool,
    may_sign: bool,
    errors: Vec<FormError>,
}

/// A signature that was refused.
struct Unsigned {
    change: ProtocolChangeId,
    typed: String,
    errors: Vec<FieldError>,
}

impl ProtocolsPage {
    fn new(caller: &Caller, overview: &Overview, again: Option<&Unsigned>, now: Instant) -> Self {
        let mut page = Page::new(caller, &TEXTS, "protocols-title").work();
        let lang = page.language();
        let faults = again.map(|again| again.errors.as_slice()).unwrap_or_default();
        if !faults.is_empty() {
            page = page.with_errors();
        }
        let id = again.map(|again| format!("live-{}", again.change)).unwrap_or_default();
        let message = |error: &FieldError| FormError { id: id.clone(), message: error.detail.get(lang).to_owned() };
        Self {
            protocols: ProtocolRow::all(&page, &overview.in_force, now.local_date()),
            changes: overview.changes.iter().map(|shown| ChangeView::new(&page, shown, again, now)).collect(),
            may_propose: may_propose(caller),
            may_sign: may_sign(caller),
            errors: faults.iter().map(message).collect(),
            page,
        }
    }
}

#[derive(Template)]
#[template(path = "protocol.html")]
struct ProtocolPage {
    page: Page,
    row: ProtocolRow,
    /// What may be changed; none for whoever only reads.
    edit: Option<EditView>,
    /// What the change would have done.
    trial: Option<ReplayView>,
    errors: Vec<FormError>,
}

fn no_such_protocol() -> Problem {
    Problem::not_found("Không có hướng dẫn này.", "There is no such protocol.")
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let overview = protocols::overview(&app, &caller).await?;
    Ok(html(&ProtocolsPage::new(&caller, &overview, None, app.platform.now())))
}

/// The page of one protocol: as it holds, or with what was typed and what it would have done.
async fn one_page(
    app: &App,
    caller: &Caller,
    id: &str,
    typed: Option<Typed>,
    trial: Option<&Replay>,
    faults: &[FieldError],
) -> Result<Response, Problem> {
    let overview = protocols::overview(app, caller).await?;
    let file = protocols::file(app, id).await?.ok_or_else(no_such_protocol)?;
    let mut page = Page::new(caller, &TEXTS, "protocols-title").work();
    let row = ProtocolRow::of(&page, &overview.in_force, id, app.platform.now().local_date());
    let row = row.ok_or_else(no_such_protocol)?;
    page = page.titled(row.title.clone());
    if !faults.is_empty() {
        page = page.with_errors();
    }
    let mut typed = typed.unwrap_or_else(|| Typed::of(file));
    let (now, mut random) = (app.platform.now(), app.platform.random());
    typed.id.get_or_insert_with(|| ProtocolChangeId::new(now, &mut random).to_string());
    let edit = may_propose(caller).then(|| EditView::new(&page, &typed, faults));
    let errors = faults.iter().map(|error| edit::error(page.language(), error)).collect();
    let trial = trial.map(|replay| ReplayView::new(&page, replay));
    let mut response = html(&ProtocolPage { page, row, edit, trial, errors });
    if !faults.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn one(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    one_page(&app, &caller, &id, None, None, &[]).await
}

/// What was typed as a proposal: the file with its edits, and the choice of those in force.
async fn proposal(app: &App, caller: &Caller, typed: &Typed) -> Result<(Value, ProposalInput), Vec<FieldError>> {
    let file = edited(&typed.file()?, &typed.edits)?;
    let overview = protocols::overview(app, caller).await.map_err(|problem| problem.errors)?;
    let in_force = typed.in_force(&overview.in_force, &file, app.platform.now().local_date())?;
    let input = ProposalInput {
        id: typed.id.clone(),
        title: Some(typed.title.clone()),
        protocols: vec![file.clone()],
        in_force,
        days: typed.days()?,
        live_from: Some(typed.live_from.clone()),
    };
    Ok((file, input))
}

/// Tries what was typed on the past, or proposes it.
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let typed = Typed::read(pairs);
    let (file, input) = match proposal(&app, &caller, &typed).await {
        Ok(made) => made,
        Err(faults) => return one_page(&app, &caller, &id, Some(typed), None, &faults).await,
    };
    let after = typed.clone().with_file(file);
    if typed.proposes {
        return match changes::propose(&app, &caller, &input, &body_hash(&input)).await {
            Ok(_) => Ok(Redirect::to("/protocols#changes").into_response()),
            Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
                one_page(&app, &caller, &id, Some(after), None, &problem.errors).await
            }
            Err(problem) => Err(problem),
        };
    }
    match changes::replay(&app, &caller, &input).await {
        Ok(replay) => one_page(&app, &caller, &id, Some(after), Some(&replay), &[]).await,
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            one_page(&app, &caller, &id, Some(typed), None, &problem.errors).await
        }
        Err(problem) => Err(problem),
    }
}

async fn sign(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ProtocolChangeId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let typed = pairs.into_iter().find(|(name, _)| name == "live_from").map(|(_, value)| value).unwrap_or_default();
    match changes::sign(&app, &caller, id, Some(typed.as_str())).await {
        Ok(_) => Ok(Redirect::to("/protocols#changes").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let overview = protocols::overview(&app, &caller).await?;
            let again = Unsigned { change: id, typed, errors: problem.errors };
            let mut response = html(&ProtocolsPage::new(&caller, &overview, Some(&again), app.platform.now()));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let who = Who::Roles(READERS);
    let try_it = Doc::page("Try a changed protocol on the past, or propose it").form();
    let sign_it = Doc::page("Sign a change of the protocols for a stated minute").form();
    routes
        .add(Method::GET, "/protocols", who, Scope::None, Doc::page("The protocols and their changes"), get(show))
        .add(Method::GET, "/protocols/{id}", who, Scope::None, Doc::page("One protocol, rule by rule"), get(one))
        .add(Method::POST, "/protocols/{id}", Who::Roles(PROPOSERS), Scope::Area, try_it, post(change))
        .add(Method::POST, "/protocols/changes/{id}/sign", Who::Roles(SIGNERS), Scope::Area, sign_it, post(sign))
}
