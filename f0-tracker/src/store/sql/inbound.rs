//! Messages that telephones sent.

use async_trait::async_trait;
use shared::ids::{CaseId, InboundId, ReportId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use uuid::Uuid;

use super::Tx;
use crate::store::{InboundRead, InboundRecord, InboundWrite};

#[async_trait]
impl InboundRead for Tx {
    async fn inbound(&mut self, gateway_id: &str) -> Result<Option<InboundRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT gateway_id, id, received_at, outcome, case_id, report_id, body_hash FROM f0_inbound \
             WHERE gateway_id = $1",
        )
        .bind(gateway_id)
        .fetch_optional(self.conn())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(InboundRecord {
            id: InboundId::from_uuid(row.try_get("id")?),
            gateway_id: row.try_get("gateway_id")?,
            received_at: row.try_get::<At, _>("received_at")?.0,
            outcome: row.try_get("outcome")?,
            case_id: row.try_get::<Option<Uuid>, _>("case_id")?.map(CaseId::from_uuid),
            report_id: row.try_get::<Option<Uuid>, _>("report_id")?.map(ReportId::from_uuid),
            body_hash: row.try_get("body_hash")?,
        }))
    }
}

#[async_trait]
impl InboundWrite for Tx {
    async fn insert_inbound(&mut self, inbound: &InboundRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_inbound (gateway_id, id, received_at, outcome, case_id, report_id, body_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (gateway_id) DO NOTHING",
        )
        .bind(&inbound.gateway_id)
        .bind(inbound.id.uuid())
        .bind(At(inbound.received_at))
        .bind(&inbound.outcome)
        .bind(inbound.case_id.map(CaseId::uuid))
        .bind(inbound.report_id.map(ReportId::uuid))
        .bind(&inbound.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
