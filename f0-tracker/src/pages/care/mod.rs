//! `/care`: a patient or somebody of the family signs in with a one-time code, sees what is to be done today, and
//! reports.

mod household;
mod report;
mod sign_in;
#[cfg(test)]
mod tests;
mod today;

use axum::http::StatusCode;
use axum::response::Response;
use shared_web::access::Routes;

use super::FormError;
use crate::App;

/// The message for a field of a form; empty where nothing is wrong with it.
fn message(errors: &[FormError], id: &str) -> String {
    errors.iter().find(|error| error.id == id).map(|error| error.message.clone()).unwrap_or_default()
}

/// The page of a form that has to be corrected.
fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let routes = household::routes(routes);
    report::routes(sign_in::routes(today::routes(routes)))
}
