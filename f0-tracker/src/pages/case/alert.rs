//! An alert as the board and a case page show it: how long it waits, who has it, and why.

use shared::events::AlertLevel;
use shared::ids::AccountId;
use shared::time::Instant;
use shared_web::page::Page;

use super::reasons::{self, Why};
use super::values::level_code;
use crate::app::look::Names;
use crate::domain::ladder::Ladder;
use crate::pages::Moment;
use crate::store::{AlertRecord, AlertState, CaseRecord};

/// An alert.
pub struct AlertLine {
    /// Its id.
    pub id: String,
    /// Its level.
    pub level: &'static str,
    /// Its level in a word.
    pub label: String,
    /// Whether nobody has it.
    pub open: bool,
    /// Whether the reader has it.
    pub mine: bool,
    /// Whether the ladder's time has passed and still nobody has it.
    pub overdue: bool,
    /// When it was raised.
    pub raised: Moment,
    /// How long it waits, as a person says it.
    pub wait: String,
    /// Who has it, or who is to take it.
    pub owner: String,
    /// Why it was raised.
    pub why: Vec<Why>,
}

impl AlertLine {
    /// An alert as `reader` sees it.
    pub fn new(page: &Page, alert: &AlertRecord, names: &Names, reader: Option<AccountId>, now: Instant) -> Self {
        let by = alert.acknowledged.as_ref().and_then(|stamp| stamp.by);
        let open = alert.state == AlertState::Open;
        let mine = alert.state == AlertState::Acknowledged && by.is_some() && by == reader;
        let owner = match by.and_then(|by| names.get(&by)) {
            _ if open => {
                let to = alert.owner.name().get(page.language()).to_owned();
                page.t_with("case-alert-open", &[("owner", to.into())])
            }
            _ if mine => page.t("case-alert-mine"),
            Some(name) => name.clone(),
            None => page.t("case-alert-taken"),
        };
        Self {
            id: alert.id.to_string(),
            level: level_code(alert.level),
            label: level_label(page, alert.level),
            open,
            mine,
            overdue: open && is_overdue(alert, now),
            raised: Moment::new(page, alert.raised_at, now),
            wait: wait(page, now.since(alert.raised_at).as_secs()),
            owner,
            why: reasons::of(page, &alert.reasons),
        }
    }
}

/// A level in a word.
pub fn level_label(page: &Page, level: AlertLevel) -> String {
    page.t(&format!("level-{}", level.code()))
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
        Some(level) => (level_code(level), level_label(page, level)),
        None => ("unknown", page.t("case-not-reported")),
    }
}

/// Whether an alert has climbed already, or is due to.
fn is_overdue(alert: &AlertRecord, now: Instant) -> bool {
    let due = || Ladder::builtin().next_escalation(alert.level, alert.rung, alert.raised_at);
    alert.escalated_at.is_some() || due().is_some_and(|(due, _)| due <= now)
}

/// A stretch of time as a person says it, in the words with which the browser goes on counting.
fn wait(page: &Page, seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    let hours = minutes / 60;
    match (hours / 24, hours, minutes) {
        (0, 0, 0) => page.t("board-wait-short"),
        (0, 0, _) => page.t_with("board-wait-minutes", &[("minutes", minutes.into())]),
        (0, _, _) => page.t_with("board-wait-hours", &[("hours", hours.into()), ("minutes", (minutes % 60).into())]),
        (days, _, _) => page.t_with("board-wait-days", &[("days", days.into()), ("hours", (hours % 24).into())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::samples;
    use shared::bilingual::Lang;
    use shared::time::minutes;

    fn line(alert: &AlertRecord, now: Instant) -> AlertLine {
        let file = samples::file();
        AlertLine::new(&samples::page(Lang::Vi), alert, &file.names, Some(samples::doctor()), now)
    }

    #[test]
    fn a_wait_is_said_as_the_browser_says_it() {
        let said = |lang, seconds| wait(&samples::page(lang), seconds);
        assert_eq!(said(Lang::Vi, -3), "dưới 1 phút");
        assert_eq!(said(Lang::Vi, 247), "4 phút");
        assert_eq!(said(Lang::Vi, 3_847), "1 giờ 4 phút");
        assert_eq!(said(Lang::Vi, 183_600), "2 ngày 3 giờ");
        assert_eq!(said(Lang::En, 3_847), "1 h 4 min");
    }

    #[test]
    fn an_emergency_is_overdue_when_the_ladder_would_climb() {
        let alert = samples::alert();
        assert!(!line(&alert, alert.raised_at.plus(minutes(4))).overdue);
        assert!(line(&alert, alert.raised_at.plus(minutes(5))).overdue);
        let climbed = AlertRecord { escalated_at: Some(alert.raised_at), ..alert.clone() };
        assert!(line(&climbed, alert.raised_at).overdue);
    }

    #[test]
    fn who_has_it_is_told_by_name_and_to_the_reader_as_you() {
        let open = samples::alert();
        let now = open.raised_at;
        assert_eq!(line(&open, now).owner, "Chưa ai nhận · chờ: Bác sĩ trực");
        let mine = samples::taken(samples::doctor());
        assert!(line(&mine, now).mine && line(&mine, now).owner == "Bạn đã nhận");
        let other = samples::taken(samples::other_doctor());
        assert!(!line(&other, now).mine && line(&other, now).owner == "BS. Trần Thu");
        assert!(!line(&other, now.plus(minutes(600))).overdue, "whoever took it is at it");
    }
}
