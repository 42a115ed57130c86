//! `/board`: who needs a doctor now, live, and below everybody with an open case.

mod cards;
#[cfg(test)]
mod flow;
mod list;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use shared::events::AlertLevel;
use shared::ids::AlertId;
use shared::time::Instant;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::{Id, Query};
use shared_web::page::{Page, html};

use self::cards::Lanes;
pub use self::list::wards;
use self::list::{CaseList, Wanted};
use super::TEXTS;
use crate::App;
use crate::api::BOARD;
use crate::app::alerts::{self, Step};
use crate::app::hotline;
use crate::app::look::{self, AlertQuery, Alerts};
use crate::pages::hotline::WaitingRow;
use crate::store::AlertState;

/// So many alerts that nobody has are shown, the most dangerous first.
const OPEN_SHOWN: i64 = 200;
/// So many alerts that somebody has are shown.
const TAKEN_SHOWN: i64 = 60;

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    page: Page,
    lanes: Lanes,
    list: CaseList,
    /// The filters as a query, which the script sends with every refresh.
    kept: String,
    handovers: Vec<WaitingRow>,
}

#[derive(Template)]
#[template(path = "board_alerts.html")]
struct AlertsFragment {
    page: Page,
    lanes: Lanes,
}

fn page_of(caller: &Caller) -> Page {
    Page::new(caller, &TEXTS, "board-title").work()
}

/// What waits, then what somebody has, each by danger and age.
async fn unresolved(app: &App, caller: &Caller, wanted: &Wanted) -> Result<[Alerts; 2], Problem> {
    let open = in_state(app, caller, wanted, AlertState::Open, OPEN_SHOWN).await?;
    Ok([open, in_state(app, caller, wanted, AlertState::Acknowledged, TAKEN_SHOWN).await?])
}

/// The alerts of one state that the filters leave. No filter hides an emergency.
async fn in_state(
    app: &App,
    caller: &Caller,
    wanted: &Wanted,
    state: AlertState,
    limit: i64,
) -> Result<Alerts, Problem> {
    let all = AlertQuery { states: vec![state], limit, ..AlertQuery::default() };
    if wanted.kept().is_empty() {
        return Ok(look::alerts(app, caller, all).await?);
    }
    let (ward_code, district) = wanted.area();
    let doctor = wanted.doctor(caller.account().map(|account| account.id));
    let level = Some(AlertLevel::Emergency);
    let mut found = look::alerts(app, caller, AlertQuery { level, ..all.clone() }).await?;
    let more = look::alerts(app, caller, AlertQuery { ward_code, district, doctor, ..all }).await?;
    found.cards.extend(more.cards.into_iter().filter(|card| card.alert.level != AlertLevel::Emergency));
    found.names.extend(more.names);
    found.next = found.next.or(more.next);
    Ok(found)
}

fn lanes(page: &Page, caller: &Caller, [open, taken]: &[Alerts; 2], now: Instant) -> Lanes {
    let reader = caller.account().map(|account| account.id);
    Lanes::new(page, open, taken, reader, now)
}

async fn show(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let now = app.platform.now();
    let page = page_of(&caller);
    let alerts = unresolved(&app, &caller, &wanted).await?;
    let reader = caller.account().map(|account| account.id);
    let cases = look::cases(&app, &caller, wanted.query(reader)?).await?;
    let doctors = look::doctors(&app).await?;
    let lanes = lanes(&page, &caller, &alerts, now);
    let list = CaseList::new(&page, &caller, &wanted, &doctors, &cases, now);
    let handovers = hotline::offered_to(&app, &caller).await?;
    let handovers = handovers.lines.iter().map(|one| WaitingRow::new(&page, one, &handovers.names, now)).collect();
    Ok(html(&BoardPage { page, lanes, list, kept: wanted.kept(), handovers }))
}

async fn fragment(State(app): State<App>, caller: Caller, Query(wanted): Query<Wanted>) -> Result<Response, Problem> {
    let page = page_of(&caller);
    let alerts = unresolved(&app, &caller, &wanted).await?;
    let lanes = lanes(&page, &caller, &alerts, app.platform.now());
    Ok(html(&AlertsFragment { page, lanes }))
}

/// What the forms of an alert send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Act {
    /// What was noted.
    note: String,
    /// `case` where the form stood on the case's page.
    from: String,
}

async fn act(app: &App, caller: &Caller, id: AlertId, step: Step, form: &Act) -> Result<Response, Problem> {
    let alert = alerts::act(app, caller, id, step, &form.note).await?;
    let back = match form.from.as_str() {
        "case" => format!("/cases/{}", alert.case_id),
        "station" => "/station".to_owned(),
        _ => "/board".to_owned(),
    };
    Ok(Redirect::to(&back).into_response())
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AlertId>,
    Form(form): Form<Act>,
) -> Result<Response, Problem> {
    act(&app, &caller, id, Step::Acknowledge, &form).await
}

async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AlertId>,
    Form(form): Form<Act>,
) -> Result<Response, Problem> {
    act(&app, &caller, id, Step::Resolve, &form).await
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/board",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::page("The doctors' live board, and everybody with an open case")
                .query(&["q", "ward", "risk", "doctor", "cursor"]),
            get(show),
        )
        .add(
            Method::GET,
            "/board/fragments/alerts",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::page("The lanes of the board alone").query(&["ward", "doctor", "risk"]),
            get(fragment),
        )
        .add(
            Method::POST,
            "/board/alerts/{id}/take",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::page("Take an alert, without script; 409 says who was first").form(),
            post(take),
        )
        .add(
            Method::POST,
            "/board/alerts/{id}/resolve",
            Who::Roles(BOARD),
            Scope::Area,
            Doc::page("End an alert, without script; 409 says who has it").form(),
            post(resolve),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::look::{AlertCard, CaseLine, Cases, Names};
    use crate::domain::ranking::Trend;
    use crate::pages::samples;
    use crate::store::AlertRecord;
    use shared::bilingual::Lang;

    fn card(alert: AlertRecord) -> AlertCard {
        let file = samples::file();
        AlertCard { alert, case: file.case, person: file.person, reports: file.reports[..2].to_vec() }
    }

    fn alerts(records: Vec<AlertRecord>) -> Alerts {
        Alerts { cards: records.into_iter().map(card).collect(), names: samples::file().names, next: None }
    }

    fn page(lang: Lang, alerts: &[Alerts; 2], cases: &Cases, wanted: &Wanted) -> BoardPage {
        let (caller, now) = (samples::caller(lang), samples::now());
        let page = page_of(&caller);
        let lanes = lanes(&page, &caller, alerts, now);
        let doctors = [(samples::other_doctor(), "BS. Trần Thu".to_owned())];
        let list = CaseList::new(&page, &caller, wanted, &doctors, cases, now);
        let waiting = crate::pages::station::samples::list();
        let handovers = waiting.handovers.iter().map(|one| WaitingRow::new(&page, one, &waiting.names, now)).collect();
        BoardPage { page, lanes, list, kept: wanted.kept(), handovers }
    }

    fn cases() -> Cases {
        let lines = [samples::file(), samples::fresh_file()].map(|file| CaseLine {
            case: file.case,
            person: file.person,
            alerts: file.alerts,
            trend: Trend { spo2_fall: 6, ..Trend::default() },
        });
        Cases { lines: lines.into(), names: Names::new(), more: true }
    }

    fn empty() -> ([Alerts; 2], Cases) {
        ([alerts(Vec::new()), alerts(Vec::new())], Cases { lines: Vec::new(), names: Names::new(), more: false })
    }

    #[test]
    fn it_is_written_in_both_languages_without_a_missing_word() {
        let full = [alerts(vec![samples::alert()]), alerts(vec![samples::taken(samples::doctor())])];
        let searched = Wanted { q: Some("hoa".to_owned()), ..Wanted::default() };
        let (none, nobody) = empty();
        for lang in [Lang::Vi, Lang::En] {
            samples::assert_no_key(&page(lang, &full, &cases(), &Wanted::default()).render().unwrap());
            samples::assert_no_key(&page(lang, &none, &nobody, &Wanted::default()).render().unwrap());
            samples::assert_no_key(&page(lang, &none, &nobody, &searched).render().unwrap());
        }
    }

    #[test]
    fn a_card_has_what_the_script_and_the_doctor_look_for() {
        let (_, nobody) = empty();
        let waiting = [alerts(vec![samples::alert()]), alerts(Vec::new())];
        let html = page(Lang::Vi, &waiting, &nobody, &Wanted::default()).render().unwrap();
        let id = samples::alert().id;
        for told in [
            format!("data-alert-id=\"{id}\" data-level=\"emergency\" data-state=\"open\" data-overdue=\"true\""),
            format!("action=\"/board/alerts/{id}/take\" data-take=\"{id}\""),
            "data-wait=\"2022-03-10T01:00:00Z\">12 phút<".to_owned(),
            "Nguyễn Thị Hoa</a>".to_owned(),
            "Phường 4, Thành phố Mỹ Tho".to_owned(),
            "ngày 6 từ khi có triệu chứng".to_owned(),
            "91%".to_owned(),
            "đang giảm".to_owned(),
            "Mức độ nặng: SpO2 dưới 94% khi thở khí phòng".to_owned(),
            "title=\"437/QĐ-BYT, bảng phân loại mức độ; 4689/QĐ-BYT, 5.3\"".to_owned(),
            "href=\"tel:+84912345678\"".to_owned(),
        ] {
            assert!(html.contains(&told), "{told}");
        }
    }

    #[test]
    fn every_lane_is_there_also_the_empty_ones() {
        let (none, _) = empty();
        let caller = samples::caller(Lang::Vi);
        let page = page_of(&caller);
        let lanes = lanes(&page, &caller, &none, samples::now());
        let html = AlertsFragment { page, lanes }.render().unwrap();
        assert!(html.trim_start().starts_with("<section id=\"alerts\""), "{html}");
        for level in ["emergency", "urgent", "watch"] {
            assert!(html.contains(&format!("class=\"lane\" data-level=\"{level}\"")));
        }
        assert_eq!(html.matches("class=\"lane-empty\">").count(), 3);
    }

    #[test]
    fn an_alert_of_somebody_else_has_a_name_and_no_form() {
        let (_, nobody) = empty();
        let of = |by| {
            let taken = [alerts(Vec::new()), alerts(vec![samples::taken(by)])];
            page(Lang::Vi, &taken, &nobody, &Wanted::default()).render().unwrap()
        };
        let others = of(samples::other_doctor());
        assert!(others.contains("BS. Trần Thu") && others.contains("data-state=\"taken\""));
        assert!(!others.contains("action=\"/board/alerts/"));
        assert!(of(samples::doctor()).contains("/resolve\""));
    }
}
