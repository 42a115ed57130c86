//! Whom an alert belongs to: at every minute each open alert has exactly one owner on duty. It is found when an alert is
//! raised or climbs, and anew when a duty begins or ends.

use serde_json::json;
use shared::access::AreaScope;
use shared::area::{self, wards_in};
use shared::ids::{AccountId, DutyId};
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::outbox::Timer;

use super::alerts;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::duty::{Candidate, Question, covers, responsible};
use crate::store::{AlertFilter, AlertPlace, AlertRecord, AlertState, DutyFilter, FeedKind};

/// The kind of the timers at which a duty begins or ends.
pub const TIMER: &str = "f0.duty";

/// So many alerts of an area change hands in one round.
const BATCH: i64 = 500;
/// So many duties cover a ward at one time, at the very most.
const MAX_DUTIES: i64 = 1_000;

/// The codes of the areas that a ward lies in; none where the ward is not known: then a duty for a province is asked.
fn areas(ward: Option<&str>, today: Date) -> Option<Vec<String>> {
    let ward = ward?;
    let units = area::ward_any(ward).into_iter().chain(area::ward(ward, today));
    let around = units.flat_map(|unit| unit.district_code.into_iter().chain([unit.province_code]));
    let mut codes: Vec<String> = around.map(str::to_owned).chain([ward.to_owned()]).collect();
    codes.sort_unstable();
    codes.dedup();
    Some(codes)
}

/// Who may own an alert of a ward: those on the roster, and where none of them may, those whose account covers it.
pub(super) async fn candidates(work: &mut Work, ward: Option<&str>) -> Result<Vec<Candidate>, StoreError> {
    if let Some((_, found)) = work.roster.as_ref().filter(|(asked, _)| asked.as_deref() == ward) {
        return Ok(found.clone());
    }
    let found = look_up(work, ward).await?;
    work.roster = Some((ward.map(str::to_owned), found.clone()));
    Ok(found)
}

async fn look_up(work: &mut Work, ward: Option<&str>) -> Result<Vec<Candidate>, StoreError> {
    let today = work.now.local_date();
    let filter = DutyFilter {
        from: Some(work.now),
        to: Some(Instant::from_micros(work.now.as_micros() + 1).unwrap_or(work.now)),
        areas: areas(ward, today),
        limit: MAX_DUTIES,
    };
    let duties = work.tx.duties(&filter).await?;
    let mut found: Vec<Candidate> = duties
        .into_iter()
        .filter(|duty| covers(&duty.area, ward, today))
        .map(|duty| Candidate { account: duty.account, role: duty.role, area: duty.area, on_roster: true, load: 0 })
        .collect();
    if found.is_empty() {
        found = standing(work, ward).await?;
    }
    let ids: Vec<AccountId> = found.iter().map(|candidate| candidate.account).collect();
    let loads = work.tx.alert_loads(&ids).await?;
    for candidate in &mut found {
        candidate.load = loads.iter().find(|(id, _)| *id == candidate.account).map_or(0, |(_, load)| *load);
    }
    Ok(found)
}

/// Those whose account covers a ward, whatever the roster says.
pub(super) async fn standing(work: &mut Work, ward: Option<&str>) -> Result<Vec<Candidate>, StoreError> {
    let today = work.now.local_date();
    let mut found = Vec::new();
    for stored in work.tx.accounts().await?.into_iter().filter(|stored| stored.active) {
        let account = stored.account;
        if covers(&account.area, ward, today) {
            let (id, area) = (account.id, &account.area);
            let of = |role| Candidate { account: id, role, area: area.clone(), on_roster: false, load: 0 };
            found.extend(account.roles.iter().copied().map(of));
        }
    }
    Ok(found)
}

/// The one whom an alert belongs to now. `passed` did not answer on the rung before.
///
/// # Errors
/// When the store fails.
pub(super) async fn of_alert(
    work: &mut Work,
    alert: &AlertRecord,
    passed: Option<AccountId>,
) -> Result<Option<AccountId>, StoreError> {
    let candidates = candidates(work, alert.ward_code.as_deref()).await?;
    let own = work.tx.case(alert.case_id).await?.and_then(|case| case.doctor);
    let question = Question {
        own,
        owner: alert.owner,
        ward: alert.ward_code.as_deref(),
        on: work.now.local_date(),
        current: alert.responsible.filter(|current| passed != Some(*current)),
        passed,
    };
    let found = responsible(&question, &candidates);
    if found.is_none() {
        tracing::warn!(alert = %alert.id, "no account may own this alert: nobody covers its ward");
    }
    Ok(found.map(|found| found.account))
}

/// A duty begins or ends: every open alert of its area goes to whom it belongs now. Each alert is moved by itself, so
/// that a process that dies in between leaves the rest to the next that claims the timer.
///
/// # Errors
/// When the store fails.
pub(super) async fn change(app: &App, timer: &Timer) -> Result<bool, StoreError> {
    let duty = app.store.read().await?.duty(DutyId::from_uuid(timer.subject)).await?;
    let moved = match duty {
        Some(duty) => rehome(app, &duty.area).await?,
        None => 0,
    };
    let mut work = Work::for_system(app).await?;
    work.tx.finish_timer(timer.id, work.now).await?;
    work.commit().await?;
    Ok(moved > 0)
}

/// Gives every open alert of an area to whom it belongs now; gives how many moved.
///
/// # Errors
/// When the store fails.
async fn rehome(app: &App, scope: &AreaScope) -> Result<usize, StoreError> {
    let today = app.platform.now().local_date();
    let wards = wards_in(scope, today);
    let (mut moved, mut after) = (0, None);
    loop {
        let (states, wards) = (vec![AlertState::Open], wards.clone());
        let filter = AlertFilter { states, wards, after, limit: BATCH, ..AlertFilter::default() };
        let alerts = app.store.read().await?.alerts(&filter).await?;
        let Some(last) = alerts.last() else { return Ok(moved) };
        after = Some(AlertPlace::of(last));
        for alert in alerts {
            if covers(scope, alert.ward_code.as_deref(), today) {
                moved += usize::from(settle(app, &alert).await?);
            }
        }
    }
}

/// Gives one alert to whom it belongs now.
async fn settle(app: &App, seen: &AlertRecord) -> Result<bool, StoreError> {
    let mut work = Work::for_system(app).await?;
    work.tx.hold(seen.case_id.uuid()).await?;
    let Some(alert) = work.tx.alert(seen.id).await?.filter(|alert| alert.state == AlertState::Open) else {
        return Ok(false);
    };
    let owner = of_alert(&mut work, &alert, None).await?;
    if owner == alert.responsible || !work.tx.own_alert(alert.id, owner).await? {
        return Ok(false);
    }
    let detail = json!({"alert_id": alert.id, "from": alert.responsible, "to": owner});
    let alert = AlertRecord { responsible: owner, ..alert };
    alerts::tell(&mut work, FeedKind::AlertMoved, &alert);
    work.audit("alert.move", case_subject(alert.case_id), detail).await?;
    work.commit().await?;
    Ok(true)
}
