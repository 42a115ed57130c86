//! `POST venues`, `GET venues`, `GET venues/{id}`, `GET venues/{id}/occupancy`.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use serde::Serialize;
use shared::access::Role;
use shared::ids::PlaceId;
use shared::place::Place;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};
use shared_web::problem::Problem;

use crate::App;
use crate::app::venues::{self, Registered, VenueInput};

const KEEPERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin];
const READERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin, Role::Nurse];

/// A venue on the wire.
#[derive(Debug, Serialize)]
pub(super) struct VenueView {
    #[serde(flatten)]
    place: Place,
    qr_url: String,
}

impl VenueView {
    fn new(app: &App, place: Place) -> Self {
        Self { qr_url: venues::printed_link(app, place.code), place }
    }
}

async fn register(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<VenueInput>,
) -> Result<(StatusCode, Json<VenueView>), Problem> {
    let account = caller.require_account()?;
    let draft = input.place.parse(app.platform.now().local_date())?;
    match venues::register(&app, &caller, account, &input, &draft).await? {
        Registered::New(place) => Ok((StatusCode::CREATED, Json(VenueView::new(&app, place)))),
        Registered::Again(place) => Ok((StatusCode::OK, Json(VenueView::new(&app, place)))),
        Registered::IdConflict => Err(Problem::id_conflict()),
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<VenueView>>, Problem> {
    let (limit, offset) = (paging.limit(), paging.offset()?);
    let places = venues::of_account(&app, caller.require_account()?, limit + 1, offset).await?;
    let views = places.into_iter().map(|place| VenueView::new(&app, place)).collect();
    Ok(Json(List::from_one_more(views, limit, offset)))
}

/// A venue that the caller may see: its staff their own, the other roles every one. There is no personal data in it.
pub(super) async fn visible(app: &App, caller: &Caller, id: PlaceId) -> Result<Place, Problem> {
    let not_found = || Problem::not_found("Không có địa điểm này.", "There is no such venue.");
    let place = venues::place(app, id).await?.ok_or_else(not_found)?;
    if caller.has_any(&[Role::Officer, Role::Admin, Role::Nurse]) || is_own(app, caller, id).await? {
        Ok(place)
    } else {
        Err(not_found())
    }
}

async fn is_own(app: &App, caller: &Caller, id: PlaceId) -> Result<bool, Problem> {
    let account = caller.require_account()?.id;
    Ok(app.platform.shared.read().await?.is_staff(id, account).await?)
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<VenueView>, Problem> {
    let place = visible(&app, &caller, id).await?;
    Ok(Json(VenueView::new(&app, place)))
}

/// How full a venue is.
#[derive(Debug, Serialize)]
struct Occupancy {
    inside: i64,
    capacity: Option<u32>,
    as_of: Instant,
}

async fn occupancy(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<Occupancy>, Problem> {
    let not_found = || Problem::not_found("Không có địa điểm này.", "There is no such venue.");
    let place = venues::place(&app, id).await?.ok_or_else(not_found)?;
    let as_of = app.platform.now();
    let mut tx = app.store.read().await?;
    if !venues::works_at(&app, tx.as_mut(), &caller, &place).await? {
        return Err(not_found());
    }
    let inside = venues::inside(tx.as_mut(), &place, as_of).await?;
    Ok(Json(Occupancy { inside, capacity: place.capacity, as_of }))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/api/v1/checkin/venues",
            Who::Roles(KEEPERS),
            Scope::None,
            Doc::json("Register a venue; the account becomes its staff").body("VenueInput").answer("Venue").status(201),
            post(register),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues",
            Who::Roles(KEEPERS),
            Scope::Own,
            Doc::json("The venues that the account keeps").answer("VenueList").query(&["limit", "cursor"]),
            get(list),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/{id}",
            Who::Roles(READERS),
            Scope::Own,
            Doc::json("One venue").answer("Venue"),
            get(read),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/{id}/occupancy",
            Who::Roles(KEEPERS),
            Scope::AreaOrOwn,
            Doc::json("How many people are inside").answer("Occupancy"),
            get(occupancy),
        )
}
