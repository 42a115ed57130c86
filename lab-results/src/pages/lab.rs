//! `/lab`: upload, what waits for a person, recent uploads, newest results.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, exact, html};
use uuid::Uuid;

use super::tabs::{Tab, tabs};
use super::{FormError, TEXTS, figure, level, method_word, outcome_key, when};
use crate::app::list::{self, Wanted};
use crate::app::reason::Reason;
use crate::app::sender::Sender;
use crate::app::{App, held};
use crate::domain::disposition::HoldReason;
use crate::domain::result::Status;
use crate::store::model::{Held, State as ResultState, StoredResult, Upload};

/// How many rows each list of the page shows.
const SHOWN: i64 = 20;

/// What the page may say was just done.
const DONE: [&str; 3] = ["released", "dismissed", "report-gone"];

struct WaitingRow {
    id: Uuid,
    lab_code: String,
    accession: String,
    reasons: Vec<String>,
    at: String,
    at_text: String,
    at_exact: String,
    releasable: bool,
}

struct UploadRow {
    lab_code: String,
    format: String,
    counts: Vec<Count>,
    finished: bool,
    at: String,
    at_text: String,
    at_exact: String,
}

/// A count of an upload under the key of its word.
struct Count {
    key: &'static str,
    text: String,
    /// Rows that somebody has to look at.
    odd: bool,
}

struct ResultRow {
    lab_code: String,
    accession: String,
    level: &'static str,
    outcome: String,
    note: String,
    method: String,
    collected_at: String,
    resulted_at: String,
}

#[derive(Template)]
#[template(path = "lab.html")]
pub(super) struct LabPage {
    page: Page,
    tabs: Vec<Tab>,
    done: String,
    errors: Vec<FormError>,
    waiting: Vec<WaitingRow>,
    uploads: Vec<UploadRow>,
    results: Vec<ResultRow>,
    shows_lab: bool,
}

impl WaitingRow {
    fn new(page: &Page, now: Instant, held: Held) -> Self {
        let reasons: Vec<Reason> = held.reasons.iter().filter_map(|code| Reason::from_code(code)).collect();
        // A pool is nobody's result as it stands, and what names no presence of the virus is no result at all.
        let never = [Reason::Pool, Reason::Record(HoldReason::Pooled), Reason::Record(HoldReason::NotPresence)];
        Self {
            releasable: reasons.iter().all(|reason| !never.contains(reason)),
            reasons: reasons.into_iter().map(|reason| reason.detail().get(page.language()).to_owned()).collect(),
            id: held.id,
            lab_code: held.lab_code,
            accession: held.accession,
            at: held.created_at.to_string(),
            at_text: page.ago(held.created_at, now),
            at_exact: exact(held.created_at),
        }
    }
}

impl UploadRow {
    fn new(page: &Page, now: Instant, upload: Upload) -> Self {
        let counts = upload.counts;
        let counts = [
            ("lab-count-received", counts.received, false),
            ("lab-count-accepted", counts.accepted, false),
            ("lab-count-duplicate", counts.duplicate, false),
            ("lab-count-amended", counts.amended, false),
            ("lab-count-ignored", counts.ignored, false),
            ("lab-count-held", counts.held, counts.held > 0),
            ("lab-count-rejected", counts.rejected, counts.rejected > 0),
        ];
        let lang = page.language();
        let text = |count: i64| figure(lang, u64::try_from(count).unwrap_or_default());
        Self {
            lab_code: upload.lab_code.unwrap_or_default(),
            format: upload.format.to_uppercase(),
            counts: counts.into_iter().map(|(key, count, odd)| Count { key, text: text(count), odd }).collect(),
            finished: upload.finished_at.is_some(),
            at: upload.created_at.to_string(),
            at_text: page.ago(upload.created_at, now),
            at_exact: exact(upload.created_at),
        }
    }
}

impl ResultRow {
    fn new(page: &Page, result: &StoredResult) -> Self {
        let note = match (result.state, result.content.status) {
            (_, Status::Withdrawn) => page.t("lab-note-withdrawn"),
            (ResultState::Held, _) => page.t("lab-note-held"),
            (_, Status::Corrected) => page.t("lab-note-corrected"),
            (_, Status::Final) => String::new(),
        };
        Self {
            lab_code: result.lab_code.clone(),
            accession: result.accession.clone(),
            level: level(result),
            outcome: page.t(&format!("outcome-{}", outcome_key(result))),
            note,
            method: method_word(page, result.content.method),
            collected_at: when(result.content.collected_at),
            resulted_at: when(result.content.resulted_at),
        }
    }
}

/// The page as the caller sees it, with what is to be corrected in its form. `done` names what was just done.
pub(super) async fn page(app: &App, caller: &Caller, problems: Vec<String>, done: &str) -> Result<LabPage, Problem> {
    let sender = Sender::of(caller)?;
    let now = app.platform.now();
    let results = list::results(app, caller, &Wanted { limit: SHOWN, ..Wanted::default() }).await?.items;
    let mut tx = app.store.write().await?;
    let waiting = tx.waiting(sender.lab_code(), SHOWN).await?;
    let uploads = tx.uploads(sender.lab_code(), SHOWN).await?;
    let entry = sender.audit("held.list", None, json!({"count": waiting.len()}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let mut page = Page::new(caller, &TEXTS, "lab-title").work();
    if !problems.is_empty() {
        page = page.with_errors();
    }
    Ok(LabPage {
        tabs: tabs(&page, caller, "/lab"),
        done: DONE
            .iter()
            .find(|known| **known == done)
            .map(|done| page.t(&format!("lab-done-{done}")))
            .unwrap_or_default(),
        errors: problems.into_iter().map(|message| FormError { id: "file".into(), message }).collect(),
        waiting: waiting.into_iter().map(|held| WaitingRow::new(&page, now, held)).collect(),
        uploads: uploads.into_iter().map(|upload| UploadRow::new(&page, now, upload)).collect(),
        results: results.iter().map(|result| ResultRow::new(&page, result)).collect(),
        shows_lab: sender.lab_code().is_none(),
        page,
    })
}

#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    Ok(html(&page(&app, &caller, Vec::new(), &done).await?))
}

pub(super) async fn release(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Response, Problem> {
    held::release(&app, &Sender::of(&caller)?, id, None).await?;
    Ok(Redirect::to("/lab?done=released").into_response())
}

pub(super) async fn dismiss(State(app): State<App>, caller: Caller, Id(id): Id<Uuid>) -> Result<Response, Problem> {
    held::dismiss(&app, &Sender::of(&caller)?, id).await?;
    Ok(Redirect::to("/lab?done=dismissed").into_response())
}
