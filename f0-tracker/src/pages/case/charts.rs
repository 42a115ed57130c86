//! The charts of a case: its readings with the thresholds of the protocol in force and the alerts.

use shared::events::AlertLevel;
use shared::time::{Date, Instant};
use shared_web::page::{Page, exact};

use super::chart::{Chart, HEIGHT, Limit, PLOT_END, Px, Reading, TimeAxis, WIDTH, draw};
use super::values::{level_code, level_of, number, short_name, with_unit};
use crate::app::look::CaseFile;
use crate::app::open_case::{FIRST_CALL, subject_of};
use crate::domain::age::Age;
use crate::domain::catalog::Catalog;
use crate::domain::observation::Observation;
use crate::domain::protocol::Test;
use crate::domain::vital::{Tenths, Vital};

/// The vital signs with a chart, and the values that it shows in any case. The ranges only scale the
/// picture.
const CHARTS: [(Vital, (i32, i32)); 4] = [
    (Vital::Spo2Pct, (88, 100)),
    (Vital::Pulse, (45, 125)),
    (Vital::TemperatureC, (35, 40)),
    (Vital::RespiratoryRate, (10, 30)),
];

/// One chart with its words.
pub struct VitalChart {
    /// The code of the vital sign, for ids.
    pub code: &'static str,
    /// What was measured.
    pub title: String,
    /// The newest value, or a dash.
    pub latest: String,
    /// The unit.
    pub unit: String,
    /// What the picture shows, for those who do not see it.
    pub description: String,
    /// Whether the protocol in force sets no threshold for it.
    pub no_threshold: bool,
    /// The thresholds as they are written beside their lines.
    pub edges: Vec<EdgeLabel>,
    /// The geometry.
    pub chart: Chart,
}

/// A threshold with its words.
pub struct EdgeLabel {
    /// Where.
    pub y: Px,
    /// The sign and the number.
    pub text: String,
}

/// The moment of an alert, marked on every chart.
pub struct AlertMark {
    /// Where.
    pub x: Px,
    /// Its level.
    pub level: &'static str,
    /// When and how dangerous, in words.
    pub label: String,
}

/// A day on the axis.
pub struct DayLabel {
    /// Where.
    pub x: Px,
    /// `dd/MM`.
    pub text: String,
}

/// All charts of a case on one axis.
pub struct Charts {
    /// One for each vital sign.
    pub charts: Vec<VitalChart>,
    /// The alerts.
    pub alerts: Vec<AlertMark>,
    /// The days.
    pub days: Vec<DayLabel>,
    /// The width of every chart.
    pub width: f64,
    /// The height of every chart.
    pub height: f64,
    /// Where the plot ends.
    pub plot_end: f64,
}

impl Charts {
    /// The charts of a case as it stands; none before the first report.
    pub fn new(page: &Page, file: &CaseFile, now: Instant) -> Option<Self> {
        let first = file.reports.iter().map(|report| report.observed.at).min()?;
        let last = file.reports.iter().map(|report| report.observed.at).max()?;
        let end = file.case.closed_at.unwrap_or(now).max(last);
        let axis = TimeAxis::over(first.min(file.case.opened_at), end);
        let birth = subject_of(&file.case, file.person.as_ref()).age_on(now.local_date());
        let age = birth.unwrap_or(Age::ASSUMED_ADULT);
        let charts = CHARTS.map(|(vital, usual)| {
            let limits = limits(age, now.local_date(), vital);
            VitalChart::new(page, file, &axis, vital, usual, &limits)
        });
        let raised = file.alerts.iter().filter(|alert| alert.reasons.iter().any(|reason| reason.rule != FIRST_CALL));
        let mark = |level: AlertLevel, at: Instant| AlertMark {
            x: axis.x(at),
            level: level_code(level),
            label: format!("{}, {}", page.t(&format!("level-{}", level.code())), exact(at)),
        };
        let day = |tick: super::chart::Tick| DayLabel {
            x: tick.x,
            text: format!("{:02}/{:02}", tick.day.day(), tick.day.month()),
        };
        Some(Self {
            charts: charts.into(),
            alerts: raised.map(|alert| mark(alert.level, alert.raised_at)).collect(),
            days: axis.ticks().into_iter().map(day).collect(),
            width: WIDTH,
            height: HEIGHT,
            plot_end: PLOT_END,
        })
    }
}

/// The thresholds of the protocol that is in force for an age on a day.
fn limits(age: Age, on: Date, vital: Vital) -> Vec<Limit> {
    let rules = Catalog::builtin().default_for(age, on).rules().filter(|(_, rule)| rule.ages.contains(age));
    let limit = |rule: &crate::domain::protocol::Rule| match rule.test {
        Test::Vital { vital: of, comparison, threshold } if of == vital => {
            Some(Limit { level: rule.level, comparison, threshold })
        }
        _ => None,
    };
    rules.filter_map(|(_, rule)| limit(rule)).collect()
}

impl VitalChart {
    fn new(page: &Page, file: &CaseFile, axis: &TimeAxis, vital: Vital, usual: (i32, i32), limits: &[Limit]) -> Self {
        let lang = page.language();
        let label = |observed: &Observation, value: Tenths| match (vital, observed.on_oxygen) {
            (Vital::Spo2Pct, true) => format!("{} ({})", number(lang, value), page.t("case-on-oxygen")),
            _ => number(lang, value),
        };
        // Newest first, as the file has them.
        let measured = file.reports.iter().filter_map(|report| {
            let value = report.observed.vitals.get(vital)?;
            Some(Reading {
                at: report.observed.at,
                value,
                level: level_of(report, vital),
                label: label(&report.observed, value),
            })
        });
        let readings: Vec<Reading> = measured.collect();
        let chart = draw(axis, usual, limits, &readings);
        let edges = chart.edges.iter().map(|edge| EdgeLabel {
            y: edge.y,
            text: format!("{} {}", edge.limit.comparison.sign(), number(lang, edge.limit.threshold)),
        });
        Self {
            code: vital.code(),
            title: short_name(lang, vital),
            latest: readings.first().map_or_else(|| "–".to_owned(), |reading| reading.label.clone()),
            unit: vital.unit().get(lang).to_owned(),
            description: describe(page, vital, &readings),
            no_threshold: limits.is_empty(),
            edges: edges.collect(),
            chart,
        }
    }
}

/// A chart in a sentence. `readings` are the newest first.
fn describe(page: &Page, vital: Vital, readings: &[Reading]) -> String {
    let lang = page.language();
    let (Some(newest), Some(oldest)) = (readings.first(), readings.last()) else { return page.t("case-chart-none") };
    let values = || readings.iter().map(|reading| reading.value);
    let (low, high) = (values().min().unwrap_or(newest.value), values().max().unwrap_or(newest.value));
    page.t_with(
        "case-chart-summary",
        &[
            ("count", readings.len().into()),
            ("first", with_unit(lang, vital, oldest.value).into()),
            ("first_at", exact(oldest.at).into()),
            ("last", with_unit(lang, vital, newest.value).into()),
            ("last_at", exact(newest.at).into()),
            ("low", number(lang, low).into()),
            ("high", number(lang, high).into()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;

    fn spo2(lang: Lang) -> VitalChart {
        let charts = Charts::new(&samples::page(lang), &samples::file(), samples::now()).unwrap();
        charts.charts.into_iter().find(|chart| chart.code == "spo2_pct").unwrap()
    }

    #[test]
    fn an_adult_has_the_thresholds_of_the_protocol_in_force_and_temperature_has_none() {
        let on = Date::constant(2022, 3, 10);
        let told = |vital| {
            let limits = limits(Age::from_years(67), on, vital);
            limits.iter().map(|l| format!("{}{}", l.comparison.sign(), l.threshold)).collect::<Vec<_>>()
        };
        assert_eq!(told(Vital::Spo2Pct), ["≤96", "<94"]);
        assert_eq!(told(Vital::RespiratoryRate), ["≥20", ">25"]);
        assert_eq!(told(Vital::Pulse), [">120", "<50"]);
        assert!(told(Vital::TemperatureC).is_empty());
    }

    #[test]
    fn a_small_child_breathes_by_other_thresholds() {
        let limits = limits(Age::from_years(3), Date::constant(2022, 3, 10), Vital::RespiratoryRate);
        assert!(limits.iter().any(|limit| limit.threshold == Tenths::whole(40)), "{limits:?}");
        assert!(limits.iter().all(|limit| limit.threshold >= Tenths::whole(30)), "{limits:?}");
    }

    #[test]
    fn the_picture_is_told_in_a_sentence_and_its_newest_value_beside_it() {
        let chart = spo2(Lang::Vi);
        assert_eq!(chart.latest, "91");
        for word in ["98", "91%", "10/03/2022 08:00"] {
            assert!(chart.description.contains(word), "{}", chart.description);
        }
        assert!(spo2(Lang::En).description.contains("91%"));
    }

    #[test]
    fn a_reading_that_a_rule_fired_on_is_marked_and_so_is_the_alert() {
        let chart = spo2(Lang::Vi).chart;
        assert_eq!(chart.points.last().unwrap().level, Some(AlertLevel::Emergency));
        assert_eq!(chart.points[0].level, None);
        let charts = Charts::new(&samples::page(Lang::Vi), &samples::file(), samples::now()).unwrap();
        let levels: Vec<_> = charts.alerts.iter().map(|mark| mark.level).collect();
        assert_eq!(levels, ["emergency"], "the first call is no sign of illness");
    }

    #[test]
    fn a_case_without_a_report_has_no_charts() {
        let file = CaseFile { reports: Vec::new(), ..samples::file() };
        assert!(Charts::new(&samples::page(Lang::Vi), &file, samples::now()).is_none());
    }
}
