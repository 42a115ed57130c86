//! Taking a patient in: what is asked, whether home is the place and why, and who the doctor is.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::CaseId;
use shared::person::PersonInput;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::patient::{Patient, day};
use crate::App;
use crate::api::KEEPERS;
use crate::app::intake::{self, Intake};
use crate::app::look;
use crate::domain::condition::Condition;
use crate::domain::eligibility::Verdict;
use crate::domain::entry::NumberInput;
use crate::domain::intake::IntakeInput;
use crate::pages::TEXTS;
use crate::pages::typed::{Pick, TypedForm, answer};
use crate::store::CaseRecord;

/// How many further members of the household the form has room for.
const ROWS: usize = 3;

/// A criterion of the decision.
struct Criterion {
    text: String,
    /// `well`, `urgent`, `unknown`.
    level: &'static str,
    label: String,
}

/// What was decided.
struct Decided {
    level: &'static str,
    verdict: String,
    source: String,
    criteria: Vec<Criterion>,
    risk: String,
    risk_reasons: Vec<String>,
    doctor: String,
}

#[derive(Template)]
#[template(path = "case_intake.html")]
struct IntakePage {
    page: Page,
    case: String,
    patient: Patient,
    form: TypedForm,
    conditions: Vec<Pick>,
    doctors: Vec<Pick>,
    rows: Vec<usize>,
    decided: Option<Decided>,
    /// The last dose, where it is known, in words.
    last_dose: String,
}

impl IntakePage {
    /// The questions that are answered by yes or no.
    fn answers(&self) -> [(&'static str, String); 5] {
        ["pregnant", "stable", "self_care", "reachable", "has_carer"]
            .map(|name| (name, self.page.t(&format!("intake-{}", name.replace('_', "-")))))
    }
}

impl Decided {
    fn new(page: &Page, intake: &Intake) -> Self {
        let lang = page.language();
        let decision = &intake.record.decision;
        let (level, key) = match decision.verdict {
            Verdict::May => ("well", "intake-may"),
            Verdict::MayNot => ("urgent", "intake-may-not"),
            Verdict::Unknown => ("unknown", "intake-unknown"),
        };
        let criteria = decision.criteria.iter().map(|one| {
            let (level, key) = match one.met {
                Some(true) => ("well", "intake-met"),
                Some(false) => ("urgent", "intake-not-met"),
                None => ("unknown", "intake-not-known"),
            };
            Criterion { text: one.text.get(lang).to_owned(), level, label: page.t(key) }
        });
        Self {
            level,
            verdict: page.t(key),
            source: decision.source.clone(),
            criteria: criteria.collect(),
            risk: page.t(&format!("case-risk-{}", intake.case.risk.code())),
            risk_reasons: intake.risk_reasons.iter().map(|why| why.get(lang).to_owned()).collect(),
            doctor: intake.doctor.clone().unwrap_or_default(),
        }
    }
}

/// The form with what is known.
fn known(case: &CaseRecord, intake: Option<&Intake>) -> TypedForm {
    let record = intake.map(|intake| &intake.record);
    let of = |read: fn(&crate::store::IntakeRecord) -> Option<bool>| answer(record.and_then(read)).to_owned();
    let asked = record.is_some_and(|record| record.conditions_asked) && case.conditions.is_empty();
    let mut pairs: Vec<(String, String)> = [
        ("vaccine_doses", case.vaccine_doses.map(|doses| doses.to_string()).unwrap_or_default()),
        ("last_dose_on", record.and_then(|record| record.last_dose_on).map(|day| day.to_string()).unwrap_or_default()),
        ("pregnant", answer(case.pregnant).to_owned()),
        ("stable", of(|record| record.stable)),
        ("self_care", of(|record| record.self_care)),
        ("reachable", of(|record| record.reachable)),
        ("has_carer", of(|record| record.has_carer)),
        ("no_conditions", if asked { "1".to_owned() } else { String::new() }),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    pairs.extend(case.conditions.iter().map(|one| ("conditions".to_owned(), one.code().to_owned())));
    TypedForm::read(pairs)
}

async fn page_of(app: &App, caller: &Caller, id: CaseId, typed: Option<TypedForm>) -> Result<Response, Problem> {
    let file = look::case(app, caller, id).await?;
    let intake = match intake::read(app, caller, id).await {
        Ok(intake) => Some(intake),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => None,
        Err(problem) => return Err(problem),
    };
    let mut page = Page::new(caller, &TEXTS, "intake-title").work();
    let form = typed.unwrap_or_else(|| known(&file.case, intake.as_ref()));
    let wrong = !form.errors.is_empty();
    if wrong {
        page = page.with_errors();
    }
    let lang = page.language();
    let conditions = Condition::ALL.map(|one| Pick::new(one.code(), one.name().get(lang)));
    let doctors = look::doctors(app).await?.into_iter().map(|(id, name)| Pick::new(id.to_string(), name));
    let last_dose = intake.as_ref().and_then(|intake| intake.record.last_dose_on).map(day).unwrap_or_default();
    let page = IntakePage {
        case: id.to_string(),
        patient: Patient::new(&page, &file.case, file.person.as_ref(), app.platform.now().local_date()),
        form,
        conditions: conditions.into(),
        doctors: doctors.collect(),
        rows: (0..ROWS).collect(),
        decided: intake.as_ref().map(|intake| Decided::new(&page, intake)),
        last_dose,
        page,
    };
    let mut response = html(&page);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    page_of(&app, &caller, id, None).await
}

/// Somebody of the household, where a name was typed.
fn person(form: &TypedForm, prefix: &str) -> Option<PersonInput> {
    let of = |name: &str| form.given(&format!("{prefix}-{name}"));
    let full_name = of("full_name")?;
    Some(PersonInput {
        full_name: Some(full_name),
        birth_date: of("birth_date"),
        phone: of("phone"),
        ..PersonInput::default()
    })
}

fn input_of(form: &TypedForm) -> IntakeInput {
    let ticked = form.all("conditions");
    let asked = form.is("no_conditions", "1") || !ticked.is_empty();
    let household = (0..ROWS).filter_map(|n| person(form, &format!("household-{n}")));
    IntakeInput {
        conditions: asked.then_some(ticked),
        stable: form.answer("stable"),
        vaccine_doses: form.given("vaccine_doses").map(NumberInput::Text),
        last_dose_on: form.given("last_dose_on"),
        pregnant: form.answer("pregnant"),
        self_care: form.answer("self_care"),
        reachable: form.answer("reachable"),
        carer: person(form, "carer"),
        has_carer: form.answer("has_carer"),
        household: household.collect(),
        doctor: form.given("doctor"),
    }
}

/// The id of the field that a pointer is about.
fn field_of(pointer: &str) -> String {
    let name = pointer.replace('/', "-");
    match name.split('-').next() {
        Some("conditions") => "conditions".to_owned(),
        Some("carer" | "household") => name.replace("birth_year", "birth_date"),
        _ => name,
    }
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = TypedForm::read(pairs);
    match intake::take(&app, &caller, id, &input_of(&form)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}/intake")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let form = form.wrong(caller.lang(), &problem.errors, field_of);
            page_of(&app, &caller, id, Some(form)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/cases/{id}/intake";
    let who = Who::Roles(KEEPERS);
    let form = Doc::page("Taking a patient in: what is asked, and what was decided with its reasons");
    let send = Doc::page("Take a patient in; shows the form with its errors, or the decision").form();
    routes.add(Method::GET, PATH, who, Scope::Area, form, get(show)).add(
        Method::POST,
        PATH,
        who,
        Scope::Area,
        send,
        post(take),
    )
}
