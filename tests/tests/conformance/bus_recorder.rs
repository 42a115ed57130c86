//! Handlers that remember what they were given, and fail, refuse, panic or dawdle as they are told.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use async_trait::async_trait;
use shared::clock::Clock;
use shared::event::CloudEvent;
use shared::ids::EventId;
use shared_bus::{Handler, HandlerError};
use shared_store::runtime::SystemClock;
use shared_store::{SharedStore, StoreError};

use crate::bus_ground::eventually;

/// A handler that remembers what it was given, and has one effect an event: a line in its list, behind its inbox.
pub struct Recorder {
    name: &'static str,
    kinds: &'static [&'static str],
    store: Arc<dyn SharedStore>,
    given: Mutex<Vec<EventId>>,
    effects: Mutex<Vec<EventId>>,
    failures: AtomicU32,
    refuses: Option<EventId>,
    takes: Duration,
    slow: Option<(EventId, Duration)>,
    panics_at: Option<EventId>,
}

impl Recorder {
    /// One that takes everything of these kinds at once.
    pub fn new(name: &'static str, kinds: &'static [&'static str], store: Arc<dyn SharedStore>) -> Self {
        Self {
            name,
            kinds,
            store,
            given: Mutex::default(),
            effects: Mutex::default(),
            failures: AtomicU32::new(0),
            refuses: None,
            takes: Duration::ZERO,
            slow: None,
            panics_at: None,
        }
    }

    /// Fails so many times as a store may fail.
    pub fn failing(self, times: u32) -> Self {
        self.failures.store(times, Ordering::SeqCst);
        self
    }

    /// Refuses one event for good.
    pub fn refusing(self, event: EventId) -> Self {
        Self { refuses: Some(event), ..self }
    }

    /// Panics at one event.
    pub fn panicking_at(self, event: EventId) -> Self {
        Self { panics_at: Some(event), ..self }
    }

    /// Takes its time with each event.
    pub fn taking(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    /// Takes its time with one event.
    pub fn slow_with(self, event: EventId, takes: Duration) -> Self {
        Self { slow: Some((event, takes)), ..self }
    }

    /// What it was given, repeats and failures included.
    pub fn given(&self) -> Vec<EventId> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The events that had their effect, in this order.
    pub fn effects(&self) -> Vec<EventId> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until exactly these events have had their effect, in any order.
    pub async fn has(&self, expected: &[EventId]) -> anyhow::Result<()> {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        eventually(&format!("{} events at {}", expected.len(), self.name), async || {
            let mut effects = self.effects();
            effects.sort_unstable();
            ensure!(effects.len() <= expected.len(), "{} had an effect twice", self.name);
            Ok(effects == expected)
        })
        .await
    }
}

#[async_trait]
impl Handler for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kinds(&self) -> &'static [&'static str] {
        self.kinds
    }

    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).push(event.id);
        let takes = self.slow.filter(|(slow, _)| *slow == event.id).map_or(self.takes, |(_, takes)| takes);
        tokio::time::sleep(takes).await;
        assert!(self.panics_at != Some(event.id), "this handler was told to panic");
        if self.refuses == Some(event.id) {
            return Err(HandlerError::Refused("the rule says no".to_owned()));
        }
        let fails = self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if fails.is_ok() {
            return Err(StoreError::Sealed("test").into());
        }
        let mut tx = self.store.write().await?;
        let first = tx.receive(self.name, event.id, SystemClock.now()).await?;
        tx.commit().await?;
        if first {
            self.effects.lock().unwrap_or_else(PoisonError::into_inner).push(event.id);
        }
        Ok(())
    }
}
