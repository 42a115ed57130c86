//! What staff do for patients, the phones of stations, and the counts of cases and tests.

use async_trait::async_trait;
use shared::events::{Outcome, ResultReported};
use shared::ids::{AccountId, ActId, AlertId, CaseId, PersonId};
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, Tx, code};
use crate::domain::act::{ActBody, ActStatus, ActStep};
use crate::store::{ActFilter, ActRecord, DeskRead, DeskWrite, TestCount};

macro_rules! columns {
    () => {
        "id, case_id, person_id, ward_code, status, at, by_id, due_at, body, steps, body_hash"
    };
}

fn record(row: &Row) -> Result<ActRecord, StoreError> {
    Ok(ActRecord {
        id: ActId::from_uuid(row.try_get("id")?),
        case_id: row.try_get::<Option<Uuid>, _>("case_id")?.map(CaseId::from_uuid),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        ward_code: row.try_get("ward_code")?,
        status: code(row.try_get("status")?, ActStatus::from_code, "f0_acts", "status")?,
        at: row.try_get::<At, _>("at")?.0,
        by: AccountId::from_uuid(row.try_get("by_id")?),
        due_at: row.try_get::<Option<At>, _>("due_at")?.map(|at| at.0),
        body: row.try_get::<Json<ActBody>, _>("body")?.0,
        steps: row.try_get::<Json<Vec<ActStep>>, _>("steps")?.0,
        body_hash: row.try_get("body_hash")?,
    })
}

async fn list(conn: &mut Conn, filter: &ActFilter) -> Result<Vec<ActRecord>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_acts WHERE 1 = 1"));
    if !filter.kinds.is_empty() {
        super::push_texts(&mut query, "kind", filter.kinds.iter().map(|kind| kind.code()));
    }
    if !filter.statuses.is_empty() {
        super::push_texts(&mut query, "status", filter.statuses.iter().map(|status| status.code()));
    }
    if let Some(wards) = &filter.wards {
        super::push_wards(&mut query, wards);
    }
    if let Some(cases) = &filter.cases {
        super::push_uuids(&mut query, "case_id", cases.iter().map(|id| id.uuid()));
    }
    if let Some(people) = &filter.people {
        super::push_uuids(&mut query, "person_id", people.iter().map(|id| id.uuid()));
    }
    if let Some(due_by) = filter.due_by {
        query.push(" AND due_at <= ").push_bind(At(due_by));
    }
    query.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(filter.limit);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(record).collect()
}

#[async_trait]
impl DeskRead for Tx {
    async fn act(&mut self, id: ActId) -> Result<Option<ActRecord>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_acts WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(record).transpose()
    }

    async fn acts(&mut self, filter: &ActFilter) -> Result<Vec<ActRecord>, StoreError> {
        list(self.conn(), filter).await
    }

    async fn station_phone(&mut self, ward: &str) -> Result<Option<String>, StoreError> {
        let found: Option<Option<String>> = sqlx::query_scalar("SELECT phone FROM f0_stations WHERE ward_code = $1")
            .bind(ward)
            .fetch_optional(self.conn())
            .await?;
        Ok(found.flatten())
    }

    async fn test_counts(&mut self, from: Date) -> Result<Vec<TestCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT day, ward_code, outcome, COUNT(*) AS n FROM f0_result_counts WHERE day >= $1 AND outcome IS NOT NULL \
             GROUP BY day, ward_code, outcome ORDER BY day, ward_code, outcome",
        )
        .bind(Day(from))
        .fetch_all(self.conn())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(TestCount {
                    day: row.try_get::<Day, _>("day")?.0,
                    ward_code: row.try_get("ward_code")?,
                    outcome: code(row.try_get("outcome")?, Outcome::from_code, "f0_result_counts", "outcome")?,
                    count: row.try_get("n")?,
                })
            })
            .collect()
    }
}

#[async_trait]
impl DeskWrite for Tx {
    async fn insert_act(&mut self, act: &ActRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_acts (id, kind, case_id, person_id, ward_code, status, at, by_id, due_at, body, steps, \
             body_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING",
        )
        .bind(act.id.uuid())
        .bind(act.kind().code())
        .bind(act.case_id.map(CaseId::uuid))
        .bind(act.person_id.uuid())
        .bind(act.ward_code.as_deref())
        .bind(act.status.code())
        .bind(At(act.at))
        .bind(act.by.uuid())
        .bind(act.due_at.map(At))
        .bind(Json(&act.body))
        .bind(Json(&act.steps))
        .bind(&act.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn step_act(&mut self, from: ActStatus, act: &ActRecord) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE f0_acts SET status = $3, steps = $4, due_at = $5 WHERE id = $1 AND status = $2")
            .bind(act.id.uuid())
            .bind(from.code())
            .bind(act.status.code())
            .bind(Json(&act.steps))
            .bind(act.due_at.map(At))
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn put_station(&mut self, ward: &str, phone: Option<&str>, at: Instant) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO f0_stations (ward_code, phone, updated_at) VALUES ($1, $2, $3) \
             ON CONFLICT (ward_code) DO UPDATE SET phone = excluded.phone, updated_at = excluded.updated_at",
        )
        .bind(ward)
        .bind(phone)
        .bind(At(at))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn put_test(
        &mut self,
        result: &ResultReported,
        ward: Option<&str>,
        outcome: Option<Outcome>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO f0_result_counts (result_id, version, day, ward_code, outcome) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (result_id) DO UPDATE SET version = excluded.version, day = excluded.day, \
             ward_code = excluded.ward_code, outcome = excluded.outcome WHERE f0_result_counts.version < excluded.version",
        )
        .bind(result.result_id.uuid())
        .bind(result.version)
        .bind(Day(result.resulted_at.local_date()))
        .bind(ward)
        .bind(outcome.map(Outcome::code))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn reassign_alert(
        &mut self,
        id: AlertId,
        from: AccountId,
        to: AccountId,
        at: Instant,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE f0_alerts SET acknowledged_by = $3, acknowledged_at = $4 \
             WHERE id = $1 AND status = 'acknowledged' AND acknowledged_by = $2",
        )
        .bind(id.uuid())
        .bind(from.uuid())
        .bind(to.uuid())
        .bind(At(at))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
