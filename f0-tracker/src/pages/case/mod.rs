//! `/cases/{id}`: who and in what state, the course on one time axis, what to do next; and the staff's report.

pub mod alert;
pub mod chart;
pub mod charts;
pub mod contacts;
mod course;
pub mod form;
mod intake;
pub mod patient;
pub mod reasons;
pub mod values;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::events::AlertLevel;
use shared::ids::{ActId, CaseId, ReportId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, exact, html};

use self::alert::{AlertLine, level_label};
use self::charts::Charts;
use self::course::{ReadingRow, Says, Step};
use self::form::ReportForm;
use self::patient::{Patient, day_of_illness};
use self::reasons::Why;
use super::acts::{self, ActForms, Refused};
use super::{Moment, TEXTS, due};
use crate::App;
use crate::api::timeline_acts::{note, words};
use crate::api::views::timeline;
use crate::api::{BOARD, KEEPERS, READERS, body_hash};
use crate::app::acts::{ADVISERS, Target};
use crate::app::close_case;
use crate::app::look::{self, CaseFile};
use crate::app::open_case::subject_of;
use crate::app::report::{self, REPORTERS};
use crate::completion::unmet;
use crate::domain::act::ActKind;
use crate::domain::age::Age;
use crate::domain::case::CaseState;
use crate::domain::catalog::Catalog;
use crate::domain::observation::ReportInput;
use crate::store::{ActRecord, AlertRecord, AlertState, CaseRecord, Contact, ContactLevel, PaperKind, PaperRecord};

/// So many days of the timeline are shown at once, and printed; the rest unfolds.
const SHOWN_DAYS: usize = 2;
/// So many contacts are named; the rest is counted.
const SHOWN_CONTACTS: usize = 12;

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
    /// The time alone: the day stands above.
    time: String,
}

/// A day of the timeline.
struct HappenedDay {
    day: String,
    items: Vec<Happened>,
}

/// Somebody who was near.
struct ContactRow {
    name: String,
    tel: String,
    phone: String,
    near: String,
    last_day: String,
}

/// A paper of the case.
struct PaperRow {
    title: String,
    number: String,
    issued: String,
    /// Where its file is; empty for one that no longer holds.
    href: String,
}

/// Something that was done and is not at its end, with the steps that may follow.
struct OpenAct {
    id: String,
    what: String,
    note: String,
    status: String,
    by: String,
    at: Moment,
    due: Option<Moment>,
    late: bool,
    next: Vec<(&'static str, String)>,
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
    timeline: Vec<HappenedDay>,
    earlier: Vec<HappenedDay>,
    contacts: Vec<ContactRow>,
    more_contacts: String,
    papers: Vec<PaperRow>,
    open_acts: Vec<OpenAct>,
    may_close: bool,
    /// Whether the reader keeps the case: takes in, notes tests.
    keeps: bool,
    acts: ActForms,
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
    fn new(
        ids: impl FnMut() -> String,
        caller: &Caller,
        file: &CaseFile,
        now: Instant,
        input: &ReportInput,
        errors: &[FieldError],
        refused: Option<&Refused>,
    ) -> Self {
        let today = now.local_date();
        let mut page = Page::new(caller, &TEXTS, "case-title").work();
        let patient = Patient::new(&page, &file.case, file.person.as_ref(), today);
        page = page.titled(patient.name.clone());
        let open = file.case.state == CaseState::Open;
        let form = (open && caller.has_any(REPORTERS)).then(|| ReportForm::new(&page, input, errors));
        if !errors.is_empty() || refused.is_some() {
            page = page.with_errors();
        }
        let action = format!("/cases/{}/acts", file.case.id);
        let acts = ActForms::with_ids(ids, &page, caller, action, open, refused);
        let level = if open { level_of(&file.case, &file.alerts) } else { None };
        let (level, label) = shown_level(&page, level);
        let reader = caller.account().map(|account| account.id);
        let unresolved = file.alerts.iter().filter(|alert| alert.state != AlertState::Resolved);
        let mut happened = happened(&page, file, now);
        let earlier = happened.split_off(SHOWN_DAYS.min(happened.len()));
        let hidden = i64::try_from(file.contacts.len().saturating_sub(SHOWN_CONTACTS)).unwrap_or(0);
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
            contacts: contacts(&page, file),
            more_contacts: if hidden == 0 {
                String::new()
            } else {
                page.t_with("case-more-people", &[("count", hidden.into())])
            },
            papers: papers(&page, file),
            open_acts: open_acts(&page, file, caller, now),
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

/// What happened, by day, the newest first.
fn happened(page: &Page, file: &CaseFile, now: Instant) -> Vec<HappenedDay> {
    let mut days: Vec<HappenedDay> = Vec::new();
    for item in timeline(file, page.language()) {
        let local = item.at.local();
        let day = patient::day(item.at.local_date());
        let one = Happened {
            level: item.level.map_or("", values::level_code),
            text: item.text,
            note: item.note.unwrap_or_default(),
            by: item.by.unwrap_or_default(),
            time: format!("{:02}:{:02}", local.hour(), local.minute()),
            at: Moment::new(page, item.at, now),
        };
        match days.last_mut() {
            Some(last) if last.day == day => last.items.push(one),
            _ => days.push(HappenedDay { day, items: vec![one] }),
        }
    }
    days
}

/// Who was near, the household first.
fn contacts(page: &Page, file: &CaseFile) -> Vec<ContactRow> {
    let named = |(contact, person): &(Contact, Option<Person>)| {
        let phone = person.as_ref().and_then(|person| person.phone.as_ref());
        ContactRow {
            name: person.as_ref().map_or_else(|| page.t("case-nobody"), |person| person.full_name.as_str().to_owned()),
            tel: phone.map(|phone| phone.as_str().to_owned()).unwrap_or_default(),
            phone: phone.map(|phone| phone.national()).unwrap_or_default(),
            near: page.t(&format!("case-near-{}", contact.level.code())),
            last_day: contact.last_day.map(patient::day).unwrap_or_default(),
        }
    };
    let mut all: Vec<_> = file.contacts.iter().collect();
    all.sort_by_key(|(contact, _)| contact.level != ContactLevel::Household);
    all.into_iter().take(SHOWN_CONTACTS).map(named).collect()
}

fn papers(page: &Page, file: &CaseFile) -> Vec<PaperRow> {
    let row = |paper: &PaperRecord| {
        let path = match paper.kind {
            PaperKind::Completion => "certificate.pdf",
            PaperKind::IsolationOrder => "isolation-order.pdf",
        };
        let valid = paper.revoked.is_none();
        PaperRow {
            title: page.t(&format!("paper-kind-{}", paper.kind.code())),
            number: paper.number.clone(),
            issued: exact(paper.issued_at),
            href: if valid { format!("/api/v1/f0/cases/{}/{path}", paper.case_id) } else { String::new() },
        }
    };
    file.papers.iter().map(row).collect()
}

/// What waits for its next step. Advice is not listed: only the family takes its step.
fn open_acts(page: &Page, file: &CaseFile, caller: &Caller, now: Instant) -> Vec<OpenAct> {
    let lang = page.language();
    let waits = file.acts.iter().filter(|act| act.kind() != ActKind::Advice && !act.kind().next(act.status).is_empty());
    let one = |act: &ActRecord| OpenAct {
        id: act.id.to_string(),
        what: words(&act.body, lang),
        note: note(&act.body),
        status: act.status.name().get(lang).to_owned(),
        by: file.names.get(&act.by).cloned().unwrap_or_default(),
        at: Moment::new(page, act.at, now),
        due: act.due_at.map(|at| due(page, at, now)),
        late: act.due_at.is_some_and(|at| at < now),
        next: match caller.has_any(ADVISERS) {
            true => act.kind().next(act.status).iter().map(|to| (to.code(), to.name().get(lang).to_owned())).collect(),
            false => Vec::new(),
        },
    };
    waits.map(one).collect()
}

/// The form before anything is typed, with the id that the report will have.
fn blank(app: &App) -> ReportInput {
    let id = ReportId::new(app.platform.now(), &mut app.platform.random());
    ReportInput { id: Some(id.to_string()), ..ReportInput::default() }
}

async fn show(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    let file = look::case(&app, &caller, id).await?;
    Ok(html(&CasePage::new(act_ids(&app), &caller, &file, app.platform.now(), &blank(&app), &[], None)))
}

/// Ids for the acts that the forms will make.
fn act_ids(app: &App) -> impl FnMut() -> String {
    let (now, mut random) = (app.platform.now(), app.platform.random());
    move || ActId::new(now, &mut random).to_string()
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
            let now = app.platform.now();
            let page = CasePage::new(act_ids(&app), &caller, &file, now, &input, &problem.errors, None);
            let mut response = html(&page);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

async fn act(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let kind = acts::kind(&code)?;
    let id: CaseId = id.parse().map_err(|_| report::no_such_case())?;
    match acts::submit(&app, &caller, Target::Case(id), kind, acts::typed(kind, pairs)).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}#timeline")).into_response()),
        Err(Ok(refused)) => {
            let file = look::case(&app, &caller, id).await?;
            let now = app.platform.now();
            let page = CasePage::new(act_ids(&app), &caller, &file, now, &blank(&app), &[], Some(&refused));
            let mut response = html(&page);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(Err(problem)) => Err(problem),
    }
}

/// Ends isolation where every criterion is met; 409 tells what is missing.
async fn close(State(app): State<App>, caller: Caller, Id(id): Id<CaseId>) -> Result<Response, Problem> {
    close_case::close(&app, &caller, id).await?;
    Ok(Redirect::to(&format!("/cases/{id}")).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    contacts::routes(intake::routes(routes))
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
            Doc::page("Note a patient's state; shows the form with its errors, or the case").form(),
            post(take_report),
        )
        .add(
            Method::POST,
            "/cases/{id}/acts/{kind}",
            Who::Roles(ADVISERS),
            Scope::Area,
            Doc::page("Do something for a patient; shows the form with its errors, or the case").form(),
            post(act),
        )
        .add(
            Method::POST,
            "/cases/{id}/close",
            Who::Roles(KEEPERS),
            Scope::Area,
            Doc::page("End isolation, without script; 409 says what is missing"),
            post(close),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn page_of(caller: &Caller, file: &CaseFile, input: &ReportInput, errors: &[FieldError]) -> CasePage {
        CasePage::new(|| "new".to_owned(), caller, file, samples::now(), input, errors, None)
    }

    fn rendered(lang: Lang, file: &CaseFile) -> String {
        let input =
            ReportInput { id: Some("01890a5d-ac96-774b-bcce-b302099a8057".to_owned()), ..ReportInput::default() };
        page_of(&samples::caller(lang), file, &input, &[]).render().unwrap()
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
        let page = page_of(&samples::caller(Lang::Vi), &samples::file(), &input, &errors);
        assert!(page.page.title.starts_with("Lỗi:"));
        let html = page.render().unwrap();
        samples::assert_no_key(&html);
        assert!(html.contains("data-error-summary") && html.contains("href=\"#spo2_pct\""));
        assert!(html.contains("id=\"spo2_pct-error\"") && html.contains("value=\"9&#60;1\""), "{html}");
    }

    #[test]
    fn a_doctor_finds_what_can_be_done_who_was_near_and_what_waits() {
        let mut file = samples::file();
        file.acts = crate::pages::station::samples::list().bags.into_iter().map(|one| one.act).collect();
        let html = rendered(Lang::Vi, &file);
        for told in [
            "action=\"/cases/01890a5d-ac96-774b-bcce-000000000200/acts/prescription\"",
            "/acts/referral\"",
            "Trần Văn Nam",
            "Cùng nhà",
            "Túi thuốc A",
            "value=\"handed_out\"",
            "<h3 class=\"timeline-day\">10/03/2022</h3>",
        ] {
            assert!(html.contains(told), "{told}: {html}");
        }
        let officer = samples::caller_with(Lang::Vi, shared::access::Role::Officer);
        let html = page_of(&officer, &file, &ReportInput::default(), &[]).render().unwrap();
        assert!(!html.contains("/acts/"), "who only looks is offered nothing to do");
    }

    #[test]
    fn those_who_only_look_get_no_form_and_a_case_that_has_ended_takes_no_report() {
        let officer = samples::caller_with(Lang::Vi, shared::access::Role::Officer);
        let page = page_of(&officer, &samples::file(), &ReportInput::default(), &[]);
        assert!(page.form.is_none() && page.may_act);
        let doctor = samples::caller(Lang::Vi);
        let page = page_of(&doctor, &samples::ended_file(), &ReportInput::default(), &[]);
        assert!(page.form.is_none() && !page.ended.is_empty());
    }
}
