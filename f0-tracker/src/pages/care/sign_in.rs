//! Signing in to the care page: phone and year of birth, then the code that was sent.
//!
//! A phone is shared by many, so the year of birth says which patient is meant. Both pages answer the same whether a
//! phone is known or not: nobody learns here who is ill.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::post;
use serde::Deserialize;
use shared::ids::PersonId;
use shared::phone::Phone;
use shared::time::Date;
use shared_store::StoreError;
use shared_store::people::PeopleQuery;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::auth::{codes, session};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::{message, unprocessable};
use crate::App;
use crate::domain::case::CaseState;
use crate::pages::{FormError, TEXTS};

/// The purpose of these codes.
const PURPOSE: &str = "care";
/// So many people of one phone and one year of birth are sent a code: twins, not strangers.
const MAX_MEANT: usize = 3;
/// So many people of one phone are looked at.
const MAX_ON_A_PHONE: i64 = 50;
/// Nobody was born before.
const FIRST_YEAR: i16 = 1900;

#[derive(Template)]
#[template(path = "care_sign_in.html")]
pub(super) struct SignInPage {
    page: Page,
    phone: String,
    birth_year: String,
    phone_error: String,
    year_error: String,
    errors: Vec<FormError>,
}

impl SignInPage {
    pub(super) fn new(caller: &Caller, phone: String, birth_year: String, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "care-sign-in");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let (phone_error, year_error) = (message(&errors, "phone"), message(&errors, "birth_year"));
        Self { page, phone, birth_year, phone_error, year_error, errors }
    }
}

#[derive(Template)]
#[template(path = "care_code.html")]
pub(super) struct CodePage {
    page: Page,
    phone: String,
    birth_year: String,
    code_error: String,
    errors: Vec<FormError>,
}

impl CodePage {
    pub(super) fn new(caller: &Caller, phone: String, birth_year: String, wrong: bool) -> Self {
        let mut page = Page::new(caller, &TEXTS, "care-code-title");
        let mut errors = Vec::new();
        if wrong {
            errors.push(FormError { id: "code".to_owned(), message: page.t("care-code-wrong") });
            page = page.with_errors();
        }
        Self { code_error: message(&errors, "code"), page, phone, birth_year, errors }
    }
}

/// What the two forms send.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    phone: String,
    #[serde(default)]
    birth_year: String,
    #[serde(default)]
    code: String,
}

/// Who is asked for, once both fields can be read.
struct Asked {
    phone: Phone,
    birth_year: i16,
}

impl Sent {
    fn asked(&self, caller: &Caller, today: Date) -> Result<Asked, Vec<FormError>> {
        let year = self.birth_year.trim().parse().ok().filter(|year| (FIRST_YEAR..=today.year()).contains(year));
        let mut errors = Vec::new();
        let phone = Phone::parse(&self.phone).map_err(|error| {
            errors.push(FormError { id: "phone".to_owned(), message: error.detail().get(caller.lang()).to_owned() });
        });
        if year.is_none() {
            let page = Page::new(caller, &TEXTS, "care-sign-in");
            errors.push(FormError { id: "birth_year".to_owned(), message: page.t("care-year-wrong") });
        }
        match (phone, year) {
            (Ok(phone), Some(birth_year)) => Ok(Asked { phone, birth_year }),
            _ => Err(errors),
        }
    }
}

/// The patients with an open case whom phone and year of birth mean.
async fn meant(app: &App, asked: &Asked) -> Result<Vec<PersonId>, StoreError> {
    let mut tx = app.store.read().await?;
    let phone = Some(asked.phone.as_str().to_owned());
    let query = PeopleQuery { phone, limit: MAX_ON_A_PHONE, ..PeopleQuery::default() };
    let mut people = Vec::new();
    for stored in tx.search_people(&query).await? {
        let born_then = stored.person.birth.is_some_and(|birth| birth.year() == asked.birth_year);
        if !born_then || people.len() == MAX_MEANT {
            continue;
        }
        let latest = tx.latest_case(stored.person.id).await?;
        if latest.is_some_and(|case| case.state == CaseState::Open) {
            people.push(stored.person.id);
        }
    }
    Ok(people)
}

async fn send_code(State(app): State<App>, caller: Caller, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    let asked = match sent.asked(&caller, app.platform.now().local_date()) {
        Ok(asked) => asked,
        Err(errors) => {
            return Ok(unprocessable(html(&SignInPage::new(&caller, sent.phone, sent.birth_year, errors))));
        }
    };
    for person in meant(&app, &asked).await? {
        codes::ask(&app.platform, &caller, PURPOSE, person).await?;
    }
    Ok(html(&CodePage::new(&caller, sent.phone, sent.birth_year, false)))
}

async fn sign_in(State(app): State<App>, caller: Caller, Form(sent): Form<Sent>) -> Result<Response, Problem> {
    if let Ok(asked) = sent.asked(&caller, app.platform.now().local_date()) {
        for person in meant(&app, &asked).await? {
            if let Some(begun) = codes::redeem(&app.platform, &caller, PURPOSE, person, &sent.code).await? {
                let line = session::cookie_line(&begun, app.platform.now());
                return Ok((AppendHeaders([(header::SET_COOKIE, line)]), Redirect::to("/care")).into_response());
            }
        }
    }
    Ok(unprocessable(html(&CodePage::new(&caller, sent.phone, sent.birth_year, true))))
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::POST,
            "/care/code",
            Who::Public,
            Scope::None,
            Doc::page("Send a one-time code; answers the same whether the phone is known").form(),
            post(send_code),
        )
        .add(
            Method::POST,
            "/care/sign-in",
            Who::Public,
            Scope::None,
            Doc::page("Sign in with a one-time code; sets the session cookie").form(),
            post(sign_in),
        )
}
