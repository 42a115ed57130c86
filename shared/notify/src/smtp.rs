//! E-mail by SMTP (RFC 5321): plain text, UTF-8.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, MIME_VERSION_1_0};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use shared::clock::Clock;
use shared_store::outbox::NewMessage;

use crate::channel::{Channel, SendError};

/// How long the server may take for one command.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replies of 5xx that speak of our own credentials and not of the message (RFC 4954, section 6): once an operator has
/// corrected them, the same message leaves.
const OUR_CREDENTIALS: [u16; 4] = [530, 534, 535, 538];

/// Why a mail server cannot be used as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The address of the server cannot be read.
    #[error("smtp_url must look like smtps://user:password@host:port or smtp://host:port")]
    Url(#[source] smtp::Error),
    /// The sender's address cannot be read.
    #[error("smtp_from must look like An Tâm <antam@example.org>")]
    From(#[source] lettre::address::AddressError),
}

/// Sends through one mail server, over connections that are kept.
pub struct SmtpChannel {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    clock: Arc<dyn Clock>,
}

impl SmtpChannel {
    /// A channel to the server at `url` (`smtps://user:password@host:port`, `smtp://…?tls=required` for STARTTLS, or
    /// `smtp://…` without encryption, for a server on the same machine), with `from` as the sender. Connects only when
    /// the first message leaves.
    ///
    /// # Errors
    /// When `url` or `from` cannot be read.
    pub fn new(url: &str, from: &str, clock: Arc<dyn Clock>) -> Result<Self, SmtpError> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(SmtpError::Url)?;
        let from = from.parse().map_err(SmtpError::From)?;
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build(), from, clock })
    }

    fn letter(&self, message: &NewMessage) -> Result<Message, SendError> {
        let to: Address = message.recipient.parse().map_err(|_| permanent("the recipient is no e-mail address"))?;
        Message::builder()
            // The same at every try, so that the recipient's server can drop a repeat.
            .message_id(Some(format!("<{}@{}>", message.id, self.from.email.domain())))
            .date(SystemTime::from(self.clock.now().timestamp()))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.clone().unwrap_or_default())
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.clone())
            .map_err(|_| permanent("the e-mail cannot be written"))
    }
}

#[async_trait]
impl Channel for SmtpChannel {
    fn name(&self) -> &'static str {
        "smtp"
    }

    async fn send(&self, message: &NewMessage) -> Result<(), SendError> {
        let letter = self.letter(message)?;
        self.transport.send(letter).await.map(drop).map_err(|error| classify(&error))
    }
}

/// Whether another try may help. The server's own words are left out: they often repeat the recipient's address.
fn classify(error: &smtp::Error) -> SendError {
    match error.status().map(u16::from) {
        Some(code) if OUR_CREDENTIALS.contains(&code) => {
            SendError::Temporary(format!("the mail server does not accept our credentials ({code})"))
        }
        Some(code) if error.is_permanent() => permanent(&format!("the mail server refused the message ({code})")),
        Some(code) => SendError::Temporary(format!("the mail server put the message off ({code})")),
        None if error.is_timeout() => SendError::Temporary("the mail server did not answer in time".to_owned()),
        None if error.is_tls() => SendError::Temporary("no secure connection to the mail server".to_owned()),
        None => SendError::Temporary("the mail server cannot be reached or does not speak SMTP".to_owned()),
    }
}

fn permanent(reason: &str) -> SendError {
    SendError::Permanent(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use shared_testkit::clock::TestClock;
    use shared_testkit::smtp::TestSmtp;

    use super::*;
    use crate::channel::Medium;
    use crate::testing;

    fn channel(url: &str) -> SmtpChannel {
        let clock = Arc::new(TestClock::parse(testing::NOON));
        SmtpChannel::new(url, "An Tâm <antam@example.org>", clock).unwrap()
    }

    fn headers(data: &str) -> &str {
        data.split_once("\r\n\r\n").unwrap().0
    }

    /// A header's value, its encoded words read as RFC 2047 says: each is whole characters by itself, and the space
    /// between two of them is not part of the text.
    fn decoded(headers: &str, name: &str) -> String {
        let unfolded = headers.replace("\r\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
        let word = |word: &str| {
            let inner = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?=")).unwrap().to_owned();
            String::from_utf8(BASE64_STANDARD.decode(inner).unwrap()).unwrap()
        };
        line.split(' ').map(word).collect()
    }

    #[tokio::test]
    async fn a_letter_carries_vietnamese_in_headers_that_are_plain_ascii() {
        let server = TestSmtp::start().await;
        let message = testing::message(Medium::Email, "nguoi.dan@example.org");
        channel(&server.url()).send(&message).await.unwrap();
        let mail = &server.wait_for(1).await[0];
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("antam@example.org", ["nguoi.dan@example.org".to_owned()].as_slice())
        );
        let headers = headers(&mail.data);
        assert!(headers.is_ascii(), "{headers}");
        assert_eq!(Some(decoded(headers, "Subject")), message.subject);
        assert!(headers.contains("MIME-Version: 1.0"), "{headers}");
        assert!(headers.contains("Content-Type: text/plain; charset=utf-8"), "{headers}");
        assert!(headers.contains(&format!("Message-ID: <{}@example.org>", message.id)), "{headers}");
        assert!(headers.contains("Date: Thu, 10 Mar 2022 05:00:00 +0000"), "{headers}");
        // Quoted-printable, RFC 2045: Chào bạn.
        assert!(mail.data.contains("Ch=C3=A0o b=E1=BA=A1n,"), "{}", mail.data);
    }

    #[tokio::test]
    async fn a_refused_recipient_is_permanent_and_the_reason_does_not_repeat_the_address() {
        let server = TestSmtp::start().await;
        server.refuse("nobody@example.org");
        let error =
            channel(&server.url()).send(&testing::message(Medium::Email, "nobody@example.org")).await.unwrap_err();
        assert_eq!(error, permanent("the mail server refused the message (550)"));
    }

    #[tokio::test]
    async fn a_deferred_message_and_a_server_that_is_down_are_temporary() {
        let server = TestSmtp::start().await;
        server.defer(1);
        let message = testing::message(Medium::Email, "nguoi.dan@example.org");
        let deferred = channel(&server.url()).send(&message).await.unwrap_err();
        assert_eq!(deferred, SendError::Temporary("the mail server put the message off (451)".to_owned()));
        let down = channel(&testing::nobody_listens()).send(&message).await.unwrap_err();
        assert!(matches!(down, SendError::Temporary(_)), "{down}");
    }

    #[tokio::test]
    async fn a_phone_number_is_no_address() {
        let error =
            channel("smtp://127.0.0.1:9").send(&testing::message(Medium::Email, "+84912345678")).await.unwrap_err();
        assert_eq!(error, permanent("the recipient is no e-mail address"));
    }

    #[test]
    fn a_configuration_that_cannot_be_read_is_refused_at_the_start() {
        let clock = || Arc::new(TestClock::parse(testing::NOON));
        let from = "An Tâm <antam@example.org>";
        assert!(matches!(SmtpChannel::new("mail.example.org", from, clock()), Err(SmtpError::Url(_))));
        assert!(matches!(SmtpChannel::new("http://mail.example.org", from, clock()), Err(SmtpError::Url(_))));
        assert!(matches!(SmtpChannel::new("smtp://mail.example.org", "An Tâm", clock()), Err(SmtpError::From(_))));
    }

    #[tokio::test]
    async fn the_sender_that_is_configured_out_of_the_box_can_be_read() {
        let clock = Arc::new(TestClock::parse(testing::NOON));
        assert!(SmtpChannel::new("smtp://127.0.0.1:25", "An Tâm <antam@localhost>", clock).is_ok());
    }
}
