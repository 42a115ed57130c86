//! The port of messages that telephones sent: which were taken, and what became of them. Their text is not kept.

use async_trait::async_trait;
use shared::ids::{CaseId, InboundId, ReportId};
use shared::time::Instant;
use shared_store::StoreError;

/// A message that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundRecord {
    /// The message.
    pub id: InboundId,
    /// The gateway's own id of it.
    pub gateway_id: String,
    /// When it came.
    pub received_at: Instant,
    /// What became of it, as a code.
    pub outcome: String,
    /// The case that it was about, where it was.
    pub case_id: Option<CaseId>,
    /// The report that it became, where it did.
    pub report_id: Option<ReportId>,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// Reading.
#[async_trait]
pub trait InboundRead: Send {
    /// A message by the gateway's id.
    async fn inbound(&mut self, gateway_id: &str) -> Result<Option<InboundRecord>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait InboundWrite: Send {
    /// A new message; `false` where the gateway's id is taken.
    async fn insert_inbound(&mut self, inbound: &InboundRecord) -> Result<bool, StoreError>;
}
