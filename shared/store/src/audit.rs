//! The audit log: every read and write of personal data, append-only, chained by keyed hashes.
//!
//! A line is written in the transaction of what it tells about. The chain is laid just behind, by one sealer at a time, so
//! that writers do not queue for its end: link `n` is `HMAC-SHA-256(audit key, link n-1 | line)`. The last link is kept in
//! the key store as well, so that lines cut off at the end are missed.

use std::fs;
use std::io;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use shared::ids::{AccountId, AuditId, PersonId};
use shared::time::Instant;

use crate::error::StoreError;
use crate::keys::Key;

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

/// The link of a line on the link before it.
///
/// # Panics
/// Never: HMAC takes a key of any length.
#[must_use]
pub fn link(key: &Key, previous: &[u8], line: &AuditLine) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes a key of any length");
    mac.update(previous);
    let at = line.at.to_fixed_text();
    let id = line.id.uuid();
    let parts: [&[u8]; 8] = [
        id.as_bytes(),
        at.as_bytes(),
        line.service.as_bytes(),
        line.actor.as_bytes(),
        line.action.as_bytes(),
        line.subject.as_deref().unwrap_or_default().as_bytes(),
        line.detail.as_bytes(),
        line.request_id.as_deref().unwrap_or_default().as_bytes(),
    ];
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
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
    /// What is wrong; empty when all is well.
    pub faults: Vec<AuditFault>,
}

/// Remembers the head of the chain beside the keys.
///
/// # Errors
/// When the key store cannot be written.
pub fn remember(directory: &Path, head: &Head) -> Result<(), StoreError> {
    let hex: String = head.hash.iter().map(|b| format!("{b:02x}")).collect();
    let draft = directory.join(format!("audit-head.{}.draft", std::process::id()));
    fs::write(&draft, format!("{} {hex}\n", head.seq)).map_err(StoreError::Keys)?;
    fs::rename(draft, directory.join("audit-head")).map_err(StoreError::Keys)
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
