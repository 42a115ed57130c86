//! The numbers of the dashboard as people read them: the counts at the top, the charts, the small tables, the days.

use shared::events::{AlertLevel, ExposureLevel as Near};
use shared_web::page::Page;

use super::chart;
use super::view::{Count, DashChart, DayRow, Stat};
use crate::app::dashboard::Overview;
use crate::domain::curve::{CurveDay, DayCount, averages, share};
use crate::pages::Moment;
use crate::pages::case::patient::day;
use crate::pages::case::values::level_code;
use crate::store::ContactLevel;

pub(super) fn percent(page: &Page, tenths: Option<i64>) -> String {
    let mark = if page.lang == "vi" { ',' } else { '.' };
    match tenths {
        None => "–".to_owned(),
        Some(tenths) if tenths % 10 == 0 => format!("{}%", tenths / 10),
        Some(tenths) => format!("{}{mark}{}%", tenths / 10, tenths % 10),
    }
}

/// An average in tenths, as a number.
pub(super) fn average(page: &Page, tenths: Option<i64>) -> String {
    tenths.map_or_else(|| "–".to_owned(), |tenths| page.figure((tenths + 5) / 10))
}

pub(super) fn plain(page: &Page, key: &str, count: i64) -> Count {
    Count { label: page.t(key), level: "", value: page.figure(count), more: String::new(), since: None }
}

pub(super) fn stats(page: &Page, overview: &Overview) -> Vec<Stat> {
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

pub(super) fn charts(page: &Page, overview: &Overview) -> Vec<DashChart> {
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

pub(super) fn levels(page: &Page, overview: &Overview) -> Vec<Count> {
    let all = [AlertLevel::Emergency, AlertLevel::Urgent, AlertLevel::Watch, AlertLevel::None];
    all.map(|level| Count {
        level: level_code(level),
        ..plain(page, &format!("level-{}", level.code()), overview.levels.get(&level).copied().unwrap_or(0))
    })
    .into()
}

pub(super) fn alerts(page: &Page, overview: &Overview) -> Vec<Count> {
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

pub(super) fn contacts(page: &Page, overview: &Overview) -> Vec<Count> {
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

pub(super) fn days(page: &Page, overview: &Overview) -> Vec<DayRow> {
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
}
