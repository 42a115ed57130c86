//! The sender: from the table of messages to the channels.
//!
//! A commit that queues a message nudges the sender at once; a poll once a second finds what other processes queued,
//! what is due again, and what a crash left behind. Messages are claimed with a lease, so several senders share
//! the work.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use shared::clock::Clock;
use shared::time::minutes;
use shared_store::outbox::StoredMessage;
use shared_store::wake::{Topic, Wake};
use shared_store::{SharedStore, StoreError};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::NotifyOptions;
use crate::channel::{Channel, Medium, SendError};
use crate::demo::DemoChannel;
use crate::fate::Fate;
use crate::smtp::{SmtpChannel, SmtpError};

/// How many messages are under way at once.
const CONCURRENCY: usize = 16;
/// How long a channel may take for one message.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long nobody else takes a claimed message; longer than [`PATIENCE`], so that no message is under way twice.
const LEASE: SignedDuration = minutes(2);

/// Sends queued messages until it is told to stop.
pub struct Sender {
    store: Arc<dyn SharedStore>,
    clock: Arc<dyn Clock>,
    wake: Wake,
    channels: HashMap<Medium, Arc<dyn Channel>>,
}

/// A message after one try.
struct Tried {
    stored: StoredMessage,
    channel: &'static str,
    outcome: Result<(), SendError>,
}

impl Sender {
    /// A sender with the channels that the options name: e-mail by SMTP where a server is configured; in demo mode
    /// everything else stays in the table and counts as sent; outside demo mode what has no gateway fails and says so.
    ///
    /// # Errors
    /// When the mail server's address or the sender's address cannot be read.
    pub fn new(
        options: &NotifyOptions,
        store: Arc<dyn SharedStore>,
        clock: Arc<dyn Clock>,
        wake: Wake,
    ) -> Result<Self, SmtpError> {
        let mut channels: HashMap<Medium, Arc<dyn Channel>> = HashMap::new();
        if options.demo {
            channels.extend(Medium::ALL.map(|medium| (medium, Arc::new(DemoChannel) as Arc<dyn Channel>)));
        }
        if let Some(url) = &options.smtp_url {
            channels.insert(Medium::Email, Arc::new(SmtpChannel::new(url, &options.smtp_from, Arc::clone(&clock))?));
        }
        Ok(Self { store, clock, wake, channels })
    }

    /// The same with another channel for a medium, such as an SMS gateway.
    #[must_use]
    pub fn with_channel(mut self, medium: Medium, channel: Arc<dyn Channel>) -> Self {
        self.channels.insert(medium, channel);
        self
    }

    /// Runs until `stop`, then lets what is under way come to its end.
    ///
    /// Messages are claimed as soon as there is room for them: a slow mail server never holds back an SMS.
    pub async fn run(self, stop: CancellationToken) {
        let mut nudged = self.wake.subscribe(Topic::Messages);
        let mut under_way = JoinSet::new();
        let mut may_wait_more = true;
        loop {
            if may_wait_more && under_way.len() < CONCURRENCY && !stop.is_cancelled() {
                let room = CONCURRENCY - under_way.len();
                let claimed = self.claim_or_warn(room).await;
                may_wait_more = claimed.len() == room;
                for stored in claimed {
                    under_way.spawn(self.attempt(stored));
                }
            }
            if stop.is_cancelled() && under_way.is_empty() {
                return;
            }
            tokio::select! {
                Some(first) = under_way.join_next() => {
                    let rest = std::iter::from_fn(|| under_way.try_join_next());
                    let ended: Vec<_> = std::iter::once(first).chain(rest).filter_map(tried).collect();
                    self.settle_or_warn(&ended).await;
                }
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                _ = nudged.changed(), if !stop.is_cancelled() => may_wait_more = true,
                () = tokio::time::sleep(Duration::from_secs(1)), if !stop.is_cancelled() => may_wait_more = true,
            }
        }
    }

    /// Tries one batch of what is due; gives how many were tried. For tests that turn the wheel by hand.
    ///
    /// # Errors
    /// When the table of messages cannot be read or written.
    pub async fn step(&self) -> Result<usize, StoreError> {
        let claimed = self.claim(CONCURRENCY).await?;
        let count = claimed.len();
        for stored in claimed {
            self.settle(&[self.attempt(stored).await]).await?;
        }
        Ok(count)
    }

    async fn claim(&self, room: usize) -> Result<Vec<StoredMessage>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let claimed = tx.claim_messages(now, now.plus(LEASE), i64::try_from(room).unwrap_or(1)).await?;
        if !claimed.is_empty() {
            tx.commit().await?;
        }
        Ok(claimed)
    }

    async fn claim_or_warn(&self, room: usize) -> Vec<StoredMessage> {
        self.claim(room).await.unwrap_or_else(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "the sender could not claim messages");
            Vec::new()
        })
    }

    /// One try; borrows nothing, so that several can be under way beside the loop.
    fn attempt(&self, stored: StoredMessage) -> impl Future<Output = Tried> + Send + use<> {
        let medium = Medium::from_code(&stored.message.channel);
        let channel = medium.and_then(|medium| self.channels.get(&medium)).map(Arc::clone);
        async move {
            let Some(channel) = channel else {
                let reason = format!("no gateway is configured for {}", stored.message.channel);
                return Tried { stored, channel: "none", outcome: Err(SendError::Permanent(reason)) };
            };
            let late = |_| Err(SendError::Temporary(format!("{} took too long", channel.name())));
            let outcome = tokio::time::timeout(PATIENCE, channel.send(&stored.message)).await.unwrap_or_else(late);
            Tried { stored, channel: channel.name(), outcome }
        }
    }

    /// Notes what became of messages, all in one transaction.
    async fn settle(&self, ended: &[Tried]) -> Result<(), StoreError> {
        if ended.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let fate = |tried: &Tried| Fate::of(&tried.outcome, tried.stored.attempts, now);
        let mut tx = self.store.write().await?;
        for tried in ended {
            let (id, fate) = (tried.stored.message.id, fate(tried));
            let error = tried.outcome.as_ref().err().map(ToString::to_string);
            tx.settle_message(id, fate.status(), error.as_deref(), fate.due_at(now), now).await?;
        }
        tx.commit().await?;
        for tried in ended {
            tried.tell(fate(tried));
        }
        Ok(())
    }

    async fn settle_or_warn(&self, ended: &[Tried]) {
        if let Err(error) = self.settle(ended).await {
            let (messages, error) = (ended.len(), &error as &dyn std::error::Error);
            tracing::warn!(messages, error, "messages could not be settled and will come again");
        }
    }
}

/// A message after its try. Where its channel panicked, it comes again when its lease ends.
fn tried(ended: Result<Tried, JoinError>) -> Option<Tried> {
    ended.inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "a message was not sent")).ok()
}

impl Tried {
    /// Counts what became of the message and logs what did not leave: ids and codes only.
    fn tell(&self, fate: Fate) {
        let outcome = fate.outcome();
        metrics::counter!("antam_messages_total", "channel" => self.channel, "outcome" => outcome).increment(1);
        let StoredMessage { message, attempts, .. } = &self.stored;
        if let Err(error) = &self.outcome {
            let (id, template, channel) = (message.id, &message.template, self.channel);
            tracing::warn!(message = %id, template, channel, attempts, outcome, %error, "a message did not leave");
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::time::hours;
    use shared_testkit::smtp::TestSmtp;

    use super::*;
    use crate::fate::ATTEMPTS;
    use crate::testing::{self, World};

    const ADDRESS: &str = "nguoi.dan@example.org";

    fn sender(world: &World, smtp_url: Option<String>, demo: bool) -> Sender {
        let options = NotifyOptions { smtp_url, demo, ..testing::options() };
        let (store, clock) = (Arc::clone(&world.store), Arc::new(world.clock.clone()));
        Sender::new(&options, store, clock, world.wake.clone()).unwrap()
    }

    async fn queued(medium: Medium, recipient: &str) -> World {
        let world = World::new().await;
        world.queue(&testing::message(medium, recipient)).await;
        world
    }

    async fn state(world: &World) -> (String, i64) {
        let stored = world.messages().await.remove(0);
        (stored.status, stored.attempts)
    }

    #[tokio::test]
    async fn an_email_leaves_by_smtp_once_and_is_marked_sent() {
        let server = TestSmtp::start().await;
        let world = queued(Medium::Email, ADDRESS).await;
        let sender = sender(&world, Some(server.url()), false);
        assert_eq!(sender.step().await.unwrap(), 1);
        assert_eq!(server.wait_for(1).await[0].to, [ADDRESS]);
        let stored = world.messages().await.remove(0);
        assert_eq!((stored.status.as_str(), stored.sent_at), ("sent", Some(world.clock.now())));
        world.clock.advance(hours(3));
        assert_eq!(sender.step().await.unwrap(), 0);
        assert_eq!(server.mails().len(), 1);
    }

    #[tokio::test]
    async fn a_server_that_is_down_is_tried_again_after_thirty_seconds_and_then_two_minutes() {
        let world = queued(Medium::Email, ADDRESS).await;
        let down = sender(&world, Some(testing::nobody_listens()), false);
        assert_eq!(down.step().await.unwrap(), 1);
        assert_eq!(state(&world).await, ("queued".to_owned(), 1));
        world.clock.advance(SignedDuration::from_secs(29));
        assert_eq!(down.step().await.unwrap(), 0);
        world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(down.step().await.unwrap(), 1);
        assert_eq!(state(&world).await, ("queued".to_owned(), 2));
        let server = TestSmtp::start().await;
        let up = sender(&world, Some(server.url()), false);
        world.clock.advance(SignedDuration::from_secs(119));
        assert_eq!(up.step().await.unwrap(), 0);
        world.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(up.step().await.unwrap(), 1);
        assert_eq!(state(&world).await, ("sent".to_owned(), 3));
        assert_eq!(server.mails().len(), 1);
    }

    #[tokio::test]
    async fn a_server_that_stays_down_ends_in_failure_after_eight_tries() {
        let world = queued(Medium::Email, ADDRESS).await;
        let sender = sender(&world, Some(testing::nobody_listens()), false);
        for _ in 0..10 {
            sender.step().await.unwrap();
            world.clock.advance(hours(1));
        }
        assert_eq!(state(&world).await, ("failed".to_owned(), ATTEMPTS));
    }

    #[tokio::test]
    async fn a_permanent_refusal_fails_at_once() {
        let server = TestSmtp::start().await;
        server.refuse(ADDRESS);
        let world = queued(Medium::Email, ADDRESS).await;
        let sender = sender(&world, Some(server.url()), false);
        assert_eq!(sender.step().await.unwrap(), 1);
        assert_eq!(state(&world).await, ("failed".to_owned(), 1));
        world.clock.advance(hours(3));
        assert_eq!(sender.step().await.unwrap(), 0);
    }

    #[tokio::test]
    async fn demo_mode_keeps_every_message_and_counts_it_as_sent() {
        for medium in Medium::ALL {
            let world = queued(medium, "doctor").await;
            sender(&world, None, true).step().await.unwrap();
            assert_eq!(state(&world).await, ("sent".to_owned(), 1), "{medium:?}");
        }
    }

    #[tokio::test]
    async fn demo_mode_with_a_mail_server_sends_email_by_it() {
        let server = TestSmtp::start().await;
        let world = queued(Medium::Email, ADDRESS).await;
        sender(&world, Some(server.url()), true).step().await.unwrap();
        assert_eq!(server.wait_for(1).await.len(), 1);
    }

    #[tokio::test]
    async fn outside_demo_mode_what_has_no_gateway_fails_and_says_so() {
        for medium in Medium::ALL {
            let world = queued(medium, "+84912345678").await;
            let sender = sender(&world, None, false);
            let tried = sender.attempt(sender.claim(1).await.unwrap().remove(0)).await;
            let reason = format!("no gateway is configured for {}", medium.code());
            assert_eq!(tried.outcome, Err(SendError::Permanent(reason)));
            sender.settle(&[tried]).await.unwrap();
            assert_eq!(state(&world).await, ("failed".to_owned(), 1), "{medium:?}");
        }
    }

    #[tokio::test]
    async fn a_message_under_way_is_not_taken_by_another_sender_before_its_lease_ends() {
        let world = queued(Medium::Sms, "+84912345678").await;
        let (one, other) = (sender(&world, None, true), sender(&world, None, true));
        assert_eq!(one.claim(1).await.unwrap().len(), 1);
        world.clock.advance(minutes(1));
        assert_eq!(other.step().await.unwrap(), 0);
        world.clock.advance(minutes(1));
        assert_eq!(other.step().await.unwrap(), 1);
    }

    #[tokio::test]
    async fn the_loop_sends_what_is_queued_while_it_runs_and_ends_when_it_is_told_to() {
        let server = TestSmtp::start().await;
        let world = World::new().await;
        let stop = CancellationToken::new();
        let mut running = JoinSet::new();
        running.spawn(sender(&world, Some(server.url()), false).run(stop.clone()));
        world.queue(&testing::message(Medium::Email, ADDRESS)).await;
        server.wait_for(1).await;
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), running.join_next()).await.unwrap().unwrap().unwrap();
        assert_eq!(state(&world).await, ("sent".to_owned(), 1));
    }
}
