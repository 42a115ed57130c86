//! The owner registers a venue in public; the phone is confirmed by a code, or at the health station.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::access::Role;
use shared::area;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::auth::session::{Begun, cookie_line};
use shared_web::caller::Caller;
use shared_web::page::{Page, exact, html};
use shared_web::problem::Problem;
use uuid::Uuid;

use super::form::{FormError, Pairs, message, summary, value};
use super::texts;
use super::venue::{Choice, District, VenueForm, districts, input, kinds};
use crate::App;
use crate::app::self_registration::{self, Asked, Confirmed, Resent, Typed, Waiting};

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    page: Page,
    form: VenueForm,
    owner: String,
    owner_error: String,
    password_error: String,
    kinds: Vec<Choice>,
    wards: Vec<District>,
    errors: Vec<FormError>,
}

impl RegisterPage {
    fn new(app: &App, caller: &Caller, pairs: &Pairs, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-register-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let form = VenueForm::new(pairs, &errors, String::new());
        let today = app.platform.now().local_date();
        Self {
            owner: value(pairs, "owner"),
            owner_error: message(&errors, "owner"),
            password_error: message(&errors, "password"),
            kinds: kinds(caller.lang(), &form.kind.value),
            wards: districts(&app.platform.config.province_code, today, &form.ward_code.value),
            form,
            errors,
            page,
        }
    }
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    page: Page,
    id: Uuid,
    error: String,
    /// What was done about a code that did not come.
    said: String,
}

impl ConfirmPage {
    fn new(caller: &Caller, id: Uuid, error: Option<&str>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-confirm-title");
        if error.is_some() {
            page = page.with_errors();
        }
        Self { error: error.map(|key| page.t(key)).unwrap_or_default(), said: String::new(), id, page }
    }

    fn refused(caller: &Caller, id: Uuid, key: &str) -> Response {
        let mut response = html(&Self::new(caller, id, Some(key)));
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        response
    }
}

struct Line {
    id: Uuid,
    name: String,
    address: String,
    owner: String,
    phone: String,
    asked: String,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitingPage {
    page: Page,
    lines: Vec<Line>,
}

async fn show(State(app): State<App>, caller: Caller) -> Response {
    html(&RegisterPage::new(&app, &caller, &Pairs::new(), Vec::new()))
}

async fn submit(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let password = pairs.iter().find(|(key, _)| key == "password").map(|(_, text)| text.clone());
    let typed = Typed { venue: input(&pairs), owner: value(&pairs, "owner"), password: password.unwrap_or_default() };
    let errors = match self_registration::ask(&app, &caller, typed).await? {
        Asked::Sent(id, _) => return Ok(Redirect::to(&format!("/venue/new/{id}")).into_response()),
        Asked::Invalid(errors) => summary(&errors, caller.lang()),
        Asked::TooMany => {
            let page = Page::new(&caller, texts(), "checkin-register-title");
            vec![FormError::whole(page.t("checkin-register-too-many"))]
        }
    };
    let mut response = html(&RegisterPage::new(&app, &caller, &pairs, errors));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn parse(id: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(id).map_err(|_| gone())
}

fn gone() -> Problem {
    Problem::not_found(
        "Không có đăng ký này, hoặc đã xác nhận, hoặc đã quá hạn. Hãy đăng ký lại.",
        "There is no such registration, or it was confirmed or has ended. Please register again.",
    )
}

async fn ask_code(caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&ConfirmPage::new(&caller, parse(&id)?, None)))
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    match self_registration::confirm(&app, &caller, id, &value(&pairs, "code")).await? {
        Confirmed::Done(_, begun) => Ok(signed_in(&app, &begun, "/venue")),
        Confirmed::WrongCode => Ok(ConfirmPage::refused(&caller, id, "checkin-confirm-wrong")),
        Confirmed::HasAccount => Ok(ConfirmPage::refused(&caller, id, "checkin-confirm-has-account")),
        Confirmed::Gone => Err(gone()),
    }
}

/// Goes to a page with the session that has just begun.
pub(super) fn signed_in(app: &App, begun: &Begun, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Ok(line) = HeaderValue::from_str(&cookie_line(begun, app.platform.now())) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

async fn resend(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = parse(&id)?;
    match self_registration::resend(&app, &caller, id).await? {
        Resent::Sent => {
            let page = ConfirmPage::new(&caller, id, None);
            Ok(html(&ConfirmPage { said: page.page.t("checkin-confirm-resent"), ..page }))
        }
        Resent::TooMany => Ok(ConfirmPage::refused(&caller, id, "checkin-register-too-many")),
        Resent::Gone => Err(gone()),
    }
}

async fn waiting(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let line = |waits: Waiting| Line {
        id: waits.id,
        name: waits.name,
        address: area::ward_any(&waits.ward_code)
            .map_or(waits.address.clone(), |ward| format!("{}, {}", waits.address, ward.label())),
        owner: waits.owner,
        phone: waits.phone,
        asked: exact(waits.created_at),
    };
    let lines = self_registration::waiting(&app, &caller).await?.into_iter().map(line).collect();
    let page = Page::new(&caller, texts(), "checkin-waiting-title").work();
    Ok(html(&WaitingPage { page, lines }))
}

async fn vouch(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    match self_registration::vouch(&app, &caller, parse(&id)?).await? {
        Confirmed::Done(..) => Ok(Redirect::to("/venue/waiting").into_response()),
        Confirmed::HasAccount => Err(Problem::conflict(
            "has_account",
            "Số điện thoại này đã có tài khoản. Chủ địa điểm hãy đăng nhập và đăng ký ở đó.",
            "This phone has an account. The owner signs in and registers there.",
        )),
        Confirmed::WrongCode | Confirmed::Gone => Err(gone()),
    }
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let station = Who::Roles(&[Role::Nurse, Role::Officer]);
    routes
        .add(Method::GET, "/venue/new", Who::Public, Scope::None, Doc::page("Register a venue as its owner"), get(show))
        .add(
            Method::POST,
            "/venue/new/code",
            Who::Public,
            Scope::None,
            Doc::page("Send the owner's phone a one-time code").form(),
            post(submit),
        )
        .add(
            Method::GET,
            "/venue/new/{id}",
            Who::Public,
            Scope::None,
            Doc::page("Type the code that came"),
            get(ask_code),
        )
        .add(
            Method::POST,
            "/venue/new/{id}/code",
            Who::Public,
            Scope::Own,
            Doc::page("Confirm a registration with the code").form(),
            post(confirm),
        )
        .add(
            Method::POST,
            "/venue/new/{id}/resend/code",
            Who::Public,
            Scope::Own,
            Doc::page("Send the code again").form(),
            post(resend),
        )
        .add(
            Method::GET,
            "/venue/waiting",
            station,
            Scope::Area,
            Doc::page("Registrations of the area whose code did not arrive"),
            get(waiting),
        )
        .add(
            Method::POST,
            "/venue/waiting/{id}",
            station,
            Scope::Area,
            Doc::page("Confirm a registration for an owner who stands here").form(),
            post(vouch),
        )
}
