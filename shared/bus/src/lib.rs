//! Events on their way from the outbox to those who listen.
//!
//! The writer's transaction puts an event into the outbox; the [`relay`] claims it with a lease and gives it to the
//! [`Bus`]; the bus brings it to every [`Handler`] that listens to its type, at least once; the handler notes its id in the
//! inbox in the same transaction as its effect, so that a repeat does nothing. An event that a handler cannot take after
//! [`delivery::ATTEMPTS`] tries is put aside as a dead letter and can be replayed.

pub mod delivery;
pub mod handler;
pub mod in_process;
pub mod redis_streams;
pub mod relay;

use std::sync::Arc;

use async_trait::async_trait;
pub use handler::{Handler, HandlerError};
use shared::event::CloudEvent;
use shared_store::pace::Pace;

/// Why an event was not taken by the bus. It stays in the outbox and is tried again.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// Redis refused or could not be reached.
    #[error("Redis failed")]
    Redis(#[from] redis::RedisError),
    /// The store behind the bus failed.
    #[error("the store failed")]
    Store(#[from] shared_store::StoreError),
    /// The listeners are not there yet.
    #[error("nobody listens yet")]
    NobodyListens,
    /// The event could not be written or read.
    #[error("the event cannot be read")]
    Json(#[from] serde_json::Error),
}

/// Brings events to those who listen.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Takes an event. When this returns, the event is safe without its outbox row: every handler has dealt with it
    /// (in-process), or the stream of its pace has it (Redis). Its handlers work at that pace.
    async fn publish(&self, event: &CloudEvent, pace: Pace) -> Result<(), BusError>;

    /// Whether the bus can take events now.
    async fn ready(&self) -> Result<(), BusError>;

    /// Whether the bus has lost what was published: a flushed or new Redis. The relay asks once a second; the answer stays
    /// yes until [`Bus::remember`], also after a crash in between.
    async fn lost_memory(&self) -> Result<bool, BusError>;

    /// Says that the bus was given again what it had lost. Does not count where it lost its memory once more meanwhile.
    async fn remember(&self) -> Result<(), BusError> {
        Ok(())
    }

    /// Whether nobody but this process gives events to the bus, so that claims found at its start are those of a dead one.
    fn is_private(&self) -> bool {
        false
    }
}

/// The handlers of a process.
pub type Handlers = Arc<[Arc<dyn Handler>]>;
