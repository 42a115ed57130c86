//! The bus inside one process: an event is published when every handler has dealt with it.
//!
//! There is no queue of its own that could be lost: until all handlers are done, the event is a claimed row of the outbox,
//! and after a crash the next process gives it again.

use std::sync::OnceLock;

use async_trait::async_trait;
use futures::future::join_all;
use shared::event::CloudEvent;
use shared_store::pace::Pace;

use crate::delivery::Delivery;
use crate::{Bus, BusError, Handlers};

/// The in-process bus.
pub struct InProcessBus {
    handlers: OnceLock<Handlers>,
    delivery: Delivery,
}

impl InProcessBus {
    /// A bus to which nobody listens yet.
    #[must_use]
    pub fn new(delivery: Delivery) -> Self {
        Self { handlers: OnceLock::new(), delivery }
    }

    /// Gives the bus its listeners. Only the first call counts.
    pub fn listen(&self, handlers: Handlers) {
        let _ = self.handlers.set(handlers);
    }
}

#[async_trait]
impl Bus for InProcessBus {
    async fn publish(&self, event: &CloudEvent, pace: Pace) -> Result<(), BusError> {
        let handlers = self.handlers.get().ok_or(BusError::NobodyListens)?;
        let listening = handlers.iter().filter(|handler| handler.kinds().contains(&event.kind.as_str()));
        // All of them come to their end, also where one fails: none is torn off because of another.
        let ends = pace.run(join_all(listening.map(|handler| self.delivery.deliver(handler.as_ref(), event)))).await;
        ends.into_iter().collect::<Result<(), _>>().map_err(BusError::from)
    }

    async fn ready(&self) -> Result<(), BusError> {
        Ok(())
    }

    async fn lost_memory(&self) -> Result<bool, BusError> {
        Ok(false)
    }

    fn is_private(&self) -> bool {
        true
    }
}
