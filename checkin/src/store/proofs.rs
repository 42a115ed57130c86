//! What people have shown that a door may ask for.

use async_trait::async_trait;
use shared::ids::PersonId;
use shared::time::Instant;
use shared_store::StoreError;

use crate::domain::door::{Proof, ProofKind};

/// One thing that somebody has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRecord {
    /// Tells where it came from without naming it: a blind index.
    pub origin: Vec<u8>,
    /// Whose it is.
    pub person_id: PersonId,
    /// What it is.
    pub proof: Proof,
}

/// Reading them.
#[async_trait]
pub trait ProofRead: Send {
    /// What a person has shown, the newest first.
    async fn proofs_of(&mut self, person: PersonId) -> Result<Vec<Proof>, StoreError>;
}

/// Writing them.
#[async_trait]
pub trait ProofWrite: Send {
    /// Keeps one, in place of what came from the same origin.
    async fn put_proof(&mut self, proof: &ProofRecord) -> Result<(), StoreError>;
    /// Forgets what came from an origin.
    async fn forget_proof(&mut self, origin: &[u8]) -> Result<(), StoreError>;
    /// Forgets what somebody has shown of a kind up to an instant.
    async fn forget_proofs_of(&mut self, person: PersonId, kind: ProofKind, until: Instant) -> Result<(), StoreError>;
    /// Forgets everything of a kind from before an instant; gives how many.
    async fn forget_proofs_before(&mut self, kind: ProofKind, at: Instant) -> Result<u64, StoreError>;
    /// What two records have shown and declared is one person's now.
    async fn move_door_records(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError>;
}
