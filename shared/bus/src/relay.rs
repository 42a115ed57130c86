//! From the outbox to the bus.
//!
//! A commit nudges the relay at once; a poll once a second finds what other processes committed or what a crash left
//! behind. Events are claimed with a lease (`FOR UPDATE SKIP LOCKED` on PostgreSQL), so several relays share the work. A
//! sequence number would be no watermark: transactions commit out of its order.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use shared::clock::Clock;
use shared::ids::EventId;
use shared::time::{days, minutes};
use shared_store::outbox::Claimed;
use shared_store::wake::{Topic, Wake};
use shared_store::{SharedStore, StoreError};
use tokio_util::sync::CancellationToken;

use crate::Bus;

/// How many events are under way at once.
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
        let mut under_way = FuturesUnordered::new();
        let mut memory_checked = false;
        let mut may_wait_more = true;
        loop {
            if !memory_checked {
                memory_checked = self.restore_memory().await;
            }
            if may_wait_more && under_way.len() < CONCURRENCY && !stop.is_cancelled() {
                let room = CONCURRENCY - under_way.len();
                let claimed = self.claim(room).await;
                may_wait_more = claimed.len() == room;
                under_way.extend(claimed.into_iter().map(|claimed| self.publish(claimed)));
            }
            if stop.is_cancelled() && under_way.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = under_way.next() => {
                    let mut done: Vec<EventId> = first.into_iter().collect();
                    while let Some(Some(next)) = under_way.next().now_or_never() {
                        done.extend(next);
                    }
                    self.mark(&done).await;
                }
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                _ = nudged.changed(), if !stop.is_cancelled() => may_wait_more = true,
                () = tokio::time::sleep(Duration::from_secs(1)), if !stop.is_cancelled() => may_wait_more = true,
            }
        }
    }

    /// Publishes one batch of what waits; gives how many were published. For tests that turn the wheel by hand.
    ///
    /// # Errors
    /// When the outbox cannot be read or written.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let claimed = self.try_claim(CONCURRENCY).await?;
        let done = futures::future::join_all(claimed.into_iter().map(|claimed| self.publish(claimed))).await;
        let done: Vec<EventId> = done.into_iter().flatten().collect();
        self.try_mark(&done).await?;
        Ok(done.len())
    }

    async fn claim(&self, room: usize) -> Vec<Claimed> {
        self.try_claim(room).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "the relay could not claim events");
            Vec::new()
        })
    }

    async fn try_claim(&self, room: usize) -> Result<Vec<Claimed>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let claimed = tx.claim_events(now, now.plus(minutes(2)), i64::try_from(room).unwrap_or(1)).await?;
        if !claimed.is_empty() {
            tx.commit().await?;
        }
        Ok(claimed)
    }

    async fn publish(&self, claimed: Claimed) -> Option<EventId> {
        match self.bus.publish(&claimed.event).await {
            Ok(()) => Some(claimed.event.id),
            Err(error) => {
                tracing::warn!(event = %claimed.event.id, kind = %claimed.event.kind, error = &error as &dyn std::error::Error, "an event stays in the outbox");
                None
            }
        }
    }

    async fn mark(&self, done: &[EventId]) {
        if let Err(error) = self.try_mark(done).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "published events could not be marked and will come again");
        }
    }

    async fn try_mark(&self, done: &[EventId]) -> Result<(), StoreError> {
        if done.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        tx.mark_published(done, self.clock.now()).await?;
        tx.commit().await?;
        metrics::counter!("antam_events_published_total").increment(done.len() as u64);
        Ok(())
    }

    /// Gives recent events again to a bus that lost them. The inboxes make the repeats harmless.
    async fn restore_memory(&self) -> bool {
        match self.bus.lost_memory().await {
            Ok(false) => true,
            Ok(true) => match self.republish().await {
                Ok(count) => {
                    tracing::warn!(count, "the bus had lost its memory: recent events are given again");
                    true
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "recent events could not be given again");
                    false
                }
            },
            Err(_) => false,
        }
    }

    async fn republish(&self) -> Result<u64, StoreError> {
        let mut tx = self.store.write().await?;
        let count = tx.republish_since(self.clock.now().minus(days(KEPT_DAYS))).await?;
        tx.commit().await?;
        Ok(count)
    }
}
