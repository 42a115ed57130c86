//! Demo mode's outbox: every message that would have left, for programs and as a page.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use shared::ids::{MessageId, PersonId};
use shared::phone::Phone;
use shared::time::Instant;
use shared_store::outbox::StoredMessage;

use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::extract::{Json, List, Query};
use crate::i18n;
use crate::page::{Page, html};
use crate::platform::Platform;
use crate::problem::Problem;

#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

#[derive(Serialize)]
struct MessageView {
    id: MessageId,
    channel: String,
    to: String,
    template: String,
    lang: &'static str,
    subject: Option<String>,
    text: String,
    person_id: Option<PersonId>,
    status: String,
    created_at: Instant,
    sent_at: Option<Instant>,
}

impl From<StoredMessage> for MessageView {
    fn from(stored: StoredMessage) -> Self {
        let message = stored.message;
        Self {
            id: message.id,
            channel: message.channel,
            to: message.recipient,
            template: message.template,
            lang: message.lang.tag(),
            subject: message.subject,
            text: message.text,
            person_id: message.person_id,
            status: stored.status,
            created_at: stored.created_at,
            sent_at: stored.sent_at,
        }
    }
}

/// Messages to a recipient as typed: a phone number in any usual form, or an address.
async fn find(platform: &Platform, to: Option<&str>) -> Result<Vec<StoredMessage>, Problem> {
    let to = to.map(str::trim).filter(|to| !to.is_empty());
    // In a query string a plus sign that was not escaped arrives as a space.
    let recipient = to.map(|to| {
        Phone::parse(to).or_else(|_| Phone::parse(&format!("+{to}"))).map_or_else(|_| to.to_owned(), |p| p.as_str().to_owned())
    });
    Ok(platform.shared.read().await?.messages(recipient.as_deref(), 200).await?)
}

async fn list(
    State(platform): State<Platform>,
    Query(query): Query<To>,
) -> Result<Json<List<MessageView>>, Problem> {
    let found = find(&platform, query.to.as_deref()).await?;
    Ok(Json(List { items: found.into_iter().map(MessageView::from).collect(), next_cursor: None }))
}

struct Shown {
    channel: String,
    icon: &'static str,
    to: String,
    sent_at: String,
    sent_text: String,
    sent_exact: String,
    body: String,
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    page: Page,
    to: String,
    messages: Vec<Shown>,
}

async fn page(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<To>,
) -> Result<Response, Problem> {
    let found = find(&platform, query.to.as_deref()).await?;
    let page = Page::new(&caller, i18n::shell(), "messages-title");
    let now = platform.now();
    let messages = found
        .into_iter()
        .map(|stored| Shown {
            icon: "message",
            sent_at: stored.created_at.to_string(),
            sent_text: page.ago(stored.created_at, now),
            sent_exact: page.exact(stored.created_at),
            channel: stored.message.channel,
            to: stored.message.recipient,
            body: stored.message.text,
        })
        .collect();
    Ok(html(&MessagesPage { page, to: query.to.unwrap_or_default(), messages }))
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>) -> Routes<Platform> {
    routes
        .add(
            Method::GET,
            "/api/v1/dev/messages",
            Who::DemoOnly,
            Scope::None,
            Doc::json("Demo mode: every message that would have left").query(&["to"]),
            get(list),
        )
        .add(Method::GET, "/messages", Who::DemoOnly, Scope::None, Doc::page("Demo mode: the messages"), get(page))
}
