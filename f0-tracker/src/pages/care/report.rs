//! The report of a patient or family: numbers on big keys, symptoms in big boxes, and at once what it means.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::events::AlertLevel;
use shared::ids::{CaseId, ReportId};
use shared::problem::FieldError;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::unprocessable;
use crate::App;
use crate::api::body_hash;
use crate::app::own_cases::{self, OwnCase};
use crate::app::report::{self, no_such_case};
use crate::domain::observation::{ReportInput, Reporter};
use crate::domain::vital::Vital;
use crate::pages::case::form::{Choice, NumberField, ReportForm, read};
use crate::pages::case::patient::Patient;
use crate::pages::case::reasons::{self, Why};
use crate::pages::case::values::{doubts, level_code};
use crate::pages::household::is_danger;
use crate::pages::{FormError, TEXTS};
use crate::store::ReportRecord;

/// What a family can measure at home.
const ASKED: [Vital; 4] = [Vital::Spo2Pct, Vital::TemperatureC, Vital::Pulse, Vital::RespiratoryRate];

/// A number to type on big keys.
pub(super) struct Reading {
    field: NumberField,
    hint: String,
    /// So many figures, the sign included.
    most: u8,
    /// Whether it may have a decimal.
    decimal: bool,
}

#[derive(Template)]
#[template(path = "care_report.html")]
pub(super) struct ReportPage {
    page: Page,
    case_id: String,
    name: String,
    by_family: bool,
    report_id: String,
    readings: Vec<Reading>,
    danger: Vec<Choice>,
    everyday: Vec<Choice>,
    no_symptoms: bool,
    errors: Vec<FormError>,
}

impl ReportPage {
    pub(super) fn new(caller: &Caller, own: &OwnCase, typed: &ReportInput, errors: &[FieldError]) -> Self {
        let mut page = Page::new(caller, &TEXTS, "care-report-title");
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let form = ReportForm::new(&page, typed, errors);
        let (danger, everyday) = form.symptoms.into_iter().partition(|choice| is_danger(choice.code));
        let by = typed.by.as_deref().and_then(Reporter::from_code);
        let is_patient = caller.citizen() == Some(own.case.person_id);
        let today = own.case.opened_at.local_date();
        Self {
            case_id: own.case.id.to_string(),
            name: Patient::new(&page, &own.case, own.person.as_ref(), today).name,
            by_family: by.map_or(!is_patient, |by| by == Reporter::Family),
            report_id: form.id,
            readings: readings(&page, form.numbers),
            danger,
            everyday,
            no_symptoms: form.no_symptoms,
            errors: form.errors,
            page,
        }
    }
}

/// The numbers that a family is asked for, in their order.
fn readings(page: &Page, mut numbers: Vec<NumberField>) -> Vec<Reading> {
    let mut take = |vital: Vital| {
        let at = numbers.iter().position(|number| number.id == vital.code())?;
        let decimal = !vital.is_whole();
        let hint = page.t(&format!("care-hint-{}", vital.code().replace('_', "-")));
        Some(Reading { field: numbers.swap_remove(at), hint, most: if decimal { 4 } else { 3 }, decimal })
    };
    ASKED.into_iter().filter_map(&mut take).collect()
}

#[derive(Template)]
#[template(path = "care_answer.html")]
pub(super) struct AnswerPage {
    page: Page,
    level: &'static str,
    verdict: String,
    advice: String,
    emergency: bool,
    measure_again: bool,
    why: Vec<Why>,
    /// Values that are hardly possible, asked back.
    doubts: Vec<String>,
    case_id: String,
}

impl AnswerPage {
    pub(super) fn new(caller: &Caller, report: &ReportRecord) -> Self {
        let page = Page::new(caller, &TEXTS, "care-answer-title");
        let level = report.level.code();
        let fired: Vec<_> = report.reasons.iter().filter(|reason| reason.level > AlertLevel::None).cloned().collect();
        let again = fired.iter().any(|reason| reason.confirm);
        Self {
            level: level_code(report.level),
            verdict: page.t(&format!("care-answer-{level}")),
            advice: page.t(&format!("care-answer-{level}-note")),
            emergency: report.level == AlertLevel::Emergency,
            // 261 and 4377 ask for a second reading after 30 to 60 seconds.
            measure_again: again && report.level < AlertLevel::Emergency,
            why: reasons::of(&page, &fired),
            doubts: doubts(&page, report),
            case_id: report.case_id.to_string(),
            page,
        }
    }
}

/// An empty form with the id that its report will have, so that sending it twice is one report.
fn fresh(app: &App) -> String {
    ReportId::new(app.platform.now(), &mut app.platform.random()).to_string()
}

/// The case of a citizen; none where nobody signed in or the session is over, and the sign-in comes first.
async fn own(app: &App, caller: &Caller, id: CaseId) -> Result<Option<OwnCase>, Problem> {
    if caller.citizen().is_none() {
        return Ok(None);
    }
    own_cases::own_case(app, caller, id).await.map(Some)
}

fn to_sign_in() -> Response {
    Redirect::to("/care").into_response()
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let Some(own) = own(&app, &caller, id).await? else { return Ok(to_sign_in()) };
    let empty = ReportInput { id: Some(fresh(&app)), ..ReportInput::default() };
    Ok(html(&ReportPage::new(&caller, &own, &empty, &[])))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let Some(own) = own(&app, &caller, id).await? else { return Ok(to_sign_in()) };
    let input = read(pairs);
    match report::take(&app, &caller, id, &input, &body_hash(&input)).await {
        Ok(taken) => Ok(Redirect::to(&format!("/care/reports/{}", taken.report.id)).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            Ok(unprocessable(html(&ReportPage::new(&caller, &own, &input, &problem.errors))))
        }
        Err(problem) => Err(problem),
    }
}

async fn answer(State(app): State<App>, caller: Caller, Id(id): Id<ReportId>) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(to_sign_in());
    }
    let report = app.store.read().await?.report(id).await?.ok_or_else(no_such_case)?;
    own_cases::own_case(&app, &caller, report.case_id).await?;
    Ok(html(&AnswerPage::new(&caller, &report)))
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/care/cases/{id}/report";
    let form = Doc::page("The form of a report, for a citizen who signed in");
    let send = Doc::page("Send a report, as a citizen who signed in").form();
    let answered = Doc::page("What a report means and what to do");
    routes
        .add(Method::GET, PATH, Who::Public, Scope::Own, form, get(show))
        .add(Method::POST, PATH, Who::Public, Scope::Own, send, post(submit))
        .add(Method::GET, "/care/reports/{id}", Who::Public, Scope::Own, answered, get(answer))
}
