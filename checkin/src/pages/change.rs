//! A venue's name, hours and the like, typed anew by those who keep it.

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

use super::form::{FormError, Pairs, summary};
use super::texts;
use super::venue::{Choice, District, VenueForm, districts, input, kinds};
use crate::App;
use crate::api::venues::{KEEPERS, no_venue};
use crate::app::change::{change, current};
use crate::app::venues::VenueInput;

#[derive(Template)]
#[template(path = "change.html")]
struct ChangePage {
    page: Page,
    id: PlaceId,
    form: VenueForm,
    kinds: Vec<Choice>,
    wards: Vec<District>,
    errors: Vec<FormError>,
}

impl ChangePage {
    fn new(app: &App, caller: &Caller, id: PlaceId, pairs: &Pairs, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-change-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let form = VenueForm::new(pairs, &errors, id.to_string());
        let today = app.platform.now().local_date();
        Self {
            kinds: kinds(caller.lang(), &form.kind.value),
            wards: districts(&app.platform.config.province_code, today, &form.ward_code.value),
            id,
            form,
            errors,
            page,
        }
    }
}

/// The fields of a venue as its form would send them.
fn pairs(input: VenueInput) -> Pairs {
    let VenueInput { place, opening_hours, .. } = input;
    [
        ("name", place.name),
        ("kind", place.kind),
        ("address", place.address),
        ("ward_code", place.ward_code),
        ("capacity", place.capacity.map(|capacity| capacity.to_string())),
        ("phone", place.phone),
        ("opening_hours", opening_hours),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let current = current(&app, &caller, id).await?.ok_or_else(no_venue)?;
    Ok(html(&ChangePage::new(&app, &caller, id, &pairs(current), Vec::new())))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    // Whoever does not keep the venue is told so, whatever they typed.
    current(&app, &caller, id).await?.ok_or_else(no_venue)?;
    match input(&pairs).parse(app.platform.now().local_date()) {
        Ok(draft) => {
            change(&app, &caller, id, &draft).await?.ok_or_else(no_venue)?;
            Ok(Redirect::to("/venue").into_response())
        }
        Err(errors) => {
            let errors = summary(&errors, caller.lang());
            let mut response = html(&ChangePage::new(&app, &caller, id, &pairs, errors));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/venue/{id}/change",
            Who::Roles(KEEPERS),
            Scope::AreaOrOwn,
            Doc::page("What is known of a venue, to be typed anew"),
            get(show),
        )
        .add(
            Method::POST,
            "/venue/{id}/change",
            Who::Roles(KEEPERS),
            Scope::AreaOrOwn,
            Doc::page("Change what is known of a venue").form(),
            post(submit),
        )
}
