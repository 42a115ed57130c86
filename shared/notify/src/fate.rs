//! What becomes of a message after a try: sent, tried again after a growing pause, or failed.

use jiff::SignedDuration;
use shared::time::{Instant, hours, minutes};

use crate::channel::SendError;

/// How often a message is tried before it has failed.
pub const ATTEMPTS: i64 = 8;
/// The pauses after the first tries; the last one after every later try too.
const PAUSES: [SignedDuration; 4] = [SignedDuration::from_secs(30), minutes(2), minutes(10), hours(1)];

/// What becomes of a message after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It left.
    Sent,
    /// It is due again at this time.
    TriedAgain(Instant),
    /// It will not be tried again.
    Failed,
}

impl Fate {
    /// What becomes of a message that was tried `attempts` times, the try that has just ended included.
    pub fn of(outcome: &Result<(), SendError>, attempts: i64, now: Instant) -> Self {
        match outcome {
            Ok(()) => Self::Sent,
            Err(SendError::Temporary(_)) if attempts < ATTEMPTS => {
                let index = usize::try_from(attempts - 1).unwrap_or(0).min(PAUSES.len() - 1);
                Self::TriedAgain(now.plus(PAUSES[index]))
            }
            Err(_) => Self::Failed,
        }
    }

    /// The status in the table of messages.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::TriedAgain(_) => "queued",
            Self::Failed => "failed",
        }
    }

    /// The label of the counter.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::TriedAgain(_) => "retried",
            settled => settled.status(),
        }
    }

    /// When it is due again; `now` for a message that is not.
    pub fn due_at(self, now: Instant) -> Instant {
        match self {
            Self::TriedAgain(at) => at,
            Self::Sent | Self::Failed => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn the_pauses_grow_to_an_hour_and_the_eighth_try_is_the_last() {
        let (now, down) = (testing::noon(), Err(SendError::Temporary("down".to_owned())));
        let pauses: Vec<i64> =
            (1..ATTEMPTS).map(|attempts| Fate::of(&down, attempts, now).due_at(now).since(now).as_secs()).collect();
        assert_eq!(pauses, [30, 120, 600, 3_600, 3_600, 3_600, 3_600]);
        assert_eq!(Fate::of(&down, ATTEMPTS, now), Fate::Failed);
        assert_eq!(Fate::of(&Ok(()), ATTEMPTS + 1, now), Fate::Sent);
    }

    #[test]
    fn what_cannot_be_helped_is_not_tried_again() {
        let refused = Err(SendError::Permanent("refused".to_owned()));
        assert_eq!(Fate::of(&refused, 1, testing::noon()), Fate::Failed);
    }
}
