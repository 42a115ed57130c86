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
use crate::store::{AlertRecord, AlertState};

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
    /// How long it waits, as a running clock shows it.
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
            wait: stopwatch(now.since(alert.raised_at).as_secs()),
            owner,
            why: reasons::of(page, &alert.reasons),
        }
    }
}

/// A level in a word.
pub fn level_label(page: &Page, level: AlertLevel) -> String {
    page.t(&format!("level-{}", level.code()))
}

/// Whether an alert has climbed already, or is due to.
fn is_overdue(alert: &AlertRecord, now: Instant) -> bool {
    let due = || Ladder::builtin().next_escalation(alert.level, alert.rung, alert.raised_at);
    alert.escalated_at.is_some() || due().is_some_and(|(due, _)| due <= now)
}

/// A stretch of time on a running clock: `04:07`, or `1:04:07` from an hour on, as the browser goes on counting.
fn stopwatch(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
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
    fn the_clock_counts_as_the_browser_does() {
        assert_eq!(stopwatch(247), "04:07");
        assert_eq!(stopwatch(3_847), "1:04:07");
        assert_eq!(stopwatch(-3), "00:00");
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
        assert_eq!(line(&open, now).owner, "Chưa ai nhận · chờ Bác sĩ trực");
        let mine = samples::taken(samples::doctor());
        assert!(line(&mine, now).mine && line(&mine, now).owner == "Bạn đã nhận");
        let other = samples::taken(samples::other_doctor());
        assert!(!line(&other, now).mine && line(&other, now).owner == "BS. Trần Thu");
        assert!(!line(&other, now.plus(minutes(600))).overdue, "whoever took it is at it");
    }
}
