//! Laying the chain behind the writers.

use std::time::Duration;

use super::{Head, remember, remembered};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::pace::Pace;
use crate::port::{SharedStore, SharedWrite};

/// How many lines are chained in one transaction.
const BATCH: i64 = 500;
/// The pause between two full ones. Whoever wrote so many lines has something to do for the machine.
const PAUSE: Duration = Duration::from_millis(50);

/// Chains the lines that wait and remembers the new end of the chain beside the keys. Gives the end, or `None` where
/// another process is at it.
///
/// Where the end that was remembered is no longer in the chain, it stays remembered: forgetting it would hide from
/// [`super::verify`] that the chain was cut off or replaced.
///
/// # Errors
/// When the database or the key store fails. What was chained before stays chained.
pub async fn seal(store: &dyn SharedStore, keys: &Keys) -> Result<Option<Head>, StoreError> {
    Pace::Later.run(seal_all(store, keys)).await
}

async fn seal_all(store: &dyn SharedStore, keys: &Keys) -> Result<Option<Head>, StoreError> {
    loop {
        let mut tx = store.write().await?;
        let before = tx.audit_head().await?;
        let known = remembered(keys.directory())?;
        let intact = match &known {
            Some(head) => holds(tx.as_mut(), head).await?,
            None => true,
        };
        let Some(head) = tx.chain_audit(BATCH).await? else { return Ok(None) };
        tx.commit().await?;
        if !intact {
            tracing::error!("the end of the audit chain is not the one that the key store remembers: verify the log");
        } else if known.as_ref() != Some(&head) {
            remember(keys.directory(), &head)?;
        }
        if head.seq - before.seq < BATCH {
            return Ok(Some(head));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the chain still has this link at its place.
async fn holds(tx: &mut dyn SharedWrite, head: &Head) -> Result<bool, StoreError> {
    if head.seq == 0 {
        return Ok(true);
    }
    let found = tx.audit_chain(head.seq - 1, 1).await?;
    Ok(found.first().is_some_and(|(seq, _, hash)| *seq == head.seq && *hash == head.hash))
}
