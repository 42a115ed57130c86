//! Reports.

use std::collections::BTreeSet;

use shared::events::AlertLevel;
use shared::ids::{CaseId, ReportId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};

use super::cases::{read_vital, vital_column};
use super::{Conn, Db, Row, code};
use crate::domain::engine::{ProtocolSays, Reason};
use crate::domain::observation::{Observation, Reporter};
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Vital, Vitals};
use crate::store::ReportRecord;

macro_rules! columns {
    () => {
        "id, case_id, at, received_at, reporter, temperature_tenths, spo2_pct, respiratory_rate, pulse, systolic, \
         diastolic, on_oxygen, symptoms, level, reasons, protocol, protocols, doubtful, body_hash"
    };
}

const VITALS: [(Vital, &str); 6] = [
    (Vital::TemperatureC, "temperature_tenths"),
    (Vital::Spo2Pct, "spo2_pct"),
    (Vital::RespiratoryRate, "respiratory_rate"),
    (Vital::Pulse, "pulse"),
    (Vital::Systolic, "systolic"),
    (Vital::Diastolic, "diastolic"),
];

fn record(row: &Row) -> Result<ReportRecord, StoreError> {
    const TABLE: &str = "f0_reports";
    let mut vitals = Vitals::default();
    for (vital, column) in VITALS {
        vitals = read_vital(row, vitals, vital, TABLE, column)?;
    }
    let id = ReportId::from_uuid(row.try_get("id")?);
    Ok(ReportRecord {
        id,
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        observed: Observation {
            id: Some(id),
            at: row.try_get::<At, _>("at")?.0,
            by: code(row.try_get("reporter")?, Reporter::from_code, TABLE, "reporter")?,
            vitals,
            on_oxygen: row.try_get("on_oxygen")?,
            symptoms: row.try_get::<Json<BTreeSet<Symptom>>, _>("symptoms")?.0,
        },
        received_at: row.try_get::<At, _>("received_at")?.0,
        level: code(row.try_get("level")?, AlertLevel::from_code, TABLE, "level")?,
        reasons: row.try_get::<Json<Vec<Reason>>, _>("reasons")?.0,
        protocol: row.try_get("protocol")?,
        protocols: row.try_get::<Json<Vec<ProtocolSays>>, _>("protocols")?.0,
        doubtful: row.try_get::<Option<Json<Vec<Vital>>>, _>("doubtful")?.map(|json| json.0).unwrap_or_default(),
        body_hash: row.try_get("body_hash")?,
    })
}

pub(super) async fn one(conn: &mut Conn, id: ReportId) -> Result<Option<ReportRecord>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_reports WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn newest(conn: &mut Conn, cases: &[CaseId], each: i64) -> Result<Vec<ReportRecord>, StoreError> {
    let mut found = Vec::new();
    for chunk in cases.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT ",
            columns!(),
            " FROM (SELECT ",
            columns!(),
            ", ROW_NUMBER() OVER (PARTITION BY case_id ORDER BY at DESC, id DESC) AS nth \
             FROM f0_reports WHERE case_id IN ("
        ));
        let mut list = query.separated(", ");
        for case in chunk {
            list.push_bind(case.uuid());
        }
        query.push(")) AS numbered WHERE nth <= ").push_bind(each).push(" ORDER BY at DESC, id DESC");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(record(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn between(
    conn: &mut Conn,
    case: CaseId,
    from: Instant,
    to: Instant,
) -> Result<Vec<ReportRecord>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM f0_reports WHERE case_id = $1 AND at >= $2 AND at <= $3 ORDER BY at, id"
    ))
    .bind(case.uuid())
    .bind(At(from))
    .bind(At(to))
    .fetch_all(conn)
    .await?;
    rows.iter().map(record).collect()
}

pub(super) async fn since(
    conn: &mut Conn,
    since: Instant,
    after: Option<(Instant, ReportId)>,
    limit: i64,
) -> Result<Vec<ReportRecord>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_reports WHERE at >= "));
    query.push_bind(At(since));
    if let Some((at, id)) = after {
        query.push(" AND (at > ").push_bind(At(at)).push(" OR (at = ").push_bind(At(at));
        query.push(" AND id > ").push_bind(id.uuid()).push("))");
    }
    query.push(" ORDER BY at, id LIMIT ").push_bind(limit);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(record).collect()
}

pub(super) async fn rejudge(conn: &mut Conn, report: &ReportRecord) -> Result<(), StoreError> {
    sqlx::query("UPDATE f0_reports SET level = $2, reasons = $3, protocol = $4, protocols = $5 WHERE id = $1")
        .bind(report.id.uuid())
        .bind(report.level.code())
        .bind(Json(&report.reasons))
        .bind(&report.protocol)
        .bind(Json(&report.protocols))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn insert(conn: &mut Conn, report: &ReportRecord) -> Result<bool, StoreError> {
    let observed = &report.observed;
    let mut query = sqlx::query(
        "INSERT INTO f0_reports (id, case_id, at, received_at, reporter, on_oxygen, symptoms, level, reasons, protocol, \
         protocols, body_hash, doubtful, temperature_tenths, spo2_pct, respiratory_rate, pulse, systolic, diastolic) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(report.id.uuid())
    .bind(report.case_id.uuid())
    .bind(At(observed.at))
    .bind(At(report.received_at))
    .bind(observed.by.code())
    .bind(observed.on_oxygen)
    .bind(Json(&observed.symptoms))
    .bind(report.level.code())
    .bind(Json(&report.reasons))
    .bind(&report.protocol)
    .bind(Json(&report.protocols))
    .bind(&report.body_hash)
    .bind((!report.doubtful.is_empty()).then(|| Json(report.doubtful.clone())));
    for (vital, _) in VITALS {
        query = query.bind(vital_column(&observed.vitals, vital));
    }
    Ok(query.execute(conn).await?.rows_affected() == 1)
}
