//! One link for a household: several people share a phone, and each opens their own result by their birth date.
//!
//! The one-time code proves the phone. Where only one person has results at it, that is proof enough; where several do,
//! the code opens a list of given names, and each of them opens with that person's birth date. Wrong dates count for the
//! person, not for the link: a child who guesses does not lock out a grandmother (SimpleReport #3173, #3184).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use shared::bilingual::Lang;
use shared::ids::{MessageId, PersonId};
use shared::person::Birth;
use shared::phone::{HOUSEHOLD, Phone};
use shared::random::bytes;
use shared::time::{Instant, days, minutes};
use shared_store::StoreError;
use shared_store::audit::Actor;
use shared_store::outbox::NewMessage;
use shared_store::people::{PeopleQuery, SessionKind, SessionOwner};
use shared_web::auth::session::{Begun, new_session};
use shared_web::caller::{Caller, token_hash};

use crate::app::citizen::Linked;
use crate::app::{App, SERVICE};
use crate::domain::link::LinkCode;
use crate::store::model::{ResultsQuery, StoredResult};
use crate::store::{LabRead, LabWrite};

/// How long a link is good after the result came or the link was sent anew (issue: 10 days, as SimpleReport).
pub const LINK_DAYS: i64 = 10;
/// How many wrong birth dates a person stands (issue: 10 tries).
pub const TRIES: i64 = 10;
/// How long a browser may ask for the members of a household after the one-time code.
const ACCESS_MINUTES: i64 = 30;
/// The cookie of a browser that proved to have the phone.
pub const HOME_COOKIE: &str = "__Host-antam-home";

/// A member of a household with a result to open.
#[derive(Debug, Clone)]
pub struct HomeMember {
    /// Who.
    pub person_id: PersonId,
    /// Their given name: the last word, which is what people in Vietnam call each other.
    pub given_name: String,
    /// The code of their newest result.
    pub link_code: LinkCode,
    /// The result.
    pub result: StoredResult,
    /// Whether a birth date or year is known.
    pub has_birth: bool,
    /// Whether too many wrong dates were tried.
    pub locked: bool,
}

/// When a link ceases to be good.
///
/// # Errors
/// When the store fails.
pub async fn good_until(tx: &mut dyn LabRead, result: &StoredResult) -> Result<Instant, StoreError> {
    let sent = tx.link_sent(result.id).await?;
    Ok(result.updated_at.max(sent.unwrap_or(result.updated_at)).plus(days(LINK_DAYS)))
}

/// Everybody at the phone of a link's person who has a result to open, the person of the link among them.
///
/// # Errors
/// When the store fails.
pub async fn members(tx: &mut dyn LabRead, linked: &Linked, now: Instant) -> Result<Vec<HomeMember>, StoreError> {
    let phone = tx.person(linked.person_id).await?.and_then(|stored| stored.person.phone);
    let mut people = vec![linked.person_id];
    if let Some(phone) = phone {
        let query = PeopleQuery { phone: Some(phone.as_str().to_owned()), limit: HOUSEHOLD, ..PeopleQuery::default() };
        for found in tx.search_people(&query).await? {
            let kept = tx.canonical(found.person.id).await?.unwrap_or(found.person.id);
            if !people.contains(&kept) {
                people.push(kept);
            }
        }
    }
    let mut members = Vec::with_capacity(people.len());
    for person_id in people {
        members.extend(member(tx, linked, person_id, now).await?);
    }
    members.sort_by(|one, other| one.given_name.cmp(&other.given_name).then(one.person_id.cmp(&other.person_id)));
    Ok(members)
}

async fn member(
    tx: &mut dyn LabRead,
    linked: &Linked,
    person_id: PersonId,
    now: Instant,
) -> Result<Option<HomeMember>, StoreError> {
    let own = person_id == linked.person_id;
    let result = if own {
        Some(linked.result.clone())
    } else {
        let people = Some(tx.aliases(person_id).await?);
        let query = ResultsQuery { people, released_only: true, limit: 1, ..ResultsQuery::default() };
        tx.results(&query).await?.pop()
    };
    let Some(result) = result else { return Ok(None) };
    if !own && good_until(tx, &result).await? < now {
        return Ok(None);
    }
    let Some(stored) = tx.person(person_id).await? else { return Ok(None) };
    let name = stored.person.full_name.as_str();
    Ok(Some(HomeMember {
        person_id,
        given_name: name.split_whitespace().next_back().unwrap_or(name).to_owned(),
        link_code: result.link_code,
        result,
        has_birth: stored.person.birth.is_some(),
        locked: tx.tries(person_id).await? >= TRIES,
    }))
}

/// Lets a browser that gave the one-time code ask for the members of the household; gives the token of its cookie.
///
/// # Errors
/// When the store fails.
pub async fn let_in(app: &App, begun: &Begun, person: PersonId) -> Result<String, StoreError> {
    let now = app.platform.now();
    let token = URL_SAFE_NO_PAD.encode(bytes::<32>(&mut app.platform.random()));
    let mut tx = app.store.write().await?;
    // The code proved the phone, not yet which of its people is there.
    tx.revoke_session(&token_hash(&begun.token), now).await?;
    tx.put_home_access(&token_hash(&token), person, now, now.plus(minutes(ACCESS_MINUTES))).await?;
    tx.commit().await?;
    Ok(token)
}

/// The line that sets the cookie.
#[must_use]
pub fn cookie_line(token: &str) -> String {
    format!("{HOME_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", ACCESS_MINUTES * 60)
}

/// Whether a browser gave the one-time code of the household of this link.
///
/// # Errors
/// When the store fails.
pub async fn is_in(app: &App, token: Option<&str>, members: &[HomeMember]) -> Result<bool, StoreError> {
    let Some(token) = token else { return Ok(false) };
    let who = app.store.read().await?.home_access(&token_hash(token), app.platform.now()).await?;
    Ok(who.is_some_and(|who| members.iter().any(|member| member.person_id == who)))
}

/// What became of a birth date.
#[derive(Debug)]
pub enum Opened {
    /// It was right: the session of the person.
    Right(Begun),
    /// It was wrong; how many tries are left.
    Wrong(i64),
    /// Too many were wrong, or none is known: the site must help.
    Locked,
}

/// Tries a birth date for a member of the household.
///
/// # Errors
/// When the store fails.
pub async fn open(app: &App, caller: &Caller, member: &HomeMember, typed: &str) -> Result<Opened, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let birth = tx.person(member.person_id).await?.and_then(|stored| stored.person.birth);
    let tried = tx.tries(member.person_id).await?;
    let right = birth.is_some_and(|birth| fits(birth, typed));
    let subject = Some(format!("person:{}", member.person_id));
    let audit = |action: &'static str, actor: Actor| {
        let mut entry = caller.audit(SERVICE, action, subject.clone(), json!({"result_id": member.result.id}));
        entry.actor = actor;
        entry
    };
    let opened = if tried >= TRIES || birth.is_none() {
        Opened::Locked
    } else if right {
        tx.clear_tries(member.person_id).await?;
        let owner = SessionOwner::Person(member.person_id);
        let (session, begun) = new_session(&app.platform, owner, SessionKind::Cookie, now);
        tx.insert_session(&session, &token_hash(&begun.token), now).await?;
        tx.audit(&audit("birth.right", Actor::Person(member.person_id)), now, &mut app.platform.random()).await?;
        Opened::Right(begun)
    } else {
        let tries = tx.add_try(member.person_id, now).await?;
        tx.audit(&audit("birth.wrong", Actor::Anonymous), now, &mut app.platform.random()).await?;
        if tries >= TRIES { Opened::Locked } else { Opened::Wrong(TRIES - tries) }
    };
    tx.commit().await?;
    Ok(opened)
}

/// Whether what was typed is the birth as we know it: the day, or the year where no more is known. `01021990` is a day.
fn fits(birth: Birth, typed: &str) -> bool {
    let typed = typed.trim();
    let digits: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let spaced = match digits[..] {
        [d1, d2, m1, m2, y1, y2, y3, y4] if digits.iter().all(char::is_ascii_digit) => {
            format!("{d1}{d2}/{m1}{m2}/{y1}{y2}{y3}{y4}")
        }
        _ => typed.to_owned(),
    };
    match (birth, Birth::parse(&spaced)) {
        (Birth::Date(known), Ok(Birth::Date(day))) => known == day,
        (Birth::Year(known), Ok(typed)) => known == typed.year(),
        _ => false,
    }
}

/// Sends the link anew, for whoever helps a citizen: the link is good again and the wrong dates are forgotten. `false`
/// where there is no phone to send it to.
///
/// # Errors
/// When the store fails.
pub async fn resend(app: &App, caller: &Caller, result: &StoredResult) -> Result<bool, StoreError> {
    let mut tx = app.store.write().await?;
    let Some((person, _)) = send_again(tx.as_mut(), app, caller, result).await? else { return Ok(false) };
    tx.clear_tries(person).await?;
    tx.commit().await?;
    Ok(true)
}

/// How long a citizen waits between two messages with the same link, in minutes (our policy).
pub const AGAIN_MINUTES: i64 = 60;

/// What became of a citizen's wish for the link once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// Sent to this phone, most of it hidden.
    Sent(String),
    /// There is no phone to send it to.
    NoPhone,
    /// It was sent a short while ago.
    TooSoon,
}

/// Sends the link once more, for whoever has it: to the person's own phone and no other. Wrong birth dates still count.
///
/// # Errors
/// When the store fails.
pub async fn again(app: &App, caller: &Caller, result: &StoredResult) -> Result<Again, StoreError> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    if tx.link_sent(result.id).await?.is_some_and(|sent| now < sent.plus(minutes(AGAIN_MINUTES))) {
        return Ok(Again::TooSoon);
    }
    let Some((_, phone)) = send_again(tx.as_mut(), app, caller, result).await? else { return Ok(Again::NoPhone) };
    tx.commit().await?;
    Ok(Again::Sent(phone.masked()))
}

/// Queues the message with the link; gives whose it is and where it goes, `None` where there is no phone.
async fn send_again(
    tx: &mut dyn LabWrite,
    app: &App,
    caller: &Caller,
    result: &StoredResult,
) -> Result<Option<(PersonId, Phone)>, StoreError> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let Some(person) = result.content.person_id else { return Ok(None) };
    let kept = tx.canonical(person).await?.unwrap_or(person);
    let phone = tx.person(kept).await?.and_then(|stored| stored.person.phone).filter(Phone::is_mobile);
    let Some(phone) = phone else { return Ok(None) };
    tx.note_link_sent(result.id, now).await?;
    let link = format!("{}/r/{}", app.platform.config.public_url().trim_end_matches('/'), result.link_code);
    let message = NewMessage {
        id: MessageId::new(now, &mut random),
        idempotency_key: format!("result_again:{}:{}", result.id, now.as_micros()),
        channel: "sms".to_owned(),
        template: "result_ready".to_owned(),
        lang: Lang::Vi,
        recipient: phone.as_str().to_owned(),
        subject: None,
        text: format!("An Tâm: bạn đã có kết quả xét nghiệm. Xem tại: {link}"),
        person_id: Some(kept),
    };
    tx.queue_message(&message, now).await?;
    let detail = json!({"result_id": result.id});
    let entry = caller.audit(SERVICE, "result.resend", Some(format!("person:{kept}")), detail);
    tx.audit(&entry, now, &mut random).await?;
    Ok(Some((kept, phone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_date_fits_however_it_is_typed() {
        let day = Birth::parse("1990-02-01").unwrap();
        for typed in ["01/02/1990", "1990-02-01", "01021990", "1.2.1990", " 01 02 1990 "] {
            assert!(fits(day, typed), "{typed}");
        }
        for typed in ["", "1990", "02/01/1990", "01/02/1991", "19900201", "abc", "31/02/1990"] {
            assert!(!fits(day, typed), "{typed}");
        }
        let year = Birth::parse("1955").unwrap();
        assert!(fits(year, "1955") && fits(year, "31/12/1955") && !fits(year, "1956"));
    }
}
