//! Demo mode's channel.

use async_trait::async_trait;
use shared_store::outbox::NewMessage;

use crate::channel::{Channel, SendError};

/// Takes every message and sends none: it stays in the table of messages, which `GET /api/v1/dev/messages` shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct DemoChannel;

#[async_trait]
impl Channel for DemoChannel {
    fn name(&self) -> &'static str {
        "demo"
    }

    async fn send(&self, _: &NewMessage) -> Result<(), SendError> {
        Ok(())
    }
}
