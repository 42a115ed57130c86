//! The administrator's page: what waits, what was put aside and can be replayed, who may sign in.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;
use shared::access::Role;
use shared::ids::EventId;
use shared_store::outbox::DeadLetter;
use shared_store::people::StoredAccount;

use crate::access::{Doc, Routes, Scope, Who};
use crate::account::{area_name, role_names};
use crate::caller::Caller;
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;
use crate::problem::Problem;

const ADMIN: &[Role] = &[Role::Admin];

struct LetterRow {
    consumer: String,
    event_id: EventId,
    kind: String,
    error: String,
    at: String,
    at_text: String,
    at_exact: String,
}

struct AccountRow {
    username: String,
    name: String,
    roles: String,
    area: String,
}

#[derive(Template)]
#[template(path = "operations.html")]
struct OperationsPage {
    page: Page,
    outbox: i64,
    letters_waiting: i64,
    messages: i64,
    audit: i64,
    letters: Vec<LetterRow>,
    accounts: Vec<AccountRow>,
}

fn letter_row(page: &Page, letter: DeadLetter, now: shared::time::Instant) -> LetterRow {
    LetterRow {
        at: letter.failed_at.to_string(),
        at_text: page.ago(letter.failed_at, now),
        at_exact: page.exact(letter.failed_at),
        consumer: letter.consumer,
        event_id: letter.event.id,
        kind: letter.event.kind,
        error: letter.error,
    }
}

fn account_row(page: &Page, stored: StoredAccount) -> AccountRow {
    let account = stored.account;
    AccountRow {
        roles: role_names(page, &account.roles),
        area: area_name(&account.area),
        username: account.username,
        name: account.display_name,
    }
}

async fn show(State(platform): State<Platform>, caller: Caller) -> Result<Response, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.read().await?;
    let backlog = tx.backlog().await?;
    let (audit, ..) = tx.audit_counts().await?;
    let letters = tx.dead_letters(100).await?;
    let accounts = tx.accounts().await?;
    drop(tx);
    let page = Page::new(&caller, i18n::shell(), "operations-title").work();
    Ok(html(&OperationsPage {
        outbox: backlog.outbox,
        letters_waiting: backlog.dead_letters,
        messages: backlog.messages,
        audit,
        letters: letters.into_iter().map(|letter| letter_row(&page, letter, now)).collect(),
        accounts: accounts.into_iter().map(|stored| account_row(&page, stored)).collect(),
        page,
    }))
}

#[derive(Deserialize)]
struct Replay {
    consumer: String,
    event_id: EventId,
}

/// Publishes a dead letter's event again; those who took it before pass it over by their inbox.
async fn replay(
    State(platform): State<Platform>,
    caller: Caller,
    Form(replay): Form<Replay>,
) -> Result<Response, Problem> {
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    if tx.exhume(&replay.consumer, replay.event_id).await? {
        tx.republish(replay.event_id).await?;
        let detail = json!({"consumer": replay.consumer, "event_id": replay.event_id});
        tx.audit(&caller.audit("operations", "event.replay", None, detail), now, &mut platform.random()).await?;
        tx.commit().await?;
    }
    Ok(Redirect::to("/operations").into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes.add(Method::GET, "/operations", Who::Roles(ADMIN), Scope::None, Doc::page("Operations"), get(show)).add(
        Method::POST,
        "/operations/replay",
        Who::Roles(ADMIN),
        Scope::None,
        Doc::page("Replay an event that was put aside"),
        post(replay),
    )
}
