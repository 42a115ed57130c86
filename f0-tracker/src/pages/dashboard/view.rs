//! What the dashboard shows.

use shared::access::AreaScope;
use shared::area::{FIRST_DAY, districts_of_province};
use shared::events::AlertLevel;
use shared_web::caller::Caller;
use shared_web::page::Page;

use super::chart::{self, BarChart, HEIGHT, WIDTH};
use crate::app::dashboard::{DistrictCount, Overview};
use crate::domain::curve::{CurveDay, DayCount, averages, share};
use crate::pages::Moment;
use crate::pages::case::patient::day;
use crate::pages::case::values::level_code;
use crate::store::ContactLevel;

/// The side of a tile.
const TILE: i64 = 116;
/// How high a tile is.
const TILE_HIGH: i64 = 64;

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

/// A tile of the map.
pub struct TileView {
    /// The district's code, for the address.
    pub code: String,
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Its middle.
    pub middle: i64,
    /// Where the name stands.
    pub name_y: i64,
    /// Where the number stands.
    pub value_y: i64,
    /// How dark, from 0 to 4.
    pub shade: i64,
    /// The district without "Huyện".
    pub name: String,
    /// The number.
    pub value: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The tiles.
pub struct MapView {
    /// What a reader must know.
    pub note: String,
    /// The width of the box.
    pub width: i64,
    /// Its height.
    pub height: i64,
    /// The side of a tile, with its gap.
    pub side: i64,
    /// How high a tile is, with its gap.
    pub high: i64,
    /// One for each district.
    pub tiles: Vec<TileView>,
}

/// A row of the districts' table.
pub struct DistrictRow {
    /// The code; empty for those whose ward is not known.
    pub code: String,
    /// The name.
    pub name: String,
    /// New cases of seven days.
    pub new: String,
    /// How that stands to the seven days before, in words.
    pub change: String,
    /// The picture of that.
    pub arrow: &'static str,
    /// Open cases.
    pub open: String,
    /// Urgent or an emergency.
    pub serious: i64,
    /// At very high risk.
    pub very_high: String,
    /// Missed a report.
    pub silent: String,
    /// Alerts that nobody has.
    pub alerts: i64,
    /// Since when the oldest waits.
    pub oldest: Option<Moment>,
    /// Positive ones of a hundred tests.
    pub positivity: String,
    /// New cases by day, small.
    pub spark: String,
    /// Whether it is chosen.
    pub chosen: bool,
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

fn percent(page: &Page, tenths: Option<i64>) -> String {
    let mark = if page.lang == "vi" { ',' } else { '.' };
    match tenths {
        None => "–".to_owned(),
        Some(tenths) if tenths % 10 == 0 => format!("{}%", tenths / 10),
        Some(tenths) => format!("{}{mark}{}%", tenths / 10, tenths % 10),
    }
}

/// An average in tenths, as a number.
fn average(page: &Page, tenths: Option<i64>) -> String {
    tenths.map_or_else(|| "–".to_owned(), |tenths| page.figure((tenths + 5) / 10))
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

fn plain(page: &Page, key: &str, count: i64) -> Count {
    Count { label: page.t(key), level: "", value: page.figure(count), more: String::new(), since: None }
}

fn stats(page: &Page, overview: &Overview) -> Vec<Stat> {
    let days = &overview.days;
    let today = days.last().map(|day| day.count).unwrap_or_default();
    let week = averages(&days.iter().map(|day| day.count.new).collect::<Vec<_>>());
    let (tests, positive) =
        days.iter().rev().take(7).fold((0, 0), |(all, found), day| (all + day.count.tests, found + day.count.positive));
    let waiting: i64 = overview.alerts.values().map(|now| now.open).sum();
    let oldest = overview.alerts.values().filter_map(|now| now.oldest).min();
    let serious: i64 = overview.levels.iter().filter(|(level, _)| **level >= AlertLevel::Urgent).map(|(_, n)| *n).sum();
    let open: i64 = overview.levels.values().sum();
    let stat = |key: &str, value: String, note: String, level| Stat { label: page.t(key), value, note, level };
    vec![
        stat(
            "dash-new",
            page.figure(today.new),
            page.t_with("dash-average-note", &[("count", average(page, week.last().copied().flatten()).into())]),
            "",
        ),
        stat(
            "dash-open",
            page.figure(open),
            page.t_with("dash-serious-note", &[("count", page.figure(serious).into())]),
            "",
        ),
        stat(
            "dash-waiting",
            page.figure(waiting),
            oldest.map_or_else(
                || page.t("dash-waiting-none"),
                |at| page.t_with("dash-oldest", &[("ago", page.ago(at, overview.as_of).into())]),
            ),
            if waiting > 0 { "urgent" } else { "" },
        ),
        stat(
            "dash-silent",
            page.figure(overview.silent),
            page.t_with("dash-share-note", &[("share", percent(page, share(overview.silent, open)).into())]),
            "",
        ),
        stat(
            "dash-positivity",
            percent(page, share(positive, tests)),
            page.t_with("dash-tests-note", &[("count", page.figure(tests).into())]),
            "",
        ),
        stat("dash-contacts", page.figure(overview.contacts.values().sum()), page.t("dash-contacts-note"), ""),
    ]
}

fn charts(page: &Page, overview: &Overview) -> Vec<DashChart> {
    let days = &overview.days;
    let names: Vec<String> = days.iter().map(|day| format!("{:02}/{:02}", day.date.day(), day.date.month())).collect();
    let column = |of: fn(&DayCount) -> i64| days.iter().map(|day| of(&day.count)).collect::<Vec<_>>();
    let draw = |code: &'static str, key: &str, values: Vec<i64>, parts: Option<Vec<i64>>, with_average: bool| {
        let average = if with_average { averages(&values) } else { Vec::new() };
        let label = |n: usize| {
            let value = page.figure(values[n]);
            let part =
                parts.as_ref().map(|parts| format!(" · {} {}", page.figure(parts[n]), page.t("dash-positive-word")));
            format!("{}: {value}{}", names[n], part.unwrap_or_default())
        };
        let most = values.iter().copied().max().unwrap_or(0);
        let description = page.t_with(
            "dash-chart-summary",
            &[
                ("first", names.first().cloned().unwrap_or_default().into()),
                ("last", names.last().cloned().unwrap_or_default().into()),
                ("most", page.figure(most).into()),
                ("now", page.figure(values.last().copied().unwrap_or(0)).into()),
            ],
        );
        let chart = chart::bars(&values, parts.as_deref(), &average, &names, label, |n| page.figure(n));
        DashChart { code, title: page.t(key), description, chart }
    };
    vec![
        draw("new", "dash-chart-new", column(|day| day.new), None, true),
        draw("active", "dash-chart-active", column(|day| day.active), None, false),
        draw("tests", "dash-chart-tests", column(|day| day.tests), Some(column(|day| day.positive)), false),
    ]
}

/// The name of a district without its kind, so that it fits a tile.
fn short(name: &str) -> String {
    let kinds = ["Thành phố ", "Thị xã ", "Huyện ", "Quận "];
    match kinds.into_iter().find_map(|kind| Some((kind, name.strip_prefix(kind)?))) {
        Some(("Thị xã ", rest)) => format!("TX {rest}"),
        Some((_, rest)) => rest.to_owned(),
        None => name.to_owned(),
    }
}

fn map(page: &Page, overview: &Overview) -> Option<MapView> {
    let known: Vec<&DistrictCount> = overview.districts.iter().filter(|one| !one.code.is_empty()).collect();
    let tiles = known.first().and_then(|one| chart::tiles(&one.code))?;
    let highest = known.iter().map(|one| one.newest(7)).max().unwrap_or(0);
    let view = |tile: &chart::Tile| {
        let district = known.iter().find(|one| one.code == tile.code)?;
        let (x, y) = (tile.column * TILE, tile.row * TILE_HIGH);
        Some(TileView {
            code: tile.code.clone(),
            x,
            y,
            middle: x + (TILE - 4) / 2,
            name_y: y + 24,
            value_y: y + 46,
            shade: chart::shade(district.newest(7), highest),
            name: short(&district.name),
            value: page.figure(district.newest(7)),
            chosen: overview.window.district.as_deref() == Some(tile.code.as_str()),
        })
    };
    Some(MapView {
        note: tiles.note.get(page.language()).to_owned(),
        width: tiles.columns * TILE,
        height: tiles.rows * TILE_HIGH,
        side: TILE - 4,
        high: TILE_HIGH - 4,
        tiles: tiles.tiles.iter().filter_map(view).collect(),
    })
}

/// New cases by day as the `points` of a polyline in a box of 96 by 28.
fn spark(new: &[i64]) -> String {
    let highest = new.iter().copied().max().unwrap_or(0).max(1);
    let last = i64::try_from(new.len()).unwrap_or(1).max(2) - 1;
    let point = |(n, value): (usize, &i64)| {
        let n = i64::try_from(n).unwrap_or(0);
        format!("{},{}", 96 * n / last, 26 - 24 * value / highest)
    };
    new.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

impl DistrictRow {
    fn new(page: &Page, one: &DistrictCount, overview: &Overview) -> Self {
        let (now, before) = (one.newest(7), one.before(7));
        let (arrow, key) = match now.cmp(&before) {
            core::cmp::Ordering::Less => ("arrow-down", "dash-down"),
            core::cmp::Ordering::Equal => ("steady", "dash-steady"),
            core::cmp::Ordering::Greater => ("arrow-up", "dash-up"),
        };
        Self {
            code: one.code.clone(),
            name: if one.name.is_empty() { page.t("dash-no-district") } else { one.name.clone() },
            new: page.figure(now),
            change: page.t_with(key, &[("count", page.figure((now - before).abs()).into())]),
            arrow,
            open: page.figure(one.open),
            serious: one.serious,
            very_high: page.figure(one.very_high),
            silent: page.figure(one.silent),
            alerts: one.alerts,
            oldest: one.oldest.map(|at| Moment::new(page, at, overview.as_of)),
            positivity: percent(page, share(one.positive, one.tests)),
            spark: spark(&one.new),
            chosen: overview.window.district.as_deref() == Some(one.code.as_str()),
        }
    }
}

fn levels(page: &Page, overview: &Overview) -> Vec<Count> {
    let all = [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch, AlertLevel::None];
    all.map(|level| Count {
        level: level_code(level),
        ..plain(page, &format!("level-{}", level.code()), overview.levels.get(&level).copied().unwrap_or(0))
    })
    .into()
}

fn alerts(page: &Page, overview: &Overview) -> Vec<Count> {
    let all = [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch];
    all.map(|level| {
        let now = overview.alerts.get(&level).copied().unwrap_or_default();
        let taken = page.figure(now.taken);
        Count {
            level: level_code(level),
            more: page.t_with("dash-taken", &[("count", taken.into())]),
            since: now.oldest.map(|at| Moment::new(page, at, overview.as_of)),
            ..plain(page, &format!("level-{}", level.code()), now.open)
        }
    })
    .into()
}

fn contacts(page: &Page, overview: &Overview) -> Vec<Count> {
    use shared::events::ExposureLevel as Near;
    let all = [
        ContactLevel::Household,
        ContactLevel::Exposure(Near::Close),
        ContactLevel::Exposure(Near::Brief),
        ContactLevel::Exposure(Near::SamePlace),
    ];
    all.map(|level| {
        plain(page, &format!("dash-contact-{}", level.code()), overview.contacts.get(&level).copied().unwrap_or(0))
    })
    .into()
}

fn days(page: &Page, overview: &Overview) -> Vec<DayRow> {
    let week = averages(&overview.days.iter().map(|day| day.count.new).collect::<Vec<_>>());
    let row = |(n, one): (usize, &CurveDay)| {
        let count = &one.count;
        DayRow {
            day: day(one.date),
            values: [
                page.figure(count.new),
                average(page, week[n]),
                page.figure(count.closed),
                page.figure(count.active),
                page.figure(count.tests),
                percent(page, share(count.positive, count.tests)),
            ],
        }
    };
    overview.days.iter().enumerate().map(row).rev().collect()
}

/// The numbers as CSV, a row for each day and the new cases of each district beside them, with the mark by which a
/// spreadsheet knows UTF-8. Names of districts hold no comma, and nothing in it came from a person.
pub fn csv(overview: &Overview) -> String {
    let named: Vec<&DistrictCount> = overview.districts.iter().filter(|one| !one.code.is_empty()).collect();
    let mut text = String::from("\u{feff}date,new_cases,closed_cases,active_cases,tests,positive_tests");
    named.iter().for_each(|one| text.push_str(&format!(",new {} {}", one.code, one.name)));
    for (n, day) in overview.days.iter().enumerate() {
        let count = &day.count;
        let DayCount { new, closed, active, tests, positive } = count;
        text.push_str(&format!("\r\n{},{new},{closed},{active},{tests},{positive}", day.date));
        named.iter().for_each(|one| text.push_str(&format!(",{}", one.new.get(n).copied().unwrap_or(0))));
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    #[test]
    fn a_share_is_written_with_the_comma_of_the_language() {
        assert_eq!(percent(&samples::page(Lang::Vi), Some(125)), "12,5%");
        assert_eq!(percent(&samples::page(Lang::En), Some(125)), "12.5%");
        assert_eq!(percent(&samples::page(Lang::Vi), Some(300)), "30%");
        assert_eq!(percent(&samples::page(Lang::Vi), None), "–");
    }

    #[test]
    fn names_fit_a_tile_and_towns_stay_apart_from_districts() {
        assert_eq!(short("Thành phố Mỹ Tho"), "Mỹ Tho");
        assert_eq!((short("Thị xã Cai Lậy"), short("Huyện Cai Lậy")), ("TX Cai Lậy".to_owned(), "Cai Lậy".to_owned()));
    }

    #[test]
    fn a_spark_stays_in_its_box() {
        assert_eq!(spark(&[0, 5, 10]), "0,26 48,14 96,2");
        assert_eq!(spark(&[]), "");
    }
}
