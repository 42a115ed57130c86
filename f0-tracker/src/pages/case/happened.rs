//! What happened in a case, by day.

use shared::time::Instant;
use shared_web::page::Page;

use super::{patient, values};
use crate::api::views::timeline;
use crate::app::look::CaseFile;
use crate::pages::Moment;

/// So many days of the timeline are shown at once, and printed; the rest unfolds.
pub(super) const SHOWN_DAYS: usize = 2;

/// Something that happened.
pub(super) struct Happened {
    pub(super) level: &'static str,
    pub(super) text: String,
    pub(super) note: String,
    pub(super) by: String,
    pub(super) at: Moment,
    /// The time alone: the day stands above.
    pub(super) time: String,
}

/// A day of the timeline.
pub(super) struct HappenedDay {
    pub(super) day: String,
    pub(super) items: Vec<Happened>,
}

/// What happened, by day, the newest first.
pub(super) fn happened(page: &Page, file: &CaseFile, now: Instant) -> Vec<HappenedDay> {
    let mut days: Vec<HappenedDay> = Vec::new();
    for item in timeline(file, page.language()) {
        let local = item.at.local();
        let day = patient::day(item.at.local_date());
        let one = Happened {
            level: item.level.map_or("", values::level_code),
            text: item.text,
            note: item.note.unwrap_or_default(),
            by: item.by.unwrap_or_default(),
            time: format!("{:02}:{:02}", local.hour(), local.minute()),
            at: Moment::new(page, item.at, now),
        };
        match days.last_mut() {
            Some(last) if last.day == day => last.items.push(one),
            _ => days.push(HappenedDay { day, items: vec![one] }),
        }
    }
    days
}
