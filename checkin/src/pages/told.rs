//! The page of those whom no message reached, for the station that goes and tells them.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::area;
use shared::ids::{CaseId, PersonId};
use shared::time::Instant;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, html};
use shared_web::problem::Problem;

use super::exposures::{Moment, badge, moment, written, year};
use super::form::{Pairs, given};
use super::texts;
use crate::App;
use crate::api::told::TELLERS;
use crate::app::told::{self, NearView, UntoldList, UntoldView};
use crate::domain::told::ToldInput;

struct Line {
    person: PersonId,
    name: String,
    year: String,
    phone: String,
    tel: String,
    address: String,
    why: String,
    taken_back: bool,
    since: Moment,
    level: &'static str,
    level_label: String,
    near: Vec<String>,
}

#[derive(Template)]
#[template(path = "untold.html")]
struct UntoldPage {
    page: Page,
    total: usize,
    lines: Vec<Line>,
}

impl UntoldPage {
    fn new(caller: &Caller, list: &UntoldList, now: Instant) -> Self {
        let page = Page::new(caller, texts(), "checkin-untold-title").work();
        let lines = list.people.iter().map(|untold| line(&page, untold, now)).collect();
        Self { lines, total: list.total, page }
    }
}

fn line(page: &Page, untold: &UntoldView, now: Instant) -> Line {
    let person = &untold.person;
    let ward = person.ward_code.as_ref().and_then(|code| area::ward_any(code.as_str()));
    let address: Vec<String> = person.address.iter().cloned().chain(ward.map(area::Unit::label)).collect();
    let near = |near: &NearView| {
        let level = page.t(&format!("checkin-level-{}", near.level.code()));
        format!("{}, {}: {level}", near.venue, written(near.day))
    };
    // How near it was is no measure of a visit that tells somebody that it was not so.
    let nearest = untold.near.first().map(|near| near.level).filter(|_| !untold.taken_back);
    Line {
        person: person.id,
        name: person.full_name.to_string(),
        year: year(person),
        phone: person.phone.as_ref().map(|phone| phone.national()).unwrap_or_default(),
        tel: person.phone.as_ref().map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
        address: address.join(", "),
        why: page.t(&format!("checkin-untold-{}", untold.why.code())),
        taken_back: untold.taken_back,
        since: moment(page, untold.since, now),
        level: nearest.map(badge).unwrap_or_default(),
        level_label: nearest.map(|level| page.t(&format!("checkin-level-{}", level.code()))).unwrap_or_default(),
        near: untold.near.iter().map(near).collect(),
    }
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let list = told::untold(&app, &caller).await?;
    Ok(html(&UntoldPage::new(&caller, &list, app.platform.now())))
}

/// Back to the cluster where somebody was noted as told of one case, otherwise to the list.
async fn tell(State(app): State<App>, caller: Caller, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    let text = |name| given(&pairs, name);
    let input = ToldInput { person_id: text("person_id"), case_id: text("case_id"), how: text("how") };
    told::tell(&app, &caller, &input).await?;
    let case = input.case_id.and_then(|id| id.parse::<CaseId>().ok());
    let back = match case {
        Some(case) => format!("/exposures?case_id={case}#contacts-title"),
        None => "/exposures/untold".to_owned(),
    };
    Ok(Redirect::to(&back).into_response())
}

pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let (tellers, area) = (Who::Roles(TELLERS), Scope::Area);
    let list = Doc::page("Those of the area whom no message reached and whom nobody told by word of mouth");
    routes.add(Method::GET, "/exposures/untold", tellers, area, list, get(show)).add(
        Method::POST,
        "/exposures/told",
        tellers,
        area,
        Doc::page("Note that somebody was told by word of mouth").form(),
        post(tell),
    )
}
