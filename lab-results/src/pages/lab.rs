//! `/lab`: upload, what waits for a person, recent uploads, newest results.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, exact, html};

use super::held::WaitingRow;
use super::tabs::{Tab, tabs};
use super::{FormError, TEXTS, figure, level, method_word, outcome_key, when};
use crate::app::list::{self, Wanted};
use crate::app::sender::Sender;
use crate::app::{App, waiting};
use crate::domain::result::Status;
use crate::store::model::{State as ResultState, StoredResult, Upload};

/// How many rows each list of the page shows.
const SHOWN: i64 = 20;

/// What the page may say was just done.
const DONE: [&str; 3] = ["released", "dismissed", "report-gone"];

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
    /// There are none.
    zero: bool,
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
    /// Where the next page of what waits stands.
    more: String,
    /// The page is not the first.
    is_later: bool,
    uploads: Vec<UploadRow>,
    results: Vec<ResultRow>,
    shows_lab: bool,
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
            counts: counts
                .into_iter()
                .map(|(key, count, odd)| Count { key, text: text(count), odd, zero: count == 0 })
                .collect(),
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
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    problems: Vec<String>,
    Asked { done, after }: &Asked,
) -> Result<LabPage, Problem> {
    let sender = Sender::of(caller)?;
    let now = app.platform.now();
    let results = list::results(app, caller, &Wanted { limit: SHOWN, ..Wanted::default() }).await?.items;
    let mut tx = app.store.write().await?;
    // A place that nobody has is that of the first page.
    let after = after.parse().ok();
    let waiting = waiting::list_in(tx.as_mut(), app, &sender, after, SHOWN).await?;
    let uploads = tx.uploads(sender.lab_code(), SHOWN).await?;
    tx.commit().await?;
    let mut page = Page::new(caller, &TEXTS, "lab-title").work();
    if !problems.is_empty() {
        page = page.with_errors();
    }
    Ok(LabPage {
        tabs: tabs(&page, caller, "/lab"),
        done: DONE
            .iter()
            .find(|known| *known == done)
            .map(|done| page.t(&format!("lab-done-{done}")))
            .unwrap_or_default(),
        errors: problems.into_iter().map(|message| FormError { id: "file".into(), message }).collect(),
        more: waiting.next_cursor.map(|after| format!("/lab?after={after}#waiting-title")).unwrap_or_default(),
        is_later: after.is_some(),
        waiting: waiting.items.iter().map(|one| WaitingRow::new(&page, now, one)).collect(),
        uploads: uploads.into_iter().map(|upload| UploadRow::new(&page, now, upload)).collect(),
        results: results.iter().map(|result| ResultRow::new(&page, result)).collect(),
        shows_lab: sender.lab_code().is_none(),
        page,
    })
}

/// What the address of the page says.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    /// What was just done.
    #[serde(default)]
    done: String,
    /// After which waiting record the page begins.
    #[serde(default)]
    after: String,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    Ok(html(&page(&app, &caller, Vec::new(), &asked).await?))
}
