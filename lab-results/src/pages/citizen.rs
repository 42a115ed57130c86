//! `/r/CODE`: a citizen's result. The link shows nothing personal; a one-time code to the person's own phone opens it.
//! Where several people share the phone, each opens their own result by their birth date.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::auth::codes;
use shared_web::auth::session;
use shared_web::caller::Caller;
use shared_web::context::cookie;
use shared_web::page::{Page, exact};

use super::{FormError, TEXTS, even, level, method_word, outcome_key, when};
use crate::app::App;
use crate::app::citizen::{self, Linked, Shown};
use crate::app::home::{self, Again, HOME_COOKIE, HomeMember, Opened};
use crate::domain::link::LinkCode;
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
    /// The link was sent once more.
    Link,
    /// The link was sent a short while ago.
    LinkTooSoon,
}

#[derive(Template)]
#[template(path = "result_code.html")]
pub(super) struct CodePage {
    page: Page,
    path: String,
    asked: Asked,
    pub(super) masked: String,
    /// The link is older than it is good for.
    pub(super) expired: bool,
    errors: Vec<FormError>,
    help_phone: String,
}

/// A member of the household as the page shows them.
struct MemberRow {
    given_name: String,
    link: String,
    field: String,
    locked: bool,
    error: String,
}

#[derive(Template)]
#[template(path = "result_home.html")]
pub(super) struct HomePage {
    page: Page,
    path: String,
    members: Vec<MemberRow>,
    errors: Vec<FormError>,
    help_phone: String,
}

impl HomePage {
    /// The household of a link; `wrong` is what was wrong with a birth date, and whose it was.
    pub(super) fn new(
        caller: &Caller,
        linked: &Linked,
        members: &[HomeMember],
        wrong: Option<(LinkCode, &Opened)>,
        help_phone: String,
    ) -> Self {
        let mut page = Page::new(caller, &TEXTS, "result-home-title");
        let mut errors = Vec::new();
        let mut rows = Vec::with_capacity(members.len());
        for (place, member) in (1..).zip(members) {
            let field = format!("birth-{place}");
            let said = match wrong {
                Some((link, Opened::Wrong(left))) if link == member.link_code => {
                    page.t_with("result-home-wrong", &[("left", (*left).into())])
                }
                _ => String::new(),
            };
            if !said.is_empty() {
                errors.push(FormError { id: field.clone().into(), message: said.clone() });
            }
            rows.push(MemberRow {
                given_name: member.given_name.clone(),
                link: member.link_code.to_string(),
                field,
                locked: member.locked || !member.has_birth,
                error: said,
            });
        }
        if !errors.is_empty() {
            page = page.with_errors();
        }
        Self { page, path: format!("/r/{}/member", linked.result.link_code), members: rows, errors, help_phone }
    }
}

/// The province's health hotline, where a laboratory told no phone.
const HOTLINE: &str = "1022";

#[derive(Template)]
#[template(path = "result_missing.html")]
pub(super) struct MissingPage {
    page: Page,
    help_phone: &'static str,
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
    slip: String,
    help_phone: String,
    /// Where the results of the others at this phone are; empty where there are none.
    others: String,
}

impl CodePage {
    pub(super) fn new(caller: &Caller, linked: &Linked, asked: Asked, help_phone: String) -> Self {
        Self {
            help_phone,
            page: Page::new(caller, &TEXTS, "result-code-title"),
            path: format!("/r/{}", linked.result.link_code),
            asked,
            masked: String::new(),
            expired: false,
            errors: Vec::new(),
        }
    }

    pub(super) fn wrong(caller: &Caller, linked: &Linked, help_phone: String) -> Self {
        let mut this = Self::new(caller, linked, Asked::Sent, help_phone);
        this.errors.push(FormError { id: "code".into(), message: this.page.t("result-code-wrong") });
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
            says: match (key, shown.pooled) {
                ("not_detected", true) => page.t("result-says-pooled"),
                _ => page.t(&format!("result-says-{key}")),
            },
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
            slip: format!("/r/{}/slip.pdf", result.link_code),
            others: if shown.shared_phone { format!("/r/{}?all=1", result.link_code) } else { String::new() },
            help_phone: shown.help_phone.clone().unwrap_or_else(|| HOTLINE.to_owned()),
            page,
        }
    }
}

impl MissingPage {
    pub(super) fn new(caller: &Caller) -> Self {
        Self { page: Page::new(caller, &TEXTS, "result-missing-title"), help_phone: HOTLINE }
    }
}

pub(super) fn missing(caller: &Caller) -> Response {
    let mut response = even(&MissingPage::new(caller));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The page for the person, who proved to be it.
pub(super) async fn opened(app: &App, caller: &Caller, linked: &Linked) -> Result<ResultPage, Problem> {
    let shown = citizen::show(app, caller, linked).await?;
    let stored = app.store.read().await?.person(linked.person_id).await?;
    let birth_year = stored.and_then(|stored| stored.person.birth).map(|birth| birth.year());
    Ok(ResultPage::new(caller, &shown, birth_year, app.platform.now()))
}

/// Whether the whole household is asked for, by somebody who sees their own result.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    all: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    if caller.citizen() == Some(linked.person_id) && wanted.all.is_empty() {
        return Ok(even(&opened(&app, &caller, &linked).await?));
    }
    let now = app.platform.now();
    let mut tx = app.store.read().await?;
    let members = home::members(tx.as_mut(), &linked, now).await?;
    let expired = home::good_until(tx.as_mut(), &linked.result).await? < now;
    drop(tx);
    let help = help_phone(&app, &linked).await?;
    if members.len() > 1 && home::is_in(&app, cookie(&headers, HOME_COOKIE), &members).await? {
        return Ok(even(&HomePage::new(&caller, &linked, &members, None, help)));
    }
    Ok(even(&CodePage { expired, ..CodePage::new(&caller, &linked, Asked::Not, help) }))
}

/// The phone of the site or of the laboratory, or the hotline where neither told one.
async fn help_phone(app: &App, linked: &Linked) -> Result<String, Problem> {
    let phone = citizen::help_phone(app.store.read().await?.as_mut(), linked).await?;
    Ok(phone.unwrap_or_else(|| HOTLINE.to_owned()))
}

#[derive(Deserialize)]
pub(super) struct Birth {
    #[serde(default)]
    member: String,
    #[serde(default)]
    birth: String,
}

pub(super) async fn member(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    headers: HeaderMap,
    Form(typed): Form<Birth>,
) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    let now = app.platform.now();
    let members = home::members(app.store.read().await?.as_mut(), &linked, now).await?;
    if !home::is_in(&app, cookie(&headers, HOME_COOKIE), &members).await? {
        return Ok(Redirect::to(&format!("/r/{}", linked.result.link_code)).into_response());
    }
    let wanted = typed.member.parse::<LinkCode>().ok();
    let Some(chosen) = members.iter().find(|member| Some(member.link_code) == wanted) else {
        return Ok(missing(&caller));
    };
    let opened = home::open(&app, &caller, chosen, &typed.birth).await?;
    if let Opened::Right(begun) = &opened {
        let cookie = AppendHeaders([(header::SET_COOKIE, session::cookie_line(begun, now))]);
        return Ok((cookie, Redirect::to(&format!("/r/{}", chosen.link_code))).into_response());
    }
    let link = chosen.link_code;
    let members = home::members(app.store.read().await?.as_mut(), &linked, now).await?;
    let help = help_phone(&app, &linked).await?;
    let page = HomePage::new(&caller, &linked, &members, Some((link, &opened)), help);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, even(&page)).into_response())
}

pub(super) async fn ask(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    let (asked, masked, status) = match citizen::ask(&app, &caller, &linked).await? {
        codes::Asked::Sent(masked) => (Asked::Sent, masked, StatusCode::OK),
        codes::Asked::NoPhone => (Asked::NoPhone, String::new(), StatusCode::OK),
        codes::Asked::TooMany => (Asked::TooMany, String::new(), StatusCode::TOO_MANY_REQUESTS),
    };
    let help = help_phone(&app, &linked).await?;
    let page = CodePage { masked, ..CodePage::new(&caller, &linked, asked, help) };
    Ok((status, even(&page)).into_response())
}

/// Sends the link once more to the phone of whoever it is about.
pub(super) async fn again(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let Some(linked) = citizen::linked(&app, &code).await? else { return Ok(missing(&caller)) };
    let (asked, masked, status) = match home::again(&app, &caller, &linked.result).await? {
        Again::Sent(masked) => (Asked::Link, masked, StatusCode::OK),
        Again::NoPhone => (Asked::NoPhone, String::new(), StatusCode::OK),
        Again::TooSoon => (Asked::LinkTooSoon, String::new(), StatusCode::TOO_MANY_REQUESTS),
    };
    let help = help_phone(&app, &linked).await?;
    let page = CodePage { masked, ..CodePage::new(&caller, &linked, asked, help) };
    Ok((status, even(&page)).into_response())
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
    let Some(begun) = citizen::redeem(&app, &caller, &linked, &typed.code).await? else {
        if caller.citizen() == Some(linked.person_id) {
            // The form sent once more, as by loading the page again: its code is spent, the session lives.
            return Ok(Redirect::to(&format!("/r/{}", linked.result.link_code)).into_response());
        }
        let help = help_phone(&app, &linked).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, even(&CodePage::wrong(&caller, &linked, help))).into_response());
    };
    let members = home::members(app.store.read().await?.as_mut(), &linked, app.platform.now()).await?;
    if members.len() > 1 {
        let token = home::let_in(&app, &begun, linked.person_id).await?;
        let cookie = AppendHeaders([(header::SET_COOKIE, home::cookie_line(&token))]);
        let help = help_phone(&app, &linked).await?;
        return Ok((cookie, even(&HomePage::new(&caller, &linked, &members, None, help))).into_response());
    }
    let page = opened(&app, &caller, &linked).await?;
    let cookie = AppendHeaders([(header::SET_COOKIE, session::cookie_line(&begun, app.platform.now()))]);
    Ok((cookie, even(&page)).into_response())
}
