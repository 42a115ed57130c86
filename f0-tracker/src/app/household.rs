//! A household: one guardian, one form, one call for all its members, each judged under the bands of their own age.

use std::collections::BTreeSet;

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PersonId};
use shared::person::Person;
use shared::time::Date;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::acts::{self, Target};
use super::open_case::subject_of;
use super::protocols;
use super::report::{self, Taken, may_report, no_such_case};
use super::work::{Work, case_subject};
use crate::App;
use crate::api::body_hash;
use crate::domain::act_input::{ActDraft, CallInput};
use crate::domain::age::Age;
use crate::domain::case::{CaseState, MAX_HOUSEHOLD};
use crate::domain::catalog::Catalog;
use crate::domain::observation::ReportInput;
use crate::store::{CaseRecord, ContactLevel, F0Read};
use shared::problem::FieldError;

/// Somebody of a household.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub person_id: PersonId,
    /// The record of the person.
    pub person: Option<Person>,
    /// Their case, where they have an open one.
    pub case: Option<CaseRecord>,
    /// The protocol that judges them, by their age.
    pub protocol: String,
    /// Completed years, where known.
    pub age: Option<u32>,
    /// Why this member is at risk from the others, where they are.
    pub at_risk: Vec<Bilingual>,
}

/// A household around a case.
#[derive(Debug, Clone)]
pub struct Household {
    /// Its members, those with a case first, then the oldest.
    pub members: Vec<Member>,
    /// The carer of the case, where one was named.
    pub guardian: Option<PersonId>,
}

/// The people who live with the patient of a case, the patient among them.
async fn people_of(tx: &mut (impl F0Read + ?Sized), case: &CaseRecord) -> Result<Vec<PersonId>, StoreError> {
    let mut people = vec![case.person_id];
    let mut cases = vec![case.clone()];
    cases.extend(tx.open_cases_around(case.person_id).await?);
    for around in cases {
        people.push(around.person_id);
        let contacts = tx.contacts_of(around.id).await?;
        people.extend(contacts.iter().filter(|c| c.level == ContactLevel::Household).map(|c| c.person_id));
    }
    people.sort_unstable();
    people.dedup();
    people.truncate(MAX_HOUSEHOLD + 1);
    Ok(people)
}

/// Who is at risk in a household with a patient, as HCMC 151/SYT-NVY (v1.7, lawnet 101672) asks: over 50 years, pregnant,
/// an adult without a vaccine.
fn at_risk(case: Option<&CaseRecord>, age: Option<u32>) -> Vec<Bilingual> {
    const SOURCE: &str = "151/SYT-NVY";
    let told = |is: bool, vi: &str, en: &str| {
        is.then(|| Bilingual::new(format!("{vi} ({SOURCE})"), format!("{en} ({SOURCE})")))
    };
    let adult = age.is_none_or(|years| years >= 18);
    [
        told(age.is_some_and(|years| years > 50), "Trên 50 tuổi", "Over 50 years"),
        told(case.is_some_and(|case| case.pregnant == Some(true)), "Có thai", "Pregnant"),
        told(
            adult && case.is_some_and(|case| case.vaccine_doses == Some(0)),
            "Người lớn chưa tiêm vắc xin",
            "An adult without a vaccine",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn member(
    tx: &mut (impl F0Read + ?Sized),
    catalog: &Catalog,
    person_id: PersonId,
    today: Date,
) -> Result<Member, StoreError> {
    let person = tx.person(person_id).await?.map(|stored| stored.person);
    let case = tx.latest_case(person_id).await?.filter(|case| case.state == CaseState::Open);
    let birth = person.as_ref().and_then(|person| person.birth);
    let age = birth.map(|birth| Age::on(birth, today));
    let protocol = match &case {
        Some(case) => subject_of(case, person.as_ref()).age_on(today),
        None => age,
    };
    let deciding = catalog.default_for(protocol.unwrap_or(Age::ASSUMED_ADULT), today);
    let (protocol, age) = (deciding.protocol.id.clone(), age.map(Age::years));
    let at_risk = at_risk(case.as_ref(), age);
    Ok(Member { person_id, person, case, protocol, age, at_risk })
}

/// The household of a case.
///
/// # Errors
/// 404 where the case is neither in the caller's area nor the caller's own or household's.
pub async fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<Household, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !may_report(work.tx.as_mut(), caller, &case, today).await? && !super::area::covers(caller, &case, today) {
        return Err(no_such_case());
    }
    let mut members = Vec::new();
    let now = work.now;
    let in_force = protocols::at(work.tx.as_mut(), now).await?;
    for person in people_of(work.tx.as_mut(), &case).await? {
        members.push(member(work.tx.as_mut(), &in_force, person, today).await?);
    }
    members.sort_by_key(|member| (member.case.is_none(), core::cmp::Reverse(member.age), member.person_id));
    let guardian = work.tx.intake(id).await?.and_then(|intake| intake.carer);
    work.audit("household.read", case_subject(id), json!({"members": members.len()})).await?;
    work.commit().await?;
    Ok(Household { members, guardian })
}

/// Somebody whom a household's form asks about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The open case.
    pub case: CaseRecord,
    /// Who has it.
    pub person: Option<Person>,
    /// What the protocol is called that judges them, by their age.
    pub protocol: Bilingual,
    /// Why this member is at risk from the others, where they are.
    pub at_risk: Vec<Bilingual>,
}

/// What a form says beside those who were read for it. Whoever read them has put that on record.
///
/// # Errors
/// When the store fails.
pub async fn asked(app: &App, ill: Vec<(CaseRecord, Option<Person>)>) -> Result<Vec<Asked>, StoreError> {
    let now = app.platform.now();
    let in_force = protocols::at(app.store.read().await?.as_mut(), now).await?;
    let today = now.local_date();
    let asked = |(case, person): (CaseRecord, Option<Person>)| {
        let age = subject_of(&case, person.as_ref()).age_on(today);
        let deciding = in_force.default_for(age.unwrap_or(Age::ASSUMED_ADULT), today);
        let at_risk = at_risk(Some(&case), age.map(Age::years));
        Asked { protocol: deciding.protocol.title.clone(), at_risk, case, person }
    };
    Ok(ill.into_iter().map(asked).collect())
}

/// The report of one member, as part of one form or call.
#[derive(Debug, Clone)]
pub struct OfMember {
    /// Whose.
    pub case_id: CaseId,
    /// What is told.
    pub report: ReportInput,
}

/// What became of one member's report.
#[derive(Debug)]
pub struct Outcome {
    /// Whose.
    pub case_id: CaseId,
    /// The report, or why it was not taken.
    pub result: Result<Taken, Problem>,
}

/// Takes the reports of a household, each by itself: one that is at fault holds up no other. A call of staff is noted
/// once for each member.
///
/// # Errors
/// 422 where nobody is reported for, or too many; and for the call.
pub async fn report(
    app: &App,
    caller: &Caller,
    members: Vec<OfMember>,
    call: Option<&CallInput>,
) -> Result<Vec<Outcome>, Problem> {
    if members.is_empty() || members.len() > MAX_HOUSEHOLD {
        let detail = Bilingual::new(
            format!("Từ 1 đến {MAX_HOUSEHOLD} người trong một lần báo"),
            format!("From 1 to {MAX_HOUSEHOLD} people at a time"),
        );
        return Err(Problem::field(FieldError::new("/members", "count", detail)));
    }
    let call = call.map(|call| call.parse(app.platform.now())).transpose()?;
    let mut outcomes = Vec::with_capacity(members.len());
    let mut called = BTreeSet::new();
    for OfMember { case_id, report: input } in members {
        let result = report::take(app, caller, case_id, &input, &body_hash(&input)).await;
        if let (Ok(taken), Some(call)) = (&result, &call)
            && taken.created
            && called.insert(case_id)
        {
            let draft = ActDraft { id: None, ..call.clone() };
            acts::add(app, caller, Target::Case(case_id), draft, "household").await?;
        }
        outcomes.push(Outcome { case_id, result });
    }
    Ok(outcomes)
}
