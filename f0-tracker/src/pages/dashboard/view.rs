//! What the dashboard shows.

use shared::access::AreaScope;
use shared::area::{FIRST_DAY, districts_of_province};
use shared_web::caller::Caller;
use shared_web::page::Page;

use super::chart::{BarChart, HEIGHT, WIDTH};
use super::districts::{DistrictRow, MapView, map};
use super::figures::{alerts, charts, contacts, days, levels, plain, stats};
use crate::app::dashboard::Overview;
use crate::pages::Moment;

/// One number and what it is.
pub struct Stat {
    /// What.
    pub label: String,
    /// The number.
    pub value: String,
    /// What is to be known about it.
    pub note: String,
    /// A level where it means danger; else empty.
    pub level: &'static str,
}

/// A chart with its words.
pub struct DashChart {
    /// For ids.
    pub code: &'static str,
    /// Its title.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// The geometry.
    pub chart: BarChart,
}

/// A line of a small table.
pub struct Count {
    /// What.
    pub label: String,
    /// A level where it is one; else empty.
    pub level: &'static str,
    /// How many.
    pub value: String,
    /// How many wait and how many are in somebody's hands, or nothing.
    pub more: String,
    /// Since when.
    pub since: Option<Moment>,
}

/// A day of the table beside the charts.
pub struct DayRow {
    /// Which.
    pub day: String,
    /// Its numbers, as written.
    pub values: [String; 6],
}

/// Something to choose.
pub struct Choice {
    /// Its value.
    pub code: &'static str,
    /// What people read.
    pub label: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The whole page.
pub struct DashView {
    /// What is shown, in words.
    pub what: String,
    /// When it was read.
    pub as_of: Moment,
    /// The first and the last day as fields hold them.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// The address of the export.
    pub export: String,
    /// The districts to choose from.
    pub areas: Vec<Choice>,
    /// Numbers at the top.
    pub stats: Vec<Stat>,
    /// The charts.
    pub charts: Vec<DashChart>,
    /// The width of every chart.
    pub width: f64,
    /// The height of every chart.
    pub height: f64,
    /// The tiles of the districts, where somebody drew them.
    pub map: Option<MapView>,
    /// The districts.
    pub districts: Vec<DistrictRow>,
    /// Open cases by level.
    pub levels: Vec<Count>,
    /// Open cases by risk.
    pub risks: Vec<Count>,
    /// Alerts.
    pub alerts: Vec<Count>,
    /// Contacts.
    pub contacts: Vec<Count>,
    /// The days, the newest first.
    pub days: Vec<DayRow>,
}

impl DashView {
    /// The page of an overview.
    pub fn new(page: &Page, caller: &Caller, overview: &Overview) -> Self {
        let window = &overview.window;
        let district = window.district.as_deref();
        let name =
            overview.districts.iter().find(|one| Some(one.code.as_str()) == district).map(|one| one.name.clone());
        let area = district.unwrap_or_default();
        Self {
            what: name.unwrap_or_else(|| page.t("dash-everything")),
            as_of: Moment::new(page, overview.as_of, overview.as_of),
            from: window.from.to_string(),
            to: window.to.to_string(),
            export: format!("/dashboard.csv?area={area}&from={}&to={}", window.from, window.to),
            areas: areas(caller, area),
            stats: stats(page, overview),
            charts: charts(page, overview),
            width: WIDTH,
            height: HEIGHT,
            map: map(page, overview),
            districts: overview.districts.iter().map(|one| DistrictRow::new(page, one, overview)).collect(),
            levels: levels(page, overview),
            risks: overview
                .risks
                .iter()
                .map(|(risk, n)| plain(page, &format!("case-risk-{}", risk.code()), *n))
                .collect(),
            alerts: alerts(page, overview),
            contacts: contacts(page, overview),
            days: days(page, overview),
        }
    }
}

fn areas(caller: &Caller, chosen: &str) -> Vec<Choice> {
    let Some(AreaScope::Province(code)) = caller.account().map(|account| &account.area) else { return Vec::new() };
    districts_of_province(code, FIRST_DAY)
        .into_iter()
        .map(|one| Choice { code: one.code, label: one.name, chosen: one.code == chosen })
        .collect()
}
