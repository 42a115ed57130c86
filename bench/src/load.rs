//! A load of HTTP requests over connections that stay open: each sends its next request when it has its answer.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
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
/// # Errors
/// When a connection breaks, or an answer is not 201.
pub async fn post(
    url: &str,
    path: &str,
    connections: usize,
    time: Duration,
    body: impl Fn() -> String + Send + Sync,
) -> anyhow::Result<Outcome> {
    let host = url.strip_prefix("http://").context("an address of this machine")?;
    let begun = Instant::now();
    let end = begun + time;
    let body = &body;
    let one = |_| async move {
        let mut connection = Connection::open(host).await?;
        let mut delays = Vec::new();
        while Instant::now() < end {
            let request = request(host, path, &body());
            let asked = Instant::now();
            connection.ask(&request).await?;
            delays.push(asked.elapsed().as_secs_f64() * 1_000.0);
        }
        anyhow::Ok(delays)
    };
    let delays = try_join_all((0..connections).map(one)).await?.concat();
    Ok(Outcome { delays, seconds: begun.elapsed().as_secs_f64() })
}

fn request(host: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn open(host: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, read: Vec::with_capacity(4_096) })
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        self.read.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.read).await? > 0, "the connection ended");
            let Some(head) = self.read.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&self.read[..head])?;
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .context("an answer says how long it is")?;
            if self.read.len() < head + 4 + length.parse::<usize>()? {
                continue;
            }
            if !text.starts_with("HTTP/1.1 201") {
                bail!("{}", String::from_utf8_lossy(&self.read));
            }
            return Ok(());
        }
    }
}
