//! What a patient or somebody of the family sees of a case: their reports, what was advised, where they are referred to.

use serde_json::json;
use shared::ids::CaseId;
use shared::person::Person;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::contacts::{self, Followed};
use super::report::{self, no_such_case};
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::act::{ActKind, ActStatus};
use crate::store::{ActFilter, ActRecord, CaseRecord, ReportRecord};

/// A patient's or family member's own view of a case: the case, who has it, and its reports, the newest first.
#[derive(Debug, Clone)]
pub struct OwnCase {
    /// The case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// Its reports, the newest first.
    pub reports: Vec<ReportRecord>,
    /// The advice that staff gave, the newest first.
    pub advice: Vec<ActRecord>,
    /// Referrals that are on their way or have arrived, the newest first.
    pub referrals: Vec<ActRecord>,
    /// Those of the household, with what each does today.
    pub followed: Vec<Followed>,
    /// The phone of the ward's station, where it is known.
    pub station_phone: Option<String>,
}

/// So much advice is shown to a family.
const MAX_ADVICE: i64 = 10;

/// What was advised, whether the patient is referred, and what the household does.
async fn own_view(
    work: &mut Work,
    case: CaseRecord,
    person: Option<Person>,
    reports: Vec<ReportRecord>,
) -> Result<OwnCase, StoreError> {
    let (tx, now) = (work.tx.as_mut(), work.now);
    let of = |kinds| ActFilter { kinds, cases: Some(vec![case.id]), limit: MAX_ADVICE, ..ActFilter::default() };
    let advice = tx.acts(&of(vec![ActKind::Advice])).await?;
    let mut referrals = tx.acts(&of(vec![ActKind::Referral])).await?;
    referrals.retain(|act| act.status != ActStatus::Cancelled);
    let contacts = tx.contacts_of(case.id).await?;
    let followed = contacts::household(tx, &case, &contacts, now).await?;
    let station_phone = match case.ward_code.as_deref() {
        Some(ward) => tx.station_phone(ward).await?,
        None => None,
    };
    Ok(OwnCase { case, person, reports, advice, referrals, followed, station_phone })
}

/// The open cases that a citizen may report about: their own, and those of their household.
///
/// # Errors
/// 401 where no citizen signed in.
pub async fn own_cases(app: &App, caller: &Caller) -> Result<Vec<OwnCase>, Problem> {
    let citizen = caller.citizen().ok_or_else(Problem::unauthenticated)?;
    let mut work = Work::for_caller(app, caller).await?;
    let citizen = work.tx.canonical(citizen).await?.unwrap_or(citizen);
    let mut own = Vec::new();
    for case in work.tx.open_cases_around(citizen).await? {
        let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
        let reports = work.tx.newest_reports(&[case.id], 10).await?;
        work.audit("case.read", case_subject(case.id), json!({})).await?;
        own.push(own_view(&mut work, case, person, reports).await?);
    }
    work.commit().await?;
    Ok(own)
}

/// One of the cases that a citizen may report about.
///
/// # Errors
/// 401 where no citizen signed in, 404 where the case is not theirs.
pub async fn own_case(app: &App, caller: &Caller, id: CaseId) -> Result<OwnCase, Problem> {
    if caller.citizen().is_none() {
        return Err(Problem::unauthenticated());
    }
    let mut work = Work::for_caller(app, caller).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !report::may_report(work.tx.as_mut(), caller, &case, work.now.local_date()).await? {
        return Err(no_such_case());
    }
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let reports = work.tx.newest_reports(&[id], 10).await?;
    work.audit("case.read", case_subject(id), json!({})).await?;
    let own = own_view(&mut work, case, person, reports).await?;
    work.commit().await?;
    Ok(own)
}
