//! Taking a patient in: what is known, whether home is the place, the risk group, the station and the doctor.

use serde_json::json;
use shared::access::{Account, Role};
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, CaseId, PersonId};
use shared::person::{Person, Sex};
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::open_case::subject_of;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use super::{area, assign, close_case, open_by_hand, silence, window};
use crate::App;
use crate::domain::case::{CaseState, not_for_men};
use crate::domain::eligibility::{Circumstances, Eligibility, Facts};
use crate::domain::intake::{IntakeDraft, IntakeInput};
use crate::domain::observation::Observation;
use crate::domain::risk::{risk, why};
use crate::store::{CaseRecord, Contact, ContactLevel, IntakeRecord};

/// A patient who was taken in.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The case.
    pub case: CaseRecord,
    /// What was asked and decided.
    pub record: IntakeRecord,
    /// Why the risk group is what it is.
    pub risk_reasons: Vec<Bilingual>,
    /// The name of the doctor.
    pub doctor: Option<String>,
}

/// Takes a patient in, or takes in what is learnt later: what is not sent stays as it was.
///
/// # Errors
/// 422 for fields at fault and for a doctor who may not have the case, 404 outside the caller's area, 409 where the case
/// has ended.
pub async fn take(app: &App, caller: &Caller, id: CaseId, input: &IntakeInput) -> Result<Intake, Problem> {
    let by = caller.require_account()?.id;
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let case = work.tx.case(id).await?.filter(|case| area::covers(caller, case, app.platform.now().local_date()));
    let case = case.ok_or_else(no_such_case)?;
    if case.state != CaseState::Open {
        return Err(close_case::ended());
    }
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let phone = person.as_ref().and_then(|person| person.phone.as_ref()).map(|phone| phone.as_str().to_owned());
    let draft = input.parse(work.now, phone.as_deref())?;
    if draft.pregnant == Some(true) && person.as_ref().is_some_and(|person| person.sex == Sex::Male) {
        return Err(Problem::field(not_for_men()));
    }
    let carer = household(&mut work, &case, &draft).await?;
    let before = work.tx.intake(id).await?;
    let mut after = CaseRecord {
        conditions: draft.conditions.clone().unwrap_or_else(|| case.conditions.clone()),
        vaccine_doses: draft.doses.or(case.vaccine_doses),
        pregnant: draft.pregnant.or(case.pregnant),
        ..case.clone()
    };
    let latest = work.tx.newest_reports(&[id], 1).await?.pop().map(|report| report.observed);
    let record = decide(&work, &after, person.as_ref(), latest.as_ref(), &draft, before, carer, by);
    let today = work.now.local_date();
    let subject = subject_of(&after, person.as_ref());
    after.risk = risk(&subject, after.vaccine_doses, latest.as_ref(), today);
    let risk_reasons = why(&subject, after.vaccine_doses, latest.as_ref(), today);
    after.doctor = doctor(&mut work, &after, draft.doctor.as_deref()).await?;
    let heard_at = after.latest.at.unwrap_or(after.opened_at);
    let after = silence::heard(&mut work, after, heard_at).await?;
    let case = window::renew(&mut work, &case, after).await?;
    work.tx.put_intake(&record).await?;
    let name = match case.doctor {
        Some(id) => work.tx.account(id).await?.map(|stored| stored.account.display_name),
        None => None,
    };
    let detail = json!({"verdict": record.decision.verdict, "protocol": record.decision.protocol, "risk": case.risk});
    work.audit("case.intake", case_subject(id), detail).await?;
    work.commit().await?;
    Ok(Intake { case, record, risk_reasons, doctor: name })
}

/// The intake of a case as it was kept.
///
/// # Errors
/// 404 outside the caller's area and where nobody was taken in yet.
pub async fn read(app: &App, caller: &Caller, id: CaseId) -> Result<Intake, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let case = work.tx.case(id).await?.filter(|case| area::covers(caller, case, today)).ok_or_else(no_such_case)?;
    let record = work.tx.intake(id).await?.ok_or_else(|| {
        Problem::not_found("Người bệnh này chưa được tiếp nhận.", "This patient has not been taken in yet.")
    })?;
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let latest = work.tx.newest_reports(&[id], 1).await?.pop().map(|report| report.observed);
    let risk_reasons = why(&subject_of(&case, person.as_ref()), case.vaccine_doses, latest.as_ref(), today);
    let doctor = match case.doctor {
        Some(id) => work.tx.account(id).await?.map(|stored| stored.account.display_name),
        None => None,
    };
    work.audit("case.read", case_subject(id), json!({})).await?;
    work.commit().await?;
    Ok(Intake { case, record, risk_reasons, doctor })
}

/// Registers carer and household; gives the carer.
async fn household(work: &mut Work, case: &CaseRecord, draft: &IntakeDraft) -> Result<Option<PersonId>, StoreError> {
    open_by_hand::household(work, case, &draft.household).await?;
    let Some(carer) = &draft.carer else { return Ok(None) };
    let person_id = open_by_hand::registered(work, carer).await?;
    if person_id != case.person_id {
        let (case_id, level, first_seen) = (case.id, ContactLevel::Household, work.now);
        work.tx.put_contact(&Contact { case_id, person_id, level, last_day: None, first_seen }).await?;
    }
    Ok(Some(person_id))
}

#[expect(clippy::too_many_arguments, reason = "one place puts together what was known and what is told")]
fn decide(
    work: &Work,
    case: &CaseRecord,
    person: Option<&Person>,
    latest: Option<&Observation>,
    draft: &IntakeDraft,
    before: Option<IntakeRecord>,
    carer: Option<PersonId>,
    by: AccountId,
) -> IntakeRecord {
    let old = before.as_ref();
    let known = Circumstances {
        doses: case.vaccine_doses,
        last_dose_on: draft.last_dose_on.or(old.and_then(|old| old.last_dose_on)),
        stable: draft.stable.or(old.and_then(|old| old.stable)),
        self_care: draft.self_care.or(old.and_then(|old| old.self_care)),
        reachable: draft.reachable.or(old.and_then(|old| old.reachable)),
        carer: draft.has_carer.or(old.and_then(|old| old.has_carer)),
        conditions_asked: draft.conditions.is_some() || old.is_some_and(|old| old.conditions_asked),
    };
    let on = work.now.local_date();
    let subject = subject_of(case, person);
    let decision = Eligibility::builtin().on(on).decide(&Facts { subject: &subject, known: &known, latest, on });
    IntakeRecord {
        case_id: case.id,
        last_dose_on: known.last_dose_on,
        conditions_asked: known.conditions_asked,
        stable: known.stable,
        self_care: known.self_care,
        reachable: known.reachable,
        has_carer: known.carer,
        carer: carer.or(old.and_then(|old| old.carer)),
        decision,
        decided_at: work.now,
        decided_by: Some(by),
    }
}

/// The doctor of a case: the one who is named, else whoever [`assign`] finds.
async fn doctor(work: &mut Work, case: &CaseRecord, named: Option<&str>) -> Result<Option<AccountId>, Problem> {
    match named {
        Some(name) => named_doctor(work, case, name).await.map(Some),
        None => Ok(assign::at_intake(work, case).await?),
    }
}

async fn named_doctor(work: &mut Work, case: &CaseRecord, name: &str) -> Result<AccountId, Problem> {
    let stored = match name.parse::<AccountId>() {
        Ok(id) => work.tx.account(id).await?,
        Err(_) => work.tx.account_by_username(name).await?,
    };
    let today = work.now.local_date();
    let fits = |account: &Account| {
        account.has(Role::Doctor) && crate::domain::duty::covers(&account.area, case.ward_code.as_deref(), today)
    };
    let found = stored.filter(|stored| stored.active && fits(&stored.account));
    found.map(|stored| stored.account.id).ok_or_else(|| {
        let detail = Bilingual::new(
            "Không có bác sĩ này, hoặc địa bàn của bác sĩ không gồm nơi người bệnh ở",
            "There is no such doctor, or the doctor's area does not cover where the patient lives",
        );
        Problem::field(FieldError::new("/doctor", "unknown_doctor", detail))
    })
}
