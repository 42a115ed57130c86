//! The work queue: records that wait, and what a person decides about them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::events::Outcome;
use shared::ids::{PersonId, ResultId, UploadId};
use shared::person::PersonInput;
use shared::problem::FieldError;
use shared_web::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::app::follow::{self, Stored};
use crate::app::naming::Naming;
use crate::app::reason::Reason;
use crate::app::record;
use crate::app::row::{Context, Placed, RowFailure, key_of};
use crate::app::sender::Sender;
use crate::app::versions;
use crate::app::waiting::needs_value;
use crate::app::whose::{self, Who};
use crate::domain::disposition::HoldReason;
use crate::domain::result::{Parsed, unknown_person};
use crate::store::LabWrite;
use crate::store::model::{Held, Resolution, State};

/// A record of the queue that the sender may decide about.
///
/// # Errors
/// 404 where there is none.
pub(super) async fn mine(tx: &mut dyn LabWrite, sender: &Sender, id: Uuid) -> Result<Held, Problem> {
    let held = tx.held(id).await?.filter(|held| sender.sees(Some(&held.lab_code)));
    held.ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::not_found("Không còn bản ghi này trong hàng chờ.", "This record waits no more.")
}

/// What a person says about a record beside that it is to be released.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct Choice {
    /// Whose it is, somebody of the register.
    pub person_id: Option<PersonId>,
    /// Whose it is, somebody who may not be in the register yet.
    pub person: Option<PersonInput>,
    /// What the result is, where the record says several things: one of the four outcomes.
    pub outcome: Option<String>,
}

/// The outcome that a person chose; `None` where the record's own stands.
fn chosen(held: &Held, choice: &Choice) -> Result<Option<Outcome>, Problem> {
    let text = choice.outcome.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match text {
        None if needs_value(&held.reasons) => Err(Problem::field(outcome_error("outcome_needed"))),
        None => Ok(None),
        Some(_) if !needs_value(&held.reasons) => Err(value_stands()),
        Some(text) => match OUTCOMES.into_iter().find(|outcome| outcome.code() == text) {
            Some(outcome) => Ok(Some(outcome)),
            None => Err(Problem::field(outcome_error("outcome"))),
        },
    }
}

/// Lets a record of the queue leave the service. The choice says whose it is where the record does not, and what it is where
/// the record says several things.
///
/// # Errors
/// 404 where it waits no more, 409 where it cannot be a person's result, 422 with what is missing of the choice.
pub async fn release(app: &App, sender: &Sender, id: Uuid, choice: &Choice) -> Result<(ResultId, PersonId), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let held = mine(tx.as_mut(), sender, id).await?;
    let mut parsed = record::from_json(&held.draft, held.created_at).ok_or_else(not_releasable)?;
    if parsed.draft.method.is_none() {
        return Err(not_releasable());
    }
    let described = match &choice.person {
        Some(input) if choice.person_id.is_none() => Some(input.parse("/person", now.local_date())?),
        _ => None,
    };
    let outcome = chosen(&held, choice)?;
    // What the laboratory said stays what later records are compared with.
    parsed.draft.outcome = outcome.unwrap_or(parsed.draft.outcome);
    let upload_id = held.upload_id.unwrap_or_else(|| UploadId::from_uuid(held.id));
    let context = Context { sender, naming: &Naming::Object, upload_id, now };
    let known = tx.results_of(&held.lab_code, &[&held.accession]).await?.pop();
    let mut placed = placed(tx.as_mut(), &parsed).await?;
    // What was found in a pool is nobody's, whoever says whose it is: each member is tested alone.
    if placed.whose.is_pool() || held.reasons.iter().any(|reason| of_pool(reason)) {
        return Err(never_of_a_pool());
    }
    // One of several results of a message stands under its accession and its test.
    placed.key.accession.clone_from(&held.accession);
    match (choice.person_id, &described) {
        (Some(person), _) => {
            let person = tx.canonical(person).await?.ok_or_else(|| Problem::from(vec![no_such_person()]))?;
            placed.whose.who = Who::Person(person);
        }
        (None, Some(draft)) => placed.whose.who = Who::Described(draft),
        (None, None) => {}
    }
    if matches!(placed.whose.who, Who::Several | Who::Nobody) {
        return Err(whose_is_it());
    }
    // First, so that what is released now does not look superseded by itself.
    if !tx.resolve(id, Resolution::Released, now).await? {
        return Err(gone());
    }
    let result = match &known {
        Some(known)
            if known.state == State::Held
                && known.content.content_hash == held.content_hash
                && known.content.outcome == parsed.draft.outcome =>
        {
            versions::release(tx.as_mut(), &context, &placed, known, &mut random).await
        }
        Some(known) => versions::amend(tx.as_mut(), &context, &placed, known, &mut random).await,
        None => versions::accept(tx.as_mut(), &context, &placed, &mut random).await,
    };
    let result = result.map_err(failed)?;
    let stored = Stored { sender, result: &result, before: known.as_ref(), finding: parsed.draft.finding, now };
    follow::follow(tx.as_mut(), &stored, &mut random).await?;
    let person = result.content.person_id.ok_or_else(whose_is_it)?;
    let detail =
        json!({"held_id": id, "result_id": result.id, "reasons": held.reasons, "outcome": outcome.map(Outcome::code)});
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

/// The outcomes that a person chooses from.
pub const OUTCOMES: [Outcome; 4] = [Outcome::Detected, Outcome::NotDetected, Outcome::Inconclusive, Outcome::Invalid];

fn outcome_error(code: &'static str) -> FieldError {
    let codes = OUTCOMES.map(Outcome::code).join(", ");
    let detail = Bilingual::new(
        format!(
            "Bản ghi nói những điều khác nhau hoặc không rõ. Hỏi phòng xét nghiệm rồi chọn kết quả: một trong {codes}"
        ),
        format!(
            "The record says several things or none that is clear. Ask the laboratory and say the result: one of {codes}"
        ),
    );
    FieldError::new("/outcome", code, detail)
}

fn value_stands() -> Problem {
    Problem::conflict(
        "value_stands",
        "Bản ghi này nói rõ một kết quả nên không chọn kết quả khác được: phòng xét nghiệm gửi bản đính chính.",
        "This record says one result, so that no other can be chosen: the laboratory sends a correction.",
    )
}

/// Whether a record that waits for this reason is no person's result, whatever is added to it.
#[must_use]
pub fn never_released(reason: &str) -> bool {
    of_pool(reason) || Reason::Record(HoldReason::NotPresence).code() == reason
}

/// Whether a reason says that the value is that of a pool.
fn of_pool(reason: &str) -> bool {
    [Reason::Pool, Reason::Record(HoldReason::Pooled)].iter().any(|pool| pool.code() == reason)
}

fn never_of_a_pool() -> Problem {
    Problem::conflict(
        "pool",
        "Đây là kết quả của mẫu gộp, không phải của riêng ai nên không trả cho ai được: lấy mẫu đơn hoặc xét nghiệm lại \
         từng ống.",
        "This is the result of a pool and nobody's own, so it can be released to nobody: take single specimens or test \
         each tube again.",
    )
}

fn whose_is_it() -> Problem {
    Problem::conflict(
        "person_needed",
        "Chưa biết kết quả này của ai. Hãy cho biết người (person_id).",
        "It is not known whose result this is. Say the person (person_id).",
    )
}
