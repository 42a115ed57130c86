//! What is to be done today: the two reports of each patient of the household, and how the last one was.

use askama::Template;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use shared::ids::ActId;
use shared::phone::Phone;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Id;
use shared_web::page::{Page, html};

use super::sign_in::SignInPage;
use crate::App;
use crate::app::act_steps;
use crate::app::contacts::Followed;
use crate::app::own_cases::{self, OwnCase};
use crate::domain::act::{ActBody, ActStatus};
use crate::domain::vital::Vital;
use crate::pages::case::contacts::today_of;
use crate::pages::case::patient::{Patient, day};
use crate::pages::case::values::{level_code, with_unit};
use crate::pages::{Moment, TEXTS};
use crate::store::{ActRecord, ReportRecord};

/// The hour at which the afternoon's report begins. 261/QĐ-BYT asks for two a day, in the morning and in the afternoon.
const NOON: i8 = 12;

/// One of the two reports of a day.
struct DayStep {
    href: String,
    /// `done`, `due`, `late` or `later`.
    state: &'static str,
    icon: &'static str,
    title: String,
    note: String,
}

/// One patient of the household.
struct Member {
    name: String,
    day: String,
    steps: Vec<DayStep>,
    /// A level, or `unknown` before the first report of the day.
    level: &'static str,
    verdict: String,
    advice: String,
    told: Vec<Told>,
    /// Where the patient is referred to and how far that is; empty where they are not.
    referrals: Vec<Referral>,
    /// What those of the household do today.
    household: Vec<Near>,
    /// The phone of the ward's station; empty where it is not known.
    station_tel: String,
    station_phone: String,
}

/// A referral as the family follows it.
struct Referral {
    place: String,
    status: String,
    at: Moment,
    /// Whether the patient is there.
    arrived: bool,
}

/// Somebody of the household who is a contact.
struct Near {
    name: String,
    /// A level for styles.
    level: &'static str,
    today: String,
    /// Until when they stay at home; empty where no rule asks for it.
    until: String,
    /// When they are tested.
    test: String,
}

/// What staff advised.
struct Told {
    id: String,
    text: String,
    at: Moment,
    /// Whether the family has confirmed that they read it.
    read: bool,
}

#[derive(Template)]
#[template(path = "care.html")]
pub(super) struct CarePage {
    page: Page,
    members: Vec<Member>,
}

impl CarePage {
    pub(super) fn new(caller: &Caller, cases: &[OwnCase], now: Instant) -> Self {
        let page = Page::new(caller, &TEXTS, "care-title");
        Self { members: cases.iter().map(|own| Member::new(&page, own, now)).collect(), page }
    }
}

impl Member {
    fn new(page: &Page, own: &OwnCase, now: Instant) -> Self {
        let today = now.local_date();
        let patient = Patient::new(page, &own.case, own.person.as_ref(), today);
        let newest = own.reports.first().filter(|report| report.observed.at.local_date() == today);
        let level = newest.map_or("unknown", |report| level_code(report.level));
        Self {
            name: patient.name,
            day: patient.day,
            steps: [false, true].map(|afternoon| DayStep::new(page, own, afternoon, now)).into(),
            verdict: page.t(&format!("care-today-{level}")),
            advice: page.t(&format!("care-today-{level}-note")),
            told: own.advice.iter().filter_map(|act| Told::new(page, act, now)).collect(),
            referrals: own.referrals.iter().filter_map(|act| Referral::new(page, act, now)).take(1).collect(),
            household: own.followed.iter().filter_map(|one| Near::new(page, one)).collect(),
            station_tel: own.station_phone.clone().unwrap_or_default(),
            station_phone: own.station_phone.as_deref().map(national).unwrap_or_default(),
            level,
        }
    }
}

/// A number as people write it.
fn national(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| phone.to_owned(), |phone| phone.national())
}

impl Referral {
    fn new(page: &Page, act: &ActRecord, now: Instant) -> Option<Self> {
        let ActBody::Referral { to, .. } = &act.body else { return None };
        let at = act.steps.last().map_or(act.at, |step| step.at);
        Some(Self {
            place: if to.is_empty() { page.t("care-referral-somewhere") } else { to.clone() },
            status: act.status.name().get(page.language()).to_owned(),
            at: Moment::new(page, at, now),
            arrived: act.status == ActStatus::Arrived,
        })
    }
}

impl Near {
    /// What a contact does; nothing for whom no rule asks for anything, and for patients, who have their own steps.
    fn new(page: &Page, one: &Followed) -> Option<Self> {
        let (plan, person) = (one.plan.as_ref()?, one.person.as_ref()?);
        let (level, today) = today_of(page, one);
        let told = |date: Option<shared::time::Date>| date.map(day).unwrap_or_default();
        let (until, test) = (told(plan.quarantine_until), told(plan.test_on));
        Some(Self { name: person.full_name.as_str().to_owned(), level, today, until, test })
    }
}

impl Told {
    fn new(page: &Page, act: &ActRecord, now: Instant) -> Option<Self> {
        let ActBody::Advice { text } = &act.body else { return None };
        let (id, text) = (act.id.to_string(), text.clone());
        Some(Self { id, text, at: Moment::new(page, act.at, now), read: act.status == ActStatus::Read })
    }
}

fn is_afternoon(at: Instant) -> bool {
    at.local().hour() >= NOON
}

impl DayStep {
    fn new(page: &Page, own: &OwnCase, afternoon: bool, now: Instant) -> Self {
        let today = now.local_date();
        let is_this = |at: Instant| at.local_date() == today && is_afternoon(at) == afternoon;
        let done = own.reports.iter().find(|report| is_this(report.observed.at));
        let (state, icon) = match (done, afternoon, is_afternoon(now)) {
            (Some(_), ..) => ("done", "level-well"),
            (None, false, true) => ("late", "clock"),
            (None, true, false) => ("later", "clock"),
            _ => ("due", "clock"),
        };
        Self {
            href: format!("/care/cases/{}/report", own.case.id),
            state,
            icon,
            title: page.t(if afternoon { "care-afternoon" } else { "care-morning" }),
            note: done.map_or_else(|| page.t(&format!("care-step-{state}")), |report| reported(page, report)),
        }
    }
}

/// When a report was made, and its two most telling values.
fn reported(page: &Page, report: &ReportRecord) -> String {
    let local = report.observed.at.local();
    let time = format!("{:02}:{:02}", local.hour(), local.minute());
    let value = |vital| Some(with_unit(page.language(), vital, report.observed.vitals.get(vital)?));
    let values: Vec<String> = [Vital::Spo2Pct, Vital::TemperatureC].into_iter().filter_map(value).collect();
    let at = page.t_with("care-step-done", &[("time", time.into())]);
    if values.is_empty() { at } else { format!("{at} {}", values.join(", ")) }
}

async fn show(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(html(&SignInPage::new(&caller, String::new(), String::new(), Vec::new())));
    }
    let cases = own_cases::own_cases(&app, &caller).await?;
    Ok(html(&CarePage::new(&caller, &cases, app.platform.now())))
}

/// The family confirms that they read advice.
async fn confirm(State(app): State<App>, caller: Caller, Id(id): Id<ActId>) -> Result<Response, Problem> {
    if caller.citizen().is_none() {
        return Ok(Redirect::to("/care").into_response());
    }
    act_steps::read(&app, &caller, id).await?;
    Ok(Redirect::to("/care").into_response())
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let doc = Doc::page("The patient's and family's page; the sign-in form before");
    routes.add(Method::GET, "/care", Who::Public, Scope::Own, doc, get(show)).add(
        Method::POST,
        "/care/advice/{id}/read",
        Who::Public,
        Scope::Own,
        Doc::page("Confirm that advice was read; the sign-in form before").form(),
        post(confirm),
    )
}
