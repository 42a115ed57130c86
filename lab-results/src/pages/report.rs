//! The upload for browsers without script: the report as a page, its counts as filters.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use shared::bilingual::Lang;
use shared::ids::UploadId;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, html};

use super::kept::{Kept, KeptRow, Reports, STATUSES};
use super::{TEXTS, figure, lab};
use crate::api::{receive, with_cells};
use crate::app::App;
use crate::app::sender::Sender;
use crate::app::upload::{self, Command};
use crate::domain::report::{CellError, RowStatus};

/// One filter: a count that leads to its rows.
struct Filter {
    word: String,
    count: String,
    href: String,
    current: bool,
    empty: bool,
}

struct Reason {
    column: String,
    detail: String,
}

struct ShownCell {
    name: String,
    value: String,
    bad: bool,
}

struct ReportRow {
    row: u64,
    accession: String,
    status: String,
    look: Look,
    cells: Vec<ShownCell>,
    reasons: Vec<Reason>,
}

/// How a status is shown: the class of its badge and its picture.
#[derive(Clone, Copy)]
struct Look {
    badge: &'static str,
    icon: &'static str,
    bad: bool,
}

const fn look(status: RowStatus) -> Look {
    match status {
        RowStatus::Rejected => Look { badge: "error", icon: "close", bad: true },
        RowStatus::Held => Look { badge: "plain", icon: "clock", bad: false },
        RowStatus::Accepted => Look { badge: "done", icon: "check", bad: false },
        RowStatus::Amended => Look { badge: "plain", icon: "check", bad: false },
        RowStatus::Duplicate | RowStatus::Ignored => Look { badge: "plain", icon: "steady", bad: false },
    }
}

#[derive(Template)]
#[template(path = "lab_report.html")]
pub(super) struct ReportPage {
    page: Page,
    done: String,
    all_taken: bool,
    filters: Vec<Filter>,
    shows_cells: bool,
    rows: Vec<ReportRow>,
    more: String,
    warnings: Vec<Reason>,
}

/// The status that is shown where none was asked for: the first that has rows.
fn first(report: &Kept) -> Option<RowStatus> {
    report.counts.iter().find(|(_, count)| *count > 0).map(|(status, _)| *status)
}

fn reason(error: &CellError, lang: Lang) -> Reason {
    Reason { column: error.column.clone(), detail: error.detail_in(lang).to_owned() }
}

fn word(page: &Page, status: RowStatus) -> String {
    page.t(&format!("lab-count-{}", status.code()))
}

impl ReportPage {
    /// The rows of `wanted`; of all statuses where it is `None`.
    pub(super) fn new(caller: &Caller, report: &Kept, wanted: Option<RowStatus>) -> Self {
        let page = Page::new(caller, &TEXTS, "lab-report-title").work();
        let lang = page.language();
        let count = |of: Option<RowStatus>| match of {
            None => report.received,
            Some(status) => report.counts.iter().find(|(s, _)| *s == status).map_or(0, |(_, count)| *count),
        };
        let filters = std::iter::once(None).chain(STATUSES.map(Some)).map(|of| Filter {
            word: of.map_or_else(|| page.t("lab-count-all"), |status| word(&page, status)),
            count: figure(lang, count(of)),
            href: format!("/lab/uploads/{}?status={}", report.upload_id, of.map_or("all", RowStatus::code)),
            current: of == wanted,
            empty: count(of) == 0,
        });
        let rows: Vec<&KeptRow> =
            report.rows.iter().filter(|row| wanted.is_none_or(|status| row.status == status)).collect();
        let more = count(wanted).saturating_sub(rows.len() as u64);
        Self {
            done: page.t_with("lab-report-done", &[("count", figure(lang, count(Some(RowStatus::Accepted))).into())]),
            all_taken: report.received == count(Some(RowStatus::Accepted)),
            filters: filters.collect(),
            shows_cells: rows.iter().any(|row| !row.cells.is_empty()),
            rows: rows.into_iter().map(|row| ReportRow::new(&page, row)).collect(),
            more: if more == 0 {
                String::new()
            } else {
                page.t_with("lab-report-more", &[("count", figure(lang, more).into())])
            },
            warnings: report.warnings.iter().map(|warning| reason(warning, lang)).collect(),
            page,
        }
    }
}

impl ReportRow {
    fn new(page: &Page, row: &KeptRow) -> Self {
        let cells = row.cells.iter().map(|cell| ShownCell {
            bad: row.errors.iter().any(|error| error.column == cell.column),
            name: cell.column.clone(),
            value: cell.value.clone(),
        });
        Self {
            row: row.row,
            accession: row.accession.clone().unwrap_or_else(|| "–".to_owned()),
            status: word(page, row.status),
            look: look(row.status),
            cells: cells.collect(),
            reasons: row.errors.iter().map(|error| reason(error, page.language())).collect(),
        }
    }
}

/// Takes the file and keeps its report.
async fn take(app: &App, caller: &Caller, reports: &Reports, request: Request) -> Result<Arc<Kept>, Problem> {
    let sender = Sender::of(caller)?;
    let account_id = sender.account_id();
    let reading = upload::reading(app, &sender, None).await?;
    let file = receive(app, request).await?;
    let again = file.file.try_clone().ok();
    let report = upload::take_file(app, sender, file, Command::default()).await?;
    let report = with_cells(app, report, again, reading).await?;
    Ok(reports.keep(Kept::new(&report, account_id, app.platform.now())))
}

pub(super) async fn upload(
    State(app): State<App>,
    caller: Caller,
    Extension(reports): Extension<Reports>,
    request: Request,
) -> Result<Response, Problem> {
    let problem = match take(&app, &caller, &reports, request).await {
        Ok(report) => return Ok(html(&ReportPage::new(&caller, &report, first(&report)))),
        Err(problem) if problem.status.is_client_error() => problem,
        Err(problem) => return Err(problem),
    };
    let lang = caller.lang();
    let mut messages: Vec<String> = problem.errors.iter().map(|e| e.detail.get(lang).to_owned()).collect();
    if messages.is_empty() {
        messages.push(problem.detail.get(lang).to_owned());
    }
    let mut response = html(&lab::page(&app, &caller, messages, &lab::Asked::default()).await?);
    *response.status_mut() = problem.status;
    Ok(response)
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    status: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Extension(reports): Extension<Reports>,
    Id(id): Id<UploadId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let now = app.platform.now();
    let Some(report) = reports.of(id, sender.account_id(), now) else {
        return Ok(Redirect::to("/lab?done=report-gone").into_response());
    };
    let mut tx = app.store.write().await?;
    let entry = sender.audit("upload.read", Some(format!("upload:{id}")), json!({"count": report.received}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let status = match wanted.status.as_deref() {
        Some("all") => None,
        Some(code) => STATUSES.into_iter().find(|status| status.code() == code).or_else(|| first(&report)),
        None => first(&report),
    };
    Ok(html(&ReportPage::new(&caller, &report, status)))
}
