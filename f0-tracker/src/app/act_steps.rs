//! The steps after: read, handed out, accepted, on the way, arrived, taken back.

use serde_json::json;
use shared::access::{Account, Role};
use shared::ids::{ActId, CaseId};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::act_news;
use super::acts::{CARERS, step};
use super::report::may_report;
use super::stock;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::act::{ActBody, ActKind, ActStatus, HandTo, StepBy};
use crate::store::{ActRecord, CaseRecord};

/// The most characters of a note that are kept.
const MAX_NOTE: usize = 2_000;

fn no_such_act() -> Problem {
    Problem::not_found("Không có bản ghi này.", "There is no such record.")
}

/// Something that was done, after a step.
#[derive(Debug, Clone)]
pub struct Stepped {
    /// What.
    pub act: ActRecord,
    /// How many of its bag the station has then; none where it is no bag or nobody has counted.
    pub left: Option<i64>,
}

/// Takes a step in a caller's name. The same again changes nothing.
///
/// # Errors
/// 404 outside the caller's area, 403 where the step is not the caller's to take, 409 with `status` and `by` where
/// somebody was first or the step does not follow from where it stands.
pub async fn advance(app: &App, caller: &Caller, id: ActId, to: ActStatus, note: &str) -> Result<Stepped, Problem> {
    let account = caller.require_account()?;
    let note: String = note.trim().chars().take(MAX_NOTE).collect();
    let mut work = Work::for_caller(app, caller).await?;
    let act = work.tx.act(id).await?.ok_or_else(no_such_act)?;
    if !caller.covers(act.ward_code.as_deref(), work.now.local_date()) {
        return Err(no_such_act());
    }
    if let Some(case) = act.case_id {
        work.tx.hold(case.uuid()).await?;
    }
    let act = work.tx.act(id).await?.ok_or_else(no_such_act)?;
    may(account, &act, to)?;
    let me = StepBy::Account(account.id);
    if act.status == to && act.steps.last().is_some_and(|step| step.by == me) {
        let left = stock::left(&mut work, &act).await?;
        return Ok(Stepped { act, left });
    }
    if !act.kind().next(act.status).contains(&to) {
        return Err(moved(&mut work, &act).await?);
    }
    if to == ActStatus::HandedOut {
        stock::hand_out(&mut work, &act, account.id).await?;
    }
    let Some(stepped) = step(&mut work, act.clone(), to, me, &note).await? else {
        return Err(moved(&mut work, &act).await?);
    };
    if let Some(case_id) = stepped.case_id {
        take_over(&mut work, &stepped, account, case_id).await?;
        if let Some(case) = work.tx.case(case_id).await? {
            act_news::tell(&mut work, &app.platform.config.public_url(), &stepped, &case).await?;
        }
    }
    let subject = stepped.case_id.and_then(case_subject);
    let detail = json!({"act_id": id, "kind": stepped.kind(), "status": to});
    work.audit("act.step", subject, detail).await?;
    let left = stock::left(&mut work, &stepped).await?;
    work.commit().await?;
    Ok(Stepped { act: stepped, left })
}

/// Whether a step is an account's to take.
fn may(account: &Account, act: &ActRecord, to: ActStatus) -> Result<(), Problem> {
    let allowed = match (&act.body, to) {
        (ActBody::Handover { account: Some(other), .. }, ActStatus::Accepted) => *other == account.id,
        (ActBody::Handover { to: HandTo::Doctor, .. }, ActStatus::Accepted) => account.has(Role::Doctor),
        (ActBody::Handover { to: HandTo::Station, .. }, ActStatus::Accepted) => account.has_any(CARERS),
        (_, ActStatus::Cancelled) => act.by == account.id || account.has_any(CARERS),
        (ActBody::Prescription { .. } | ActBody::Referral { .. }, _) => account.has_any(CARERS),
        _ => true,
    };
    if allowed { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Whoever accepts a hand-over has the alert that came with it, and the case where it had no doctor.
async fn take_over(work: &mut Work, act: &ActRecord, account: &Account, case: CaseId) -> Result<(), StoreError> {
    let ActBody::Handover { alert, .. } = &act.body else { return Ok(()) };
    if act.status != ActStatus::Accepted {
        return Ok(());
    }
    if let Some(alert) = alert {
        work.tx.reassign_alert(*alert, act.by, account.id, work.now).await?;
    }
    if account.has(Role::Doctor)
        && let Some(case) = work.tx.case(case).await?.filter(|case| case.doctor.is_none())
    {
        work.tx.update_case(&CaseRecord { doctor: Some(account.id), ..case }).await?;
    }
    Ok(())
}

/// It stands elsewhere already: where, and who took it there.
async fn moved(work: &mut Work, act: &ActRecord) -> Result<Problem, StoreError> {
    let current = work.tx.act(act.id).await?.unwrap_or_else(|| act.clone());
    let by = match current.steps.last().map(|step| step.by) {
        Some(StepBy::Account(id)) => work.tx.account(id).await?.map(|stored| stored.account.display_name),
        _ => None,
    };
    let (name, who) = (current.status.name(), by.clone().unwrap_or_else(|| "An Tâm".to_owned()));
    Ok(Problem::conflict(
        "act_moved",
        format!("Bản ghi này đang ở trạng thái “{}” ({who}).", name.vi),
        format!("This stands at “{}” ({who}).", name.en),
    )
    .with("act_status", current.status.code())
    .with("by", by))
}

/// The patient, or somebody of the family, confirms that they read advice.
///
/// # Errors
/// 401 where no citizen signed in, 404 where the advice is not theirs.
pub async fn read(app: &App, caller: &Caller, id: ActId) -> Result<(), Problem> {
    let citizen = caller.citizen().ok_or_else(Problem::unauthenticated)?;
    let mut work = Work::for_caller(app, caller).await?;
    let act = work.tx.act(id).await?.filter(|act| act.kind() == ActKind::Advice).ok_or_else(no_such_act)?;
    let case = match act.case_id {
        Some(case) => work.tx.case(case).await?,
        None => None,
    };
    let case = case.ok_or_else(no_such_act)?;
    if !may_report(work.tx.as_mut(), caller, &case, work.now.local_date()).await? {
        return Err(no_such_act());
    }
    if act.status == ActStatus::Given {
        step(&mut work, act, ActStatus::Read, StepBy::Person(citizen), "").await?;
    }
    work.audit("act.read", case_subject(case.id), json!({"act_id": id})).await?;
    work.commit().await?;
    Ok(())
}
