//! `/station`: a ward station's work of today, on a phone at the patient's door, on paper, and without a signal.

mod view;
#[cfg(test)]
pub use self::view::samples;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::ids::{ActId, CaseId};
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, html};

use self::view::{Closed, StationView};
use super::TEXTS;
use crate::App;
use crate::app::acts::ADVISERS;
use crate::app::station::{self, STATIONS, StationList};
use crate::app::{act_steps, close_case};
use crate::domain::act::ActStatus;

#[derive(Template)]
#[template(path = "station.html")]
struct StationPage {
    page: Page,
    view: StationView,
    closed: Option<Closed>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    ward: Option<String>,
}

impl StationPage {
    fn new(caller: &Caller, list: &StationList, closed: Option<Closed>, now: Instant) -> Self {
        let page = Page::new(caller, &TEXTS, "station-title").work();
        Self { view: StationView::new(&page, caller, list, now), closed, page }
    }
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let list = station::list(&app, &caller, wanted.ward.as_deref()).await?;
    Ok(html(&StationPage::new(&caller, &list, None, app.platform.now())))
}

/// Ends the cases that were ticked, each by itself, and tells on the same page what became of each.
async fn close(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let ids: Vec<CaseId> =
        pairs.iter().filter(|(name, _)| name == "case_ids").filter_map(|(_, id)| id.parse().ok()).take(200).collect();
    let before = station::list(&app, &caller, wanted.ward.as_deref()).await?;
    let closings = close_case::close_many(&app, &caller, &ids).await;
    let list = station::list(&app, &caller, wanted.ward.as_deref()).await?;
    let closed = Closed::new(&closings, &before, caller.lang());
    Ok(html(&StationPage::new(&caller, &list, Some(closed), app.platform.now())))
}

/// What the form of a step sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    status: String,
    note: String,
}

/// Where a form came from: a path of this host, or the front page.
fn back(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = from.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| format!("/{path}"));
    path.filter(|path| !path.starts_with("//")).unwrap_or_else(|| "/".to_owned())
}

/// Takes a step without script: handed out, accepted, on the way.
async fn step(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ActId>,
    headers: HeaderMap,
    Form(form): Form<Step>,
) -> Result<Response, Problem> {
    let to = ActStatus::from_code(&form.status)
        .ok_or_else(|| Problem::malformed("Không có bước này.", "There is no such step."))?;
    act_steps::advance(&app, &caller, id, to, &form.note).await?;
    Ok(Redirect::to(&back(&headers)).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/station",
            Who::Roles(STATIONS),
            Scope::Area,
            Doc::page("The work of a ward's health station today").query(&["ward"]),
            get(show),
        )
        .add(
            Method::POST,
            "/station/close",
            Who::Roles(STATIONS),
            Scope::Area,
            Doc::page("End the cases that were ticked").query(&["ward"]).form(),
            post(close),
        )
        .add(
            Method::POST,
            "/acts/{id}/step",
            Who::Roles(ADVISERS),
            Scope::Area,
            Doc::page("Take the next step of something that was done for a patient, without script").form(),
            post(step),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::close_case::Closing;
    use crate::app::look::Names;
    use crate::pages::samples;
    use shared::access::Role;
    use shared::bilingual::Lang;

    use super::view::samples::list as sample_list;

    fn rendered(lang: Lang, list: &StationList) -> String {
        let nurse = samples::caller_with(lang, Role::Nurse);
        let closings = vec![Closing { case_id: samples::case().id, result: Err(close_case::ended()) }];
        let closed = Closed::new(&closings, list, lang);
        StationPage::new(&nurse, list, Some(closed), samples::now()).render().unwrap()
    }

    #[test]
    fn it_is_written_in_both_languages_without_a_missing_word() {
        let nobody = StationList {
            ward: None,
            patients: Vec::new(),
            bags: Vec::new(),
            handovers: Vec::new(),
            calls: Vec::new(),
            stock: Vec::new(),
            names: Names::new(),
        };
        for lang in [Lang::Vi, Lang::En] {
            samples::assert_no_key(&rendered(lang, &sample_list()));
            samples::assert_no_key(&rendered(lang, &nobody));
        }
    }

    #[test]
    fn a_patient_stands_in_every_list_that_asks_for_work_with_the_reason() {
        let html = rendered(Lang::Vi, &sample_list());
        for told in ["Nguyễn Thị Hoa", "tel:+84912345678", "data-case=", "12 Lê Lợi", "Túi thuốc A", "Nằm sấp"]
        {
            assert!(html.contains(told), "{told}: {html}");
        }
    }

    #[test]
    fn a_form_leads_back_to_a_path_of_this_host_only() {
        let from = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, text.parse().unwrap());
            back(&headers)
        };
        assert_eq!(from("https://an.example/station?ward=28252"), "/station?ward=28252");
        assert_eq!(from("https://an.example//evil.example"), "/");
        assert_eq!(from("nothing"), "/");
        assert_eq!(back(&HeaderMap::new()), "/");
    }
}
