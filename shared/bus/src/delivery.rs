//! One event to one handler: tries, pauses, and the dead letter at the end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use shared::clock::Clock;
use shared::event::CloudEvent;
use shared_store::outbox::DeadLetter;
use shared_store::{SharedStore, StoreError};

use crate::handler::{Handler, HandlerError};

/// How often a handler is given an event before it is put aside.
pub const ATTEMPTS: u32 = 6;

/// What delivery needs beside the handler.
#[derive(Clone)]
pub struct Delivery {
    store: Arc<dyn SharedStore>,
    clock: Arc<dyn Clock>,
    pause: Duration,
}

impl Delivery {
    /// Delivery that pauses 50 ms after the first failure and doubles the pause with each.
    #[must_use]
    pub fn new(store: Arc<dyn SharedStore>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, pause: Duration::from_millis(50) }
    }

    /// The same with another first pause.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Gives the event to the handler until it takes it, or puts it aside. Returns when the event needs no more care.
    ///
    /// # Errors
    /// When even the dead letter cannot be written: the caller must keep the event.
    pub async fn deliver(&self, handler: &dyn Handler, event: &CloudEvent) -> Result<(), StoreError> {
        let mut pause = self.pause;
        for attempt in 1..=ATTEMPTS {
            match handled(handler, event).await {
                Ok(()) => {
                    metrics::counter!("antam_events_handled_total", "consumer" => handler.name()).increment(1);
                    return Ok(());
                }
                Err(error) if error.may_pass() && attempt < ATTEMPTS => {
                    tracing::warn!(
                        consumer = handler.name(),
                        event = %event.id,
                        kind = %event.kind,
                        attempt,
                        error = &error as &dyn std::error::Error,
                        "an event will be tried again"
                    );
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(error) => return self.bury(handler, event, &error).await,
            }
        }
        Ok(())
    }

    async fn bury(&self, handler: &dyn Handler, event: &CloudEvent, error: &HandlerError) -> Result<(), StoreError> {
        tracing::error!(
            consumer = handler.name(),
            event = %event.id,
            kind = %event.kind,
            error = error as &dyn std::error::Error,
            "an event was put aside as a dead letter"
        );
        metrics::counter!("antam_dead_letters_total", "consumer" => handler.name()).increment(1);
        let letter = DeadLetter {
            consumer: handler.name().to_owned(),
            event: event.clone(),
            error: chain(error),
            failed_at: self.clock.now(),
        };
        let mut tx = self.store.write().await?;
        tx.bury(&letter).await?;
        tx.commit().await
    }
}

/// What the handler says; one that panics refuses the event, so that neither its bus nor its other events end with it.
async fn handled(handler: &dyn Handler, event: &CloudEvent) -> Result<(), HandlerError> {
    let ended = AssertUnwindSafe(handler.handle(event)).catch_unwind().await;
    ended.unwrap_or_else(|_| Err(HandlerError::Refused("the handler panicked".to_owned())))
}

/// An error and its sources in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
