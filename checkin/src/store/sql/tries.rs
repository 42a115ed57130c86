//! Counts of codes that nobody has.

use async_trait::async_trait;
use shared_store::StoreError;

use super::Tx;
use crate::store::TriesWrite;

#[async_trait]
impl TriesWrite for Tx {
    async fn count_try(&mut self, source: &[u8], period: i64) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar(
            "INSERT INTO checkin_code_tries (source, period, tries) VALUES ($1, $2, 1) \
             ON CONFLICT (source) DO UPDATE SET tries = checkin_code_tries.tries + 1 RETURNING tries",
        );
        Ok(count.bind(source).bind(period).fetch_one(self.conn()).await?)
    }

    async fn forget_tries_before(&mut self, period: i64) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM checkin_code_tries WHERE period < $1").bind(period);
        Ok(done.execute(self.conn()).await?.rows_affected())
    }
}
