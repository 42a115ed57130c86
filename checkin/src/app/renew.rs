//! A case that nobody isolated yet can still infect others: it is matched again every hour until its isolation begins, it
//! is closed, or it turns out to be none.

use serde_json::json;
use shared::ids::{CaseId, TimerId};
use shared::random::Random;
use shared::time::{Instant, hours, minutes};
use shared_store::StoreError;
use shared_store::outbox::Timer;

use super::matching::Matcher;
use crate::App;
use crate::store::{CaseRecord, CheckinWrite};

/// The kind of the timers; the subject is the case.
pub const KIND: &str = "checkin.renew";

/// How often such a case is matched. Our own policy: late check-ins and merges are matched at once in any case.
const EVERY: jiff::SignedDuration = hours(1);
/// How many timers are taken at once.
const TAKEN: i64 = 50;
/// How long others leave a claimed timer alone.
const LEASE: jiff::SignedDuration = minutes(5);

/// Sets the next timer of a case, where it needs one.
///
/// # Errors
/// When the store fails.
pub async fn set_timer(
    tx: &mut dyn CheckinWrite,
    case: &CaseRecord,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    tx.cancel_timers(KIND, case.case_id.uuid(), now).await?;
    // An isolation that lies ahead has not ended anything yet.
    let isolated = case.isolated_from.is_some_and(|from| from <= now);
    if isolated || case.voided_at.is_some() {
        return Ok(());
    }
    let timer = Timer {
        id: TimerId::new(now, random),
        kind: KIND.to_owned(),
        subject: case.case_id.uuid(),
        payload: json!({}),
        due_at: now.plus(EVERY),
        attempts: 0,
    };
    tx.set_timer(&timer).await
}

/// Matches the cases whose hour is over; gives how many timers there were.
///
/// # Errors
/// When the store fails; the timers are due again when their lease ends.
pub async fn run_due(app: &App) -> Result<usize, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let timers = tx.claim_timers(&[KIND], now, now.plus(LEASE), TAKEN).await?;
    tx.commit().await?;
    for timer in &timers {
        let mut tx = app.store.write().await?;
        tx.finish_timer(timer.id, now).await?;
        let case = tx.case(CaseId::from_uuid(timer.subject)).await?;
        if let Some(case) = case.filter(|case| case.voided_at.is_none()) {
            Matcher::new(app, now).run(tx.as_mut(), &case).await?;
            set_timer(tx.as_mut(), &case, now, &mut app.platform.random()).await?;
        }
        tx.commit().await?;
    }
    Ok(timers.len())
}
