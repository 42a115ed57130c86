//! One row of an upload: what becomes of it, and its record, event and audit line in the transaction at hand.

use shared::bilingual::Bilingual;
use shared::ids::{PersonId, ResultId, UploadId};
use shared::problem::FieldError;
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;

use crate::app::decision::{Decision, decide, decide_pool};
use crate::app::follow::{self, Stored};
use crate::app::ledger::{Ledger, Standing, WouldBe};
use crate::app::naming::Naming;
use crate::app::reason::Reason;
use crate::app::sender::Sender;
use crate::app::versions;
use crate::app::whose::{self, Who, Whose};
use crate::domain::report::{CellError, RowOutcome, RowStatus};
use crate::domain::result::{Parsed, ResultDraft};
use crate::store::model::ResultKey;
use crate::store::{LabRead, LabWrite};

/// A row as its reader gives it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its place in the file or the request, from 1.
    pub row: u64,
    /// The laboratory's number of the test, as far as it could be read.
    pub accession: Option<String>,
    /// The result, or every cell at fault.
    pub result: Result<Parsed, Vec<CellError>>,
}

/// Why a row, or the rows stored together with it, must be tried again or given up.
#[derive(Debug, thiserror::Error)]
pub enum RowFailure {
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// Somebody else changed the same result at the same moment.
    #[error("somebody else changed the same result")]
    Raced,
}

impl RowFailure {
    /// Whether trying again may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Store(error) => error.is_transient() || error.is_unique_violation(),
            Self::Raced => true,
        }
    }
}

/// What every row of an upload has in common.
pub struct Context<'a> {
    /// Who sends.
    pub sender: &'a Sender,
    /// How fields are named.
    pub naming: &'a Naming,
    /// The upload.
    pub upload_id: UploadId,
    /// When.
    pub now: Instant,
}

/// A row whose laboratory and person are known.
pub(super) struct Placed<'a> {
    pub(super) row: u64,
    pub(super) parsed: &'a Parsed,
    pub(super) key: ResultKey,
    pub(super) whose: Whose<'a>,
    pub(super) before: Option<Standing>,
}

/// The key of a draft: accessions as they are, laboratory codes in capital letters.
#[must_use]
pub fn key_of(draft: &ResultDraft) -> ResultKey {
    ResultKey { lab_code: draft.lab_code.as_str().to_uppercase(), accession: draft.accession.as_str().to_owned() }
}

/// What would become of a row, without storing anything. Later rows see it in `would_be`.
///
/// # Errors
/// When the store fails.
pub async fn judge_only(
    tx: &mut dyn LabRead,
    context: &Context<'_>,
    ledger: &Ledger,
    would_be: &mut WouldBe,
    incoming: &Incoming,
) -> Result<RowOutcome, StoreError> {
    let stands = |key: &ResultKey| would_be.get(key).or_else(|| ledger.standing(key));
    let (placed, decision) = match prepare(tx, context, ledger, stands, incoming).await? {
        Ok(prepared) => prepared,
        Err(done) => return Ok(done),
    };
    let before = placed.before.as_ref();
    let person = match (&placed.whose.who, before) {
        (Who::Person(person), _) => Some(*person),
        (Who::Described(_), Some(before)) => before.person_id,
        (Who::Described(draft), None) => whose::look_up(tx, draft).await?,
        (Who::Several, _) => None,
    };
    // The id of what is not stored would lead nowhere.
    let id = before.and_then(|before| before.id).filter(|_| decision != Decision::Accept);
    let outcome = told(context, placed.row, &placed.key.accession, &decision, (id, person));
    if let Some(after) = Standing::after(&decision, before, placed.parsed, id, person) {
        would_be.insert(&placed.key, after);
    }
    Ok(outcome)
}

/// Stores a row with its event and its audit line, and notes it in the ledger.
///
/// # Errors
/// When the store fails or somebody else was first: nothing of this transaction may be kept then.
pub async fn store(
    tx: &mut dyn LabWrite,
    context: &Context<'_>,
    ledger: &mut Ledger,
    incoming: &Incoming,
    random: &mut dyn Random,
) -> Result<RowOutcome, RowFailure> {
    let stands = |key: &ResultKey| ledger.standing(key);
    let (placed, decision) = match prepare(tx, context, ledger, stands, incoming).await? {
        Ok(prepared) => prepared,
        Err(done) => return Ok(done),
    };
    let known = ledger.result(&placed.key);
    let after = match (&decision, known) {
        (Decision::Accept, _) => Some(versions::accept(tx, context, &placed, random).await?),
        (Decision::HoldNew(reasons), _) => Some(versions::hold(tx, context, &placed, reasons, random).await?),
        (Decision::Queue(reasons), _) => {
            versions::queue(tx, context, &placed, reasons, random).await?;
            None
        }
        (Decision::Release, Some(known)) => Some(versions::release(tx, context, &placed, known, random).await?),
        (Decision::Replace | Decision::Amend, Some(known)) => {
            Some(versions::amend(tx, context, &placed, known, random).await?)
        }
        // These decisions are about a result that is known.
        (Decision::Release | Decision::Replace | Decision::Amend, None) => return Err(RowFailure::Raced),
        (Decision::Ignore(_) | Decision::Duplicate, _) => None,
    };
    if let Some(result) = &after {
        let finding = placed.parsed.draft.finding;
        let stored = Stored { sender: context.sender, result, before: known, finding, now: context.now };
        follow::follow(tx, &stored, random).await?;
    }
    let shown = after.as_ref().or(known);
    let ids = (shown.map(|result| result.id), shown.and_then(|result| result.content.person_id));
    let outcome = told(context, placed.row, &placed.key.accession, &decision, ids);
    if let Some(after) = after {
        ledger.note(placed.key, after);
    }
    Ok(outcome)
}

/// What is known of a row before anything is stored: the decision, or its outcome where it needs none.
async fn prepare<'a>(
    tx: &mut dyn LabRead,
    context: &Context<'_>,
    ledger: &Ledger,
    stands: impl Fn(&ResultKey) -> Option<Standing>,
    incoming: &'a Incoming,
) -> Result<Result<(Placed<'a>, Decision), RowOutcome>, StoreError> {
    let row = incoming.row;
    let refused = |errors| Ok(Err(RowOutcome::rejected(row, incoming.accession.clone(), errors)));
    let parsed = match &incoming.result {
        Ok(parsed) => parsed,
        Err(errors) => return refused(errors.clone()),
    };
    // What is no result of ours needs neither a laboratory nor a person that we know.
    if let decision @ Decision::Ignore(_) = decide(None, parsed, &[]) {
        return Ok(Err(told(context, row, parsed.draft.accession.as_str(), &decision, (None, None))));
    }
    let draft = &parsed.draft;
    let key = key_of(draft);
    if !ledger.has_laboratory(&key.lab_code) {
        return refused(vec![context.naming.error(row, unknown_lab(draft.lab_code.as_str()))]);
    }
    let before = stands(&key);
    if let (Some(id), None) = (draft.id, &before)
        && tx.result(id).await?.is_some()
    {
        return refused(vec![context.naming.error(row, id_taken())]);
    }
    let whose = match whose::find(tx, draft).await? {
        Ok(whose) => whose,
        Err(error) => return refused(vec![context.naming.error(row, error)]),
    };
    let known = before.as_ref().map(|before| &before.known);
    let decision = if whose.is_pool() { decide_pool(known, parsed) } else { decide(known, parsed, &whose.reasons) };
    Ok(Ok((Placed { row, parsed, key, whose, before }, decision)))
}

/// A row as the report tells of it.
fn told(
    context: &Context<'_>,
    row: u64,
    accession: &str,
    decision: &Decision,
    (result_id, person_id): (Option<ResultId>, Option<PersonId>),
) -> RowOutcome {
    let held = |reasons: &[Reason]| reasons.iter().map(|reason| context.naming.held(row, *reason)).collect();
    let (status, errors) = match decision {
        Decision::Ignore(reason) => (RowStatus::Ignored, vec![context.naming.ignored(row, *reason)]),
        Decision::Duplicate => (RowStatus::Duplicate, Vec::new()),
        Decision::Accept | Decision::Release | Decision::Replace => (RowStatus::Accepted, Vec::new()),
        Decision::Amend => (RowStatus::Amended, Vec::new()),
        Decision::HoldNew(reasons) | Decision::Queue(reasons) => (RowStatus::Held, held(reasons)),
    };
    RowOutcome { row, accession: Some(accession.to_owned()), status, result_id, person_id, errors }
}

/// No laboratory has this code.
fn unknown_lab(code: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Chưa có phòng xét nghiệm nào mang mã {code}: kiểm tra mã, ví dụ TG-CDC"),
        format!("No laboratory has the code {code}: check it, for example TG-CDC"),
    );
    FieldError::new("/lab_code", "unknown_lab", detail)
}

/// The id that the sender chose names another result.
fn id_taken() -> FieldError {
    let detail = Bilingual::new(
        "Mã này đã thuộc về một kết quả khác: bỏ trống hoặc dùng một UUIDv7 mới",
        "This id belongs to another result: leave it out or use a new UUIDv7",
    );
    FieldError::new("/id", "id_conflict", detail)
}
