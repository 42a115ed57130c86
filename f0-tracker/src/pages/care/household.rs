//! The guardian's form: everybody of the household who is ill, in one go.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::events::AlertLevel;
use shared::ids::{CaseId, ReportId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};

use crate::App;
use crate::app::household;
use crate::app::own_cases;
use crate::domain::observation::Reporter;
use crate::pages::TEXTS;
use crate::pages::case::patient::Patient;
use crate::pages::case::reasons::{self, Why};
use crate::pages::case::values::{doubts, level_code};
use crate::pages::household::{Again, HouseholdForm, TypedHousehold, all_taken, status};
use crate::store::ReportRecord;

#[derive(Template)]
#[template(path = "care_household.html")]
pub(super) struct HouseholdPage {
    page: Page,
    form: HouseholdForm,
}

/// What one member's report means.
struct Answer {
    name: String,
    level: &'static str,
    verdict: String,
    advice: String,
    measure_again: bool,
    why: Vec<Why>,
    /// Values that are hardly possible, asked back.
    doubts: Vec<String>,
    case: String,
}

#[derive(Template)]
#[template(path = "care_household_answer.html")]
pub(super) struct AnswersPage {
    page: Page,
    /// The most dangerous first.
    answers: Vec<Answer>,
    emergency: bool,
}

impl HouseholdPage {
    fn new(app: &App, caller: &Caller, asked: &[household::Asked], again: Option<&Again<'_>>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "care-house-title");
        let form = HouseholdForm::new(&page, app, asked, Reporter::Family, again);
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        Self { page, form }
    }
}

impl Answer {
    fn new(page: &Page, own: &own_cases::OwnCase, report: &ReportRecord) -> Self {
        let fired: Vec<_> = report.reasons.iter().filter(|one| one.level > AlertLevel::None).cloned().collect();
        let level = report.level.code();
        Self {
            name: Patient::new(page, &own.case, own.person.as_ref(), report.observed.at.local_date()).name,
            level: level_code(report.level),
            verdict: page.t(&format!("care-answer-{level}")),
            advice: page.t(&format!("care-answer-{level}-note")),
            // 261 and 4377 ask for a second reading after 30 to 60 seconds.
            measure_again: report.level < AlertLevel::Emergency && fired.iter().any(|reason| reason.confirm),
            why: reasons::of(page, &fired),
            doubts: doubts(page, report),
            case: own.case.id.to_string(),
        }
    }
}

async fn asked(app: &App, caller: &Caller) -> Result<Vec<household::Asked>, Problem> {
    let own = own_cases::own_cases(app, caller).await?;
    Ok(household::asked(app, own.into_iter().map(|own| (own.case, own.person)).collect()).await?)
}

fn to_sign_in() -> Response {
    Redirect::to("/care").into_response()
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(to_sign_in());
    }
    let asked = asked(&app, &caller).await?;
    if asked.is_empty() {
        return Ok(to_sign_in());
    }
    Ok(html(&HouseholdPage::new(&app, &caller, &asked, None)))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(to_sign_in());
    }
    let typed = TypedHousehold::read(pairs);
    let told = typed.told();
    let outcomes = if told.is_empty() { Vec::new() } else { household::report(&app, &caller, told, None).await? };
    if all_taken(&outcomes) {
        let ids = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok());
        let ids: Vec<String> = ids.map(|taken| taken.report.id.to_string()).collect();
        return Ok(Redirect::to(&format!("/care/household/answer?reports={}", ids.join(","))).into_response());
    }
    let asked = asked(&app, &caller).await?;
    let again = Again { typed: &typed, outcomes: &outcomes };
    let mut response = html(&HouseholdPage::new(&app, &caller, &asked, Some(&again)));
    *response.status_mut() = status(&outcomes);
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sent {
    reports: String,
}

async fn answer(State(app): State<App>, caller: Caller, Query(sent): Query<Sent>) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(to_sign_in());
    }
    let own: std::collections::BTreeMap<CaseId, own_cases::OwnCase> =
        own_cases::own_cases(&app, &caller).await?.into_iter().map(|own| (own.case.id, own)).collect();
    let page = Page::new(&caller, &TEXTS, "care-answer-title");
    let mut reports: Vec<ReportRecord> = Vec::new();
    let mut tx = app.store.read().await?;
    for id in sent.reports.split(',').filter_map(|id| id.parse::<ReportId>().ok()).take(own.len()) {
        reports.extend(tx.report(id).await?);
    }
    reports.sort_by_key(|report| core::cmp::Reverse(report.level));
    let answers: Vec<Answer> = reports
        .iter()
        .filter_map(|report| own.get(&report.case_id).map(|own| Answer::new(&page, own, report)))
        .collect();
    if answers.is_empty() {
        return Ok(to_sign_in());
    }
    let emergency = answers.iter().any(|answer| answer.level == AlertLevel::Emergency.code());
    Ok(html(&AnswersPage { page, answers, emergency }))
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/care/household";
    let form = Doc::page("The form for everybody of a household, for a citizen who signed in");
    let send = Doc::page("Send the reports of a household, as a citizen who signed in").form();
    let told = Doc::page("What the reports of a household mean and what to do").query(&["reports"]);
    routes
        .add(Method::GET, PATH, Who::Public, Scope::Own, form, get(show))
        .add(Method::POST, PATH, Who::Public, Scope::Own, send, post(submit))
        .add(Method::GET, "/care/household/answer", Who::Public, Scope::Own, told, get(answer))
}
