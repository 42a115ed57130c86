//! One message for a household: several people share a phone, and the link of one result opens a page where each of them
//! finds their own (`/r/CODE`). Four results of a family are one message with one link, not four of each.
//!
//! The second result of another person needs no message while the one before still leads to it: it was queued not long ago,
//! to the same number, and nobody asked for a one-time code since, so that nobody looked yet. Whatever is in doubt is sent.

use shared::ids::PersonId;
use shared::phone::{HOUSEHOLD, Phone};
use shared::time::{Instant, hours};
use shared_store::outbox::StoredMessage;
use shared_store::people::PeopleQuery;
use shared_store::{SharedWrite, StoreError};

use crate::templates::Template;

/// For how long a link that nobody opened speaks for other results too: a day, after which the phone is asked again (our
/// policy; the link itself is good for longer).
const HOURS: i64 = 24;
/// How many messages to a number are looked at.
const LOOKED_AT: i64 = 20;

/// Whether a message to this phone already leads to a new result of `about`.
///
/// # Errors
/// When the store fails.
pub async fn is_led(tx: &mut dyn SharedWrite, phone: &str, about: PersonId, now: Instant) -> Result<bool, StoreError> {
    // Two results of one household that come at once: the later waits, and then sees the message of the earlier.
    tx.lock_recipient(phone).await?;
    let sent = tx.messages(Some(phone), LOOKED_AT).await?;
    let Some(owner) = leading(&sent, now.minus(hours(HOURS))) else { return Ok(false) };
    let owner = tx.canonical(owner).await?.unwrap_or(owner);
    // A link of the same person shows that person's older result.
    if owner == about {
        return Ok(false);
    }
    let at = tx.person(owner).await?.and_then(|stored| stored.person.phone);
    let query = PeopleQuery { phone: Some(phone.to_owned()), limit: HOUSEHOLD + 1, ..PeopleQuery::default() };
    let people = tx.search_people(&query).await?.len();
    let fits = i64::try_from(people).is_ok_and(|people| people <= HOUSEHOLD);
    Ok(fits && at.as_ref().map(Phone::as_str) == Some(phone))
}

/// Whose result the newest link is that nobody opened; `messages` are newest first.
fn leading(messages: &[StoredMessage], since: Instant) -> Option<PersonId> {
    let about_results = |stored: &&StoredMessage| {
        [Template::ResultReady, Template::OneTimeCode].iter().any(|template| template.code() == stored.message.template)
    };
    let newest = messages.iter().find(about_results)?;
    let is_link = newest.message.template == Template::ResultReady.code() && newest.message.text.contains("/r/");
    let leads = is_link && newest.status != "failed" && newest.created_at >= since;
    newest.message.person_id.filter(|_| leads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Medium;
    use crate::testing::{World, ids, message, noon};

    const PHONE: &str = "+84912345678";

    fn stored(template: &str, text: &str, status: &str) -> StoredMessage {
        let mut message = message(Medium::Sms, PHONE);
        template.clone_into(&mut message.template);
        text.clone_into(&mut message.text);
        message.person_id = Some(ids::person(1));
        StoredMessage { message, status: status.to_owned(), attempts: 0, created_at: noon(), sent_at: None }
    }

    #[test]
    fn only_a_fresh_unopened_link_to_a_result_leads_on() {
        let link = stored("result_ready", "https://antam.example/r/7ZK40QW9M3XT", "sent");
        let other = stored("case_opened", "https://antam.example/care", "sent");
        let asked = stored("one_time_code", "123456", "sent");
        let moved = stored("result_ready", "https://antam.example/#message", "sent");
        let failed = stored("result_ready", "https://antam.example/r/7ZK40QW9M3XT", "failed");
        let leads = |messages: &[&StoredMessage], since| {
            let messages: Vec<_> = messages.iter().map(|stored| (*stored).clone()).collect();
            leading(&messages, since)
        };
        assert_eq!(leads(&[&link], noon()), Some(ids::person(1)));
        assert_eq!(leads(&[&other, &link], noon()), Some(ids::person(1)), "other messages do not matter");
        assert_eq!(leads(&[&asked, &link], noon()), None, "somebody looked meanwhile");
        assert_eq!(leads(&[&moved, &link], noon()), None, "what was told last is that it was not theirs");
        assert_eq!(leads(&[&failed], noon()), None, "it never arrived");
        assert_eq!(leads(&[&link], noon().plus(hours(1))), None, "too long ago");
        assert_eq!(leads(&[], noon()), None);
    }

    async fn led(world: &World, about: u128) -> bool {
        let mut tx = world.store.write().await.unwrap();
        is_led(tx.as_mut(), PHONE, ids::person(about), noon()).await.unwrap()
    }

    #[tokio::test]
    async fn another_person_of_the_phone_is_led_and_the_same_person_or_another_phone_is_not() {
        let world = World::new().await;
        for (n, phone) in [(1, "0912345678"), (2, "0912345678"), (3, "0387654321")] {
            world.add_person(n, Some(phone)).await;
        }
        assert!(!led(&world, 2).await, "nothing was sent yet");
        let first = stored("result_ready", "https://antam.example/r/7ZK40QW9M3XT", "queued").message;
        world.queue(&first).await;
        assert!(led(&world, 2).await);
        assert!(!led(&world, 1).await, "an older result of the same person stands behind that link");
        let elsewhere = stored("result_ready", "https://antam.example/r/7ZK40QW9M3XT", "queued").message;
        let elsewhere = shared_store::outbox::NewMessage {
            id: shared::ids::MessageId::from_uuid(uuid::Uuid::from_u128(8)),
            idempotency_key: "other".to_owned(),
            person_id: Some(ids::person(3)),
            ..elsewhere
        };
        world.queue(&elsewhere).await;
        assert!(!led(&world, 2).await, "the owner of the newest link has another number now");
    }

    #[tokio::test]
    async fn a_phone_of_more_people_than_a_page_lists_has_a_message_for_each() {
        let world = World::new().await;
        for n in 1..=u128::try_from(HOUSEHOLD).unwrap() + 1 {
            world.add_person(n, Some("0912345678")).await;
        }
        world.queue(&stored("result_ready", "https://antam.example/r/7ZK40QW9M3XT", "queued").message).await;
        assert!(!led(&world, 2).await);
    }
}
