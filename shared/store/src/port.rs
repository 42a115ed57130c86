//! The port: what the shared tables can be asked and told, whichever database stands behind.

use async_trait::async_trait;
use shared::event::CloudEvent;
use shared::ids::{AccountId, EventId, MessageId, PersonId, PlaceId, ReviewId, TimerId};
use shared::person::{Candidate, Person, PersonDraft};
use shared::place::Place;
use shared::random::Random;
use shared::time::Instant;
use uuid::Uuid;

use crate::audit::{AuditEntry, AuditLine, Head};
use crate::cards::CardRecord;
use crate::error::StoreError;
use crate::outbox::{Backlog, Claimed, DeadLetter, NewMessage, StoredMessage, Timer};
use crate::pace::Pace;
use crate::people::{NewPlace, PeopleQuery, PlaceKey, Review, SecondFactor, Session, StoredAccount, StoredPerson};

/// What a store of the shared tables gives.
#[async_trait]
pub trait SharedStore: Send + Sync {
    /// A transaction that only reads.
    async fn read(&self) -> Result<Box<dyn SharedRead>, StoreError>;
    /// A transaction that may write. On SQLite there is one at a time.
    async fn write(&self) -> Result<Box<dyn SharedWrite>, StoreError>;
}

/// Reading the shared tables inside one transaction.
#[async_trait]
pub trait SharedRead: Send {
    /// A person by id, as it was written: look at `merged_into`.
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError>;
    /// The record that an id lives on as (itself, where it was not merged).
    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError>;
    /// All ids that are one person: the canonical first, then those merged into it.
    async fn aliases(&mut self, id: PersonId) -> Result<Vec<PersonId>, StoreError>;
    /// The records that a draft might be: same ID number, same folded name with the same phone or birth.
    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError>;
    /// The records that any of these drafts might be, in no order: as [`Self::candidates`] for each, and for a draft
    /// without birth, phone and number everybody of that name.
    async fn candidates_of(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<Candidate>, StoreError>;
    /// Everybody who might be one of these drafts, in no order: same ID number, or same folded name with the same phone or
    /// year of birth. In few statements, however many there are.
    async fn people_like(&mut self, drafts: &[&PersonDraft]) -> Result<Vec<StoredPerson>, StoreError>;
    /// People by name without diacritics, phone or number; those with the typed marks first.
    async fn search_people(&mut self, query: &PeopleQuery) -> Result<Vec<StoredPerson>, StoreError>;
    /// People by their ids, in no order; ids that nobody has are left out.
    async fn people(&mut self, ids: &[PersonId]) -> Result<Vec<StoredPerson>, StoreError>;
    /// Open questions whether two records are one person.
    async fn open_reviews(&mut self, limit: i64) -> Result<Vec<Review>, StoreError>;
    /// Open questions about this person.
    async fn reviews_of(&mut self, id: PersonId) -> Result<Vec<Review>, StoreError>;

    /// A personal card.
    async fn card(&mut self, id: Uuid) -> Result<Option<CardRecord>, StoreError>;
    /// The cards of a person that are good, newest first.
    async fn cards_of(&mut self, person: PersonId) -> Result<Vec<CardRecord>, StoreError>;

    /// A place.
    async fn place(&mut self, key: &PlaceKey) -> Result<Option<Place>, StoreError>;
    /// A place with the hash of the body that created it, to tell a repeat from a conflict.
    async fn place_body_hash(&mut self, id: PlaceId) -> Result<Option<String>, StoreError>;
    /// Places, by name, newest code last; `staff` limits to those that this account keeps.
    async fn places(&mut self, staff: Option<AccountId>, limit: i64, offset: i64) -> Result<Vec<Place>, StoreError>;
    /// Places by their ids.
    async fn places_by_id(&mut self, ids: &[PlaceId]) -> Result<Vec<Place>, StoreError>;
    /// The places that are directly a part of one of these; those of one place stand by name.
    async fn parts_of_places(&mut self, places: &[PlaceId]) -> Result<Vec<Place>, StoreError>;
    /// Where the owner of a place is reached, where that is known.
    async fn place_phone(&mut self, place: PlaceId) -> Result<Option<String>, StoreError>;
    /// Whether an account is staff of a place.
    async fn is_staff(&mut self, place: PlaceId, account: AccountId) -> Result<bool, StoreError>;
    /// The accounts that are staff of a place.
    async fn staff_of(&mut self, place: PlaceId) -> Result<Vec<AccountId>, StoreError>;

    /// An account by the name that it signs in with.
    async fn account_by_username(&mut self, username: &str) -> Result<Option<StoredAccount>, StoreError>;
    /// An account by id.
    async fn account(&mut self, id: AccountId) -> Result<Option<StoredAccount>, StoreError>;
    /// All accounts, by name.
    async fn accounts(&mut self) -> Result<Vec<StoredAccount>, StoreError>;
    /// The second factor of an account, where it has one.
    async fn second_factor(&mut self, account: AccountId) -> Result<Option<SecondFactor>, StoreError>;
    /// A session that is neither revoked nor over, by the SHA-256 of its token.
    async fn session(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<Session>, StoreError>;

    /// Whether an event that somebody waits for at this pace, or more than so, is still to be published. One whose first try
    /// failed does not count.
    async fn somebody_waits(&mut self, least: Pace) -> Result<bool, StoreError>;
    /// How much waits.
    async fn backlog(&mut self) -> Result<Backlog, StoreError>;
    /// Dead letters, newest first.
    async fn dead_letters(&mut self, limit: i64) -> Result<Vec<DeadLetter>, StoreError>;
    /// Messages to a recipient, or to all, newest first.
    async fn messages(&mut self, recipient: Option<&str>, limit: i64) -> Result<Vec<StoredMessage>, StoreError>;
    /// When each of these people was first sent a message of a template since then; those who were not are left out.
    async fn told(
        &mut self,
        people: &[PersonId],
        template: &str,
        since: Instant,
    ) -> Result<Vec<(PersonId, Instant)>, StoreError>;
    /// When and by which channel each of these people was first sent a message of a template since then, the earliest
    /// channel first.
    async fn told_by(
        &mut self,
        people: &[PersonId],
        template: &str,
        since: Instant,
    ) -> Result<Vec<(PersonId, Instant, String)>, StoreError>;
    /// When the next timer is due; one that is claimed, when its lease ends.
    async fn next_timer(&mut self) -> Result<Option<Instant>, StoreError>;

    /// The end of the audit chain.
    async fn audit_head(&mut self) -> Result<Head, StoreError>;
    /// Chained lines after `seq`, in order, with their link.
    async fn audit_chain(&mut self, after: i64, limit: i64) -> Result<Vec<(i64, AuditLine, Vec<u8>)>, StoreError>;
    /// How many lines there are, how many are chained, how many wait.
    async fn audit_counts(&mut self) -> Result<(i64, i64, i64), StoreError>;
    /// Lines about a subject (`person:ID` …) or by an actor (`account:ID` …), newest first.
    async fn audit_lines(
        &mut self,
        subject: Option<&str>,
        actor: Option<&str>,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError>;
}

/// Writing the shared tables inside one transaction. Nothing is kept until [`SharedWrite::commit`].
#[async_trait]
pub trait SharedWrite: SharedRead {
    /// Keeps everything, and nudges those who wait for it.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Holds off others who would match the same person until this transaction ends.
    async fn lock_matching(&mut self, draft: &PersonDraft) -> Result<(), StoreError>;
    /// As [`Self::lock_matching`] for each of many drafts.
    async fn lock_matching_all(&mut self, drafts: &[&PersonDraft]) -> Result<(), StoreError>;
    /// Many new people, in few statements.
    async fn insert_people(&mut self, people: &[Person], now: Instant) -> Result<(), StoreError>;
    /// Many new questions; one that was asked before stays as it is.
    async fn insert_reviews(&mut self, reviews: &[Review]) -> Result<(), StoreError>;
    /// A new person.
    async fn insert_person(&mut self, person: &Person, now: Instant) -> Result<(), StoreError>;
    /// Replaces what is known of a person.
    async fn update_person(&mut self, person: &Person) -> Result<(), StoreError>;
    /// Lets `other` live on as another name of `kept`, with everything that was merged into it before. Where one of the two
    /// lives on as another name itself, the record that it lives on as is meant; where they are one person, nothing happens.
    async fn merge_person(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError>;
    /// A new question whether two records are one person; one that was asked before stays as it is.
    async fn insert_review(&mut self, review: &Review) -> Result<(), StoreError>;
    /// Answers all open questions between two records.
    async fn resolve_reviews(
        &mut self,
        one: PersonId,
        other: PersonId,
        resolution: &str,
        now: Instant,
    ) -> Result<(), StoreError>;
    /// Answers one question.
    async fn resolve_review(&mut self, id: ReviewId, resolution: &str, now: Instant) -> Result<(), StoreError>;

    /// A new personal card.
    async fn insert_card(&mut self, card: &CardRecord) -> Result<(), StoreError>;
    /// Ends a card of a person, or all of theirs; gives how many were good until then.
    async fn revoke_cards(&mut self, person: PersonId, card: Option<Uuid>, at: Instant) -> Result<u64, StoreError>;

    /// A new place; `false` where its code or id is taken.
    async fn insert_place(
        &mut self,
        place: &Place,
        phone: Option<&str>,
        body_hash: &str,
        now: Instant,
    ) -> Result<bool, StoreError>;
    /// New places in few statements, parts after their wholes; gives the ids of those that were stored. A place whose code
    /// or id is taken is left out.
    async fn insert_places(&mut self, places: &[NewPlace], now: Instant) -> Result<Vec<PlaceId>, StoreError>;
    /// Replaces what is known of a place, but for its phone where none is given; `false` where its code belongs to
    /// another place.
    async fn update_place(&mut self, place: &Place, phone: Option<&str>, body_hash: &str) -> Result<bool, StoreError>;
    /// Lets an account be staff of a place no more.
    async fn remove_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError>;
    /// Makes an account staff of a place.
    async fn add_staff(&mut self, place: PlaceId, account: AccountId) -> Result<(), StoreError>;
    /// Makes an account staff of these places.
    async fn add_staff_to(&mut self, places: &[PlaceId], account: AccountId) -> Result<(), StoreError>;

    /// Creates an account, or replaces the one with its username, which keeps its id.
    async fn put_account(&mut self, account: &StoredAccount, now: Instant) -> Result<(), StoreError>;
    /// A new session.
    async fn insert_session(&mut self, session: &Session, token_hash: &[u8], now: Instant) -> Result<(), StoreError>;
    /// Ends a session by the SHA-256 of its token.
    async fn revoke_session(&mut self, token_hash: &[u8], now: Instant) -> Result<(), StoreError>;
    /// Ends every session of the account with this username; gives how many.
    async fn end_sessions(&mut self, username: &str, now: Instant) -> Result<u64, StoreError>;
    /// Gives an account a second factor that is still to be confirmed; `false` where it has one that is.
    async fn put_second_factor(&mut self, account: AccountId, secret: &[u8], now: Instant) -> Result<bool, StoreError>;
    /// Takes the code of a step, which confirms the factor; `false` where one of this or a later step was taken before.
    async fn take_second_factor(&mut self, account: AccountId, step: i64, now: Instant) -> Result<bool, StoreError>;
    /// Counts a wrong code. Those whose count began by `forgotten` count no more.
    async fn miss_second_factor(
        &mut self,
        account: AccountId,
        now: Instant,
        forgotten: Instant,
    ) -> Result<(), StoreError>;
    /// Ends the second factor of an account; `false` where it has none.
    async fn remove_second_factor(&mut self, account: AccountId) -> Result<bool, StoreError>;
    /// Stores a one-time code by its hash.
    async fn insert_code(
        &mut self,
        id: Uuid,
        purpose: &str,
        subject: &str,
        code_hash: &[u8],
        now: Instant,
        expires_at: Instant,
    ) -> Result<(), StoreError>;
    /// How many codes were asked for since then.
    async fn codes_since(&mut self, purpose: &str, subject: &str, since: Instant) -> Result<i64, StoreError>;
    /// Tries a one-time code against the newest one that is still good; a try is counted, at most `max_attempts`. The right
    /// code is taken once, and the older ones of the same purpose and subject end with it.
    async fn try_code(
        &mut self,
        purpose: &str,
        subject: &str,
        code_hash: &[u8],
        now: Instant,
        max_attempts: i64,
    ) -> Result<bool, StoreError>;

    /// An event, published after the commit at the pace of the task that writes it.
    async fn append_event(&mut self, event: &CloudEvent) -> Result<(), StoreError>;
    /// Many events at once, as [`Self::append_event`].
    async fn append_events(&mut self, events: &[CloudEvent]) -> Result<(), StoreError>;
    /// Events of the pace at hand, each with the time from which it may be published.
    async fn append_events_from(&mut self, events: &[(CloudEvent, Instant)]) -> Result<(), StoreError>;
    /// Lets events of a pace be published at once whose time has not come: so many at most, the nearest first. Gives how many
    /// there were.
    async fn hurry_events(&mut self, pace: Pace, now: Instant, limit: i64) -> Result<u64, StoreError>;
    /// Many events that nobody waits for ([`Pace::Later`]), published not before `not_before`.
    async fn append_events_later(
        &mut self,
        events: &[CloudEvent],
        not_before: Option<Instant>,
    ) -> Result<(), StoreError>;
    /// Claims waiting events until `lease_until`, the most pressing first.
    async fn claim_events(
        &mut self,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Claimed>, StoreError>;
    /// As [`Self::claim_events`] of one pace.
    async fn claim_events_of(
        &mut self,
        pace: Pace,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Claimed>, StoreError>;
    /// Marks events as published.
    async fn mark_published(&mut self, ids: &[EventId], now: Instant) -> Result<(), StoreError>;
    /// Gives back events that were claimed and could not be published: they can be claimed again after `due_at`.
    async fn release_events(&mut self, ids: &[EventId], due_at: Instant) -> Result<(), StoreError>;
    /// Gives back all claimed events; gives how many. For a process that is the only one that claims: those who held them
    /// are dead.
    async fn release_all_events(&mut self) -> Result<u64, StoreError>;
    /// Lets everything published since then be published again: the bus has lost its memory.
    async fn republish_since(&mut self, since: Instant) -> Result<u64, StoreError>;
    /// Lets one event be published again.
    async fn republish(&mut self, id: EventId) -> Result<(), StoreError>;
    /// Deletes what was published or received before then.
    async fn prune_events(&mut self, before: Instant) -> Result<u64, StoreError>;
    /// Notes that a consumer has seen an event; `false` where it had seen it before, and the effect must not happen again.
    async fn receive(&mut self, consumer: &str, event: EventId, now: Instant) -> Result<bool, StoreError>;
    /// Puts an event aside that a consumer cannot handle.
    async fn bury(&mut self, letter: &DeadLetter) -> Result<(), StoreError>;
    /// Takes a dead letter away because it was handled after all.
    async fn exhume(&mut self, consumer: &str, event: EventId) -> Result<bool, StoreError>;

    /// Sets a timer.
    async fn set_timer(&mut self, timer: &Timer) -> Result<(), StoreError>;
    /// Cancels all waiting timers of a kind about a subject.
    async fn cancel_timers(&mut self, kind: &str, subject: Uuid, now: Instant) -> Result<(), StoreError>;
    /// Claims timers of these kinds that are due, until `lease_until`.
    async fn claim_timers(
        &mut self,
        kinds: &[&str],
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<Timer>, StoreError>;
    /// Marks a timer as done; `false` where it was done or cancelled before.
    async fn finish_timer(&mut self, id: TimerId, now: Instant) -> Result<bool, StoreError>;

    /// Holds off others who would write to the same recipient until this transaction ends, so that what was queued for them
    /// is known whole.
    async fn lock_recipient(&mut self, recipient: &str) -> Result<(), StoreError>;
    /// Queues a message; `false` where its idempotency key was queued before.
    async fn queue_message(&mut self, message: &NewMessage, now: Instant) -> Result<bool, StoreError>;
    /// Claims messages that are due, until `lease_until`.
    async fn claim_messages(
        &mut self,
        now: Instant,
        lease_until: Instant,
        limit: i64,
    ) -> Result<Vec<StoredMessage>, StoreError>;
    /// Notes what became of a message: sent, or to be tried again at a time, or failed for good.
    async fn settle_message(
        &mut self,
        id: MessageId,
        status: &str,
        error: Option<&str>,
        due_at: Instant,
        now: Instant,
    ) -> Result<(), StoreError>;

    /// A line in the audit log.
    async fn audit(&mut self, entry: &AuditEntry, now: Instant, random: &mut dyn Random) -> Result<(), StoreError>;
    /// Many lines in the audit log, in their order.
    async fn audit_all(
        &mut self,
        entries: &[AuditEntry],
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError>;
    /// One line for what was done with the data of many people in one way; it is found under each of them.
    async fn audit_of_many(
        &mut self,
        entry: &AuditEntry,
        people: &[PersonId],
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError>;
    /// Chains the lines that wait, at most `limit`; `None` where another process is at it.
    async fn chain_audit(&mut self, limit: i64) -> Result<Option<Head>, StoreError>;
}
