//! One row of an upload: what becomes of it, and its record, event and audit line in the transaction at hand.

mod refusals;
mod told;

use shared::ids::UploadId;
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;

use self::refusals::{ended_lab, id_taken, unknown_lab, wrong_lab};
use self::told::{told, whole};
use crate::app::decision::{Decision, decide, decide_pool};
use crate::app::follow::{self, Stored};
use crate::app::ledger::{Ledger, Standing, WouldBe};
use crate::app::naming::Naming;
use crate::app::reason::Reason;
use crate::app::sender::Sender;
use crate::app::versions;
use crate::app::whose::{self, Who, Whose};
use crate::domain::message::Body;
use crate::domain::report::RowOutcome;
use crate::domain::result::{Parsed, ResultDraft};
use crate::store::intake::{IntakeRead, IntakeWrite};
use crate::store::model::{ResultKey, StoredResult};

/// A row as its reader gives it.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Its place in the file or the request, as the sender sees it.
    pub row: u64,
    /// The laboratory's number of the test, as far as it could be read.
    pub accession: Option<String>,
    /// What it says: one result, the several of a message, or why there is none.
    pub body: Body,
}

impl Incoming {
    /// The results of the row.
    pub fn results(&self) -> impl Iterator<Item = &Parsed> {
        match &self.body {
            Body::Results(results) => results.as_slice(),
            Body::Ignored(_) | Body::Refused(_) => &[],
        }
        .iter()
    }
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

/// The keys that a result may stand under: its accession, and its accession with its test, where a message had several
/// results under one accession. Test traffic has accessions of its own.
///
/// The domain page (2.5) would also part results by their test and collection day. The API contract does not: other content
/// under an accession that is known, sent without the word that it corrects, is held, and so is a second test under the
/// accession of the first in another message. A person looks at it; nothing is lost.
#[must_use]
pub fn keys_of(parsed: &Parsed) -> [ResultKey; 2] {
    let mut key = key_of(&parsed.draft);
    if parsed.test_traffic {
        key.accession = format!("test:{}", key.accession);
    }
    let part = ResultKey { accession: format!("{}/{}", key.accession, parsed.draft.loinc), ..key.clone() };
    [key, part]
}

/// The key of a result, given what stands: one of several results of a message finds its own test again.
fn place(parsed: &Parsed, stands: &impl Fn(&ResultKey) -> Option<Standing>) -> (ResultKey, Option<Standing>) {
    let [key, part] = keys_of(parsed);
    if let Some(standing) = stands(&part) {
        return (part, Some(standing));
    }
    match stands(&key) {
        Some(standing) if parsed.several && standing.loinc != *parsed.draft.loinc => (part, None),
        standing => (key, standing),
    }
}

/// What would become of a row, without storing anything. Later rows see it in `would_be`.
///
/// # Errors
/// When the store fails.
pub async fn judge_only<R: IntakeRead + ?Sized>(
    tx: &mut R,
    context: &Context<'_>,
    ledger: &Ledger,
    would_be: &mut WouldBe,
    incoming: &Incoming,
) -> Result<RowOutcome, StoreError> {
    let mut outcomes = Vec::new();
    for parsed in incoming.results() {
        outcomes.push(judge_one(tx, context, ledger, would_be, incoming.row, parsed).await?);
    }
    Ok(whole(context, incoming, outcomes))
}

async fn judge_one<R: IntakeRead + ?Sized>(
    tx: &mut R,
    context: &Context<'_>,
    ledger: &Ledger,
    would_be: &mut WouldBe,
    row: u64,
    parsed: &Parsed,
) -> Result<RowOutcome, StoreError> {
    let stands = |key: &ResultKey| would_be.get(key).or_else(|| ledger.standing(key));
    let (placed, decision) = match prepare(tx, context, ledger, stands, row, parsed).await? {
        Ok(prepared) => prepared,
        Err(done) => return Ok(done),
    };
    let before = placed.before.as_ref();
    let person = match (&placed.whose.who, before) {
        (Who::Person(person), _) => Some(*person),
        (Who::Described(_), Some(before)) => before.person_id,
        (Who::Described(draft), None) => whose::look_up(tx, draft).await?,
        (Who::Several | Who::Nobody, _) => None,
    };
    // The id of what is not stored would lead nowhere.
    let id = before.and_then(|before| before.id).filter(|_| decision != Decision::Accept);
    let outcome = told(context, row, parsed, &decision, (id, person));
    if let Some(after) = Standing::after(&decision, before, placed.parsed, id, person) {
        would_be.insert(&placed.key, after);
    }
    Ok(outcome)
}

/// Stores a row with its events and its audit lines, and notes it in the ledger.
///
/// # Errors
/// When the store fails or somebody else was first: nothing of this transaction may be kept then.
pub async fn store<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    ledger: &mut Ledger,
    incoming: &Incoming,
    random: &mut dyn Random,
) -> Result<RowOutcome, RowFailure> {
    let mut outcomes = Vec::new();
    for parsed in incoming.results() {
        outcomes.push(store_one(tx, context, ledger, incoming.row, parsed, random).await?);
    }
    Ok(whole(context, incoming, outcomes))
}

async fn store_one<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    ledger: &mut Ledger,
    row: u64,
    parsed: &Parsed,
    random: &mut dyn Random,
) -> Result<RowOutcome, RowFailure> {
    let stands = |key: &ResultKey| ledger.standing(key);
    let (placed, decision) = match prepare(tx, context, ledger, stands, row, parsed).await? {
        Ok(prepared) => prepared,
        Err(done) => return Ok(done),
    };
    let known = ledger.result(&placed.key);
    let after = if parsed.test_traffic {
        test(tx, context, &placed, known, &decision, random).await?
    } else {
        live(tx, context, &placed, known, &decision, random).await?
    };
    if let Some(result) = after.as_ref().filter(|_| !parsed.test_traffic) {
        let finding = placed.parsed.draft.finding;
        let stored = Stored { sender: context.sender, result, before: known, finding, now: context.now };
        follow::follow(tx, &stored, random).await?;
    }
    let shown = after.as_ref().or(known);
    let ids = (shown.map(|result| result.id), shown.and_then(|result| result.content.person_id));
    let outcome = told(context, row, parsed, &decision, ids);
    if let Some(after) = after {
        ledger.note(placed.key, after);
    }
    Ok(outcome)
}

/// Carries out a decision about a result; gives what stands then, where that is new.
async fn live<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: Option<&StoredResult>,
    decision: &Decision,
    random: &mut dyn Random,
) -> Result<Option<StoredResult>, RowFailure> {
    Ok(match (decision, known) {
        (Decision::Accept, _) => Some(versions::accept(tx, context, placed, random).await?),
        (Decision::HoldNew(reasons), _) => Some(versions::hold(tx, context, placed, reasons, random).await?),
        (Decision::Queue(reasons), _) => {
            versions::queue(tx, context, placed, reasons, random).await?;
            None
        }
        (Decision::Release, Some(known)) => Some(versions::release(tx, context, placed, known, random).await?),
        (Decision::Replace | Decision::Amend, Some(known)) => {
            Some(versions::amend(tx, context, placed, known, random).await?)
        }
        // These decisions are about a result that is known.
        (Decision::Release | Decision::Replace | Decision::Amend, None) => return Err(RowFailure::Raced),
        (Decision::Ignore(_) | Decision::Duplicate, _) => None,
    })
}

/// Carries out a decision about test traffic.
async fn test<W: IntakeWrite + ?Sized>(
    tx: &mut W,
    context: &Context<'_>,
    placed: &Placed<'_>,
    known: Option<&StoredResult>,
    decision: &Decision,
    random: &mut dyn Random,
) -> Result<Option<StoredResult>, RowFailure> {
    let reasons: &[Reason] = match decision {
        Decision::HoldNew(reasons) => reasons,
        Decision::Accept | Decision::Release | Decision::Replace | Decision::Amend => &[],
        Decision::Ignore(_) | Decision::Duplicate | Decision::Queue(_) => return Ok(None),
    };
    Ok(Some(versions::keep_test(tx, context, placed, known, reasons, random).await?))
}

/// What is known of a result before anything is stored: the decision, or its outcome where it needs none.
pub(super) async fn prepare<'a, R: IntakeRead + ?Sized>(
    tx: &mut R,
    context: &Context<'_>,
    ledger: &Ledger,
    stands: impl Fn(&ResultKey) -> Option<Standing>,
    row: u64,
    parsed: &'a Parsed,
) -> Result<Result<(Placed<'a>, Decision), RowOutcome>, StoreError> {
    let draft = &parsed.draft;
    let refused = |error| {
        let errors = vec![context.naming.error(row, error)];
        Ok(Err(RowOutcome::rejected(row, Some(draft.accession.as_str().to_owned()), errors)))
    };
    // What is no result of ours needs neither a laboratory nor a person that we know.
    if let decision @ Decision::Ignore(_) = decide(None, parsed, &[]) {
        return Ok(Err(told(context, row, parsed, &decision, (None, None))));
    }
    let (key, before) = place(parsed, &stands);
    if !ledger.has_laboratory(&key.lab_code) {
        return refused(unknown_lab(draft.lab_code.as_str()));
    }
    if !ledger.is_active(&key.lab_code) {
        return refused(ended_lab(&key.lab_code));
    }
    if let Some(other) = parsed.named_labs.iter().find(|named| ledger.has_laboratory(named)) {
        return refused(wrong_lab(other, &key.lab_code));
    }
    if let (Some(id), None) = (draft.id, &before)
        && tx.has_result(id).await?
    {
        return refused(id_taken());
    }
    let mut whose = match whose::find(tx, parsed, before.as_ref().and_then(|before| before.person_id)).await? {
        Ok(whose) => whose,
        Err(error) => return refused(error),
    };
    let known = before.as_ref().map(|before| &before.known);
    let unlicensed: Vec<Reason> = ledger.unlicensed(&key.lab_code, draft).collect();
    // What is found in a pool moves its members, which only a laboratory that may test does.
    let decision = if whose.is_pool() && unlicensed.is_empty() {
        decide_pool(known, parsed)
    } else {
        whose.reasons.extend(unlicensed);
        decide(known, parsed, &whose.reasons)
    };
    Ok(Ok((Placed { parsed, key, whose, before }, decision)))
}
