//! The page that the poster's QR opens: the place's name, one button. It works without script; `checkin.js` makes it
//! one tap and lets it work without a signal.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use shared::area;
use shared::ids::VisitId;
use shared::person::PersonInput;
use shared::place::{Place, PlaceCode};
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::{Caller, is_same_origin};
use shared_web::context::cookie;
use shared_web::extract::Query;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, given, message, summary, value, values};
use super::pass::PassPage;
use super::texts;
use crate::App;
use crate::app::check_in::{CheckInError, CheckedIn, check_in};
use crate::app::check_out::{CheckOutError, check_out};
use crate::domain::device_token::{self, VALID_FOR};
use crate::domain::visit::{VisitInput, VisitorInput};

/// The cookie of a phone that was here before, for browsers without script. The prefix binds it to this host and to a
/// secure connection (RFC 6265bis, 4.1.3.2).
const COOKIE: &str = "__Host-device";

/// How many people who come along the form has room for.
const PARTY: usize = 4;

/// What the page shows of the person: what was typed, or nothing.
#[derive(Default)]
struct Typed {
    full_name: String,
    phone: String,
    party: Vec<String>,
}

#[derive(Template)]
#[template(path = "door.html")]
pub(super) struct DoorPage {
    page: Page,
    place: String,
    address: String,
    /// Empty where no signal says which place it is.
    code: String,
    action: String,
    id: VisitId,
    full_name: String,
    phone: String,
    party: Vec<String>,
    known: bool,
    required: &'static str,
    error_name: String,
    error_phone: String,
    errors: Vec<FormError>,
}

impl DoorPage {
    fn new(app: &App, caller: &Caller, place: &Place, known: bool, typed: Typed, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-door-title");
        page.title = format!("{}: {}", page.title, place.name);
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let now = app.platform.now();
        let ward = area::ward_any(place.ward_code.as_str());
        Self {
            place: place.name.clone(),
            address: ward.map_or(place.address.clone(), |ward| format!("{}, {}", place.address, ward.label())),
            code: place.code.to_string(),
            action: address_of(place.code),
            id: VisitId::new(now, &mut app.platform.random()),
            full_name: typed.full_name,
            phone: typed.phone,
            party: typed.party,
            known,
            required: if known { "" } else { "required" },
            error_name: message(&errors, "full_name"),
            error_phone: message(&errors, "phone"),
            errors,
            page,
        }
    }

    /// The door of a place that the phone has never seen, opened with no signal: the script finds the code in the address.
    pub(super) fn without_signal(caller: &Caller, id: VisitId) -> Self {
        let page = Page::new(caller, texts(), "checkin-door-title");
        Self {
            place: page.t("checkin-door-offline"),
            address: page.t("checkin-door-offline-note"),
            code: String::new(),
            action: "/".to_owned(),
            id,
            full_name: String::new(),
            phone: String::new(),
            party: Vec::new(),
            known: false,
            required: "required",
            error_name: String::new(),
            error_phone: String::new(),
            errors: Vec::new(),
            page,
        }
    }

    /// Who was typed into the `n`-th field of the party, from 1.
    fn member(&self, n: &usize) -> &str {
        self.party.get(n - 1).map_or("", String::as_str)
    }
}

/// The address of a place's door.
pub(super) fn address_of(code: PlaceCode) -> String {
    format!("/c/{code}")
}

async fn find(app: &App, code: &str) -> Result<Arc<Place>, Problem> {
    let unknown = || {
        Problem::not_found(
            "Không có địa điểm với mã này. Hãy xem lại mã trên áp phích ở cửa.",
            "No place has this code. Check the code on the poster at the door.",
        )
    };
    let code = PlaceCode::parse(code).map_err(|_| unknown())?;
    let place = app.venues.find(app.platform.shared.as_ref(), code, app.platform.now()).await?;
    place.ok_or_else(unknown)
}

/// The token of a phone that was here before, while it is good.
fn token<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let token = cookie(headers, COOKIE)?;
    device_token::verify(app.platform.keys().token.bytes(), token, app.platform.now()).ok()?;
    Some(token)
}

#[derive(Deserialize)]
struct Wanted {
    /// Somebody else holds the phone.
    new: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = find(&app, &code).await?;
    let known = wanted.new.is_none() && token(&app, &headers).is_some();
    Ok(html(&DoorPage::new(&app, &caller, &place, known, Typed::default(), Vec::new())))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let place = find(&app, &code).await?;
    let typed = Typed {
        full_name: value(&pairs, "full_name"),
        phone: value(&pairs, "phone"),
        party: values(&pairs, "party").into_iter().filter(|name| !name.is_empty()).take(PARTY).collect(),
    };
    let token = token(&app, &headers).filter(|_| typed.full_name.is_empty() && typed.phone.is_empty());
    let known = token.is_some();
    if known && is_cross_site(&headers) {
        return Err(Problem::forbidden());
    }
    match check_in(&app, &caller, visit(&place, &pairs, &typed, token)).await {
        Ok(checked) => Ok(welcome(&caller, &checked)),
        Err(error) => {
            let errors = errors(&caller, error)?;
            let mut response = html(&DoorPage::new(&app, &caller, &place, known, typed, errors));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// What was typed wins over what the phone remembers: somebody else may hold it.
fn visit(place: &Place, pairs: &Pairs, typed: &Typed, token: Option<&str>) -> VisitInput {
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let person = PersonInput { full_name: text(&typed.full_name), phone: text(&typed.phone), ..PersonInput::default() };
    let member = |name: &String| PersonInput { full_name: Some(name.clone()), ..PersonInput::default() };
    VisitInput {
        id: given(pairs, "id"),
        venue_code: Some(place.code.to_string()),
        at: None,
        sent_at: None,
        visitor: Some(VisitorInput { device_token: token.map(str::to_owned), person }),
        party: typed.party.iter().map(member).collect(),
        declaration: None,
    }
}

fn welcome(caller: &Caller, checked: &CheckedIn) -> Response {
    let mut response = html(&PassPage::welcome(caller, checked));
    let seconds = VALID_FOR.as_secs();
    let line = format!("{COOKIE}={}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax", checked.device_token);
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// What the form shows; what it cannot show is a problem of its own.
fn errors(caller: &Caller, error: CheckInError) -> Result<Vec<FormError>, Problem> {
    let page = Page::new(caller, texts(), "checkin-door-title");
    match error {
        CheckInError::Invalid(errors) => {
            // The form asks for less than a program may send, so it says in its own words what is missing.
            let missing = |pointer: &str| errors.iter().any(|e| e.pointer == pointer && e.code == "required");
            let mut shown = summary(&errors, caller.lang());
            for error in &mut shown {
                match error.id.as_str() {
                    "full_name" if missing("/visitor/full_name") => error.message = page.t("checkin-door-no-name"),
                    "phone" if missing("/visitor/phone") => error.message = page.t("checkin-door-no-phone"),
                    _ => {}
                }
            }
            Ok(shown)
        }
        CheckInError::Busy => Ok(vec![FormError::whole(page.t("checkin-door-busy"))]),
        CheckInError::IdConflict => Ok(vec![FormError::whole(page.t("checkin-door-used"))]),
        error => Err(error.into()),
    }
}

/// The cookie is not sent from other sites (`SameSite`); where the browser says whence a form comes, it must be ours.
fn is_cross_site(headers: &HeaderMap) -> bool {
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    says && !is_same_origin(&Method::POST, headers)
}

async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let place = find(&app, &code).await?;
    if is_cross_site(&headers) {
        return Err(Problem::forbidden());
    }
    let unknown = || Problem::not_found("Không có lượt vào này.", "There is no such visit.");
    let id: VisitId = value(&pairs, "visit").parse().map_err(|_| unknown())?;
    // Not a page of somebody who signed in: the phone says who leaves.
    let visitor = Caller { identity: shared_web::caller::Identity::Anonymous, ..caller.clone() };
    let (at, before) = match check_out(&app, &visitor, token(&app, &headers), id, None).await {
        Ok((visit, _)) => (visit.checked_out_at.unwrap_or_else(|| app.platform.now()), false),
        Err(CheckOutError::AlreadyOut(at)) => (at, true),
        Err(CheckOutError::Unauthenticated | CheckOutError::Token(_)) => return Err(unknown()),
        Err(error) => return Err(error.into()),
    };
    Ok(html(&PassPage::goodbye(&caller, &place, at, before)))
}

/// The routes. The poster's link is in upper case, people type it in lower case.
pub(super) fn routes(mut routes: Routes<App>) -> Routes<App> {
    let form = "application/x-www-form-urlencoded";
    for (door, out) in [("/c/{code}", "/c/{code}/out"), ("/C/{code}", "/C/{code}/out")] {
        routes = routes
            .add(Method::GET, door, Who::Public, Scope::None, Doc::page("The door of a place"), get(show))
            .add(
                Method::POST,
                door,
                Who::Public,
                Scope::Own,
                Doc::page("Check in without script").takes(form),
                post(submit),
            )
            .add(
                Method::POST,
                out,
                Who::Public,
                Scope::Own,
                Doc::page("Check out without script").takes(form),
                post(leave),
            );
    }
    routes
}
