//! `/duties`: who is on duty, now and in the coming week, and how many alerts are in whose hands.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::access::{AreaScope, Role};
use shared::ids::{AccountId, DutyId};
use shared::time::{Date, Instant, hours};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, exact, html};

use super::TEXTS;
use super::case::patient::place;
use super::typed::{Pick, TypedForm};
use crate::App;
use crate::api::body_hash;
use crate::app::duties::{self, ROSTER, Roster};
use crate::domain::duty::{Duty, DutyInput};
use crate::domain::entry::with_offset;

/// A shift of the form lasts so long where nobody says otherwise.
const USUAL_HOURS: i64 = 8;

/// One stretch of duty.
struct DutyRow {
    id: String,
    name: String,
    role: String,
    area: String,
    from: String,
    to: String,
    /// Whether it holds now.
    now: bool,
    alerts: i64,
    /// Whether the reader may end it.
    may_end: bool,
}

#[derive(Template)]
#[template(path = "duties.html")]
struct DutiesPage {
    page: Page,
    rows: Vec<DutyRow>,
    form: TypedForm,
    accounts: Vec<Pick>,
    roles: Vec<Pick>,
    /// The areas within the reader's own, the largest first.
    areas: Vec<Pick>,
}

/// The area of the reader's duty, and the districts and wards within it.
fn areas(caller: &Caller, today: Date) -> Vec<Pick> {
    let Some(area) = caller.account().map(|account| &account.area) else { return Vec::new() };
    let mut picks = vec![Pick::new(area.code(), area_name(area))];
    if let AreaScope::Province(code) = area {
        let districts = shared::area::districts_of_province(code, shared::area::FIRST_DAY);
        picks.extend(districts.into_iter().map(|one| Pick::new(one.code, one.name)));
    }
    let wards = super::board::wards(caller, today).into_iter();
    picks.extend(wards.map(|code| Pick::new(code, place(code))));
    picks
}

/// An area in words.
fn area_name(area: &AreaScope) -> String {
    match area {
        AreaScope::Ward(code) => place(code),
        AreaScope::District(code) => shared::area::district(code, shared::area::FIRST_DAY)
            .map_or_else(|| code.clone(), |one| one.name.to_owned()),
        AreaScope::Province(code) => shared::area::province(code, shared::area::FIRST_DAY)
            .map_or_else(|| code.clone(), |one| one.name.to_owned()),
    }
}

const ROLES: [Role; 3] = [Role::Doctor, Role::Nurse, Role::Officer];

fn local(at: Instant) -> String {
    at.local().strftime("%Y-%m-%dT%H:%M").to_string()
}

fn rows(page: &Page, caller: &Caller, roster: &Roster, load: impl Fn(AccountId) -> i64, now: Instant) -> Vec<DutyRow> {
    let mine = caller.account().map(|account| &account.area);
    let row = |duty: &Duty| DutyRow {
        id: duty.id.to_string(),
        name: roster.names.get(&duty.account).cloned().unwrap_or_default(),
        role: page.t(&format!("role-{}", duty.role.code())),
        area: area_name(&duty.area),
        from: exact(duty.from),
        to: exact(duty.to),
        now: duty.from <= now && now < duty.to,
        alerts: load(duty.account),
        may_end: mine.is_some_and(|mine| duties::within(mine, &duty.area, now.local_date())),
    };
    roster.duties.iter().map(row).collect()
}

async fn page_of(app: &App, caller: &Caller, form: TypedForm) -> Result<Response, Problem> {
    let now = app.platform.now();
    let mut page = Page::new(caller, &TEXTS, "duties-title").work();
    let wrong = !form.errors.is_empty();
    if wrong {
        page = page.with_errors();
    }
    let roster = duties::list(app, caller, None, None).await?;
    let ids: Vec<AccountId> = roster.duties.iter().map(|duty| duty.account).collect();
    let loads = duties::loads(app, &ids).await?;
    let accounts = duties::may_serve(app, caller).await?;
    let rows = rows(&page, caller, &roster, |id| loads.get(&id).copied().unwrap_or(0), now);
    let account = |(code, name): (String, String)| Pick::new(code, name);
    let roles = ROLES.map(|role| Pick::new(role.code(), page.t(&format!("role-{}", role.code()))));
    let accounts = accounts.into_iter().map(account).collect();
    let areas = areas(caller, now.local_date());
    let mut response = html(&DutiesPage { rows, form, accounts, roles: roles.into(), areas, page });
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let now = app.platform.now();
    let id = DutyId::new(now, &mut app.platform.random()).to_string();
    let area = caller.account().map(|account| account.area.code().to_owned()).unwrap_or_default();
    let form = TypedForm::of([
        ("id", id),
        ("area_code", area),
        ("from", local(now)),
        ("to", local(now.plus(hours(USUAL_HOURS)))),
    ]);
    page_of(&app, &caller, form).await
}

async fn set(
    State(app): State<App>,
    caller: Caller,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = TypedForm::read(pairs);
    let input = DutyInput {
        id: form.given("id"),
        account: form.given("account"),
        role: form.given("role"),
        area_code: form.given("area_code"),
        from: with_offset(form.given("from")),
        to: with_offset(form.given("to")),
    };
    match duties::set(&app, &caller, &input, &body_hash(&input)).await {
        Ok(_) => Ok(Redirect::to("/duties").into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            page_of(&app, &caller, form.wrong(caller.lang(), &problem.errors, str::to_owned)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn end(State(app): State<App>, caller: Caller, Id(id): Id<DutyId>) -> Result<Response, Problem> {
    duties::end(&app, &caller, id).await?;
    Ok(Redirect::to("/duties").into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let who = Who::Roles(ROSTER);
    let add = Doc::page("Put somebody on duty").form();
    routes
        .add(Method::GET, "/duties", who, Scope::Area, Doc::page("Who is on duty"), get(show))
        .add(Method::POST, "/duties", who, Scope::Area, add, post(set))
        .add(Method::POST, "/duties/{id}/end", who, Scope::Area, Doc::page("End a duty").form(), post(end))
}
