//! What is still to undo after a positive was corrected or withdrawn: a list that nothing falls off.

use serde_json::json;
use shared::events::CaseVoided;
use shared::ids::{PersonId, uuid_v7};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::app::sender::Sender;
use crate::domain::undo::{Said, UndoKind, is_to_undo};
use crate::store::LabWrite;
use crate::store::citizens::Undo;
use crate::store::model::{State, StoredResult};

fn said(result: &StoredResult) -> Said {
    Said { outcome: result.content.outcome, withdrawn: result.withdrawn(), released: result.state == State::Released }
}

/// Notes what is to undo because a result is not any more what it was.
///
/// # Errors
/// When the store fails.
pub async fn note(
    tx: &mut dyn LabWrite,
    before: &StoredResult,
    result: &StoredResult,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let Some(person) = before.content.person_id else { return Ok(()) };
    let person = tx.canonical(person).await?.unwrap_or(person);
    let stays = match result.content.person_id {
        Some(other) => tx.canonical(other).await?.unwrap_or(other) == person,
        None => false,
    };
    if !is_to_undo(said(before), said(result), stays) {
        return Ok(());
    }
    let tasks = UndoKind::ALL.map(|kind| Undo {
        id: uuid_v7(now, random),
        result_id: result.id,
        version: result.version,
        lab_code: result.lab_code.clone(),
        person_id: person,
        kind,
        created_at: now,
        done_at: None,
        done_by: None,
        note: String::new(),
    });
    tx.add_undo(&tasks).await
}

/// A case was voided: that, and the certificate that went with it, is done.
///
/// # Errors
/// When the store fails.
pub async fn case_voided(tx: &mut dyn LabWrite, voided: &CaseVoided, now: Instant) -> Result<(), StoreError> {
    let people = names(tx, voided.person_id).await?;
    tx.finish_undo_of(&people, UndoKind::Case, now).await?;
    tx.finish_undo_of(&people, UndoKind::Certificate, now).await?;
    Ok(())
}

/// The citizen read what holds now.
///
/// # Errors
/// When the store fails.
pub async fn was_told(tx: &mut dyn LabWrite, person: PersonId, now: Instant) -> Result<(), StoreError> {
    let people = names(tx, person).await?;
    tx.finish_undo_of(&people, UndoKind::Citizen, now).await?;
    Ok(())
}

async fn names(tx: &mut dyn LabWrite, person: PersonId) -> Result<Vec<PersonId>, StoreError> {
    let mut names = tx.aliases(person).await?;
    if !names.contains(&person) {
        names.push(person);
    }
    Ok(names)
}

/// Ends a task by hand.
///
/// # Errors
/// 404 where there is none, 409 where it was done before.
pub async fn finish(app: &App, sender: &Sender, id: Uuid, note: &str) -> Result<Undo, Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let task = tx.undo(id).await?.filter(|task| sender.sees(Some(&task.lab_code)));
    let task = task.ok_or_else(|| Problem::not_found("Không có việc này.", "There is no such task."))?;
    let note: String = note.trim().chars().take(200).collect();
    if !tx.finish_undo(id, sender.account_id(), &note, now).await? {
        return Err(Problem::conflict("done", "Việc này đã xong.", "This is done already."));
    }
    let detail = json!({"undo_id": id, "kind": task.kind.code(), "result_id": task.result_id});
    let entry = sender.audit("undo.finish", Some(format!("person:{}", task.person_id)), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(Undo { done_at: Some(now), done_by: sender.account_id(), note, ..task })
}
