//! When what a large file brings is told. What follows from a positive (its case, contacts, messages) is many times the work of
//! storing its row, and the same machine stores the file: until the file is in, it gets its share and no more.

use jiff::SignedDuration;
use shared::events::Outcome;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::pace::Pace;

use crate::app::App;
use crate::app::row::Incoming;
use crate::domain::result::Parsed;

/// In this time one positive is told, on one processor. What follows from it takes about 15 ms: a seventh of the machine.
const SHARE: SignedDuration = SignedDuration::from_millis(100);
/// So long after it was stored a chunk's other results are told, where the file is not in before: to tell them is many times the
/// work of storing them, and would hold up the rest of the file, and the positives in it.
const TOLD_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How many of them are let go in one transaction when the file is in: on SQLite nobody else writes meanwhile.
const LET_GO: i64 = 1_000;

/// The time in which so many positives may be told.
pub(super) fn share(positives: usize) -> SignedDuration {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let of = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    SHARE * of(positives) / of(processors)
}

/// The time in which the positives of these rows may be told.
pub(super) fn shares_of(rows: &[Incoming]) -> SignedDuration {
    let is_positive = |parsed: &Parsed| parsed.draft.outcome == Outcome::Detected;
    share(rows.iter().filter(|row| row.results().any(is_positive)).count())
}

/// Lets everything be told at once that waits for the end of a file, some at a time. Where that fails, it is told when its time
/// comes.
pub(super) async fn let_go(app: App) {
    let some = async || -> Result<u64, StoreError> {
        let mut tx = app.store.write().await?;
        let some = tx.hurry_events(Pace::Later, app.platform.now(), LET_GO).await?;
        tx.commit().await?;
        Ok(some)
    };
    loop {
        match Pace::Later.run(some()).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "results of a file are told later");
                return;
            }
        }
    }
}

/// From when what a chunk of a large file brings may be told.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Its positives, one after the other.
    pub shares: Shares,
    /// All others: at this time or when the file is in, and after all events of other paces.
    pub others: Instant,
}

impl Times {
    /// Of a chunk that is stored at a time.
    pub(super) fn of(shares: Shares, now: Instant) -> Self {
        Self { shares, others: now.plus(TOLD_AFTER) }
    }
}

/// Times for one event after the other.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// That of the next.
    pub next: Instant,
    /// How long after it the one after it comes.
    pub each: SignedDuration,
}

impl Shares {
    /// The time of the next.
    pub(super) fn take(&mut self) -> Instant {
        let at = self.next;
        self.next = at.plus(self.each);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lanes_take_their_shares_in_turn() {
        let now: Instant = "2022-03-10T01:00:00Z".parse().unwrap();
        let lane = |nth| Shares { next: now.plus(share(nth)), each: share(2) };
        let (mut one, mut other) = (lane(0), lane(1));
        let taken = [one.take(), other.take(), one.take(), other.take()];
        assert!(taken.is_sorted() && taken[0] == now && taken[3] == now.plus(share(3)));
    }
}
