//! Whose specimen a result is about: by the tube, by id, or by description.

use shared::fold::fold;
use shared::ids::{PersonId, SpecimenId};
use shared::person::{MatchDecision, Person, PersonDraft, match_person};
use shared::problem::FieldError;
use shared_store::StoreError;

use crate::app::reason::Reason;
use crate::domain::result::{PersonRef, ResultDraft, unknown_barcode, unknown_person};
use crate::store::LabRead;

/// Who it is, as far as can be told without registering anybody.
#[derive(Debug)]
pub enum Who<'a> {
    /// Somebody who is registered, under the id that they live on as.
    Person(PersonId),
    /// Somebody who is described and may have to be registered.
    Described(&'a PersonDraft),
    /// Several people: a pool.
    Several,
}

/// Whose specimen, and what the register found odd.
#[derive(Debug)]
pub struct Whose<'a> {
    /// Who.
    pub who: Who<'a>,
    /// The tube, where it is one of ours.
    pub specimen_id: Option<SpecimenId>,
    /// Why a person should look first.
    pub reasons: Vec<Reason>,
}

impl Whose<'_> {
    /// Whether it is a tube of several people.
    #[must_use]
    pub fn is_pool(&self) -> bool {
        matches!(self.who, Who::Several) && self.specimen_id.is_some()
    }
}

/// Finds whose specimen a draft is about. The outer error is the store's, the inner one is the sender's.
///
/// # Errors
/// When the store fails.
pub async fn find<'a>(
    tx: &mut dyn LabRead,
    draft: &'a ResultDraft,
) -> Result<Result<Whose<'a>, FieldError>, StoreError> {
    let Some(barcode) = draft.subject.barcode() else {
        return by_person(tx, draft.subject.person()).await;
    };
    let Some(tube) = tx.tube(barcode.as_str()).await? else {
        return Ok(Err(unknown_barcode("", barcode)));
    };
    let specimen_id = Some(tube.id);
    let [owner] = tube.people[..] else {
        return Ok(Ok(Whose { who: Who::Several, specimen_id, reasons: vec![Reason::Pool] }));
    };
    let owner = tx.canonical(owner).await?.unwrap_or(owner);
    let agrees = match draft.subject.person() {
        None => true,
        Some(person) => is_named(tx, person, owner).await?,
    };
    let reasons = if agrees { Vec::new() } else { vec![Reason::OtherPerson] };
    Ok(Ok(Whose { who: Who::Person(owner), specimen_id, reasons }))
}

async fn by_person<'a>(
    tx: &mut dyn LabRead,
    person: Option<&'a PersonRef>,
) -> Result<Result<Whose<'a>, FieldError>, StoreError> {
    let who = match person {
        Some(PersonRef::Known(id)) => tx.canonical(*id).await?.map(Who::Person),
        Some(PersonRef::Described { draft, .. }) => Some(Who::Described(draft)),
        // A name alone stands only beside a tube.
        Some(PersonRef::Named(_)) | None => None,
    };
    Ok(who.map(|who| Whose { who, specimen_id: None, reasons: Vec::new() }).ok_or_else(|| unknown_person("")))
}

/// Whether a record names the person `owner` or nobody who contradicts them.
async fn is_named(tx: &mut dyn LabRead, named: &PersonRef, owner: PersonId) -> Result<bool, StoreError> {
    if let PersonRef::Known(id) = named {
        return Ok(tx.canonical(*id).await? == Some(owner));
    }
    let Some(stored) = tx.person(owner).await? else { return Ok(false) };
    Ok(match named {
        PersonRef::Named(name) => fold(name.as_str()) == fold(stored.person.full_name.as_str()),
        PersonRef::Described { draft, .. } => describes(draft, &stored.person),
        PersonRef::Known(_) => false,
    })
}

/// Whether a description fits a person: the same name, and nothing that contradicts.
#[must_use]
pub fn describes(draft: &PersonDraft, person: &Person) -> bool {
    let births_agree = match (draft.birth, person.birth) {
        (Some(one), Some(other)) => one.agrees_with(other),
        _ => true,
    };
    let numbers_agree = match (&draft.national_id, &person.national_id) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    births_agree && numbers_agree && fold(draft.full_name.as_str()) == fold(person.full_name.as_str())
}

/// Who a description would turn out to be, without registering anybody.
///
/// # Errors
/// When the store fails.
pub async fn look_up(tx: &mut dyn LabRead, draft: &PersonDraft) -> Result<Option<PersonId>, StoreError> {
    let candidates = tx.candidates(draft).await?;
    Ok(match match_person(draft, &candidates) {
        MatchDecision::Same(id) => Some(id),
        MatchDecision::New { .. } => None,
    })
}
