//! Demo mode's outbox: every message that would have left, for programs and as a page.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{MessageId, PersonId};
use shared::time::Instant;
use shared_store::outbox::StoredMessage;

use crate::access::{Doc, Routes, Scope, Who};
use crate::caller::Caller;
use crate::extract::{Json, List, Query};
use crate::i18n;
use crate::page::{Page, html};
use crate::people::typed_phone;
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

/// Messages to a recipient as typed: a phone number in any usual form, or an address. Who looked is on record here too.
async fn find(platform: &Platform, caller: &Caller, to: Option<&str>) -> Result<Vec<StoredMessage>, Problem> {
    let to = to.map(str::trim).filter(|to| !to.is_empty());
    let recipient = to.map(|to| typed_phone(to).map_or_else(|| to.to_owned(), |phone| phone.as_str().to_owned()));
    let found = platform.shared.read().await?.messages(recipient.as_deref(), 200).await?;
    let now = platform.now();
    let mut tx = platform.shared.write().await?;
    let entry = caller.audit("dev", "messages.list", None, json!({"count": found.len()}));
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await?;
    Ok(found)
}

async fn list(
    State(platform): State<Platform>,
    caller: Caller,
    Query(query): Query<To>,
) -> Result<Json<List<MessageView>>, Problem> {
    let found = find(&platform, &caller, query.to.as_deref()).await?;
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

/// A recipient as people write it: a phone number in groups, a duty by its name, anything else as it is.
fn recipient(page: &Page, to: &str) -> String {
    if let Some(phone) = typed_phone(to) {
        return phone.national();
    }
    let key = format!("messages-duty-{to}");
    let duty = page.t(&key);
    if duty == key { to.to_owned() } else { duty }
}

async fn page(State(platform): State<Platform>, caller: Caller, Query(query): Query<To>) -> Result<Response, Problem> {
    let found = find(&platform, &caller, query.to.as_deref()).await?;
    let page = Page::new(&caller, i18n::shell(), "messages-title");
    let now = platform.now();
    let messages = found
        .into_iter()
        .map(|stored| Shown {
            icon: "message",
            sent_at: stored.created_at.to_string(),
            sent_text: page.ago(stored.created_at, now),
            sent_exact: page.exact(stored.created_at),
            channel: page.t(&format!("messages-channel-{}", stored.message.channel)),
            to: recipient(&page, &stored.message.recipient),
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
            Doc::json("Demo mode: every message that would have left").answer("MessageList").query(&["to"]),
            get(list),
        )
        .add(Method::GET, "/messages", Who::DemoOnly, Scope::None, Doc::page("Demo mode: the messages"), get(page))
}
