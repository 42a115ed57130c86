//! From the outbox to the bus.
//!
//! A commit nudges the relay at once; a poll once a second finds what other processes committed or what a crash left
//! behind. Events are claimed with a lease (`FOR UPDATE SKIP LOCKED` on PostgreSQL), so several relays share the work. A
//! sequence number would be no watermark: transactions commit out of its order. An event that the bus does not take is
//! given back and tried again a second later. Each pace has a way of its own: what nobody waits for never takes the place of
//! what somebody does.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use jiff::SignedDuration;
use shared::clock::Clock;
use shared::ids::EventId;
use shared::time::days;
use shared_store::outbox::Claimed;
use shared_store::pace::Pace;
use shared_store::wake::{Topic, Wake};
use shared_store::{SharedStore, StoreError};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::{Bus, BusError};

/// How long a claimed event is left to the relay that claimed it.
const LEASE: SignedDuration = SignedDuration::from_secs(120);
/// After how long an event that the bus did not take is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(1);
/// How often the relay looks without a nudge.
const POLL: Duration = Duration::from_secs(1);
/// How many events of a pace are under way at once.
const CONCURRENCY: usize = 32;
/// How far back events are given again to a bus that lost its memory; published events are kept at least so long.
const KEPT_DAYS: i64 = 3;

/// Moves events from the outbox to the bus until it is told to stop.
pub struct Relay {
    store: Arc<dyn SharedStore>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    wake: Wake,
}

impl Relay {
    /// A relay between a store and a bus.
    #[must_use]
    pub fn new(store: Arc<dyn SharedStore>, bus: Arc<dyn Bus>, clock: Arc<dyn Clock>, wake: Wake) -> Self {
        Self { store, bus, clock, wake }
    }

    /// Runs until `stop`, then lets what is under way come to its end.
    ///
    /// Events are claimed as soon as there is room for them: a slow one never holds back those behind it.
    pub async fn run(self, stop: CancellationToken) {
        let mut nudged = self.wake.subscribe(Topic::Outbox);
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Tasks of their own, and not futures of this loop: while the loop waits for the one writer of SQLite, the handler
        // that holds it has to go on.
        let mut under_way = JoinSet::new();
        let mut ways = Pace::ALL.map(|pace| Way { pace, under_way: 0, may_wait_more: true });
        if self.bus.is_private() {
            self.release_dead_claims().await;
        }
        // Before the first claim: a bus that never had a memory would be given its first events twice.
        self.restore_memory().await;
        loop {
            if !stop.is_cancelled() && ways.iter().any(Way::is_open) {
                for claimed in self.claim(&mut ways).await {
                    under_way.spawn(publish(Arc::clone(&self.bus), claimed));
                }
            }
            if stop.is_cancelled() && under_way.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = under_way.join_next() => {
                    let mut ends: Vec<_> = first.into_iter().collect();
                    while let Some(next) = under_way.try_join_next() {
                        ends.extend(next);
                    }
                    for end in &ends {
                        ways[end.pace as usize].under_way -= 1;
                    }
                    self.settle(ends).await;
                }
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                _ = nudged.changed(), if !stop.is_cancelled() => ways.iter_mut().for_each(|way| way.may_wait_more = true),
                _ = poll.tick(), if !stop.is_cancelled() => {
                    self.restore_memory().await;
                    ways.iter_mut().for_each(|way| way.may_wait_more = true);
                }
            }
        }
    }

    /// Publishes one batch of what waits; gives how many were published. For tests that turn the wheel by hand.
    ///
    /// # Errors
    /// When the outbox cannot be read or written.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let mut ways = Pace::ALL.map(|pace| Way { pace, under_way: 0, may_wait_more: true });
        let claimed = self.try_claim(&mut ways).await?;
        let ends = join_all(claimed.into_iter().map(|claimed| publish(Arc::clone(&self.bus), claimed))).await;
        let (done, failed) = parted(ends);
        self.try_settle(&done, &failed).await?;
        Ok(done.len())
    }

    async fn claim(&self, ways: &mut [Way]) -> Vec<Claimed> {
        self.try_claim(ways).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "the relay could not claim events");
            Vec::new()
        })
    }

    /// Claims as many events as there is room for on the open ways.
    async fn try_claim(&self, ways: &mut [Way]) -> Result<Vec<Claimed>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let mut all = Vec::new();
        // Counted when the claim is kept: one that fails leaves the ways as they were.
        let mut taken = Vec::new();
        for way in ways.iter_mut().filter(|way| way.is_open()) {
            let room = CONCURRENCY - way.under_way;
            let mut claimed =
                tx.claim_events_of(way.pace, now, now.plus(LEASE), i64::try_from(room).unwrap_or(1)).await?;
            taken.push((way, claimed.len(), room));
            all.append(&mut claimed);
        }
        if !all.is_empty() {
            tx.commit().await?;
        }
        for (way, claimed, room) in taken {
            way.may_wait_more = claimed == room;
            way.under_way += claimed;
        }
        Ok(all)
    }

    async fn settle(&self, ends: Vec<End>) {
        let (done, failed) = parted(ends);
        if let Err(error) = self.try_settle(&done, &failed).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "published events could not be marked and will come again"
            );
        }
    }

    async fn try_settle(&self, done: &[EventId], failed: &[EventId]) -> Result<(), StoreError> {
        if done.is_empty() && failed.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        tx.mark_published(done, now).await?;
        tx.release_events(failed, now.plus(AGAIN)).await?;
        tx.commit().await?;
        metrics::counter!("antam_events_published_total").increment(done.len() as u64);
        Ok(())
    }

    /// Gives back what a process that died had claimed, so that nobody waits for the end of its leases.
    async fn release_dead_claims(&self) {
        let released = async {
            let mut tx = self.store.write().await?;
            let count = tx.release_all_events().await?;
            tx.commit().await?;
            Ok::<_, StoreError>(count)
        };
        match released.await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "events that were under way when the process ended are given again"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "events that were under way come again when their lease ends"
                );
            }
        }
    }

    /// Gives recent events again to a bus that lost them. The inboxes make the repeats harmless.
    async fn restore_memory(&self) {
        let restored = async {
            if !self.bus.lost_memory().await? {
                return Ok(None);
            }
            let count = self.republish().await?;
            self.bus.remember().await?;
            Ok::<_, BusError>(Some(count))
        };
        match restored.await {
            Ok(None) => {}
            Ok(Some(count)) => tracing::warn!(count, "the bus had lost its memory: recent events are given again"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "it is not known whether the bus has its memory"
                );
            }
        }
    }

    async fn republish(&self) -> Result<u64, StoreError> {
        let mut tx = self.store.write().await?;
        let count = tx.republish_since(self.clock.now().minus(days(KEPT_DAYS))).await?;
        tx.commit().await?;
        Ok(count)
    }
}

/// The way of the events of one pace.
struct Way {
    pace: Pace,
    under_way: usize,
    /// Whether more may wait than the last claim took.
    may_wait_more: bool,
}

impl Way {
    fn is_open(&self) -> bool {
        self.may_wait_more && self.under_way < CONCURRENCY
    }
}

/// How the publishing of an event ended.
struct End {
    event: EventId,
    pace: Pace,
    taken: bool,
}

/// Gives one event to the bus.
async fn publish(bus: Arc<dyn Bus>, claimed: Claimed) -> End {
    let (event, pace) = (&claimed.event, claimed.pace);
    // Caught, so that the way is told of its end also where the bus panics.
    let taken = AssertUnwindSafe(bus.publish(event, pace)).catch_unwind().await;
    match &taken {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(
            event = %event.id,
            kind = %event.kind,
            error = error as &dyn std::error::Error,
            "an event stays in the outbox"
        ),
        Err(_) => {
            tracing::error!(event = %event.id, kind = %event.kind, "the bus panicked: an event stays in the outbox")
        }
    }
    End { event: event.id, pace, taken: matches!(taken, Ok(Ok(()))) }
}

/// Those that the bus took, and those that it did not.
fn parted(ends: Vec<End>) -> (Vec<EventId>, Vec<EventId>) {
    let (done, failed): (Vec<End>, Vec<End>) = ends.into_iter().partition(|end| end.taken);
    let ids = |ends: Vec<End>| ends.into_iter().map(|end| end.event).collect();
    (ids(done), ids(failed))
}
