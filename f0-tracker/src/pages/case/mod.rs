//! `/cases/{id}`: who and in what state, the course on one time axis, what to do next; and the staff's report.

pub mod alert;
pub mod chart;
pub mod charts;
pub mod course;
pub mod form;
pub mod patient;
pub mod reasons;
pub mod values;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::events::AlertLevel;
use shared::ids::{CaseId, ReportId};
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use self::alert::{AlertLine, level_label};
use self::charts::Charts;
use self::course::{ReadingRow, Says, Step};
use self::form::ReportForm;
use self::patient::{Patient, day_of_illness};
use self::reasons::Why;
use super::{Moment, TEXTS};
use crate::App;
use crate::api::views::timeline;
use crate::api::{BOARD, READERS, body_hash};
use crate::app::look::{self, CaseFile};
use crate::app::open_case::subject_of;
use crate::app::report::{self, REPORTERS};
use crate::domain::age::Age;
use crate::domain::case::CaseState;
use crate::domain::catalog::Catalog;
use crate::domain::observation::ReportInput;
use crate::store::{AlertRecord, AlertState, CaseRecord, ContactLevel};

/// So much of the timeline is shown at once, and printed; the rest unfolds.
const SHOWN: usize = 8;

/// A fact about the patient.
struct Detail {
    term: String,
    text: String,
    /// Where it comes from; empty where it is simply known.
    source: String,
}

/// Something that happened.
struct Happened {
    level: &'static str,
    text: String,
    note: String,
    by: String,
    at: Moment,
}

/// What the newest report means.
struct Newest {
    level: &'static str,
    label: String,
    at: Moment,
    by: String,
    protocol: String,
    why: Vec<Why>,
    says: Vec<Says>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    page: Page,
    id: CaseId,
    level: &'static str,
    label: String,
    ended: String,
    patient: Patient,
    day: i64,
    day_words: String,
    details: Vec<Detail>,
    newest: Option<Newest>,
    charts: Option<Charts>,
    columns: Vec<String>,
    readings: Vec<ReadingRow>,
    next: Vec<Step>,
    alerts: Vec<AlertLine>,
    may_act: bool,
    timeline: Vec<Happened>,
    earlier: Vec<Happened>,
    form: Option<ReportForm>,
}

/// The level that a case is shown under: that of its newest report or of its most dangerous unresolved alert, whichever
/// is higher; not known where there is neither.
pub fn level_of<'a>(case: &CaseRecord, alerts: impl IntoIterator<Item = &'a AlertRecord>) -> Option<AlertLevel> {
    let unresolved = alerts.into_iter().filter(|alert| alert.state != AlertState::Resolved);
    let reported = case.latest.at.map(|_| case.latest.level);
    unresolved.map(|alert| alert.level).chain(reported).max()
}

/// The code and the word of a level that may not be known.
pub fn shown_level(page: &Page, level: Option<AlertLevel>) -> (&'static str, String) {
    match level {
        Some(level) => (values::level_code(level), level_label(page, level)),
        None => ("unknown", page.t("case-not-reported")),
    }
}

impl CasePage {
    fn new(caller: &Caller, file: &CaseFile, now: Instant, input: &ReportInput, errors: &[FieldError]) -> Self {
        let today = now.local_date();
        let mut page = Page::new(caller, &TEXTS, "case-title").work();
        let patient = Patient::new(&page, &file.case, file.person.as_ref(), today);
        page = page.titled(patient.name.clone());
        let open = file.case.state == CaseState::Open;
        let form = (open && caller.has_any(REPORTERS)).then(|| ReportForm::new(&page, input, errors));
        if !errors.is_empty() {
            page = page.with_errors();
        }
        let level = if open { level_of(&file.case, &file.alerts) } else { None };
        let (level, label) = shown_level(&page, level);
        let reader = caller.account().map(|account| account.id);
        let unresolved = file.alerts.iter().filter(|alert| alert.state != AlertState::Resolved);
        let mut happened = happened(&page, file, now);
        let earlier = happened.split_off(SHOWN.min(happened.len()));
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
        says: course::protocols(page, report),
    })
}

/// What is known of the patient and the case, beside name, ward and phone.
fn details(page: &Page, file: &CaseFile, now: Instant) -> Vec<Detail> {
    let (case, today) = (&file.case, now.local_date());
    let lang = page.language();
    let unknown = || page.t("case-unknown");
    let conditions: Vec<String> = case.conditions.iter().map(|one| one.name().get(lang).to_owned()).collect();
    let none_if_empty = |text: String| if text.is_empty() { page.t("case-none-known") } else { text };
    let doses = case.vaccine_doses.map(|count| page.t_with("case-doses", &[("count", count.into())]));
    let near =
        |household: bool| file.contacts.iter().filter(move |(c, _)| (c.level == ContactLevel::Household) == household);
    let family: Vec<&str> = near(true).filter_map(|(_, person)| Some(person.as_ref()?.full_name.as_str())).collect();
    let tests = file.evidence.iter().map(|evidence| {
        let day = patient::day(evidence.collected_at.local_date());
        format!("{} {day}", course::outcome(page, evidence.outcome))
    });
    let age = subject_of(case, file.person.as_ref()).age_on(today).unwrap_or(Age::ASSUMED_ADULT);
    let in_force = &Catalog::builtin().default_for(age, today).protocol.id;
    let doctor = case.doctor.and_then(|id| file.names.get(&id).cloned());
    let address = file.person.as_ref().and_then(|person| person.address.clone());
    let pregnant = case.pregnant.filter(|pregnant| *pregnant).map(|_| page.t("case-pregnant-yes"));
    let contacts = near(false).count();
    let facts = [
        ("case-risk", Some(page.t(&format!("case-risk-{}", case.risk.code()))), case.risk.source()),
        ("case-conditions", Some(none_if_empty(conditions.join("; "))), ""),
        ("case-pregnant", pregnant, ""),
        ("case-vaccine", Some(doses.unwrap_or_else(unknown)), ""),
        ("case-address", address, ""),
        ("case-household", (!family.is_empty()).then(|| family.join(", ")), ""),
        ("case-contacts", (contacts > 0).then(|| page.t_with("case-people", &[("count", contacts.into())])), ""),
        ("case-onset", Some(case.symptom_onset.map_or_else(unknown, patient::day)), ""),
        ("case-diagnosed", Some(patient::day(case.diagnosed_at.local_date())), ""),
        ("case-tests", Some(none_if_empty(tests.collect::<Vec<_>>().join("; "))), ""),
        ("case-doctor", Some(doctor.unwrap_or_else(|| page.t("case-no-doctor"))), ""),
        ("case-protocol", Some(course::protocol_title(page, in_force)), ""),
    ];
    let detail = |(key, text, source): (&str, Option<String>, &str)| {
        // The number of the decision; where its text was read is no news to a doctor.
        let decision = source.split([',', '(']).next().unwrap_or_default().trim();
        Some(Detail { term: page.t(key), text: text?, source: decision.to_owned() })
    };
    facts.into_iter().filter_map(detail).collect()
}

fn happened(page: &Page, file: &CaseFile, now: Instant) -> Vec<Happened> {
    let items = timeline(file, page.language()).into_iter();
    items
        .map(|item| Happened {
            level: item.level.map_or("", values::level_code),
            text: item.text,
            note: item.note.unwrap_or_default(),
            by: item.by.unwrap_or_default(),
            at: Moment::new(page, item.at, now),
        })
        .collect()
}

/// The form before anything is typed, with the id that the report will have.
fn blank(app: &App) -> ReportInput {
    let id = ReportId::new(app.platform.now(), &mut app.platform.random());
    ReportInput { id: Some(id.to_string()), ..ReportInput::default() }
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let file = look::case(&app, &caller, id).await?;
    Ok(html(&CasePage::new(&caller, &file, app.platform.now(), &blank(&app), &[])))
}

async fn take_report(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CaseId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let input = form::read(pairs);
    match report::take(&app, &caller, id, &input, &body_hash(&input)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}#newest")).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let file = look::case(&app, &caller, id).await?;
            let page = CasePage::new(&caller, &file, app.platform.now(), &input, &problem.errors);
            let mut response = html(&page);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/cases/{id}",
            Who::Roles(READERS),
            Scope::Area,
            Doc::page("A case: who, the course on one time axis, what to do next"),
            get(show),
        )
        .add(
            Method::POST,
            "/cases/{id}/report",
            Who::Roles(REPORTERS),
            Scope::Area,
            Doc::page("Note a patient's state; shows the form with its errors, or the case")
                .takes("application/x-www-form-urlencoded"),
            post(take_report),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn rendered(lang: Lang, file: &CaseFile) -> String {
        let input =
            ReportInput { id: Some("01890a5d-ac96-774b-bcce-b302099a8057".to_owned()), ..ReportInput::default() };
        CasePage::new(&samples::caller(lang), file, samples::now(), &input, &[]).render().unwrap()
    }

    #[test]
    fn it_is_written_in_both_languages_without_a_missing_word() {
        for lang in [Lang::Vi, Lang::En] {
            for file in [samples::file(), samples::fresh_file(), samples::ended_file()] {
                let html = rendered(lang, &file);
                samples::assert_no_key(&html);
                assert!(html.contains("Nguyễn Thị Hoa"));
            }
        }
    }

    #[test]
    fn it_tells_who_the_course_and_what_is_next() {
        let html = rendered(Lang::Vi, &samples::file());
        for told in [
            "Nữ, 67 tuổi",
            "Phường 4, Thành phố Mỹ Tho",
            "tel:+84912345678",
            "SpO2 91%",
            "Mức độ nặng: SpO2 dưới 94% khi thở khí phòng",
            "437/QĐ-BYT",
            "&lt; 94",
            "Gọi ngay, chuyển đi ngay",
            "38,1",
            "/board/alerts/",
            "NEWS2",
        ] {
            assert!(html.contains(told) || html.contains(&told.replace("&lt;", "&#60;")), "{told}");
        }
        assert!(!html.contains("38.1"), "a decimal point in Vietnamese");
        assert_eq!(html.matches("<svg viewBox=\"0 0 640 120\"").count(), 4);
    }

    #[test]
    fn what_was_typed_stays_and_the_errors_stand_above_and_at_their_fields() {
        let input = form::read(vec![("by".to_owned(), "staff".to_owned()), ("spo2_pct".to_owned(), "9<1".to_owned())]);
        let errors = input.parse(samples::now()).unwrap_err();
        let page = CasePage::new(&samples::caller(Lang::Vi), &samples::file(), samples::now(), &input, &errors);
        assert!(page.page.title.starts_with("Lỗi:"));
        let html = page.render().unwrap();
        samples::assert_no_key(&html);
        assert!(html.contains("data-error-summary") && html.contains("href=\"#spo2_pct\""));
        assert!(html.contains("id=\"spo2_pct-error\"") && html.contains("value=\"9&#60;1\""), "{html}");
    }

    #[test]
    fn those_who_only_look_get_no_form_and_a_case_that_has_ended_takes_no_report() {
        let officer = samples::caller_with(Lang::Vi, shared::access::Role::Officer);
        let page = CasePage::new(&officer, &samples::file(), samples::now(), &ReportInput::default(), &[]);
        assert!(page.form.is_none() && page.may_act);
        let doctor = samples::caller(Lang::Vi);
        let page = CasePage::new(&doctor, &samples::ended_file(), samples::now(), &ReportInput::default(), &[]);
        assert!(page.form.is_none() && !page.ended.is_empty());
    }
}
