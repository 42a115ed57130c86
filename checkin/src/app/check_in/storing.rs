//! A prepared visit is stored: one row through the group commit, or people and visits in one transaction.

use shared::ids::PersonId;
use shared_store::StoreError;
use shared_web::caller::Caller;

use super::CheckedIn;
use super::error::{CheckInError, too_old};
use super::prepared::{KnownOrNew, Prepared};
use super::token::token_of;
use crate::App;
use crate::app::content::fingerprint;
use crate::app::people::{day_key, find_or_register};
use crate::app::record::{Recorded, record};
use crate::store::{CheckinWrite, Visit};

/// How often a transaction that two families fought over is tried.
const TRIES: usize = 3;

/// Stores a prepared visit: one row through the group commit where the visitor is known and alone, otherwise people and
/// visits in one transaction. A person's own check-in leaves no audit line and no event.
///
/// # Errors
/// The id was used with another body, too many wait, or the store fails.
pub async fn store(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    match &prepared.visitor {
        KnownOrNew::Known(person, token) if prepared.draft.party.is_empty() => {
            let visit = prepared.visit(0, *person);
            let recorded = app.writer.store(visit.clone()).await?;
            let (visit, created) = judge(app, prepared, visit, recorded)?;
            Ok(prepared.answer(visit, created, token.clone()))
        }
        // In a box of its own: what few check-ins need is not carried along by all.
        _ => Box::pin(with_people(app, caller, prepared)).await,
    }
}

/// The visit that the answer tells of. A repeat under the same id must have the same body; another id for the same
/// person, place and minute is a second scan and means the first visit.
fn judge(app: &App, prepared: &Prepared, visit: Visit, recorded: Recorded) -> Result<(Visit, bool), CheckInError> {
    match recorded {
        Recorded::Stored => Ok((visit, true)),
        // An id that was made here is nobody else's: the row is this visit, whose first answer from the database got lost.
        Recorded::Taken(first) if first.id == visit.id && prepared.draft.id.is_none() => Ok((*first, true)),
        Recorded::Taken(first) if first.id == visit.id && !is_same_body(app, prepared, &first)? => {
            Err(CheckInError::IdConflict)
        }
        Recorded::Taken(first) => Ok((*first, false)),
    }
}

/// Whether a stored visit came in this body. A body without a time may be sent again on another day than its visit's.
fn is_same_body(app: &App, prepared: &Prepared, first: &Visit) -> Result<bool, StoreError> {
    if first.day == prepared.day {
        return Ok(first.fingerprint == fingerprint(&prepared.day_key, &prepared.input));
    }
    match app.platform.keys().day(first.day, &mut app.platform.random()) {
        Err(StoreError::KeyDestroyed(_)) => Ok(false),
        key => Ok(first.fingerprint == fingerprint(&key?, &prepared.input)),
    }
}

async fn with_people(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let mut left = TRIES;
    loop {
        left -= 1;
        match try_with_people(app, caller, prepared).await {
            Err(CheckInError::Store(error)) if error.is_transient() && left > 0 => {}
            result => return result,
        }
    }
}

async fn try_with_people(app: &App, caller: &Caller, prepared: &Prepared) -> Result<CheckedIn, CheckInError> {
    let mut tx = app.store.write().await?;
    // Looked up before anybody is registered: the same words sent again must not make a second person.
    if let Some(first) = tx.visits(&[prepared.id]).await?.pop() {
        drop(tx);
        return repeated(app, prepared, first);
    }
    let (person, token) = visitor(app, tx.as_mut(), caller, prepared).await?;
    let mut visits = vec![prepared.visit(0, person)];
    let phone = match prepared.draft.party.is_empty() {
        true => None,
        false => tx.person(person).await?.and_then(|stored| stored.person.phone),
    };
    for (index, member) in prepared.draft.party.iter().enumerate() {
        let mut member = member.clone();
        member.phone = member.phone.or_else(|| phone.clone());
        let member = find_or_register(app, tx.as_mut(), caller, &member, prepared.now).await?;
        visits.push(prepared.visit(index + 1, member));
    }
    let recorded = record(tx.as_mut(), &visits, prepared.now, &mut app.platform.random()).await?;
    let first = recorded.into_iter().next().ok_or(CheckInError::Busy)?;
    if let Recorded::Taken(first) = &first
        && first.id == prepared.id
    {
        // Somebody sent the same at the same moment and was faster: whoever was registered here is not kept.
        drop(tx);
        return repeated(app, prepared, Visit::clone(first));
    }
    let (visit, created) = judge(app, prepared, visits.swap_remove(0), first)?;
    tx.commit().await?;
    Ok(prepared.answer(visit, created, token))
}

/// The answer to a check-in that is on record already, with a token of its visitor.
fn repeated(app: &App, prepared: &Prepared, first: Visit) -> Result<CheckedIn, CheckInError> {
    if !is_same_body(app, prepared, &first)? {
        return Err(CheckInError::IdConflict);
    }
    let token = match &prepared.visitor {
        KnownOrNew::Known(_, token) => token.clone(),
        KnownOrNew::New(_) => {
            let key = day_key(app, first.day)?.ok_or_else(too_old)?;
            token_of(app, key.open(first.visitor), &first, prepared.now)
        }
    };
    Ok(prepared.answer(first, false, token))
}

/// Who the visitor is, registered where nobody knows them yet, and their token.
pub(in crate::app) async fn visitor(
    app: &App,
    tx: &mut dyn CheckinWrite,
    caller: &Caller,
    prepared: &Prepared,
) -> Result<(PersonId, String), StoreError> {
    match &prepared.visitor {
        KnownOrNew::Known(person, token) => Ok((*person, token.clone())),
        KnownOrNew::New(draft) => {
            let person = find_or_register(app, tx, caller, draft, prepared.now).await?;
            Ok((person, token_of(app, person, &prepared.visit(0, person), prepared.now)))
        }
    }
}
