//! One-time codes: six digits by message, good for ten minutes and ten tries, so that a device token alone shows nobody's data.

use serde_json::json;
use shared::bilingual::Lang;
use shared::ids::{MessageId, PersonId, uuid_v7};
use shared::phone::Phone;
use shared::random;
use shared::time::{Instant, hours, minutes};
use shared_store::outbox::NewMessage;
use shared_store::people::{SessionKind, SessionOwner};
use shared_store::{SharedWrite, StoreError};

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
    if !send(tx.as_mut(), platform, caller.lang(), (purpose, &subject), &phone, Some(person_id)).await? {
        return Ok(Asked::TooMany);
    }
    let entry = caller.audit("auth", "code.send", Some(format!("person:{person_id}")), json!({"purpose": purpose}));
    tx.audit(&entry, now, &mut platform.random()).await?;
    tx.commit().await?;
    Ok(Asked::Sent(Phone::masked(&phone)))
}

/// Makes a code for a purpose and a subject and queues the message with it; `false` where the subject was sent too many within
/// the hour. The codes before it are good as long as they were.
///
/// # Errors
/// When the store fails.
pub async fn send<W: SharedWrite + ?Sized>(
    tx: &mut W,
    platform: &Platform,
    lang: Lang,
    (purpose, subject): (&str, &str),
    phone: &Phone,
    person_id: Option<PersonId>,
) -> Result<bool, StoreError> {
    let now = platform.now();
    if tx.codes_since(purpose, subject, now.minus(hours(1))).await? >= PER_HOUR {
        return Ok(false);
    }
    let mut random = platform.random();
    let code = format!("{:06}", random::below(&mut random, 1_000_000));
    let id = uuid_v7(now, &mut random);
    let hash = code_hash(purpose, subject, &code);
    tx.insert_code(id, purpose, subject, &hash, now, now.plus(minutes(MINUTES))).await?;
    let message = NewMessage {
        id: MessageId::new(now, &mut random),
        idempotency_key: format!("code:{id}"),
        channel: "sms".to_owned(),
        template: "one_time_code".to_owned(),
        lang,
        recipient: phone.as_str().to_owned(),
        subject: None,
        text: i18n::text_with(i18n::shell(), lang, "code-sms", &[("code", code.into())]).unwrap_or_default(),
        person_id,
    };
    tx.queue_message(&message, now).await?;
    Ok(true)
}

/// Tries what somebody typed as the code for a purpose and a subject: its digits count. A wrong try is counted, once the
/// transaction is committed.
///
/// # Errors
/// When the store fails.
pub async fn is_right<W: SharedWrite + ?Sized>(
    tx: &mut W,
    (purpose, subject): (&str, &str),
    typed: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    tx.try_code(purpose, subject, &code_hash(purpose, subject, &digits), now, TRIES).await
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
    let mut tx = platform.shared.write().await?;
    let right = is_right(tx.as_mut(), (purpose, &subject), code, now).await?;
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
