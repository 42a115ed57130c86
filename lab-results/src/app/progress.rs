//! How far the uploads of this process are, for the bar on the page. The database tells it too, but not of a dry run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use shared::ids::{AccountId, UploadId};
use shared::time::{Instant, minutes};

use crate::store::model::Counts;

/// How long a finished upload is remembered.
const KEPT_MINUTES: i64 = 10;

/// How far one upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Far {
    /// Whose.
    pub account_id: Option<AccountId>,
    /// What became of its rows so far.
    pub counts: Counts,
    /// Whether its last row was done.
    pub done: bool,
    /// When this was noted.
    pub noted_at: Instant,
}

/// The uploads of this process.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<HashMap<UploadId, Far>>>);

impl Progress {
    /// Notes how far an upload is, and forgets those that ended or were left a while ago.
    pub fn note(&self, id: UploadId, far: Far) {
        let mut uploads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = far.noted_at.minus(minutes(KEPT_MINUTES));
        uploads.retain(|_, other| other.noted_at > oldest);
        uploads.insert(id, far);
    }

    /// How far an upload is, where this process works on it or did a short while ago.
    #[must_use]
    pub fn of(&self, id: UploadId) -> Option<Far> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_long_ago_is_forgotten() {
        let (progress, start) = (Progress::default(), "2022-03-10T01:00:00Z".parse::<Instant>().unwrap());
        let far = |noted_at| Far { account_id: None, counts: Counts::default(), done: true, noted_at };
        let id = |n: u128| UploadId::from_uuid(uuid::Uuid::from_u128(n));
        progress.note(id(1), far(start));
        progress.note(id(2), far(start.plus(minutes(5))));
        progress.note(id(3), far(start.plus(minutes(KEPT_MINUTES))));
        assert_eq!([1, 2, 3].map(|n| progress.of(id(n)).is_some()), [false, true, true]);
    }
}
