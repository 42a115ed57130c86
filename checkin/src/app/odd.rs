//! Notes what is odd about visits that were accepted, and both times of those whose clocks differ.

use shared::time::Instant;
use shared_store::StoreError;

use super::check_in::CheckedIn;
use super::record::LATE;
use crate::App;
use crate::domain::live_code::LiveCode;
use crate::domain::marks::Mark;
use crate::domain::visit::VisitDraft;
use crate::store::{VisitClock, VisitMark};
use crate::venues::Known;

/// What is to be noted of one visit.
#[derive(Debug, Default)]
pub struct Odd {
    marks: Vec<VisitMark>,
    clock: Option<VisitClock>,
}

/// What is odd about a visit that was stored. Whom staff scanned or wrote down stood at the door: neither a code nor a place
/// has to show it.
#[must_use]
pub fn look(
    app: &App,
    draft: &VisitDraft,
    checked: &CheckedIn,
    device: Option<[u8; 8]>,
    by_staff: bool,
    now: Instant,
) -> Odd {
    if !checked.created {
        return Odd::default();
    }
    let visit = &checked.visit;
    let known = app.venues.known(draft.venue_code, now);
    let mut marks = Vec::new();
    if checked.place.code != draft.venue_code {
        marks.push(Mark::OldCode);
    }
    let hours = known.as_ref().and_then(|known| known.hours.as_ref());
    if hours.is_some_and(|hours| !hours.is_open_at(draft.at)) {
        marks.push(Mark::Closed);
    }
    if let (Some(device), Some(known)) = (device, &known)
        && app.venues.moved(device, known, draft.at)
    {
        marks.push(Mark::FarApart);
    }
    if draft.device_at.is_some() {
        marks.push(Mark::Clock);
    }
    if let Some(known) = known.filter(|_| !by_staff) {
        marks.extend(code_of_the_screen(app, draft, &known, now));
        let far = known.position.zip(draft.position).is_some_and(|(door, reading)| reading.is_far_from(door));
        marks.extend(far.then_some(Mark::FarAway));
    }
    let (place_id, minute, visit_id) = (visit.place_id, visit.key().minute, visit.id);
    let mark = |mark: Mark| VisitMark { place_id, minute, visit_id, mark: mark.code().to_owned(), noted_at: now };
    let is_late = draft.device_at.is_some() || draft.at < now.minus(LATE);
    let device_at = draft.device_at.unwrap_or(draft.at);
    let clock = is_late.then_some(VisitClock { place_id, minute, visit_id, device_at, received_at: now });
    Odd { marks: marks.into_iter().map(mark).collect(), clock }
}

/// What is odd about the code by which a visitor came, where the place shows one that changes.
fn code_of_the_screen(app: &App, draft: &VisitDraft, known: &Known, now: Instant) -> Option<Mark> {
    if !known.screen {
        return None;
    }
    let Some(text) = &draft.live else { return Some(Mark::Printed) };
    let key = app.platform.keys();
    let fresh =
        LiveCode::parse(text).is_some_and(|code| code.is_fresh(key.token.bytes(), known.place.id, draft.at, now));
    (!fresh).then_some(Mark::Stale)
}

/// Keeps what was found of some visits, in one transaction; none is begun where nothing is odd.
///
/// # Errors
/// When the store fails.
pub async fn note(app: &App, odd: impl IntoIterator<Item = Odd>) -> Result<(), StoreError> {
    let (mut marks, mut clocks) = (Vec::new(), Vec::new());
    for odd in odd {
        marks.extend(odd.marks);
        clocks.extend(odd.clock);
    }
    if marks.is_empty() && clocks.is_empty() {
        return Ok(());
    }
    let mut tx = app.store.write().await?;
    tx.add_marks(&marks).await?;
    tx.add_clocks(&clocks).await?;
    tx.commit().await
}
