//! The duty roster: set, looked at, ended.

use std::collections::BTreeMap;

use serde_json::json;
use shared::access::{Account, AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, DutyId};
use shared::problem::FieldError;
use shared::time::{Instant, days};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::look::{Names, names};
use super::work::Work;
use super::{owners, timers};
use crate::App;
use crate::domain::duty::{Duty, DutyDraft, DutyInput};
use crate::store::DutyFilter;

/// Who sets duties of their area.
pub const ROSTER: &[Role] = &[Role::Officer, Role::Doctor, Role::Nurse];

/// So many duties are shown at once.
const MAX_SHOWN: i64 = 1_000;

fn no_such_duty() -> Problem {
    Problem::not_found("Không có ca trực này.", "There is no such duty.")
}

/// Whether a duty for an area lies within the area of an account. A province after the merger has no districts: then only
/// the codes themselves are compared.
#[must_use]
pub fn within(account: &AreaScope, area: &AreaScope, today: shared::time::Date) -> bool {
    match area {
        AreaScope::Ward(code) => shared::area::covers(account, code, today),
        AreaScope::District(code) => {
            account == area
                || matches!(account, AreaScope::Province(_))
                    && shared::area::wards_of_district(code, shared::area::FIRST_DAY)
                        .first()
                        .is_some_and(|ward| shared::area::covers(account, ward.code, today))
        }
        AreaScope::Province(_) => account == area,
    }
}

/// A duty that was set, or that the same request set before.
#[derive(Debug, Clone)]
pub struct Set {
    /// The duty.
    pub duty: Duty,
    /// Whether it was set now.
    pub created: bool,
    /// The name that people see of the account.
    pub name: String,
}

/// Sets a duty.
///
/// # Errors
/// 422 for fields at fault: also for an account that does not exist, has not the role, or whose area is another; 403 for
/// an area that the caller does not cover; 409 where the id was used with another body.
pub async fn set(app: &App, caller: &Caller, input: &DutyInput, body_hash: &str) -> Result<Set, Problem> {
    let by = caller.require_account()?.clone();
    let draft = input.parse(app.platform.now())?;
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    if !within(&by.area, &draft.area, today) {
        return Err(Problem::forbidden());
    }
    let account = account(&mut work, &draft).await?;
    let id = draft.id.unwrap_or_else(|| DutyId::new(work.now, work.random()));
    let (role, area, from, to) = (draft.role, draft.area, draft.from, draft.to);
    let duty = Duty { id, account: account.id, role, area, from, to };
    let name = account.display_name;
    if !work.tx.insert_duty(&duty, Some(by.id), body_hash).await? {
        let same = work.tx.duty_body_hash(id).await?.as_deref() == Some(body_hash);
        return if same { Ok(Set { duty, created: false, name }) } else { Err(Problem::id_conflict()) };
    }
    for at in [duty.from, duty.to] {
        timers::set(&mut work, owners::TIMER, id.uuid(), json!({}), at.max(app.platform.now())).await?;
    }
    let detail = json!({"duty_id": id, "account": duty.account, "role": duty.role, "area": duty.area.code()});
    work.audit("duty.set", Some(format!("account:{}", duty.account)), detail).await?;
    work.commit().await?;
    Ok(Set { duty, created: true, name })
}

async fn account(work: &mut Work, draft: &DutyDraft) -> Result<Account, Problem> {
    let stored = match draft.account.parse::<AccountId>() {
        Ok(id) => work.tx.account(id).await?,
        Err(_) => work.tx.account_by_username(&draft.account).await?,
    };
    let error = |pointer: &str, code, vi: &str, en: &str| {
        Problem::field(FieldError::new(pointer, code, Bilingual::new(vi, en)))
    };
    let found = stored.filter(|stored| stored.active).map(|stored| stored.account);
    let account = found
        .ok_or_else(|| error("/account", "unknown_account", "Không có tài khoản này", "There is no such account"))?;
    if !account.has(draft.role) {
        return Err(error("/role", "not_the_role", "Tài khoản không có vai trò này", "The account has not this role"));
    }
    if !within(&account.area, &draft.area, work.now.local_date()) {
        let (vi, en) = ("Địa bàn của tài khoản không gồm nơi này", "The account's area does not cover this one");
        return Err(error("/area_code", "outside_area", vi, en));
    }
    Ok(account)
}

/// Duties that the caller may see.
#[derive(Debug, Clone)]
pub struct Roster {
    /// By when they begin.
    pub duties: Vec<Duty>,
    /// The names of those on duty.
    pub names: Names,
}

/// The duties of the caller's area between two times; the coming week where nothing is said.
///
/// # Errors
/// When the store fails.
pub async fn list(app: &App, caller: &Caller, from: Option<Instant>, to: Option<Instant>) -> Result<Roster, Problem> {
    let account = caller.require_account()?.clone();
    let mut work = Work::for_caller(app, caller).await?;
    let from = from.unwrap_or(work.now);
    let filter = DutyFilter {
        from: Some(from),
        to: Some(to.unwrap_or_else(|| from.plus(days(7)))),
        areas: None,
        limit: MAX_SHOWN,
    };
    let today = work.now.local_date();
    let mut duties = work.tx.duties(&filter).await?;
    // Also those whose area the caller's lies in: a station sees who is the doctor on duty of its district.
    duties.retain(|duty| within(&account.area, &duty.area, today) || within(&duty.area, &account.area, today));
    let ids = duties.iter().map(|duty| duty.account).collect::<Vec<_>>();
    let names = names(work.tx.as_mut(), ids.into_iter()).await?;
    Ok(Roster { duties, names })
}

/// Ends a duty now; one that has not begun never holds.
///
/// # Errors
/// 404 where there is none in the caller's area, 409 where it is over.
pub async fn end(app: &App, caller: &Caller, id: DutyId) -> Result<Duty, Problem> {
    let by = caller.require_account()?.clone();
    let mut work = Work::for_caller(app, caller).await?;
    let duty = work.tx.duty(id).await?.filter(|duty| within(&by.area, &duty.area, work.now.local_date()));
    let duty = duty.ok_or_else(no_such_duty)?;
    let now = work.now;
    if !work.tx.end_duty(id, now).await? {
        return Err(Problem::conflict("duty_over", "Ca trực này đã kết thúc.", "This duty is over."));
    }
    work.tx.cancel_timers(owners::TIMER, id.uuid(), now).await?;
    timers::set(&mut work, owners::TIMER, id.uuid(), json!({}), now).await?;
    work.audit("duty.end", Some(format!("account:{}", duty.account)), json!({"duty_id": id})).await?;
    work.commit().await?;
    Ok(Duty { to: now.max(duty.from), ..duty })
}

/// Who may be put on duty by the caller: staff whose area lies within the caller's, by the name that they sign in with.
///
/// # Errors
/// When the store fails.
pub async fn may_serve(app: &App, caller: &Caller) -> Result<Vec<(String, String)>, Problem> {
    let mine = caller.require_account()?.area.clone();
    let today = app.platform.now().local_date();
    let accounts = app.store.read().await?.accounts().await?.into_iter().filter(|stored| stored.active);
    let may = accounts.map(|stored| stored.account).filter(|account| account.has_any(ROSTER));
    let near = may.filter(|account| within(&mine, &account.area, today) || within(&account.area, &mine, today));
    let mut found: Vec<_> = near.map(|account| (account.username, account.display_name)).collect();
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    Ok(found)
}

/// How many open alerts each of these accounts owns.
///
/// # Errors
/// When the store fails.
pub async fn loads(app: &App, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, i64>, StoreError> {
    Ok(app.store.read().await?.alert_loads(accounts).await?.into_iter().collect())
}
