//! Counts of codes that nobody has.

use async_trait::async_trait;
use shared_store::StoreError;

/// Writing them.
#[async_trait]
pub trait TriesWrite: Send {
    /// Counts one more of a source, which is a blind index, in a period; gives how many there are.
    async fn count_try(&mut self, source: &[u8], period: i64) -> Result<i64, StoreError>;
    /// Forgets the counts of the periods before one; gives how many there were.
    async fn forget_tries_before(&mut self, period: i64) -> Result<u64, StoreError>;
}
