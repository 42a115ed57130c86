//! A visit as the API shows it.

use serde::Serialize;
use shared::bilingual::Lang;
use shared::ids::VisitId;
use shared::place::Place;
use shared::time::Instant;

use crate::app::check_in::CheckedIn;
use crate::domain::door::{Level, Reason};
use crate::store::Visit;

/// A visit on the wire.
#[derive(Debug, Serialize)]
pub(in crate::api) struct VisitView<'a> {
    id: VisitId,
    venue: &'a Place,
    checked_in_at: Instant,
    checked_out_at: Option<Instant>,
    status: &'static str,
    door: Level,
    reasons: Vec<String>,
    reason_codes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<&'a str>,
}

/// A visit as its venue's staff see it: the token is the visitor's alone.
pub(in crate::api) fn staff_view(checked: &CheckedIn, lang: Lang) -> VisitView<'_> {
    VisitView { device_token: None, declared_until: None, ..view(checked, lang) }
}

pub(super) fn view(checked: &CheckedIn, lang: Lang) -> VisitView<'_> {
    let door = &checked.door;
    VisitView {
        id: checked.visit.id,
        venue: &checked.place,
        checked_in_at: checked.visit.checked_in_at,
        checked_out_at: checked.visit.checked_out_at,
        status: if door.is_red() { "refused" } else { "accepted" },
        door: door.level,
        reasons: door.reasons.iter().map(|reason| reason.detail().get(lang).to_owned()).collect(),
        reason_codes: door.reasons.iter().map(Reason::code).collect(),
        declared_until: checked.declared_until,
        device_token: Some(&checked.device_token),
    }
}

/// A visit that ended.
pub(super) fn ended<'a>(visit: &Visit, place: &'a Place) -> VisitView<'a> {
    VisitView {
        id: visit.id,
        venue: place,
        checked_in_at: visit.checked_in_at,
        checked_out_at: visit.checked_out_at,
        status: "accepted",
        door: Level::Green,
        reasons: Vec::new(),
        reason_codes: Vec::new(),
        declared_until: None,
        device_token: None,
    }
}
