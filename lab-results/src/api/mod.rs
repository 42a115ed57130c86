//! The routes of the service for programs.

mod flow_schemas;
mod held;
mod held_views;
pub(crate) mod labs;
mod mappings;
mod messages;
mod orders;
mod pools;
mod results;
pub mod schemas;
mod specimens;
mod tubes;
mod uploads;
pub(crate) mod validate;
pub mod views;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{get, post};
use shared::access::Role;
use shared_web::access::{Doc, Routes, Scope, Who};

use crate::app::App;

pub use uploads::{receive, received, report_answer, with_cells};

/// Who sends results.
pub const SENDERS: &[Role] = &[Role::Lab, Role::Sampler, Role::Officer];
/// Who works on the laboratory's lists.
pub const WORKERS: &[Role] = &[Role::Lab, Role::Officer];
/// Who reads results.
const READERS: &[Role] = &[Role::Lab, Role::Officer, Role::Doctor, Role::Nurse];
/// Who orders tests and takes specimens.
pub(crate) const TAKERS: &[Role] = &[Role::Sampler, Role::Lab, Role::Officer, Role::Nurse];

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>, app: &App) -> Routes<App> {
    let routes = uploads::routes(routes, app.platform.config.upload_limit);
    let routes = messages::routes(mappings::routes(held::routes(routes)));
    let routes = labs::routes(tubes::routes(pools::routes(specimens::routes(routes))));
    routes
        .add(
            Method::POST,
            "/api/v1/lab/results",
            Who::Roles(SENDERS),
            Scope::Own,
            Doc::json("Send one result or a list; good rows are kept when others are bad")
                .body("Results")
                .answer("RowReport"),
            post(results::take),
        )
        .add(
            Method::GET,
            "/api/v1/lab/results",
            Who::Roles(READERS),
            Scope::AreaOrOwn,
            Doc::json("Results, newest first").answer("ResultList").query(&[
                "person_id",
                "lab_code",
                "from",
                "to",
                "outcome",
                "limit",
                "cursor",
            ]),
            get(results::list),
        )
        .add(
            Method::GET,
            "/api/v1/lab/results/{id}",
            Who::Roles(READERS),
            Scope::AreaOrOwn,
            Doc::json("One result with all its versions").answer("ResultWithVersions"),
            get(results::one),
        )
        .add(
            Method::POST,
            "/api/v1/lab/validate",
            Who::Roles(SENDERS),
            Scope::Own,
            Doc::json(
                "What was read, field by field, and what would become of it, whatever the format; nothing is stored",
            )
            .body("Results")
            .answer("Validation")
            .query(&["lab_code"]),
            post(validate::validate).layer(DefaultBodyLimit::max(app.platform.config.upload_limit)),
        )
        .add(
            Method::POST,
            "/api/v1/lab/orders",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json("Order a test for a person").body("Order").answer("OrderStored").status(201),
            post(orders::order),
        )
        .add(
            Method::POST,
            "/api/v1/lab/specimens",
            Who::Roles(TAKERS),
            Scope::Own,
            Doc::json("Register a tube with the orders whose specimens are in it")
                .body("Specimen")
                .answer("SpecimenStored")
                .status(201),
            post(orders::specimen),
        )
        .add(
            Method::GET,
            "/api/v1/lab/laboratories",
            Who::SignedIn,
            Scope::None,
            Doc::json("The laboratories whose results are taken").answer("LaboratoryList"),
            get(results::laboratories),
        )
}
