//! `POST venues/{id}/presence`, `GET venues/{id}/live`, `GET venues/{id}/live.svg`.

use axum::extract::State;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Serialize;
use shared::ids::PlaceId;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json};
use shared_web::problem::Problem;

use super::venues::{KEEPERS, VenueView, no_venue};
use crate::App;
use crate::app::presence::{self, Look, PresenceInput, Screen};
use crate::poster;

async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Json(input): Json<PresenceInput>,
) -> Result<Json<VenueView>, Problem> {
    let wish = input.parse()?;
    let place = presence::change(&app, &caller, id, wish).await?.ok_or_else(no_venue)?;
    Ok(Json(VenueView::new(&app, place).await?))
}

/// What the screen shows, for a program that draws it itself.
#[derive(Debug, Serialize)]
struct Live {
    url: String,
    as_of: Instant,
    changes_at: Instant,
}

async fn shown(app: &App, caller: &Caller, id: PlaceId) -> Result<Box<Screen>, Problem> {
    match presence::screen(app, caller, id).await? {
        Look::Shows(screen) => Ok(screen),
        Look::NoVenue => Err(no_venue()),
        Look::Off => Err(Problem::conflict(
            "screen_off",
            "Địa điểm này chưa bật mã đổi liên tục.",
            "This venue has not switched its changing code on.",
        )),
    }
}

async fn live(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<Live>, Problem> {
    let Screen { link, as_of, changes_at, .. } = *shown(&app, &caller, id).await?;
    Ok(Json(Live { url: link, as_of, changes_at }))
}

async fn picture(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let screen = shown(&app, &caller, id).await?;
    let svg = poster::symbol_svg(&screen.link).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a symbol could not be drawn");
        Problem::internal()
    })?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], svg).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let (keepers, own) = (Who::Roles(KEEPERS), Scope::AreaOrOwn);
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/venues/{id}/presence",
            keepers,
            own,
            Doc::json("Switch the changing code on or off, and say where the door is; both only mark visits")
                .body("PresenceInput")
                .answer("Venue"),
            post(change),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/{id}/live",
            keepers,
            own,
            Doc::json("What the screen at the door shows now").answer("Live"),
            get(live),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/{id}/live.svg",
            keepers,
            own,
            Doc::json("The same as a QR symbol").gives("image/svg+xml"),
            get(picture),
        )
}
