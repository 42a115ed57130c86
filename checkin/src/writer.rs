//! Group commit: the visits of known visitors go through a bounded queue to a writer that takes all that wait, stores
//! them in one statement and one commit, and then answers each.
//!
//! A commit costs the disk one sync however many rows it holds, so the busier the door, the more visits share one. No
//! delay is added: a visit that comes alone is written alone. What was answered is stored; what was not answered may be
//! sent again, its id makes that safe. When the queue is full the answer is 503, so that a slow disk shows as an error
//! within milliseconds and not as a phone that spins.
//!
//! A row that the database refuses fails its own visit only: the batch is then written again row by row. SQLite has one
//! writer anyway; on PostgreSQL two take turns. When the process stops, what waits is written first.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use shared_store::{Database, StoreError};
use shared_web::Platform;
use shared_web::process::Task;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::app::record::{Recorded, record_alone};
use crate::store::{CheckinStore, Visit};

/// How many visits may wait: at 10,000 a second less than half a second's.
const QUEUE: usize = 4_096;
/// How many visits share a commit at most.
const BATCH: usize = 512;
/// How long the queue must have been empty before a process that stops closes it: requests under way still come in.
const QUIET: Duration = Duration::from_millis(250);

/// Why a visit was not stored.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Too many wait, or the process stops: the same visit may be sent again.
    #[error("too many visits wait to be stored")]
    Busy,
    /// The store refused this visit.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

type Answer = Result<Recorded, WriteError>;

/// The way in which the visit of a known visitor is stored.
#[async_trait]
pub trait VisitWriter: Send + Sync {
    /// Stores a visit; answers when it is committed.
    ///
    /// # Errors
    /// [`WriteError::Busy`] where too many wait, [`WriteError::Store`] where the database refuses it.
    async fn store(&self, visit: Visit) -> Result<Recorded, WriteError>;
}

struct Job {
    visit: Visit,
    answer: oneshot::Sender<Answer>,
}

/// The way to the writers.
pub struct GroupCommit {
    queue: mpsc::Sender<Job>,
}

impl GroupCommit {
    /// A queue, and the writers that empty it until the platform stops.
    #[must_use]
    pub fn new(platform: &Platform, store: &Arc<dyn CheckinStore>) -> (Self, Vec<Task>) {
        let writers = match platform.database {
            Database::Sqlite(_) => 1,
            Database::Postgres(_) => 2,
        };
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = Loop { platform: platform.clone(), store: Arc::clone(store), jobs: Arc::new(Mutex::new(jobs)) };
        let task = |_| -> Task { Box::pin(writer.clone().run()) };
        (Self { queue }, (0..writers).map(task).collect())
    }
}

#[async_trait]
impl VisitWriter for GroupCommit {
    async fn store(&self, visit: Visit) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Job { visit, answer }).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Closed(_) => WriteError::Busy,
        })?;
        answered.await.unwrap_or(Err(WriteError::Busy))
    }
}

/// One writer; clones empty the same queue.
#[derive(Clone)]
struct Loop {
    platform: Platform,
    store: Arc<dyn CheckinStore>,
    jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
}

impl Loop {
    async fn run(self) {
        loop {
            let batch = self.next_batch().await;
            if batch.is_empty() {
                return;
            }
            metrics::histogram!("checkin_commit_visits").record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
            self.write(batch).await;
        }
    }

    /// All that wait; nothing when the process stops and all is written.
    async fn next_batch(&self) -> Vec<Job> {
        let mut jobs = self.jobs.lock().await;
        let mut batch = Vec::with_capacity(BATCH);
        let stopping = async {
            self.platform.stop.cancelled().await;
            tokio::time::sleep(QUIET).await;
        };
        tokio::select! {
            biased;
            _ = jobs.recv_many(&mut batch, BATCH) => {
                // Requests that have come but wait for a thread are let in first; where there are none, this is no wait.
                tokio::task::yield_now().await;
                while batch.len() < BATCH
                    && let Ok(job) = jobs.try_recv()
                {
                    batch.push(job);
                }
            }
            () = stopping => {
                jobs.close();
                jobs.recv_many(&mut batch, BATCH).await;
            }
        }
        batch
    }

    async fn write(&self, batch: Vec<Job>) {
        let (visits, answers): (Vec<Visit>, Vec<_>) = batch.into_iter().map(|job| (job.visit, job.answer)).unzip();
        match self.commit(&visits).await {
            Ok(recorded) => {
                for (answer, recorded) in answers.into_iter().zip(recorded) {
                    // A request that was given up has nobody left to answer; its visit is stored all the same.
                    let _ = answer.send(Ok(recorded));
                }
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    rows = visits.len(),
                    "a batch of visits failed"
                );
                self.write_singly(visits, answers).await;
            }
        }
    }

    /// Row by row, so that a bad row fails alone. When the database itself is away, the rest is not tried.
    async fn write_singly(&self, visits: Vec<Visit>, answers: Vec<oneshot::Sender<Answer>>) {
        let mut away = false;
        for (visit, answer) in visits.into_iter().zip(answers) {
            let result = if away { Err(WriteError::Busy) } else { self.write_one(visit).await };
            away = away || matches!(&result, Err(WriteError::Store(error)) if error.is_transient());
            let _ = answer.send(result);
        }
    }

    async fn write_one(&self, visit: Visit) -> Answer {
        let recorded = self.commit(std::slice::from_ref(&visit)).await?;
        recorded.into_iter().next().ok_or(WriteError::Busy)
    }

    async fn commit(&self, visits: &[Visit]) -> Result<Vec<Recorded>, StoreError> {
        record_alone(self.store.as_ref(), visits, self.platform.now(), &mut self.platform.random()).await
    }
}
