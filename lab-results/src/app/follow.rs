//! What follows when a result is stored: lines of custody, the members of a pool, the end of a call-back.

use serde_json::json;
use sha2::{Digest, Sha256};
use shared::events::Outcome;
use shared::ids::{PersonId, ResultId};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;

use crate::app::custody::noted_by_itself;
use crate::app::pools::single_order;
use crate::app::sender::Sender;
use crate::app::undo;
use crate::app::versions::{tell_amended, tell_reported, ward_of};
use crate::domain::codes::Finding;
use crate::domain::custody::TubeState;
use crate::domain::link::LinkCode;
use crate::domain::pool::{MemberState, PoolKind, PoolState, Step, step};
use crate::domain::result::Status;
use crate::domain::version::ContentHash;
use crate::store::LabWrite;
use crate::store::flow::{Member, Pool};
use crate::store::intake::IntakeWrite;
use crate::store::model::{Content, State, StoredResult};

/// What was stored, and by whom.
pub struct Stored<'a> {
    /// Who sent it.
    pub sender: &'a Sender,
    /// The result as it stands now.
    pub result: &'a StoredResult,
    /// As it stood before.
    pub before: Option<&'a StoredResult>,
    /// What the laboratory found, in its own shades.
    pub finding: Finding,
    /// When.
    pub now: Instant,
}

/// Does what follows, in the transaction of the result.
///
/// # Errors
/// When the store fails.
pub async fn follow<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    stored: &Stored<'_>,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let result = stored.result;
    if let Some(before) = stored.before {
        undo::note(tx.plain().await?, before, result, stored.now, random).await?;
    }
    let Some(tube) = result.specimen_id else { return Ok(()) };
    custody(tx, stored, random).await?;
    match tx.pool_in(tube).await? {
        // A result of the pool as such: nobody's.
        Some(pool) if result.content.person_id.is_none() => {
            let found = if result.withdrawn() { PoolState::Waiting } else { PoolState::found(stored.finding) };
            // What waits for its final status, or for a person for another reason than the pool, changes nothing yet.
            let waits = result.state == State::Held && result.hold_reasons.iter().any(|reason| reason != "pool");
            if waits { Ok(()) } else { settle(tx.plain().await?, stored, pool, found, random).await }
        }
        Some(_) => Ok(()),
        None => single(tx, stored).await,
    }
}

async fn custody<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    stored: &Stored<'_>,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let (result, now) = (stored.result, stored.now);
    let Some(tube) = result.specimen_id else { return Ok(()) };
    let mut lines = Vec::with_capacity(3);
    let mut note =
        |state, at| lines.push(noted_by_itself(tube, state, at, (stored.sender, &result.lab_code), now, random));
    match stored.before {
        None => note(TubeState::Resulted, result.content.resulted_at),
        Some(before) if before.version < result.version => note(TubeState::Corrected, now),
        Some(_) => {}
    }
    let was_out = stored.before.is_some_and(|before| before.state == State::Released);
    if result.state == State::Released && !was_out {
        if result.content.outcome == Outcome::Invalid {
            note(TubeState::Invalid, now);
        } else {
            note(TubeState::Released, now);
        }
    }
    tx.note_custody(lines).await
}

/// A member who was called back or whose kept tube was tested has a result of their own now.
async fn single<W: IntakeWrite + ?Sized>(tx: &mut W, stored: &Stored<'_>) -> Result<(), StoreError> {
    let result = stored.result;
    if result.state != State::Released || result.content.outcome == Outcome::Invalid {
        return Ok(());
    }
    let Some(tube) = result.specimen_id else { return Ok(()) };
    for mut member in tx.awaited_in(tube).await? {
        member.state = MemberState::Done;
        member.result_id = Some(result.id);
        (member.updated_by, member.updated_at) = (stored.sender.account_id(), stored.now);
        tx.plain().await?.update_member(&member).await?;
    }
    Ok(())
}

/// Brings every member of a pool to where its result wants them.
async fn settle(
    tx: &mut dyn LabWrite,
    stored: &Stored<'_>,
    mut pool: Pool,
    found: PoolState,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let now = stored.now;
    let again = matches!(found, PoolState::Positive | PoolState::Unclear);
    pool.deadline = again.then(|| pool.deadline.unwrap_or_else(|| now.plus(pool.kind.deadline())));
    pool.state = found;
    pool.lab_code = Some(stored.result.lab_code.clone());
    pool.result_id = Some(stored.result.id);
    pool.updated_at = now;
    tx.update_pool(&pool).await?;
    for mut member in tx.members(pool.id).await? {
        let step = step(pool.kind, found, member.state);
        match step {
            Step::Nothing => continue,
            Step::Release => release(tx, stored, &mut member, random).await?,
            Step::CallBack | Step::Retest => {
                take_back(tx, stored, &mut member, random).await?;
                order(tx, &pool, &mut member, now, random).await?;
                member.state = if step == Step::CallBack { MemberState::ToCall } else { MemberState::ToRetest };
            }
            Step::Wait => {
                take_back(tx, stored, &mut member, random).await?;
                member.state = MemberState::Waiting;
            }
        }
        (member.updated_by, member.updated_at) = (stored.sender.account_id(), now);
        tx.update_member(&member).await?;
    }
    Ok(())
}

/// The single order that follows a positive pool; one that is there already stays. The kept tube of a laboratory's pool
/// is the specimen of the order that it came with, which is tested again.
async fn order(
    tx: &mut dyn LabWrite,
    pool: &Pool,
    member: &mut Member,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    if member.next_order_id.is_some() {
        return Ok(());
    }
    let reason = match pool.kind {
        PoolKind::Swab => "Gọi lại: mẫu gộp que cần lấy lại mẫu đơn",
        PoolKind::Lab => "Xét nghiệm lại từng ống của mẫu gộp dịch",
    };
    let Some(before) = tx.order(member.order_id).await? else { return Ok(()) };
    let order = single_order(member, reason, &before, now, random);
    tx.insert_order(&order).await?;
    member.next_order_id = Some(order.id);
    Ok(())
}

/// Gives a member the negative of their pool.
async fn release(
    tx: &mut dyn LabWrite,
    stored: &Stored<'_>,
    member: &mut Member,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let now = stored.now;
    let person = tx.canonical(member.person_id).await?.unwrap_or(member.person_id);
    let known = match member.result_id {
        Some(id) => tx.result(id).await?,
        None => None,
    };
    let ward_code = ward_of(tx, person).await?;
    let result = match &known {
        Some(known) => StoredResult {
            version: known.version + 1,
            content: content(stored.result, person, Status::Corrected, known.id),
            ward_code,
            state: State::Released,
            updated_at: now,
            ..known.clone()
        },
        None => {
            let id = ResultId::new(now, random);
            StoredResult {
                id,
                lab_code: stored.result.lab_code.clone(),
                accession: format!("{}/{}", stored.result.accession, member.position + 1),
                version: 1,
                content: content(stored.result, person, Status::Final, id),
                specimen_id: stored.result.specimen_id,
                ward_code,
                state: State::Released,
                hold_reasons: Vec::new(),
                link_code: LinkCode::new(random),
                created_at: now,
                updated_at: now,
            }
        }
    };
    match &known {
        Some(known) => {
            if tx.amend_result(&result).await? {
                tell_amended(tx, now, &result, known, random).await?;
            }
        }
        None => {
            tx.insert_result(&result).await?;
            tell_reported(tx, now, &result, random).await?;
        }
    }
    member.state = MemberState::Released;
    member.result_id = Some(result.id);
    said(tx, stored, "pool.release", &result, random).await
}

/// Withdraws what a pool said of a member.
async fn take_back(
    tx: &mut dyn LabWrite,
    stored: &Stored<'_>,
    member: &mut Member,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let Some(id) = member.result_id else { return Ok(()) };
    let Some(known) = tx.result(id).await?.filter(|known| !known.withdrawn()) else { return Ok(()) };
    let mut content = known.content.clone();
    content.status = Status::Withdrawn;
    content.upload_id = stored.result.content.upload_id;
    let result = StoredResult { version: known.version + 1, content, updated_at: stored.now, ..known.clone() };
    if tx.amend_result(&result).await? {
        tell_amended(tx, stored.now, &result, &known, random).await?;
        undo::note(tx, &known, &result, stored.now, random).await?;
        said(tx, stored, "pool.take_back", &result, random).await?;
    }
    Ok(())
}

/// What a pool's negative says of one member.
fn content(pool: &StoredResult, person: PersonId, status: Status, id: ResultId) -> Content {
    // A hash that no record of a laboratory has: it never sends a member of a pool.
    let mut hash = Sha256::new_with_prefix("pool\0");
    hash.update(id.uuid().as_bytes());
    hash.update(pool.version.to_be_bytes());
    Content {
        person_id: Some(person),
        outcome: Outcome::NotDetected,
        ct_value: None,
        status,
        content_hash: ContentHash::from_bytes(hash.finalize().into()),
        ..pool.content.clone()
    }
}

async fn said(
    tx: &mut dyn LabWrite,
    stored: &Stored<'_>,
    action: &'static str,
    result: &StoredResult,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let subject = result.content.person_id.map(|person| format!("person:{person}"));
    let detail = json!({"result_id": result.id, "version": result.version, "pool_id": result.specimen_id});
    tx.audit(&stored.sender.audit(action, subject, detail), stored.now, random).await
}
