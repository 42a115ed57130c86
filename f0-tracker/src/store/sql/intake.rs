//! Intakes.

use async_trait::async_trait;
use shared::ids::{AccountId, CaseId, PersonId};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Db, Tx, dialect};
use crate::domain::eligibility::Decision;
use crate::store::{IntakeRead, IntakeRecord, IntakeWrite};

#[async_trait]
impl IntakeRead for Tx {
    async fn intake(&mut self, case: CaseId) -> Result<Option<IntakeRecord>, StoreError> {
        let row = sqlx::query(
            "SELECT case_id, last_dose_on, conditions_asked, stable, self_care, reachable, has_carer, carer_id, \
             decision, decided_at, decided_by FROM f0_intakes WHERE case_id = $1",
        )
        .bind(case.uuid())
        .fetch_optional(self.conn())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(IntakeRecord {
            case_id: CaseId::from_uuid(row.try_get("case_id")?),
            last_dose_on: row.try_get::<Option<Day>, _>("last_dose_on")?.map(|day| day.0),
            conditions_asked: row.try_get("conditions_asked")?,
            stable: row.try_get("stable")?,
            self_care: row.try_get("self_care")?,
            reachable: row.try_get("reachable")?,
            has_carer: row.try_get("has_carer")?,
            carer: row.try_get::<Option<Uuid>, _>("carer_id")?.map(PersonId::from_uuid),
            decision: row.try_get::<Json<Decision>, _>("decision")?.0,
            decided_at: row.try_get::<At, _>("decided_at")?.0,
            decided_by: row.try_get::<Option<Uuid>, _>("decided_by")?.map(AccountId::from_uuid),
        }))
    }

    async fn doctor_loads(&mut self, doctors: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT doctor_id, COUNT(*) AS n FROM f0_cases WHERE status = 'open' AND doctor_id",
        );
        dialect::one_of(&mut query, &doctors.iter().map(|id| id.uuid()).collect::<Vec<_>>());
        query.push(" GROUP BY doctor_id");
        let rows = query.build().fetch_all(self.conn()).await?;
        rows.iter()
            .map(|row| Ok((AccountId::from_uuid(row.try_get::<Uuid, _>("doctor_id")?), row.try_get("n")?)))
            .collect()
    }
}

#[async_trait]
impl IntakeWrite for Tx {
    async fn put_intake(&mut self, intake: &IntakeRecord) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO f0_intakes (case_id, last_dose_on, conditions_asked, stable, self_care, reachable, has_carer, \
             carer_id, decision, decided_at, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
             ON CONFLICT (case_id) DO UPDATE SET last_dose_on = excluded.last_dose_on, \
             conditions_asked = excluded.conditions_asked, stable = excluded.stable, self_care = excluded.self_care, \
             reachable = excluded.reachable, has_carer = excluded.has_carer, carer_id = excluded.carer_id, \
             decision = excluded.decision, decided_at = excluded.decided_at, decided_by = excluded.decided_by",
        )
        .bind(intake.case_id.uuid())
        .bind(intake.last_dose_on.map(Day))
        .bind(intake.conditions_asked)
        .bind(intake.stable)
        .bind(intake.self_care)
        .bind(intake.reachable)
        .bind(intake.has_carer)
        .bind(intake.carer.map(PersonId::uuid))
        .bind(Json(&intake.decision))
        .bind(At(intake.decided_at))
        .bind(intake.decided_by.map(AccountId::uuid))
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
