//! Shifts that are handed over, and changes of the protocols.

use async_trait::async_trait;
use shared::ids::{AccountId, ProtocolChangeId, ReportId, ShiftId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Row, Tx, reports};
use crate::domain::replay::Replay;
use crate::domain::shift::Line;
use crate::store::{ProtocolChange, ReportRecord, ShiftRead, ShiftRecord, ShiftWrite};

macro_rules! shifts {
    () => {
        "id, from_id, to_id, at, note, lines, body_hash"
    };
}

macro_rules! changes {
    () => {
        "id, title, body, replay, live_from, created_at, created_by, signed_at, signed_by, body_hash"
    };
}

fn shift(row: &Row) -> Result<ShiftRecord, StoreError> {
    Ok(ShiftRecord {
        id: ShiftId::from_uuid(row.try_get("id")?),
        from: AccountId::from_uuid(row.try_get("from_id")?),
        to: row.try_get::<Option<Uuid>, _>("to_id")?.map(AccountId::from_uuid),
        at: row.try_get::<At, _>("at")?.0,
        note: row.try_get("note")?,
        lines: row.try_get::<Json<Vec<Line>>, _>("lines")?.0,
        body_hash: row.try_get("body_hash")?,
    })
}

fn change(row: &Row) -> Result<ProtocolChange, StoreError> {
    let by = row.try_get::<Option<Uuid>, _>("signed_by")?.map(AccountId::from_uuid);
    let at = row.try_get::<Option<At>, _>("signed_at")?.map(|at| at.0);
    Ok(ProtocolChange {
        id: ProtocolChangeId::from_uuid(row.try_get("id")?),
        title: row.try_get("title")?,
        body: row.try_get("body")?,
        replay: row.try_get::<Json<Replay>, _>("replay")?.0,
        live_from: row.try_get::<At, _>("live_from")?.0,
        created_at: row.try_get::<At, _>("created_at")?.0,
        created_by: AccountId::from_uuid(row.try_get("created_by")?),
        signed: by.zip(at),
        body_hash: row.try_get("body_hash")?,
    })
}

#[async_trait]
impl ShiftRead for Tx {
    async fn shift(&mut self, id: ShiftId) -> Result<Option<ShiftRecord>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", shifts!(), " FROM f0_shifts WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(shift).transpose()
    }

    async fn shifts_of(&mut self, account: AccountId, since: Instant) -> Result<Vec<ShiftRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            shifts!(),
            " FROM f0_shifts WHERE at >= $2 AND (from_id = $1 OR to_id = $1 OR to_id IS NULL) \
             ORDER BY at DESC, id DESC LIMIT 200"
        ))
        .bind(account.uuid())
        .bind(At(since))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(shift).collect()
    }

    async fn protocol_change(&mut self, id: ProtocolChangeId) -> Result<Option<ProtocolChange>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", changes!(), " FROM f0_protocol_changes WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(change).transpose()
    }

    async fn protocol_changes(&mut self) -> Result<Vec<ProtocolChange>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            changes!(),
            " FROM f0_protocol_changes ORDER BY created_at DESC, id DESC LIMIT 200"
        ))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(change).collect()
    }

    async fn protocol_change_at(&mut self, at: Instant) -> Result<Option<ProtocolChangeId>, StoreError> {
        let found: Option<Uuid> = sqlx::query_scalar(
            "SELECT id FROM f0_protocol_changes WHERE signed_at IS NOT NULL AND live_from <= $1 \
             ORDER BY live_from DESC, signed_at DESC, id DESC LIMIT 1",
        )
        .bind(At(at))
        .fetch_optional(self.conn())
        .await?;
        Ok(found.map(ProtocolChangeId::from_uuid))
    }

    async fn reports_since(
        &mut self,
        since: Instant,
        after: Option<(Instant, ReportId)>,
        limit: i64,
    ) -> Result<Vec<ReportRecord>, StoreError> {
        reports::since(self.conn(), since, after, limit).await
    }
}

#[async_trait]
impl ShiftWrite for Tx {
    async fn insert_shift(&mut self, shift: &ShiftRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_shifts (id, from_id, to_id, at, note, lines, body_hash) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(shift.id.uuid())
        .bind(shift.from.uuid())
        .bind(shift.to.map(AccountId::uuid))
        .bind(At(shift.at))
        .bind(&shift.note)
        .bind(Json(&shift.lines))
        .bind(&shift.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn put_lines(&mut self, id: ShiftId, lines: &[Line]) -> Result<(), StoreError> {
        sqlx::query("UPDATE f0_shifts SET lines = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(Json(lines))
            .execute(self.conn())
            .await?;
        Ok(())
    }

    async fn insert_protocol_change(&mut self, change: &ProtocolChange) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_protocol_changes (id, title, body, replay, live_from, created_at, created_by, signed_at, \
             signed_by, body_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING",
        )
        .bind(change.id.uuid())
        .bind(&change.title)
        .bind(&change.body)
        .bind(Json(&change.replay))
        .bind(At(change.live_from))
        .bind(At(change.created_at))
        .bind(change.created_by.uuid())
        .bind(change.signed.map(|(_, at)| At(at)))
        .bind(change.signed.map(|(by, _)| by.uuid()))
        .bind(&change.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn sign_protocol_change(
        &mut self,
        id: ProtocolChangeId,
        by: AccountId,
        at: Instant,
        live_from: Instant,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE f0_protocol_changes SET signed_by = $2, signed_at = $3, live_from = $4 \
             WHERE id = $1 AND signed_at IS NULL",
        )
        .bind(id.uuid())
        .bind(by.uuid())
        .bind(At(at))
        .bind(At(live_from))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
