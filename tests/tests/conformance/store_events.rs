//! Outbox, inbox and dead letters.

use anyhow::Context as _;
use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;
use shared::event::CloudEvent;
use shared::ids::EventId;
use shared::time::{Instant, days, minutes};
use shared_store::outbox::{Backlog, DeadLetter};
use shared_store::pace::Pace;
use shared_store::wake::Topic;

use crate::sample::{event, random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    events_are_claimed_in_the_order_of_their_time_as_they_were_written,
    nobody_else_gets_an_event_before_its_lease_ends,
    many_claimers_at_once_share_the_events,
    a_claim_never_takes_more_than_its_limit,
    each_pace_is_claimed_by_itself_and_the_most_pressing_first,
    an_event_for_later_is_not_claimed_before_its_time,
    events_that_are_spread_come_at_their_times_and_all_at_once_when_they_are_hurried,
    somebody_waits_until_the_event_is_published_or_has_failed_once,
    an_event_that_was_given_back_is_claimed_again,
    a_lost_memory_gets_recent_events_again,
    old_events_are_pruned_and_waiting_ones_are_kept,
    an_event_is_received_once_by_each_consumer,
    an_event_received_by_many_at_once_has_one_effect,
    a_dead_letter_is_kept_once_until_it_is_taken_away,
    a_commit_nudges_and_a_transaction_that_ends_without_does_not,
}

const KIND: &str = "antam.test.told.v1";

/// Writes so many events, a minute apart.
async fn write(ground: &Ground, count: i64) -> anyhow::Result<Vec<CloudEvent>> {
    write_more(ground, count, 1).await
}

/// The same, with ids of their own for each seed.
async fn write_more(ground: &Ground, count: i64, seed: u64) -> anyhow::Result<Vec<CloudEvent>> {
    let mut random = random(seed);
    let events: Vec<_> = (0..count).map(|i| event(KIND, start().plus(minutes(i)), &mut random)).collect();
    let mut tx = ground.store.write().await?;
    // The last one alone, those before it at once and backwards: how they are written makes no difference.
    let (last, before) = events.split_last().context("some events")?;
    tx.append_event(last).await?;
    tx.append_events(&before.iter().rev().cloned().collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(events)
}

async fn claim(ground: &Ground, now: Instant, limit: i64) -> anyhow::Result<Vec<EventId>> {
    let mut tx = ground.store.write().await?;
    let claimed = tx.claim_events(now, now.plus(minutes(2)), limit).await?;
    tx.commit().await?;
    Ok(claimed.into_iter().map(|claimed| claimed.event.id).collect())
}

async fn each_pace_is_claimed_by_itself_and_the_most_pressing_first(ground: &Ground) -> anyhow::Result<()> {
    // The least pressing are written first.
    let later = Pace::Later.run(write_more(ground, 2, 6)).await?;
    let soon = Pace::Soon.run(write_more(ground, 2, 7)).await?;
    assert!(ground.store.read().await?.somebody_waits(Pace::Soon).await?, "what is for soon counts");
    assert!(!ground.store.read().await?.somebody_waits(Pace::Now).await?, "unless only what presses is asked for");
    let now = write(ground, 2).await?;
    let until = start().plus(minutes(2));
    let mut tx = ground.store.write().await?;
    let claimed = tx.claim_events_of(Pace::Soon, start(), until, 1).await?;
    assert_eq!(
        claimed.iter().map(|claimed| (claimed.event.id, claimed.pace)).collect::<Vec<_>>(),
        [(soon[0].id, Pace::Soon)]
    );
    drop(tx);
    assert_eq!(claim(ground, start(), 5).await?, [ids(&now), ids(&soon), ids(&later[..1])].concat());
    let mut tx = ground.store.write().await?;
    tx.mark_published(&[ids(&now), ids(&soon)].concat(), start()).await?;
    tx.commit().await?;
    assert!(!ground.store.read().await?.somebody_waits(Pace::Soon).await?, "nobody waits for what is left");
    Ok(())
}

async fn an_event_for_later_is_not_claimed_before_its_time(ground: &Ground) -> anyhow::Result<()> {
    let told = event(KIND, start(), &mut random(5));
    let mut tx = ground.store.write().await?;
    tx.append_events_later(std::slice::from_ref(&told), Some(start().plus(minutes(1)))).await?;
    tx.commit().await?;
    assert!(claim(ground, start().plus(minutes(1)), 10).await?.is_empty());
    let later = start().plus(minutes(1)).plus(jiff::SignedDuration::from_micros(1));
    assert_eq!(claim(ground, later, 10).await?, [told.id]);
    Ok(())
}

async fn events_that_are_spread_come_at_their_times_and_all_at_once_when_they_are_hurried(
    ground: &Ground,
) -> anyhow::Result<()> {
    let spread: Vec<_> =
        (0..4).map(|n| (event(KIND, start(), &mut random(20 + n)), start().plus(minutes(n as i64)))).collect();
    let told = |from: usize| spread[from..].iter().map(|(event, _)| event.id).collect::<Vec<_>>();
    let mut tx = ground.store.write().await?;
    Pace::Soon.run(tx.append_events_from(&spread)).await?;
    Pace::Later
        .run(tx.append_events_from(&[(event(KIND, start(), &mut random(30)), start().plus(minutes(9)))]))
        .await?;
    tx.commit().await?;
    let second = jiff::SignedDuration::from_secs(1);
    assert_eq!(claim(ground, start().plus(second), 10).await?, told(0)[..1]);
    assert_eq!(claim(ground, start().plus(minutes(1)).plus(second), 10).await?, told(1)[..1]);
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.hurry_events(Pace::Soon, start(), 1).await?, 1, "the nearest first");
    assert_eq!(
        tx.hurry_events(Pace::Soon, start(), 10).await?,
        1,
        "what was claimed keeps its lease, and what is for later its time"
    );
    tx.commit().await?;
    assert_eq!(claim(ground, start().plus(second), 10).await?.len(), 2);
    assert!(claim(ground, start().plus(second), 10).await?.is_empty());
    Ok(())
}

async fn somebody_waits_until_the_event_is_published_or_has_failed_once(ground: &Ground) -> anyhow::Result<()> {
    assert!(!ground.store.read().await?.somebody_waits(Pace::Soon).await?, "the outbox is empty");
    let events = write(ground, 2).await?;
    let now = start().plus(minutes(5));
    assert!(ground.store.read().await?.somebody_waits(Pace::Soon).await?);
    claim(ground, now, 2).await?;
    assert!(ground.store.read().await?.somebody_waits(Pace::Soon).await?, "it is on its way");
    let mut tx = ground.store.write().await?;
    tx.mark_published(&ids(&events[..1]), now).await?;
    tx.commit().await?;
    assert!(ground.store.read().await?.somebody_waits(Pace::Soon).await?, "the other one is on its way");
    claim(ground, now.plus(minutes(10)), 2).await?;
    assert!(
        !ground.store.read().await?.somebody_waits(Pace::Soon).await?,
        "it failed once: who sends more need not wait for it"
    );
    Ok(())
}

fn ids(events: &[CloudEvent]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}

async fn events_are_claimed_in_the_order_of_their_time_as_they_were_written(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 5).await?;
    let mut tx = ground.store.write().await?;
    let first = tx.claim_events(start(), start().plus(minutes(2)), 3).await?;
    let rest = tx.claim_events(start(), start().plus(minutes(2)), 3).await?;
    tx.commit().await?;
    let claimed: Vec<CloudEvent> = first.into_iter().chain(rest).map(|claimed| claimed.event).collect();
    assert_eq!(claimed, events);
    Ok(())
}

async fn nobody_else_gets_an_event_before_its_lease_ends(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 2).await?;
    assert_eq!(claim(ground, start(), 10).await?, ids(&events));
    assert!(claim(ground, start(), 10).await?.is_empty());
    assert!(claim(ground, start().plus(minutes(2)), 10).await?.is_empty(), "the lease holds to its last instant");

    let mut tx = ground.store.write().await?;
    tx.mark_published(&[events[0].id], start()).await?;
    let again = tx.claim_events(start().plus(minutes(3)), start().plus(minutes(5)), 10).await?;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].event.id, again[0].attempts), (events[1].id, 2));
    tx.mark_published(&[], start()).await?;
    tx.commit().await?;
    assert_eq!(ground.store.read().await?.backlog().await?, Backlog { outbox: 1, ..Backlog::default() });
    Ok(())
}

async fn many_claimers_at_once_share_the_events(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 200).await?;
    let claimers = (0..8).map(|_| async {
        let mut mine = Vec::new();
        loop {
            let mut tx = ground.store.write().await?;
            let claimed = tx.claim_events(start(), start().plus(minutes(2)), 7).await?;
            tokio::time::sleep(Duration::from_millis(1)).await;
            tx.commit().await?;
            if claimed.is_empty() {
                return anyhow::Ok(mine);
            }
            mine.extend(claimed.into_iter().map(|claimed| claimed.event.id));
        }
    });
    let all: Vec<EventId> = try_join_all(claimers).await?.concat();
    let distinct: BTreeSet<EventId> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len(), "two claimers got the same event");
    // A claimer passes over rows that another holds, and may so find nothing a moment before they are free.
    assert!(distinct.len() + claim(ground, start(), 200).await?.len() == events.len());
    Ok(())
}

async fn a_claim_never_takes_more_than_its_limit(ground: &Ground) -> anyhow::Result<()> {
    write(ground, 300).await?;
    for _ in 0..10 {
        let claims = try_join_all((0..4).map(|_| claim(ground, start(), 5))).await?;
        assert!(claims.iter().all(|claimed| claimed.len() <= 5));
    }
    Ok(())
}

async fn an_event_that_was_given_back_is_claimed_again(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 3).await?;
    claim(ground, start(), 10).await?;
    let mut tx = ground.store.write().await?;
    tx.mark_published(&[events[2].id], start()).await?;
    tx.release_events(&[events[0].id, events[2].id], start().plus(minutes(1))).await?;
    tx.commit().await?;
    assert!(claim(ground, start().plus(minutes(1)), 10).await?.is_empty());
    let later = start().plus(minutes(1)).plus(jiff::SignedDuration::from_micros(1));
    assert_eq!(claim(ground, later, 10).await?, [events[0].id], "what was published stays so");

    let mut tx = ground.store.write().await?;
    assert_eq!(tx.release_all_events().await?, 2);
    assert_eq!(tx.release_all_events().await?, 0);
    tx.commit().await?;
    assert_eq!(claim(ground, later, 10).await?, ids(&events[..2]));
    Ok(())
}

async fn a_lost_memory_gets_recent_events_again(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 3).await?;
    claim(ground, start(), 2).await?;
    let mut tx = ground.store.write().await?;
    tx.mark_published(&[events[0].id], start()).await?;
    tx.mark_published(&[events[1].id], start().plus(days(1))).await?;
    tx.commit().await?;
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.republish_since(start().plus(days(1))).await?, 1);
    tx.commit().await?;
    assert_eq!(claim(ground, start(), 10).await?, ids(&events[1..]));
    Ok(())
}

async fn old_events_are_pruned_and_waiting_ones_are_kept(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 3).await?;
    let mut tx = ground.store.write().await?;
    tx.mark_published(&[events[0].id], start()).await?;
    tx.mark_published(&[events[1].id], start().plus(days(7))).await?;
    for (event, day) in [(&events[0], 0), (&events[1], 7)] {
        assert!(tx.receive("listener", event.id, start().plus(days(day))).await?);
    }
    assert_eq!(tx.prune_events(start().plus(days(7))).await?, 2);
    assert_eq!(tx.prune_events(start().plus(days(7))).await?, 0);
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    assert!(tx.receive("listener", events[0].id, start()).await?, "a pruned event is forgotten");
    assert!(!tx.receive("listener", events[1].id, start()).await?);
    assert_eq!(tx.republish_since(start()).await?, 1);
    let left = tx.claim_events(start(), start(), 10).await?;
    assert_eq!(left.into_iter().map(|claimed| claimed.event.id).collect::<Vec<_>>(), ids(&events[1..]));
    Ok(())
}

async fn an_event_is_received_once_by_each_consumer(ground: &Ground) -> anyhow::Result<()> {
    let id = EventId::new(start(), &mut random(2));
    let mut tx = ground.store.write().await?;
    assert!(tx.receive("one", id, start()).await?);
    assert!(!tx.receive("one", id, start()).await?, "in the same transaction");
    assert!(tx.receive("other", id, start()).await?);
    drop(tx);
    let mut tx = ground.store.write().await?;
    assert!(tx.receive("one", id, start()).await?, "a receipt that was not committed is none");
    tx.commit().await?;
    let mut tx = ground.store.write().await?;
    assert!(!tx.receive("one", id, start()).await?);
    Ok(())
}

async fn an_event_received_by_many_at_once_has_one_effect(ground: &Ground) -> anyhow::Result<()> {
    let id = EventId::new(start(), &mut random(3));
    let receipts = (0..8).map(|_| async {
        let mut tx = ground.store.write().await?;
        let first = tx.receive("one", id, start()).await?;
        tokio::time::sleep(Duration::from_millis(2)).await;
        tx.commit().await?;
        anyhow::Ok(first)
    });
    let receipts = try_join_all(receipts).await?;
    assert_eq!(receipts.into_iter().filter(|first| *first).count(), 1);
    Ok(())
}

async fn a_dead_letter_is_kept_once_until_it_is_taken_away(ground: &Ground) -> anyhow::Result<()> {
    let events = write(ground, 2).await?;
    let letter = |consumer: &str, event: usize, error: &str, minute| DeadLetter {
        consumer: consumer.to_owned(),
        event: events[event].clone(),
        error: error.to_owned(),
        failed_at: start().plus(minutes(minute)),
    };
    let mut tx = ground.store.write().await?;
    tx.bury(&letter("one", 0, "first", 0)).await?;
    tx.bury(&letter("other", 0, "elsewhere", 1)).await?;
    tx.bury(&letter("one", 1, "poison", 2)).await?;
    tx.bury(&letter("one", 0, "again", 3)).await?;
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    let found = tx.dead_letters(10).await?;
    let seen: Vec<_> = found.iter().map(|l| (l.consumer.as_str(), l.error.as_str(), l.event == events[0])).collect();
    assert_eq!(seen, [("one", "again", true), ("one", "poison", false), ("other", "elsewhere", true)], "newest first");
    assert_eq!(found[0].failed_at, start().plus(minutes(3)));
    assert_eq!(tx.dead_letters(1).await?.len(), 1);
    assert_eq!(tx.backlog().await?.dead_letters, 3);
    assert!(tx.exhume("one", events[0].id).await?);
    assert!(!tx.exhume("one", events[0].id).await?);
    assert_eq!(tx.backlog().await?.dead_letters, 2);
    Ok(())
}

async fn a_commit_nudges_and_a_transaction_that_ends_without_does_not(ground: &Ground) -> anyhow::Result<()> {
    let nudged = ground.wake.subscribe(Topic::Outbox);
    let mut random = random(4);
    let mut tx = ground.store.write().await?;
    tx.append_event(&event(KIND, start(), &mut random)).await?;
    assert!(!nudged.has_changed()?, "nobody is nudged before the commit");
    drop(tx);
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.backlog().await?.outbox, 0);
    assert!(!nudged.has_changed()?);
    tx.append_event(&event(KIND, start(), &mut random)).await?;
    tx.commit().await?;
    assert!(nudged.has_changed()?);
    Ok(())
}
