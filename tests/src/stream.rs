//! A reader of Server-Sent Events (HTML standard, section 9.2).

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Method, Response};
use serde_json::Value;

use crate::client::Client;

/// One event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// Its data.
    pub data: Value,
}

/// An open stream.
pub struct Stream {
    response: Response,
    buffer: String,
}

impl Stream {
    /// Opens `GET /api/v1/f0/stream`, after an event where one is given.
    ///
    /// # Errors
    /// When it is not answered with a stream.
    pub async fn open(client: &Client, last_event_id: Option<&str>) -> anyhow::Result<Self> {
        let mut request = client.request(Method::GET, "/api/v1/f0/stream").header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await?;
        ensure!(response.status().is_success(), "the stream answered {}", response.status());
        Ok(Self { response, buffer: String::new() })
    }

    /// The next event, comments and heartbeats passed over.
    ///
    /// # Errors
    /// When none comes in time or the stream ends.
    pub async fn next(&mut self, within: Duration) -> anyhow::Result<Event> {
        tokio::time::timeout(within, self.read()).await.context("no event came in time")?
    }

    /// The next event of a type that fits.
    ///
    /// # Errors
    /// When none comes in time or the stream ends.
    pub async fn until(
        &mut self,
        kind: &str,
        within: Duration,
        fits: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Event> {
        let waited = async {
            loop {
                let event = self.read().await?;
                if event.kind == kind && fits(&event.data) {
                    return Ok(event);
                }
            }
        };
        tokio::time::timeout(within, waited).await.with_context(|| format!("no {kind} came in time"))?
    }

    async fn read(&mut self) -> anyhow::Result<Event> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let event = parse(block);
                self.buffer = rest.to_owned();
                if let Some(event) = event {
                    return Ok(event);
                }
            }
            match self.response.chunk().await? {
                Some(bytes) => self.buffer.push_str(std::str::from_utf8(&bytes)?),
                None => bail!("the stream ended"),
            }
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(|v| v.trim().to_owned());
    let data = field("data:")?;
    Some(Event {
        id: field("id:").unwrap_or_default(),
        kind: field("event:").unwrap_or_else(|| "message".to_owned()),
        data: serde_json::from_str(&data).unwrap_or(Value::Null),
    })
}
