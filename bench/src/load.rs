//! A load of HTTP requests over connections that stay open: each sends its next request when it has its answer.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use futures::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came of a load.
#[derive(Debug, Default, Clone)]
pub struct Outcome {
    /// Milliseconds of each answer.
    pub delays: Vec<f64>,
    /// Seconds that the load lasted.
    pub seconds: f64,
}

impl Outcome {
    /// Answers a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.delays.len() as f64 / self.seconds
    }

    /// Adds another round of the same.
    pub fn add(&mut self, other: Self) {
        self.delays.extend(other.delays);
        self.seconds += other.seconds;
    }
}

/// Sends the bodies that `body` makes to `POST path` over so many connections for a time. Only 201 counts: any other
/// answer ends the measure.
///
/// The generator shares the machine with what it measures, so it is as lean as it can be: one thread of its own, whose
/// connections never wake another.
///
/// # Errors
/// When a connection breaks, or an answer is not 201.
pub async fn post(
    url: &str,
    path: &str,
    connections: usize,
    time: Duration,
    body: impl Fn(&mut String) + Send + Sync,
) -> anyhow::Result<Outcome> {
    let host = url.strip_prefix("http://").context("an address of this machine")?;
    let body = &body;
    let generate = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async move {
            let begun = Instant::now();
            let one = |_| visitor(host, path, begun + time, body);
            let delays = try_join_all((0..connections).map(one)).await?.concat();
            anyhow::Ok(Outcome { delays, seconds: begun.elapsed().as_secs_f64() })
        })
    };
    let thread = || std::thread::scope(|scope| scope.spawn(generate).join());
    tokio::task::block_in_place(thread).map_err(|_| anyhow!("the generator panicked"))?
}

/// One connection until the end; gives the milliseconds of its answers.
async fn visitor(host: &str, path: &str, end: Instant, body: &impl Fn(&mut String)) -> anyhow::Result<Vec<f64>> {
    let mut connection = Connection::open(host).await?;
    let (mut delays, mut content, mut request) = (Vec::new(), String::new(), String::new());
    while Instant::now() < end {
        content.clear();
        body(&mut content);
        request.clear();
        let length = content.len();
        write!(
            request,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{content}"
        )?;
        let asked = Instant::now();
        connection.ask(&request).await?;
        delays.push(asked.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(delays)
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
    length: ContentLength,
}

impl Connection {
    async fn open(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096), length: ContentLength::default() })
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the connection ended");
            let Some(whole) = self.length.of_answer(&self.read) else { continue };
            if self.read.len() < whole {
                continue;
            }
            if !self.read.starts_with(b"HTTP/1.1 201") {
                bail!("{}", String::from_utf8_lossy(&self.read));
            }
            return Ok(());
        }
    }
}

const CONTENT_LENGTH: &[u8] = b"content-length: ";

/// Finds where an answer ends. The answers of one route have their headers in one order, so it looks first where the
/// length stood in the answer before.
#[derive(Default)]
struct ContentLength {
    at: usize,
}

impl ContentLength {
    /// How many bytes the answer has with its head, as soon as the whole head is there.
    fn of_answer(&mut self, read: &[u8]) -> Option<usize> {
        if read.get(self.at..).is_some_and(|rest| rest.starts_with(CONTENT_LENGTH)) {
            let from = self.at + CONTENT_LENGTH.len();
            let digits = read[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let length: usize = std::str::from_utf8(&read[from..from + digits]).ok()?.parse().ok()?;
            let head = from + digits + find(&read[from + digits..], b"\r\n\r\n")? + 4;
            return Some(head + length);
        }
        self.at = find(read, b"\r\ncontent-length: ")? + 2;
        self.of_answer(read)
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}
