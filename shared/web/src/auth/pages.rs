//! The sign-in page.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::access::{Account, Role};
use shared_store::people::SessionKind;

use crate::access::{Doc, Routes, Scope, Who};
use crate::auth::session::{self, Begun, SignIn};
use crate::auth::ticket;
use crate::caller::{Caller, SESSION_COOKIE};
use crate::context::cookie;
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;
use crate::problem::Problem;

/// The demo accounts in the order in which the page lists them.
pub const DEMO_ACCOUNTS: [&str; 9] =
    ["doctor", "doctor2", "nurse", "lab", "officer", "venue", "sampler", "hotline", "admin"];

struct FormError {
    id: &'static str,
    message: String,
}

struct DemoAccount {
    username: &'static str,
    role: String,
    first: String,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    username: String,
    next: String,
    errors: Vec<FormError>,
    /// Whose password was right, until the code comes; empty before.
    ticket: String,
    demo_accounts: Vec<DemoAccount>,
}

/// What the page says of what was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Wrong,
    CodeWrong,
    /// The ticket is over: name and password again.
    TooLate,
}

impl Said {
    /// The field at fault, and the key of what is said.
    const fn fault(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Nothing => None,
            Self::Wrong => Some(("username", "login-wrong")),
            Self::CodeWrong => Some(("totp", "login-totp-wrong")),
            Self::TooLate => Some(("username", "login-totp-late")),
        }
    }
}

impl LoginPage {
    fn new(caller: &Caller, username: String, next: String, said: Said) -> Self {
        let mut page = Page::new(caller, i18n::shell(), "login-title");
        let mut errors = Vec::new();
        if let Some((id, key)) = said.fault() {
            errors.push(FormError { id, message: page.t(key) });
            page = page.with_errors();
        }
        let names: &[&'static str] = if caller.context.demo { &DEMO_ACCOUNTS } else { &[] };
        let demo_accounts = names
            .iter()
            .map(|&username| DemoAccount {
                username,
                role: page.t(&format!("login-demo-{username}")),
                first: page.t(&format!("login-demo-{username}-first")),
            })
            .collect();
        Self { page, username, next, errors, ticket: String::new(), demo_accounts }
    }

    /// The page that asks for a code.
    fn with_ticket(self, ticket: String) -> Self {
        Self { ticket, demo_accounts: Vec::new(), ..self }
    }
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show(caller: Caller, Query(query): Query<Next>) -> Response {
    html(&LoginPage::new(&caller, String::new(), query.next, Said::Nothing))
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    totp: String,
}

/// What became of the form, by name and password or by ticket and code.
async fn signed_in(platform: &Platform, caller: &Caller, fields: &Fields) -> Result<Option<SignIn>, Problem> {
    let kind = SessionKind::Cookie;
    if fields.ticket.is_empty() {
        let (username, password) = (fields.username.trim(), &fields.password);
        return Ok(Some(session::sign_in(platform, caller, username, password, None, kind).await?));
    }
    match ticket::read(platform, &fields.ticket) {
        Some(account) => Ok(Some(session::go_on(platform, caller, account, &fields.totp, kind).await?)),
        None => Ok(None),
    }
}

async fn submit(
    State(platform): State<Platform>,
    caller: Caller,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let signed_in = signed_in(&platform, &caller, &fields).await?;
    let Fields { username, next, ticket: before, .. } = fields;
    let username = username.trim().to_owned();
    let (said, account) = match signed_in {
        Some(SignIn::Begun(begun, account)) => {
            return welcome(&platform, &caller, &headers, &begun, &account, &next).await;
        }
        Some(SignIn::CodeMissing(account)) if before.is_empty() => (Said::Nothing, Some(account)),
        Some(SignIn::CodeMissing(account) | SignIn::CodeWrong(account)) => (Said::CodeWrong, Some(account)),
        Some(SignIn::Refused) => (Said::Wrong, None),
        None => (Said::TooLate, None),
    };
    let mut page = LoginPage::new(&caller, username, next, said);
    if let Some(account) = account {
        page = page.with_ticket(ticket::issue(&platform, account));
    }
    let mut response = html(&page);
    if said != Said::Nothing {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Leads somebody who has just signed in to where their work begins.
async fn welcome(
    platform: &Platform,
    caller: &Caller,
    headers: &HeaderMap,
    begun: &Begun,
    account: &Account,
    next: &str,
) -> Result<Response, Problem> {
    // Whoever signs in as somebody else leaves the session before behind: it must not live on in another tab's cookie.
    end_own_session(platform, caller, headers).await?;
    let target = safe_target(next).unwrap_or_else(|| first_page(account));
    let set = AppendHeaders([(header::SET_COOKIE, session::cookie_line(begun, platform.now()))]);
    Ok((set, Redirect::to(target)).into_response())
}

/// Only a path of this site: an address elsewhere would make the sign-in page send people away. Browsers drop tabs and line
/// breaks from an address and read `\` as `/`, so that nothing but plain characters may stand in it.
fn safe_target(next: &str) -> Option<&str> {
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let ours = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/login");
    (plain && ours).then_some(next)
}

/// Where an account's work begins.
fn first_page(account: &Account) -> &'static str {
    let places = [
        (Role::Doctor, "/board"),
        (Role::Nurse, "/station"),
        (Role::Lab, "/lab"),
        (Role::Sampler, "/sampling"),
        (Role::Officer, "/dashboard"),
        (Role::Venue, "/venue"),
        (Role::Hotline, "/hotline"),
        (Role::Admin, "/operations"),
    ];
    places.into_iter().find(|(role, _)| account.has(*role)).map_or("/", |(_, path)| path)
}

/// Ends the session of the browser's cookie, where it has one that lives.
async fn end_own_session(platform: &Platform, caller: &Caller, headers: &HeaderMap) -> Result<(), Problem> {
    let signed_in = caller.account().is_some() || caller.citizen().is_some();
    match cookie(headers, SESSION_COOKIE).filter(|_| signed_in) {
        Some(token) => Ok(session::sign_out(platform, caller, token).await?),
        None => Ok(()),
    }
}

async fn sign_out(State(platform): State<Platform>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    end_own_session(&platform, &caller, &headers).await?;
    let clear = AppendHeaders([(header::SET_COOKIE, session::clearing_cookie_line())]);
    Ok((clear, Redirect::to("/")).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes
        .add(Method::GET, "/login", Who::Public, Scope::None, Doc::page("Sign-in page"), get(show))
        .add(
            Method::POST,
            "/login",
            Who::Public,
            Scope::None,
            Doc::page("Sign in; sets the session cookie").form(),
            post(submit),
        )
        .add(Method::POST, "/logout", Who::Public, Scope::Own, Doc::page("End the session"), post(sign_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_only_to_our_own_pages() {
        assert_eq!(safe_target("/board?x=1"), Some("/board?x=1"));
        let foreign = [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\r\nSet-Cookie: a=b",
            "/bảng",
            "",
            "/login?next=/login",
        ];
        for foreign in foreign {
            assert_eq!(safe_target(foreign), None, "{foreign:?}");
        }
    }
}
