//! What happened in a case, in words.

use core::cmp::Reverse;
use std::borrow::Cow;

use serde::Serialize;
use shared::bilingual::{Bilingual, Lang};
use shared::events::AlertLevel;
use shared::time::Instant;

use super::timeline_acts;
use crate::app::look::{CaseFile, Names};
use crate::app::open_case::FIRST_CALL;
use crate::domain::case::CaseState;
use crate::domain::observation::Reporter;
use crate::domain::vital::Vital;
use crate::store::{AlertRecord, ReportRecord};

/// Something that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimelineItem {
    /// When.
    pub at: Instant,
    /// What, by the names of the live feed.
    pub kind: Cow<'static, str>,
    /// How dangerous, where that can be said.
    pub level: Option<AlertLevel>,
    /// What happened, in words.
    pub text: String,
    /// Who did it, where somebody of the staff did.
    pub by: Option<String>,
    /// What they noted.
    pub note: Option<String>,
}

/// What a report said, in words: its values, and how many symptoms.
fn said(report: &ReportRecord, lang: Lang) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (vital, value) in report.observed.vitals.iter() {
        parts.push(format!("{} {} {}", short_name(vital, lang), value.written(lang), vital.unit().get(lang)));
    }
    parts.extend(report.observed.symptoms.iter().map(|symptom| symptom.name().get(lang).to_owned()));
    let nothing = || Bilingual::new("Không có triệu chứng", "No symptoms").get(lang).to_owned();
    if parts.is_empty() { nothing() } else { parts.join(", ") }
}

fn short_name(vital: Vital, lang: Lang) -> String {
    let name = vital.name();
    let name = name.get(lang);
    name.split(" (").next().unwrap_or(name).to_owned()
}

pub(super) fn item(
    at: Instant,
    kind: impl Into<Cow<'static, str>>,
    level: Option<AlertLevel>,
    text: String,
) -> TimelineItem {
    let kind = kind.into();
    TimelineItem { at, kind, level, text, by: None, note: None }
}

/// What happened to an alert.
fn of_alert(alert: &AlertRecord, names: &Names, lang: Lang) -> Vec<TimelineItem> {
    let say = |vi: &str, en: &str| Bilingual::new(vi, en).get(lang).to_owned();
    let why = alert.reasons.first().map_or_else(String::new, |reason| reason.text.get(lang).to_owned());
    let first_call = alert.reasons.iter().all(|reason| reason.rule == FIRST_CALL);
    let raised = if first_call { why } else { format!("{}: {why}", say("Cảnh báo", "Alert")) };
    let mut items = vec![item(alert.raised_at, "alert.raised", Some(alert.level), raised)];
    if let Some(at) = alert.escalated_at {
        let text = format!("{}: {}", say("Chuyển lên", "Climbed to"), alert.owner.name().get(lang));
        items.push(item(at, "alert.escalated", Some(alert.level), text));
    }
    let stamps = [
        ("alert.acknowledged", &alert.acknowledged, say("Đã nhận cảnh báo", "Took the alert")),
        ("alert.resolved", &alert.resolved, say("Đã xử trí xong cảnh báo", "Resolved the alert")),
    ];
    for (kind, stamp, text) in stamps {
        if let Some(stamp) = stamp {
            items.push(TimelineItem {
                by: stamp.by.and_then(|by| names.get(&by).cloned()),
                note: (stamp.by.is_some() && !stamp.note.is_empty()).then(|| stamp.note.clone()),
                ..item(stamp.at, kind, None, text)
            });
        }
    }
    items
}

/// Everything that happened in a case, the newest first.
#[must_use]
pub fn timeline(file: &CaseFile, lang: Lang) -> Vec<TimelineItem> {
    let say = |vi: &str, en: &str| Bilingual::new(vi, en).get(lang).to_owned();
    let case = &file.case;
    let mut items = vec![item(case.opened_at, "case.opened", None, say("Mở hồ sơ F0", "Case opened"))];
    items.extend(file.reports.iter().map(|report| {
        let who = match report.observed.by {
            Reporter::Patient => say("Người bệnh báo", "Patient reports"),
            Reporter::Family => say("Người nhà báo", "Family reports"),
            Reporter::Staff => say("Nhân viên y tế ghi", "Staff notes"),
        };
        let text = format!("{who}: {}", said(report, lang));
        item(report.observed.at, "report.received", Some(report.level), text)
    }));
    items.extend(file.alerts.iter().flat_map(|alert| of_alert(alert, &file.names, lang)));
    items.extend(file.acts.iter().flat_map(|act| timeline_acts::of(act, &file.names, lang)));
    if let Some(at) = case.closed_at {
        let text = match case.state {
            CaseState::Voided => {
                say("Hủy hồ sơ: kết quả đã sửa hoặc hồ sơ đã gộp", "Case voided: result corrected, or records joined")
            }
            _ => say("Kết thúc hồ sơ", "Case closed"),
        };
        items.push(item(at, "case.closed", None, text));
    }
    items.sort_by_key(|item| Reverse(item.at));
    items
}
