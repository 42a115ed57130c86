//! Decisions to tell everybody who was at a place.

use async_trait::async_trait;
use shared::ids::{AccountId, CaseId, PersonId, PlaceId};
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// The decision.
    pub id: Uuid,
    /// The case that led to it.
    pub case_id: CaseId,
    /// Who decided.
    pub decided_by: AccountId,
    /// When.
    pub decided_at: Instant,
    /// Whoever was there from then on is told.
    pub from: Instant,
    /// Until then.
    pub to: Instant,
    /// Why, sealed.
    pub reason_sealed: Vec<u8>,
    /// The places.
    pub places: Vec<PlaceId>,
    /// How many people were told by it.
    pub people: i64,
    /// Tells the body that it came in from another.
    pub content: Vec<u8>,
}

/// Somebody who was told by a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertedRecord {
    /// The decision.
    pub alert_id: Uuid,
    /// Who.
    pub person_id: PersonId,
}

/// Reading them.
#[async_trait]
pub trait AlertRead: Send {
    /// A decision.
    async fn alert(&mut self, id: Uuid) -> Result<Option<AlertRecord>, StoreError>;
    /// The decisions of a case, the newest first.
    async fn alerts_of(&mut self, case: CaseId) -> Result<Vec<AlertRecord>, StoreError>;
    /// Who was told by any decision of a case, each person once.
    async fn alerted_of(&mut self, case: CaseId) -> Result<Vec<AlertedRecord>, StoreError>;
    /// Those of these people who were told by a decision of a case that was not voided.
    async fn still_alerted(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError>;
}

/// Writing them.
#[async_trait]
pub trait AlertWrite: Send {
    /// A new decision with those who are told by it; `false` where its id is taken.
    async fn insert_alert(&mut self, alert: &AlertRecord, people: &[PersonId]) -> Result<bool, StoreError>;
    /// What `other` was told counts as told to `kept`.
    async fn move_alerted(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError>;
}
