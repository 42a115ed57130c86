//! The live feed. Its numbers are given under a lock that is held until the commit, so that they become visible in
//! order.

use serde_json::Value;
use shared::ids::{AlertId, CaseId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Conn, Row, code};
use crate::store::{FeedDraft, FeedEntry, FeedKind};

fn record(row: &Row) -> Result<FeedEntry, StoreError> {
    Ok(FeedEntry {
        seq: row.try_get("seq")?,
        line: FeedDraft {
            at: row.try_get::<At, _>("at")?.0,
            kind: code(row.try_get("kind")?, FeedKind::from_code, "f0_feed", "kind")?,
            case_id: CaseId::from_uuid(row.try_get("case_id")?),
            alert_id: row.try_get::<Option<Uuid>, _>("alert_id")?.map(AlertId::from_uuid),
            ward_code: row.try_get("ward_code")?,
            data: row.try_get::<Json<Value>, _>("data")?.0,
        },
    })
}

pub(super) async fn head(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM f0_feed").fetch_one(conn).await?)
}

pub(super) async fn after(conn: &mut Conn, seq: i64, limit: i64) -> Result<Vec<FeedEntry>, StoreError> {
    let rows = sqlx::query(
        "SELECT seq, at, kind, case_id, alert_id, ward_code, data FROM f0_feed WHERE seq > $1 ORDER BY seq LIMIT $2",
    )
    .bind(seq)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(record).collect()
}

pub(super) async fn append(conn: &mut Conn, lines: &[FeedDraft]) -> Result<(), StoreError> {
    let first = head(&mut *conn).await? + 1;
    for (seq, line) in (first..).zip(lines) {
        sqlx::query(
            "INSERT INTO f0_feed (seq, at, kind, case_id, alert_id, ward_code, data) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(seq)
        .bind(At(line.at))
        .bind(line.kind.code())
        .bind(line.case_id.uuid())
        .bind(line.alert_id.map(AlertId::uuid))
        .bind(line.ward_code.as_deref())
        .bind(Json(&line.data))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
