//! One upload on its way into the tables, in chunks. A chunk is decided row by row and written in a few statements
//! ([`crate::app::batch`]), on PostgreSQL in two transactions side by side; where one fails, its halves are tried, and at last
//! its rows one by one, so that a bad row fails alone.

use std::time::Duration;

use futures::future::join_all;
use shared::bilingual::Bilingual;
use shared::ids::UploadId;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::pace::Pace;

use crate::app::App;
use crate::app::batch::Batch;
use crate::app::known::Known;
use crate::app::lanes;
use crate::app::ledger::{Ledger, WouldBe};
use crate::app::naming::Naming;
use crate::app::progress::Far;
use crate::app::raw::{self, Raws};
use crate::app::row::{self, Context, Incoming, RowFailure};
use crate::app::sender::Sender;
use crate::app::shares::{Shares, Times, let_go, share, shares_of};
use crate::domain::report::{CellError, RowOutcome, RowReport, RowStatus};
use crate::store::model::{Counts, Upload};
use crate::store::raw::Raw;

/// From how many rows on an upload is a file, whose rows do not stand before the results of others.
const FILE: usize = 50;
/// From how many rows on an upload is a large one: the chunk that makes it one, and those after it, are told when the file is
/// in, unless it is a positive result. Nobody waits for a negative one within seconds, and the telling would take the machine
/// from the storing.
const LARGE: usize = 500;
/// How often, and after which pause, an upload looks whether what people wait for was published. Its next chunk would stand
/// before every single result in the queue for the database.
const GIVE_WAY: (u32, Duration) = (100, Duration::from_millis(5));
/// After how many waits in vain an upload goes on without.
const IN_VAIN: u32 = 5;
/// How often a row is tried whose failure may pass.
const TRIES: usize = 3;
/// How long to wait before a row is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// An upload on its way.
pub struct Intake {
    app: App,
    sender: Sender,
    naming: Naming,
    upload: Upload,
    dry_run: bool,
    /// It is a large one by now.
    is_large: bool,
    /// From when the next positive of a large one may be told.
    next_share: Instant,
    /// What a dry run would have stored, seen by its later rows.
    would_be: WouldBe,
    /// How often it gave way in vain, one after the other.
    in_vain: u32,
    /// The messages that the rows at hand came in, by row.
    raws: Raws,
    report: RowReport,
}

impl Intake {
    /// Begins an upload. It stands in the table of uploads from now on, unless it is a dry run.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin(
        app: &App,
        sender: Sender,
        naming: Naming,
        upload: Upload,
        dry_run: bool,
    ) -> Result<Self, StoreError> {
        if !dry_run {
            let mut tx = app.store.write().await?;
            if !tx.insert_upload(&upload).await? {
                tx.update_upload(&upload).await?;
            }
            tx.commit().await?;
        }
        let report = RowReport::new(upload.id);
        let would_be = WouldBe::default();
        let (app, is_large, next_share) = (app.clone(), false, upload.created_at);
        let (in_vain, raws) = (0, Raws::new());
        let intake =
            Self { app, sender, naming, upload, dry_run, is_large, next_share, would_be, in_vain, raws, report };
        intake.note(false);
        Ok(intake)
    }

    /// Takes the next rows, about as many as the store takes together, and the messages that they came in, where they came in
    /// messages.
    ///
    /// # Errors
    /// When the store fails again and again: what was stored stays, and sending the same again stores the rest.
    pub async fn take(&mut self, rows: &[Incoming], raws: Raws) -> Result<(), StoreError> {
        self.raws = raws;
        if !self.dry_run && self.upload.counts.received > 0 {
            self.give_way().await?;
        }
        self.is_large = usize::try_from(self.upload.counts.received).is_ok_and(|before| before + rows.len() >= LARGE);
        self.next_share = self.next_share.max(self.app.platform.now());
        let outcomes =
            if self.dry_run { self.judge(rows).await? } else { self.pace(rows).run(self.store(rows)).await? };
        self.next_share = self.next_share.plus(shares_of(rows));
        count(&mut self.upload.counts, &outcomes);
        for outcome in outcomes {
            self.report.push(outcome);
        }
        self.note(false);
        Ok(())
    }

    /// A result that is sent alone or with a few others stands before the rows of a file, and so does what follows from it.
    fn pace(&self, rows: &[Incoming]) -> Pace {
        if self.upload.counts.received == 0 && rows.len() < FILE { Pace::Now } else { Pace::Soon }
    }

    /// Waits, half a second at most, until every event that somebody waits for now is published. Where that was in vain a few
    /// times nobody publishes, and nobody waits.
    async fn give_way(&mut self) -> Result<(), StoreError> {
        let (most, pause) = GIVE_WAY;
        if self.in_vain == IN_VAIN {
            return Ok(());
        }
        for _ in 0..most {
            if !self.app.store.read().await?.somebody_waits(Pace::Now).await? {
                self.in_vain = 0;
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        self.in_vain += 1;
        Ok(())
    }

    /// Ends the upload and gives its report.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(mut self, warnings: Vec<CellError>) -> Result<RowReport, StoreError> {
        let now = self.app.platform.now();
        self.upload.finished_at = Some(now);
        let counts = self.upload.counts;
        let action = if self.dry_run { "upload.check" } else { "upload.take" };
        let subject = Some(format!("upload:{}", self.upload.id));
        let entry = self.sender.audit(action, subject, serde_json::json!({"counts": counts}));
        let mut tx = self.app.store.write().await?;
        if !self.dry_run {
            tx.update_upload(&self.upload).await?;
            if self.is_large {
                tx.hurry_events(Pace::Soon, now, i64::MAX).await?;
            }
        }
        tx.audit(&entry, now, &mut self.app.platform.random()).await?;
        tx.commit().await?;
        if self.is_large && !self.dry_run {
            shared_store::runtime::spawn(let_go(self.app.clone()));
        }
        for warning in warnings {
            self.report.warn(warning);
        }
        self.note(true);
        Ok(self.report)
    }

    fn note(&self, done: bool) {
        let noted_at = self.app.platform.now();
        let far = Far { account_id: self.upload.account_id, counts: self.upload.counts, done, noted_at };
        self.app.progress.note(self.upload.id, far);
    }

    fn context(&self, now: Instant) -> Context<'_> {
        Context { sender: &self.sender, naming: &self.naming, upload_id: self.upload.id, now }
    }

    /// What would become of the rows. Reads only.
    async fn judge(&mut self, rows: &[Incoming]) -> Result<Vec<RowOutcome>, StoreError> {
        let rows: Vec<&Incoming> = rows.iter().collect();
        let mut tx = self.app.store.read().await?;
        let ledger = Ledger::load(tx.as_mut(), &rows).await?;
        let mut known = Known::load(tx.as_mut(), &rows, ledger.people()).await?;
        let mut would_be = std::mem::take(&mut self.would_be);
        let context = self.context(self.app.platform.now());
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            outcomes.push(row::judge_only(&mut known, &context, &ledger, &mut would_be, row).await?);
        }
        self.would_be = would_be;
        Ok(outcomes)
    }

    /// Stores the rows of a chunk, those that have nothing to do with each other side by side.
    async fn store(&self, rows: &[Incoming]) -> Result<Vec<RowOutcome>, StoreError> {
        // Nobody closes the gate; were it closed, the locks would only be more.
        let _turn = self.app.gate.acquire().await.ok();
        let lanes = lanes::deal(rows, self.app.together.lanes);
        let stored = join_all(lanes.iter().enumerate().map(|(nth, lane)| {
            let rows: Vec<&Incoming> = lane.iter().map(|place| &rows[*place]).collect();
            let shares = Shares { next: self.next_share.plus(share(nth)), each: share(lanes.len()) };
            async move { self.lane(&rows, shares).await }
        }));
        let mut outcomes: Vec<(usize, RowOutcome)> = Vec::with_capacity(rows.len());
        for (lane, stored) in lanes.iter().zip(stored.await) {
            outcomes.extend(lane.iter().copied().zip(stored?));
        }
        outcomes.sort_unstable_by_key(|(place, _)| *place);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Stores rows together; where that fails once more, in halves.
    async fn lane(&self, rows: &[&Incoming], shares: Shares) -> Result<Vec<RowOutcome>, StoreError> {
        let [row] = rows else { return self.together(rows, shares).await };
        Ok(vec![self.alone(row, shares).await?])
    }

    async fn together(&self, rows: &[&Incoming], shares: Shares) -> Result<Vec<RowOutcome>, StoreError> {
        let mut failure = match self.transaction(rows, shares).await {
            Ok(outcomes) => return Ok(outcomes),
            Err(failure) => failure,
        };
        // Somebody else may have stored the same at the same moment.
        if failure.may_pass() {
            tokio::time::sleep(PAUSE).await;
            failure = match self.transaction(rows, shares).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(failure) => failure,
            };
        }
        tracing::warn!(error = &failure as &dyn std::error::Error, rows = rows.len(), "rows are stored in halves");
        let (first, second) = rows.split_at(rows.len() / 2);
        let mut outcomes = Box::pin(self.lane(first, shares)).await?;
        outcomes.append(&mut Box::pin(self.lane(second, shares)).await?);
        Ok(outcomes)
    }

    /// Stores one row in a transaction of its own. A failure that does not pass rejects the row and no other.
    async fn alone(&self, row: &Incoming, shares: Shares) -> Result<RowOutcome, StoreError> {
        let mut tried = 0;
        loop {
            let failure = match self.transaction(&[row], shares).await {
                Ok(mut outcomes) => return Ok(outcomes.pop().unwrap_or_else(|| not_stored(row))),
                Err(failure) => failure,
            };
            tried += 1;
            if tried < TRIES && failure.may_pass() {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            return match failure {
                // The database itself does not answer: the rows after this one would fare no better.
                RowFailure::Store(error) if error.is_transient() => Err(error),
                failure => {
                    tracing::error!(error = &failure as &dyn std::error::Error, row = row.row, "a row was not stored");
                    Ok(not_stored(row))
                }
            };
        }
    }

    async fn transaction(&self, rows: &[&Incoming], shares: Shares) -> Result<Vec<RowOutcome>, RowFailure> {
        let mut random = self.app.platform.random();
        let now = self.app.platform.now();
        let context = self.context(now);
        let mut tx = self.app.store.write().await?;
        let mut ledger = Ledger::load(tx.as_mut(), rows).await?;
        let mut outcomes = Vec::with_capacity(rows.len());
        if let [row] = rows {
            outcomes.push(row::store(tx.as_mut(), &context, &mut ledger, row, &mut random).await?);
        } else {
            let times = self.is_large.then(|| Times::of(shares, now));
            let people: Vec<_> = ledger.people().collect();
            let ground = (random.clone(), now, self.upload.id);
            let mut batch = Batch::begin(tx.as_mut(), rows, people.into_iter(), ground, times).await?;
            for row in rows {
                outcomes.push(row::store(&mut batch, &context, &mut ledger, row, &mut random).await?);
            }
            batch.flush().await?;
        }
        let of = |row: &Incoming, done| raw::of_row(&self.upload, &self.sender, &self.raws, (row, done), now);
        let kept: Vec<Raw> = rows.iter().zip(&outcomes).filter_map(|(row, done)| of(row, done)).collect();
        tx.keep_raw(&kept).await?;
        let mut counts = Counts::default();
        count(&mut counts, &outcomes);
        tx.count_rows(self.upload.id, &counts).await?;
        tx.commit().await?;
        Ok(outcomes)
    }
}

/// The upload that an account sends now.
#[must_use]
pub fn upload(id: UploadId, sender: &Sender, format: &str, content_hash: String, now: Instant) -> Upload {
    Upload {
        id,
        lab_code: sender.lab_code().map(str::to_owned),
        account_id: sender.account_id(),
        format: format.to_owned(),
        content_hash,
        counts: Counts::default(),
        created_at: now,
        finished_at: None,
    }
}

fn count(counts: &mut Counts, outcomes: &[RowOutcome]) {
    for outcome in outcomes {
        counts.received += 1;
        *match outcome.status {
            RowStatus::Accepted => &mut counts.accepted,
            RowStatus::Duplicate => &mut counts.duplicate,
            RowStatus::Amended => &mut counts.amended,
            RowStatus::Held => &mut counts.held,
            RowStatus::Ignored => &mut counts.ignored,
            RowStatus::Rejected => &mut counts.rejected,
        } += 1;
    }
}

fn not_stored(row: &Incoming) -> RowOutcome {
    let detail = Bilingual::new(
        "Lỗi ở phía hệ thống, dòng này chưa được lưu. Hãy gửi lại: các dòng đã nhận sẽ không bị trùng",
        "An error on our side: this row was not stored. Send it again: rows that were taken are not taken twice",
    );
    RowOutcome::rejected(row.row, row.accession.clone(), vec![CellError::new("", "not_stored", detail)])
}
