//! The contacts of a case with what each of them does today.

use serde_json::json;
use shared::ids::CaseId;
use shared::person::Person;
use shared::time::{Instant, days};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::area;
use super::look::people;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::case::CaseState;
use crate::domain::follow_up::{ContactFacts, FollowUps, Plan};
use crate::store::{CaseRecord, Contact, ContactLevel, F0Write};

/// Tests of so many days are looked at.
const TESTS_OF_DAYS: i64 = 30;

/// A contact with their plan.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The contact.
    pub contact: Contact,
    /// Who.
    pub person: Option<Person>,
    /// The plan; none where such a contact is not followed up.
    pub plan: Option<Plan>,
    /// Their own case, where they became one.
    pub case: Option<CaseId>,
}

/// The contacts of a case.
///
/// # Errors
/// 404 outside the caller's area.
pub async fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<Vec<Followed>, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let case = work.tx.case(id).await?.filter(|case| area::covers(caller, case, today)).ok_or_else(no_such_case)?;
    let contacts = work.tx.contacts_of(id).await?;
    let now = work.now;
    let followed = follow(work.tx.as_mut(), &case, contacts, now).await?;
    work.audit("contacts.read", case_subject(id), json!({"contacts": followed.len()})).await?;
    work.commit().await?;
    Ok(followed)
}

/// The household of a case. Only they are followed where a whole case is read: a case may have hundreds of contacts.
pub(crate) async fn household(
    tx: &mut dyn F0Write,
    case: &CaseRecord,
    contacts: &[Contact],
    now: Instant,
) -> Result<Vec<Followed>, StoreError> {
    let near = contacts.iter().filter(|contact| contact.level == ContactLevel::Household).cloned().collect();
    follow(tx, case, near, now).await
}

async fn follow(
    tx: &mut dyn F0Write,
    case: &CaseRecord,
    contacts: Vec<Contact>,
    now: Instant,
) -> Result<Vec<Followed>, StoreError> {
    let people = people(tx, contacts.iter().map(|contact| contact.person_id).collect()).await?;
    let mut followed = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let (facts, own) = facts(tx, case, &contact, now).await?;
        let plan = FollowUps::builtin().plan(contact.level.code(), &facts, now.local_date());
        let person = people.get(&contact.person_id).cloned();
        followed.push(Followed { contact, person, plan: plan.filter(|_| own.is_none()), case: own });
    }
    Ok(followed)
}

/// What is known of a contact, and their own open case.
async fn facts(
    tx: &mut dyn F0Write,
    case: &CaseRecord,
    contact: &Contact,
    now: Instant,
) -> Result<(ContactFacts, Option<CaseId>), StoreError> {
    let own = tx.latest_case(contact.person_id).await?;
    let open = own.as_ref().filter(|own| own.state == CaseState::Open).map(|own| own.id);
    let ended = own.as_ref().filter(|own| own.state == CaseState::Closed).and_then(|own| own.closed_at);
    let since = now.minus(days(TESTS_OF_DAYS));
    let tests = tx.tests_of_person(contact.person_id, since).await?;
    let tested = tests.iter().filter(|test| test.watch.counts()).map(|test| test.collected_at).max();
    // Who lives with the patient meets them until isolation begins, or until the day on which it was known.
    let household = case.isolated_from.unwrap_or(contact.first_seen).local_date();
    let last_day = contact.last_day.or_else(|| (contact.level == ContactLevel::Household).then_some(household));
    let facts = ContactFacts {
        last_day,
        doses: own.as_ref().and_then(|own| own.vaccine_doses),
        recovered_on: ended.map(Instant::local_date),
        tested_on: tested.map(Instant::local_date),
    };
    Ok((facts, open))
}
