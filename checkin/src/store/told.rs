//! Who was told of an exposure by word of mouth, and whom nobody has told.

use async_trait::async_trait;
use shared::events::ExposureLevel;
use shared::ids::{AccountId, CaseId, PersonId, PlaceId};
use shared::time::{Date, Instant};
use shared_store::StoreError;

use crate::domain::told::How;

/// Somebody who was told by word of mouth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldRecord {
    /// Of which case.
    pub case_id: CaseId,
    /// Who.
    pub person_id: PersonId,
    /// How.
    pub how: How,
    /// By whom.
    pub told_by: AccountId,
    /// When.
    pub told_at: Instant,
}

/// An exposure, or a decision to tell everybody who was at a place, of which no message was sent or waits, and of which
/// nobody told by word of mouth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntoldRecord {
    /// The case.
    pub case_id: CaseId,
    /// Who is to be told.
    pub person_id: PersonId,
    /// The ward where they live.
    pub ward_code: Option<String>,
    /// A message to them failed; otherwise there was none.
    pub failed: bool,
    /// Since when it is known.
    pub since: Instant,
    /// Where and when they were near the case, and how near; `None` where a decision tells of a place.
    pub exposure: Option<(PlaceId, Date, ExposureLevel)>,
}

/// Reading them.
#[async_trait]
pub trait ToldRead: Send {
    /// Who was told of a case by word of mouth.
    async fn told_in_person(&mut self, case: CaseId) -> Result<Vec<ToldRecord>, StoreError>;
    /// What was found since an instant and nobody was told of, of cases that were not voided, the oldest first: of one
    /// person, or of all. Who shared the air with a case is not told of the same case by a decision as well.
    async fn untold(&mut self, since: Instant, person: Option<PersonId>) -> Result<Vec<UntoldRecord>, StoreError>;
}

/// Writing them.
#[async_trait]
pub trait ToldWrite: Send {
    /// Somebody was told; `false` where they were before.
    async fn insert_told(&mut self, told: &ToldRecord) -> Result<bool, StoreError>;
    /// What `other` was told counts as told to `kept`.
    async fn move_told(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError>;
}
