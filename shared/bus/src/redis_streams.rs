//! The bus over Redis Streams, for services that run as processes of their own.
//!
//! One stream for each pace holds all events, so that what somebody waits for never stands behind 100,000 negatives. Each
//! handler is a consumer group with its own place in each stream; the processes of a service are consumers of that group,
//! each under a name of its own. What a consumer has read and not acknowledged stays on
//! its pending list; another consumer takes it over (XAUTOCLAIM) once it has been idle for a minute. Redis is never the only
//! copy: a published event stays in the outbox for days, and when the marker key is missing (a flushed or new Redis), the
//! relay gives recent events again. The marker says `restoring` until that is done.
//!
//! A connection that blocks in XREADGROUP is its own, with a response timeout longer than its block: the default of half a
//! second would abandon the read, and the next event would be delivered to nobody.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::streams::{StreamAutoClaimReply, StreamId, StreamMaxlen, StreamReadOptions, StreamReadReply};
use redis::{AsyncCommands, AsyncConnectionConfig, Client, RedisError};
use shared::event::CloudEvent;
use shared_store::pace::Pace;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::delivery::Delivery;
use crate::{Bus, BusError, Handler, Handlers};

/// A stream is cut at about so many events; a consumer that is further behind finds them through the outbox.
const MAX_LENGTH: usize = 500_000;
/// How many events of a pace one read takes, and how many of them are handled at once: few of those that nobody waits for
/// within a second, who would fill the queue for the database.
const fn batch(pace: Pace) -> usize {
    match pace {
        Pace::Now => 32,
        Pace::Soon | Pace::Later => 4,
    }
}

/// How many events are taken over from another consumer at once.
const BATCH: usize = 32;
/// What the marker holds while the stream has its memory.
const WHOLE: &str = "1";
/// What the marker holds while recent events are given again.
const RESTORING: &str = "restoring";

/// The patience of the bus.
#[derive(Debug, Clone, Copy)]
pub struct RedisOptions {
    /// How long a read waits for news.
    pub block: Duration,
    /// How long an event may lie on a consumer's pending list before another takes it over. Longer than any handler works.
    pub idle: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self { block: Duration::from_secs(5), idle: Duration::from_secs(60) }
    }
}

/// The bus over one Redis server.
pub struct RedisBus {
    client: Client,
    publisher: ConnectionManager,
    streams: [String; Pace::ALL.len()],
    marker: String,
    options: RedisOptions,
}

impl RedisBus {
    /// Connects. `prefix` stands before every key, so that several systems can share a server.
    ///
    /// # Errors
    /// When the address cannot be read or the server not be reached.
    pub async fn connect(url: &str, prefix: &str) -> Result<Self, BusError> {
        Self::connect_with(url, prefix, RedisOptions::default()).await
    }

    /// The same with another patience.
    ///
    /// # Errors
    /// As [`RedisBus::connect`].
    pub async fn connect_with(url: &str, prefix: &str, options: RedisOptions) -> Result<Self, BusError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new().set_response_timeout(Some(Duration::from_secs(5)));
        let publisher = ConnectionManager::new_with_config(client.clone(), config).await?;
        Ok(Self {
            client,
            publisher,
            streams: Pace::ALL.map(|pace| stream(prefix, pace)),
            marker: format!("{prefix}:events:v1:marker"),
            options,
        })
    }

    /// Starts one consumer task for each handler and pace; they end after `stop`.
    ///
    /// # Errors
    /// When a group cannot be made.
    pub async fn listen(
        &self,
        handlers: Handlers,
        delivery: Delivery,
        stop: &CancellationToken,
    ) -> Result<Vec<tokio::task::JoinHandle<()>>, BusError> {
        let mut tasks = Vec::new();
        for handler in handlers.iter() {
            for (pace, stream) in Pace::ALL.into_iter().zip(&self.streams) {
                ensure_group(&mut self.publisher.clone(), stream, handler.name()).await?;
                let consumer = Consumer {
                    client: self.client.clone(),
                    control: self.publisher.clone(),
                    stream: stream.clone(),
                    pace,
                    name: format!("{}-{}", std::process::id(), unique()),
                    handler: Arc::clone(handler),
                    delivery: delivery.clone(),
                    options: self.options,
                };
                tasks.push(shared_store::runtime::spawn(consumer.run(stop.clone())));
            }
        }
        Ok(tasks)
    }
}

/// The key of the stream of a pace.
fn stream(prefix: &str, pace: Pace) -> String {
    match pace {
        Pace::Now => format!("{prefix}:events:v1"),
        Pace::Soon => format!("{prefix}:events:v1:soon"),
        Pace::Later => format!("{prefix}:events:v1:later"),
    }
}

/// A part of a consumer's name that no other process has, also not one with the same process id on another host.
fn unique() -> Uuid {
    let mut random = shared_store::runtime::system_random();
    Uuid::from_bytes(shared::random::bytes(&mut random))
}

/// Makes the group at the beginning of the stream: a service that joins later still hears what the stream remembers.
async fn ensure_group(connection: &mut ConnectionManager, stream: &str, group: &str) -> Result<(), RedisError> {
    let made: Result<(), RedisError> = connection.xgroup_create_mkstream(stream, group, "0").await;
    match made {
        Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
        other => other,
    }
}

#[async_trait]
impl Bus for RedisBus {
    async fn publish(&self, event: &CloudEvent, pace: Pace) -> Result<(), BusError> {
        let text = serde_json::to_string(event)?;
        let _: String = self
            .publisher
            .clone()
            .xadd_maxlen(
                &self.streams[pace as usize],
                StreamMaxlen::Approx(MAX_LENGTH),
                "*",
                &[("event", text.as_str())],
            )
            .await?;
        Ok(())
    }

    async fn ready(&self) -> Result<(), BusError> {
        let _: String = redis::cmd("PING").query_async(&mut self.publisher.clone()).await?;
        Ok(())
    }

    async fn lost_memory(&self) -> Result<bool, BusError> {
        let mut connection = self.publisher.clone();
        let marker: Option<String> = connection.get(&self.marker).await?;
        if marker.as_deref() == Some(WHOLE) {
            return Ok(false);
        }
        let () = connection.set(&self.marker, RESTORING).await?;
        Ok(true)
    }

    async fn remember(&self) -> Result<(), BusError> {
        // XX: a marker that is gone again means that the memory is gone again.
        let _: Option<String> =
            redis::cmd("SET").arg(&self.marker).arg(WHOLE).arg("XX").query_async(&mut self.publisher.clone()).await?;
        Ok(())
    }
}

/// One consumer of one group.
struct Consumer {
    client: Client,
    control: ConnectionManager,
    stream: String,
    pace: Pace,
    name: String,
    handler: Arc<dyn Handler>,
    delivery: Delivery,
    options: RedisOptions,
}

impl Consumer {
    async fn run(mut self, stop: CancellationToken) {
        let batch = batch(self.pace);
        let permits = Arc::new(Semaphore::new(batch));
        while !stop.is_cancelled() {
            let ended = tokio::select! {
                () = stop.cancelled() => break,
                ended = self.read_until_failure(&permits) => ended,
            };
            if let Err(error) = ended {
                tracing::warn!(
                    consumer = self.handler.name(),
                    error = &error as &dyn std::error::Error,
                    "the stream cannot be read; trying again"
                );
                let remade = ensure_group(&mut self.control, &self.stream, self.handler.name()).await;
                if remade.is_err() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
        // Whoever is under way finishes before the process ends; what is left stays pending for another consumer.
        let _ = tokio::time::timeout(Duration::from_secs(10), permits.acquire_many(batch as u32)).await;
    }

    async fn read_until_failure(&mut self, permits: &Arc<Semaphore>) -> Result<(), RedisError> {
        let mut connection = self.blocking_connection().await?;
        let mut next_claim = tokio::time::Instant::now();
        loop {
            if tokio::time::Instant::now() >= next_claim {
                self.take_over(permits).await?;
                next_claim = tokio::time::Instant::now() + self.options.idle / 4;
            }
            let free = permits.available_permits().max(1);
            let options = StreamReadOptions::default()
                .group(self.handler.name(), &self.name)
                .count(free)
                .block(usize::try_from(self.options.block.as_millis()).unwrap_or(usize::MAX));
            let reply: Option<StreamReadReply> =
                connection.xread_options(&[self.stream.as_str()], &[">"], &options).await?;
            for key in reply.into_iter().flat_map(|reply| reply.keys) {
                for id in key.ids {
                    self.start(id, permits).await;
                }
            }
        }
    }

    async fn blocking_connection(&self) -> Result<MultiplexedConnection, RedisError> {
        let config =
            AsyncConnectionConfig::new().set_response_timeout(Some(self.options.block + Duration::from_secs(5)));
        self.client.get_multiplexed_async_connection_with_config(&config).await
    }

    /// Takes over what other consumers of the group have read and not acknowledged for too long.
    async fn take_over(&mut self, permits: &Arc<Semaphore>) -> Result<(), RedisError> {
        let reply: StreamAutoClaimReply = redis::cmd("XAUTOCLAIM")
            .arg(&self.stream)
            .arg(self.handler.name())
            .arg(&self.name)
            .arg(u64::try_from(self.options.idle.as_millis()).unwrap_or(u64::MAX))
            .arg("0")
            .arg("COUNT")
            .arg(BATCH)
            .query_async(&mut self.control)
            .await?;
        for id in reply.claimed {
            self.start(id, permits).await;
        }
        Ok(())
    }

    /// Handles one event beside the others, and acknowledges it when it needs no more care.
    async fn start(&self, id: StreamId, permits: &Arc<Semaphore>) {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else { return };
        let (handler, delivery, pace) = (Arc::clone(&self.handler), self.delivery.clone(), self.pace);
        let (mut control, stream) = (self.control.clone(), self.stream.clone());
        shared_store::runtime::spawn(async move {
            let _permit = permit;
            let text: Option<String> = id.get("event");
            let event = text.as_deref().map(serde_json::from_str::<CloudEvent>);
            let settled = match event {
                Some(Ok(event)) if handler.kinds().contains(&event.kind.as_str()) => {
                    pace.run(delivery.deliver(handler.as_ref(), &event)).await.is_ok()
                }
                Some(Ok(_)) => true,
                _ => {
                    tracing::error!(consumer = handler.name(), entry = %id.id, "an entry of the stream is no event");
                    true
                }
            };
            if settled {
                let acknowledged: Result<i64, RedisError> = control.xack(&stream, handler.name(), &[&id.id]).await;
                if let Err(error) = acknowledged {
                    tracing::warn!(
                        consumer = handler.name(),
                        error = &error as &dyn std::error::Error,
                        "an event will come again"
                    );
                }
            }
        });
    }
}

/// Waits until all consumer tasks have ended.
pub async fn join(tasks: Vec<tokio::task::JoinHandle<()>>) {
    futures::stream::iter(tasks).for_each_concurrent(None, |task| async { drop(task.await) }).await;
}
