//! `/declare`: the health declaration, for oneself or another, without script.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use shared::ids::uuid_v7;
use shared::person::PersonInput;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::form::{FormError, Pairs, given, message, summary, value};
use super::questions::{Asked, answers};
use super::texts;
use crate::App;
use crate::app::check_in::CheckInError;
use crate::app::declarations::{DeclarationInput, Declared, declare};
use crate::domain::declaration::{AnswersInput, Questions, Verdict, reason_in_words};
use crate::domain::visit::VisitorInput;

#[derive(Template)]
#[template(path = "declare.html")]
struct DeclarePage {
    page: Page,
    id: String,
    full_name: String,
    phone: String,
    birth_year: String,
    own: bool,
    asked: Asked,
    error_name: String,
    error_phone: String,
    error_year: String,
    errors: Vec<FormError>,
}

impl DeclarePage {
    fn new(app: &App, caller: &Caller, pairs: &Pairs, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, texts(), "checkin-declare-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let now = app.platform.now();
        let error = |id: &str| message(&errors, id);
        Self {
            id: given(pairs, "id").unwrap_or_else(|| uuid_v7(now, &mut app.platform.random()).to_string()),
            full_name: value(pairs, "full_name"),
            phone: value(pairs, "phone"),
            birth_year: value(pairs, "birth_year"),
            own: caller.citizen().is_some(),
            asked: Asked::new(now.local_date(), caller.lang(), pairs, &errors),
            error_name: error("full_name"),
            error_phone: error("phone"),
            error_year: error("birth_year"),
            errors,
            page,
        }
    }
}

#[derive(Template)]
#[template(path = "declared.html")]
struct DeclaredPage {
    page: Page,
    level: &'static str,
    word: String,
    advice: String,
    reasons: Vec<String>,
    until: String,
    stop: bool,
}

impl DeclaredPage {
    fn new(caller: &Caller, declared: &Declared) -> Self {
        let page = Page::new(caller, texts(), "checkin-declared-title");
        let record = &declared.record;
        let questions = Questions::on(record.declared_at.local_date());
        let words = |code: &String| reason_in_words(questions, code).get(caller.lang()).to_owned();
        let verdict = record.verdict;
        Self {
            level: match verdict {
                Verdict::Clear => "well",
                Verdict::Advise => "watch",
                Verdict::Stop => "urgent",
            },
            word: page.t(&format!("checkin-verdict-{}", verdict.code())),
            advice: page.t(&format!("checkin-verdict-{}-advice", verdict.code())),
            reasons: record.reasons.iter().map(words).collect(),
            until: page.exact(record.valid_until),
            stop: verdict == Verdict::Stop,
            page,
        }
    }
}

fn input(caller: &Caller, pairs: &Pairs) -> DeclarationInput {
    let person = PersonInput {
        full_name: given(pairs, "full_name"),
        phone: given(pairs, "phone"),
        birth_year: given(pairs, "birth_year").map(|year| year.parse().unwrap_or(-1)),
        ..PersonInput::default()
    };
    let own = caller.citizen().is_some() && person == PersonInput::default();
    let AnswersInput { symptoms, contact_with_case, travel } = answers(pairs);
    DeclarationInput {
        id: given(pairs, "id"),
        person: (!own).then_some(VisitorInput { device_token: None, person }),
        symptoms,
        contact_with_case,
        travel,
    }
}

async fn show(State(app): State<App>, caller: Caller) -> Response {
    html(&DeclarePage::new(&app, &caller, &Pairs::new(), Vec::new()))
}

async fn submit(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let page = Page::new(&caller, texts(), "checkin-declare-title");
    let errors = match declare(&app, &caller, &input(&caller, &pairs)).await {
        Ok(declared) => return Ok(html(&DeclaredPage::new(&caller, &declared))),
        Err(CheckInError::Invalid(errors)) => {
            let mut shown = summary(&errors, caller.lang());
            for (shown, error) in shown.iter_mut().zip(&errors).filter(|(_, error)| error.code == "required") {
                let key = match error.pointer.as_str() {
                    "/person/full_name" => "checkin-door-no-name",
                    "/person/birth_date" => {
                        "phone".clone_into(&mut shown.id);
                        "checkin-declare-no-phone"
                    }
                    _ => "checkin-declare-no-answer",
                };
                shown.message = page.t(key);
            }
            shown
        }
        Err(CheckInError::IdConflict) => vec![FormError::whole(page.t("checkin-declare-used"))],
        Err(error) => return Err(error.into()),
    };
    let page = DeclarePage::new(&app, &caller, &pairs, errors);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let form = "application/x-www-form-urlencoded";
    routes.add(Method::GET, "/declare", Who::Public, Scope::None, Doc::page("The health declaration"), get(show)).add(
        Method::POST,
        "/declare",
        Who::Public,
        Scope::Own,
        Doc::page("Declare one's health, or for another person").takes(form),
        post(submit),
    )
}
