//! How much somebody waits for a piece of work.
//!
//! A doctor waits for the positive that a laboratory sends alone; nobody waits within seconds for the negatives of a file
//! with 100,000 rows. Both go through the same outbox, the same bus and, on SQLite, the same one writer. The pace is a
//! property of the task that works: the events that it commits carry it, the relay and the bus keep a way of its own for
//! each pace, and a writer that is not [`Pace::Now`] takes a turn among its like, so that one that is waits for one
//! transaction of theirs at most.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::StoreError;

tokio::task_local! {
    static PACE: Pace;
}

/// How much somebody waits, the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pace {
    /// Somebody waits: a request, and what follows from it.
    #[default]
    Now,
    /// A part of something large that somebody waits for: a positive in a file, and what follows from it.
    Soon,
    /// Nobody waits.
    Later,
}

impl Pace {
    /// All, the most pressing first.
    pub const ALL: [Self; 3] = [Self::Now, Self::Soon, Self::Later];

    /// The pace of this task; [`Pace::Now`] where none was said.
    #[must_use]
    pub fn current() -> Self {
        PACE.try_with(|pace| *pace).unwrap_or_default()
    }

    /// Does a piece of work at this pace. Tasks that it starts have to be told for themselves.
    pub async fn run<F: Future>(self, work: F) -> F::Output {
        PACE.scope(self, work).await
    }

    /// How it stands in the outbox.
    #[must_use]
    pub fn rank(self) -> i64 {
        self as i64
    }
}

/// The turns of those who write beside others.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    beside: Arc<Semaphore>,
    later: Arc<Semaphore>,
}

/// A turn. It ends when this is dropped.
pub(crate) type Turn = [Option<OwnedSemaphorePermit>; 2];

impl Turns {
    /// So many transactions that are not [`Pace::Now`] at a time, and of them so many that are [`Pace::Later`].
    pub(crate) fn new(beside: usize, later: usize) -> Self {
        Self { beside: Arc::new(Semaphore::new(beside)), later: Arc::new(Semaphore::new(later)) }
    }

    /// Waits for a turn at the pace of this task.
    ///
    /// # Errors
    /// When the store was closed.
    pub(crate) async fn take(&self) -> Result<Turn, StoreError> {
        let closed = |_| StoreError::from(sqlx::Error::PoolClosed);
        let pace = Pace::current();
        let later = match pace {
            Pace::Later => Some(Arc::clone(&self.later).acquire_owned().await.map_err(closed)?),
            _ => None,
        };
        let beside = match pace {
            Pace::Now => None,
            _ => Some(Arc::clone(&self.beside).acquire_owned().await.map_err(closed)?),
        };
        Ok([later, beside])
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn work_has_the_pace_that_it_was_given_and_what_is_around_it_keeps_its_own() {
        assert_eq!(Pace::current(), Pace::Now);
        let inner = Pace::Soon.run(async { (Pace::current(), Pace::Later.run(async { Pace::current() }).await) }).await;
        assert_eq!(inner, (Pace::Soon, Pace::Later));
        assert_eq!(Pace::current(), Pace::Now);
    }

    #[test]
    fn the_more_pressing_stands_before() {
        assert!(Pace::ALL.is_sorted_by_key(|pace| pace.rank()));
    }

    #[tokio::test]
    async fn one_beside_and_whoever_presses_passes() {
        let turns = Turns::new(1, 1);
        let held = Pace::Later.run(turns.take()).await.unwrap();
        assert!(turns.take().now_or_never().unwrap().is_ok(), "who presses takes no turn");
        assert!(Pace::Soon.run(turns.take()).now_or_never().is_none());
        drop(held);
        assert!(Pace::Soon.run(turns.take()).now_or_never().unwrap().is_ok());
    }

    #[tokio::test]
    async fn what_nobody_waits_for_leaves_turns_to_what_is_for_soon() {
        let turns = Turns::new(2, 1);
        let held = Pace::Later.run(turns.take()).await.unwrap();
        assert!(Pace::Later.run(turns.take()).now_or_never().is_none());
        assert!(Pace::Soon.run(turns.take()).now_or_never().unwrap().is_ok());
        drop(held);
    }
}
