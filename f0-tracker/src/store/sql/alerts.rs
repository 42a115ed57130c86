//! Alerts. Who is first is decided by the row itself: every change says in its `WHERE` what it expects to find.

use shared::events::AlertLevel;
use shared::ids::{AccountId, AlertId, CaseId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, code};
use crate::domain::engine::Reason;
use crate::domain::ladder::Owner;
use crate::store::{AlertFilter, AlertRecord, AlertState, Stamp};

const TABLE: &str = "f0_alerts";

/// How dangerous, in the words of the indexes: both databases use one whose expression is written exactly so.
macro_rules! danger {
    () => {
        "CASE level WHEN 'emergency' THEN 0 WHEN 'urgent' THEN 1 ELSE 2 END"
    };
}

const fn danger(level: AlertLevel) -> i64 {
    match level {
        AlertLevel::Emergency => 0,
        AlertLevel::Urgent => 1,
        AlertLevel::Watch | AlertLevel::None => 2,
    }
}

macro_rules! columns {
    () => {
        "id, case_id, ward_code, level, reasons, status, raised_at, rung, owner, owner_id, escalated_at, \
         acknowledged_by, acknowledged_at, acknowledged_note, resolved_by, resolved_at, resolved_note"
    };
}

fn stamp(row: &Row, by: &'static str, at: &'static str, note: &'static str) -> Result<Option<Stamp>, StoreError> {
    let Some(At(at)) = row.try_get::<Option<At>, _>(at)? else { return Ok(None) };
    Ok(Some(Stamp {
        by: row.try_get::<Option<Uuid>, _>(by)?.map(AccountId::from_uuid),
        at,
        note: row.try_get::<Option<String>, _>(note)?.unwrap_or_default(),
    }))
}

fn record(row: &Row) -> Result<AlertRecord, StoreError> {
    let rung: i64 = row.try_get("rung")?;
    Ok(AlertRecord {
        id: AlertId::from_uuid(row.try_get("id")?),
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        ward_code: row.try_get("ward_code")?,
        level: code(row.try_get("level")?, AlertLevel::from_code, TABLE, "level")?,
        reasons: row.try_get::<Json<Vec<Reason>>, _>("reasons")?.0,
        state: code(row.try_get("status")?, AlertState::from_code, TABLE, "status")?,
        raised_at: row.try_get::<At, _>("raised_at")?.0,
        rung: usize::try_from(rung).map_err(|_| inconsistent(TABLE, "rung"))?,
        owner: code(row.try_get("owner")?, Owner::from_code, TABLE, "owner")?,
        responsible: row.try_get::<Option<Uuid>, _>("owner_id")?.map(AccountId::from_uuid),
        escalated_at: row.try_get::<Option<At>, _>("escalated_at")?.map(|at| at.0),
        acknowledged: stamp(row, "acknowledged_by", "acknowledged_at", "acknowledged_note")?,
        resolved: stamp(row, "resolved_by", "resolved_at", "resolved_note")?,
    })
}

/// A rung as a column; a ladder has a handful.
fn rung_column(alert: &AlertRecord) -> i64 {
    i64::try_from(alert.rung).unwrap_or(i64::MAX)
}

pub(super) async fn one(conn: &mut Conn, id: AlertId) -> Result<Option<AlertRecord>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_alerts WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn list(conn: &mut Conn, filter: &AlertFilter) -> Result<Vec<AlertRecord>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_alerts WHERE 1 = 1"));
    if !filter.states.is_empty() {
        super::push_texts(&mut query, "status", filter.states.iter().map(|state| state.code()));
    }
    if let Some(wards) = &filter.wards {
        super::push_wards(&mut query, wards);
    }
    if let Some(cases) = &filter.cases {
        super::push_uuids(&mut query, "case_id", cases.iter().map(|case| case.uuid()));
    }
    if let Some(level) = filter.level {
        query.push(concat!(" AND ", danger!(), " = ")).push_bind(danger(level));
    }
    if let Some(doctor) = filter.doctor {
        query.push(" AND case_id IN (SELECT id FROM f0_cases WHERE status = 'open' AND doctor_id = ");
        query.push_bind(doctor.uuid()).push(")");
    }
    if let Some(account) = filter.hands {
        query.push(" AND ((status = 'open' AND owner_id = ").push_bind(account.uuid());
        query.push(") OR (status = 'acknowledged' AND acknowledged_by = ").push_bind(account.uuid()).push("))");
    }
    if let Some(place) = filter.after {
        query.push(concat!(" AND (", danger!(), ", raised_at, id) > (")).push_bind(danger(place.level));
        query.push(", ").push_bind(At(place.raised_at)).push(", ").push_bind(place.id.uuid()).push(")");
    }
    query.push(concat!(" ORDER BY ", danger!(), ", raised_at, id LIMIT ")).push_bind(filter.limit);
    // Of one case, it is one of few statements.
    let kept = filter.wards.is_none() && filter.cases.as_ref().is_some_and(|cases| cases.len() == 1);
    let rows = query.build().persistent(kept).fetch_all(conn).await?;
    rows.iter().map(record).collect()
}

pub(super) async fn insert(conn: &mut Conn, alert: &AlertRecord) -> Result<bool, StoreError> {
    let (acknowledged, resolved) = (alert.acknowledged.as_ref(), alert.resolved.as_ref());
    let done = sqlx::query(
        "INSERT INTO f0_alerts (id, case_id, ward_code, level, reasons, status, raised_at, rung, owner, escalated_at, \
         acknowledged_by, acknowledged_at, acknowledged_note, resolved_by, resolved_at, resolved_note, owner_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
    )
    .bind(alert.id.uuid())
    .bind(alert.case_id.uuid())
    .bind(alert.ward_code.as_deref())
    .bind(alert.level.code())
    .bind(Json(&alert.reasons))
    .bind(alert.state.code())
    .bind(At(alert.raised_at))
    .bind(rung_column(alert))
    .bind(alert.owner.code())
    .bind(alert.escalated_at.map(At))
    .bind(acknowledged.and_then(|stamp| stamp.by).map(AccountId::uuid))
    .bind(acknowledged.map(|stamp| At(stamp.at)))
    .bind(acknowledged.map(|stamp| stamp.note.as_str()))
    .bind(resolved.and_then(|stamp| stamp.by).map(AccountId::uuid))
    .bind(resolved.map(|stamp| At(stamp.at)))
    .bind(resolved.map(|stamp| stamp.note.as_str()))
    .bind(alert.responsible.map(AccountId::uuid))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update_open(conn: &mut Conn, alert: &AlertRecord) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE f0_alerts SET level = $2, reasons = $3, raised_at = $4, rung = $5, owner = $6, escalated_at = $7, \
         owner_id = $8 WHERE id = $1 AND status = 'open'",
    )
    .bind(alert.id.uuid())
    .bind(alert.level.code())
    .bind(Json(&alert.reasons))
    .bind(At(alert.raised_at))
    .bind(rung_column(alert))
    .bind(alert.owner.code())
    .bind(alert.escalated_at.map(At))
    .bind(alert.responsible.map(AccountId::uuid))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn acknowledge(
    conn: &mut Conn,
    id: AlertId,
    by: AccountId,
    at: Instant,
    note: &str,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE f0_alerts SET status = 'acknowledged', acknowledged_by = $2, acknowledged_at = $3, \
         acknowledged_note = $4 WHERE id = $1 AND status = 'open'",
    )
    .bind(id.uuid())
    .bind(by.uuid())
    .bind(At(at))
    .bind(note)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn resolve(
    conn: &mut Conn,
    id: AlertId,
    by: Option<AccountId>,
    at: Instant,
    note: &str,
) -> Result<bool, StoreError> {
    let mut query = QueryBuilder::<Db>::new("UPDATE f0_alerts SET status = 'resolved', resolved_by = ");
    query.push_bind(by.map(AccountId::uuid)).push(", resolved_at = ").push_bind(At(at));
    query.push(", resolved_note = ").push_bind(note.to_owned()).push(" WHERE id = ").push_bind(id.uuid());
    match by {
        Some(by) => {
            query.push(" AND (status = 'open' OR (status = 'acknowledged' AND acknowledged_by = ");
            query.push_bind(by.uuid()).push("))");
        }
        None => {
            query.push(" AND status <> 'resolved'");
        }
    }
    Ok(query.build().execute(conn).await?.rows_affected() == 1)
}
