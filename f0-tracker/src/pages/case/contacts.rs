//! The contacts of a case, and what each of them does today by the rule of the day.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use shared::ids::CaseId;
use shared::time::Date;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::patient::{about, day};
use crate::App;
use crate::api::READERS;
use crate::app::contacts::{self, Followed};
use crate::app::look;
use crate::domain::follow_up::Today;
use crate::pages::TEXTS;

/// One contact.
struct ContactRow {
    name: String,
    about: String,
    tel: String,
    phone: String,
    near: String,
    last_day: String,
    /// What they do today, in words.
    today: String,
    /// The level of it, for styles.
    level: &'static str,
    quarantine_until: String,
    test_on: String,
    watch_until: String,
    source: String,
    /// Their own case, for its address; empty where there is none.
    case: String,
}

#[derive(Template)]
#[template(path = "case_contacts.html")]
struct ContactsPage {
    page: Page,
    case: String,
    name: String,
    rows: Vec<ContactRow>,
}

fn told(date: Option<Date>) -> String {
    date.map(day).unwrap_or_default()
}

/// What a contact does today: the level for styles, and the words.
pub fn today_of(page: &Page, one: &Followed) -> (&'static str, String) {
    let (level, key) = match one.plan.as_ref().map(|plan| plan.today) {
        _ if one.case.is_some() => ("urgent", "contacts-ill"),
        Some(Today::Quarantine) => ("watch", "contacts-quarantine"),
        Some(Today::Test) => ("urgent", "contacts-test"),
        Some(Today::Watch) => ("unknown", "contacts-watch"),
        Some(Today::Free) => ("well", "contacts-free"),
        None => ("unknown", "contacts-none"),
    };
    (level, page.t(key))
}

impl ContactRow {
    fn new(page: &Page, one: &Followed, today: Date) -> Self {
        let person = one.person.as_ref();
        let phone = person.and_then(|person| person.phone.as_ref());
        let plan = one.plan.as_ref();
        let (level, today_words) = today_of(page, one);
        Self {
            name: person.map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            about: person.map(|person| about(page, person, today)).unwrap_or_default(),
            tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
            phone: phone.map(|phone| phone.national()).unwrap_or_default(),
            near: page.t(&format!("case-near-{}", one.contact.level.code())),
            last_day: told(one.contact.last_day),
            today: today_words,
            level,
            quarantine_until: told(plan.and_then(|plan| plan.quarantine_until)),
            test_on: told(plan.and_then(|plan| plan.test_on)),
            watch_until: told(plan.and_then(|plan| plan.watch_until)),
            source: plan.map(|plan| plan.source.clone()).unwrap_or_default(),
            case: one.case.map(|case| case.to_string()).unwrap_or_default(),
        }
    }
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let followed = contacts::of_case(&app, &caller, id).await?;
    let file = look::case(&app, &caller, id).await?;
    let page = Page::new(&caller, &TEXTS, "contacts-title").work();
    let name = file.person.map(|person| person.full_name.as_str().to_owned());
    let today = app.platform.now().local_date();
    let rows = followed.iter().map(|one| ContactRow::new(&page, one, today)).collect();
    Ok(html(&ContactsPage { case: id.to_string(), name: name.unwrap_or_else(|| page.t("case-nobody")), rows, page }))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    let doc = Doc::page("The contacts of a case, and what each does today by the rule of the day");
    routes.add(Method::GET, "/cases/{id}/contacts", Who::Roles(READERS), Scope::Area, doc, get(show))
}
