//! Whether the audit log is whole: every link is made again and compared, and the end is compared with the key store.

use super::{AuditFault, AuditLine, GENESIS, Head, Verification, link, remembered};
use crate::error::StoreError;
use crate::keys::{Key, Keys};
use crate::port::SharedStore;

/// How many lines are read at once.
const PAGE: i64 = 1_000;
/// How many faults are listed at most: a log that was replaced is wrong in every line.
const LISTED: usize = 1_000;

/// Walks the whole audit chain and says what is wrong with it. Lines may be written and chained meanwhile.
///
/// # Errors
/// When the database or the key store cannot be read. What is wrong with the log is no error but a fault in the answer.
pub async fn verify(store: &dyn SharedStore, keys: &Keys) -> Result<Verification, StoreError> {
    // Read before the walk: the chain only grows, so it must be at least this long at the end.
    let remembered = remembered(keys.directory())?;
    let mut walk = Walk::new(&keys.audit, remembered.as_ref());
    loop {
        let page = store.read().await?.audit_chain(walk.seq, PAGE).await?;
        for (seq, line, hash) in &page {
            walk.step(*seq, line, hash);
        }
        if i64::try_from(page.len()).is_ok_and(|length| length < PAGE) {
            break;
        }
    }
    let (lines, chained, waiting) = store.read().await?.audit_counts().await?;
    walk.compare_counts(lines - chained - waiting);
    walk.compare_end();
    Ok(Verification { chained, waiting, faults: walk.faults })
}

/// The walk along the chain: where it stands and what it has found.
struct Walk<'a> {
    key: &'a Key,
    remembered: Option<&'a Head>,
    seq: i64,
    /// The link before the next line; `None` after a gap, when nobody knows it.
    previous: Option<Vec<u8>>,
    missing: i64,
    faults: Vec<AuditFault>,
}

impl<'a> Walk<'a> {
    fn new(key: &'a Key, remembered: Option<&'a Head>) -> Self {
        Self { key, remembered, seq: 0, previous: Some(GENESIS.to_vec()), missing: 0, faults: Vec::new() }
    }

    fn step(&mut self, seq: i64, line: &AuditLine, hash: &[u8]) {
        let gap = seq - self.seq - 1;
        if gap > 0 {
            self.missing += gap;
            let room = LISTED.saturating_sub(self.faults.len());
            self.faults.extend((self.seq + 1..seq).take(room).map(|seq| AuditFault::Missing { seq }));
            self.previous = None;
        }
        if self.previous.as_ref().is_some_and(|previous| link(self.key, previous, line) != hash) {
            self.found(AuditFault::Changed { seq, id: line.id });
        }
        if self.remembered.is_some_and(|head| head.seq == seq && head.hash != hash) {
            self.found(AuditFault::Replaced(seq));
        }
        self.previous = Some(hash.to_vec());
        self.seq = seq;
    }

    /// `outside` is how many more lines there are than links and waiting marks; below zero when lines are gone.
    fn compare_counts(&mut self, outside: i64) {
        let lost = -outside - self.missing;
        if outside > 0 {
            self.found(AuditFault::Unchained(outside));
        } else if lost > 0 {
            self.found(AuditFault::Lost(lost));
        }
    }

    fn compare_end(&mut self) {
        if let Some(head) = self.remembered
            && head.seq > self.seq
        {
            self.found(AuditFault::CutOff { found: self.seq, remembered: head.seq });
        }
    }

    fn found(&mut self, fault: AuditFault) {
        if self.faults.len() < LISTED {
            self.faults.push(fault);
        }
    }
}
