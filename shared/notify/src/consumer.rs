//! The notifier: listens to events and queues what they mean to somebody.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::clock::Clock;
use shared::event::CloudEvent;
use shared::ids::{MessageId, PersonId};
use shared::phone::Phone;
use shared::time::Instant;
use shared_bus::{Handler, HandlerError};
use shared_store::audit::{Actor, AuditEntry};
use shared_store::outbox::NewMessage;
use shared_store::runtime::SharedRandom;
use shared_store::{SharedStore, SharedWrite, StoreError};

use crate::NotifyOptions;
use crate::channel::Medium;
use crate::household;
use crate::notice::{self, Audience, Notice};
use crate::templates::{Arg, ResultChange, Template, render};

/// The name in inbox, dead letters and consumer groups.
const NAME: &str = "notifier";

/// Nobody's language is stored, so everybody is written to in Vietnamese.
const LANG: Lang = Lang::Vi;

/// Queues messages to people and to those on duty.
///
/// A citizen is written to by SMS at the number of the record that they live on as; who has no mobile number is not
/// written to: an audit line and the counter `antam_messages_unreachable_total` say so. Where several people
/// share a phone, one link opens the results of all of them and is sent once. Alerts are addressed to the
/// duty (`push` to the owner's code, such as `doctor_on_duty`): the shared tables do not say who is on duty.
pub struct Notifier {
    store: Arc<dyn SharedStore>,
    clock: Arc<dyn Clock>,
    random: SharedRandom,
    public_url: String,
}

impl Notifier {
    /// A notifier whose links begin with the options' `public_url`.
    #[must_use]
    pub fn new(
        options: &NotifyOptions,
        store: Arc<dyn SharedStore>,
        clock: Arc<dyn Clock>,
        random: SharedRandom,
    ) -> Self {
        Self { store, clock, random, public_url: options.public_url.clone() }
    }

    /// Queues one message, or notes why there is none.
    async fn tell(
        &self,
        tx: &mut dyn SharedWrite,
        notice: &Notice,
        key: String,
        now: Instant,
    ) -> Result<(), HandlerError> {
        let template = notice.template.code();
        let random = &mut self.random.clone();
        let address = address(tx, notice).await?;
        let subject = address.about;
        let Some((medium, recipient)) = address.to else {
            metrics::counter!("antam_messages_unreachable_total", "template" => template).increment(1);
            let detail = json!({"template": template, "reason": "no_mobile_phone"});
            return Ok(tx.audit(&entry("message.skip", subject, detail), now, random).await?);
        };
        if notice.template == Template::ResultReady
            && notice.args.contains(&Arg::Change(ResultChange::New))
            && household::is_led(tx, &recipient, subject, now).await?
        {
            metrics::counter!("antam_messages_folded_total", "template" => template).increment(1);
            return Ok(tx.audit(&entry("message.fold", subject, json!({"template": template})), now, random).await?);
        }
        let rendered =
            render(notice.template, LANG, &notice.args).map_err(|error| HandlerError::Refused(error.to_string()))?;
        let message = NewMessage {
            id: MessageId::new(now, random),
            idempotency_key: key,
            channel: medium.code().to_owned(),
            template: template.to_owned(),
            lang: LANG,
            recipient,
            subject: None,
            text: rendered.text,
            person_id: Some(subject),
        };
        if tx.queue_message(&message, now).await? {
            let detail = json!({"template": template, "channel": medium.code()});
            tx.audit(&entry("message.queue", subject, detail), now, random).await?;
            let labels = [("template", template), ("channel", medium.code())];
            metrics::counter!("antam_messages_queued_total", &labels).increment(1);
        }
        Ok(())
    }
}

#[async_trait]
impl Handler for Notifier {
    fn name(&self) -> &'static str {
        NAME
    }

    fn kinds(&self) -> &'static [&'static str] {
        notice::KINDS
    }

    async fn handle(&self, event: &CloudEvent) -> Result<(), HandlerError> {
        let notices = notice::of(event, &self.public_url)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        if !tx.receive(NAME, event.id, now).await? {
            return Ok(());
        }
        for (index, notice) in notices.iter().enumerate() {
            let key = format!("{}:{}:{index}", notice.template.code(), event.id);
            self.tell(tx.as_mut(), notice, key, now).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Where a notice goes, and whom it is about.
struct Addressed {
    /// The record that the person lives on as.
    about: PersonId,
    /// The medium and the recipient on it; `None` where the person cannot be reached.
    to: Option<(Medium, String)>,
}

async fn address(tx: &mut dyn SharedWrite, notice: &Notice) -> Result<Addressed, HandlerError> {
    let canonical = tx.canonical(notice.about).await?;
    let about = canonical.ok_or_else(|| HandlerError::Refused("the person is not in the registry".to_owned()))?;
    let to = match &notice.audience {
        Audience::Duty(owner) => Some((Medium::Push, owner.clone())),
        Audience::Person => mobile(tx, about).await?,
    };
    Ok(Addressed { about, to })
}

async fn mobile(tx: &mut dyn SharedWrite, id: PersonId) -> Result<Option<(Medium, String)>, StoreError> {
    let phone = tx.person(id).await?.and_then(|stored| stored.person.phone).filter(Phone::is_mobile);
    Ok(phone.map(|phone| (Medium::Sms, phone.as_str().to_owned())))
}

fn entry(action: &'static str, subject: PersonId, detail: Value) -> AuditEntry {
    AuditEntry {
        service: "notify",
        actor: Actor::System,
        action,
        subject: Some(format!("person:{subject}")),
        detail,
        request_id: None,
    }
}

#[cfg(test)]
mod tests {
    use shared::event::EventData;
    use shared::events::{AlertEscalated, AlertLevel};
    use shared_store::outbox::StoredMessage;
    use shared_testkit::random::seeded;

    use super::*;
    use crate::testing::{self, World, ids};

    fn notifier(world: &World) -> Notifier {
        let random = SharedRandom::new(seeded(7));
        Notifier::new(&testing::options(), Arc::clone(&world.store), Arc::new(world.clock.clone()), random)
    }

    fn event<T: EventData>(payload: &T) -> CloudEvent {
        CloudEvent::new(payload, testing::noon(), &mut seeded(1))
    }

    /// Gives one event to a notifier and tells what is in the table of messages then.
    async fn told<T: EventData>(world: &World, payload: &T) -> Vec<StoredMessage> {
        notifier(world).handle(&event(payload)).await.unwrap();
        world.messages().await
    }

    #[tokio::test]
    async fn a_result_is_an_sms_with_the_link_and_nothing_of_the_outcome() {
        let world = World::new().await;
        world.add_person(1, Some("0912345678")).await;
        let told = told(&world, &testing::result(ids::person(1))).await;
        let [stored] = told.as_slice() else { panic!("{told:?}") };
        let message = &stored.message;
        assert_eq!((message.channel.as_str(), message.recipient.as_str()), ("sms", "+84912345678"));
        assert_eq!(message.text, "An Tâm: bạn đã có kết quả xét nghiệm. Xem tại: https://antam.example/r/7ZK40QW9M3XT");
        assert_eq!((message.template.as_str(), message.lang, &message.subject), ("result_ready", Lang::Vi, &None));
        assert_eq!(message.person_id, Some(ids::person(1)));
        assert_eq!((stored.status.as_str(), stored.attempts), ("queued", 0));
    }

    #[tokio::test]
    async fn the_same_event_twice_queues_one_message() {
        let world = World::new().await;
        world.add_person(1, Some("0912345678")).await;
        let (notifier, event) = (notifier(&world), event(&testing::result(ids::person(1))));
        notifier.handle(&event).await.unwrap();
        notifier.handle(&event).await.unwrap();
        let messages = world.messages().await;
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].message.idempotency_key, format!("result_ready:{}:0", event.id));
        assert_eq!(world.audit().await.len(), 1);
    }

    #[tokio::test]
    async fn who_has_no_mobile_number_gets_no_message_and_the_audit_log_says_so() {
        for phone in [None, Some("02733872222")] {
            let world = World::new().await;
            world.add_person(1, phone).await;
            assert_eq!(told(&world, &testing::result(ids::person(1))).await, []);
            let lines = world.audit().await;
            assert_eq!((lines.len(), lines[0].action.as_str()), (1, "message.skip"));
            assert_eq!(lines[0].subject, Some(format!("person:{}", ids::person(1))));
        }
    }

    #[tokio::test]
    async fn the_audit_log_tells_template_and_channel_and_nothing_of_the_person() {
        let world = World::new().await;
        world.add_person(1, Some("0912345678")).await;
        told(&world, &testing::case_opened(ids::person(1))).await;
        let lines = world.audit().await;
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(
            (line.service.as_str(), line.actor.as_str(), line.action.as_str()),
            ("notify", "system", "message.queue")
        );
        let detail: Value = serde_json::from_str(&line.detail).unwrap();
        assert_eq!(detail, json!({"template": "case_opened", "channel": "sms"}));
    }

    #[tokio::test]
    async fn a_merged_person_is_written_to_at_the_record_that_stays() {
        let world = World::new().await;
        world.add_person(1, Some("0912345678")).await;
        world.add_person(2, Some("0387654321")).await;
        world.merge(1, 2).await;
        let told = told(&world, &testing::result(ids::person(2))).await;
        assert_eq!(told[0].message.recipient, "+84912345678");
        assert_eq!(told[0].message.person_id, Some(ids::person(1)));
    }

    #[tokio::test]
    async fn both_people_of_a_moved_result_are_told() {
        let world = World::new().await;
        world.add_person(1, Some("0912345678")).await;
        world.add_person(2, Some("0387654321")).await;
        let told = told(&world, &testing::amended(ids::person(1), Some(ids::person(2)), false)).await;
        let mut recipients: Vec<&str> = told.iter().map(|stored| stored.message.recipient.as_str()).collect();
        recipients.sort_unstable();
        assert_eq!(recipients, ["+84387654321", "+84912345678"]);
    }

    #[tokio::test]
    async fn alerts_are_pushed_to_their_owner_without_the_patients_name() {
        let world = World::new().await;
        world.add_person(1, None).await;
        let alert = testing::alert(ids::person(1), AlertLevel::Emergency, "doctor_on_duty");
        let (raised, climbed) = (event(&alert), AlertEscalated { alert: alert.clone(), rung: 1 });
        let climbed = CloudEvent::new(&climbed, testing::noon(), &mut seeded(2));
        let notifier = notifier(&world);
        for event in [raised, climbed] {
            notifier.handle(&event).await.unwrap();
        }
        let messages = world.messages().await;
        assert_eq!(messages.len(), 2);
        for stored in messages {
            assert_eq!(
                (stored.message.channel.as_str(), stored.message.recipient.as_str()),
                ("push", "doctor_on_duty")
            );
            assert!(stored.message.text.contains("https://antam.example/board"), "{}", stored.message.text);
            assert!(!stored.message.text.contains(testing::NAME), "{}", stored.message.text);
        }
    }

    #[tokio::test]
    async fn a_person_who_is_not_in_the_registry_is_for_a_human_to_look_at_and_nothing_is_kept() {
        let world = World::new().await;
        let (notifier, event) = (notifier(&world), event(&testing::result(ids::person(9))));
        for _ in 0..2 {
            let error = notifier.handle(&event).await.unwrap_err();
            assert!(matches!(error, HandlerError::Refused(_)) && !error.may_pass(), "{error}");
        }
        assert_eq!(world.messages().await, []);
    }
}
