//! The live feed. Its numbers are given under a lock that is held until the commit, so that they become visible in
//! order.

use serde_json::Value;
use shared::ids::{AlertId, CaseId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, code};
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
    // One statement for all lines: other writers wait until this transaction ends. Both engines call the columns of VALUES so.
    let mut query = QueryBuilder::<Db>::new(
        "INSERT INTO f0_feed (seq, at, kind, case_id, alert_id, ward_code, data) \
         SELECT head.seq + column1, column2, column3, column4, column5, column6, column7 FROM (",
    );
    query.push_values((1_i64..).zip(lines), |mut row, (n, line)| {
        row.push_bind(n)
            .push_bind(At(line.at))
            .push_bind(line.kind.code())
            .push_bind(line.case_id.uuid())
            .push_bind(line.alert_id.map(AlertId::uuid))
            .push_bind(line.ward_code.as_deref())
            .push_bind(Json(&line.data));
    });
    query.push(") AS line CROSS JOIN (SELECT COALESCE(MAX(seq), 0) AS seq FROM f0_feed) AS head");
    query.build().execute(conn).await?;
    Ok(())
}
