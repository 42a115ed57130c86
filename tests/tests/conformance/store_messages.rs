//! Messages to people.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;
use shared::bilingual::Lang;
use shared::ids::{MessageId, PersonId};
use shared::time::minutes;
use shared_store::outbox::NewMessage;

use crate::sample::{random, start};
use crate::store_ground::{Ground, on_both_stores};

on_both_stores! {
    a_message_reads_back_as_it_was_queued,
    the_same_key_is_queued_once,
    a_message_is_claimed_by_one_until_its_lease_ends,
    a_settled_message_is_sent_tried_again_or_given_up,
    those_who_were_told_are_known_with_the_first_time,
    many_senders_at_once_share_the_messages,
    of_those_who_write_to_one_recipient_each_sees_what_the_others_queued,
}

fn message(n: u64) -> NewMessage {
    NewMessage {
        id: MessageId::new(start(), &mut random(n)),
        idempotency_key: format!("exposure:{n}"),
        channel: "sms".to_owned(),
        template: "exposure_found".to_owned(),
        lang: Lang::Vi,
        recipient: "+84912345678".to_owned(),
        subject: None,
        text: "Mời anh/chị xem tin từ trạm y tế".to_owned(),
        person_id: Some(person(n)),
    }
}

fn person(n: u64) -> PersonId {
    PersonId::new(start(), &mut random(1_000 + n))
}

async fn queue(ground: &Ground, messages: &[NewMessage]) -> anyhow::Result<()> {
    let mut tx = ground.store.write().await?;
    for (i, message) in (0..).zip(messages) {
        assert!(tx.queue_message(message, start().plus(minutes(i))).await?);
    }
    Ok(tx.commit().await?)
}

async fn a_message_reads_back_as_it_was_queued(ground: &Ground) -> anyhow::Result<()> {
    let sms = message(1);
    let mail = NewMessage {
        channel: "email".to_owned(),
        lang: Lang::En,
        recipient: "ai@example.vn".to_owned(),
        subject: Some("Tin từ trạm y tế".to_owned()),
        person_id: None,
        ..message(2)
    };
    queue(ground, &[sms.clone(), mail.clone()]).await?;
    let mut tx = ground.store.read().await?;
    let all = tx.messages(None, 10).await?;
    assert_eq!(all.iter().map(|stored| &stored.message).collect::<Vec<_>>(), [&mail, &sms], "newest first");
    let state = (all[1].status.as_str(), all[1].attempts, all[1].created_at, all[1].sent_at);
    assert_eq!(state, ("queued", 0, start(), None));
    assert_eq!(tx.messages(None, 1).await?.len(), 1);
    let to_mail = tx.messages(Some("ai@example.vn"), 10).await?;
    assert_eq!(to_mail.iter().map(|stored| &stored.message).collect::<Vec<_>>(), [&mail]);
    assert!(tx.messages(Some("+84987654321"), 10).await?.is_empty());
    assert_eq!(tx.backlog().await?.messages, 2);
    Ok(())
}

async fn the_same_key_is_queued_once(ground: &Ground) -> anyhow::Result<()> {
    queue(ground, &[message(1)]).await?;
    let again =
        NewMessage { idempotency_key: message(1).idempotency_key, text: "chữ khác".to_owned(), ..message(2) };
    let repeats = (0..4).map(|_| async {
        let mut tx = ground.store.write().await?;
        let queued = tx.queue_message(&again, start()).await?;
        tx.commit().await?;
        anyhow::Ok(queued)
    });
    assert_eq!(try_join_all(repeats).await?, [false; 4]);
    let all = ground.store.read().await?.messages(None, 10).await?;
    assert_eq!(all.into_iter().map(|stored| stored.message).collect::<Vec<_>>(), [message(1)]);
    Ok(())
}

async fn a_message_is_claimed_by_one_until_its_lease_ends(ground: &Ground) -> anyhow::Result<()> {
    queue(ground, &[message(1), message(2), message(3)]).await?;
    let (now, lease) = (start().plus(minutes(1)), start().plus(minutes(6)));
    let mut tx = ground.store.write().await?;
    let claimed = tx.claim_messages(now, lease, 10).await?;
    assert_eq!(claimed.iter().map(|stored| &stored.message).collect::<Vec<_>>(), [&message(1), &message(2)]);
    assert!(claimed.iter().all(|stored| stored.attempts == 1));
    assert!(tx.claim_messages(now, lease, 10).await?.is_empty());
    tx.commit().await?;
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.claim_messages(lease, lease, 1).await?.len(), 1, "the limit");
    let again = tx.claim_messages(lease.plus(minutes(1)), lease.plus(minutes(9)), 10).await?;
    assert_eq!(again.len(), 3);
    Ok(())
}

async fn a_settled_message_is_sent_tried_again_or_given_up(ground: &Ground) -> anyhow::Result<()> {
    queue(ground, &[message(1), message(2), message(3)]).await?;
    let now = start().plus(minutes(10));
    let mut tx = ground.store.write().await?;
    assert_eq!(tx.claim_messages(now, now.plus(minutes(5)), 10).await?.len(), 3);
    tx.settle_message(message(1).id, "sent", None, now, now).await?;
    tx.settle_message(message(2).id, "queued", Some("timeout"), now.plus(minutes(1)), now).await?;
    tx.settle_message(message(3).id, "failed", Some("no such number"), now, now).await?;
    tx.commit().await?;

    let mut tx = ground.store.write().await?;
    let mut all = tx.messages(None, 10).await?;
    all.sort_by_key(|stored| stored.created_at);
    let states: Vec<_> = all.iter().map(|stored| (stored.status.as_str(), stored.sent_at)).collect();
    assert_eq!(states, [("sent", Some(now)), ("queued", None), ("failed", None)]);
    assert_eq!(tx.backlog().await?.messages, 1);
    assert!(tx.claim_messages(now, now, 10).await?.is_empty(), "not before its time");
    let later = now.plus(minutes(1));
    let again = tx.claim_messages(later, later, 10).await?;
    assert_eq!(
        again.iter().map(|stored| (stored.message.id, stored.attempts)).collect::<Vec<_>>(),
        [(message(2).id, 2)]
    );
    Ok(())
}

async fn those_who_were_told_are_known_with_the_first_time(ground: &Ground) -> anyhow::Result<()> {
    let twice = NewMessage { person_id: Some(person(1)), ..message(2) };
    let other = NewMessage { template: "result_ready".to_owned(), ..message(3) };
    let unsent = message(4);
    queue(ground, &[message(1), twice.clone(), other.clone(), unsent.clone()]).await?;
    let sent_at = |n: i64| start().plus(minutes(30 + n));
    let mut tx = ground.store.write().await?;
    for (n, message) in [(0, message(1)), (1, twice), (2, other)] {
        tx.settle_message(message.id, "sent", None, sent_at(n), sent_at(n)).await?;
    }
    tx.commit().await?;

    let everybody: Vec<PersonId> = (1..=5).map(person).collect();
    let mut tx = ground.store.read().await?;
    assert_eq!(tx.told(&everybody, "exposure_found", start()).await?, [(person(1), sent_at(0))]);
    let since = start().plus(minutes(1));
    assert_eq!(tx.told(&everybody, "exposure_found", since).await?, [(person(1), sent_at(1))]);
    assert_eq!(tx.told(&everybody, "result_ready", start()).await?, [(person(3), sent_at(2))]);
    assert!(tx.told(&everybody[1..2], "exposure_found", start()).await?.is_empty());
    assert!(tx.told(&[], "exposure_found", start()).await?.is_empty());
    let crowd: Vec<PersonId> = (1..=1_200).map(person).collect();
    assert_eq!(tx.told(&crowd, "exposure_found", start()).await?.len(), 1, "more people than one statement takes");
    Ok(())
}

async fn many_senders_at_once_share_the_messages(ground: &Ground) -> anyhow::Result<()> {
    let messages: Vec<NewMessage> = (0..40).map(message).collect();
    queue(ground, &messages).await?;
    let now = start().plus(minutes(60));
    let claims = (0..4).map(|_| async {
        let mut tx = ground.store.write().await?;
        let claimed = tx.claim_messages(now, now.plus(minutes(2)), 10).await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
        tx.commit().await?;
        anyhow::Ok(claimed.into_iter().map(|stored| stored.message.id).collect::<Vec<_>>())
    });
    let all = try_join_all(claims).await?.concat();
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (40, 40));
    Ok(())
}

async fn of_those_who_write_to_one_recipient_each_sees_what_the_others_queued(ground: &Ground) -> anyhow::Result<()> {
    let writers = (0..8).map(|n| async move {
        let message = message(n);
        let mut tx = ground.store.write().await?;
        tx.lock_recipient(&message.recipient).await?;
        if tx.messages(Some(&message.recipient), 10).await?.is_empty() {
            tx.queue_message(&message, start()).await?;
        }
        tx.commit().await?;
        anyhow::Ok(())
    });
    try_join_all(writers).await?;
    assert_eq!(ground.store.read().await?.messages(None, 10).await?.len(), 1);
    Ok(())
}
