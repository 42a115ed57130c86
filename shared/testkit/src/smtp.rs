//! A mail server that keeps what it is sent.
//!
//! Speaks as much of RFC 5321 as a client needs that sends without TLS and without a password: EHLO and HELO, MAIL,
//! RCPT, DATA, RSET, NOOP and QUIT. A recipient can be refused, and the next message can be deferred, so that the
//! sender's retries can be tested.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// A message as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address of MAIL FROM, without the angle brackets; empty for a bounce.
    pub from: String,
    /// The addresses of RCPT TO that were accepted, in their order.
    pub to: Vec<String>,
    /// The headers and the body, with CRLF line ends and without the dots that DATA adds.
    pub data: String,
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    refused: HashSet<String>,
    deferred: u32,
}

#[derive(Debug, Default)]
struct Mailbox {
    state: Mutex<State>,
    arrived: Notify,
}

impl Mailbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A mail server on a free port of 127.0.0.1, which stops with this value.
#[derive(Debug)]
pub struct TestSmtp {
    address: SocketAddr,
    mailbox: Arc<Mailbox>,
    _server: JoinSet<()>,
}

impl TestSmtp {
    /// Starts the server.
    ///
    /// # Panics
    /// When 127.0.0.1 has no free port, or outside a Tokio runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let mailbox = Arc::new(Mailbox::default());
        let mut server = JoinSet::new();
        server.spawn(accept(listener, Arc::clone(&mailbox)));
        Self { address, mailbox, _server: server }
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL, such as `smtp://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The messages that were accepted until now, in their order.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.mailbox.state().mails.clone()
    }

    /// Waits until there are at least `count` messages and gives all that there are.
    ///
    /// # Panics
    /// When they have not come after ten seconds.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        let enough = async {
            loop {
                let arrived = self.mailbox.arrived.notified();
                let mails = self.mails();
                if mails.len() >= count {
                    return mails;
                }
                arrived.await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(10), enough).await {
            Ok(mails) => mails,
            Err(_) => panic!("{} of {count} messages came within ten seconds", self.mails().len()),
        }
    }

    /// Refuses `recipient` from now on, for good (550).
    pub fn refuse(&self, recipient: &str) {
        self.mailbox.state().refused.insert(recipient.to_owned());
    }

    /// Refuses the next `count` messages for a while (451), as a greylisting server does.
    pub fn defer(&self, count: u32) {
        self.mailbox.state().deferred = count;
    }
}

async fn accept(listener: TcpListener, mailbox: Arc<Mailbox>) {
    // Held here, so that the sessions end together with the server.
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (reader, writer) = stream.into_split();
        let mailbox = Arc::clone(&mailbox);
        sessions.spawn(async move {
            // The client went away: nobody is left to be told.
            let _ = Session { lines: BufReader::new(reader), writer, mailbox }.run().await;
        });
        while sessions.try_join_next().is_some() {}
    }
}

struct Session<R, W> {
    lines: BufReader<R>,
    writer: W,
    mailbox: Arc<Mailbox>,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Session<R, W> {
    async fn run(mut self) -> std::io::Result<()> {
        self.say("220 antam test mail server").await?;
        let (mut from, mut to) = (None, Vec::new());
        while let Some(line) = self.line().await? {
            let command = line.trim_end();
            let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-antam.test\r\n250-8BITMIME\r\n250 SMTPUTF8",
                "HELO" | "NOOP" => "250 OK",
                "MAIL" => {
                    from = Some(address(command));
                    to.clear();
                    "250 OK"
                }
                "RCPT" if from.is_none() => "503 MAIL comes first",
                "RCPT" => self.recipient(address(command), &mut to),
                "DATA" if to.is_empty() => "503 no recipient",
                "DATA" => {
                    self.say("354 end with a line of one dot").await?;
                    let Some(data) = self.data().await? else { return Ok(()) };
                    let mail = Mail { from: from.take().unwrap_or_default(), to: std::mem::take(&mut to), data };
                    self.keep(mail)
                }
                "RSET" => {
                    (from, to) = (None, Vec::new());
                    "250 OK"
                }
                "QUIT" => return self.say("221 goodbye").await,
                _ => "502 not implemented",
            };
            self.say(answer).await?;
        }
        Ok(())
    }

    fn recipient(&self, address: String, to: &mut Vec<String>) -> &'static str {
        if self.mailbox.state().refused.contains(&address) {
            return "550 no such mailbox";
        }
        to.push(address);
        "250 OK"
    }

    fn keep(&self, mail: Mail) -> &'static str {
        let mut state = self.mailbox.state();
        if state.deferred > 0 {
            state.deferred -= 1;
            return "451 try again later";
        }
        state.mails.push(mail);
        self.mailbox.arrived.notify_waiters();
        "250 kept"
    }

    async fn say(&mut self, answer: &str) -> std::io::Result<()> {
        self.writer.write_all(format!("{answer}\r\n").as_bytes()).await
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let read = self.lines.read_until(b'\n', &mut bytes).await?;
        Ok((read > 0).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// The lines up to the one that is a dot alone; none when the client went away before it.
    async fn data(&mut self) -> std::io::Result<Option<String>> {
        let mut data = String::new();
        while let Some(line) = self.line().await? {
            if line.trim_end() == "." {
                return Ok(Some(data));
            }
            // RFC 5321, 4.5.2: a dot at the beginning of a line was doubled.
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        Ok(None)
    }
}

/// The address between the angle brackets of `MAIL FROM:<…>` or `RCPT TO:<…>`.
fn address(command: &str) -> String {
    let after = command.split_once('<').map_or("", |(_, after)| after);
    after.split_once('>').map_or(after, |(address, _)| address).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

    fn client(server: &TestSmtp) -> AsyncSmtpTransport<Tokio1Executor> {
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(server.address().port()).build()
    }

    fn message(to: &str, body: &str) -> Message {
        let builder = Message::builder().from("An Tâm <antam@example.org>".parse().unwrap()).to(to.parse().unwrap());
        builder.subject("Kết quả").body(body.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn a_message_arrives_as_it_was_sent() {
        let server = TestSmtp::start().await;
        client(&server).send(message("nguoi.dan@example.org", "first\r\n.hidden\r\nlast")).await.unwrap();
        let mails = server.wait_for(1).await;
        assert_eq!(mails[0].from, "antam@example.org");
        assert_eq!(mails[0].to, ["nguoi.dan@example.org"]);
        let body = mails[0].data.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(body.trim_end(), "first\r\n.hidden\r\nlast");
    }

    #[tokio::test]
    async fn one_connection_carries_several_messages() {
        let server = TestSmtp::start().await;
        let client = client(&server);
        for _ in 0..3 {
            client.send(message("nguoi.dan@example.org", "again")).await.unwrap();
        }
        assert_eq!(server.wait_for(3).await.len(), 3);
    }

    #[tokio::test]
    async fn a_refused_recipient_is_a_permanent_error() {
        let server = TestSmtp::start().await;
        server.refuse("nobody@example.org");
        let error = client(&server).send(message("nobody@example.org", "lost")).await.unwrap_err();
        assert!(error.is_permanent(), "{error}");
        assert_eq!(server.mails(), []);
    }

    #[tokio::test]
    async fn a_deferred_message_is_taken_the_next_time() {
        let server = TestSmtp::start().await;
        server.defer(1);
        let client = client(&server);
        let error = client.send(message("nguoi.dan@example.org", "later")).await.unwrap_err();
        assert!(error.is_transient(), "{error}");
        client.send(message("nguoi.dan@example.org", "later")).await.unwrap();
        assert_eq!(server.mails().len(), 1);
    }
}
