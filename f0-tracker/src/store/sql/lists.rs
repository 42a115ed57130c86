//! Working lists: what is asked of many cases at once.

use async_trait::async_trait;
use shared::events::AlertLevel;
use shared::ids::CaseId;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::Row as _;

use super::{Row, Tx, code, evidence};
use crate::domain::risk::RiskGroup;
use crate::store::{AlertCount, AlertState, ContactCount, ContactLevel, DayCases, Evidence, ListRead, OpenCount};

fn by_day(row: &Row) -> Result<DayCases, StoreError> {
    let day = row.try_get::<Day, _>("day")?.0;
    Ok(DayCases { day, ward_code: row.try_get("ward_code")?, count: row.try_get("n")? })
}

#[async_trait]
impl ListRead for Tx {
    async fn evidence_of_many(&mut self, cases: &[CaseId]) -> Result<Vec<Evidence>, StoreError> {
        evidence::of_many(self.conn(), cases).await
    }

    async fn opened_counts(&mut self, from: Date) -> Result<Vec<DayCases>, StoreError> {
        let rows = sqlx::query(
            "SELECT opened_on AS day, ward_code, COUNT(*) AS n FROM f0_cases WHERE status IN ('open', 'closed') \
             AND opened_on >= $1 GROUP BY opened_on, ward_code",
        )
        .bind(Day(from))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(by_day).collect()
    }

    async fn closed_counts(&mut self, from: Date) -> Result<Vec<DayCases>, StoreError> {
        let rows = sqlx::query(
            "SELECT closed_on AS day, ward_code, COUNT(*) AS n FROM f0_cases WHERE status = 'closed' \
             AND closed_on >= $1 GROUP BY closed_on, ward_code",
        )
        .bind(Day(from))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(by_day).collect()
    }

    async fn open_before_counts(&mut self, day: Date) -> Result<Vec<(Option<String>, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT ward_code, COUNT(*) AS n FROM f0_cases WHERE status = 'open' AND opened_on < $1 GROUP BY ward_code \
             UNION ALL SELECT ward_code, COUNT(*) AS n FROM f0_cases WHERE status = 'closed' AND closed_on >= $1 \
             AND opened_on < $1 GROUP BY ward_code",
        )
        .bind(Day(day))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(|row| Ok((row.try_get("ward_code")?, row.try_get("n")?))).collect()
    }

    async fn open_counts(&mut self) -> Result<Vec<OpenCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT ward_code, level, risk, COUNT(*) AS n FROM f0_cases WHERE status = 'open' \
             GROUP BY ward_code, level, risk",
        )
        .fetch_all(self.conn())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(OpenCount {
                    ward_code: row.try_get("ward_code")?,
                    level: code(row.try_get("level")?, AlertLevel::from_code, "f0_cases", "level")?,
                    risk: code(row.try_get("risk")?, RiskGroup::from_code, "f0_cases", "risk")?,
                    count: row.try_get("n")?,
                })
            })
            .collect()
    }

    async fn silent_counts(&mut self, before: Instant) -> Result<Vec<(Option<String>, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT ward_code, COUNT(*) AS n FROM f0_cases WHERE status = 'open' \
             AND COALESCE(last_report_at, opened_at) < $1 GROUP BY ward_code",
        )
        .bind(At(before))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(|row| Ok((row.try_get("ward_code")?, row.try_get("n")?))).collect()
    }

    async fn alert_counts(&mut self) -> Result<Vec<AlertCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT ward_code, level, status, COUNT(*) AS n, MIN(raised_at) AS oldest FROM f0_alerts \
             WHERE status IN ('open', 'acknowledged') GROUP BY ward_code, level, status",
        )
        .fetch_all(self.conn())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AlertCount {
                    ward_code: row.try_get("ward_code")?,
                    level: code(row.try_get("level")?, AlertLevel::from_code, "f0_alerts", "level")?,
                    state: code(row.try_get("status")?, AlertState::from_code, "f0_alerts", "status")?,
                    count: row.try_get("n")?,
                    oldest: row.try_get::<At, _>("oldest")?.0,
                })
            })
            .collect()
    }

    async fn contact_counts(&mut self, from: Instant, to: Instant) -> Result<Vec<ContactCount>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.ward_code, k.level, COUNT(*) AS n FROM f0_contacts k JOIN f0_cases c ON c.id = k.case_id \
             WHERE k.first_seen >= $1 AND k.first_seen < $2 AND c.status <> 'voided' GROUP BY c.ward_code, k.level",
        )
        .bind(At(from))
        .bind(At(to))
        .fetch_all(self.conn())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(ContactCount {
                    ward_code: row.try_get("ward_code")?,
                    level: code(row.try_get("level")?, ContactLevel::from_code, "f0_contacts", "level")?,
                    count: row.try_get("n")?,
                })
            })
            .collect()
    }
}
