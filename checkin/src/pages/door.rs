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
use shared_web::security::allow_position;

use super::form::{FormError, Pairs, given, message, summary, value, values};
use super::pass::PassPage;
use super::questions::{Asked, answers};
use super::texts;
use crate::App;
use crate::api::visits::{COOKIE, cookie_line, too_many_codes};
use crate::app::check_in::{CheckInError, CheckedIn, check_in};
use crate::app::check_out::{CheckOutError, check_out};
use crate::app::door;
use crate::domain::device_token;
use crate::domain::door::Reason;
use crate::domain::visit::{VisitInput, VisitorInput};
use crate::tries::Asker;
use crate::venues::Found;

/// How many people who come along the form has room for.
const PARTY: usize = 4;

/// The fields of the declaration.
const ANSWERS: [&str; 4] = ["symptoms", "no_symptoms", "contact_with_case", "travel"];

/// What the page shows of the person: what was typed, or nothing.
#[derive(Default)]
struct Typed {
    full_name: String,
    phone: String,
    party: Vec<String>,
    answers: Pairs,
    other: bool,
    /// What the screen at the door showed, where its link was opened.
    live: String,
}

/// Who stands at the door, as far as the phone says it.
#[derive(Clone, Copy)]
struct Visitor {
    /// The phone was here before.
    known: bool,
    /// They have to declare before they come in.
    due: bool,
}

impl Visitor {
    async fn of(app: &App, place: &Place, token: Option<&str>) -> Result<Self, Problem> {
        let key = app.platform.keys();
        let person = token.and_then(|token| device_token::verify(key.token.bytes(), token, app.platform.now()).ok());
        let due = door::declaration_is_due(app, place.kind, person.map(|verified| verified.person_id)).await?;
        Ok(Self { known: token.is_some(), due })
    }
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
    /// What the screen at the door showed, empty where the visitor came by the poster.
    live: String,
    /// The door has a position, so the phone may say where it is.
    near: bool,
    id: VisitId,
    full_name: String,
    phone: String,
    party: Vec<String>,
    known: bool,
    /// What the place asks for today, in words.
    needs: Vec<String>,
    /// The questions, where a rule of the place asks for a declaration.
    questions: Option<Asked>,
    /// Whether this visitor has to answer them now.
    due: bool,
    /// Somebody else is declared for.
    other: bool,
    required: &'static str,
    error_name: String,
    error_phone: String,
    errors: Vec<FormError>,
}

impl DoorPage {
    fn new(app: &App, caller: &Caller, place: &Place, visitor: Visitor, typed: Typed, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-door-title");
        page.title = format!("{}: {}", page.title, place.name);
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let now = app.platform.now();
        let rules = app.door.in_force(place.kind, now.local_date());
        let asked = || Asked::new(now.local_date(), caller.lang(), &typed.answers, &errors);
        let questions = rules.iter().any(|rule| rule.declaration).then(asked);
        let ward = area::ward_any(place.ward_code.as_str());
        Self {
            place: place.name.clone(),
            address: ward.map_or(place.address.clone(), |ward| format!("{}, {}", place.address, ward.label())),
            code: place.code.to_string(),
            action: address_of(place.code),
            live: typed.live,
            near: app.venues.known(place.code, now).is_some_and(|known| known.position.is_some()),
            id: VisitId::new(now, &mut app.platform.random()),
            full_name: typed.full_name,
            phone: typed.phone,
            party: typed.party,
            known: visitor.known,
            needs: rules.iter().map(|rule| rule.in_words().get(caller.lang()).to_owned()).collect(),
            questions,
            due: visitor.due,
            other: typed.other,
            required: if visitor.known { "" } else { "required" },
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
            live: String::new(),
            near: false,
            id,
            full_name: String::new(),
            phone: String::new(),
            party: Vec::new(),
            known: false,
            needs: Vec::new(),
            questions: None,
            due: false,
            other: false,
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

async fn find(app: &App, caller: &Caller, headers: &HeaderMap, code: &str) -> Result<Arc<Place>, Problem> {
    let unknown = || {
        Problem::not_found(
            "Không có địa điểm với mã này. Hãy xem lại mã trên áp phích ở cửa.",
            "No place has this code. Check the code on the poster at the door.",
        )
    };
    let code = PlaceCode::parse(code).map_err(|_| unknown())?;
    let key = app.platform.keys();
    let verified = |token| device_token::verify(key.token.bytes(), token, app.platform.now()).ok();
    let device = cookie(headers, COOKIE).and_then(verified).map(|verified| verified.device);
    match app.venues.find(&app.platform, Asker { device, address: caller.context.address }, code).await? {
        Found::Place(place) => Ok(place),
        Found::Nobody => Err(unknown()),
        Found::TooMany => Err(too_many_codes()),
    }
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
    /// Its owner declares for somebody else.
    other: Option<String>,
    /// What the screen at the door showed.
    live: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    open(&app, &caller, &code, wanted, &headers).await
}

/// The same page behind the link of a screen.
async fn show_live(
    State(app): State<App>,
    caller: Caller,
    Path((code, live)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    open(&app, &caller, &code, Wanted { live: Some(live), ..wanted }, &headers).await
}

async fn open(
    app: &App,
    caller: &Caller,
    code: &str,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let place = find(app, caller, headers, code).await?;
    let other = wanted.other.is_some();
    let token = token(app, headers).filter(|_| wanted.new.is_none() && !other);
    let visitor = Visitor::of(app, &place, token).await?;
    let typed = Typed { other, live: wanted.live.unwrap_or_default(), ..Typed::default() };
    Ok(answer(&DoorPage::new(app, caller, &place, visitor, typed, Vec::new())))
}

/// The page, which may ask where the phone is only at a door that has a position.
fn answer(page: &DoorPage) -> Response {
    let mut response = html(page);
    if page.near {
        allow_position(&mut response);
    }
    response
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, Problem> {
    let place = find(&app, &caller, &headers, &code).await?;
    let typed = Typed {
        full_name: value(&pairs, "full_name"),
        phone: value(&pairs, "phone"),
        party: values(&pairs, "party").into_iter().filter(|name| !name.is_empty()).take(PARTY).collect(),
        answers: pairs.iter().filter(|(name, _)| ANSWERS.contains(&name.as_str())).cloned().collect(),
        other: given(&pairs, "other").is_some(),
        live: value(&pairs, "live"),
    };
    let unnamed = typed.full_name.is_empty() && typed.phone.is_empty();
    let token = token(&app, &headers).filter(|_| unnamed && !typed.other);
    if token.is_some() && is_cross_site(&headers) {
        return Err(Problem::forbidden());
    }
    let mut visitor = Visitor::of(&app, &place, token).await?;
    let errors = match check_in(&app, &caller, visit(&place, &pairs, &typed, token, visitor)?).await {
        Ok(checked) if checked.door.reasons.contains(&Reason::DeclarationDue) && checked.door.is_red() => {
            visitor.due = true;
            vec![due_error(&caller)]
        }
        Ok(checked) => return Ok(answered(&caller, &checked, typed.other)),
        Err(error) => errors(&caller, error)?,
    };
    let mut response = answer(&DoorPage::new(&app, &caller, &place, visitor, typed, errors));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What is said where the place asks for a declaration and none holds.
fn due_error(caller: &Caller) -> FormError {
    FormError { id: "symptoms".to_owned(), message: Reason::DeclarationDue.detail().get(caller.lang()).to_owned() }
}

/// What was typed wins over what the phone remembers: somebody else may hold it.
fn visit(
    place: &Place,
    pairs: &Pairs,
    typed: &Typed,
    token: Option<&str>,
    visitor: Visitor,
) -> Result<VisitInput, Problem> {
    // Who has to declare and answered nothing is told so question by question.
    let declared = visitor.due || !typed.answers.is_empty();
    let declaration = declared.then(|| serde_json::to_value(answers(&typed.answers))).transpose();
    let text = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    let person = PersonInput { full_name: text(&typed.full_name), phone: text(&typed.phone), ..PersonInput::default() };
    let member = |name: &String| PersonInput { full_name: Some(name.clone()), ..PersonInput::default() };
    Ok(VisitInput {
        id: given(pairs, "id"),
        venue_code: Some(place.code.to_string()),
        at: None,
        sent_at: None,
        visitor: Some(VisitorInput { device_token: token.map(str::to_owned), person }),
        party: typed.party.iter().map(member).collect(),
        declaration: declaration.map_err(|_| Problem::internal())?,
        live: text(&typed.live),
        position: None,
    })
}

fn answered(caller: &Caller, checked: &CheckedIn, other: bool) -> Response {
    let mut response = html(&PassPage::answer(caller, checked));
    // The phone stays its owner's, who declared for somebody else.
    if checked.device_token.is_empty() || other {
        return response;
    }
    if let Ok(line) = HeaderValue::from_str(&cookie_line(&checked.device_token)) {
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
                    "symptoms" | "contact_with_case" => error.message = page.t("checkin-declare-no-answer"),
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
    let place = find(&app, &caller, &headers, &code).await?;
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
    for (door, live, out) in
        [("/c/{code}", "/c/{code}/{live}", "/c/{code}/out"), ("/C/{code}", "/C/{code}/{live}", "/C/{code}/out")]
    {
        routes = routes
            .add(
                Method::GET,
                live,
                Who::Public,
                Scope::None,
                Doc::page("The door of a place, from its screen"),
                get(show_live),
            )
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
