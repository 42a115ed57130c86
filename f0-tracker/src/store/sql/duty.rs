//! The duty roster, and whom an alert belongs to.

use async_trait::async_trait;
use shared::access::{AreaScope, Role};
use shared::ids::{AccountId, AlertId, DutyId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Db, Row, Tx, code, dialect, push_texts};
use crate::domain::duty::Duty;
use crate::store::{DutyFilter, DutyRead, DutyWrite};

const TABLE: &str = "f0_duties";

macro_rules! columns {
    () => {
        "id, account_id, role, area_code, from_at, to_at"
    };
}

fn record(row: &Row) -> Result<Duty, StoreError> {
    let role = |text: &str| text.parse::<Role>().ok();
    Ok(Duty {
        id: DutyId::from_uuid(row.try_get("id")?),
        account: AccountId::from_uuid(row.try_get("account_id")?),
        role: code(row.try_get("role")?, role, TABLE, "role")?,
        area: code(row.try_get("area_code")?, AreaScope::from_code, TABLE, "area_code")?,
        from: row.try_get::<At, _>("from_at")?.0,
        to: row.try_get::<At, _>("to_at")?.0,
    })
}

#[async_trait]
impl DutyRead for Tx {
    async fn duty(&mut self, id: DutyId) -> Result<Option<Duty>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_duties WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(record).transpose()
    }

    async fn duty_body_hash(&mut self, id: DutyId) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT body_hash FROM f0_duties WHERE id = $1")
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?)
    }

    async fn duties(&mut self, filter: &DutyFilter) -> Result<Vec<Duty>, StoreError> {
        let mut query =
            QueryBuilder::<Db>::new(concat!("SELECT ", columns!(), " FROM f0_duties WHERE from_at < to_at"));
        if let Some(from) = filter.from {
            query.push(" AND to_at > ").push_bind(At(from));
        }
        if let Some(to) = filter.to {
            query.push(" AND from_at < ").push_bind(At(to));
        }
        if let Some(areas) = &filter.areas {
            push_texts(&mut query, "area_code", areas.iter().map(String::as_str));
        }
        query.push(" ORDER BY from_at, id LIMIT ").push_bind(filter.limit);
        let rows = query.build().fetch_all(self.conn()).await?;
        rows.iter().map(record).collect()
    }

    async fn alert_loads(&mut self, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let mut query =
            QueryBuilder::<Db>::new("SELECT owner_id, COUNT(*) AS n FROM f0_alerts WHERE status = 'open' AND owner_id");
        dialect::one_of(&mut query, &accounts.iter().map(|id| id.uuid()).collect::<Vec<_>>());
        query.push(" GROUP BY owner_id");
        let rows = query.build().fetch_all(self.conn()).await?;
        rows.iter()
            .map(|row| Ok((AccountId::from_uuid(row.try_get::<Uuid, _>("owner_id")?), row.try_get("n")?)))
            .collect()
    }
}

#[async_trait]
impl DutyWrite for Tx {
    async fn insert_duty(&mut self, duty: &Duty, by: Option<AccountId>, body_hash: &str) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_duties (id, account_id, role, area_code, from_at, to_at, set_by, body_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
        )
        .bind(duty.id.uuid())
        .bind(duty.account.uuid())
        .bind(duty.role.code())
        .bind(duty.area.code())
        .bind(At(duty.from))
        .bind(At(duty.to))
        .bind(by.map(AccountId::uuid))
        .bind(body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn end_duty(&mut self, id: DutyId, at: Instant) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE f0_duties SET to_at = CASE WHEN from_at > $2 THEN from_at ELSE $2 END \
             WHERE id = $1 AND to_at > $2 AND from_at < to_at",
        )
        .bind(id.uuid())
        .bind(At(at))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn own_alert(&mut self, id: AlertId, owner: Option<AccountId>) -> Result<bool, StoreError> {
        let done = sqlx::query("UPDATE f0_alerts SET owner_id = $2 WHERE id = $1 AND status = 'open'")
            .bind(id.uuid())
            .bind(owner.map(AccountId::uuid))
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
