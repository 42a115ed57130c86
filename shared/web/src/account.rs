//! `/account`: what an account is, and its second factor turned on and off.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;
use shared::access::{Account, AreaScope, Role};
use shared_store::SharedWrite;

use crate::access::{Doc, Routes, Scope, Who};
use crate::auth::second_factor::{self, Checked};
use crate::caller::Caller;
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::symbol::{Level, Symbol};

/// An area in words, by the units of 2022.
pub(crate) fn area_name(area: &AreaScope) -> String {
    let first = shared::area::FIRST_DAY;
    let name = match area {
        AreaScope::Province(code) => shared::area::province(code, first).map(|p| p.name.to_owned()),
        AreaScope::District(code) => shared::area::district(code, first).map(|d| d.name.to_owned()),
        AreaScope::Ward(code) => shared::area::ward_any(code).map(|unit| unit.label()),
    };
    name.unwrap_or_else(|| area.code().to_owned())
}

/// Roles in words.
pub(crate) fn role_names(page: &Page, roles: &[Role]) -> String {
    let names: Vec<String> = roles.iter().map(|role| page.t(&format!("role-{}", role.code()))).collect();
    names.join(", ")
}

/// Where the second factor of an account stands.
enum Factor {
    Off,
    /// A secret is told; it counts once a code of it was right.
    Begun {
        modules: usize,
        path: String,
        letters: String,
    },
    On,
}

struct FormError {
    id: &'static str,
    message: String,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    page: Page,
    name: String,
    username: String,
    roles: String,
    area: String,
    factor: Factor,
    errors: Vec<FormError>,
}

async fn factor(tx: &mut dyn SharedWrite, account: &Account) -> Result<Factor, Problem> {
    let Some(found) = tx.second_factor(account.id).await? else { return Ok(Factor::Off) };
    if found.confirmed {
        return Ok(Factor::On);
    }
    let told = second_factor::told(&found.secret, &account.username);
    // A screen is clean and flat: the lowest level keeps the modules large.
    let symbol = Symbol::new(&told.link, Level::L).map_err(|_| Problem::internal())?;
    Ok(Factor::Begun { modules: symbol.width(), path: symbol.path(), letters: told.letters })
}

async fn shown(platform: &Platform, caller: &Caller, wrong: bool) -> Result<Response, Problem> {
    let account = caller.require_account()?.clone();
    let mut tx = platform.shared.write().await?;
    let factor = factor(tx.as_mut(), &account).await?;
    drop(tx);
    let mut page = Page::new(caller, i18n::shell(), "account-title");
    let mut errors = Vec::new();
    if wrong {
        errors.push(FormError { id: "code", message: page.t("account-factor-wrong") });
        page = page.with_errors();
    }
    let (roles, area) = (role_names(&page, &account.roles), area_name(&account.area));
    let (name, username) = (account.display_name, account.username);
    let mut response = html(&AccountPage { page, name, username, roles, area, factor, errors });
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn show(State(platform): State<Platform>, caller: Caller) -> Result<Response, Problem> {
    shown(&platform, &caller, false).await
}

fn back() -> Response {
    Redirect::to("/account").into_response()
}

async fn noted(
    mut tx: Box<dyn SharedWrite>,
    platform: &Platform,
    caller: &Caller,
    account: &Account,
    action: &'static str,
) -> Result<(), Problem> {
    let entry = caller.audit("auth", action, Some(format!("account:{}", account.id)), json!({}));
    tx.audit(&entry, platform.now(), &mut platform.random()).await?;
    Ok(tx.commit().await?)
}

async fn begin(State(platform): State<Platform>, caller: Caller) -> Result<Response, Problem> {
    let account = caller.require_account()?.clone();
    let mut tx = platform.shared.write().await?;
    if second_factor::begin(tx.as_mut(), &platform, account.id).await? {
        noted(tx, &platform, &caller, &account, "second_factor.begin").await?;
    }
    Ok(back())
}

/// Gives up a factor that was begun; one that is on needs a code to end.
async fn cancel(State(platform): State<Platform>, caller: Caller) -> Result<Response, Problem> {
    let account = caller.require_account()?.clone();
    let mut tx = platform.shared.write().await?;
    let begun = tx.second_factor(account.id).await?.is_some_and(|factor| !factor.confirmed);
    if begun && tx.remove_second_factor(account.id).await? {
        noted(tx, &platform, &caller, &account, "second_factor.cancel").await?;
    }
    Ok(back())
}

#[derive(Deserialize)]
struct Code {
    #[serde(default)]
    code: String,
}

/// Which step a code is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Confirm,
    End,
}

async fn with_code(platform: &Platform, caller: &Caller, code: &str, step: Step) -> Result<Response, Problem> {
    let account = caller.require_account()?.clone();
    let mut tx = platform.shared.write().await?;
    let factor = tx.second_factor(account.id).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed == (step == Step::End)) else { return Ok(back()) };
    let checked = second_factor::try_code(tx.as_mut(), account.id, &factor, Some(code), platform.now()).await?;
    if checked != Checked::Right {
        noted(tx, platform, caller, &account, "second_factor.refuse").await?;
        return shown(platform, caller, true).await;
    }
    let action = match step {
        Step::Confirm => "second_factor.on",
        Step::End => {
            tx.remove_second_factor(account.id).await?;
            "second_factor.off"
        }
    };
    noted(tx, platform, caller, &account, action).await?;
    Ok(back())
}

async fn confirm(
    State(platform): State<Platform>,
    caller: Caller,
    Form(fields): Form<Code>,
) -> Result<Response, Problem> {
    with_code(&platform, &caller, &fields.code, Step::Confirm).await
}

async fn end(State(platform): State<Platform>, caller: Caller, Form(fields): Form<Code>) -> Result<Response, Problem> {
    with_code(&platform, &caller, &fields.code, Step::End).await
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    let who = Who::Roles(&Role::ALL);
    let form = |summary| Doc::page(summary).form();
    routes
        .add(Method::GET, "/account", who, Scope::Own, Doc::page("One's own account"), get(show))
        .add(Method::POST, "/account/second-factor", who, Scope::Own, form("Begin a second factor"), post(begin))
        .add(
            Method::POST,
            "/account/second-factor/confirm",
            who,
            Scope::Own,
            form("Turn the second factor on with its first code"),
            post(confirm),
        )
        .add(
            Method::POST,
            "/account/second-factor/cancel",
            who,
            Scope::Own,
            form("Give up one that was begun"),
            post(cancel),
        )
        .add(
            Method::POST,
            "/account/second-factor/end",
            who,
            Scope::Own,
            form("Turn the second factor off with a code"),
            post(end),
        )
}
