//! Whose specimen a result is about: by the tube, by id, or by description.

use shared::ids::{PersonId, SpecimenId};
use shared::person::{Candidate, MatchDecision, Person, PersonDraft, match_person};
use shared::problem::FieldError;
use shared_store::StoreError;

use crate::app::reason::Reason;
use crate::domain::label::Barcode;
use crate::domain::names::same_words;
use crate::domain::result::{Parsed, PersonRef, unknown_person};
use crate::domain::tube::TubeCode;
use crate::store::intake::IntakeRead;
use crate::store::model::Tube;

/// Who it is, as far as can be told without registering anybody.
#[derive(Debug)]
pub enum Who<'a> {
    /// Somebody who is registered, under the id that they live on as.
    Person(PersonId),
    /// Somebody who is described and may have to be registered.
    Described(&'a PersonDraft),
    /// Several people: a pool.
    Several,
    /// Nobody knows yet.
    Nobody,
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

/// Finds whose specimen a record is about: by a tube that is ours, else by the person that it describes. `before` is
/// whose the version before it was. The outer error is the store's, the inner one is the sender's.
///
/// # Errors
/// When the store fails.
pub async fn find<'a, R: IntakeRead + ?Sized>(
    tx: &mut R,
    parsed: &'a Parsed,
    before: Option<PersonId>,
) -> Result<Result<Whose<'a>, FieldError>, StoreError> {
    let subject = &parsed.draft.subject;
    let codes = subject.barcode().into_iter().chain(&parsed.other_tubes);
    for (place, barcode) in codes.enumerate() {
        if let Some(tube) = tx.tube(barcode.as_str()).await? {
            let certain = place < parsed.certain_tubes || subject.person().is_some();
            if certain || is_meant(tx, barcode, &tube, parsed).await? {
                return Ok(Ok(of_tube(tx, tube, subject.person()).await?));
            }
        }
    }
    let (who, reason) = match subject.person() {
        Some(PersonRef::Known(id)) => match tx.canonical(*id).await? {
            Some(person) => (Who::Person(person), None),
            None => return Ok(Err(unknown_person(""))),
        },
        Some(PersonRef::Described { id, draft }) => match registered(tx, *id, draft).await? {
            Some((person, agrees)) => (Who::Person(person), (!agrees).then_some(Reason::OtherPerson)),
            None => (Who::Described(draft), resembles(tx, draft, before).await?.then_some(Reason::SimilarPerson)),
        },
        // A name alone stands only beside a tube.
        Some(PersonRef::Named(_)) => (Who::Nobody, Some(Reason::UnknownTube)),
        None if subject.barcode().is_some() => (Who::Nobody, Some(Reason::UnknownTube)),
        None => (Who::Nobody, Some(Reason::NoPerson)),
    };
    Ok(Ok(Whose { who, specimen_id: None, reasons: reason.into_iter().collect() }))
}

/// Whether a number of the laboratory's own that is also the code of a tube means that tube, where the record names nobody:
/// it is one of our codes with its check character, or the laboratory has had the tube. Two laboratories number alike, and
/// what another one calls a kit of its own is nobody's here.
async fn is_meant<R: IntakeRead + ?Sized>(
    tx: &mut R,
    number: &Barcode,
    tube: &Tube,
    parsed: &Parsed,
) -> Result<bool, StoreError> {
    if let Some(code) = TubeCode::parse(number.as_str())
        && tx.is_own_code(tube.id, code.as_str()).await?
    {
        return Ok(true);
    }
    tx.was_at(tube.id, &parsed.draft.lab_code.as_str().to_uppercase()).await
}

/// Who a description is by our own id, where it gives one that we know, or by an identity number, where the name has the
/// same words in another order; also whether the rest of it agrees.
async fn registered<R: IntakeRead + ?Sized>(
    tx: &mut R,
    id: Option<PersonId>,
    draft: &PersonDraft,
) -> Result<Option<(PersonId, bool)>, StoreError> {
    if let Some(id) = id
        && let Some(person) = tx.canonical(id).await?
        && let Some(stored) = tx.person(person).await?
    {
        return Ok(Some((person, describes(draft, &stored.person))));
    }
    if draft.national_id.is_none() {
        return Ok(None);
    }
    for candidate in tx.candidates(draft).await? {
        let other_order = draft.national_id == candidate.national_id
            && draft.full_name.folded() != candidate.full_name_fold
            && same_words(draft.full_name.as_str(), &candidate.full_name_fold);
        let births = draft.birth.zip(candidate.birth);
        if other_order && births.is_none_or(|(one, two)| one.agrees_with(two)) {
            return Ok(Some((candidate.id, true)));
        }
    }
    Ok(None)
}

async fn of_tube<'a, R: IntakeRead + ?Sized>(
    tx: &mut R,
    tube: Tube,
    named: Option<&'a PersonRef>,
) -> Result<Whose<'a>, StoreError> {
    let specimen_id = Some(tube.id);
    let [owner] = tube.people[..] else {
        return Ok(Whose { who: Who::Several, specimen_id, reasons: vec![Reason::Pool] });
    };
    let owner = tx.canonical(owner).await?.unwrap_or(owner);
    let agrees = match named {
        None => true,
        Some(person) => is_named(tx, person, owner).await?,
    };
    let reasons = if agrees { Vec::new() } else { vec![Reason::OtherPerson] };
    Ok(Whose { who: Who::Person(owner), specimen_id, reasons })
}

/// Whether somebody in the register resembles a person without being them for certain. The person of the version before
/// resembles nobody but themselves.
async fn resembles<R: IntakeRead + ?Sized>(
    tx: &mut R,
    draft: &PersonDraft,
    before: Option<PersonId>,
) -> Result<bool, StoreError> {
    if let Some(before) = before {
        let kept = tx.canonical(before).await?.unwrap_or(before);
        if tx.person(kept).await?.is_some_and(|stored| describes(draft, &stored.person)) {
            return Ok(false);
        }
    }
    let candidates = tx.resembling(draft).await?;
    Ok(is_doubtful(draft, &candidates))
}

/// Whether one of these may be the person of a draft, and nothing says for certain.
#[must_use]
pub fn is_doubtful(draft: &PersonDraft, candidates: &[Candidate]) -> bool {
    match match_person(draft, candidates) {
        MatchDecision::Same(_) => false,
        MatchDecision::New { review } if !review.is_empty() => true,
        MatchDecision::New { .. } => {
            let name = draft.full_name.folded();
            candidates.iter().any(|other| name == other.full_name_fold && !told_apart(draft, other))
        }
    }
}

/// Whether anything tells a namesake apart: another birth, phone or identity number.
fn told_apart(draft: &PersonDraft, other: &Candidate) -> bool {
    let births = draft.birth.zip(other.birth).is_some_and(|(one, two)| !one.agrees_with(two));
    let phones = draft.phone.as_ref().zip(other.phone.as_ref()).is_some_and(|(one, two)| one != two);
    let numbers = draft.national_id.as_ref().zip(other.national_id.as_ref());
    births || phones || numbers.is_some_and(|(one, two)| one.kind() == two.kind() && one != two)
}

/// Whether a record names the person `owner` or nobody who contradicts them.
async fn is_named<R: IntakeRead + ?Sized>(tx: &mut R, named: &PersonRef, owner: PersonId) -> Result<bool, StoreError> {
    if let PersonRef::Known(id) = named {
        return Ok(tx.canonical(*id).await? == Some(owner));
    }
    let Some(stored) = tx.person(owner).await? else { return Ok(false) };
    Ok(match named {
        PersonRef::Named(name) => same_words(name.as_str(), stored.person.full_name.as_str()),
        PersonRef::Described { draft, .. } => describes(draft, &stored.person),
        PersonRef::Known(_) => false,
    })
}

/// Whether a description fits a person: the same name, its words in whatever order, and nothing that contradicts.
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
    births_agree && numbers_agree && same_words(draft.full_name.as_str(), person.full_name.as_str())
}

/// Who a description would turn out to be, without registering anybody.
///
/// # Errors
/// When the store fails.
pub async fn look_up<R: IntakeRead + ?Sized>(tx: &mut R, draft: &PersonDraft) -> Result<Option<PersonId>, StoreError> {
    let candidates = tx.candidates(draft).await?;
    Ok(match match_person(draft, &candidates) {
        MatchDecision::Same(id) => Some(id),
        MatchDecision::New { .. } => None,
    })
}
