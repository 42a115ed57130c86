//! From a draft to a person of the register: the same person, or a new one with a question to a human where there is doubt.

use std::collections::HashSet;

use serde_json::json;
use shared::ids::{PersonId, ReviewId};
use shared::person::{MatchDecision, Person, PersonDraft, match_person};
use shared::random::Random;
use shared::time::Instant;
use shared_store::audit::{Actor, AuditEntry};
use shared_store::people::{PeopleQuery, Review};
use shared_store::registry::RegistryWrite;
use shared_store::{SharedRead, StoreError};

use crate::caller::Caller;

/// In whose name, and in which request, a person is registered.
pub struct Registrar<'a> {
    /// The service.
    pub service: &'static str,
    /// Who acts.
    pub actor: Actor,
    /// The request.
    pub request_id: Option<&'a str>,
}

impl<'a> Registrar<'a> {
    /// A caller of a service's request.
    #[must_use]
    pub fn of(service: &'static str, caller: &'a Caller) -> Self {
        Self { service, actor: caller.actor(), request_id: Some(&caller.context.request_id) }
    }
}

/// Who a draft turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registered {
    /// The person.
    pub person_id: PersonId,
    /// Whether the record was made now.
    pub created: bool,
    /// How many open questions were raised about it.
    pub reviews: usize,
}

/// Finds the person that a draft is, or makes a new one. What the register does not know yet of a known person is added;
/// what it knows is never overwritten.
///
/// # Errors
/// When the store fails.
pub async fn register<T: RegistryWrite + ?Sized>(
    tx: &mut T,
    registrar: &Registrar<'_>,
    draft: &PersonDraft,
    now: Instant,
    random: &mut dyn Random,
) -> Result<Registered, StoreError> {
    tx.lock_matching(draft).await?;
    let candidates = tx.candidates(draft).await?;
    match match_person(draft, &candidates) {
        MatchDecision::Same(person_id) => {
            complete(tx, registrar, draft, person_id, now, random).await?;
            Ok(Registered { person_id, created: false, reviews: 0 })
        }
        MatchDecision::New { review } => {
            let person_id = PersonId::new(now, random);
            tx.insert_person(&person_of(person_id, draft), now).await?;
            for (other_id, reason) in &review {
                let review = Review {
                    id: ReviewId::new(now, random),
                    person_id,
                    other_id: *other_id,
                    reason: (*reason).to_owned(),
                    created_at: now,
                };
                tx.insert_review(&review).await?;
            }
            let detail = json!({"reviews": review.len()});
            tx.audit(&entry(registrar, "person.create", person_id, detail), now, random).await?;
            Ok(Registered { person_id, created: true, reviews: review.len() })
        }
    }
}

/// The one person of the register with a number that stands on a card, an identity or an insurance number; `None` where
/// nobody or several have it.
///
/// # Errors
/// When the store fails.
pub async fn known_by_number(
    tx: &mut dyn SharedRead,
    number: &str,
    is_it: impl Fn(&Person) -> bool,
) -> Result<Option<PersonId>, StoreError> {
    let query = PeopleQuery { number: Some(number.to_owned()), limit: 10, ..PeopleQuery::default() };
    let found = tx.search_people(&query).await?;
    let people: HashSet<PersonId> =
        found.iter().filter(|stored| is_it(&stored.person)).map(|stored| stored.person.id).collect();
    Ok(people.iter().next().copied().filter(|_| people.len() == 1))
}

fn person_of(id: PersonId, draft: &PersonDraft) -> Person {
    Person {
        id,
        full_name: draft.full_name.clone(),
        birth: draft.birth,
        sex: draft.sex,
        phone: draft.phone.clone(),
        national_id: draft.national_id.clone(),
        health_insurance_no: draft.health_insurance_no.clone(),
        address: draft.address.clone(),
        ward_code: draft.ward_code.clone(),
    }
}

/// Adds what the draft knows and the register does not.
async fn complete<T: RegistryWrite + ?Sized>(
    tx: &mut T,
    registrar: &Registrar<'_>,
    draft: &PersonDraft,
    person_id: PersonId,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let Some(stored) = tx.person(person_id).await? else { return Ok(()) };
    let mut person = stored.person;
    let mut added = Vec::new();
    macro_rules! fill {
        ($($field:ident),*) => {$(
            if person.$field.is_none() && draft.$field.is_some() {
                person.$field.clone_from(&draft.$field);
                added.push(stringify!($field));
            }
        )*};
    }
    fill!(birth, phone, national_id, health_insurance_no, address, ward_code);
    if person.sex == shared::person::Sex::Unknown && draft.sex != person.sex {
        person.sex = draft.sex;
        added.push("sex");
    }
    if !added.is_empty() {
        tx.update_person(&person).await?;
        tx.audit(&entry(registrar, "person.complete", person_id, json!({"added": added})), now, random).await?;
    }
    Ok(())
}

fn entry(registrar: &Registrar<'_>, action: &'static str, id: PersonId, detail: serde_json::Value) -> AuditEntry {
    AuditEntry {
        service: registrar.service,
        actor: registrar.actor,
        action,
        subject: Some(format!("person:{id}")),
        detail,
        request_id: registrar.request_id.map(str::to_owned),
    }
}
