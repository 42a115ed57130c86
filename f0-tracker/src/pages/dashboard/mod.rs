//! `/dashboard`: the province at a glance, and the same as a table for a spreadsheet. Nobody's name stands here.

mod chart;
mod csv;
mod districts;
mod figures;
mod view;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::extract::Query;
use shared_web::page::{Page, html};

use self::csv::csv;
use self::view::DashView;
use super::{FormError, TEXTS};
use crate::App;
use crate::app::dashboard::{self, FOLLOWERS, Overview, Wanted};

/// What the form above the page asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    area: String,
    from: String,
    to: String,
}

impl From<Asked> for Wanted {
    fn from(asked: Asked) -> Self {
        Self { area: asked.area, from: asked.from, to: asked.to }
    }
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    page: Page,
    asked: Asked,
    errors: Vec<FormError>,
    view: DashView,
}

impl DashboardPage {
    fn new(caller: &Caller, asked: Asked, overview: &Overview, errors: Vec<FormError>) -> Self {
        let mut page = Page::new(caller, &TEXTS, "dash-title").work();
        if !errors.is_empty() {
            page = page.with_errors();
        }
        Self { view: DashView::new(&page, caller, overview), asked, errors, page }
    }

    /// What a field of the form holds: what was typed, else what is shown.
    fn field(&self, id: &str) -> &str {
        let (typed, shown) =
            if id == "from" { (&self.asked.from, &self.view.from) } else { (&self.asked.to, &self.view.to) };
        if typed.is_empty() { shown } else { typed }
    }

    fn error(&self, id: &str) -> &str {
        self.errors.iter().find(|error| error.id == id).map_or("", |error| error.message.as_str())
    }
}

async fn show(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    match dashboard::overview(&app, &caller, &asked.clone().into()).await {
        Ok(overview) => Ok(html(&DashboardPage::new(&caller, asked, &overview, Vec::new()))),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let told = problem.errors.iter().map(|error| FormError {
                id: error.pointer.clone(),
                message: error.detail.get(caller.lang()).to_owned(),
            });
            let errors: Vec<FormError> = told.collect();
            let overview = dashboard::overview(&app, &caller, &Wanted::default()).await?;
            let mut response = html(&DashboardPage::new(&caller, asked, &overview, errors));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => Err(problem),
    }
}

/// The same numbers for a spreadsheet: a row for each day and district.
async fn export(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = dashboard::overview(&app, &caller, &asked.into()).await?;
    dashboard::exported(&app, &caller, &overview).await?;
    let name = format!("attachment; filename=\"an-tam-{}-{}.csv\"", overview.window.from, overview.window.to);
    let disposition = HeaderValue::from_str(&name).map_err(|_| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, csv(&overview)).into_response())
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<App>) -> Routes<App> {
    routes
        .add(
            Method::GET,
            "/dashboard",
            Who::Roles(FOLLOWERS),
            Scope::Area,
            Doc::page("The province at a glance; nobody's name").query(&["area", "from", "to"]),
            get(show),
        )
        .add(
            Method::GET,
            "/dashboard.csv",
            Who::Roles(FOLLOWERS),
            Scope::Area,
            Doc::page("The numbers of the dashboard by day and district")
                .query(&["area", "from", "to"])
                .gives("text/csv"),
            get(export),
        )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::app::dashboard::{AlertsNow, DistrictCount, Window};
    use crate::domain::curve::{DayCount, days};
    use crate::domain::risk::RiskGroup;
    use crate::pages::samples;
    use crate::store::ContactLevel;
    use shared::access::Role;
    use shared::bilingual::Lang;
    use shared::events::AlertLevel;
    use shared::time::{Date, hours};

    fn overview(many: bool) -> Overview {
        let (from, to) = (Date::constant(2022, 3, 1), Date::constant(2022, 3, 10));
        let mut days = days(from, to);
        for (n, day) in days.iter_mut().enumerate() {
            let n = i64::try_from(n).unwrap() * i64::from(many);
            day.count = DayCount { new: 100 * n, closed: n, active: 900 * n, tests: 300 * n, positive: 90 * n };
        }
        let district = |code: &str, name: &str, times: i64| DistrictCount {
            code: code.to_owned(),
            name: name.to_owned(),
            new: (0..10).map(|n| n * times).collect(),
            tests: 50 * times,
            positive: 20 * times,
            open: 400 * times,
            serious: 3 * times,
            very_high: 9 * times,
            silent: 7 * times,
            alerts: times,
            oldest: (times > 0).then(|| samples::now().minus(hours(2))),
        };
        let times = i64::from(many);
        let alert = AlertsNow { open: 3, taken: 2, oldest: Some(samples::now().minus(hours(1))) };
        Overview {
            window: Window { district: many.then(|| "815".to_owned()), from, to },
            as_of: samples::now(),
            days,
            districts: vec![
                district("815", "Thành phố Mỹ Tho", 5 * times),
                district("821", "Huyện Châu Thành", times),
                district("", "", times),
            ],
            levels: if many {
                BTreeMap::from([(AlertLevel::Emergency, 4), (AlertLevel::None, 900)])
            } else {
                BTreeMap::new()
            },
            risks: RiskGroup::ALL.map(|risk| (risk, 10 * times)).into(),
            alerts: if many { BTreeMap::from([(AlertLevel::Emergency, alert)]) } else { BTreeMap::new() },
            silent: 35 * times,
            contacts: if many { BTreeMap::from([(ContactLevel::Household, 12)]) } else { BTreeMap::new() },
        }
    }

    fn page(lang: Lang, many: bool, errors: Vec<FormError>) -> String {
        let officer = samples::caller_with(lang, Role::Officer);
        DashboardPage::new(&officer, Asked::default(), &overview(many), errors).render().unwrap()
    }

    #[test]
    fn it_is_written_in_both_languages_without_a_missing_word() {
        for lang in [Lang::Vi, Lang::En] {
            samples::assert_no_key(&page(lang, true, Vec::new()));
            samples::assert_no_key(&page(lang, false, Vec::new()));
        }
    }

    #[test]
    fn it_shows_the_numbers_and_the_same_as_tables() {
        let html = page(Lang::Vi, true, Vec::new());
        for told in ["Thành phố Mỹ Tho", "900", "8.100", "35", "<svg", "/dashboard.csv?area=815", "30%"] {
            assert!(html.contains(told), "{told}: {html}");
        }
        assert!(!html.contains(" style="));
    }

    #[test]
    fn what_was_asked_wrongly_stands_above_and_at_its_field() {
        let error = FormError { id: "from".to_owned(), message: "Ngày viết như 2022-03-10".to_owned() };
        let html = page(Lang::Vi, true, vec![error]);
        assert!(html.contains("href=\"#from\"") && html.contains("id=\"from-error\""));
    }

    #[test]
    fn a_row_of_the_export_is_a_day_with_its_districts() {
        let text = csv(&overview(true));
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].starts_with("\u{feff}date,"), "a spreadsheet reads UTF-8 by this mark");
        assert!(rows[0].ends_with(",new 815 Thành phố Mỹ Tho,new 821 Huyện Châu Thành"), "{text}");
        assert_eq!(rows[10], "2022-03-10,900,9,8100,2700,810,45,9");
        assert_eq!(rows.len(), 11);
    }
}
