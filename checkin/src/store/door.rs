//! What the door keeps of people beside their visits: codes that were seen before, and declarations.

use async_trait::async_trait;
use shared::ids::PersonId;
use shared::time::{Date, Instant};
use shared_store::{SharedRead, SharedWrite, StoreError};
use uuid::Uuid;

use crate::domain::declaration::Verdict;

/// A health declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRecord {
    /// The declaration; that of a visit has the visit's id.
    pub id: Uuid,
    /// Who it is about.
    pub person_id: PersonId,
    /// The version of its questions.
    pub version: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why, as codes.
    pub reasons: Vec<String>,
    /// The answers, sealed.
    pub answers_sealed: Vec<u8>,
    /// Tells the body that it came in from another.
    pub content: Vec<u8>,
    /// When it was made.
    pub declared_at: Instant,
    /// Until when it holds.
    pub valid_until: Instant,
}

/// Reading the tables of the door.
#[async_trait]
pub trait DoorRead: SharedRead {
    /// Who the holder of a code was when it was seen before, by its blind index.
    async fn holder_of_code(&mut self, code: &[u8]) -> Result<Option<PersonId>, StoreError>;
    /// A declaration.
    async fn declaration(&mut self, id: Uuid) -> Result<Option<DeclarationRecord>, StoreError>;
    /// The newest declaration of a person.
    async fn latest_declaration(&mut self, person: PersonId) -> Result<Option<DeclarationRecord>, StoreError>;
}

/// Writing the tables of the door.
#[async_trait]
pub trait DoorWrite: DoorRead + SharedWrite {
    /// Remembers the holder of a code, or that it was seen again.
    async fn remember_code(&mut self, code: &[u8], holder: PersonId, day: Date) -> Result<(), StoreError>;
    /// Forgets the codes that were last seen before a day; gives how many.
    async fn forget_codes_before(&mut self, day: Date) -> Result<u64, StoreError>;
    /// A new declaration; `false` where its id is taken.
    async fn insert_declaration(&mut self, declaration: &DeclarationRecord) -> Result<bool, StoreError>;
    /// Deletes the declarations that were made before then; gives how many.
    async fn delete_declarations_before(&mut self, at: Instant) -> Result<u64, StoreError>;
}
