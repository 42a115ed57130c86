//! Laboratory results behind cases.

use shared::events::Outcome;
use shared::ids::{CaseId, PersonId, ResultId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, code};
use crate::store::Evidence;

macro_rules! columns {
    () => {
        "result_id, case_id, person_id, version, outcome, collected_at"
    };
}

fn record(row: &Row) -> Result<Evidence, StoreError> {
    let outcome = row.try_get::<Option<String>, _>("outcome")?;
    Ok(Evidence {
        result_id: ResultId::from_uuid(row.try_get("result_id")?),
        case_id: row.try_get::<Option<Uuid>, _>("case_id")?.map(CaseId::from_uuid),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        version: row.try_get("version")?,
        outcome: outcome.map(|text| code(&text, Outcome::from_code, "f0_case_results", "outcome")).transpose()?,
        collected_at: row.try_get::<At, _>("collected_at")?.0,
    })
}

pub(super) async fn one(conn: &mut Conn, result: ResultId) -> Result<Option<Evidence>, StoreError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_case_results WHERE result_id = $1"))
        .bind(result.uuid())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn of_case(conn: &mut Conn, case: CaseId) -> Result<Vec<Evidence>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        " FROM f0_case_results WHERE case_id = $1 ORDER BY collected_at DESC, result_id DESC"
    ))
    .bind(case.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(record).collect()
}

pub(super) async fn of_many(conn: &mut Conn, cases: &[CaseId]) -> Result<Vec<Evidence>, StoreError> {
    let mut found = Vec::new();
    for chunk in cases.chunks(500) {
        let mut query =
            QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_case_results WHERE case_id IN ("));
        let mut list = query.separated(", ");
        for case in chunk {
            list.push_bind(case.uuid());
        }
        query.push(")");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(record(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn put(conn: &mut Conn, evidence: &Evidence) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO f0_case_results (result_id, case_id, person_id, version, outcome, collected_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (result_id) DO UPDATE SET case_id = excluded.case_id, \
         person_id = excluded.person_id, version = excluded.version, outcome = excluded.outcome, \
         collected_at = excluded.collected_at WHERE f0_case_results.version < excluded.version",
    )
    .bind(evidence.result_id.uuid())
    .bind(evidence.case_id.map(CaseId::uuid))
    .bind(evidence.person_id.uuid())
    .bind(evidence.version)
    .bind(evidence.outcome.map(Outcome::code))
    .bind(At(evidence.collected_at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
