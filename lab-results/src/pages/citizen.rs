//! `/r/CODE`: a citizen's result. The link shows nothing personal; a one-time code to the person's own phone opens it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::auth::codes;
use shared_web::auth::session;
use shared_web::caller::Caller;
use shared_web::page::{Page, exact, html};

use super::{FormError, TEXTS, level, method_word, outcome_key, when};
use crate::app::App;
use crate::app::citizen::{self, Linked, Shown};
use crate::domain::result::Status;

/// Where asking for a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Not asked for yet.
    Not,
    /// Sent; the person types it.
    Sent,
    /// There is no phone to send it to.
    NoPhone,
    /// Too many were asked for within the hour.
    TooMany,
}

#[derive(Template)]
#[template(path = "result_code.html")]
pub(super) struct CodePage {
    page: Page,
    path: String,
    asked: Asked,
    pub(super) masked: String,
    errors: Vec<FormError>,
}

#[derive(Template)]
#[template(path = "result_missing.html")]
pub(super) struct MissingPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "result.html")]
pub(super) struct ResultPage {
    page: Page,
    level: &'static str,
    word: String,
    says: String,
    full_name: String,
    birth_year: String,
    test: String,
    specimen: String,
    collected_at: String,
    resulted_at: String,
    lab_name: String,
    accession: String,
    link_code: String,
    seen_at: String,
    note: String,
    advice: Vec<(&'static str, String)>,
    care: bool,
}

impl CodePage {
    pub(super) fn new(caller: &Caller, linked: &Linked, asked: Asked) -> Self {
        Self {
            page: Page::new(caller, &TEXTS, "result-code-title"),
            path: format!("/r/{}", linked.result.link_code),
            asked,
            masked: String::new(),
            errors: Vec::new(),
        }
    }

    pub(super) fn wrong(caller: &Caller, linked: &Linked) -> Self {
        let mut this = Self::new(caller, linked, Asked::Sent);
        this.errors.push(FormError { id: "code", message: this.page.t("result-code-wrong") });
        this.page = this.page.with_errors();
        this
    }
}

/// The picture of each line of advice: there are as many lines as pictures.
fn advice_icons(key: &str) -> &'static [&'static str] {
    match key {
        "detected" => &["home", "thermometer", "siren"],
        "not_detected" => &["clock", "phone"],
        "inconclusive" => &["flask", "home"],
        "invalid" => &["flask", "shield"],
        _ => &["close", "phone"],
    }
}

impl ResultPage {
    pub(super) fn new(caller: &Caller, shown: &Shown, birth_year: Option<i16>, now: Instant) -> Self {
        let page = Page::new(caller, &TEXTS, "result-title");
        let (result, content) = (&shown.result, &shown.result.content);
        let key = outcome_key(result);
        let at = exact(result.updated_at);
        let note = match (content.status, shown.before) {
            (Status::Withdrawn, _) => page.t_with("result-note-withdrawn", &[("at", at.into())]),
            (Status::Corrected, Some(before)) if before == content.outcome => {
                page.t_with("result-note-details", &[("at", at.into())])
            }
            (Status::Corrected, Some(before)) => {
                let before = page.t(&format!("outcome-{}", before.code()));
                page.t_with("result-note-corrected", &[("at", at.into()), ("before", before.into())])
            }
            _ => String::new(),
        };
        let advice =
            (1..).zip(advice_icons(key)).map(|(line, icon)| (*icon, page.t(&format!("result-advice-{key}-{line}"))));
        Self {
            level: level(result),
            word: page.t(&format!("outcome-{key}")),
            says: page.t(&format!("result-says-{key}")),
            full_name: shown.full_name.clone(),
            birth_year: birth_year.map(|year| year.to_string()).unwrap_or_default(),
            test: method_word(&page, content.method),
            specimen: content.specimen_kind.name().get(page.language()).to_owned(),
            collected_at: when(content.collected_at),
            resulted_at: when(content.resulted_at),
            lab_name: shown.lab_name.clone(),
            accession: result.accession.clone(),
            link_code: result.link_code.grouped(),
            seen_at: exact(now),
            note,
            advice: advice.collect(),
            care: key == "detected",
            page,
        }
    }
}

impl MissingPage {
    pub(super) fn new(caller: &Caller) -> Self {
        Self { page: Page::new(caller, &TEXTS, "result-missing-title") }
    }
}

fn missing(caller: &Caller) -> Response {
    let mut response = html(&MissingPage::new(caller));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The page for the person, who proved to be it.
async fn opened(app: &App, caller: &Caller, linked: &Linked) -> Result<ResultPage, Problem> {
    let shown = citizen::show(app, caller, linked).await?;
    let stored = app.store.read().await?.person(linked.person_id).await?;
    let birth_year = stored.and_then(|stored| stored.person.birth).map(|birth| birth.year());
    Ok(ResultPage::new(caller, &shown, birth_year, app.platform.now()))
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    if caller.citizen() != Some(linked.person_id) {
        return Ok(html(&CodePage::new(&caller, &linked, Asked::Not)));
    }
    Ok(html(&opened(&app, &caller, &linked).await?))
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    let (asked, masked, status) = match citizen::ask(&app, &caller, &linked).await? {
        codes::Asked::Sent(masked) => (Asked::Sent, masked, StatusCode::OK),
        codes::Asked::NoPhone => (Asked::NoPhone, String::new(), StatusCode::OK),
        codes::Asked::TooMany => (Asked::TooMany, String::new(), StatusCode::TOO_MANY_REQUESTS),
    };
    let page = CodePage { masked, ..CodePage::new(&caller, &linked, asked) };
    Ok((status, html(&page)).into_response())
}

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: String,
}

pub(super) async fn redeem(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    if caller.citizen() == Some(linked.person_id) {
        // The form sent once more, as by loading the page again: its code is spent, the session lives.
        return Ok(Redirect::to(&format!("/r/{}", linked.result.link_code)).into_response());
    }
    let Some(begun) = citizen::redeem(&app, &caller, &linked, &typed.code).await? else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&CodePage::wrong(&caller, &linked))).into_response());
    };
    let page = opened(&app, &caller, &linked).await?;
    let cookie = AppendHeaders([(header::SET_COOKIE, session::cookie_line(&begun, app.platform.now()))]);
    Ok((cookie, html(&page)).into_response())
}
