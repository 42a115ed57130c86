//! Visits that arrive late, from phones that had no signal: the cases of their place, and of the places that share its air,
//! are matched again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{PersonId, PlaceId, TimerId};
use shared::random::Random;
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_store::outbox::Timer;

use super::matching::{self, Matcher};
use super::parts::around;
use super::people;
use crate::App;
use crate::store::{CheckinWrite, PlaceSpan};

/// The kind of the timers; the subject is the place.
pub const KIND: &str = "checkin.rematch";

/// How many timers are taken at once.
const TAKEN: i64 = 200;
/// How long others leave a claimed timer alone.
const LEASE: jiff::SignedDuration = minutes(2);

/// What a timer carries: the minutes in which the late visits began.
#[derive(Serialize, Deserialize)]
struct Minutes {
    from: i64,
    to: i64,
}

/// Sets one timer for each place among `spans`.
///
/// # Errors
/// When the store fails.
pub async fn set_timers(
    tx: &mut dyn CheckinWrite,
    spans: impl Iterator<Item = PlaceSpan> + Send,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    for (place, Minutes { from, to }) in by_place(spans) {
        let timer = Timer {
            id: TimerId::new(now, random),
            kind: KIND.to_owned(),
            subject: place.uuid(),
            payload: json!(Minutes { from, to }),
            due_at: now,
            attempts: 0,
        };
        tx.set_timer(&timer).await?;
    }
    Ok(())
}

/// One span a place, which holds all that were given.
fn by_place(spans: impl Iterator<Item = PlaceSpan>) -> BTreeMap<PlaceId, Minutes> {
    let mut places = BTreeMap::new();
    for span in spans {
        let all = places.entry(span.place_id).or_insert(Minutes { from: span.from_minute, to: span.to_minute });
        all.from = all.from.min(span.from_minute);
        all.to = all.to.max(span.to_minute);
    }
    places
}

/// Takes the timers that are due and matches the cases that they concern; gives how many timers there were.
///
/// # Errors
/// When the store fails; the timers are due again when their lease ends.
pub async fn run_due(app: &App) -> Result<usize, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let timers = tx.claim_timers(&[KIND], now, now.plus(LEASE), TAKEN).await?;
    tx.commit().await?;
    if timers.is_empty() {
        return Ok(0);
    }
    let mut tx = app.store.write().await?;
    let spans = timers.iter().filter_map(|timer| {
        let minutes = Minutes::deserialize(&timer.payload).ok()?;
        let place_id = PlaceId::from_uuid(timer.subject);
        Some(PlaceSpan { place_id, from_minute: minutes.from, to_minute: minutes.to })
    });
    let late = by_place(spans);
    let around = around(tx.as_mut(), late.keys().copied()).await?;
    let days = late.into_iter().map(|(place_id, late)| matching::whole_days(place_id, late.from, late.to));
    let visits = tx.visits_at(&around.spans(days)).await?;
    let codes = visits.iter().map(|visit| (visit.day(), visit.visitor));
    let mut people: Vec<PersonId> = people::behind(app, tx.as_mut(), codes).await?.into_iter().flatten().collect();
    people.sort_unstable();
    people.dedup();
    let matcher = Matcher::new(app, now);
    for case in tx.cases_of(&people).await? {
        matcher.run(tx.as_mut(), &case).await?;
    }
    for timer in &timers {
        tx.finish_timer(timer.id, now).await?;
    }
    tx.commit().await?;
    Ok(timers.len())
}
