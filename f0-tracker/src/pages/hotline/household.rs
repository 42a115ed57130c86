//! One call for all members of a household who are ill.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::PersonId;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use crate::App;
use crate::app::hotline::{self, DESK};
use crate::app::household::{self, Asked};
use crate::app::report;
use crate::domain::act::Disposition;
use crate::domain::act_input::CallInput;
use crate::domain::case::CaseState;
use crate::domain::observation::Reporter;
use crate::pages::TEXTS;
use crate::pages::household::{Again, HouseholdForm, TypedHousehold, all_taken, status};

#[derive(Template)]
#[template(path = "hotline_household.html")]
pub(super) struct CallPage {
    page: Page,
    person: String,
    name: String,
    form: HouseholdForm,
}

impl CallPage {
    fn new(app: &App, caller: &Caller, person: PersonId, asked: &[Asked], again: Option<&Again<'_>>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "hotline-house-title").work();
        let form = HouseholdForm::new(&page, app, asked, Reporter::Family, again);
        if !form.errors.is_empty() {
            page = page.with_errors();
        }
        let name = form.members.first().map(|member| member.name.clone()).unwrap_or_default();
        Self { person: person.to_string(), name, form, page }
    }
}

/// The members of a household who are ill now, the one who was asked for first.
async fn asked(app: &App, caller: &Caller, id: PersonId) -> Result<Vec<Asked>, Problem> {
    let household = hotline::household(app, caller, id).await?;
    let ill = household.members.into_iter().filter_map(|one| {
        let case = one.case.filter(|case| case.state == CaseState::Open)?;
        Some((case, Some(one.person)))
    });
    let asked = household::asked(app, ill.collect()).await?;
    if asked.is_empty() { Err(report::no_such_case()) } else { Ok(asked) }
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<PersonId>) -> Result<Response, Problem> {
    let asked = asked(&app, &caller, id).await?;
    Ok(html(&CallPage::new(&app, &caller, id, &asked, None)))
}

async fn submit(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PersonId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let asked = asked(&app, &caller, id).await?;
    let typed = TypedHousehold::read(pairs);
    let told = typed.told();
    let disposition = Some(Disposition::Reached.code().to_owned());
    let call = CallInput { direction: Some(typed.call.clone()), disposition, ..CallInput::default() };
    let call = (!typed.call.is_empty()).then_some(&call);
    let outcomes = if told.is_empty() { Vec::new() } else { household::report(&app, &caller, told, call).await? };
    if all_taken(&outcomes) {
        return Ok(Redirect::to(&format!("/hotline/people/{id}#house")).into_response());
    }
    let again = Again { typed: &typed, outcomes: &outcomes };
    let mut response = html(&CallPage::new(&app, &caller, id, &asked, Some(&again)));
    *response.status_mut() = status(&outcomes);
    Ok(response)
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    const PATH: &str = "/hotline/people/{id}/household";
    let form = Doc::page("One call for a household: the form for all members who are ill");
    let send = Doc::page("Note the reports of a household that one call told").form();
    routes.add(Method::GET, PATH, Who::Roles(DESK), Scope::Area, form, get(show)).add(
        Method::POST,
        PATH,
        Who::Roles(DESK),
        Scope::Area,
        send,
        post(submit),
    )
}
