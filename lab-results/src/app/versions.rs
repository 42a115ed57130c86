//! Storing versions of a result: the first, the next, its release, and the work queue beside it.

use serde_json::json;
use shared::event::CloudEvent;
use shared::events::{Outcome, ResultAmended, ResultReported};
use shared::ids::{PersonId, ResultId, uuid_v7};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::registry::RegistryRead;
use shared_web::people::register::register;

use crate::app::reason::Reason;
use crate::app::record;
use crate::app::row::{Context, Placed, RowFailure};
use crate::app::sender::Sender;
use crate::app::whose::{Who, describes};
use crate::domain::link::LinkCode;
use crate::domain::pool::PoolState;
use crate::domain::result::Status;
use crate::domain::version::content_hash;
use crate::store::intake::IntakeWrite;
use crate::store::model::{Content, Held, Release, State, StoredResult};

/// The first version of a row's result; held where there are reasons.
pub(super) fn first(
    context: &Context<'_>,
    placed: &Placed<'_>,
    person_id: Option<PersonId>,
    ward_code: Option<String>,
    reasons: &[Reason],
    random: &mut dyn Random,
) -> StoredResult {
    let now = context.now;
    StoredResult {
        id: placed.parsed.draft.id.unwrap_or_else(|| ResultId::new(now, random)),
        lab_code: placed.key.lab_code.clone(),
        accession: placed.key.accession.clone(),
        version: 1,
        content: content(context, placed, person_id),
        specimen_id: placed.whose.specimen_id,
        ward_code,
        state: if reasons.is_empty() { State::Released } else { State::Held },
        hold_reasons: reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        link_code: LinkCode::new(random),
        created_at: now,
        updated_at: now,
    }
}

/// The version after `known`. What is withdrawn before it was ever released stays held.
pub(super) fn next(
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: &StoredResult,
    person_id: Option<PersonId>,
    ward_code: Option<String>,
) -> StoredResult {
    let withdrawn = placed.parsed.draft.status == Status::Withdrawn;
    // What was found in a pool leaves the service only where nothing was found: the members' results say it then.
    let kept_in = placed.whose.is_pool() && PoolState::found(placed.parsed.draft.finding) != PoolState::Negative;
    StoredResult {
        version: known.version + 1,
        content: content(context, placed, person_id),
        specimen_id: placed.whose.specimen_id.or(known.specimen_id),
        ward_code,
        state: match (withdrawn, kept_in) {
            (true, _) => known.state,
            (false, true) => State::Held,
            (false, false) => State::Released,
        },
        hold_reasons: if kept_in && !withdrawn { vec![Reason::Pool.code().to_owned()] } else { Vec::new() },
        updated_at: context.now,
        ..known.clone()
    }
}

fn content(context: &Context<'_>, placed: &Placed<'_>, person_id: Option<PersonId>) -> Content {
    let draft = &placed.parsed.draft;
    Content {
        person_id,
        outcome: draft.outcome,
        method: draft.method,
        loinc: draft.loinc.to_string(),
        specimen_kind: draft.specimen_kind,
        collected_at: draft.collected_at,
        resulted_at: draft.resulted_at,
        ct_value: draft.ct_value,
        status: draft.status,
        content_hash: content_hash(draft),
        upload_id: Some(context.upload_id),
    }
}

/// Stores a first version and releases it.
pub(super) async fn accept<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    random: &mut dyn Random,
) -> Result<StoredResult, RowFailure> {
    let person = person(tx, context, placed, None, random).await?;
    let ward = match person {
        Some(person) => ward_of(tx, person).await?,
        None => None,
    };
    let result = first(context, placed, person, ward, &[], random);
    tx.insert_result(&result).await?;
    tell_reported(tx, context.now, &result, random).await?;
    audit(tx, context, "result.store", &result, random).await?;
    Ok(result)
}

/// Stores a first version in the work queue. Nobody is registered for it before it is released.
pub(super) async fn hold<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    reasons: &[Reason],
    random: &mut dyn Random,
) -> Result<StoredResult, RowFailure> {
    let person = match placed.whose.who {
        Who::Person(person) => Some(person),
        Who::Described(_) | Who::Several | Who::Nobody => None,
    };
    let result = first(context, placed, person, None, reasons, random);
    tx.insert_result(&result).await?;
    queue(tx, context, placed, reasons, random).await?;
    Ok(result)
}

/// Puts a record into the work queue; one that waits already is not put there twice.
pub(super) async fn queue<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    reasons: &[Reason],
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let draft = &placed.parsed.draft;
    let held = Held {
        id: uuid_v7(context.now, random),
        lab_code: placed.key.lab_code.clone(),
        accession: placed.key.accession.clone(),
        status: draft.status,
        content_hash: content_hash(draft),
        reasons: reasons.iter().map(|reason| reason.code().to_owned()).collect(),
        draft: record::kept(placed.parsed),
        upload_id: Some(context.upload_id),
        place: None,
        created_at: context.now,
    };
    let subject = match placed.whose.who {
        Who::Person(person) => format!("person:{person}"),
        Who::Described(_) | Who::Several | Who::Nobody => format!("held:{}", held.id),
    };
    let detail = json!({"held_id": held.id, "reasons": held.reasons, "upload_id": context.upload_id});
    let line = context.sender.audit("result.hold", Some(subject), detail);
    tx.hold(&held, &line, context.now, random).await
}

/// Releases a result that waited only for its final status.
pub(super) async fn release<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: &StoredResult,
    random: &mut dyn Random,
) -> Result<StoredResult, RowFailure> {
    let Some(person) = person(tx, context, placed, Some(known), random).await? else { return Err(RowFailure::Raced) };
    let released = let_out(tx, context.sender, known, person, context.now, random).await?;
    tx.plain().await?.supersede(&placed.key, context.now).await?;
    released.ok_or(RowFailure::Raced)
}

/// Lets a held result leave the service as the result of `person`; `None` where it is not held any more.
pub(super) async fn let_out<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    sender: &Sender,
    known: &StoredResult,
    person: PersonId,
    now: Instant,
    random: &mut dyn Random,
) -> Result<Option<StoredResult>, StoreError> {
    let ward_code = ward_of(tx, person).await?;
    let release = Release { id: known.id, person_id: person, ward_code: ward_code.clone(), at: now };
    if !tx.plain().await?.release_result(&release).await? {
        return Ok(None);
    }
    let mut released =
        StoredResult { ward_code, state: State::Released, hold_reasons: Vec::new(), updated_at: now, ..known.clone() };
    released.content.person_id = Some(person);
    tell_reported(tx, now, &released, random).await?;
    let detail = json!({"result_id": released.id, "version": released.version});
    tx.audit(&sender.audit("result.release", Some(format!("person:{person}")), detail), now, random).await?;
    Ok(Some(released))
}

/// Keeps test traffic to compare later messages with: nobody is registered, told or asked for it.
pub(super) async fn keep_test<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: Option<&StoredResult>,
    reasons: &[Reason],
    random: &mut dyn Random,
) -> Result<StoredResult, RowFailure> {
    let codes = reasons.iter().map(|reason| reason.code().to_owned()).collect();
    let state = State::Test;
    let result = match known {
        Some(known) => StoredResult { state, hold_reasons: codes, ..next(context, placed, known, None, None) },
        None => StoredResult { state, hold_reasons: codes, ..first(context, placed, None, None, &[], random) },
    };
    match known {
        Some(_) if !tx.plain().await?.amend_result(&result).await? => return Err(RowFailure::Raced),
        Some(_) => {}
        None => tx.insert_result(&result).await?,
    }
    audit(tx, context, "result.test", &result, random).await?;
    Ok(result)
}

/// Lets the next version of a result hold: the old one stays beside it, and what followed from it is revisited.
pub(super) async fn amend<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: &StoredResult,
    random: &mut dyn Random,
) -> Result<StoredResult, RowFailure> {
    let person = person(tx, context, placed, Some(known), random).await?;
    let ward = match person {
        Some(person) => ward_of(tx, person).await?,
        None => None,
    };
    let result = next(context, placed, known, person, ward);
    if !tx.plain().await?.amend_result(&result).await? {
        return Err(RowFailure::Raced);
    }
    tx.plain().await?.supersede(&placed.key, context.now).await?;
    match (known.state, result.state) {
        (State::Released, _) => tell_amended(tx, context.now, &result, known, random).await?,
        (State::Held, State::Released) => tell_reported(tx, context.now, &result, random).await?,
        (State::Held | State::Test, _) => {}
    }
    audit(tx, context, "result.amend", &result, random).await?;
    Ok(result)
}

/// Whose result it is: registers whoever is described and not known yet. A description that fits the person of the
/// version before means that person, so that an amendment never makes a second one.
async fn person<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: Option<&StoredResult>,
    random: &mut dyn Random,
) -> Result<Option<PersonId>, StoreError> {
    let before = known.and_then(|known| known.content.person_id);
    let draft = match placed.whose.who {
        Who::Person(person) => return Ok(Some(person)),
        Who::Several | Who::Nobody => return Ok(before),
        Who::Described(draft) => draft,
    };
    if let Some(before) = before {
        let withdrawn = placed.parsed.draft.status == Status::Withdrawn;
        let kept = tx.canonical(before).await?.unwrap_or(before);
        let fits = tx.person(kept).await?.is_some_and(|stored| describes(draft, &stored.person));
        if withdrawn || fits {
            return Ok(Some(kept));
        }
    }
    let registered = register(tx, &context.sender.registrar(), draft, context.now, random).await?;
    Ok(Some(registered.person_id))
}

/// Where a person lives, as far as known.
pub(super) async fn ward_of<R: RegistryRead + ?Sized>(
    tx: &mut R,
    person: PersonId,
) -> Result<Option<String>, StoreError> {
    let stored = tx.person(person).await?;
    Ok(stored.and_then(|stored| stored.person.ward_code).map(|ward| ward.as_str().to_owned()))
}

/// What is told of a released result; `None` where it says nothing about anybody, which a release rules out.
fn reported(result: &StoredResult) -> Option<ResultReported> {
    let content = &result.content;
    Some(ResultReported {
        result_id: result.id,
        version: result.version,
        person_id: content.person_id?,
        lab_code: result.lab_code.clone(),
        outcome: content.outcome,
        method: content.method?,
        collected_at: content.collected_at,
        resulted_at: content.resulted_at,
        ward_code: result.ward_code.clone(),
        link_code: result.link_code.to_string(),
    })
}

pub(super) async fn tell_reported<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    now: Instant,
    result: &StoredResult,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    match reported(result) {
        Some(event) => tx.tell(&CloudEvent::new(&event, now, random), event.outcome == Outcome::Detected).await,
        None => Ok(()),
    }
}

pub(super) async fn tell_amended<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    now: Instant,
    result: &StoredResult,
    before: &StoredResult,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    // A withdrawal may come with a test that looks for no virus: what is withdrawn is what was released.
    let mut told = result.clone();
    told.content.method = result.content.method.or(before.content.method);
    let Some(event) = reported(&told) else { return Ok(()) };
    let previous_person_id = match before.content.person_id {
        Some(person) if tx.canonical(person).await? != Some(event.person_id) => Some(person),
        _ => None,
    };
    let amended = ResultAmended {
        previous_outcome: before.content.outcome,
        withdrawn: result.withdrawn(),
        previous_person_id,
        result: event,
    };
    tx.tell(&CloudEvent::new(&amended, now, random), true).await
}

async fn audit<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    action: &'static str,
    result: &StoredResult,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let subject = result.content.person_id.map(|person| format!("person:{person}"));
    let detail = json!({"result_id": result.id, "version": result.version, "upload_id": context.upload_id});
    tx.audit(&context.sender.audit(action, subject, detail), context.now, random).await
}
