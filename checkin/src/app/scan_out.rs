//! Staff scan who leaves: the same code that began a visit ends it.

use std::sync::Arc;

use jiff::ToSpan as _;
use serde_json::json;
use shared::ids::PersonId;
use shared::place::Place;
use shared::problem::FieldError;
use shared::scan;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::caller::Caller;

use super::check_in::CheckedIn;
use super::check_out::end;
use super::parts::around;
use super::people::codes;
use super::scans::{ScanDone, ScanFailure, ScanInput, invalid, refusal, venue, who};
use crate::domain::clock::{CLOCK_SKEW, told};
use crate::domain::door::Door;
use crate::domain::policy::StayPolicy;
use crate::store::{CheckinWrite, Visit};
use crate::{App, SERVICE};

/// Ends the visit here of whom a scanned text names: the latest that has not ended, at the place or at a part of it. Whoever
/// is not known to be inside is registered no more than anybody else who only passes by.
///
/// # Errors
/// [`ScanFailure`] says why nothing ended.
pub async fn leave(app: &App, caller: &Caller, input: &ScanInput) -> Result<ScanDone, ScanFailure> {
    let now = app.platform.now();
    let place = venue(app, caller, input.venue_id.as_deref()).await?;
    let text = input.text.as_deref().ok_or_else(|| invalid(FieldError::required("/text")))?;
    let scanned = scan::read_text(text)?;
    let told = told(input.at.as_deref(), input.sent_at.as_deref(), now).map_err(invalid)?;
    let at = told.map_or(now, |told| told.at);
    let mut tx = app.store.write().await?;
    let who = who(app, tx.as_mut(), caller, &scanned, now).await?;
    let visits = here(app, tx.as_mut(), &place, who.person, at).await?;
    let (visit, ended) = match visits.iter().rev().find(|visit| visit.checked_out_at.is_none()) {
        Some(open) => {
            let out = end(app, tx.as_mut(), open, Some(at), now).await?;
            (Visit { checked_out_at: Some(out), ..open.clone() }, true)
        }
        // The same scan sent again, or a second one on the way out.
        None => (visits.last().cloned().ok_or_else(not_inside)?, false),
    };
    let detail = json!({"recognised_as": scanned.code()});
    let entry = caller.audit(SERVICE, "visit.check_out", Some(format!("visit:{}", visit.id)), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    let place = Arc::new(place);
    let (device_token, people, door) = (String::new(), 1, Door::GREEN);
    let checked = CheckedIn { visit, place, created: ended, device_token, people, door, declared_until: None };
    Ok(ScanDone {
        checked,
        recognised_as: scanned.code(),
        verified: who.verified,
        name: who.name,
        birth_year: who.birth_year,
        warnings: Vec::new(),
    })
}

/// The visits of somebody at a place and its parts that may last until `at`, by check-in.
async fn here(
    app: &App,
    tx: &mut dyn CheckinWrite,
    place: &Place,
    person: PersonId,
    at: Instant,
) -> Result<Vec<Visit>, StoreError> {
    let person = tx.canonical(person).await?.unwrap_or(person);
    let aliases = tx.aliases(person).await?;
    let today = at.local_date();
    let codes = codes(app, &aliases, [today.saturating_sub(1.day()), today])?;
    let within = around(tx, [place.id]).await?.parts.down_from(place.id);
    let longest = StayPolicy::on(today).longest_stay();
    let mut visits = tx.visits_of(&codes).await?;
    visits.retain(|visit| {
        let came = visit.checked_in_at;
        within.contains(&visit.place_id) && came <= at.plus(CLOCK_SKEW) && at < came.plus(longest)
    });
    Ok(visits)
}

fn not_inside() -> ScanFailure {
    refusal("not_inside", "Chưa thấy người này vào đây hôm nay", "This person is not known to have come in here today")
}
