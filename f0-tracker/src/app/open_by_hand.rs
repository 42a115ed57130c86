//! Opening a case by hand: staff knows of a positive test that no laboratory sent.

use shared::ids::{CaseId, PersonId};
use shared::person::{Person, PersonDraft};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::people::register::{Registrar, register};

use super::area;
use super::open_case::{self, Opening};
use super::work::{SERVICE, Work};
use crate::App;
use crate::domain::case::{CaseDraft, CaseInput, CasePerson, CaseState};
use crate::store::{CaseRecord, Contact, ContactLevel, OpenedBy};

/// A case that was opened, or one that the same request opened before.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// Whether it was opened now.
    pub created: bool,
}

/// Opens a case.
///
/// # Errors
/// 422 for fields at fault, 404 for a person who is not in the register or not in the caller's area, 409 with `case_id`
/// where the person has an open case, 409 where the id was used with another body.
pub async fn open(app: &App, caller: &Caller, input: &CaseInput, body_hash: &str) -> Result<Opened, Problem> {
    let draft = input.parse(app.platform.now())?;
    let mut work = Work::for_caller(app, caller).await?;
    if let Some(id) = draft.id
        && let Some(case) = work.tx.case(id).await?
    {
        return repeated(&mut work, caller, case, body_hash).await;
    }
    let person_id = person(&mut work, &draft.person).await?;
    let person_id = work.hold_person(person_id).await?;
    let known = work.tx.person(person_id).await?.map(|stored| stored.person);
    let ward = known.as_ref().and_then(|person| person.ward_code.as_ref());
    if !caller.covers(ward.map(AsRef::as_ref), work.now.local_date()) {
        return Err(outside(&draft.person));
    }
    if let Some(case) = work.tx.latest_case(person_id).await?.filter(|case| case.state == CaseState::Open) {
        return Err(already_open(case.id));
    }
    let opened = open_case::open(&mut work, &opening(&draft, person_id, body_hash)).await?;
    let case = opened.ok_or_else(Problem::id_conflict)?;
    household(&mut work, &case, &draft.household).await?;
    work.commit().await?;
    Ok(Opened { case, person: known, created: true })
}

async fn repeated(work: &mut Work, caller: &Caller, case: CaseRecord, body_hash: &str) -> Result<Opened, Problem> {
    let same = work.tx.case_body_hash(case.id).await?.as_deref() == Some(body_hash);
    if same && area::covers(caller, &case, work.now.local_date()) {
        let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
        Ok(Opened { case, person, created: false })
    } else {
        Err(Problem::id_conflict())
    }
}

fn already_open(case: CaseId) -> Problem {
    Problem::conflict(
        "case_open",
        "Người này đang có một hồ sơ F0 mở; hãy dùng hồ sơ đó.",
        "This person has an open case; use that one.",
    )
    .with("case_id", case.to_string())
}

/// A person who lives outside the caller's area, as the caller may learn of it.
pub(crate) fn outside(person: &CasePerson) -> Problem {
    match person {
        CasePerson::Known(_) => no_such_person(),
        CasePerson::Described { .. } => Problem::field(shared::problem::FieldError::new(
            "/person/ward_code",
            "outside_area",
            shared::bilingual::Bilingual::new(
                "Hãy chọn xã, phường nơi người bệnh ở, thuộc địa bàn của bạn",
                "Give the ward where the patient lives, within your area",
            ),
        )),
    }
}

fn no_such_person() -> Problem {
    Problem::not_found("Không có người này trong sổ.", "There is no such person in the register.")
}

pub(crate) async fn person(work: &mut Work, person: &CasePerson) -> Result<PersonId, Problem> {
    match person {
        CasePerson::Known(id) => work.tx.canonical(*id).await?.ok_or_else(no_such_person),
        CasePerson::Described { id, draft } => {
            if let Some(id) = id
                && let Some(known) = work.tx.canonical(*id).await?
            {
                return Ok(known);
            }
            Ok(registered(work, draft).await?)
        }
    }
}

pub(crate) async fn registered(work: &mut Work, draft: &PersonDraft) -> Result<PersonId, StoreError> {
    let (now, actor) = (work.now, work.actor());
    let request_id = work.request_id().map(str::to_owned);
    let registrar = Registrar { service: SERVICE, actor, request_id: request_id.as_deref() };
    let mut random = work.shared_random();
    Ok(register(work.tx.as_mut(), &registrar, draft, now, &mut random).await?.person_id)
}

pub(crate) fn opening(draft: &CaseDraft, person_id: PersonId, body_hash: &str) -> Opening {
    Opening {
        id: draft.id,
        person_id,
        opened_by: OpenedBy::Staff,
        diagnosed_at: draft.diagnosed_at,
        specimen_at: draft.diagnosed_at,
        symptom_onset: draft.symptom_onset,
        conditions: draft.conditions.clone(),
        vaccine_doses: draft.vaccine_doses,
        pregnant: draft.pregnant,
        ward_code: None,
        body_hash: Some(body_hash.to_owned()),
    }
}

/// The household are contacts, and may report for the patient.
pub(crate) async fn household(work: &mut Work, case: &CaseRecord, members: &[PersonDraft]) -> Result<(), StoreError> {
    for draft in members {
        let person_id = registered(work, draft).await?;
        let level = ContactLevel::Household;
        let contact = Contact { case_id: case.id, person_id, level, last_day: None, first_seen: work.now };
        if person_id != case.person_id {
            work.tx.put_contact(&contact).await?;
        }
    }
    Ok(())
}
