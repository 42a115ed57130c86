//! What stands between a commit and the bus: events waiting in the outbox, timers, dead letters, messages to people.

use serde_json::Value;
use shared::bilingual::Lang;
use shared::event::CloudEvent;
use shared::ids::{EventId, MessageId, PersonId, TimerId};
use shared::time::Instant;
use uuid::Uuid;

use crate::columns::At;
use crate::pace::Pace;

/// An event that the relay has claimed: nobody else will publish it before the lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The event.
    pub event: CloudEvent,
    /// How often it was claimed, this time included.
    pub attempts: i64,
    /// How much somebody waits for it.
    pub pace: Pace,
}

/// An event that a consumer could not handle, kept for a person to look at and replay.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Who could not.
    pub consumer: String,
    /// The event.
    pub event: CloudEvent,
    /// Why, without personal data.
    pub error: String,
    /// When.
    pub failed_at: Instant,
}

/// Something to be done at a time, whatever happens to the process until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    /// The timer.
    pub id: TimerId,
    /// What kind: the consumer of timers picks by it.
    pub kind: String,
    /// What it is about: an alert, a case.
    pub subject: Uuid,
    /// What else is needed.
    pub payload: Value,
    /// When it is due.
    pub due_at: Instant,
    /// How often it was claimed.
    pub attempts: i64,
}

/// A message to a person before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// The message.
    pub id: MessageId,
    /// The same key is sent once.
    pub idempotency_key: String,
    /// `sms`, `email`, `zalo` or `push`.
    pub channel: String,
    /// The template that it was written from.
    pub template: String,
    /// Its language.
    pub lang: Lang,
    /// E.164 number or e-mail address.
    pub recipient: String,
    /// Subject line, where the channel has one.
    pub subject: Option<String>,
    /// The text.
    pub text: String,
    /// Whom it is about.
    pub person_id: Option<PersonId>,
}

/// A message as it is stored, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// What was to be sent.
    pub message: NewMessage,
    /// `queued`, `sent` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was written.
    pub created_at: Instant,
    /// When it left.
    pub sent_at: Option<Instant>,
}

/// How many rows wait, for metrics and for the tests' last check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backlog {
    /// Events not yet published.
    pub outbox: i64,
    /// Events that a consumer gave up on.
    pub dead_letters: i64,
    /// Messages not yet sent.
    pub messages: i64,
}

/// Which event a dead letter is.
pub type DeadLetterKey = (String, EventId);

/// An event as it is written into the outbox.
pub struct OutboxRow {
    /// The event's id.
    pub id: Uuid,
    /// Its type.
    pub kind: String,
    /// The whole event as JSON.
    pub text: String,
    /// When it happened.
    pub created_at: At,
    /// Its pace ([`Pace::rank`]).
    pub rank: i64,
    /// When it may be claimed: the epoch, which is at once whatever the clocks of several hosts say, or a time.
    pub due_at: At,
}
