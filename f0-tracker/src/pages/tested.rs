//! A test that a station took or watched: of a patient (`/cases/{id}/test`), or of somebody who may become one
//! (`/station/new`); the case opens by the definition in force.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::events::Outcome;
use shared::ids::{CaseId, TestId};
use shared::person::{PersonInput, Sex};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::TEXTS;
use super::case::patient::place;
use super::typed::{Pick, TypedForm};
use crate::App;
use crate::api::{KEEPERS, body_hash};
use crate::app::{area, look, take_test};
use crate::domain::entry::with_offset;
use crate::domain::person_test::PersonTestInput;
use crate::domain::station_test::{TestInput, Watch};
use crate::domain::symptom::Symptom;

/// The parts of a test's form that both pages share.
struct TestChoices {
    outcomes: Vec<Pick>,
    watches: Vec<Pick>,
}

impl TestChoices {
    fn new(page: &Page) -> Self {
        let outcomes = [Outcome::Detected, Outcome::NotDetected, Outcome::Invalid];
        let outcome = |outcome: Outcome| {
            Pick::new(outcome.code(), page.t(&format!("tested-{}", outcome.code().replace('_', "-"))))
        };
        let watch =
            |watch: Watch| Pick::new(watch.code(), page.t(&format!("tested-watch-{}", watch.code().replace('_', "-"))));
        Self { outcomes: outcomes.map(outcome).into(), watches: Watch::ALL.map(watch).into() }
    }
}

#[derive(Template)]
#[template(path = "case_test.html")]
struct CaseTestPage {
    page: Page,
    case: String,
    name: String,
    form: TypedForm,
    choices: TestChoices,
}

#[derive(Template)]
#[template(path = "station_new.html")]
struct NewPage {
    page: Page,
    form: TypedForm,
    choices: TestChoices,
    sexes: Vec<Pick>,
    /// The wards of the duty; empty where there is one alone.
    wards: Vec<Pick>,
    symptoms: Vec<Pick>,
    /// What the definition says of a test that opened no case; empty before.
    verdict: String,
}

fn fresh(app: &App, name: &str) -> TypedForm {
    let id = TestId::new(app.platform.now(), &mut app.platform.random()).to_string();
    let now = app.platform.now().local().strftime("%Y-%m-%dT%H:%M").to_string();
    TypedForm::of([("id", id), ("collected_at", now), ("outcome", name.to_owned()), ("watch", "staff".to_owned())])
}

fn titled(caller: &Caller, key: &str, form: &TypedForm) -> Page {
    let page = Page::new(caller, &TEXTS, key).work();
    if form.errors.is_empty() { page } else { page.with_errors() }
}

async fn case_page(app: &App, caller: &Caller, id: CaseId, form: TypedForm) -> Result<Response, Problem> {
    let file = look::case(app, caller, id).await?;
    let page = titled(caller, "tested-title", &form);
    let name = file.person.map(|person| person.full_name.as_str().to_owned());
    let name = name.unwrap_or_else(|| page.t("case-nobody"));
    let wrong = !form.errors.is_empty();
    let choices = TestChoices::new(&page);
    let mut response = html(&CaseTestPage { case: id.to_string(), name, form, choices, page });
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn of_case(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let form = fresh(&app, "not_detected");
    case_page(&app, &caller, id, form).await
}

async fn take_of_case(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = TypedForm::read(pairs);
    let input = TestInput {
        id: form.given("id"),
        method: form.given("method"),
        outcome: form.given("outcome"),
        watch: form.given("watch"),
        collected_at: with_offset(form.given("collected_at")),
        note: form.given("note"),
    };
    match take_test::of_case(&app, &caller, id, &input, &body_hash(&input)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let form = form.wrong(caller.lang(), &problem.errors, str::to_owned);
            case_page(&app, &caller, id, form).await
        }
        Err(problem) => Err(problem),
    }
}

/// The wards that somebody of this duty may live in; empty for one alone.
fn wards(caller: &Caller, app: &App) -> Vec<Pick> {
    let codes = super::board::wards(caller, app.platform.now().local_date());
    codes.into_iter().map(|code| Pick::new(code, place(code))).collect()
}

fn new_page(app: &App, caller: &Caller, form: TypedForm, verdict: String) -> Response {
    let page = titled(caller, "tested-new-title", &form);
    let lang = page.language();
    let wrong = !form.errors.is_empty();
    let sexes = [Sex::Female, Sex::Male, Sex::Unknown];
    let symptoms = Symptom::ALL.map(|symptom| Pick::new(symptom.code(), symptom.name().get(lang)));
    let page = NewPage {
        choices: TestChoices::new(&page),
        sexes: sexes.map(|sex| Pick::new(sex.code(), sex.name().get(lang))).into(),
        wards: wards(caller, app),
        symptoms: symptoms.into(),
        form,
        verdict,
        page,
    };
    let mut response = html(&page);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

async fn of_person(State(app): State<App>, caller: Caller) -> Response {
    new_page(&app, &caller, fresh(&app, "detected"), String::new())
}

fn input_of(app: &App, caller: &Caller, form: &TypedForm) -> PersonTestInput {
    let mine = area::wards(caller, app.platform.now().local_date());
    let only = mine.filter(|wards| wards.len() == 1).and_then(|wards| wards.into_iter().next());
    let person = PersonInput {
        full_name: form.given("full_name"),
        birth_date: form.given("birth_date"),
        sex: form.given("sex"),
        phone: form.given("phone"),
        national_id: form.given("national_id"),
        address: form.given("address"),
        ward_code: form.given("ward_code").or(only),
        ..PersonInput::default()
    };
    PersonTestInput {
        id: form.given("id"),
        method: form.given("method"),
        outcome: form.given("outcome"),
        watch: form.given("watch"),
        collected_at: with_offset(form.given("collected_at")),
        note: form.given("note"),
        person: Some(person),
        symptoms: form.all("symptoms"),
        symptom_onset: form.given("symptom_onset"),
        epidemiological_factor: form.answer("factor"),
        contact: form.answer("contact"),
        ..PersonTestInput::default()
    }
}

/// The id of the field that a pointer is about.
fn field_of(pointer: &str) -> String {
    let name = pointer.trim_start_matches("person/").split('/').next().unwrap_or_default();
    match name {
        "person" | "birth" | "birth_year" => "birth_date",
        "epidemiological_factor" => "factor",
        other => other,
    }
    .to_owned()
}

async fn take_of_person(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = TypedForm::read(pairs);
    let input = input_of(&app, &caller, &form);
    match take_test::of_person(&app, &caller, &input, &body_hash(&input)).await {
        Ok(judged) => Ok(match (judged.test.case_id, judged.verdict) {
            (Some(case), _) => Redirect::to(&format!("/cases/{case}/intake")).into_response(),
            (None, verdict) => {
                let told = verdict.map(|verdict| verdict.advice().get(caller.lang()).to_owned());
                new_page(&app, &caller, fresh(&app, "detected"), told.unwrap_or_default())
            }
        }),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let form = form.wrong(caller.lang(), &problem.errors, field_of);
            Ok(new_page(&app, &caller, form, String::new()))
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let who = Who::Roles(KEEPERS);
    let case_form = Doc::page("The form of a test of a patient");
    let case_take = Doc::page("Note a test of a patient").form();
    let form = Doc::page("The form of a test of somebody who may become a case");
    let take = Doc::page("Note a test; the case opens by the definition in force").form();
    routes
        .add(Method::GET, "/cases/{id}/test", who, Scope::Area, case_form, get(of_case))
        .add(Method::POST, "/cases/{id}/test", who, Scope::Area, case_take, post(take_of_case))
        .add(Method::GET, "/station/new", who, Scope::Area, form, get(of_person))
        .add(Method::POST, "/station/new", who, Scope::Area, take, post(take_of_person))
}
