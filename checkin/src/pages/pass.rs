//! The full screen that is shown at the door, for browsers without script.

use askama::Template;
use shared::place::Place;
use shared::time::Instant;
use shared_web::caller::Caller;
use shared_web::page::Page;

use super::texts;
use crate::app::check_in::CheckedIn;
use crate::domain::door::Level;

/// The screen.
#[derive(Template)]
#[template(path = "pass.html")]
pub(super) struct PassPage {
    page: Page,
    day: i8,
    status: &'static str,
    door: Level,
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
    /// The mark on the screen: a hand stops, an eye is asked for, an arrow leaves.
    fn mark(&self) -> &'static str {
        match self.door {
            Level::Red => "hand",
            Level::Amber => "alert",
            Level::Green if self.visit.is_empty() => "exit",
            Level::Green => "check",
        }
    }

    /// The code of the colour.
    fn level(&self) -> &'static str {
        match self.door {
            Level::Red => "red",
            Level::Amber => "amber",
            Level::Green => "green",
        }
    }

    /// Somebody came in, or may not.
    pub(super) fn answer(caller: &Caller, checked: &CheckedIn) -> Self {
        let (door, left) = (&checked.door, checked.visit.checked_out_at.is_some());
        let title = if door.is_red() { "checkin-pass-refused" } else { "checkin-pass-title" };
        let page = Page::new(caller, texts(), title);
        let word = match door.level {
            Level::Red => "checkin-pass-refused",
            _ if left => "checkin-pass-left",
            _ => "checkin-pass-accepted",
        };
        let reasons: Vec<String> = door.reasons.iter().map(|r| r.detail().get(caller.lang()).to_owned()).collect();
        Self {
            status: if door.is_red() { "refused" } else { "accepted" },
            door: door.level,
            word: page.t(word),
            people: page.t_with("checkin-pass-people", &[("n", checked.people.into())]),
            note: reasons.join(". "),
            visit: if left || door.is_red() { String::new() } else { checked.visit.id.to_string() },
            ..Self::at(page, checked.visit.checked_in_at, &checked.place)
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
            status: "accepted",
            door: Level::Green,
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
