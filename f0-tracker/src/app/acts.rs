//! Doing something for a patient: advice, medicine, a referral, a call, a hand-over. One use-case for all, because all
//! are kept, audited and told alike; what is peculiar to medicine is in [`super::bags`].

use serde_json::json;
use shared::access::Role;
use shared::ids::{ActId, CaseId, PersonId};
use shared::time::{Instant, minutes};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::act_news;
use super::area;
use super::bags;
use super::desk_timers;
use super::report::no_such_case;
use super::silence;
use super::stock;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::act::{ActBody, ActKind, ActStatus, ActStep, Disposition, HandTo, StepBy};
use crate::domain::act_input::ActDraft;
use crate::domain::case::CaseState;
use crate::store::{ActFilter, ActRecord, CaseRecord};

/// Who may advise, note calls and pass on.
pub const ADVISERS: &[Role] = &[Role::Doctor, Role::Nurse, Role::Hotline];
/// Who may order medicine and refer.
pub const CARERS: &[Role] = &[Role::Doctor, Role::Nurse];

/// A hand-over that nobody accepts raises an alert after so many minutes. The product's policy: no source sets a
/// number.
const fn accept_within(to: HandTo) -> i64 {
    match to {
        HandTo::Ambulance => 5,
        HandTo::Doctor => 15,
        HandTo::Station => 60,
    }
}

/// Something that was done, or that the same request did before.
#[derive(Debug, Clone)]
pub struct Done {
    /// What.
    pub act: ActRecord,
    /// Whether it was done now.
    pub created: bool,
    /// How many of an ordered bag the station has; none where it is no bag or nobody has counted.
    pub left: Option<i64>,
}

/// For whom something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The patient of a case.
    Case(CaseId),
    /// Somebody in the register, with a case or without.
    Person(PersonId),
}

/// Does something for a patient.
///
/// # Errors
/// 404 outside the caller's area, 409 where the case has ended or the id was used with another body, 409 with `reasons`
/// for a bag that the patient may not have, 422 for a question of the bag that was not answered.
pub async fn add(
    app: &App,
    caller: &Caller,
    target: Target,
    draft: ActDraft,
    body_hash: &str,
) -> Result<Done, Problem> {
    let account = caller.require_account()?;
    let mut work = Work::for_caller(app, caller).await?;
    let (case, person_id, ward_code) = aim(&mut work, caller, target).await?;
    if let Some(id) = draft.id
        && let Some(act) = work.tx.act(id).await?
    {
        let same = act.body_hash == body_hash && act.person_id == person_id && act.kind() == draft.body.kind();
        if !same {
            return Err(Problem::id_conflict());
        }
        let left = stock::left(&mut work, &act).await?;
        return Ok(Done { act, created: false, left });
    }
    let kind = draft.body.kind();
    ended(kind, case.as_ref())?;
    let (body, due_at) = complete(&mut work, caller, case.as_ref(), draft.clone()).await?;
    let id = draft.id.unwrap_or_else(|| ActId::new(work.now, work.random()));
    let act = ActRecord {
        id,
        case_id: case.as_ref().map(|case| case.id),
        person_id,
        ward_code,
        status: draft.status,
        at: work.now,
        by: account.id,
        due_at,
        body,
        steps: Vec::new(),
        body_hash: body_hash.to_owned(),
    };
    keep(&mut work, app, &act, case.as_ref()).await?;
    let left = stock::left(&mut work, &act).await?;
    work.commit().await?;
    Ok(Done { act, created: true, left })
}

/// Keeps something that was done, with its timer, its messages and its audit line.
pub(crate) async fn keep(
    work: &mut Work,
    app: &App,
    act: &ActRecord,
    case: Option<&CaseRecord>,
) -> Result<(), Problem> {
    if !work.tx.insert_act(act).await? {
        return Err(Problem::id_conflict());
    }
    if let ActBody::Call { disposition, .. } = &act.body {
        keep_promises(work, act, *disposition).await?;
        if let Some(case) = case.filter(|_| disposition.is_reached()) {
            let case = silence::heard(work, case.clone(), act.at).await?;
            work.tx.update_case(&case).await?;
        }
    }
    desk_timers::set(work, act).await?;
    if let Some(case) = case {
        act_news::tell(work, &app.platform.config.public_url(), act, case).await?;
    }
    let subject = act.case_id.and_then(case_subject).or_else(|| Some(format!("person:{}", act.person_id)));
    let detail = json!({"act_id": act.id, "kind": act.kind(), "status": act.status});
    work.audit("act.add", subject, detail).await?;
    Ok(())
}

/// The case, the person and the ward that a target means, where the caller's duty covers them.
async fn aim(
    work: &mut Work,
    caller: &Caller,
    target: Target,
) -> Result<(Option<CaseRecord>, PersonId, Option<String>), Problem> {
    let today = work.now.local_date();
    match target {
        Target::Case(id) => {
            work.tx.hold(id.uuid()).await?;
            let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
            if !area::covers(caller, &case, today) {
                return Err(no_such_case());
            }
            let (person, ward) = (case.person_id, case.ward_code.clone());
            Ok((Some(case), person, ward))
        }
        Target::Person(id) => {
            let nobody =
                || Problem::not_found("Không có người này trong sổ.", "There is no such person in the register.");
            let id = work.tx.canonical(id).await?.ok_or_else(nobody)?;
            let person = work.tx.person(id).await?.ok_or_else(nobody)?.person;
            let ward = person.ward_code.as_ref().map(|ward| ward.as_str().to_owned());
            let case = work.tx.latest_case(id).await?;
            let ward = case.as_ref().and_then(|case| case.ward_code.clone()).or(ward);
            if !caller.covers(ward.as_deref(), today) {
                return Err(nobody());
            }
            Ok((case, id, ward))
        }
    }
}

/// Calls and advice go on after a case has ended; medicine, referral and hand-over need one that is open.
fn ended(kind: ActKind, case: Option<&CaseRecord>) -> Result<(), Problem> {
    let open = case.is_some_and(|case| case.state == CaseState::Open);
    if open || matches!(kind, ActKind::Call | ActKind::Advice) {
        return Ok(());
    }
    Err(Problem::conflict(
        "case_ended",
        "Hồ sơ này đã kết thúc; vẫn có thể ghi cuộc gọi và lời dặn.",
        "This case has ended; calls and advice can still be noted.",
    ))
}

/// Fills in what the record and the rules say: the contents of a bag, when a hand-over must be accepted.
async fn complete(
    work: &mut Work,
    caller: &Caller,
    case: Option<&CaseRecord>,
    draft: ActDraft,
) -> Result<(ActBody, Option<Instant>), Problem> {
    match (draft.body, case) {
        (ActBody::Prescription { bag: Some(bag), items, consent, note, .. }, Some(case)) => {
            let by_doctor = caller.has_any(&[Role::Doctor]);
            let order = bags::Order { bag, items, consent, note, answers: draft.answers, by_doctor };
            Ok((bags::ordered(work, case, order).await?, draft.due_at))
        }
        (body @ ActBody::Handover { .. }, _) => {
            let ActBody::Handover { to, .. } = &body else { return Ok((body, draft.due_at)) };
            let due = work.now.plus(minutes(accept_within(*to)));
            Ok((body, Some(due)))
        }
        (body, _) => Ok((body, draft.due_at)),
    }
}

/// Somebody was spoken with: what was promised before is kept.
async fn keep_promises(work: &mut Work, call: &ActRecord, disposition: Disposition) -> Result<(), StoreError> {
    if !disposition.is_reached() {
        return Ok(());
    }
    let filter = ActFilter {
        kinds: vec![ActKind::Call],
        statuses: vec![ActStatus::Promised],
        people: Some(vec![call.person_id]),
        limit: 100,
        ..ActFilter::default()
    };
    for promise in work.tx.acts(&filter).await?.into_iter().filter(|promise| promise.id != call.id) {
        step(work, promise, ActStatus::Kept, StepBy::Account(call.by), "").await?;
    }
    Ok(())
}

/// Takes a step; `None` where it no longer stands where it stood.
pub(super) async fn step(
    work: &mut Work,
    act: ActRecord,
    to: ActStatus,
    by: StepBy,
    note: &str,
) -> Result<Option<ActRecord>, StoreError> {
    let from = act.status;
    let mut act = ActRecord { status: to, due_at: None, ..act };
    if let (ActBody::Prescription { max_days: Some(most), .. }, ActStatus::HandedOut) = (&act.body, to) {
        act.due_at = Some(work.now.plus(shared::time::days(*most)));
    }
    act.steps.push(ActStep { status: to, by, at: work.now, note: note.to_owned() });
    if !work.tx.step_act(from, &act).await? {
        return Ok(None);
    }
    desk_timers::set(work, &act).await?;
    Ok(Some(act))
}
