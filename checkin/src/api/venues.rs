//! `POST venues`, `GET venues`, `GET venues/{id}`, `PUT venues/{id}`, `GET venues/{id}/occupancy`.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::{get, post, put};
use serde::Serialize;
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::PlaceId;
use shared::place::Place;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Json, List, Paging, Query};
use shared_web::problem::Problem;

use crate::App;
use crate::app::room::{self, Crowd};
use crate::app::venues::{self, Registered, VenueInput};
use crate::domain::position::Position;
use crate::store::VenueDetails;

/// Who keeps venues.
pub(crate) const KEEPERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin];
const READERS: &[Role] = &[Role::Venue, Role::Officer, Role::Admin, Role::Nurse];

/// A venue on the wire.
#[derive(Debug, Serialize)]
pub(super) struct VenueView {
    #[serde(flatten)]
    place: Place,
    qr_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening_hours: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    /// It shows a code that changes, and visits without it are marked.
    screen: bool,
}

impl VenueView {
    async fn all(app: &App, places: Vec<Place>) -> Result<Vec<Self>, Problem> {
        let ids: Vec<PlaceId> = places.iter().map(|place| place.id).collect();
        let details = venues::details(app, &ids).await?;
        let mut details: HashMap<PlaceId, VenueDetails> =
            details.into_iter().map(|details| (details.place_id, details)).collect();
        let view = |place: Place| {
            let details = details.remove(&place.id);
            Self {
                qr_url: venues::printed_link(app, place.code),
                position: details.as_ref().and_then(|details| details.position).map(Position::from_millionths),
                screen: details.as_ref().is_some_and(|details| details.screen),
                opening_hours: details.and_then(|details| details.opening_hours),
                place,
            }
        };
        Ok(places.into_iter().map(view).collect())
    }

    pub(super) async fn new(app: &App, place: Place) -> Result<Self, Problem> {
        Self::all(app, vec![place]).await?.pop().ok_or_else(Problem::internal)
    }
}

async fn register(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<VenueInput>,
) -> Result<(StatusCode, Json<VenueView>), Problem> {
    let account = caller.require_account()?;
    let draft = input.parse(app.platform.now().local_date())?;
    match venues::register(&app, &caller, account, &input, &draft).await? {
        Registered::New(place) => Ok((StatusCode::CREATED, Json(VenueView::new(&app, place).await?))),
        Registered::Again(place) => Ok((StatusCode::OK, Json(VenueView::new(&app, place).await?))),
        Registered::UnknownParent => Err(Problem::field(unknown_parent())),
        Registered::IdConflict => Err(Problem::id_conflict()),
    }
}

/// There is no such parent, or none that the caller keeps.
pub(crate) fn unknown_parent() -> FieldError {
    let detail =
        Bilingual::new("Nơi này phải thuộc một địa điểm mà bạn quản lý", "It must be a part of a venue that you keep");
    FieldError::new("/parent_id", "unknown_parent", detail)
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<List<VenueView>>, Problem> {
    let (limit, offset) = (paging.limit(), paging.offset()?);
    let places = venues::of_account(&app, caller.require_account()?, limit + 1, offset).await?;
    let views = VenueView::all(&app, places).await?;
    Ok(Json(List::from_one_more(views, limit, offset)))
}

/// There is no such venue, or none that the caller has to do with.
pub(crate) fn no_venue() -> Problem {
    Problem::not_found("Không có địa điểm này.", "There is no such venue.")
}

/// A venue that the caller may see: its staff their own, the other roles every one. There is no personal data in it.
pub(super) async fn visible(app: &App, caller: &Caller, id: PlaceId) -> Result<Place, Problem> {
    let place = venues::place(app, id).await?.ok_or_else(no_venue)?;
    if caller.has_any(&[Role::Officer, Role::Admin, Role::Nurse]) || is_own(app, caller, id).await? {
        Ok(place)
    } else {
        Err(no_venue())
    }
}

async fn is_own(app: &App, caller: &Caller, id: PlaceId) -> Result<bool, Problem> {
    let account = caller.require_account()?.id;
    Ok(app.platform.shared.read().await?.is_staff(id, account).await?)
}

async fn read(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<VenueView>, Problem> {
    let place = visible(&app, &caller, id).await?;
    Ok(Json(VenueView::new(&app, place).await?))
}

/// What is known of a venue, typed anew.
async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Json(input): Json<VenueInput>,
) -> Result<Json<VenueView>, Problem> {
    let draft = input.parse(app.platform.now().local_date())?;
    let place = crate::app::change::change(&app, &caller, id, &draft).await?.ok_or_else(no_venue)?;
    Ok(Json(VenueView::new(&app, place).await?))
}

/// The parts of a venue.
async fn parts(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<List<VenueView>>, Problem> {
    let place = visible(&app, &caller, id).await?;
    let parts = venues::parts(&app, place.id).await?;
    Ok(Json(List { items: VenueView::all(&app, parts).await?, next_cursor: None }))
}

/// A new code for the poster.
async fn reprint(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<VenueView>, Problem> {
    let place = crate::app::reprint::reprint(&app, &caller, id).await?.ok_or_else(no_venue)?;
    Ok(Json(VenueView::new(&app, place).await?))
}

/// How full a venue is.
#[derive(Debug, Serialize)]
struct Occupancy {
    inside: i64,
    capacity: Option<u32>,
    as_of: Instant,
    full: bool,
}

async fn occupancy(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<Occupancy>, Problem> {
    let place = venues::place(&app, id).await?.ok_or_else(no_venue)?;
    let as_of = app.platform.now();
    let mut tx = app.store.read().await?;
    if !venues::works_at(&app, tx.as_mut(), &caller, &place).await? {
        return Err(no_venue());
    }
    let Crowd { inside, full, .. } = room::crowd(tx.as_mut(), &place, as_of).await?;
    Ok(Json(Occupancy { inside, capacity: place.capacity, as_of, full }))
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
            Method::PUT,
            "/api/v1/checkin/venues/{id}",
            Who::Roles(KEEPERS),
            Scope::AreaOrOwn,
            Doc::json("What is known of a venue, anew; its code, and the place that it is a part of, stay")
                .body("VenueInput")
                .answer("Venue"),
            put(change),
        )
        .add(
            Method::POST,
            "/api/v1/checkin/venues/{id}/reprint",
            Who::Roles(KEEPERS),
            Scope::AreaOrOwn,
            Doc::json("A new code where the poster was copied; the old one still leads to the venue").answer("Venue"),
            post(reprint),
        )
        .add(
            Method::GET,
            "/api/v1/checkin/venues/{id}/parts",
            Who::Roles(READERS),
            Scope::Own,
            Doc::json("The halls, floors, tables or trips of a venue").answer("VenueList"),
            get(parts),
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
