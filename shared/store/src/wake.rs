//! Nudges after a commit, so that nobody waits for a poll.

use std::sync::Arc;

use tokio::sync::watch;

/// What a commit may have brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// An event in the outbox.
    Outbox,
    /// A message to be sent.
    Messages,
    /// A line on the doctors' feed.
    Feed,
    /// A timer.
    Timers,
    /// A line in the audit log.
    Audit,
}

const TOPICS: usize = 5;

/// Tells waiting tasks of this process that a commit brought something. Other processes find it by their poll.
#[derive(Debug, Clone)]
pub struct Wake(Arc<[watch::Sender<u64>; TOPICS]>);

impl Default for Wake {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| watch::Sender::new(0))))
    }
}

impl Wake {
    /// Says that something of this topic was committed.
    pub fn notify(&self, topic: Topic) {
        self.0[topic as usize].send_modify(|n| *n = n.wrapping_add(1));
    }

    /// A receiver whose `changed()` ends after the next commit of this topic.
    #[must_use]
    pub fn subscribe(&self, topic: Topic) -> watch::Receiver<u64> {
        self.0[topic as usize].subscribe()
    }
}

/// Topics that an open transaction will tell of when it commits.
#[derive(Debug, Default, Clone, Copy)]
pub struct Pending([bool; TOPICS]);

impl Pending {
    /// Remembers a topic.
    pub fn add(&mut self, topic: Topic) {
        self.0[topic as usize] = true;
    }

    /// Tells them all.
    pub fn tell(self, wake: &Wake) {
        for topic in [Topic::Outbox, Topic::Messages, Topic::Feed, Topic::Timers, Topic::Audit] {
            if self.0[topic as usize] {
                wake.notify(topic);
            }
        }
    }
}
