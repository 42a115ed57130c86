//! What a transaction writes into the shared tables.

use async_trait::async_trait;
use shared::event::CloudEvent;
use shared::ids::{AccountId, EventId, MessageId, PersonId, PlaceId, ReviewId, TimerId};
use shared::person::{Person, PersonDraft};
use shared::place::Place;
use shared::random::Random;
use shared::time::Instant;
use uuid::Uuid;

use super::{
    Tx, audit, cards, events, identity, messages, people, places, resembling, reviews, second_factors, timers,
};
use crate::audit::{AuditEntry, Head};
use crate::cards::CardRecord;
use crate::error::StoreError;
use crate::outbox::{Claimed, DeadLetter, NewMessage, StoredMessage, Timer};
use crate::pace::Pace;
use crate::people::{NewPlace, Review, Session, StoredAccount};
use crate::port::SharedWrite;
use crate::wake::Topic;

#[async_trait]
impl SharedWrite for Tx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await?;
        self.pending.tell(&self.wake);
        Ok(())
    }

    async fn lock_matching(&mut self, draft: &PersonDraft) -> Result<(), StoreError> {
        resembling::lock_matching(&mut self.inner, &self.keys, &[draft]).await
    }

    async fn lock_matching_all(&mut self, drafts: &[&PersonDraft]) -> Result<(), StoreError> {
        resembling::lock_matching(&mut self.inner, &self.keys, drafts).await
    }

    async fn insert_people(&mut self, people: &[Person], now: Instant) -> Result<(), StoreError> {
        people::insert_all(&mut self.inner, &self.keys, people, now).await
    }

    async fn insert_reviews(&mut self, reviews: &[Review]) -> Result<(), StoreError> {
        reviews::insert_reviews(&mut self.inner, reviews).await
    }

    async fn insert_person(&mut self, person: &Person, now: Instant) -> Result<(), StoreError> {
        people::insert(&mut self.inner, &self.keys, person, now).await
    }

    async fn update_person(&mut self, person: &Person) -> Result<(), StoreError> {
        people::update(&mut self.inner, &self.keys, person).await
    }

    async fn merge_person(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError> {
        people::merge(&mut self.inner, kept, other).await
    }

    async fn insert_review(&mut self, review: &Review) -> Result<(), StoreError> {
        reviews::insert_review(&mut self.inner, review).await
    }

    async fn resolve_reviews(
        &mut self,
        one: PersonId,
        other: PersonId,
        resolution: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        reviews::resolve_reviews(&mut self.inner, one, other, resolution, now).await
    }

    async fn resolve_review(&mut self, id: ReviewId, resolution: &str, now: Instant) -> Result<(), StoreError> {
        reviews::resolve_review(&mut self.inner, id, resolution, now).await
    }

    async fn insert_place(
        &mut self,
        place: &Place,
        phone: Option<&str>,
        body_hash: &str,
        now: Instant,
    ) -> Result<bool, StoreError> {
        places::insert(&mut self.inner, &self.keys, place, phone, body_hash, now).await
    }

    async fn insert_places(&mut self, places: &[NewPlace], now: Instant) -> Result<Vec<PlaceId>, StoreError> {
        places::insert_many(&mut self.inner, &self.keys, places, now).await
    }

    async fn update_place(&mut self, place: &Place, phone: Option<&str>, body_hash: &str) -> Result<bool, StoreError> {
        places::update(&mut self.inner, &self.keys, place, phone, body_hash).await
    }

    async fn remove_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError> {
        places::remove_staff(&mut self.inner, place, account).await
    }

    async fn add_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError> {
        places::add_staff(&mut self.inner, &[place], account).await
    }

    async fn add_staff_to(&mut self, places: &[PlaceId], account: AccountId) -> Result<(), StoreError> {
        places::add_staff(&mut self.inner, places, account).await
    }

    async fn put_account(&mut self, account: &StoredAccount, now: Instant) -> Result<(), StoreError> {
        identity::put_account(&mut self.inner, account, now).await
    }

    async fn insert_session(&mut self, session: &Session, token_hash: &[u8], now: Instant) -> Result<(), StoreError> {
        identity::insert_session(&mut self.inner, session, token_hash, now).await
    }

    async fn revoke_session(&mut self, token_hash: &[u8], now: Instant) -> Result<(), StoreError> {
        identity::revoke_session(&mut self.inner, token_hash, now).await
    }

    async fn end_sessions(&mut self, username: &str, now: Instant) -> Result<u64, StoreError> {
        identity::end_sessions(&mut self.inner, username, now).await
    }

    async fn put_second_factor(&mut self, account: AccountId, secret: &[u8], now: Instant) -> Result<bool, StoreError> {
        second_factors::put(&mut self.inner, &self.keys, account, secret, now).await
    }

    async fn take_second_factor(&mut self, account: AccountId, step: i64, now: Instant) -> Result<bool, StoreError> {
        second_factors::take(&mut self.inner, account, step, now).await
    }

    async fn miss_second_factor(
        &mut self,
        account: AccountId,
        now: Instant,
        forgotten: Instant,
    ) -> Result<(), StoreError> {
        second_factors::miss(&mut self.inner, account, now, forgotten).await
    }

    async fn remove_second_factor(&mut self, account: AccountId) -> Result<bool, StoreError> {
        second_factors::remove(&mut self.inner, account).await
    }

    async fn insert_code(
        &mut self,
        id: Uuid,
        purpose: &str,
        subject: &str,
        code_hash: &[u8],
        now: Instant,
        expires_at: Instant,
    ) -> Result<(), StoreError> {
        identity::insert_code(&mut self.inner, id, purpose, subject, code_hash, now, expires_at).await
    }

    async fn codes_since(&mut self, purpose: &str, subject: &str, since: Instant) -> Result<i64, StoreError> {
        identity::codes_since(&mut self.inner, purpose, subject, since).await
    }

    async fn try_code(
        &mut self,
        purpose: &str,
        subject: &str,
        code_hash: &[u8],
        now: Instant,
        max_attempts: i64,
    ) -> Result<bool, StoreError> {
        identity::try_code(&mut self.inner, purpose, subject, code_hash, now, max_attempts).await
    }

    async fn append_event(&mut self, event: &CloudEvent) -> Result<(), StoreError> {
        self.pending.add(Topic::Outbox);
        events::append(&mut self.inner, event).await
    }

    async fn append_events(&mut self, events: &[CloudEvent]) -> Result<(), StoreError> {
        self.pending.add(Topic::Outbox);
        events::append_many(&mut self.inner, events).await
    }

    async fn append_events_from(&mut self, events: &[(CloudEvent, Instant)]) -> Result<(), StoreError> {
        self.pending.add(Topic::Outbox);
        events::append_from(&mut self.inner, events).await
    }

    async fn hurry_events(&mut self, pace: Pace, now: Instant, limit: i64) -> Result<u64, StoreError> {
        self.pending.add(Topic::Outbox);
        events::hurry(&mut self.inner, pace, now, limit).await
    }

    async fn append_events_later(
        &mut self,
        events: &[CloudEvent],
        not_before: Option<Instant>,
    ) -> Result<(), StoreError> {
        self.pending.add(Topic::Outbox);
        events::append_later(&mut self.inner, events, not_before).await
    }

    async fn claim_events(
        &mut self,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut claimed = Vec::new();
        for pace in Pace::ALL {
            let left = limit - i64::try_from(claimed.len()).unwrap_or(limit);
            claimed.append(&mut events::claim(&mut self.inner, pace, now, lease_until, left).await?);
        }
        Ok(claimed)
    }

    async fn claim_events_of(
        &mut self,
        pace: Pace,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Claimed>, StoreError> {
        events::claim(&mut self.inner, pace, now, lease_until, limit).await
    }

    async fn mark_published(&mut self, ids: &[EventId], now: Instant) -> Result<(), StoreError> {
        events::mark_published(&mut self.inner, ids, now).await
    }

    async fn release_events(&mut self, ids: &[EventId], due_at: Instant) -> Result<(), StoreError> {
        events::release(&mut self.inner, ids, due_at).await
    }

    async fn release_all_events(&mut self) -> Result<u64, StoreError> {
        self.pending.add(Topic::Outbox);
        events::release_all(&mut self.inner).await
    }

    async fn republish_since(&mut self, since: Instant) -> Result<u64, StoreError> {
        self.pending.add(Topic::Outbox);
        events::republish_since(&mut self.inner, since).await
    }

    async fn republish(&mut self, id: EventId) -> Result<(), StoreError> {
        self.pending.add(Topic::Outbox);
        events::republish(&mut self.inner, id).await
    }

    async fn prune_events(&mut self, before: Instant) -> Result<u64, StoreError> {
        events::prune(&mut self.inner, before).await
    }

    async fn receive(&mut self, consumer: &str, event: EventId, now: Instant) -> Result<bool, StoreError> {
        events::receive(&mut self.inner, consumer, event, now).await
    }

    async fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError> {
        events::bury(&mut self.inner, letter).await
    }

    async fn exhume(&mut self, consumer: &str, event: EventId) -> Result<bool, StoreError> {
        events::exhume(&mut self.inner, consumer, event).await
    }

    async fn set_timer(&mut self, timer: &Timer) -> Result<(), StoreError> {
        self.pending.add(Topic::Timers);
        timers::set(&mut self.inner, timer).await
    }

    async fn cancel_timers(&mut self, kind: &str, subject: Uuid, now: Instant) -> Result<(), StoreError> {
        timers::cancel(&mut self.inner, kind, subject, now).await
    }

    async fn claim_timers(
        &mut self,
        kinds: &[&str],
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Timer>, StoreError> {
        timers::claim(&mut self.inner, kinds, now, lease_until, limit).await
    }

    async fn finish_timer(&mut self, id: TimerId, now: Instant) -> Result<bool, StoreError> {
        timers::finish(&mut self.inner, id, now).await
    }

    async fn insert_card(&mut self, card: &CardRecord) -> Result<(), StoreError> {
        cards::insert(&mut self.inner, card).await
    }

    async fn revoke_cards(&mut self, person: PersonId, card: Option<Uuid>, at: Instant) -> Result<u64, StoreError> {
        cards::revoke(&mut self.inner, person, card, at).await
    }

    async fn lock_recipient(&mut self, recipient: &str) -> Result<(), StoreError> {
        messages::lock_recipient(&mut self.inner, &self.keys, recipient).await
    }

    async fn queue_message(&mut self, message: &NewMessage, now: Instant) -> Result<bool, StoreError> {
        self.pending.add(Topic::Messages);
        messages::queue(&mut self.inner, &self.keys, message, now).await
    }

    async fn claim_messages(
        &mut self,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<StoredMessage>, StoreError> {
        messages::claim(&mut self.inner, &self.keys, now, lease_until, limit).await
    }

    async fn settle_message(
        &mut self,
        id: MessageId,
        status: &str,
        error: Option<&str>,
        due_at: Instant,
        now: Instant,
    ) -> Result<(), StoreError> {
        messages::settle(&mut self.inner, id, status, error, due_at, now).await
    }

    async fn audit(&mut self, entry: &AuditEntry, now: Instant, random: &mut dyn Random) -> Result<(), StoreError> {
        self.pending.add(Topic::Audit);
        audit::append_all(&mut self.inner, std::slice::from_ref(entry), now, random).await
    }

    async fn audit_all(
        &mut self,
        entries: &[AuditEntry],
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        self.pending.add(Topic::Audit);
        audit::append_all(&mut self.inner, entries, now, random).await
    }

    async fn audit_of_many(
        &mut self,
        entry: &AuditEntry,
        people: &[PersonId],
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        self.pending.add(Topic::Audit);
        audit::append_of_many(&mut self.inner, entry, people, now, random).await
    }

    async fn chain_audit(&mut self, limit: i64) -> Result<Option<Head>, StoreError> {
        audit::extend(&mut self.inner, &self.keys, limit).await
    }
}
