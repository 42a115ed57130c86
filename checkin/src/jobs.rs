//! Work that takes a while, and how far it is: imports, and posters in bulk. It lives in this process; what it made is
//! kept for an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use serde::Serialize;
use shared::ids::AccountId;
use shared::time::{Instant, hours};
use uuid::Uuid;

/// How long a finished work is kept.
const KEPT: SignedDuration = hours(1);
/// How many works are kept; the oldest make room.
const MOST: usize = 64;

/// Where a work stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
}

/// One work.
#[derive(Debug, Clone)]
pub struct Job {
    /// Who asked for it, and alone may see it.
    pub owner: AccountId,
    /// When.
    pub begun_at: Instant,
    /// Where it stands.
    pub state: State,
    /// How much is done.
    pub done: usize,
    /// Of how much.
    pub total: usize,
    /// What it made.
    pub made: Option<Arc<Vec<u8>>>,
}

/// The works of this process. Clones share them.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Mutex<HashMap<Uuid, Job>>>);

impl Jobs {
    /// Begins a work; `false` where the id is taken.
    #[must_use]
    pub fn begin(&self, id: Uuid, owner: AccountId, total: usize, now: Instant) -> bool {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|_, job| job.state == State::Running || now.since(job.begun_at) < KEPT);
        if jobs.len() >= MOST {
            let oldest = jobs.iter().filter(|(_, job)| job.state != State::Running);
            let oldest = oldest.min_by_key(|(_, job)| job.begun_at).map(|(id, _)| *id);
            oldest.map(|id| jobs.remove(&id));
        }
        if jobs.contains_key(&id) {
            return false;
        }
        let job = Job { owner, begun_at: now, state: State::Running, done: 0, total, made: None };
        jobs.insert(id, job);
        true
    }

    /// Notes how far a work is.
    pub fn advance(&self, id: Uuid, done: usize, total: usize) {
        self.change(id, |job| (job.done, job.total) = (done, total));
    }

    /// Ends a work.
    pub fn end(&self, id: Uuid, state: State, made: Option<Vec<u8>>) {
        self.change(id, |job| (job.state, job.made) = (state, made.map(Arc::new)));
    }

    /// A work of this owner.
    #[must_use]
    pub fn get(&self, id: Uuid, owner: AccountId) -> Option<Job> {
        let jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.get(&id).filter(|job| job.owner == owner).cloned()
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Job)) {
        let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.get_mut(&id) {
            change(job);
        }
    }
}
