//! The full screen that is shown at the door, for browsers without script.

use askama::Template;
use shared::place::Place;
use shared::time::Instant;
use shared_web::caller::Caller;
use shared_web::page::Page;

use super::texts;
use crate::app::check_in::CheckedIn;

/// The screen.
#[derive(Template)]
#[template(path = "pass.html")]
pub(super) struct PassPage {
    page: Page,
    day: i8,
    word: String,
    time: String,
    date: String,
    place: String,
    people: String,
    note: String,
    action: String,
    visit: String,
}

impl PassPage {
    /// Somebody came in.
    pub(super) fn welcome(caller: &Caller, checked: &CheckedIn) -> Self {
        let page = Page::new(caller, texts(), "checkin-pass-title");
        let at = checked.visit.checked_in_at;
        let left = checked.visit.checked_out_at.is_some();
        Self {
            word: page.t(if left { "checkin-pass-left" } else { "checkin-pass-accepted" }),
            people: page.t_with("checkin-pass-people", &[("n", checked.people.into())]),
            visit: if left { String::new() } else { checked.visit.id.to_string() },
            ..Self::at(page, at, &checked.place)
        }
    }

    /// Somebody left, now or before.
    pub(super) fn goodbye(caller: &Caller, place: &Place, at: Instant, before: bool) -> Self {
        let page = Page::new(caller, texts(), "checkin-pass-left-title");
        Self {
            word: page.t("checkin-pass-left"),
            note: page.t(if before { "checkin-pass-left-before" } else { "checkin-pass-left-note" }),
            ..Self::at(page, at, place)
        }
    }

    fn at(page: Page, at: Instant, place: &Place) -> Self {
        let local = at.local();
        Self {
            page,
            // The colour of the day: a picture of yesterday's screen does not pass.
            day: local.date().weekday().to_monday_one_offset(),
            word: String::new(),
            time: format!("{:02}:{:02}", local.hour(), local.minute()),
            date: format!("{:02}/{:02}/{}", local.day(), local.month(), local.year()),
            place: place.name.clone(),
            people: String::new(),
            note: String::new(),
            action: super::door::address_of(place.code),
            visit: String::new(),
        }
    }
}
