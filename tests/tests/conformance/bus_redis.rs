//! What only Redis Streams can do and suffer: several consumers, dead ones, a lost memory.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use shared_bus::Bus;
use shared_store::pace::Pace;
use tokio_util::sync::CancellationToken;

use crate::bus_ground::{Line, TOLD, eventually, told};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_consumers_of_one_group_share_the_events() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let consumer = || Arc::new(line.handler("shared", &[TOLD]).taking(Duration::from_millis(2)));
    let (one, other) = (consumer(), consumer());
    line.listen(&[&one]).await?;
    line.listen(&[&other]).await?;
    for _ in 0..100 {
        line.bus.publish(&told(), Pace::Now).await?;
    }
    eventually("all events", async || Ok(one.effects().len() + other.effects().len() == 100)).await?;
    ensure!(one.given().len() + other.given().len() == 100, "no event went to both");
    ensure!(!one.given().is_empty() && !other.given().is_empty(), "one of them did nothing");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_of_a_consumer_that_died_are_taken_over() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let hanging = Arc::new(line.handler("shared", &[TOLD]).taking(Duration::from_secs(3_600)));
    let consumers = line.listen(&[&hanging]).await?;
    let events = [told(), told(), told()];
    for event in &events {
        line.bus.publish(event, Pace::Now).await?;
    }
    eventually("the events at the first", async || Ok(hanging.given().len() == 3)).await?;
    consumers.iter().for_each(tokio::task::JoinHandle::abort);

    let heir = Arc::new(line.handler("shared", &[TOLD]));
    line.listen(&[&heir]).await?;
    heir.has(&events.map(|event| event.id)).await?;
    let (mut connection, keys) = line.redis_keys().await?;
    let stream = keys.first().expect("the stream").clone();
    eventually("every acknowledgement", async || {
        let mut pending = redis::cmd("XPENDING");
        let reply = pending.arg(&stream).arg("shared").query_async(&mut connection).await?;
        let (waiting, ..): (u64, redis::Value, redis::Value, redis::Value) = reply;
        Ok(waiting == 0)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_joins_later_hears_what_the_stream_remembers() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let events = [told(), told()];
    for event in &events {
        line.bus.publish(event, Pace::Now).await?;
    }
    let late = Arc::new(line.handler("late", &[TOLD]));
    line.listen(&[&late]).await?;
    late.has(&events.map(|event| event.id)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_goes_on_where_its_group_stood_when_it_stopped() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let stop = CancellationToken::new();
    let before = Arc::new(line.handler("shared", &[TOLD]));
    let consumers = line.listen_until(&[&before], &stop).await?;
    let (first, second) = (told(), told());
    line.bus.publish(&first, Pace::Now).await?;
    before.has(&[first.id]).await?;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), shared_bus::redis_streams::join(consumers)).await?;
    line.bus.publish(&second, Pace::Now).await?;

    let after = Arc::new(line.handler("shared", &[TOLD]));
    line.listen(&[&after]).await?;
    after.has(&[second.id]).await?;
    ensure!(before.given() == [first.id] && after.given() == [second.id]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_is_no_event_is_passed_over() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let (mut connection, keys) = line.redis_keys().await?;
    for (field, value) in [("event", "{\"id\": 1}"), ("event", "\u{0}"), ("other", "x")] {
        let mut add = redis::cmd("XADD");
        let _: String = add.arg(&keys[0]).arg("*").arg(field).arg(value).query_async(&mut connection).await?;
    }
    let event = told();
    line.bus.publish(&event, Pace::Now).await?;
    listener.has(&[event.id]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_memory_stays_lost_until_it_is_restored() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let bus = line.redis_bus()?;
    ensure!(bus.lost_memory().await?, "a new Redis remembers nothing");
    ensure!(bus.lost_memory().await?, "who asked may have died before it did anything");
    bus.remember().await?;
    ensure!(!bus.lost_memory().await?);
    line.flush().await?;
    bus.remember().await?;
    ensure!(bus.lost_memory().await?, "what was lost while it was restored is still lost");
    Ok(())
}

/// Redis is emptied while everybody is connected: the groups are made again, and nothing is lost or doubled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_flushed_under_way_gets_recent_events_again() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    line.relay();
    let mut committed = line.commit(5).await?;
    listener.has(&committed).await?;
    line.all_published().await?;
    for _ in 0..3 {
        line.flush().await?;
        committed.extend(line.commit(5).await?);
        listener.has(&committed).await?;
        eventually("the marker", async || Ok(!line.bus.lost_memory().await?)).await?;
        line.all_published().await?;
    }
    listener.has(&committed).await?;
    ensure!(listener.given().len() > committed.len(), "what was handled before came again, and had no effect");
    Ok(())
}

/// The events were published, and flushed before their service came to read them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_nobody_had_read_when_redis_was_flushed_are_not_lost() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    line.relay();
    let committed = line.commit(5).await?;
    line.all_published().await?;
    eventually("the marker", async || Ok(!line.bus.lost_memory().await?)).await?;
    line.flush().await?;
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    listener.has(&committed).await
}

/// Redis was flushed while no relay ran: the next one finds out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_starts_after_a_flush_gives_recent_events_again() -> anyhow::Result<()> {
    let line = Line::redis().await?;
    let relay = line.relay();
    let committed = line.commit(5).await?;
    line.all_published().await?;
    eventually("the marker", async || Ok(!line.bus.lost_memory().await?)).await?;
    relay.abort();
    line.flush().await?;
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    line.relay();
    listener.has(&committed).await
}
