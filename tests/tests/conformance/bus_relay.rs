//! From a commit to the handlers, through the outbox, the relay and the bus, also when something dies in between.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use shared::clock::Clock;
use shared::event::CloudEvent;
use shared::ids::EventId;
use shared::time::minutes;
use shared_bus::relay::Relay;
use shared_bus::{Bus, BusError};
use shared_store::pace::Pace;
use shared_store::runtime::SystemClock;
use tokio::time::Instant;

use crate::bus_ground::{Line, TOLD, eventually, on_both_buses};

on_both_buses! {
    a_commit_is_with_its_handler_within_a_tenth_of_a_second,
    what_was_committed_before_the_relay_started_is_brought,
    what_another_process_committed_is_found_without_a_nudge,
    a_crash_after_publishing_and_before_marking_is_harmless,
    a_slow_event_does_not_hold_up_those_behind_it,
    what_nobody_waits_for_does_not_hold_up_what_somebody_does,
    an_event_that_the_bus_does_not_take_is_tried_again_soon,
    several_relays_share_the_work,
    a_relay_that_is_told_to_stop_finishes_what_is_under_way,
    a_relay_turned_by_hand_brings_one_batch,
}

async fn a_commit_is_with_its_handler_within_a_tenth_of_a_second(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    line.relay();
    line.commit(1).await?;
    line.all_published().await?;
    let mut waits = Vec::new();
    for _ in 0..15 {
        let committed = line.commit(1).await?;
        let since = Instant::now();
        // Published is not handled: the one before may still come after this one.
        eventually("the event", async || Ok(committed.iter().all(|id| listener.effects().contains(id)))).await?;
        waits.push(since.elapsed());
    }
    waits.sort_unstable();
    // The machine may be busy with other tests: the middle one has to keep the time.
    ensure!(waits[7] < Duration::from_millis(100), "{waits:?}");
    Ok(())
}

async fn what_was_committed_before_the_relay_started_is_brought(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let committed = line.commit(100).await?;
    line.relay();
    listener.has(&committed).await?;
    line.all_published().await?;
    assert_eq!(listener.given().len(), 100, "nothing was delivered twice");
    Ok(())
}

async fn what_another_process_committed_is_found_without_a_nudge(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    line.relay();
    line.all_published().await?;
    let neighbour = line.ground.opened_again().await?;
    let event = crate::bus_ground::told();
    let mut tx = neighbour.shared().write().await?;
    tx.append_event(&event).await?;
    tx.commit().await?;
    listener.has(&[event.id]).await?;
    neighbour.close().await;
    Ok(())
}

/// A process claims two events, publishes one, and dies. The next one brings both.
async fn a_crash_after_publishing_and_before_marking_is_harmless(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let committed = line.commit(2).await?;
    let now = SystemClock.now();
    // Inside one process the claims of the dead are given back at the start; between processes their lease has to end.
    let lease = if line.bus.is_private() { now.plus(minutes(60)) } else { now };
    let mut tx = line.ground.store.write().await?;
    let claimed = tx.claim_events(now, lease, 10).await?;
    tx.commit().await?;
    ensure!(claimed.len() == 2);
    line.bus.publish(&claimed[0].event, Pace::Now).await?;
    listener.has(&[claimed[0].event.id]).await?;

    line.relay();
    listener.has(&committed).await?;
    line.all_published().await?;
    eventually("the repeat", async || Ok(listener.given().len() == 3)).await?;
    listener.has(&committed).await
}

async fn a_slow_event_does_not_hold_up_those_behind_it(line: &Line) -> anyhow::Result<()> {
    let slow = line.commit(1).await?[0];
    let listener = Arc::new(line.handler("listener", &[TOLD]).slow_with(slow, Duration::from_secs(3)));
    line.listen(&[&listener]).await?;
    line.relay();
    eventually("the slow one at its handler", async || Ok(listener.given() == [slow])).await?;
    let quick = line.commit(3).await?;
    let since = Instant::now();
    eventually("the quick ones", async || Ok(listener.effects().len() == quick.len())).await?;
    ensure!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    ensure!(!listener.effects().contains(&slow));
    listener.has(&[&quick[..], &[slow]].concat()).await
}

/// Many events that nobody waits for, each of which takes its handler a while: those under way stand before one of now, and not
/// those that wait.
async fn what_nobody_waits_for_does_not_hold_up_what_somebody_does(line: &Line) -> anyhow::Result<()> {
    let later = Pace::Later.run(line.commit(600)).await?;
    let soon = Pace::Soon.run(line.commit(20)).await?;
    let all = Arc::new(line.handler("listener", &[TOLD]).taking(Duration::from_millis(20)));
    line.listen(&[&all]).await?;
    line.relay();
    eventually("some of the many", async || Ok(all.effects().len() > 3)).await?;
    let now = line.commit(1).await?;
    eventually("the one of now", async || Ok(all.effects().contains(&now[0]))).await?;
    let effects = all.effects();
    let handled = |of: &[EventId]| of.iter().filter(|id| effects.contains(id)).count();
    ensure!(handled(&later) < 500, "{} of those that nobody waits for came first", handled(&later));
    all.has(&[&later[..], &soon, &now].concat()).await?;
    let effects = all.effects();
    let last = |of: &[EventId]| effects.iter().rposition(|id| of.contains(id));
    ensure!(last(&soon) < last(&later), "what is for soon stands before what is for later");
    Ok(())
}

/// A bus that does not take the first events.
struct Down {
    bus: Arc<dyn Bus>,
    refusals: AtomicU32,
}

#[async_trait]
impl Bus for Down {
    async fn publish(&self, event: &CloudEvent, pace: Pace) -> Result<(), BusError> {
        let refuse = self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if refuse.is_ok() { Err(BusError::NobodyListens) } else { self.bus.publish(event, pace).await }
    }

    async fn ready(&self) -> Result<(), BusError> {
        self.bus.ready().await
    }

    async fn lost_memory(&self) -> Result<bool, BusError> {
        self.bus.lost_memory().await
    }

    async fn remember(&self) -> Result<(), BusError> {
        self.bus.remember().await
    }
}

async fn an_event_that_the_bus_does_not_take_is_tried_again_soon(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let down = Arc::new(Down { bus: Arc::clone(&line.bus), refusals: AtomicU32::new(4) });
    line.relay_to(down);
    let committed = line.commit(3).await?;
    listener.has(&committed).await?;
    line.all_published().await
}

async fn several_relays_share_the_work(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    // A new Redis would be given again what one of them had just published.
    line.bus.lost_memory().await?;
    line.bus.remember().await?;
    for _ in 0..3 {
        line.relay();
    }
    let mut committed = Vec::new();
    for _ in 0..10 {
        committed.extend(line.commit(20).await?);
    }
    eventually("all events", async || Ok(listener.effects().len() >= committed.len())).await?;
    listener.has(&committed).await?;
    assert_eq!(listener.given().len(), committed.len(), "no two relays gave the same event");
    line.all_published().await
}

async fn a_relay_that_is_told_to_stop_finishes_what_is_under_way(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]).taking(Duration::from_millis(300)));
    let consumers = line.listen(&[&listener]).await?;
    let relay = line.relay();
    let committed = line.commit(3).await?;
    eventually("the events at their handler", async || Ok(listener.given().len() == 3)).await?;
    line.stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), relay).await.context("the relay did not stop")??;
    tokio::time::timeout(Duration::from_secs(5), shared_bus::redis_streams::join(consumers))
        .await
        .context("a consumer did not stop")?;
    let effects: BTreeSet<EventId> = listener.effects().into_iter().collect();
    assert_eq!(effects, committed.into_iter().collect(), "what was under way came to its end before the stop did");
    assert_eq!(line.ground.store.read().await?.backlog().await?.outbox, 0);
    Ok(())
}

async fn a_relay_turned_by_hand_brings_one_batch(line: &Line) -> anyhow::Result<()> {
    let listener = Arc::new(line.handler("listener", &[TOLD]));
    line.listen(&[&listener]).await?;
    let store = Arc::clone(&line.ground.store);
    let relay = Relay::new(store, Arc::clone(&line.bus), Arc::new(SystemClock), line.ground.wake.clone());
    assert_eq!(relay.step().await?, 0);
    let committed = line.commit(5).await?;
    assert_eq!(relay.step().await?, 5);
    listener.has(&committed).await?;
    assert_eq!(relay.step().await?, 0);
    Ok(())
}
