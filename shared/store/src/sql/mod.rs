//! The shared SQL, written once and compiled for each engine (see the crate's documentation).

mod audit;
mod cards;
mod events;
mod identity;
mod messages;
mod migrate;
mod people;
mod places;
mod timers;

use std::sync::Arc;

use async_trait::async_trait;
use shared::event::CloudEvent;
use shared::ids::{AccountId, EventId, MessageId, PersonId, PlaceId, ReviewId, TimerId};
use shared::person::{Candidate, Person, PersonDraft};
use shared::place::Place;
use shared::random::Random;
use shared::time::Instant;
use uuid::Uuid;

use super::{Conn, Db, Engine, dialect};
use crate::audit::{AuditEntry, AuditLine, Head};
use crate::cards::CardRecord;
use crate::error::StoreError;
use crate::keys::Keys;
use crate::migrate::Migrations;
use crate::outbox::{Backlog, Claimed, DeadLetter, NewMessage, StoredMessage, Timer};
use crate::pace::{Pace, Turn};
use crate::people::{PeopleQuery, PlaceKey, Review, Session, StoredAccount, StoredPerson};
use crate::port::{SharedRead, SharedStore, SharedWrite};
use crate::wake::{Pending, Topic, Wake};

/// One open transaction. Dropped without a commit, nothing of it is kept.
pub struct Tx {
    inner: sqlx::Transaction<'static, Db>,
    keys: Arc<Keys>,
    wake: Wake,
    pending: Pending,
    /// Where it writes beside others: given back when it ends.
    _turn: Turn,
}

impl Tx {
    /// The connection of the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.inner
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// Tells those who wait for `topic` when this transaction commits.
    pub fn nudge(&mut self, topic: Topic) {
        self.pending.add(topic);
    }

    /// Holds off other transactions that take the same number, until this one ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock(&mut self, number: i64) -> Result<(), StoreError> {
        dialect::lock(&mut self.inner, number).await
    }
}

impl Engine {
    /// Begins a transaction that only reads.
    ///
    /// # Errors
    /// When the database fails or all connections are busy for too long.
    pub async fn begin_read(&self) -> Result<Tx, StoreError> {
        let inner = dialect::begin(self.read_pool(), dialect::BEGIN_READ).await?;
        Ok(self.tx(inner, Turn::default()))
    }

    /// Begins a transaction that may write, when it is its turn at the pace of this task. Whoever has one open must not begin
    /// another.
    ///
    /// # Errors
    /// When the database fails or all connections are busy for too long.
    pub async fn begin_write(&self) -> Result<Tx, StoreError> {
        let turn = self.turns.take().await?;
        let inner = dialect::begin(self.write_pool(), dialect::BEGIN_WRITE).await?;
        Ok(self.tx(inner, turn))
    }

    fn tx(&self, inner: sqlx::Transaction<'static, Db>, turn: Turn) -> Tx {
        let (keys, wake) = (Arc::clone(&self.keys), self.wake.clone());
        Tx { inner, keys, wake, pending: Pending::default(), _turn: turn }
    }

    /// The key store.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys)
    }

    /// Who is told of commits.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Brings the tables of a service up to date.
    ///
    /// # Errors
    /// When an applied migration was edited, the database is newer than the program, or a statement fails.
    pub async fn migrate(&self, migrations: &Migrations, now: Instant) -> Result<Vec<&'static str>, StoreError> {
        migrate::run(self.write_pool(), migrations, now).await
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.read_pool().close().await;
        self.write_pool().close().await;
    }
}

#[async_trait]
impl SharedStore for Engine {
    async fn read(&self) -> Result<Box<dyn SharedRead>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn SharedWrite>, StoreError> {
        Ok(Box::new(self.begin_write().await?))
    }
}

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
        people::candidates(&mut self.inner, &self.keys, draft).await
    }

    async fn candidates_of(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<Candidate>, StoreError> {
        let keys = self.keys();
        people::candidates_of(self.conn(), &keys, drafts).await
    }

    async fn people_like(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<StoredPerson>, StoreError> {
        people::like(&mut self.inner, &self.keys, drafts).await
    }

    async fn search_people(&mut self, query: &PeopleQuery) -> Result<Vec<StoredPerson>, StoreError> {
        people::search(&mut self.inner, &self.keys, query).await
    }

    async fn people(&mut self, ids: &[PersonId]) -> Result<Vec<StoredPerson>, StoreError> {
        people::many(&mut self.inner, &self.keys, ids).await
    }

    async fn open_reviews(&mut self, limit: i64) -> Result<Vec<Review>, StoreError> {
        people::open_reviews(&mut self.inner, limit).await
    }

    async fn reviews_of(&mut self, id: PersonId) -> Result<Vec<Review>, StoreError> {
        people::reviews_of(&mut self.inner, id).await
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

    async fn session(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<Session>, StoreError> {
        identity::session(&mut self.inner, token_hash, now).await
    }

    async fn somebody_waits(&mut self) -> Result<bool, StoreError> {
        events::somebody_waits(&mut self.inner).await
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

#[async_trait]
impl SharedWrite for Tx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.inner.commit().await?;
        self.pending.tell(&self.wake);
        Ok(())
    }

    async fn lock_matching(&mut self, draft: &PersonDraft) -> Result<(), StoreError> {
        people::lock_matching(&mut self.inner, &self.keys, &[draft]).await
    }

    async fn lock_matching_all(&mut self, drafts: &[&PersonDraft]) -> Result<(), StoreError> {
        people::lock_matching(&mut self.inner, &self.keys, drafts).await
    }

    async fn insert_people(&mut self, people: &[Person], now: Instant) -> Result<(), StoreError> {
        people::insert_all(&mut self.inner, &self.keys, people, now).await
    }

    async fn insert_reviews(&mut self, reviews: &[Review]) -> Result<(), StoreError> {
        people::insert_reviews(&mut self.inner, reviews).await
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
        people::insert_review(&mut self.inner, review).await
    }

    async fn resolve_reviews(
        &mut self,
        one: PersonId,
        other: PersonId,
        resolution: &str,
        now: Instant,
    ) -> Result<(), StoreError> {
        people::resolve_reviews(&mut self.inner, one, other, resolution, now).await
    }

    async fn resolve_review(&mut self, id: ReviewId, resolution: &str, now: Instant) -> Result<(), StoreError> {
        people::resolve_review(&mut self.inner, id, resolution, now).await
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

    async fn update_place(&mut self, place: &Place, phone: Option<&str>, body_hash: &str) -> Result<bool, StoreError> {
        places::update(&mut self.inner, &self.keys, place, phone, body_hash).await
    }

    async fn remove_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError> {
        places::remove_staff(&mut self.inner, place, account).await
    }

    async fn add_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError> {
        places::add_staff(&mut self.inner, place, account).await
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

    async fn chain_audit(&mut self, limit: i64) -> Result<Option<Head>, StoreError> {
        audit::extend(&mut self.inner, &self.keys, limit).await
    }
}
