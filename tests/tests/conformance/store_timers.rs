//! Timers.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;
use serde_json::json;
use shared::ids::{TimerId, uuid_v7};
use shared::time::minutes;
use shared_store::outbox::Timer;
use uuid::Uuid;

use crate::sample::{random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    timers_come_when_they_are_due_in_their_order_and_of_the_kinds_asked_for,
    a_claimed_timer_comes_again_when_its_lease_ends,
    a_timer_is_finished_once,
    timers_are_cancelled_by_kind_and_subject,
    many_claimers_at_once_share_the_timers,
}

fn timer(n: u64, kind: &str, subject: Uuid, minute: i64) -> Timer {
    Timer {
        id: TimerId::new(start(), &mut random(n)),
        kind: kind.to_owned(),
        subject,
        payload: json!({"step": n, "word": "Đặng"}),
        due_at: start().plus(minutes(minute)),
        attempts: 0,
    }
}

fn subject(n: u64) -> Uuid {
    uuid_v7(start(), &mut random(1_000 + n))
}

async fn set(ground: &Ground, timers: &[Timer]) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    for timer in timers {
        tx.set_timer(timer).await?;
    }
    Ok(tx.commit().await?)
}

async fn timers_come_when_they_are_due_in_their_order_and_of_the_kinds_asked_for(
    ground: &Ground,
) -> anyhow::Result<()> {
    assert_eq!(ground.store.read().await?.next_timer().await?, None);
    let timers = [
        timer(1, "ladder", subject(1), 5),
        timer(2, "report", subject(2), 1),
        timer(3, "report", subject(3), 0),
        timer(4, "other", subject(4), 0),
        timer(5, "report", subject(5), 30),
    ];
    set(ground, &timers).await?;
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.next_timer().await?, Some(start()));
    let due = start().plus(minutes(5));
    let claimed = tx.claim_timers(&["report", "ladder"], due, due.plus(minutes(1)), 10).await?;
    let expected: Vec<Timer> = [2, 1, 0].map(|i| Timer { attempts: 1, ..timers[i as usize].clone() }).to_vec();
    assert_eq!(claimed, expected);
    assert!(tx.claim_timers(&["report"], due, due, 10).await?.is_empty());
    assert!(tx.claim_timers(&[], due, due, 10).await?.is_empty(), "no kind, no timer");
    let late = start().plus(minutes(60));
    assert_eq!(tx.claim_timers(&["report", "ladder", "other"], late, late, 2).await?.len(), 2, "the limit");
    Ok(())
}

async fn a_claimed_timer_comes_again_when_its_lease_ends(ground: &Ground) -> anyhow::Result<()> {
    set(ground, &[timer(1, "ladder", subject(1), 0)]).await?;
    let lease = start().plus(minutes(2));
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.claim_timers(&["ladder"], start(), lease, 10).await?.len(), 1);
    tx.commit().await?;
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.next_timer().await?, Some(lease), "nobody need look before the lease ends");
    assert!(tx.claim_timers(&["ladder"], lease, lease, 10).await?.is_empty());
    let later = lease.plus(minutes(1));
    let again = tx.claim_timers(&["ladder"], later, later.plus(minutes(2)), 10).await?;
    assert_eq!(again.iter().map(|timer| timer.attempts).collect::<Vec<_>>(), [2]);
    Ok(())
}

async fn a_timer_is_finished_once(ground: &Ground) -> anyhow::Result<()> {
    let one = timer(1, "ladder", subject(1), 0);
    set(ground, std::slice::from_ref(&one)).await?;
    let mut tx = ground.store.write().await?;
    assert!(tx.finish_timer(one.id, start()).await?);
    assert!(!tx.finish_timer(one.id, start()).await?);
    assert!(!tx.finish_timer(TimerId::new(start(), &mut random(9)), start()).await?);
    let later = start().plus(minutes(60));
    assert!(tx.claim_timers(&["ladder"], later, later, 10).await?.is_empty());
    assert_eq!(tx.next_timer().await?, None);
    Ok(())
}

async fn timers_are_cancelled_by_kind_and_subject(ground: &Ground) -> anyhow::Result<()> {
    let timers = [
        timer(1, "ladder", subject(1), 0),
        timer(2, "ladder", subject(1), 5),
        timer(3, "ladder", subject(2), 1),
        timer(4, "report", subject(1), 2),
    ];
    set(ground, &timers).await?;
    let mut tx = ground.store.write().await?;
    tx.cancel_timers("ladder", subject(1), start()).await?;
    assert!(!tx.finish_timer(timers[0].id, start()).await?, "a cancelled timer is done");
    let late = start().plus(minutes(60));
    let left = tx.claim_timers(&["ladder", "report"], late, late, 10).await?;
    assert_eq!(left.iter().map(|timer| timer.id).collect::<Vec<_>>(), [timers[2].id, timers[3].id]);
    Ok(())
}

async fn many_claimers_at_once_share_the_timers(ground: &Ground) -> anyhow::Result<()> {
    let timers: Vec<Timer> = (0..60).map(|n| timer(n, "ladder", subject(n), 0)).collect();
    set(ground, &timers).await?;
    let claims = (0..6).map(|_| async {
        let mut tx = ground.store.write().await?;
        let claimed = tx.claim_timers(&["ladder"], start(), start().plus(minutes(2)), 10).await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
        tx.commit().await?;
        anyhow::Ok(claimed.into_iter().map(|timer| timer.id).collect::<Vec<_>>())
    });
    let all = try_join_all(claims).await?.concat();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert_eq!(all.len(), 60);
    Ok(())
}
