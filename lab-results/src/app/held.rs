//! The work queue: records that wait, and what a person decides about them.

use serde_json::json;
use shared::ids::{PersonId, ResultId, UploadId};
use shared::problem::FieldError;
use shared_web::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::app::follow::{self, Stored};
use crate::app::naming::Naming;
use crate::app::record;
use crate::app::row::{Context, Placed, RowFailure, key_of};
use crate::app::sender::Sender;
use crate::app::versions;
use crate::app::whose::{self, Who};
use crate::domain::result::{Parsed, unknown_person};
use crate::store::LabWrite;
use crate::store::model::{Held, Resolution, State};

/// A record of the queue that the sender may decide about.
async fn mine(tx: &mut dyn LabWrite, sender: &Sender, id: Uuid) -> Result<Held, Problem> {
    let held = tx.held(id).await?.filter(|held| sender.sees(Some(&held.lab_code)));
    held.ok_or_else(|| Problem::not_found("Không còn bản ghi này trong hàng chờ.", "This record waits no more."))
}

/// Lets a record of the queue leave the service as it stands. `person_id` says whose it is where the record does not.
///
/// # Errors
/// 404 where it waits no more, 409 where it cannot be a person's result.
pub async fn release(
    app: &App,
    sender: &Sender,
    id: Uuid,
    person_id: Option<PersonId>,
) -> Result<(ResultId, PersonId), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let held = mine(tx.as_mut(), sender, id).await?;
    let parsed = record::from_json(&held.draft, held.created_at).ok_or_else(not_releasable)?;
    if parsed.draft.method.is_none() {
        return Err(not_releasable());
    }
    let upload_id = held.upload_id.unwrap_or_else(|| UploadId::from_uuid(held.id));
    let context = Context { sender, naming: &Naming::Object, upload_id, now };
    let known = tx.results_of(&held.lab_code, &[&held.accession]).await?.pop();
    let mut placed = placed(tx.as_mut(), &parsed).await?;
    // One of several results of a message stands under its accession and its test.
    placed.key.accession.clone_from(&held.accession);
    if let Some(person) = person_id {
        let person = tx.canonical(person).await?.ok_or_else(|| Problem::from(vec![no_such_person()]))?;
        placed.whose.who = Who::Person(person);
    }
    if matches!(placed.whose.who, Who::Several | Who::Nobody) {
        return Err(whose_is_it());
    }
    // First, so that what is released now does not look superseded by itself.
    tx.resolve(id, Resolution::Released, now).await?;
    let result = match &known {
        Some(known) if known.state == State::Held && known.content.content_hash == held.content_hash => {
            versions::release(tx.as_mut(), &context, &placed, known, &mut random).await
        }
        Some(known) => versions::amend(tx.as_mut(), &context, &placed, known, &mut random).await,
        None => versions::accept(tx.as_mut(), &context, &placed, &mut random).await,
    };
    let result = result.map_err(failed)?;
    let stored = Stored { sender, result: &result, before: known.as_ref(), finding: parsed.draft.finding, now };
    follow::follow(tx.as_mut(), &stored, &mut random).await?;
    let person = result.content.person_id.ok_or_else(whose_is_it)?;
    let detail = json!({"held_id": id, "result_id": result.id, "reasons": held.reasons});
    tx.audit(&sender.audit("held.release", Some(format!("person:{person}")), detail), now, &mut random).await?;
    tx.commit().await?;
    Ok((result.id, person))
}

/// Takes a record from the queue because it says nothing.
///
/// # Errors
/// 404 where it waits no more.
pub async fn dismiss(app: &App, sender: &Sender, id: Uuid) -> Result<(), Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let held = mine(tx.as_mut(), sender, id).await?;
    tx.resolve(id, Resolution::Dismissed, now).await?;
    let detail = json!({"lab_code": held.lab_code, "reasons": held.reasons});
    let entry = sender.audit("held.dismiss", Some(format!("held:{id}")), detail);
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    Ok(tx.commit().await?)
}

async fn placed<'a>(tx: &mut dyn LabWrite, parsed: &'a Parsed) -> Result<Placed<'a>, Problem> {
    let whose = whose::find(tx, parsed, None).await?.map_err(|error| Problem::from(vec![error]))?;
    Ok(Placed { parsed, key: key_of(&parsed.draft), whose, before: None })
}

fn failed(failure: RowFailure) -> Problem {
    match failure {
        RowFailure::Store(error) => error.into(),
        RowFailure::Raced => Problem::busy(),
    }
}

fn no_such_person() -> FieldError {
    let mut error = unknown_person("");
    error.pointer = "/person_id".to_owned();
    error
}

fn not_releasable() -> Problem {
    Problem::conflict(
        "not_releasable",
        "Bản ghi này không phải kết quả có hay không có vi rút nên không trả cho ai được; phòng xét nghiệm cần gửi lại.",
        "This record is no result about presence of the virus and can be released to nobody; the laboratory must send \
         it again.",
    )
}

fn whose_is_it() -> Problem {
    Problem::conflict(
        "person_needed",
        "Chưa biết kết quả này của ai. Hãy cho biết người (person_id); nếu là mẫu gộp, lấy lại mẫu riêng của từng người.",
        "It is not known whose result this is. Say the person (person_id); of a pool, take new specimens one by one.",
    )
}
