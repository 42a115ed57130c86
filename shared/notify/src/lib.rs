//! Messages to people: templates, channels (SMTP, demo outbox) and their delivery.
//!
//! A message takes two steps, so that nobody waits for a mail server and nothing is lost with a process:
//!
//! 1. The [`Notifier`] listens to events, writes what they mean to somebody ([`notice`], [`templates`]) and queues it
//!    in the transaction that notes the event in its inbox. The same event queues a message once.
//! 2. The [`Sender`] claims queued messages with a lease, gives each to the [`Channel`] of its [`Medium`] and settles
//!    it as sent, failed, or to be tried again later. A message sent just before a crash is sent again: at least once.
//!
//! No text of this crate holds a diagnosis, a name or a place (see `templates`), and nothing personal is logged.

pub mod channel;
pub mod consumer;
pub mod demo;
mod fate;
mod household;
pub mod notice;
pub mod sender;
pub mod smtp;
pub mod templates;
#[cfg(test)]
mod testing;

use core::fmt;

pub use channel::{Channel, Medium, SendError};
pub use consumer::Notifier;
pub use sender::Sender;
pub use smtp::SmtpError;
pub use templates::{Arg, RenderError, Rendered, Template, render};

/// How messages are written and sent.
#[derive(Clone)]
pub struct NotifyOptions {
    /// Where the pages are, such as `https://antam.example`; links in messages begin with it.
    pub public_url: String,
    /// The mail server: `smtps://user:password@host:port`, or `smtp://…`; `None` where there is none.
    pub smtp_url: Option<String>,
    /// Who e-mail comes from, such as `An Tâm <antam@example.org>`.
    pub smtp_from: String,
    /// Demo mode: what has no gateway stays in the table of messages and counts as sent.
    pub demo: bool,
}

impl fmt::Debug for NotifyOptions {
    /// Leaves out the address of the mail server: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotifyOptions")
            .field("public_url", &self.public_url)
            .field("smtp_url", &self.smtp_url.as_ref().map(|_| "redacted"))
            .field("smtp_from", &self.smtp_from)
            .field("demo", &self.demo)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_password_of_the_mail_server() {
        let options = NotifyOptions {
            public_url: "https://antam.example".to_owned(),
            smtp_url: Some("smtps://antam:s3cret@mail.example".to_owned()),
            smtp_from: "An Tâm <antam@example.org>".to_owned(),
            demo: false,
        };
        let shown = format!("{options:?}");
        assert!(!shown.contains("s3cret") && shown.contains("redacted"), "{shown}");
    }
}
