//! The scanner of a door, its kiosk, and the visitor's scanner of posters. All three live in the browser (`scan.js`) and
//! open without a signal once they were opened with one.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use shared::ids::{PlaceId, VisitId};
use shared::place::Place;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;
use shared_web::security::allow_camera;

use super::texts;
use crate::App;
use crate::app::check_in::STAFF;
use crate::app::venues;

#[derive(Template)]
#[template(path = "scan.html")]
struct ScanPage {
    page: Page,
    /// `door`, `kiosk` or `poster`.
    mode: &'static str,
    heading: String,
    hint: String,
    venue_id: String,
    venue_code: String,
}

impl ScanPage {
    fn at(caller: &Caller, place: &Place, mode: &'static str) -> Self {
        let mut page = Page::new(caller, texts(), if mode == "kiosk" { "scan-kiosk-title" } else { "scan-title" });
        page.title = format!("{}: {}", page.title, place.name);
        Self {
            mode,
            heading: place.name.clone(),
            hint: page.t(if mode == "kiosk" { "scan-kiosk-hint" } else { "scan-hint" }),
            venue_id: place.id.to_string(),
            venue_code: place.code.to_string(),
            page,
        }
    }

    fn of_posters(caller: &Caller) -> Self {
        let page = Page::new(caller, texts(), "scan-poster-title");
        Self {
            mode: "poster",
            heading: page.title.clone(),
            hint: page.t("scan-poster-hint"),
            venue_id: String::new(),
            venue_code: String::new(),
            page,
        }
    }

    fn answer(&self) -> Response {
        let mut response = html(self);
        allow_camera(&mut response);
        response
    }
}

/// The place, where the caller works there. A place of others is no place.
async fn workplace(app: &App, caller: &Caller, id: PlaceId) -> Result<Place, Problem> {
    let unknown = || {
        Problem::not_found(
            "Không có địa điểm này, hoặc bạn không làm việc ở đó.",
            "There is no such venue, or you do not work there.",
        )
    };
    let place = venues::place(app, id).await?.ok_or_else(unknown)?;
    let mut tx = app.store.read().await?;
    if venues::works_at(app, tx.as_mut(), caller, &place).await? { Ok(place) } else { Err(unknown()) }
}

async fn door(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    Ok(ScanPage::at(&caller, &workplace(&app, &caller, id).await?, "door").answer())
}

async fn kiosk(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    Ok(ScanPage::at(&caller, &workplace(&app, &caller, id).await?, "kiosk").answer())
}

async fn posters(caller: Caller) -> Response {
    ScanPage::of_posters(&caller).answer()
}

async fn offline_door(State(app): State<App>, caller: Caller) -> Response {
    let id = VisitId::new(app.platform.now(), &mut app.platform.random());
    html(&super::door::DoorPage::without_signal(&caller, id))
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let staff = Who::Roles(STAFF);
    routes
        .add(Method::GET, "/venue/{id}/scan", staff, Scope::Own, Doc::page("The scanner of a door"), get(door))
        .add(
            Method::GET,
            "/venue/{id}/kiosk",
            staff,
            Scope::Own,
            Doc::page("A device that visitors show their code to"),
            get(kiosk),
        )
        .add(Method::GET, "/scan", Who::Public, Scope::None, Doc::page("Scan the poster of a place"), get(posters))
        .add(
            Method::GET,
            "/offline/door",
            Who::Public,
            Scope::None,
            Doc::page("The door of a place that a phone has never seen, opened with no signal"),
            get(offline_door),
        )
}
