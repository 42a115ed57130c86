//! `/lab/undo`: what is still to undo after positives that were corrected or withdrawn.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, exact, html};
use uuid::Uuid;

use super::TEXTS;
use super::pager::Pager;
use super::tabs::{Tab, tabs};
use crate::app::App;
use crate::app::paging;
use crate::app::sender::Sender;
use crate::app::undo;

/// How many tasks the page shows at once.
const SHOWN: i64 = 50;

struct UndoRow {
    action: String,
    name: String,
    kind: String,
    hint: String,
    since: String,
}

#[derive(Template)]
#[template(path = "lab_undo.html")]
struct UndoPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<UndoRow>,
    pager: Pager,
}

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Wanted {
    /// After which task the page begins.
    #[serde(default)]
    after: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(Wanted { after }): Query<Wanted>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let now = app.platform.now();
    let page = Page::new(&caller, &TEXTS, "lab-undo-title").work();
    let mut tx = app.store.write().await?;
    let mut rows = Vec::new();
    // A place that nobody has is that of the first page.
    let after: Option<Uuid> = after.parse().ok();
    let found = tx.to_undo(sender.lab_code(), after, SHOWN + 1).await?;
    let found = paging::after_last(found, SHOWN, |task| task.id.to_string());
    for task in found.items {
        let person = tx.person(task.person_id).await?.map(|stored| stored.person.full_name.as_str().to_owned());
        let subject = Some(format!("person:{}", task.person_id));
        let entry = sender.audit("undo.read", subject, serde_json::json!({"undo_id": task.id}));
        tx.audit(&entry, now, &mut app.platform.random()).await?;
        rows.push(UndoRow {
            action: format!("/lab/undo/{}", task.id),
            name: person.unwrap_or_default(),
            kind: page.t(&format!("undo-{}", task.kind.code())),
            hint: page.t(&format!("undo-{}-hint", task.kind.code())),
            since: exact(task.created_at),
        });
    }
    tx.commit().await?;
    let here = after.map(|after| after.to_string());
    let pager = Pager::new(("/lab/undo", "list"), &[], ("after", here.as_deref()), found.next_cursor.as_deref());
    Ok(html(&UndoPage { tabs: tabs(&page, &caller, "/lab/undo"), rows, pager, page }))
}

#[derive(Deserialize)]
pub(super) struct DoneForm {
    #[serde(default)]
    note: String,
}

pub(super) async fn finish(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<Uuid>,
    Form(form): Form<DoneForm>,
) -> Result<Response, Problem> {
    undo::finish(&app, &Sender::of(&caller)?, id, &form.note).await?;
    Ok(Redirect::to("/lab/undo").into_response())
}
