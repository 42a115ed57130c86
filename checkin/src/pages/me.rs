//! `/me`: a citizen's own page, behind a one-time code to their own phone.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::VisitId;
use shared::person::Birth;
use shared::phone::Phone;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::auth::{codes, session};
use shared_web::caller::{Caller, Identity};
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, message, value};
use super::texts;
use crate::App;
use crate::app::check_out::{CheckOutError, check_out};
use crate::app::me::{self, Me, PURPOSE};
use crate::app::units;
use crate::domain::device_token;
use crate::domain::policy::StayPolicy;
use crate::poster::symbol::symbol;

#[derive(Template)]
#[template(path = "me_code.html")]
struct CodePage {
    page: Page,
    full_name: String,
    phone: String,
    sent: bool,
    error_name: String,
    error_phone: String,
    error_code: String,
    errors: Vec<FormError>,
}

impl CodePage {
    fn new(caller: &Caller, full_name: String, phone: String, sent: bool, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-me-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let error = |id: &str| message(&errors, id);
        let (error_name, error_phone, error_code) = (error("full_name"), error("phone"), error("code"));
        Self { page, full_name, phone, sent, error_name, error_phone, error_code, errors }
    }
}

struct VisitLine {
    id: String,
    place: String,
    address: String,
    came: String,
    left: String,
    open: bool,
}

struct ExposureLine {
    day: String,
    place: String,
    words: String,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    page: Page,
    name: String,
    year: String,
    modules: f32,
    path: String,
    visits: Vec<VisitLine>,
    exposures: Vec<ExposureLine>,
    days: i64,
}

impl MePage {
    fn new(app: &App, caller: &Caller, me: &Me) -> Result<Self, Problem> {
        let page = Page::new(caller, texts(), "checkin-me-title");
        let now = app.platform.now();
        let address = me.code.address(&app.platform.config.public_url());
        let symbol = symbol(&address).map_err(|_| Problem::internal())?;
        let place = |id| me.places.get(&id);
        let policy = StayPolicy::on(now.local_date());
        let visits = me.visits.iter().map(|visit| {
            let at = place(visit.place_id);
            let day = visit.checked_in_at.local_date();
            let ward = at.and_then(|place| units::on(place.ward_code.as_str(), day));
            let typical = at.map_or(policy.longest_stay(), |place| policy.typical_stay(place.kind));
            let gone = visit.checked_in_at.plus(typical) < now;
            VisitLine {
                id: visit.id.to_string(),
                place: at.map(|place| place.name.clone()).unwrap_or_default(),
                address: ward.map(|ward| ward.label()).unwrap_or_default(),
                came: page.exact(visit.checked_in_at),
                left: match visit.checked_out_at {
                    Some(out) => page.exact(out),
                    None if gone => page.t("checkin-me-assumed"),
                    None => page.t("checkin-me-inside"),
                },
                open: visit.checked_out_at.is_none() && !gone,
            }
        });
        let visits = visits.collect();
        let exposures = me.exposures.iter().map(|exposure| {
            let key = format!("checkin-me-exposed-{}", exposure.level.code());
            let day = exposure.day;
            ExposureLine {
                day: format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()),
                place: place(exposure.place_id).map(|place| place.name.clone()).unwrap_or_default(),
                words: page.t_with(&key, &[("minutes", exposure.overlap_minutes.into())]),
            }
        });
        let exposures = exposures.collect();
        Ok(Self {
            name: me.person.full_name.to_string(),
            year: me.person.birth.map(|birth| Birth::year(birth).to_string()).unwrap_or_default(),
            modules: symbol.modules(),
            path: symbol.path(),
            visits,
            exposures,
            days: app.platform.config.retention_days,
            page,
        })
    }
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let Some(person) = caller.citizen() else {
        return Ok(html(&CodePage::new(&caller, String::new(), String::new(), false, Vec::new())));
    };
    let me = me::me(&app, &caller, person).await?;
    let me = me.ok_or_else(|| Problem::not_found("Không có hồ sơ này.", "There is no such record."))?;
    Ok(html(&MePage::new(&app, &caller, &me)?))
}

/// What was typed, where it can be somebody's.
fn typed(caller: &Caller, pairs: &Pairs) -> (String, String, Result<Phone, Vec<FormError>>) {
    let page = Page::new(caller, texts(), "checkin-me-title");
    let (name, phone) = (value(pairs, "full_name"), value(pairs, "phone"));
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push(FormError { id: "full_name".to_owned(), message: page.t("checkin-door-no-name") });
    }
    let number = Phone::parse(&phone).map_err(|error| {
        errors.push(FormError { id: "phone".to_owned(), message: error.detail().get(caller.lang()).to_owned() });
    });
    let parsed = match number {
        Ok(number) if errors.is_empty() => Ok(number),
        _ => Err(errors),
    };
    (name, phone, parsed)
}

fn unprocessable(page: &CodePage) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response()
}

/// Sends a code. The answer is the same whether or not somebody is known by this name and phone.
async fn ask(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let (name, phone, parsed) = typed(&caller, &pairs);
    let number = match parsed {
        Ok(number) => number,
        Err(errors) => return Ok(unprocessable(&CodePage::new(&caller, name, phone, false, errors))),
    };
    if let Some(person) = me::find(&app, &name, &number).await? {
        codes::ask(&app.platform, &caller, PURPOSE, person).await?;
    }
    Ok(html(&CodePage::new(&caller, name, phone, true, Vec::new())))
}

async fn redeem(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    if caller.citizen().is_some() {
        return Ok(Redirect::to("/me").into_response());
    }
    let (name, phone, parsed) = typed(&caller, &pairs);
    let number = match parsed {
        Ok(number) => number,
        Err(errors) => return Ok(unprocessable(&CodePage::new(&caller, name, phone, true, errors))),
    };
    let person = me::find(&app, &name, &number).await?;
    let begun = match person {
        Some(person) => codes::redeem(&app.platform, &caller, PURPOSE, person, &value(&pairs, "code")).await?,
        None => None,
    };
    let Some(begun) = begun else {
        let message = Page::new(&caller, texts(), "checkin-me-title").t("checkin-me-code-wrong");
        let errors = vec![FormError { id: "code".to_owned(), message }];
        return Ok(unprocessable(&CodePage::new(&caller, name, phone, true, errors)));
    };
    let cookie = AppendHeaders([(header::SET_COOKIE, session::cookie_line(&begun, app.platform.now()))]);
    Ok((cookie, Redirect::to("/me")).into_response())
}

async fn leave(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let person = caller.citizen().ok_or_else(Problem::unauthenticated)?;
    let unknown = || Problem::not_found("Không có lượt vào này.", "There is no such visit.");
    let id: VisitId = value(&pairs, "visit").parse().map_err(|_| unknown())?;
    let now = app.platform.now();
    let token = device_token::issue(app.platform.keys().token.bytes(), person, now, &mut app.platform.random());
    let visitor = Caller { identity: Identity::Anonymous, ..caller };
    match check_out(&app, &visitor, Some(&token), id, None).await {
        Ok(_) | Err(CheckOutError::AlreadyOut(_)) => Ok(Redirect::to("/me").into_response()),
        Err(error) => Err(error.into()),
    }
}

async fn renew(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let person = caller.citizen().ok_or_else(Problem::unauthenticated)?;
    me::renew_card(&app, &caller, person).await?;
    Ok(Redirect::to("/me").into_response())
}

/// What a stranger sees who opens the address in a personal QR: nothing about anybody.
async fn stranger(caller: Caller) -> Response {
    html(&StrangerPage { page: Page::new(&caller, texts(), "checkin-card-title") })
}

#[derive(Template)]
#[template(path = "card.html")]
struct StrangerPage {
    page: Page,
}

pub(super) fn routes(mut routes: Routes<App>) -> Routes<App> {
    for path in ["/p/{code}", "/P/{code}"] {
        let doc = Doc::page("What a personal QR opens: nothing about anybody");
        routes = routes.add(Method::GET, path, Who::Public, Scope::None, doc, get(stranger));
    }
    routes
        .add(Method::GET, "/me", Who::Public, Scope::Own, Doc::page("A citizen's own page"), get(show))
        .add(Method::POST, "/me", Who::Public, Scope::Own, Doc::page("Open it with a code").form(), post(redeem))
        .add(Method::POST, "/me/code", Who::Public, Scope::Own, Doc::page("Send a code").form(), post(ask))
        .add(
            Method::POST,
            "/me/out",
            Who::CitizenOr(&[]),
            Scope::Own,
            Doc::page("Check an own visit out").form(),
            post(leave),
        )
        .add(
            Method::POST,
            "/me/card",
            Who::CitizenOr(&[]),
            Scope::Own,
            Doc::page("End the personal QR and make a new one").form(),
            post(renew),
        )
}
