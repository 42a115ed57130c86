//! What a transaction reads of the shared tables.

use async_trait::async_trait;
use shared::ids::{AccountId, PersonId, PlaceId};
use shared::person::{Candidate, PersonDraft};
use shared::place::Place;
use shared::time::Instant;
use uuid::Uuid;

use super::{
    Tx, audit, cards, events, identity, messages, people, places, resembling, reviews, second_factors, timers,
};
use crate::audit::{AuditLine, Head};
use crate::cards::CardRecord;
use crate::error::StoreError;
use crate::outbox::{Backlog, DeadLetter, StoredMessage};
use crate::pace::Pace;
use crate::people::{PeopleQuery, PlaceKey, Review, SecondFactor, Session, StoredAccount, StoredPerson};
use crate::port::SharedRead;

#[async_trait]
impl SharedRead for Tx {
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError> {
        people::person(&mut self.inner, &self.keys, id).await
    }

    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError> {
        people::canonical(&mut self.inner, id).await
    }

    async fn aliases(&mut self, id: PersonId) -> Result<Vec<PersonId>, StoreError> {
        people::aliases(&mut self.inner, id).await
    }

    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        resembling::candidates(&mut self.inner, &self.keys, draft).await
    }

    async fn candidates_of(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<Candidate>, StoreError> {
        let keys = self.keys();
        resembling::candidates_of(self.conn(), &keys, drafts).await
    }

    async fn people_like(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<StoredPerson>, StoreError> {
        resembling::like(&mut self.inner, &self.keys, drafts).await
    }

    async fn search_people(&mut self, query: &PeopleQuery) -> Result<Vec<StoredPerson>, StoreError> {
        resembling::search(&mut self.inner, &self.keys, query).await
    }

    async fn people(&mut self, ids: &[PersonId]) -> Result<Vec<StoredPerson>, StoreError> {
        people::many(&mut self.inner, &self.keys, ids).await
    }

    async fn open_reviews(&mut self, limit: i64) -> Result<Vec<Review>, StoreError> {
        reviews::open_reviews(&mut self.inner, limit).await
    }

    async fn reviews_of(&mut self, id: PersonId) -> Result<Vec<Review>, StoreError> {
        reviews::reviews_of(&mut self.inner, id).await
    }

    async fn place(&mut self, key: &PlaceKey) -> Result<Option<Place>, StoreError> {
        places::place(&mut self.inner, key).await
    }

    async fn place_body_hash(&mut self, id: PlaceId) -> Result<Option<String>, StoreError> {
        places::body_hash(&mut self.inner, id).await
    }

    async fn places(&mut self, staff: Option<AccountId>, limit: i64, offset: i64) -> Result<Vec<Place>, StoreError> {
        places::list(&mut self.inner, staff, limit, offset).await
    }

    async fn places_by_id(&mut self, ids: &[PlaceId]) -> Result<Vec<Place>, StoreError> {
        places::many(&mut self.inner, ids).await
    }

    async fn is_staff(&mut self, place: PlaceId, account: AccountId) -> Result<bool, StoreError> {
        places::is_staff(&mut self.inner, place, account).await
    }

    async fn parts_of_places(&mut self, places: &[PlaceId]) -> Result<Vec<Place>, StoreError> {
        places::parts(&mut self.inner, places).await
    }

    async fn place_phone(&mut self, place: PlaceId) -> Result<Option<String>, StoreError> {
        places::phone(&mut self.inner, &self.keys, place).await
    }

    async fn staff_of(&mut self, place: PlaceId) -> Result<Vec<AccountId>, StoreError> {
        places::staff(&mut self.inner, place).await
    }

    async fn account_by_username(&mut self, username: &str) -> Result<Option<StoredAccount>, StoreError> {
        identity::account_by_username(&mut self.inner, username).await
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
        identity::account(&mut self.inner, id).await
    }

    async fn accounts(&mut self) -> Result<Vec<StoredAccount>, StoreError> {
        identity::accounts(&mut self.inner).await
    }

    async fn second_factor(&mut self, account: AccountId) -> Result<Option<SecondFactor>, StoreError> {
        second_factors::find(&mut self.inner, &self.keys, account).await
    }

    async fn session(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<Session>, StoreError> {
        identity::session(&mut self.inner, token_hash, now).await
    }

    async fn somebody_waits(&mut self, least: Pace) -> Result<bool, StoreError> {
        events::somebody_waits(&mut self.inner, least).await
    }

    async fn backlog(&mut self) -> Result<Backlog, StoreError> {
        events::backlog(&mut self.inner).await
    }

    async fn dead_letters(&mut self, limit: i64) -> Result<Vec<DeadLetter>, StoreError> {
        events::dead_letters(&mut self.inner, limit).await
    }

    async fn messages(&mut self, recipient: Option<&str>, limit: i64) -> Result<Vec<StoredMessage>, StoreError> {
        messages::list(&mut self.inner, &self.keys, recipient, limit).await
    }

    async fn told(
        &mut self,
        people: &[PersonId],
        template: &str,
        since: Instant,
    ) -> Result<Vec<(PersonId, Instant)>, StoreError> {
        messages::told(&mut self.inner, people, template, since).await
    }

    async fn told_by(
        &mut self,
        people: &[PersonId],
        template: &str,
        since: Instant,
    ) -> Result<Vec<(PersonId, Instant, String)>, StoreError> {
        messages::told_by(&mut self.inner, people, template, since).await
    }

    async fn next_timer(&mut self) -> Result<Option<Instant>, StoreError> {
        timers::next(&mut self.inner).await
    }

    async fn audit_head(&mut self) -> Result<Head, StoreError> {
        audit::head(&mut self.inner).await
    }

    async fn audit_chain(&mut self, after: i64, limit: i64) -> Result<Vec<(i64, AuditLine, Vec<u8>)>, StoreError> {
        audit::chain(&mut self.inner, after, limit).await
    }

    async fn audit_counts(&mut self) -> Result<(i64, i64, i64), StoreError> {
        audit::counts(&mut self.inner).await
    }

    async fn audit_lines(
        &mut self,
        subject: Option<&str>,
        actor: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        audit::lines(&mut self.inner, subject, actor, limit).await
    }

    async fn card(&mut self, id: Uuid) -> Result<Option<CardRecord>, StoreError> {
        cards::one(&mut self.inner, id).await
    }

    async fn cards_of(&mut self, person: PersonId) -> Result<Vec<CardRecord>, StoreError> {
        cards::of(&mut self.inner, person).await
    }
}
