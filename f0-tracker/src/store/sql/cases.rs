//! Cases.

use std::collections::BTreeSet;

use shared::events::AlertLevel;
use shared::ids::{AccountId, CaseId, PersonId};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, code};
use crate::domain::case::CaseState;
use crate::domain::condition::Condition;
use crate::domain::ranking::Ranking;
use crate::domain::risk::RiskGroup;
use crate::domain::vital::{Tenths, Vital, Vitals};
use crate::store::{CaseFilter, CaseOrder, CaseRecord, Latest, OpenedBy};

/// A statement about cases whose values are being bound.
type CaseQuery<'q> = sqlx::query::Query<'q, Db, <Db as sqlx::Database>::Arguments>;

macro_rules! columns {
    () => {
        "id, person_id, status, opened_by, diagnosed_at, specimen_at, symptom_onset, isolated_from, conditions, \
         vaccine_doses, pregnant, risk, ward_code, opened_at, closed_at, void_reason, doctor_id, level, \
         last_report_at, temperature_tenths, spo2_pct, respiratory_rate, pulse, report_due_at"
    };
}

/// A vital sign's column: tenths of a degree for temperature, whole units for the others.
pub(super) fn vital_column(vitals: &Vitals, vital: Vital) -> Option<i64> {
    let value = vitals.get(vital)?;
    if vital == Vital::TemperatureC { Some(i64::from(value.tenths())) } else { value.units().map(i64::from) }
}

/// Reads a vital sign's column into `vitals`.
pub(super) fn read_vital(
    row: &Row,
    vitals: Vitals,
    vital: Vital,
    table: &'static str,
    column: &'static str,
) -> Result<Vitals, StoreError> {
    let Some(number) = row.try_get::<Option<i64>, _>(column)? else { return Ok(vitals) };
    let number = i32::try_from(number).map_err(|_| inconsistent(table, column))?;
    let value = if vital == Vital::TemperatureC { Tenths::new(number) } else { Tenths::whole(number) };
    Ok(vitals.with(vital, value))
}

fn record(row: &Row) -> Result<CaseRecord, StoreError> {
    const TABLE: &str = "f0_cases";
    let mut vitals = Vitals::default();
    for (vital, column) in [
        (Vital::TemperatureC, "temperature_tenths"),
        (Vital::Spo2Pct, "spo2_pct"),
        (Vital::RespiratoryRate, "respiratory_rate"),
        (Vital::Pulse, "pulse"),
    ] {
        vitals = read_vital(row, vitals, vital, TABLE, column)?;
    }
    let doses = row.try_get::<Option<i64>, _>("vaccine_doses")?;
    let diagnosed_at = row.try_get::<At, _>("diagnosed_at")?.0;
    Ok(CaseRecord {
        id: CaseId::from_uuid(row.try_get("id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        state: code(row.try_get("status")?, CaseState::from_code, TABLE, "status")?,
        opened_by: code(row.try_get("opened_by")?, OpenedBy::from_code, TABLE, "opened_by")?,
        diagnosed_at,
        specimen_at: row.try_get::<Option<At>, _>("specimen_at")?.map_or(diagnosed_at, |at| at.0),
        symptom_onset: row.try_get::<Option<Day>, _>("symptom_onset")?.map(|day| day.0),
        isolated_from: row.try_get::<Option<At>, _>("isolated_from")?.map(|at| at.0),
        conditions: row.try_get::<Json<BTreeSet<Condition>>, _>("conditions")?.0,
        vaccine_doses: doses
            .map(|doses| u8::try_from(doses).map_err(|_| inconsistent(TABLE, "vaccine_doses")))
            .transpose()?,
        pregnant: row.try_get("pregnant")?,
        risk: code(row.try_get("risk")?, RiskGroup::from_code, TABLE, "risk")?,
        ward_code: row.try_get("ward_code")?,
        opened_at: row.try_get::<At, _>("opened_at")?.0,
        closed_at: row.try_get::<Option<At>, _>("closed_at")?.map(|at| at.0),
        void_reason: row.try_get("void_reason")?,
        doctor: row.try_get::<Option<Uuid>, _>("doctor_id")?.map(AccountId::from_uuid),
        latest: Latest {
            at: row.try_get::<Option<At>, _>("last_report_at")?.map(|at| at.0),
            level: code(row.try_get("level")?, AlertLevel::from_code, TABLE, "level")?,
            vitals,
        },
        report_due_at: row.try_get::<Option<At>, _>("report_due_at")?.map(|at| at.0),
    })
}

pub(super) async fn one(conn: &mut Conn, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_cases WHERE id = $1"))
        .bind(id.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn many(conn: &mut Conn, ids: &[CaseId]) -> Result<Vec<CaseRecord>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_cases WHERE id IN ("));
        let mut list = query.separated(", ");
        for id in chunk {
            list.push_bind(id.uuid());
        }
        query.push(")");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(record(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn body_hash(conn: &mut Conn, id: CaseId) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> =
        sqlx::query_scalar("SELECT body_hash FROM f0_cases WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await?;
    Ok(found.flatten())
}

pub(super) async fn latest(conn: &mut Conn, person: PersonId) -> Result<Option<CaseRecord>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM f0_cases WHERE person_id = $1 AND status <> 'voided' \
         ORDER BY CASE WHEN status = 'open' THEN 0 ELSE 1 END, opened_at DESC, id DESC LIMIT 1"
    ))
    .bind(person.uuid())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn list(conn: &mut Conn, filter: &CaseFilter) -> Result<Vec<CaseRecord>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_cases WHERE 1 = 1"));
    if let Some(state) = filter.state {
        query.push(" AND status = ").push_bind(state.code());
    }
    if let Some(risk) = filter.risk {
        query.push(" AND risk = ").push_bind(risk.code());
    }
    if let Some(doctor) = filter.doctor {
        query.push(" AND doctor_id = ").push_bind(doctor.uuid());
    }
    if let Some((from, to)) = filter.closed_on {
        query.push(" AND closed_on >= ").push_bind(Day(from)).push(" AND closed_on <= ").push_bind(Day(to));
    }
    if let Some(wards) = &filter.wards {
        super::push_wards(&mut query, wards);
    }
    if let Some(people) = &filter.people {
        super::push_uuids(&mut query, "person_id", people.iter().map(|person| person.uuid()));
    }
    query.push(match filter.order {
        CaseOrder::Newest => " ORDER BY opened_at DESC, id DESC LIMIT ",
        CaseOrder::Danger => " ORDER BY rank, id LIMIT ",
    });
    query.push_bind(filter.limit);
    query.push(" OFFSET ").push_bind(filter.offset);
    // Of one person, it is one of few statements.
    let kept = filter.wards.is_none() && filter.people.as_ref().is_some_and(|people| people.len() == 1);
    let rows = query.build().persistent(kept).fetch_all(conn).await?;
    rows.iter().map(record).collect()
}

pub(super) async fn open_around(conn: &mut Conn, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM f0_cases WHERE status = 'open' AND (person_id = $1 OR id IN \
         (SELECT case_id FROM f0_contacts WHERE person_id = $1 AND level = 'household')) ORDER BY opened_at, id"
    ))
    .bind(person.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(record).collect()
}

pub(super) async fn around(conn: &mut Conn, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM f0_cases WHERE status <> 'voided' AND (person_id = $1 OR id IN \
         (SELECT case_id FROM f0_contacts WHERE person_id = $1 AND level = 'household')) ORDER BY opened_at DESC, id DESC"
    ))
    .bind(person.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(record).collect()
}

/// Binds what an update may replace, as `$2` to `$23`, behind the id. Both statements name these columns in this order.
fn bind_replaced<'q>(query: CaseQuery<'q>, case: &'q CaseRecord) -> CaseQuery<'q> {
    let vitals = &case.latest.vitals;
    query
        .bind(case.id.uuid())
        .bind(case.state.code())
        .bind(At(case.diagnosed_at))
        .bind(At(case.specimen_at))
        .bind(case.symptom_onset.map(Day))
        .bind(case.isolated_from.map(At))
        .bind(Json(&case.conditions))
        .bind(case.vaccine_doses.map(i64::from))
        .bind(case.pregnant)
        .bind(case.risk.code())
        .bind(case.ward_code.as_deref())
        .bind(case.closed_at.map(At))
        .bind(case.void_reason.as_deref())
        .bind(case.doctor.map(AccountId::uuid))
        .bind(case.latest.level.code())
        .bind(case.latest.at.map(At))
        .bind(vital_column(vitals, Vital::TemperatureC))
        .bind(vital_column(vitals, Vital::Spo2Pct))
        .bind(vital_column(vitals, Vital::RespiratoryRate))
        .bind(vital_column(vitals, Vital::Pulse))
        .bind(case.report_due_at.map(At))
        .bind(Ranking::builtin().place(&case.standing()))
        .bind(case.closed_at.map(|at| Day(at.local_date())))
}

/// `ON CONFLICT DO NOTHING` answers for the primary key and for the one open case of a person alike.
pub(super) async fn insert(conn: &mut Conn, case: &CaseRecord, body_hash: Option<&str>) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "INSERT INTO f0_cases (id, status, diagnosed_at, specimen_at, symptom_onset, isolated_from, conditions, \
         vaccine_doses, pregnant, risk, ward_code, closed_at, void_reason, doctor_id, level, last_report_at, \
         temperature_tenths, spo2_pct, respiratory_rate, pulse, report_due_at, rank, closed_on, person_id, opened_by, \
         opened_at, body_hash, opened_on) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
         $23, $24, $25, $26, $27, $28) ON CONFLICT DO NOTHING",
    );
    let done = bind_replaced(query, case)
        .bind(case.person_id.uuid())
        .bind(case.opened_by.code())
        .bind(At(case.opened_at))
        .bind(body_hash)
        .bind(Day(case.opened_at.local_date()))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(conn: &mut Conn, case: &CaseRecord) -> Result<(), StoreError> {
    let query = sqlx::query(
        "UPDATE f0_cases SET status = $2, diagnosed_at = $3, specimen_at = $4, symptom_onset = $5, \
         isolated_from = $6, conditions = $7, vaccine_doses = $8, pregnant = $9, risk = $10, ward_code = $11, \
         closed_at = $12, void_reason = $13, doctor_id = $14, level = $15, last_report_at = $16, \
         temperature_tenths = $17, spo2_pct = $18, respiratory_rate = $19, pulse = $20, report_due_at = $21, \
         rank = $22 - trend, closed_on = $23 WHERE id = $1",
    );
    bind_replaced(query, case).execute(conn).await?;
    Ok(())
}

pub(super) async fn set_trend(conn: &mut Conn, case: CaseId, minutes: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE f0_cases SET rank = rank + trend - $2, trend = $2 WHERE id = $1")
        .bind(case.uuid())
        .bind(minutes)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn move_to(conn: &mut Conn, case: CaseId, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("UPDATE f0_cases SET person_id = $2 WHERE id = $1")
        .bind(case.uuid())
        .bind(person.uuid())
        .execute(conn)
        .await?;
    Ok(())
}
