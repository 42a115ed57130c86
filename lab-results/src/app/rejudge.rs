//! Judging the records again that wait for a laboratory's own word, once the laboratory has said what the word means. Each ends by
//! the usual rules, as if it came now: taken, held for another reason, or as it was.

use std::collections::HashMap;

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::fold::fold;
use shared::ids::UploadId;
use shared::problem::FieldError;
use shared::random::Random;
use shared_store::StoreError;
use shared_web::Problem;
use uuid::Uuid;

use crate::app::App;
use crate::app::decision::Decision;
use crate::app::follow::{self, Stored};
use crate::app::ledger::{Ledger, Standing};
use crate::app::naming::Naming;
use crate::app::reason::Reason;
use crate::app::record;
use crate::app::reread::{self, FOR_WORDS};
use crate::app::row::{Context, Incoming, Placed, RowFailure, keys_of, prepare};
use crate::app::sender::Sender;
use crate::app::versions;
use crate::domain::message::{Body, MappingKind};
use crate::domain::result::Parsed;
use crate::domain::version::content_hash;
use crate::store::model::{Held, Resolution, ResultKey, State, StoredResult};
use crate::store::{LabRead, LabWrite};

/// Records that are looked at together.
const TOGETHER: i64 = 50;
/// How many waiting records are looked through to count those of each word.
const MOST_COUNTED: usize = 2_000;

/// A word of a laboratory, folded.
pub type Word = (MappingKind, String);

/// How many records wait for which words; the records are looked through, oldest first, up to a bound.
///
/// # Errors
/// When the store fails.
pub async fn counts(tx: &mut (impl LabRead + ?Sized), lab_code: &str) -> Result<HashMap<Word, u64>, StoreError> {
    let (mut counts, mut after, mut looked) = (HashMap::new(), None, 0);
    while looked < MOST_COUNTED {
        let page = tx.waiting_for(lab_code, &FOR_WORDS, after, TOGETHER).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        looked += page.len();
        for held in &page {
            if let Some(came) = reread::came(tx, held).await? {
                for word in reread::words(held, &came) {
                    *counts.entry(word).or_default() += 1;
                }
            }
        }
    }
    Ok(counts)
}

/// Begins to judge the records again that wait for a word, in the background; gives how many wait for it.
///
/// # Errors
/// 422 where the word means nothing or holds nothing back, 503 where the database fails.
pub async fn start(app: &App, sender: &Sender, lab_code: &str, kind: MappingKind, local: &str) -> Result<u64, Problem> {
    let word = (kind, fold(local));
    let mut tx = app.store.write().await?;
    if tx.mapping(lab_code).await?.get(kind, local).is_none() {
        return Err(Problem::field(unmapped()));
    }
    let waiting = counts(tx.as_mut(), lab_code).await?.get(&word).copied().unwrap_or_default();
    let detail = json!({"lab_code": lab_code, "kind": kind.code(), "waiting": waiting});
    let entry = sender.audit("mapping.rejudge", Some(format!("laboratory:{lab_code}")), detail);
    tx.audit(&entry, app.platform.now(), &mut app.platform.random()).await?;
    tx.commit().await?;
    if waiting > 0 {
        let (app, sender, lab_code) = (app.clone(), sender.clone(), lab_code.to_owned());
        shared_store::runtime::spawn(async move {
            if let Err(error) = run(&app, &sender, &lab_code, &word).await {
                tracing::error!(error = &error as &dyn std::error::Error, "waiting records could not be judged again");
            }
        });
    }
    Ok(waiting)
}

fn unmapped() -> FieldError {
    let detail = Bilingual::new(
        "Chưa nói từ này nghĩa là gì: lưu ý nghĩa trước, rồi xét lại các bản ghi đang chờ",
        "What this word means was not said: save its meaning first, then judge the waiting records again",
    );
    FieldError::new("/local", "unmapped", detail)
}

/// Judges every record again that waits for the word; what fails stays in the queue, and the others go on.
///
/// # Errors
/// When the queue cannot be read.
pub async fn run(app: &App, sender: &Sender, lab_code: &str, word: &Word) -> Result<(), StoreError> {
    let mut after = None;
    while !app.platform.stop.is_cancelled() {
        let mut tx = app.store.read().await?;
        let page = tx.waiting_for(lab_code, &FOR_WORDS, after, TOGETHER).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let mut waiting = Vec::new();
        for held in &page {
            let came = reread::came(tx.as_mut(), held).await?;
            waiting.extend(came.filter(|came| reread::words(held, came).contains(word)).map(|_| held.id));
        }
        drop(tx);
        for id in waiting {
            if let Err(error) = one(app, sender, id).await {
                tracing::error!(error = &error as &dyn std::error::Error, %id, "a waiting record could not be judged again");
            }
        }
    }
    Ok(())
}

/// What became of a record that was judged again.
enum Became {
    /// Nothing else than before.
    Stays,
    /// It waits, for these reasons.
    Waits(Vec<Reason>),
    /// It waits no more.
    Done(&'static str),
}

/// Judges one record again, in a transaction of its own.
async fn one(app: &App, sender: &Sender, id: Uuid) -> Result<(), RowFailure> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let Some(held) = tx.held(id).await? else { return Ok(()) };
    let Some(came) = reread::came(tx.as_mut(), &held).await? else { return Ok(()) };
    let mapping = tx.mapping(&held.lab_code).await?;
    let Some(parsed) = reread::again(&held, &came, &mapping) else { return Ok(()) };
    let upload_id = held.upload_id.unwrap_or_else(|| UploadId::from_uuid(held.id));
    let context = Context { sender, naming: &Naming::Object, upload_id, now };
    let became = judged(tx.as_mut(), &context, &held, parsed, &mut random).await?;
    let (code, reasons) = match &became {
        Became::Stays => return Ok(()),
        Became::Waits(reasons) => ("held", codes(reasons)),
        Became::Done(code) => (*code, Vec::new()),
    };
    let detail = json!({"held_id": id, "before": held.reasons, "became": code, "reasons": reasons});
    tx.audit(&sender.audit("held.rejudge", Some(format!("held:{id}")), detail), now, &mut random).await?;
    tx.commit().await?;
    Ok(())
}

fn codes(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.code()).collect()
}

async fn judged(
    tx: &mut dyn LabWrite,
    context: &Context<'_>,
    held: &Held,
    parsed: Parsed,
    random: &mut dyn Random,
) -> Result<Became, RowFailure> {
    let key = ResultKey { lab_code: held.lab_code.clone(), accession: held.accession.clone() };
    let incoming = Incoming { row: 1, accession: None, body: Body::Results(vec![parsed]) };
    let ledger = Ledger::load(tx, &[&incoming]).await?;
    let Some(parsed) = incoming.results().next() else { return Ok(Became::Stays) };
    if is_said(tx, parsed, &key).await? {
        return resolved(tx, held, Resolution::Superseded, context, "duplicate").await;
    }
    let known = tx.results_of(&key.lab_code, &[&key.accession]).await?.pop();
    // The result that it is itself: judged as if neither had come yet.
    let own =
        known.as_ref().filter(|known| known.state == State::Held && known.content.content_hash == held.content_hash);
    let standing = known.as_ref().filter(|_| own.is_none()).map(Standing::of);
    let prepared = prepare(tx, context, &ledger, |_: &ResultKey| standing.clone(), 1, parsed).await?;
    let Ok((mut placed, decision)) = prepared else { return Ok(Became::Stays) };
    placed.key = key;
    let again = Again { context, held, placed: &placed, own };
    match decision {
        Decision::Ignore(_) => resolved(tx, held, Resolution::Dismissed, context, "ignored").await,
        Decision::Duplicate => resolved(tx, held, Resolution::Superseded, context, "duplicate").await,
        Decision::HoldNew(reasons) | Decision::Queue(reasons) => again.wait(tx, reasons, random).await,
        Decision::Accept | Decision::Release | Decision::Replace => {
            again.leave(tx, known.as_ref(), "accepted", random).await
        }
        Decision::Amend => again.leave(tx, known.as_ref(), "amended", random).await,
    }
}

/// Whether another result of its message says the same by now: two codes of a laboratory may turn out to be one test.
async fn is_said(tx: &mut dyn LabWrite, parsed: &Parsed, key: &ResultKey) -> Result<bool, StoreError> {
    let keys = keys_of(parsed);
    let others: Vec<&str> =
        keys.iter().map(|other| other.accession.as_str()).filter(|it| *it != key.accession).collect();
    let found = tx.results_of(&key.lab_code, &others).await?;
    Ok(found.iter().any(|result| result.content.content_hash == content_hash(&parsed.draft)))
}

async fn resolved(
    tx: &mut dyn LabWrite,
    held: &Held,
    resolution: Resolution,
    context: &Context<'_>,
    code: &'static str,
) -> Result<Became, RowFailure> {
    if tx.resolve(held.id, resolution, context.now).await? { Ok(Became::Done(code)) } else { Err(RowFailure::Raced) }
}

/// A record that is judged again, as it is read now.
struct Again<'a> {
    context: &'a Context<'a>,
    held: &'a Held,
    placed: &'a Placed<'a>,
    /// The held result that it is, where it has one.
    own: Option<&'a StoredResult>,
}

impl Again<'_> {
    /// It leaves the queue as what stands under its accession.
    async fn leave(
        &self,
        tx: &mut dyn LabWrite,
        known: Option<&StoredResult>,
        code: &'static str,
        random: &mut dyn Random,
    ) -> Result<Became, RowFailure> {
        let Self { context, placed, .. } = *self;
        // First, so that it does not look superseded by itself.
        if !tx.resolve(self.held.id, Resolution::Released, context.now).await? {
            return Err(RowFailure::Raced);
        }
        let hash = content_hash(&placed.parsed.draft);
        let result = match known {
            Some(known)
                if known.state == State::Held && known.content.content_hash == hash && !placed.whose.is_pool() =>
            {
                versions::release(tx, context, placed, known, random).await?
            }
            Some(known) => versions::amend(tx, context, placed, known, random).await?,
            None => versions::accept(tx, context, placed, random).await?,
        };
        self.followed(tx, &result, known, random).await?;
        Ok(Became::Done(code))
    }

    /// It waits, for reasons that may be others than before.
    async fn wait(
        &self,
        tx: &mut dyn LabWrite,
        reasons: Vec<Reason>,
        random: &mut dyn Random,
    ) -> Result<Became, RowFailure> {
        let Self { context, held, placed, own } = *self;
        let codes: Vec<String> = codes(&reasons).into_iter().map(str::to_owned).collect();
        let hash = content_hash(&placed.parsed.draft);
        if codes == held.reasons && hash == held.content_hash {
            return Ok(Became::Stays);
        }
        let waits =
            Held { reasons: codes.clone(), content_hash: hash, draft: record::kept(placed.parsed), ..held.clone() };
        if !tx.hold_again(&waits).await? {
            return Err(RowFailure::Raced);
        }
        if let Some(own) = own {
            let next = versions::next(context, placed, own, own.content.person_id, own.ward_code.clone());
            let result = StoredResult { state: State::Held, hold_reasons: codes, ..next };
            if !tx.amend_result(&result).await? {
                return Err(RowFailure::Raced);
            }
            self.followed(tx, &result, Some(own), random).await?;
        }
        Ok(Became::Waits(reasons))
    }

    async fn followed(
        &self,
        tx: &mut dyn LabWrite,
        result: &StoredResult,
        before: Option<&StoredResult>,
        random: &mut dyn Random,
    ) -> Result<(), RowFailure> {
        // The laboratory corrected nothing: what was held is read otherwise.
        let before = before.map(|before| match self.own {
            Some(_) => StoredResult { version: result.version, ..before.clone() },
            None => before.clone(),
        });
        let Context { sender, now, .. } = *self.context;
        let finding = self.placed.parsed.draft.finding;
        let stored = Stored { sender, result, before: before.as_ref(), finding, now };
        Ok(follow::follow(tx, &stored, random).await?)
    }
}
