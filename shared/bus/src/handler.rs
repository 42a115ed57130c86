//! Those who listen.

use async_trait::async_trait;
use shared::event::{CloudEvent, EventError};
use shared_store::StoreError;

/// Why a handler could not take an event.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// The store failed; trying again may help.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The event cannot be understood; trying again will not help.
    #[error("the event cannot be understood")]
    Event(#[from] EventError),
    /// A rule of the handler does not allow it, said without personal data; trying again will not help.
    #[error("{0}")]
    Refused(String),
}

impl HandlerError {
    /// Whether trying again may help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Store(_))
    }
}

/// Somebody who listens to some types of events.
///
/// `handle` must note the event in the inbox ([`shared_store::SharedWrite::receive`] under [`Handler::name`]) in the same
/// transaction as its effect, and do nothing where it was noted before. One that panics refuses the event.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The name in inbox, dead letters and consumer groups; never changed once used.
    fn name(&self) -> &'static str;

    /// The event types that it listens to.
    fn kinds(&self) -> &'static [&'static str];

    /// Takes one event.
    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError>;
}
