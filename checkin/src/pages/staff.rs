//! Staff of a venue, joining by invitation, and the sign at the door that says whether it is full.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, PlaceId};
use shared::problem::FieldError;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::auth::password;
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, message, summary, value};
use super::register::signed_in;
use super::texts;
use crate::App;
use crate::api::venues::{KEEPERS, no_venue};
use crate::app::reprint;
use crate::app::room::{self, Crowd};
use crate::app::self_registration::password_fault;
use crate::app::staff::{self, Joined, Staff};

/// How often the sign is drawn anew, in seconds.
const SIGN_EVERY: &str = "15";

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    page: Page,
    id: PlaceId,
    place: String,
    people: Vec<(AccountId, String)>,
    link: String,
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    page: Page,
    place: String,
    token: String,
    known: bool,
    owner: String,
    owner_error: String,
    username: String,
    username_error: String,
    password_error: String,
    errors: Vec<FormError>,
}

#[derive(Template)]
#[template(path = "sign.html")]
struct SignPage {
    page: Page,
    place: String,
    inside: i64,
    capacity: Option<u32>,
    full: bool,
    /// What the place lies within, where that is what is full.
    whole: String,
}

async fn own(app: &App, caller: &Caller, id: PlaceId) -> Result<Staff, Problem> {
    staff::staff(app, caller, id).await?.ok_or_else(no_venue)
}

fn staff_page(caller: &Caller, staff: Staff, link: String) -> Response {
    let page = Page::new(caller, texts(), "checkin-staff-title");
    html(&StaffPage { page, id: staff.place.id, place: staff.place.name, people: staff.people, link })
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    Ok(staff_page(&caller, own(&app, &caller, id).await?, String::new()))
}

async fn invite(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let staff = own(&app, &caller, id).await?;
    let token = staff::invite(&app, &caller, id).await?;
    Ok(staff_page(&caller, staff, format!("{}/venue/join/{token}", app.platform.config.public_url())))
}

async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    own(&app, &caller, id).await?;
    if let Ok(account) = value(&pairs, "account").parse() {
        staff::remove(&app, &caller, id, account).await?;
    }
    Ok(Redirect::to(&format!("/venue/{id}/staff")).into_response())
}

async fn renew(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    reprint::reprint(&app, &caller, id).await?.ok_or_else(no_venue)?;
    Ok(Redirect::to("/venue").into_response())
}

async fn sign(State(app): State<App>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Response, Problem> {
    let place = own(&app, &caller, id).await?.place;
    let mut tx = app.store.read().await?;
    let Crowd { inside, full, full_whole } = room::crowd(tx.as_mut(), &place, app.platform.now()).await?;
    let page = Page::new(&caller, texts(), "checkin-sign-title");
    let mut response = html(&SignPage {
        page,
        place: place.name,
        inside,
        capacity: place.capacity,
        full,
        whole: full_whole.unwrap_or_default(),
    });
    response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(SIGN_EVERY));
    Ok(response)
}

fn gone() -> Problem {
    Problem::not_found(
        "Lời mời này không có, đã dùng hoặc đã quá hạn. Hãy xin chủ địa điểm lời mời mới.",
        "This invitation does not exist, was used or has ended. Ask the venue for a new one.",
    )
}

fn join_page(caller: &Caller, place: String, token: String, pairs: &Pairs, errors: Vec<FormError>) -> JoinPage {
    let mut page = Page::new(caller, texts(), "checkin-join-title");
    if !errors.is_empty() {
        page = page.with_errors();
    }
    JoinPage {
        known: caller.has_any(&[Role::Venue]),
        owner: value(pairs, "owner"),
        owner_error: message(&errors, "owner"),
        username: value(pairs, "username"),
        username_error: message(&errors, "username"),
        password_error: message(&errors, "password"),
        place,
        token,
        errors,
        page,
    }
}

async fn look_at_invitation(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let place = staff::invited_to(&app, &token).await?.ok_or_else(gone)?;
    Ok(html(&join_page(&caller, place.name, token, &Pairs::new(), Vec::new())))
}

fn faults(pairs: &Pairs, password: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let username = value(pairs, "username");
    let plain = username.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if !plain || !(3..=40).contains(&username.len()) {
        let detail = Bilingual::new(
            "Tên đăng nhập từ 3 đến 40 ký tự: chữ thường không dấu, chữ số, dấu chấm, gạch",
            "A user name has 3 to 40 characters: small letters, digits, dots, dashes",
        );
        errors.push(FieldError::new("/username", "username", detail));
    }
    if value(pairs, "owner").chars().count() < 2 {
        errors.push(FieldError::required("/owner"));
    }
    errors.extend(password_fault(password));
    errors
}

async fn join(
    State(app): State<App>,
    caller: Caller,
    Path(token): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let place = staff::invited_to(&app, &token).await?.ok_or_else(gone)?;
    let password = pairs.iter().find(|(key, _)| key == "password").map(|(_, text)| text.clone()).unwrap_or_default();
    let known = caller.has_any(&[Role::Venue]);
    let mut errors = if known { Vec::new() } else { faults(&pairs, &password) };
    if errors.is_empty() {
        let mut random = app.platform.random();
        let hashed = tokio::task::spawn_blocking(move || password::hash(&password, &mut random)).await;
        let hash = hashed.map_err(|_| Problem::internal())?;
        let (username, owner) = (value(&pairs, "username"), value(&pairs, "owner"));
        match staff::join(&app, &caller, &token, (&username, &owner, &hash)).await? {
            Joined::Done(Some(begun)) => return Ok(signed_in(&app, &begun, "/venue")),
            Joined::Done(None) => return Ok(Redirect::to("/venue").into_response()),
            Joined::Gone => return Err(gone()),
            Joined::NameTaken => {
                let detail = Bilingual::new("Tên đăng nhập này đã có người dùng", "This user name is taken");
                errors.push(FieldError::new("/username", "taken", detail));
            }
        }
    }
    let mut response = html(&join_page(&caller, place.name, token, &pairs, summary(&errors, caller.lang())));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let keepers = Who::Roles(KEEPERS);
    let own = Scope::AreaOrOwn;
    let page = Doc::page;
    routes
        .add(Method::GET, "/venue/{id}/staff", keepers, own, page("Who works at a venue"), get(show))
        .add(Method::POST, "/venue/{id}/staff", keepers, own, page("Invite somebody to the staff").form(), post(invite))
        .add(
            Method::POST,
            "/venue/{id}/staff/remove",
            keepers,
            own,
            page("Take somebody off the staff").form(),
            post(remove),
        )
        .add(Method::POST, "/venue/{id}/reprint", keepers, own, page("A new code").form(), post(renew))
        .add(Method::GET, "/venue/{id}/sign", keepers, own, page("The sign that says whether it is full"), get(sign))
        .add(
            Method::GET,
            "/venue/join/{token}",
            Who::Public,
            Scope::None,
            page("An invitation to the staff"),
            get(look_at_invitation),
        )
        .add(
            Method::POST,
            "/venue/join/{token}/code",
            Who::Public,
            Scope::Own,
            page("Take an invitation").form(),
            post(join),
        )
}
