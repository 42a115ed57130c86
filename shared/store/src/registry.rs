//! What registering people asks of a transaction: less than a whole one, so that somebody who stores many at once can stand
//! between.

use async_trait::async_trait;
use shared::ids::PersonId;
use shared::person::{Candidate, Person, PersonDraft};
use shared::random::Random;
use shared::time::Instant;

use crate::audit::AuditEntry;
use crate::error::StoreError;
use crate::people::{Review, StoredPerson};
use crate::port::{SharedRead, SharedWrite};

/// Finding people. Each as in [`SharedRead`].
#[async_trait]
pub trait RegistryRead: Send {
    /// A person by id.
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError>;
    /// The record that an id lives on as.
    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError>;
    /// The records that a draft might be.
    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError>;
}

/// Registering people. Each as in [`SharedWrite`].
#[async_trait]
pub trait RegistryWrite: RegistryRead {
    /// Holds off others who would match the same person.
    async fn lock_matching(&mut self, draft: &PersonDraft) -> Result<(), StoreError>;
    /// A new person.
    async fn insert_person(&mut self, person: &Person, now: Instant) -> Result<(), StoreError>;
    /// Replaces what is known of a person.
    async fn update_person(&mut self, person: &Person) -> Result<(), StoreError>;
    /// A new question whether two records are one person.
    async fn insert_review(&mut self, review: &Review) -> Result<(), StoreError>;
    /// A line in the audit log.
    async fn audit(&mut self, entry: &AuditEntry, now: Instant, random: &mut dyn Random) -> Result<(), StoreError>;
}

#[async_trait]
impl<T: SharedRead + ?Sized> RegistryRead for T {
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError> {
        SharedRead::person(self, id).await
    }

    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError> {
        SharedRead::canonical(self, id).await
    }

    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        SharedRead::candidates(self, draft).await
    }
}

#[async_trait]
impl<T: SharedWrite + ?Sized> RegistryWrite for T {
    async fn lock_matching(&mut self, draft: &PersonDraft) -> Result<(), StoreError> {
        SharedWrite::lock_matching(self, draft).await
    }

    async fn insert_person(&mut self, person: &Person, now: Instant) -> Result<(), StoreError> {
        SharedWrite::insert_person(self, person, now).await
    }

    async fn update_person(&mut self, person: &Person) -> Result<(), StoreError> {
        SharedWrite::update_person(self, person).await
    }

    async fn insert_review(&mut self, review: &Review) -> Result<(), StoreError> {
        SharedWrite::insert_review(self, review).await
    }

    async fn audit(&mut self, entry: &AuditEntry, now: Instant, random: &mut dyn Random) -> Result<(), StoreError> {
        SharedWrite::audit(self, entry, now, random).await
    }
}
