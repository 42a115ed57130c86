//! A bus of either kind over a store, for one test.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use shared::clock::Clock;
use shared::event::CloudEvent;
use shared::ids::EventId;
use shared_bus::delivery::Delivery;
use shared_bus::in_process::InProcessBus;
use shared_bus::redis_streams::{RedisBus, RedisOptions};
use shared_bus::relay::Relay;
use shared_bus::{Bus, Handler, Handlers};
use shared_store::runtime::{SystemClock, spawn, system_random};
use shared_testkit::servers::TestRedis;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::bus_recorder::Recorder;
use crate::sample;
use crate::store_ground::Ground;

/// The kind of event that most handlers of the tests listen to.
pub const TOLD: &str = "antam.test.told.v1";
/// Another kind.
pub const ASKED: &str = "antam.test.asked.v1";

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(10);

enum Wire {
    InProcess(Arc<InProcessBus>),
    Redis(Arc<RedisBus>, TestRedis),
}

/// A store and a bus: SQLite and the bus inside the process, or PostgreSQL and Redis Streams.
pub struct Line {
    /// The store.
    pub ground: Ground,
    /// The bus.
    pub bus: Arc<dyn Bus>,
    /// Tells what was started to stop.
    pub stop: CancellationToken,
    wire: Wire,
}

impl Line {
    /// Inside one process.
    pub async fn in_process() -> anyhow::Result<Self> {
        let ground = Ground::sqlite().await?;
        let bus = Arc::new(InProcessBus::new(delivery(&ground)));
        Ok(Self { ground, bus: bus.clone(), stop: CancellationToken::new(), wire: Wire::InProcess(bus) })
    }

    /// Over Redis Streams.
    pub async fn redis() -> anyhow::Result<Self> {
        let ground = Ground::postgres().await?;
        let server = TestRedis::namespace().await;
        let bus = Arc::new(connect(&server).await?);
        Ok(Self { ground, bus: bus.clone(), stop: CancellationToken::new(), wire: Wire::Redis(bus, server) })
    }

    /// Lets handlers listen. On Redis, each call is another process.
    pub async fn listen(&self, handlers: &[&Arc<Recorder>]) -> anyhow::Result<Vec<JoinHandle<()>>> {
        self.listen_until(handlers, &self.stop).await
    }

    /// The same until another sign to stop.
    pub async fn listen_until(
        &self,
        handlers: &[&Arc<Recorder>],
        stop: &CancellationToken,
    ) -> anyhow::Result<Vec<JoinHandle<()>>> {
        let handlers: Handlers = handlers.iter().map(|&handler| Arc::clone(handler) as Arc<dyn Handler>).collect();
        match &self.wire {
            Wire::InProcess(bus) => {
                bus.listen(handlers);
                Ok(Vec::new())
            }
            Wire::Redis(_, server) => Ok(connect(server).await?.listen(handlers, delivery(&self.ground), stop).await?),
        }
    }

    /// A relay from the store to a bus.
    pub fn relay_to(&self, bus: Arc<dyn Bus>) -> JoinHandle<()> {
        let relay = Relay::new(Arc::clone(&self.ground.store), bus, Arc::new(SystemClock), self.ground.wake.clone());
        spawn(relay.run(self.stop.clone()))
    }

    /// A relay from the store to the bus.
    pub fn relay(&self) -> JoinHandle<()> {
        self.relay_to(Arc::clone(&self.bus))
    }

    /// A handler of this line.
    pub fn handler(&self, name: &'static str, kinds: &'static [&'static str]) -> Recorder {
        Recorder::new(name, kinds, Arc::clone(&self.ground.store))
    }

    /// Commits events of the kind that most listen to; gives their ids.
    pub async fn commit(&self, count: u32) -> anyhow::Result<Vec<EventId>> {
        let mut tx = self.ground.store.write().await?;
        let mut ids = Vec::new();
        for _ in 0..count {
            let event = told();
            tx.append_event(&event).await?;
            ids.push(event.id);
        }
        tx.commit().await?;
        Ok(ids)
    }

    /// Waits until nothing is left in the outbox.
    pub async fn all_published(&self) -> anyhow::Result<()> {
        let store = &self.ground.store;
        eventually("an empty outbox", async || Ok(store.read().await?.backlog().await?.outbox == 0)).await
    }

    /// The bus over Redis, where this line has it.
    pub fn redis_bus(&self) -> anyhow::Result<&RedisBus> {
        match &self.wire {
            Wire::Redis(bus, _) => Ok(bus),
            Wire::InProcess(_) => anyhow::bail!("this line has no Redis"),
        }
    }

    /// A connection to Redis past the bus, and the keys of this line.
    pub async fn redis_keys(&self) -> anyhow::Result<(redis::aio::MultiplexedConnection, Vec<String>)> {
        let Wire::Redis(_, server) = &self.wire else { anyhow::bail!("this line has no Redis") };
        let mut connection = redis::Client::open(server.url())?.get_multiplexed_async_connection().await?;
        let pattern = format!("{}*", server.prefix());
        let mut keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await?;
        keys.sort_unstable();
        Ok((connection, keys))
    }

    /// Takes all keys of this line from Redis, as FLUSHALL would, and no other test's.
    pub async fn flush(&self) -> anyhow::Result<()> {
        let (mut connection, keys) = self.redis_keys().await?;
        ensure!(!keys.is_empty(), "there is nothing to flush");
        let _: u64 = redis::cmd("DEL").arg(keys).query_async(&mut connection).await?;
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A bus with little patience, so that a test need not wait a minute for what lies idle.
async fn connect(server: &TestRedis) -> anyhow::Result<RedisBus> {
    let options = RedisOptions { block: Duration::from_millis(400), idle: Duration::from_millis(800) };
    Ok(RedisBus::connect_with(server.url(), server.prefix(), options).await?)
}

fn delivery(ground: &Ground) -> Delivery {
    Delivery::new(Arc::clone(&ground.store), Arc::new(SystemClock)).with_pause(Duration::from_millis(2))
}

/// A fresh event of the kind that most listen to.
pub fn told() -> CloudEvent {
    sample::event(TOLD, SystemClock.now(), &mut system_random())
}

/// Waits until it is so.
pub async fn eventually(what: &str, mut so: impl AsyncFnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = tokio::time::Instant::now() + PATIENCE;
    while !so().await? {
        ensure!(tokio::time::Instant::now() < end, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Runs each of these functions, which take a `&Line`, over both buses.
macro_rules! on_both_buses {
    ($($name:ident),+ $(,)?) => {
        mod in_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() -> anyhow::Result<()> {
                super::$name(&$crate::bus_ground::Line::in_process().await?).await
            })+
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() -> anyhow::Result<()> {
                super::$name(&$crate::bus_ground::Line::redis().await?).await
            })+
        }
    };
}
pub(crate) use on_both_buses;
