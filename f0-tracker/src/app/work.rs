//! One transaction of a use-case, with who acts, when, and what the live feed will tell.

use serde_json::Value;
use shared::event::{CloudEvent, EventData};
use shared::ids::{CaseId, PersonId};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};
use shared_store::outbox::NewMessage;
use shared_store::runtime::SharedRandom;
use shared_web::caller::Caller;

use crate::App;
use crate::domain::duty::Candidate;
use crate::store::{F0Write, FeedDraft};

/// The name of this service in the audit log.
pub const SERVICE: &str = "f0";

/// So many events or lines of the audit log wait for each other at most.
const MOST: usize = 100;

/// The subject of an audit line about a case.
#[must_use]
pub fn case_subject(case: CaseId) -> Option<String> {
    Some(format!("case:{case}"))
}

/// An open unit of work. What it did is kept, told and audited together by [`Work::commit`], or not at all.
pub struct Work {
    /// The transaction.
    pub tx: Box<dyn F0Write>,
    /// When it happens.
    pub now: Instant,
    random: SharedRandom,
    actor: Actor,
    request_id: Option<String>,
    events: Vec<CloudEvent>,
    lines: Vec<AuditEntry>,
    feed: Vec<FeedDraft>,
    quiet: bool,
    /// Who may own an alert of the ward that was asked for last, until another one is raised.
    pub(super) roster: Option<(Option<String>, Vec<Candidate>)>,
}

impl Work {
    /// Begins work that a caller asked for.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn for_caller(app: &App, caller: &Caller) -> Result<Self, StoreError> {
        Self::begin(app, caller.actor(), Some(caller.context.request_id.clone()), false).await
    }

    /// Begins work that the program itself does: for an event or a timer.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn for_system(app: &App) -> Result<Self, StoreError> {
        Self::begin(app, Actor::System, None, false).await
    }

    /// Begins work of which nobody is told: it appends no event and no line of the feed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn quiet(app: &App) -> Result<Self, StoreError> {
        Self::begin(app, Actor::System, None, true).await
    }

    async fn begin(app: &App, actor: Actor, request_id: Option<String>, quiet: bool) -> Result<Self, StoreError> {
        let tx = app.store.write().await?;
        let (now, random) = (app.platform.now(), app.platform.random());
        let (events, lines, feed) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { tx, now, random, actor, request_id, events, lines, feed, quiet, roster: None })
    }

    /// Randomness for ids.
    pub fn random(&mut self) -> &mut dyn Random {
        &mut self.random
    }

    /// A handle on the same randomness, for where the transaction is borrowed as well.
    #[must_use]
    pub fn shared_random(&self) -> SharedRandom {
        self.random.clone()
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// The request, where one asked.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Appends an event, with others in one statement.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn event<T: EventData>(&mut self, data: &T) -> Result<(), StoreError> {
        if self.quiet {
            return Ok(());
        }
        self.events.push(CloudEvent::new(data, self.now, &mut self.random));
        if self.events.len() < MOST { Ok(()) } else { self.write().await }
    }

    /// Queues a message.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn message(&mut self, message: &NewMessage) -> Result<(), StoreError> {
        if !self.quiet {
            self.tx.queue_message(message, self.now).await?;
        }
        Ok(())
    }

    /// Remembers a line for the live feed; it gets its number at the commit.
    pub fn tell(&mut self, line: FeedDraft) {
        if !self.quiet {
            self.feed.push(line);
        }
    }

    /// A line in the audit log, written with others in one statement.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn audit(
        &mut self,
        action: &'static str,
        subject: Option<String>,
        detail: Value,
    ) -> Result<(), StoreError> {
        let (service, actor, request_id) = (SERVICE, self.actor, self.request_id.clone());
        self.lines.push(AuditEntry { service, actor, action, subject, detail, request_id });
        if self.lines.len() < MOST { Ok(()) } else { self.write().await }
    }

    /// Writes the events and the lines that wait.
    async fn write(&mut self) -> Result<(), StoreError> {
        let (events, lines) = (std::mem::take(&mut self.events), std::mem::take(&mut self.lines));
        if !events.is_empty() {
            self.tx.append_events(&events).await?;
        }
        if !lines.is_empty() {
            self.tx.audit_all(&lines, self.now, &mut self.random).await?;
        }
        Ok(())
    }

    /// Holds off others who decide about the same person, and gives the record that the person lives on as.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hold_person(&mut self, id: PersonId) -> Result<PersonId, StoreError> {
        self.tx.hold(id.uuid()).await?;
        let kept = self.tx.canonical(id).await?.unwrap_or(id);
        if kept != id {
            self.tx.hold(kept.uuid()).await?;
        }
        Ok(kept)
    }

    /// Keeps everything and tells those who wait.
    ///
    /// # Errors
    /// When the store fails; nothing is kept then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.write().await?;
        self.tx.append_feed(&self.feed).await?;
        self.tx.commit().await
    }
}
