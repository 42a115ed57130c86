//! The upload for browsers without script: the report as a page.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use shared::bilingual::Lang;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::{TEXTS, lab};
use crate::api::receive;
use crate::app::App;
use crate::app::sender::Sender;
use crate::app::upload::{self, Command};
use crate::domain::report::{CellError, RowReport, RowStatus, StoredRow};

/// How many rows the page shows.
const SHOWN: usize = 500;

struct Count {
    word: String,
    number: u64,
}

struct Reason {
    column: String,
    detail: String,
}

struct ReportRow {
    row: u64,
    accession: String,
    status: String,
    rejected: bool,
    reasons: Vec<Reason>,
}

#[derive(Template)]
#[template(path = "lab_report.html")]
struct ReportPage {
    page: Page,
    counts: Vec<Count>,
    rows: Vec<ReportRow>,
    more: String,
    warnings: Vec<Reason>,
}

fn word(page: &Page, status: RowStatus) -> String {
    page.t(&format!("lab-count-{}", status.code()))
}

fn reason(error: &CellError, lang: Lang) -> Reason {
    Reason { column: error.column.clone(), detail: error.detail_in(lang).to_owned() }
}

impl ReportPage {
    fn new(caller: &Caller, report: &RowReport) -> Self {
        let page = Page::new(caller, &TEXTS, "lab-report-title").work();
        let lang = page.language();
        let all = [
            RowStatus::Rejected,
            RowStatus::Held,
            RowStatus::Amended,
            RowStatus::Duplicate,
            RowStatus::Ignored,
            RowStatus::Accepted,
        ];
        let received = Count { word: page.t("lab-count-received"), number: report.received() };
        let counts = all.into_iter().map(|s| Count { word: word(&page, s), number: report.count(s) });
        // What was not simply taken, the worst first, each in the order of the file.
        let mut odd: Vec<&StoredRow> = report.rows().iter().filter(|row| row.status() != RowStatus::Accepted).collect();
        odd.sort_by_key(|row| std::cmp::Reverse(row.status()));
        let more = odd.len().saturating_sub(SHOWN);
        let rows = odd.into_iter().take(SHOWN).map(|row| ReportRow {
            row: row.row(),
            accession: row.accession().unwrap_or("–").to_owned(),
            status: word(&page, row.status()),
            rejected: row.status() == RowStatus::Rejected,
            reasons: row.errors().map(|error| reason(error, lang)).collect(),
        });
        Self {
            counts: std::iter::once(received).chain(counts).collect(),
            rows: rows.collect(),
            more: if more == 0 { String::new() } else { page.t_with("lab-report-more", &[("count", more.into())]) },
            warnings: report.warnings().iter().map(|warning| reason(warning, lang)).collect(),
            page,
        }
    }
}

pub(super) async fn upload(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    let sender = Sender::of(&caller)?;
    let command = Command { id: None, dry_run: false };
    let taken = match receive(&app, request).await {
        Ok(file) => upload::take_file(&app, sender, file, command).await,
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(report) => Ok(html(&ReportPage::new(&caller, &report))),
        Err(problem) if problem.status.is_client_error() => {
            let lang = caller.lang();
            let mut messages: Vec<String> = problem.errors.iter().map(|e| e.detail.get(lang).to_owned()).collect();
            if messages.is_empty() {
                messages.push(problem.detail.get(lang).to_owned());
            }
            let mut response = html(&lab::page(&app, &caller, messages).await?);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::RowOutcome;

    #[test]
    fn a_page_shows_no_more_rows_than_it_can_and_says_so() {
        let mut report = RowReport::new("01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap());
        for row in 0..SHOWN as u64 + 7 {
            report.push(RowOutcome::rejected(row, None, Vec::new()));
        }
        let page = ReportPage::new(&Caller::default(), &report);
        assert_eq!(page.rows.len(), SHOWN);
        assert!(page.more.contains('7'), "{}", page.more);
    }
}
