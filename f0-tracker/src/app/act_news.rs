//! Who is told of what was done: the patient of advice; family and commune of a referral and of its arrival. A message
//! never says what somebody has: many share a telephone.

use shared::bilingual::Lang;
use shared::ids::MessageId;
use shared_store::StoreError;
use shared_store::outbox::NewMessage;

use super::work::Work;
use crate::domain::act::{ActBody, ActStatus};
use crate::store::{ActRecord, CaseRecord, ContactLevel};

/// Queues the messages about something that was done, or about its latest step.
///
/// # Errors
/// When the store fails.
pub(super) async fn tell(
    work: &mut Work,
    public_url: &str,
    act: &ActRecord,
    case: &CaseRecord,
) -> Result<(), StoreError> {
    let Some(person) = work.tx.person(case.person_id).await?.map(|stored| stored.person) else { return Ok(()) };
    let name = person.full_name.as_str().to_owned();
    let own = person.phone.map(|phone| phone.as_str().to_owned());
    match (&act.body, act.status) {
        (ActBody::Advice { .. }, ActStatus::Given) => {
            let link = format!("{}/care", public_url.trim_end_matches('/'));
            let text = format!("An Tâm: có lời dặn mới cho {name}. Xem và bấm đã đọc: {link}");
            queue(work, act, "advice_given", own.into_iter().collect(), &text).await
        }
        (ActBody::Referral { to, .. }, status @ (ActStatus::Requested | ActStatus::Arrived | ActStatus::Cancelled)) => {
            let place = if to.is_empty() { "cơ sở điều trị".to_owned() } else { to.clone() };
            let text = match status {
                ActStatus::Requested => {
                    format!("An Tâm: {name} được chuyển đến {place}. Cần hỏi: gọi trạm y tế hoặc 1022; cấp cứu: 115.")
                }
                ActStatus::Arrived => format!("An Tâm: {name} đã đến {place}."),
                _ => format!("An Tâm: đã hủy việc chuyển {name} đến {place}."),
            };
            let mut to = family(work, case).await?;
            to.extend(own);
            if let Some(ward) = case.ward_code.as_deref() {
                to.extend(work.tx.station_phone(ward).await?);
            }
            queue(work, act, "referral", to, &text).await
        }
        _ => Ok(()),
    }
}

/// The phones of the household.
pub(super) async fn family(work: &mut Work, case: &CaseRecord) -> Result<Vec<String>, StoreError> {
    let contacts = work.tx.contacts_of(case.id).await?;
    let household = contacts.into_iter().filter(|contact| contact.level == ContactLevel::Household);
    let ids: Vec<_> = household.map(|contact| contact.person_id).collect();
    let people = work.tx.people(&ids).await?;
    Ok(people.into_iter().filter_map(|stored| Some(stored.person.phone?.as_str().to_owned())).collect())
}

async fn queue(
    work: &mut Work,
    act: &ActRecord,
    template: &str,
    mut recipients: Vec<String>,
    text: &str,
) -> Result<(), StoreError> {
    recipients.sort_unstable();
    recipients.dedup();
    // The key stands in the clear, so it counts the recipients rather than naming their numbers.
    for (nth, recipient) in recipients.into_iter().enumerate() {
        let now = work.now;
        let message = NewMessage {
            id: MessageId::new(now, work.random()),
            idempotency_key: format!("act:{}:{}:{nth}", act.id, act.status.code()),
            channel: "sms".to_owned(),
            template: template.to_owned(),
            lang: Lang::Vi,
            recipient,
            subject: None,
            text: text.to_owned(),
            person_id: Some(act.person_id),
        };
        work.tx.queue_message(&message, now).await?;
    }
    Ok(())
}
