//! One-time codes: six digits by message, good for ten minutes and ten tries, so that a device token alone shows nobody's data.

use serde_json::json;
use shared::ids::{MessageId, PersonId, uuid_v7};
use shared::phone::Phone;
use shared::random;
use shared::time::{hours, minutes};
use shared_store::StoreError;
use shared_store::outbox::NewMessage;
use shared_store::people::{SessionKind, SessionOwner};

use crate::auth::session::{Begun, new_session};
use crate::caller::{Caller, token_hash};
use crate::i18n;
use crate::platform::Platform;

/// How long a code is good.
const MINUTES: i64 = 10;
/// How many wrong tries a code stands (SimpleReport began with 5 and ended at 10 after a flood of support mail; labs.md 1).
const TRIES: i64 = 10;
/// How many codes a person may ask for in an hour.
const PER_HOUR: i64 = 5;

/// What became of asking for a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It was sent to the phone, shown masked.
    Sent(String),
    /// The person has no phone: the station must help.
    NoPhone,
    /// Too many were asked for within the hour.
    TooMany,
}

/// Sends a person a code for `purpose`.
///
/// # Errors
/// When the store fails.
pub async fn ask(
    platform: &Platform,
    caller: &Caller,
    purpose: &str,
    person_id: PersonId,
) -> Result<Asked, StoreError> {
    let now = platform.now();
    let subject = person_id.to_string();
    let mut tx = platform.shared.write().await?;
    let phone = tx.person(person_id).await?.and_then(|stored| stored.person.phone);
    let Some(phone) = phone else { return Ok(Asked::NoPhone) };
    if tx.codes_since(purpose, &subject, now.minus(hours(1))).await? >= PER_HOUR {
        return Ok(Asked::TooMany);
    }
    let mut random = platform.random();
    let code = format!("{:06}", random::below(&mut random, 1_000_000));
    let id = uuid_v7(now, &mut random);
    tx.insert_code(id, purpose, &subject, &code_hash(purpose, &subject, &code), now, now.plus(minutes(MINUTES)))
        .await?;
    let text = i18n::text_with(i18n::shell(), caller.lang(), "code-sms", &[("code", code.into())]).unwrap_or_default();
    let message = NewMessage {
        id: MessageId::new(now, &mut random),
        idempotency_key: format!("code:{id}"),
        channel: "sms".to_owned(),
        template: "one_time_code".to_owned(),
        lang: caller.lang(),
        recipient: phone.as_str().to_owned(),
        subject: None,
        text,
        person_id: Some(person_id),
    };
    tx.queue_message(&message, now).await?;
    let entry = caller.audit("auth", "code.send", Some(format!("person:{person_id}")), json!({"purpose": purpose}));
    tx.audit(&entry, now, &mut random).await?;
    tx.commit().await?;
    Ok(Asked::Sent(Phone::masked(&phone)))
}

/// Tries a code; where it is right, begins a citizen's session.
///
/// # Errors
/// When the store fails.
pub async fn redeem(
    platform: &Platform,
    caller: &Caller,
    purpose: &str,
    person_id: PersonId,
    code: &str,
) -> Result<Option<Begun>, StoreError> {
    let now = platform.now();
    let subject = person_id.to_string();
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let mut tx = platform.shared.write().await?;
    let hash = code_hash(purpose, &subject, &digits);
    let right = tx.try_code(purpose, &subject, &hash, now, TRIES).await?;
    let begun = if right {
        let owner = SessionOwner::Person(person_id);
        let (session, begun) = new_session(platform, owner, SessionKind::Cookie, now);
        tx.insert_session(&session, &token_hash(&begun.token), now).await?;
        Some(begun)
    } else {
        None
    };
    let action = if right { "code.redeem" } else { "code.refuse" };
    let entry = caller.audit("auth", action, Some(format!("person:{person_id}")), json!({"purpose": purpose}));
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Bound to purpose and person, so that equal codes have different hashes.
fn code_hash(purpose: &str, subject: &str, code: &str) -> Vec<u8> {
    token_hash(&format!("{purpose}\n{subject}\n{code}"))
}
