//! The port to the outside: something that can carry a message to somebody.

use async_trait::async_trait;
use shared_store::outbox::NewMessage;

/// What a message travels on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// A text message to a mobile phone.
    Sms,
    /// E-mail.
    Email,
    /// Zalo Notification Service (ZNS).
    Zalo,
    /// A push notice to those who are signed in. The recipient is an account, or a role or owner code such as `doctor`
    /// or `doctor_on_duty`, which stands for everybody who has that duty.
    Push,
}

impl Medium {
    /// Every medium.
    pub const ALL: [Self; 4] = [Self::Sms, Self::Email, Self::Zalo, Self::Push];

    /// The code in the table of messages: `sms`, `email`, `zalo` or `push`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Zalo => "zalo",
            Self::Push => "push",
        }
    }

    /// The medium that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|medium| medium.code() == code)
    }
}

/// Why a message did not leave. The reason is stored beside the message, so it holds nothing personal: no address, and
/// no server's own words, which often repeat the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again later may help: no connection, a busy server, greylisting.
    #[error("{0}")]
    Temporary(String),
    /// Trying again will not help: a wrong address, a refused recipient, no gateway.
    #[error("{0}")]
    Permanent(String),
}

/// Carries messages to people.
#[async_trait]
pub trait Channel: Send + Sync {
    /// The name in metrics and logs.
    fn name(&self) -> &'static str;

    /// Sends one message. A message may come again after a crash; a channel whose gateway can tell repeats apart gives
    /// it the message's id.
    ///
    /// # Errors
    /// [`SendError`] says whether trying again may help.
    async fn send(&self, message: &NewMessage) -> Result<(), SendError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for medium in Medium::ALL {
            assert_eq!(Medium::from_code(medium.code()), Some(medium));
        }
        assert_eq!(Medium::from_code("fax"), None);
    }
}
