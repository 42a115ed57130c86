//! The part of the port that is about citizens, laboratories and what is to undo.

use async_trait::async_trait;
use shared::ids::{AccountId, PersonId, ResultId};
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

use super::{Tx, citizens, labs, undo};
use crate::domain::undo::UndoKind;
use crate::store::citizens::{ApiKey, CitizenRead, CitizenWrite, Conduct, Registration, Undo};

#[async_trait]
impl CitizenRead for Tx {
    async fn home_access(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<PersonId>, StoreError> {
        citizens::home_access(self.conn(), token_hash, now).await
    }

    async fn tries(&mut self, person: PersonId) -> Result<i64, StoreError> {
        citizens::tries(self.conn(), person).await
    }

    async fn link_sent(&mut self, result: ResultId) -> Result<Option<Instant>, StoreError> {
        citizens::link_sent(self.conn(), result).await
    }

    async fn registration(&mut self, code: &str) -> Result<Option<Registration>, StoreError> {
        labs::registration(self.conn(), code).await
    }

    async fn api_keys(&mut self, lab_code: &str) -> Result<Vec<ApiKey>, StoreError> {
        labs::keys(self.conn(), lab_code).await
    }

    async fn api_key(&mut self, id: Uuid) -> Result<Option<ApiKey>, StoreError> {
        labs::one_key(self.conn(), id).await
    }

    async fn conduct(&mut self, lab_code: &str, since: Instant) -> Result<Conduct, StoreError> {
        labs::conduct(self.conn(), lab_code, since).await
    }

    async fn to_undo(
        &mut self,
        lab_code: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Undo>, StoreError> {
        undo::open(self.conn(), lab_code, after, limit).await
    }

    async fn undo(&mut self, id: Uuid) -> Result<Option<Undo>, StoreError> {
        undo::one(self.conn(), id).await
    }
}

#[async_trait]
impl CitizenWrite for Tx {
    async fn put_home_access(
        &mut self,
        token_hash: &[u8],
        person: PersonId,
        now: Instant,
        until: Instant,
    ) -> Result<(), StoreError> {
        citizens::put_home_access(self.conn(), token_hash, person, now, until).await
    }

    async fn add_try(&mut self, person: PersonId, now: Instant) -> Result<i64, StoreError> {
        citizens::add_try(self.conn(), person, now).await
    }

    async fn clear_tries(&mut self, person: PersonId) -> Result<(), StoreError> {
        citizens::clear_tries(self.conn(), person).await
    }

    async fn note_link_sent(&mut self, result: ResultId, now: Instant) -> Result<(), StoreError> {
        citizens::note_link_sent(self.conn(), result, now).await
    }

    async fn put_registration(&mut self, registration: &Registration) -> Result<(), StoreError> {
        labs::put(self.conn(), registration).await
    }

    async fn insert_api_key(&mut self, key: &ApiKey) -> Result<bool, StoreError> {
        labs::insert_key(self.conn(), key).await
    }

    async fn revoke_api_key(&mut self, id: Uuid, now: Instant) -> Result<bool, StoreError> {
        labs::revoke_key(self.conn(), id, now).await
    }

    async fn add_undo(&mut self, tasks: &[Undo]) -> Result<(), StoreError> {
        undo::add(self.conn(), tasks).await
    }

    async fn finish_undo(
        &mut self,
        id: Uuid,
        by: Option<AccountId>,
        note: &str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        undo::finish(self.conn(), id, by, note, now).await
    }

    async fn finish_undo_of(&mut self, people: &[PersonId], kind: UndoKind, now: Instant) -> Result<u64, StoreError> {
        undo::finish_of(self.conn(), people, kind, now).await
    }
}
