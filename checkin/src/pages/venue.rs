//! The venue's own page: how full it is, its posters, and registering one.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::access::Role;
use shared::area::{self, Unit};
use shared::bilingual::Lang;
use shared::ids::PlaceId;
use shared::place::{Place, PlaceInput, PlaceKind};
use shared::time::{Date, Instant};
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, given, message, summary, value};
use super::texts;
use crate::App;
use crate::api::venues::unknown_parent;
use crate::app::venues::{self, Registered, VenueInput};

const KEEPERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin];

/// How many venues the page shows.
const SHOWN: i64 = 100;

struct VenueCard {
    id: PlaceId,
    name: String,
    address: String,
    code: String,
    inside: i64,
    capacity: Option<u32>,
    /// The place that it is a part of, empty where it is none of these.
    whole: String,
    as_of: String,
    as_of_text: String,
    as_of_exact: String,
}

/// A field as it was typed, and what is wrong with it.
#[derive(Default)]
pub(super) struct Field {
    pub(super) value: String,
    pub(super) error: String,
}

/// The fields of the form.
pub(super) struct VenueForm {
    id: String,
    pub(super) name: Field,
    pub(super) kind: Field,
    pub(super) address: Field,
    pub(super) ward_code: Field,
    pub(super) capacity: Field,
    pub(super) phone: Field,
    pub(super) opening_hours: Field,
    pub(super) parent_id: Field,
}

impl VenueForm {
    pub(super) fn new(pairs: &Pairs, errors: &[FormError], fresh: String) -> Self {
        let field = |name: &str| Field { value: value(pairs, name), error: message(errors, name) };
        Self {
            id: given(pairs, "id").unwrap_or(fresh),
            name: field("name"),
            kind: field("kind"),
            address: field("address"),
            ward_code: field("ward_code"),
            capacity: field("capacity"),
            phone: field("phone"),
            opening_hours: field("opening_hours"),
            parent_id: field("parent_id"),
        }
    }
}

pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) label: String,
    pub(super) selected: bool,
}

pub(super) struct District {
    pub(super) name: &'static str,
    pub(super) wards: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "venue.html")]
struct VenuePage {
    page: Page,
    venues: Vec<VenueCard>,
    form: VenueForm,
    kinds: Vec<Choice>,
    wards: Vec<District>,
    errors: Vec<FormError>,
}

/// How many are inside each venue, alone.
#[derive(Template)]
#[template(path = "venue_occupancy.html")]
struct OccupancyFragment {
    page: Page,
    venues: Vec<VenueCard>,
}

impl VenuePage {
    fn new(app: &App, caller: &Caller, found: &[(Place, i64)], pairs: &Pairs, errors: Vec<FormError>) -> Self {
        let now = app.platform.now();
        let mut page = Page::new(caller, texts(), "checkin-venue-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let form = VenueForm::new(pairs, &errors, PlaceId::new(now, &mut app.platform.random()).to_string());
        Self {
            venues: cards(&page, found, now),
            kinds: kinds(caller.lang(), &form.kind.value),
            wards: districts(&app.platform.config.province_code, now.local_date(), &form.ward_code.value),
            form,
            errors,
            page,
        }
    }
}

/// The kinds of places for a form.
pub(super) fn kinds(lang: Lang, selected: &str) -> Vec<Choice> {
    let choice = |kind: &PlaceKind| Choice {
        code: kind.code(),
        label: kind.name().get(lang).to_owned(),
        selected: selected == kind.code(),
    };
    PlaceKind::ALL.iter().map(choice).collect()
}

fn cards(page: &Page, found: &[(Place, i64)], now: Instant) -> Vec<VenueCard> {
    found.iter().map(|(place, inside)| card(page, place, found, *inside, now)).collect()
}

fn card(page: &Page, place: &Place, all: &[(Place, i64)], inside: i64, now: Instant) -> VenueCard {
    let whole = all.iter().find(|(other, _)| Some(other.id) == place.parent_id);
    VenueCard {
        whole: whole.map(|(whole, _)| whole.name.clone()).unwrap_or_default(),
        id: place.id,
        name: place.name.clone(),
        address: place.address.clone(),
        code: place.code.to_string(),
        inside,
        capacity: place.capacity,
        as_of: now.to_string(),
        as_of_text: page.ago(now, now),
        as_of_exact: page.exact(now),
    }
}

/// The wards of the province by district. The configured code is that of 2022; on papers and in people's heads its
/// units live on, so they are offered whatever the day, before those that came after them.
pub(super) fn districts(province: &str, today: Date, selected: &str) -> Vec<District> {
    let of_2022 = area::wards_of_province(province, area::FIRST_DAY);
    let today: Vec<&Unit> = area::wards_of_province(province, today);
    let mut districts: Vec<District> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for ward in of_2022.into_iter().chain(today).filter(|ward| seen.insert(ward.code)) {
        let name = ward.district_name.unwrap_or(ward.province_name);
        let choice = Choice { code: ward.code, label: ward.name.to_owned(), selected: ward.code == selected };
        match districts.iter_mut().find(|district| district.name == name) {
            Some(district) => district.wards.push(choice),
            None => districts.push(District { name, wards: vec![choice] }),
        }
    }
    districts
}

/// The venues of the account, and how many people are inside each.
async fn own(app: &App, caller: &Caller) -> Result<Vec<(Place, i64)>, Problem> {
    let places = venues::of_account(app, caller.require_account()?, SHOWN, 0).await?;
    let now = app.platform.now();
    let mut tx = app.store.read().await?;
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        let inside = venues::inside(tx.as_mut(), &place, now).await?;
        found.push((place, inside));
    }
    Ok(found)
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = own(&app, &caller).await?;
    Ok(html(&VenuePage::new(&app, &caller, &found, &Pairs::new(), Vec::new())))
}

async fn occupancy(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = own(&app, &caller).await?;
    let page = Page::new(&caller, texts(), "checkin-venue-title");
    Ok(html(&OccupancyFragment { venues: cards(&page, &found, app.platform.now()), page }))
}

async fn submit(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let account = caller.require_account()?;
    let input = input(&pairs);
    let errors = match input.parse(app.platform.now().local_date()) {
        Ok(draft) => match venues::register(&app, &caller, account, &input, &draft).await? {
            Registered::New(_) | Registered::Again(_) => return Ok(Redirect::to("/venue").into_response()),
            Registered::IdConflict => return Err(Problem::id_conflict()),
            Registered::UnknownParent => vec![unknown_parent()],
        },
        Err(errors) => errors,
    };
    let found = own(&app, &caller).await?;
    let mut response = html(&VenuePage::new(&app, &caller, &found, &pairs, summary(&errors, caller.lang())));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

pub(super) fn input(pairs: &Pairs) -> VenueInput {
    // What is no number becomes one that is refused, so that it is said at its field.
    let capacity = given(pairs, "capacity").map(|text| text.parse().unwrap_or(-1));
    VenueInput {
        id: given(pairs, "id").and_then(|id| id.parse().ok()),
        place: PlaceInput {
            name: given(pairs, "name"),
            kind: given(pairs, "kind"),
            address: given(pairs, "address"),
            ward_code: given(pairs, "ward_code"),
            capacity,
            phone: given(pairs, "phone"),
        },
        parent_id: given(pairs, "parent_id").and_then(|id| id.parse().ok()),
        opening_hours: given(pairs, "opening_hours"),
        position: None,
    }
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/venue",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::page("Own venues: how full, posters, registering"),
            get(show),
        )
        .add(
            Method::GET,
            "/venue/fragments/occupancy",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::page("How full own venues are, alone: what their page asks for again and again"),
            get(occupancy),
        )
        .add(
            Method::POST,
            "/venue",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::page("Register a venue").form(),
            post(submit),
        )
}
