//! `POST visits`, `POST visits/batch`, `POST visits/{id}/checkout`.

mod batch;
mod cookie;
mod leaving;
mod problems;
mod view;

use std::convert::Infallible;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use shared::access::Role;
use shared::ids::VisitId;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::{Caller, is_same_origin};
use shared_web::extract::{Json, Query};
use shared_web::problem::Problem;

use self::batch::create_batch;
pub(super) use self::batch::{BATCH, BatchAnswer, reported, say_when_sent, too_many};
pub(crate) use self::cookie::{COOKIE, cookie_line};
use self::leaving::leave;
pub(crate) use self::problems::too_many_codes;
use self::view::view;
pub(super) use self::view::{VisitView, staff_view};
use crate::App;
use crate::app::check_in::{self, CheckedIn};
use crate::domain::visit::VisitInput;

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
