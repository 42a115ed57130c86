//! How a venue sees that its visitors are there: the settings, and the screen whose code changes.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::PlaceId;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;
use shared_web::security::allow_position;

use super::form::{FormError, Pairs, given, message, summary, value};
use super::texts;
use crate::App;
use crate::api::venues::KEEPERS;
use crate::api::venues::no_venue;
use crate::app::presence::{self, Look, Presence, PresenceInput, Screen};
use crate::domain::live_code::STEP_SECONDS;
use crate::domain::position::Position;

#[derive(Template)]
#[template(path = "presence.html")]
struct PresencePage {
    page: Page,
    id: PlaceId,
    place: String,
    screen: bool,
    position: String,
    position_error: String,
    /// Marks of today's visits, in words, and how many.
    marked: Vec<(String, usize)>,
    errors: Vec<FormError>,
}

#[derive(Template)]
#[template(path = "screen.html")]
struct ScreenPage {
    page: Page,
    id: PlaceId,
    place: String,
    changes_at: String,
    seconds: i64,
    step: i64,
}

fn settings(caller: &Caller, presence: Presence, typed: Option<&Pairs>, errors: Vec<FormError>) -> Response {
    let mut page = Page::new(caller, texts(), "checkin-presence-title");
    if !errors.is_empty() {
        page = page.with_errors();
    }
    let known = presence.details.position.map(Position::from_millionths);
    let known = known.map(|at| format!("{}, {}", at.latitude, at.longitude)).unwrap_or_default();
    let marked = presence.marked_today.iter();
    let view = PresencePage {
        id: presence.place.id,
        place: presence.place.name,
        screen: typed.map_or(presence.details.screen, |pairs| given(pairs, "screen").is_some()),
        position: typed.map_or(known, |pairs| value(pairs, "position")),
        position_error: message(&errors, "position"),
        marked: marked.map(|(mark, n)| (page.t(&format!("checkin-mark-{mark}")), *n)).collect(),
        errors,
        page,
    };
    let mut response = html(&view);
    allow_position(&mut response);
    response
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let presence = presence::of(&app, &caller, id).await?.ok_or_else(no_venue)?;
    Ok(settings(&caller, presence, None, Vec::new()))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let position = given(&pairs, "position").map(|text| Position::read(&text));
    let input = PresenceInput { screen: Some(given(&pairs, "screen").is_some()), position: Some(position) };
    match input.parse() {
        Ok(wish) => {
            presence::change(&app, &caller, id, wish).await?.ok_or_else(no_venue)?;
            Ok(Redirect::to(&format!("/venue/{id}/presence")).into_response())
        }
        Err(errors) => {
            let presence = presence::of(&app, &caller, id).await?.ok_or_else(no_venue)?;
            let mut response = settings(&caller, presence, Some(&pairs), summary(&errors, caller.lang()));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

async fn screen(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let screen = match presence::screen(&app, &caller, id).await? {
        Look::Shows(screen) => screen,
        Look::Off => return Ok(Redirect::to(&format!("/venue/{id}/presence")).into_response()),
        Look::NoVenue => return Err(no_venue()),
    };
    let Screen { place, as_of, changes_at, .. } = *screen;
    let mut page = Page::new(&caller, texts(), "checkin-screen-title");
    page.title = format!("{}: {}", page.title, place.name);
    let seconds = changes_at.since(as_of).as_secs().max(1);
    let changes_at = changes_at.to_string();
    Ok(html(&ScreenPage { page, id, place: place.name, changes_at, seconds, step: STEP_SECONDS }))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let (keepers, own, page) = (Who::Roles(KEEPERS), Scope::AreaOrOwn, Doc::page);
    routes
        .add(Method::GET, "/venue/{id}/presence", keepers, own, page("How a venue sees who is there"), get(show))
        .add(Method::POST, "/venue/{id}/presence", keepers, own, page("Change it").form(), post(submit))
        .add(Method::GET, "/venue/{id}/screen", keepers, own, page("The screen whose code changes"), get(screen))
}
