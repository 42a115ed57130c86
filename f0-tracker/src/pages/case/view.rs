//! What the page of a case shows.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::{ActId, CaseId, ReportId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::page::{Page, html};

use super::alert::{AlertLine, level_label, level_of, shown_level};
use super::charts::Charts;
use super::course::{self, ReadingRow, Says, Step};
use super::facts::{Detail, details};
use super::form::ReportForm;
use super::happened::{HappenedDay, SHOWN_DAYS, happened};
use super::near::{self, ContactRow};
use super::papers::{self, PaperRow, Printable};
use super::patient::{Patient, day_of_illness};
use super::reasons::{self, Why};
use super::values;
use super::waits::{self, Advice, OpenAct};
use crate::App;
use crate::api::{BOARD, KEEPERS};
use crate::app::look::{self, CaseFile};
use crate::app::report::REPORTERS;
use crate::completion::unmet;
use crate::domain::case::CaseState;
use crate::domain::observation::ReportInput;
use crate::pages::acts::{self, ActForms};
use crate::pages::{FormError, Moment, TEXTS};
use crate::store::AlertState;

/// What the newest report means.
pub(super) struct Newest {
    pub(super) level: &'static str,
    pub(super) label: String,
    pub(super) at: Moment,
    pub(super) by: String,
    pub(super) protocol: String,
    pub(super) why: Vec<Why>,
    /// Values that are hardly possible, asked back.
    pub(super) doubts: Vec<String>,
    pub(super) says: Vec<Says>,
}

#[derive(Template)]
#[template(path = "case.html")]
pub(super) struct CasePage {
    pub(super) page: Page,
    pub(super) id: CaseId,
    pub(super) level: &'static str,
    pub(super) label: String,
    pub(super) ended: String,
    pub(super) patient: Patient,
    pub(super) day: i64,
    pub(super) day_words: String,
    pub(super) details: Vec<Detail>,
    pub(super) newest: Option<Newest>,
    pub(super) charts: Option<Charts>,
    pub(super) columns: Vec<String>,
    pub(super) readings: Vec<ReadingRow>,
    pub(super) next: Vec<Step>,
    pub(super) alerts: Vec<AlertLine>,
    pub(super) may_act: bool,
    pub(super) timeline: Vec<HappenedDay>,
    pub(super) earlier: Vec<HappenedDay>,
    pub(super) contacts: Vec<ContactRow>,
    pub(super) more_contacts: String,
    /// The newest advice, and whether it was read.
    pub(super) advice: Vec<Advice>,
    pub(super) papers: Vec<PaperRow>,
    /// A paper that this case has coming.
    pub(super) printable: Option<Printable>,
    pub(super) paper_errors: Vec<FormError>,
    /// Whether the case has ended and the reader may take out what a sick leave is claimed with.
    pub(super) sick_leave: bool,
    /// Whether the reader may revoke a paper.
    pub(super) revokes: bool,
    pub(super) open_acts: Vec<OpenAct>,
    pub(super) may_close: bool,
    /// Whether the reader keeps the case: takes in, notes tests.
    pub(super) keeps: bool,
    pub(super) acts: ActForms,
    pub(super) form: Option<ReportForm>,
}

/// What was sent and refused, to be shown again.
#[derive(Default)]
pub(super) struct Again {
    /// A report, with what is wrong with it.
    pub(super) report: Option<(ReportInput, Vec<FieldError>)>,
    /// Something to do for the patient.
    pub(super) act: Option<acts::Refused>,
    /// The revocation of a paper.
    pub(super) revocation: Option<papers::Refused>,
}

impl Again {
    fn is_empty(&self) -> bool {
        self.report.is_none() && self.act.is_none() && self.revocation.is_none()
    }
}

impl CasePage {
    /// The page of a case; `ids` are those that a report and what is done will have, the report's first.
    pub(super) fn new(
        mut ids: impl FnMut() -> String,
        caller: &Caller,
        file: &CaseFile,
        now: Instant,
        again: &Again,
    ) -> Self {
        let today = now.local_date();
        let mut page = Page::new(caller, &TEXTS, "case-title").work();
        let patient = Patient::new(&page, &file.case, file.person.as_ref(), today);
        page = page.titled(patient.name.clone());
        let open = file.case.state == CaseState::Open;
        let blank = ReportInput { id: Some(ids()), ..ReportInput::default() };
        let form = (open && caller.has_any(REPORTERS)).then(|| match &again.report {
            Some((input, errors)) => ReportForm::new(&page, input, errors),
            None => ReportForm::new(&page, &blank, &[]),
        });
        if !again.is_empty() {
            page = page.with_errors();
        }
        let action = format!("/cases/{}/acts", file.case.id);
        let acts = ActForms::with_ids(ids, &page, caller, action, open, again.act.as_ref());
        let acts = acts.with_stock(&page, &file.stock);
        let level = if open { level_of(&file.case, &file.alerts) } else { None };
        let (level, label) = shown_level(&page, level);
        let reader = caller.account().map(|account| account.id);
        let unresolved = file.alerts.iter().filter(|alert| alert.state != AlertState::Resolved);
        let mut happened = happened(&page, file, now);
        let earlier = happened.split_off(SHOWN_DAYS.min(happened.len()));
        let may_close = open && caller.has_any(KEEPERS) && unmet(&file.course(), today).is_empty();
        let from = if file.case.symptom_onset.is_some() { "case-days-onset" } else { "case-days-diagnosis" };
        Self {
            id: file.case.id,
            level,
            label,
            ended: if open { String::new() } else { page.t(&format!("case-state-{}", file.case.state.code())) },
            day: day_of_illness(&file.case, today),
            day_words: page.t_with(from, &[("count", day_of_illness(&file.case, today).into())]),
            details: details(&page, file, now),
            newest: newest(&page, file, now),
            charts: Charts::new(&page, file, now),
            columns: course::columns(&page),
            readings: file.reports.iter().map(|report| course::reading(&page, report)).collect(),
            next: course::next_steps(&page, file, now),
            alerts: unresolved.map(|alert| AlertLine::new(&page, alert, &file.names, reader, now)).collect(),
            may_act: caller.has_any(BOARD),
            timeline: happened,
            earlier,
            contacts: near::contacts(&page, file),
            more_contacts: near::more(&page, file),
            advice: waits::advice(&page, file, now),
            papers: papers::issued(&page, file, again.revocation.as_ref()),
            printable: papers::printable(&page, file).filter(|_| caller.has_any(KEEPERS)),
            paper_errors: papers::errors(&page, again.revocation.as_ref()),
            sick_leave: file.case.state == CaseState::Closed && caller.has_any(KEEPERS),
            revokes: caller.has_any(KEEPERS),
            open_acts: waits::open_acts(&page, file, caller, now),
            may_close,
            keeps: open && caller.has_any(KEEPERS),
            acts,
            form,
            patient,
            page,
        }
    }
}

fn newest(page: &Page, file: &CaseFile, now: Instant) -> Option<Newest> {
    let report = file.reports.first()?;
    Some(Newest {
        level: values::level_code(report.level),
        label: level_label(page, report.level),
        at: Moment::new(page, report.observed.at, now),
        by: page.t(&format!("case-by-{}", report.observed.by.code())),
        protocol: course::protocol_title(page, &report.protocol),
        why: reasons::of(page, &report.reasons),
        doubts: values::doubts(page, report),
        says: course::protocols(page, report),
    })
}

/// The page as an answer: 422 where something was refused.
///
/// # Errors
/// 404 outside the caller's area.
pub(super) async fn page_of(app: &App, caller: &Caller, id: CaseId, again: Again) -> Result<Response, Problem> {
    let file = look::case(app, caller, id).await?;
    let (now, mut random) = (app.platform.now(), app.platform.random());
    let mut first = Some(ReportId::new(now, &mut random).to_string());
    let ids = move || first.take().unwrap_or_else(|| ActId::new(now, &mut random).to_string());
    let mut response = html(&CasePage::new(ids, caller, &file, now, &again));
    if !again.is_empty() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
