//! Whose patient somebody is: the doctor they had, or the one who has somebody of their household; else the one with the
//! fewest patients. A case has its doctor from the minute in which it opens wherever the roster knows one.

use shared::access::Role;
use shared::ids::AccountId;
use shared_store::StoreError;

use super::owners;
use super::work::Work;
use crate::domain::duty::{Candidate, fewest};
use crate::store::{CaseFilter, CaseRecord};

/// So many earlier cases of a patient are looked at for a doctor.
const EARLIER: i64 = 20;

/// The doctor of a case that opens: the patient's own, else of those whom the roster has on duty the one with the fewest
/// patients; none where nobody stands on the roster: then the intake decides.
///
/// # Errors
/// When the store fails.
pub(super) async fn at_opening(work: &mut Work, case: &CaseRecord) -> Result<Option<AccountId>, StoreError> {
    if let Some(own) = own_doctor(work, case).await? {
        return Ok(Some(own));
    }
    let on_duty = doctors(owners::candidates(work, case.ward_code.as_deref()).await?, true);
    least_loaded(work, on_duty).await
}

/// The doctor of a case that is taken in: the one who has it, else as [`at_opening`]; where nobody stands on the roster,
/// one whose account covers the ward.
///
/// # Errors
/// When the store fails.
pub(super) async fn at_intake(work: &mut Work, case: &CaseRecord) -> Result<Option<AccountId>, StoreError> {
    if case.doctor.is_some() {
        return Ok(case.doctor);
    }
    if let Some(doctor) = at_opening(work, case).await? {
        return Ok(Some(doctor));
    }
    let standing = doctors(owners::standing(work, case.ward_code.as_deref()).await?, false);
    least_loaded(work, standing).await
}

async fn least_loaded(work: &mut Work, doctors: Vec<AccountId>) -> Result<Option<AccountId>, StoreError> {
    if let [] | [_] = doctors.as_slice() {
        return Ok(doctors.first().copied());
    }
    let loads = work.tx.doctor_loads(&doctors).await?;
    Ok(fewest(&doctors, &loads))
}

fn doctors(candidates: Vec<Candidate>, on_roster: bool) -> Vec<AccountId> {
    let of = candidates.into_iter().filter(|one| one.role == Role::Doctor && one.on_roster == on_roster);
    let mut ids: Vec<AccountId> = of.map(|one| one.account).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The doctor whom the patient had, else the one who has somebody of the household: on duty at this minute or not, as
/// long as the account is in use and its area covers the case.
async fn own_doctor(work: &mut Work, case: &CaseRecord) -> Result<Option<AccountId>, StoreError> {
    let filter = CaseFilter { people: Some(vec![case.person_id]), limit: EARLIER, ..CaseFilter::default() };
    let mut cases = work.tx.cases(&filter).await?;
    cases.extend(work.tx.open_cases_around(case.person_id).await?);
    let known: Vec<AccountId> = cases.into_iter().filter_map(|case| case.doctor).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let may = doctors(owners::standing(work, case.ward_code.as_deref()).await?, false);
    Ok(known.into_iter().find(|doctor| may.contains(doctor)))
}
