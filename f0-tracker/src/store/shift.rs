//! The port of shifts that are handed over, and of changes of the protocols.

use async_trait::async_trait;
use shared::ids::{AccountId, ProtocolChangeId, ReportId, ShiftId};
use shared::time::Instant;
use shared_store::StoreError;

use super::ReportRecord;
use crate::domain::replay::Replay;
use crate::domain::shift::Line;

/// A shift that is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftRecord {
    /// The handing over.
    pub id: ShiftId,
    /// Who goes.
    pub from: AccountId,
    /// Who comes, where one is named.
    pub to: Option<AccountId>,
    /// When.
    pub at: Instant,
    /// What is noted.
    pub note: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// A change of the protocols.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtocolChange {
    /// The change.
    pub id: ProtocolChangeId,
    /// What people call it.
    pub title: String,
    /// The protocols and the choice of those in force, as JSON.
    pub body: String,
    /// What it would have done to the past.
    pub replay: Replay,
    /// From when it holds, once it is signed.
    pub live_from: Instant,
    /// When it was proposed.
    pub created_at: Instant,
    /// Who proposed it.
    pub created_by: AccountId,
    /// The doctor who signed it, and when.
    pub signed: Option<(AccountId, Instant)>,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// Reading.
#[async_trait]
pub trait ShiftRead: Send {
    /// A shift.
    async fn shift(&mut self, id: ShiftId) -> Result<Option<ShiftRecord>, StoreError>;
    /// Shifts that an account gave or is given since a time, and those that are given to nobody by name; the newest first.
    async fn shifts_of(&mut self, account: AccountId, since: Instant) -> Result<Vec<ShiftRecord>, StoreError>;
    /// A change of the protocols.
    async fn protocol_change(&mut self, id: ProtocolChangeId) -> Result<Option<ProtocolChange>, StoreError>;
    /// Every change of the protocols, the newest first.
    async fn protocol_changes(&mut self) -> Result<Vec<ProtocolChange>, StoreError>;
    /// The signed change that holds at a time: its id.
    async fn protocol_change_at(&mut self, at: Instant) -> Result<Option<ProtocolChangeId>, StoreError>;
    /// Reports that were measured since a time, by time, after the one that was read last.
    async fn reports_since(
        &mut self,
        since: Instant,
        after: Option<(Instant, ReportId)>,
        limit: i64,
    ) -> Result<Vec<ReportRecord>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait ShiftWrite: Send {
    /// A new shift; `false` where the id is taken.
    async fn insert_shift(&mut self, shift: &ShiftRecord) -> Result<bool, StoreError>;
    /// Replaces the lines of a shift.
    async fn put_lines(&mut self, id: ShiftId, lines: &[Line]) -> Result<(), StoreError>;
    /// A new change of the protocols; `false` where the id is taken.
    async fn insert_protocol_change(&mut self, change: &ProtocolChange) -> Result<bool, StoreError>;
    /// Signs a change, live from a time; `false` where it was signed before.
    async fn sign_protocol_change(
        &mut self,
        id: ProtocolChangeId,
        by: AccountId,
        at: Instant,
        live_from: Instant,
    ) -> Result<bool, StoreError>;
}
