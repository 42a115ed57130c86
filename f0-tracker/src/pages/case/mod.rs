//! `/cases/{id}`: who and in what state, the course on one time axis, what to do next; and the staff's report.

pub mod alert;
pub mod chart;
pub mod charts;
pub mod contacts;
mod course;
mod facts;
pub mod form;
mod happened;
mod intake;
mod near;
mod papers;
pub mod patient;
pub mod reasons;
mod sick_leave;
#[cfg(test)]
mod tests;
pub mod values;
mod view;
mod waits;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::CaseId;
use shared_web::Problem;
use shared_web::access::Routes;
use shared_web::caller::Caller;
use shared_web::extract::Id;

pub use self::alert::{level_of, shown_level};
use self::view::{Again, page_of};
use super::{Pages as _, acts};
use crate::App;
use crate::api::{KEEPERS, READERS, body_hash};
use crate::app::acts::{ADVISERS, Target};
use crate::app::close_case;
use crate::app::report::{self, REPORTERS};

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    page_of(&app, &caller, id, Again::default()).await
}

async fn take_report(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let input = form::read(pairs);
    match report::take(&app, &caller, id, &input, &body_hash(&input)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}#newest")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let report = Some((input, problem.errors));
            page_of(&app, &caller, id, Again { report, ..Again::default() }).await
        }
        Err(problem) => Err(problem),
    }
}

async fn act(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let kind = acts::kind(&code)?;
    let id: CaseId = id.parse().map_err(|_| report::no_such_case())?;
    match acts::submit(&app, &caller, Target::Case(id), kind, acts::typed(kind, pairs)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}#timeline")).into_response()),
        Err(Ok(refused)) => page_of(&app, &caller, id, Again { act: Some(refused), ..Again::default() }).await,
        Err(Err(problem)) => Err(problem),
    }
}

/// Ends isolation where every criterion is met; 409 tells what is missing.
async fn close(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    close_case::close(&app, &caller, id).await?;
    Ok(Redirect::to(&format!("/cases/{id}#papers")).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    sick_leave::routes(papers::routes(contacts::routes(intake::routes(routes))))
        .page("/cases/{id}", READERS, "A case: who, the course on one time axis, what to do next", get(show))
        .form(
            "/cases/{id}/report",
            REPORTERS,
            "Note a patient's state; shows the form with its errors, or the case",
            post(take_report),
        )
        .form(
            "/cases/{id}/acts/{kind}",
            ADVISERS,
            "Do something for a patient; shows the form with its errors, or the case",
            post(act),
        )
        .form("/cases/{id}/close", KEEPERS, "End isolation, without script; 409 says what is missing", post(close))
}
