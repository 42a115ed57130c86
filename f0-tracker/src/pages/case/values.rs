//! Measured values in words: with their unit, how dangerous they are, and where they are heading.

use shared::bilingual::Lang;
use shared::events::AlertLevel;
use shared_web::page::Page;

use crate::domain::doubt::question;
use crate::domain::vital::{Tenths, Vital, Vitals};
use crate::store::{Latest, ReportRecord};

/// The vital signs that a card shows, the most telling first.
const SHOWN: [Vital; 4] = [Vital::Spo2Pct, Vital::RespiratoryRate, Vital::Pulse, Vital::TemperatureC];

/// A measured value.
pub struct Value {
    /// What was measured.
    pub name: String,
    /// The number, with its unit where it is short.
    pub value: String,
    /// How dangerous it is: a level's code, or empty where no rule fired on it.
    pub level: &'static str,
    /// The picture of where it is heading; empty where it was not measured before.
    pub arrow: &'static str,
    /// The same in a word.
    pub trend: String,
}

/// The code of a level as styles and pictures name it.
pub const fn level_code(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::None => "well",
        other => other.code(),
    }
}

/// A number as it is written: Vietnamese has the decimal comma.
pub fn number(lang: Lang, value: Tenths) -> String {
    value.written(lang)
}

/// What is asked back about a report: its values that are hardly possible. They were kept, and judged all the same.
pub fn doubts(page: &Page, report: &ReportRecord) -> Vec<String> {
    let asked = |vital: &Vital| {
        let value = report.observed.vitals.get(*vital)?;
        Some(question(*vital, value).get(page.language()).to_owned())
    };
    report.doubtful.iter().filter_map(asked).collect()
}

/// A number with its unit, which stay on one line; the percent sign touches its number, as people write it.
pub fn with_unit(lang: Lang, vital: Vital, value: Tenths) -> String {
    let unit = vital.unit();
    let unit = unit.get(lang);
    let space = if unit == "%" { "" } else { "\u{a0}" };
    format!("{}{space}{unit}", number(lang, value))
}

/// What people call it, without the explanation in brackets.
pub fn short_name(lang: Lang, vital: Vital) -> String {
    let name = vital.name();
    let name = name.get(lang);
    name.split(" (").next().unwrap_or(name).to_owned()
}

/// How dangerous one vital sign of a report is: the highest of the rules that fired on it.
pub fn level_of(report: &ReportRecord, vital: Vital) -> Option<AlertLevel> {
    let fired = report.reasons.iter().filter(|reason| reason.parameter == vital.code());
    fired.map(|reason| reason.level).filter(|level| *level > AlertLevel::None).max()
}

/// The values of a report that matter: those of the card, and whatever else a rule fired on, each compared with the
/// report before.
pub fn compared(page: &Page, newest: &ReportRecord, before: Option<&ReportRecord>) -> Vec<Value> {
    let others = Vital::ALL.into_iter().filter(|vital| !SHOWN.contains(vital) && level_of(newest, *vital).is_some());
    let shown = SHOWN.into_iter().chain(others);
    let measured = shown.filter_map(|vital| Some((vital, newest.observed.vitals.get(vital)?)));
    let value = |(vital, value): (Vital, Tenths)| {
        let earlier = before.and_then(|report| report.observed.vitals.get(vital));
        let (arrow, key) = earlier.map_or(("", ""), |earlier| trend(earlier, value));
        Value {
            level: level_of(newest, vital).map_or("", level_code),
            arrow,
            trend: if key.is_empty() { String::new() } else { page.t(key) },
            ..plain(page, newest.observed.on_oxygen, vital, value)
        }
    };
    let mut values: Vec<Value> = measured.map(value).collect();
    values.sort_by_key(|value| value.level.is_empty());
    values
}

/// The values that are kept beside a case.
pub fn latest(page: &Page, latest: &Latest) -> Vec<Value> {
    listed(page, &latest.vitals)
}

fn listed(page: &Page, vitals: &Vitals) -> Vec<Value> {
    let measured = SHOWN.into_iter().filter_map(|vital| Some((vital, vitals.get(vital)?)));
    measured.map(|(vital, value)| plain(page, false, vital, value)).collect()
}

fn plain(page: &Page, on_oxygen: bool, vital: Vital, value: Tenths) -> Value {
    let lang = page.language();
    let text = match vital {
        Vital::RespiratoryRate | Vital::Pulse => number(lang, value),
        Vital::Spo2Pct if on_oxygen => format!("{} ({})", with_unit(lang, vital, value), page.t("case-on-oxygen")),
        _ => with_unit(lang, vital, value),
    };
    Value { name: short_name(lang, vital), value: text, level: "", arrow: "", trend: String::new() }
}

/// The picture and the key of the word for a change.
fn trend(earlier: Tenths, value: Tenths) -> (&'static str, &'static str) {
    match value.cmp(&earlier) {
        core::cmp::Ordering::Less => ("arrow-down", "case-trend-down"),
        core::cmp::Ordering::Equal => ("steady", "case-trend-steady"),
        core::cmp::Ordering::Greater => ("arrow-up", "case-trend-up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;

    #[test]
    fn vietnamese_writes_a_decimal_comma() {
        assert_eq!(with_unit(Lang::Vi, Vital::TemperatureC, Tenths::new(381)), "38,1\u{a0}°C");
        assert_eq!(with_unit(Lang::En, Vital::TemperatureC, Tenths::new(381)), "38.1\u{a0}°C");
        assert_eq!(number(Lang::Vi, Tenths::whole(38)), "38");
    }

    #[test]
    fn what_a_rule_fired_on_comes_first_and_points_where_it_is_heading() {
        let reports = samples::reports();
        let values = compared(&samples::page(Lang::Vi), &reports[0], reports.get(1));
        let told: Vec<_> = values.iter().map(|v| (v.value.as_str(), v.level, v.arrow)).collect();
        assert_eq!(
            told,
            [
                ("91%", "emergency", "arrow-down"),
                ("26", "emergency", "arrow-up"),
                ("104", "", "steady"),
                ("38,1\u{a0}°C", "", "arrow-up"),
            ]
        );
    }

    #[test]
    fn a_first_report_points_nowhere() {
        let values = compared(&samples::page(Lang::En), &samples::reports()[0], None);
        assert!(values.iter().all(|value| value.arrow.is_empty() && value.trend.is_empty()));
    }
}
