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

/// What somebody is to be told by word of mouth: an exposure, or a decision to tell everybody who was at a place, of which
/// no message was sent or waits, and of which nobody told them; or that what they were told by word of mouth was taken back.
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
    /// They were told, and it does not hold any more.
    pub taken_back: bool,
    /// Since when it is known, or since when it does not hold.
    pub since: Instant,
    /// Where and when they were near the case, and how near; `None` where a decision tells of a place.
    pub exposure: Option<(PlaceId, Date, ExposureLevel)>,
}

/// Who is looked for.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Everybody.
    All,
    /// Those who live in one of these wards.
    Wards(&'a [String]),
    /// One person.
    Person(PersonId),
}

/// Reading them.
#[async_trait]
pub trait ToldRead: Send {
    /// Who was told of a case by word of mouth, without those who learnt that it was taken back while the case stands: what
    /// is found of them again is new.
    async fn told_in_person(&mut self, case: CaseId) -> Result<Vec<ToldRecord>, StoreError>;
    /// Whether somebody was ever told of a case by word of mouth, also where it was taken back since.
    async fn was_told(&mut self, case: CaseId, person: PersonId) -> Result<bool, StoreError>;
    /// What was found since an instant and nobody was told of, of cases that were not voided, the oldest first. Who shared
    /// the air with a case is not told of the same case by a decision as well.
    async fn untold(&mut self, since: Instant, whose: Whose<'_>) -> Result<Vec<UntoldRecord>, StoreError>;
    /// What was told and ceased to hold since an instant, the oldest first, where nothing is left that would have to be told,
    /// of this case or another, and no message said so: what was told by word of mouth, and what a message told where the one
    /// that should take it back failed. One record for each exposure of the case.
    async fn taken_back(&mut self, since: Instant, whose: Whose<'_>) -> Result<Vec<UntoldRecord>, StoreError>;
}

/// Writing them.
#[async_trait]
pub trait ToldWrite: Send {
    /// Somebody was told; `false` where they were before, and it was not taken back since.
    async fn insert_told(&mut self, told: &ToldRecord) -> Result<bool, StoreError>;
    /// Somebody was told that it was taken back; `false` where they knew since then or later. Whom a message had told counts
    /// as told by word of mouth of the taking-back alone.
    async fn tell_taken_back(&mut self, told: &ToldRecord) -> Result<bool, StoreError>;
    /// What `other` was told counts as told to `kept`.
    async fn move_told(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError>;
}
