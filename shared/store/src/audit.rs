//! The audit log: every read and write of personal data, append-only, chained by keyed hashes.
//!
//! A line is written in the transaction of what it tells about. The chain is laid just behind, by one sealer at a time, so
//! that writers do not queue for its end: link `n` is `HMAC-SHA-256(audit key, link n-1 | line)`. The last link is kept in
//! the key store as well, so that lines cut off at the end are missed.

mod sealing;
mod verify;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use shared::ids::{AccountId, AuditId, PersonId};
use shared::time::Instant;
use uuid::Uuid;

use crate::columns::At;
use crate::error::StoreError;
use crate::keys::Key;

pub use sealing::seal;
pub use verify::verify;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who signed in.
    Account(AccountId),
    /// A citizen, by a one-time code or a device.
    Person(PersonId),
    /// Somebody who is not known: a first check-in, a failed sign-in.
    Anonymous,
    /// The program itself: a consumer, a timer, an operator's command.
    System,
}

impl Actor {
    /// How it stands in the log: `account:ID`, `person:ID`, `anonymous`, `system`.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Account(id) => format!("account:{id}"),
            Self::Person(id) => format!("person:{id}"),
            Self::Anonymous => "anonymous".to_owned(),
            Self::System => "system".to_owned(),
        }
    }
}

/// One thing that was done with personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Which service did it.
    pub service: &'static str,
    /// Who asked for it.
    pub actor: Actor,
    /// What, as `noun.verb`: `person.read`, `case.open`, `exposures.list`.
    pub action: &'static str,
    /// Whose data: `person:ID`, `case:ID`, `place:ID`; `None` for a list, whose size then stands in the detail.
    pub subject: Option<String>,
    /// What else a reviewer needs; ids and counts, never the data itself.
    pub detail: Value,
    /// The request that it happened in.
    pub request_id: Option<String>,
}

/// One line of the log as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditLine {
    /// The line.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Which service.
    pub service: String,
    /// Who, as [`Actor::code`] writes it.
    pub actor: String,
    /// What.
    pub action: String,
    /// Whose data.
    pub subject: Option<String>,
    /// What else, as it was written.
    pub detail: String,
    /// The request.
    pub request_id: Option<String>,
}

/// A line as it is written.
pub struct AuditRow {
    /// The line.
    pub id: Uuid,
    /// When.
    pub at: At,
    /// Which service.
    pub service: &'static str,
    /// Who.
    pub actor: String,
    /// What.
    pub action: &'static str,
    /// Whose data.
    pub subject: Option<String>,
    /// What else, as JSON.
    pub detail: String,
    /// The request.
    pub request_id: Option<String>,
}

/// A link of the chain as it is written.
pub struct LinkRow {
    /// Its place.
    pub seq: i64,
    /// The line.
    pub audit_id: Uuid,
    /// The link.
    pub hash: Vec<u8>,
}

/// The link of a line on the link before it. Each part is hashed with its length, and a part that a line does not have
/// differs from an empty one.
///
/// # Panics
/// Never: HMAC takes a key of any length.
#[must_use]
pub fn link(key: &Key, previous: &[u8], line: &AuditLine) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes a key of any length");
    mac.update(previous);
    let at = line.at.to_fixed_text();
    let id = line.id.uuid();
    let parts: [Option<&[u8]>; 8] = [
        Some(id.as_bytes()),
        Some(at.as_bytes()),
        Some(line.service.as_bytes()),
        Some(line.actor.as_bytes()),
        Some(line.action.as_bytes()),
        line.subject.as_deref().map(str::as_bytes),
        Some(line.detail.as_bytes()),
        line.request_id.as_deref().map(str::as_bytes),
    ];
    for part in parts {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        mac.update(&length.to_be_bytes());
        mac.update(part.unwrap_or_default());
    }
    mac.finalize().into_bytes().into()
}

/// The link before the first.
pub const GENESIS: [u8; 32] = [0; 32];

/// The end of the chain: how many links there are, and the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many lines are chained.
    pub seq: i64,
    /// The last link.
    pub hash: [u8; 32],
}

/// What is wrong with an audit log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// A line was changed, or a link was.
    #[error("line {seq} ({id}) does not fit its link: it was changed after it was written")]
    Changed {
        /// Its place in the chain.
        seq: i64,
        /// The line.
        id: AuditId,
    },
    /// A link has no line, or a number is missing.
    #[error("line {seq} is missing")]
    Missing {
        /// Its place in the chain.
        seq: i64,
    },
    /// Lines stand in the log that are neither chained nor waiting to be.
    #[error("{0} lines stand outside the chain: they were added by hand")]
    Unchained(i64),
    /// Lines that waited to be chained are gone.
    #[error("{0} lines that waited for the chain are gone")]
    Lost(i64),
    /// The chain is shorter than the key store remembers.
    #[error("the chain ends at line {found}, the key store remembers {remembered}: the end was cut off")]
    CutOff {
        /// How many links there are.
        found: i64,
        /// How many there were.
        remembered: i64,
    },
    /// The link that the key store remembers is another.
    #[error("link {0} is not the one that the key store remembers: the log was replaced")]
    Replaced(i64),
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verification {
    /// How many lines are chained.
    pub chained: i64,
    /// How many wait for the sealer.
    pub waiting: i64,
    /// What is wrong, the first thousand faults; empty when all is well.
    pub faults: Vec<AuditFault>,
}

/// Remembers the head of the chain beside the keys.
///
/// # Errors
/// When the key store cannot be written.
pub fn remember(directory: &Path, head: &Head) -> Result<(), StoreError> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let hex: String = head.hash.iter().map(|b| format!("{b:02x}")).collect();
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = directory.join(format!("audit-head.{}-{number}.draft", std::process::id()));
    let write = || {
        let mut file = fs::File::create(&draft)?;
        writeln!(file, "{} {hex}", head.seq)?;
        file.sync_all()?;
        fs::rename(&draft, directory.join("audit-head"))
    };
    write().map_err(StoreError::Keys)
}

/// The head of the chain that the key store remembers.
///
/// # Errors
/// When the key store cannot be read or holds something else.
pub fn remembered(directory: &Path) -> Result<Option<Head>, StoreError> {
    let text = match fs::read_to_string(directory.join("audit-head")) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::Keys(e)),
    };
    let broken = || StoreError::Keys(io::Error::new(io::ErrorKind::InvalidData, "audit-head cannot be read"));
    let (seq, hex) = text.trim().split_once(' ').ok_or_else(broken)?;
    let mut hash = [0; 32];
    for (i, byte) in hash.iter_mut().enumerate() {
        let digits = hex.get(2 * i..2 * i + 2).ok_or_else(broken)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| broken())?;
    }
    Ok(Some(Head { seq: seq.parse().map_err(|_| broken())?, hash }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> AuditLine {
        AuditLine {
            id: "018c3f8e-0000-7000-8000-000000000001".parse().unwrap(),
            at: "2022-03-10T01:00:00Z".parse().unwrap(),
            service: "checkin".to_owned(),
            actor: "anonymous".to_owned(),
            action: "visit.write".to_owned(),
            subject: None,
            detail: "{}".to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn a_link_changes_with_every_part_of_its_line() {
        let key = Key::new([7; 32]);
        let changed = [
            AuditLine { id: "018c3f8e-0000-7000-8000-000000000002".parse().unwrap(), ..line() },
            AuditLine { at: "2022-03-10T01:00:00.000001Z".parse().unwrap(), ..line() },
            AuditLine { service: "checki".to_owned(), actor: "nanonymous".to_owned(), ..line() },
            AuditLine { action: "visit.read".to_owned(), ..line() },
            AuditLine { subject: Some(String::new()), ..line() },
            AuditLine { detail: "{ }".to_owned(), ..line() },
            AuditLine { request_id: Some(String::new()), ..line() },
        ];
        let mut links: Vec<_> = changed.iter().chain([&line()]).map(|line| link(&key, &GENESIS, line)).collect();
        links.extend([link(&key, &[1; 32], &line()), link(&Key::new([8; 32]), &GENESIS, &line())]);
        for (i, one) in links.iter().enumerate() {
            assert!(!links[i + 1..].contains(one), "link {i}");
        }
    }

    #[test]
    fn the_end_that_is_remembered_reads_back_and_the_last_one_counts() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(remembered(directory.path()).unwrap(), None);
        for seq in [7, 9] {
            let head = Head { seq, hash: [0xab; 32] };
            remember(directory.path(), &head).unwrap();
            assert_eq!(remembered(directory.path()).unwrap(), Some(head));
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "a draft was left behind");
        fs::write(directory.path().join("audit-head"), "9").unwrap();
        assert!(remembered(directory.path()).is_err());
    }
}
