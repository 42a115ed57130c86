//! The table of those who were told by word of mouth, and the search for those whom nobody told.

use async_trait::async_trait;
use shared::events::ExposureLevel;
use shared::ids::{AccountId, CaseId, PersonId, PlaceId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};

use super::{Db, Row, Tx};
use crate::domain::told::How;
use crate::store::told::{ToldRead, ToldRecord, ToldWrite, UntoldRecord};

/// A message that failed reached nobody; one that waits is on its way.
macro_rules! nobody_told {
    ($of:literal, $template:literal) => {
        concat!(
            " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.person_id = ",
            $of,
            ".person_id AND m.template = '",
            $template,
            "' AND m.status <> 'failed' AND m.created_at >= c.opened_at) \
             AND NOT EXISTS (SELECT 1 FROM checkin_told t WHERE t.case_id = ",
            $of,
            ".case_id AND t.person_id = ",
            $of,
            ".person_id)"
        )
    };
}

macro_rules! failed {
    ($of:literal, $template:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM messages m WHERE m.person_id = ",
            $of,
            ".person_id AND m.template = '",
            $template,
            "' AND m.status = 'failed' AND m.created_at >= c.opened_at) AS failed"
        )
    };
}

#[async_trait]
impl ToldRead for Tx {
    async fn told_in_person(&mut self, case: CaseId) -> Result<Vec<ToldRecord>, StoreError> {
        let rows = sqlx::query("SELECT person_id, how, told_by, told_at FROM checkin_told WHERE case_id = $1")
            .bind(case.uuid())
            .fetch_all(self.conn())
            .await?;
        rows.iter().map(|row| told(case, row)).collect()
    }

    async fn untold(&mut self, since: Instant, person: Option<PersonId>) -> Result<Vec<UntoldRecord>, StoreError> {
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT e.case_id, e.person_id, p.ward_code, ",
            failed!("e", "exposure_found"),
            ", e.found_at AS since, e.place_id, e.day, e.level FROM checkin_exposures e \
             JOIN checkin_cases c ON c.case_id = e.case_id JOIN people p ON p.id = e.person_id \
             WHERE e.withdrawn_at IS NULL AND c.voided_at IS NULL AND e.found_at >= "
        ));
        query.push_bind(At(since));
        if let Some(person) = person {
            query.push(" AND e.person_id = ").push_bind(person.uuid());
        }
        query.push(nobody_told!("e", "exposure_found")).push(" ORDER BY e.found_at, e.id");
        let rows = query.build().persistent(false).fetch_all(self.conn()).await?;
        let mut found = rows.iter().map(untold).collect::<Result<Vec<_>, _>>()?;
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT a.case_id, a.person_id, p.ward_code, ",
            failed!("a", "venue_alert"),
            ", x.decided_at AS since FROM checkin_alerts x JOIN checkin_alerted a ON a.alert_id = x.id \
             AND a.case_id = x.case_id JOIN checkin_cases c ON c.case_id = a.case_id JOIN people p ON p.id = a.person_id \
             WHERE c.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM checkin_exposures e WHERE e.case_id = a.case_id \
             AND e.person_id = a.person_id AND e.withdrawn_at IS NULL) AND x.decided_at >= "
        ));
        query.push_bind(At(since));
        if let Some(person) = person {
            query.push(" AND a.person_id = ").push_bind(person.uuid());
        }
        query.push(nobody_told!("a", "venue_alert")).push(" ORDER BY x.decided_at, a.person_id");
        for row in query.build().persistent(false).fetch_all(self.conn()).await? {
            found.push(of_either(&row)?);
        }
        found.sort_by_key(|record| record.since);
        Ok(found)
    }
}

#[async_trait]
impl ToldWrite for Tx {
    async fn insert_told(&mut self, told: &ToldRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO checkin_told (case_id, person_id, how, told_by, told_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(told.case_id.uuid())
        .bind(told.person_id.uuid())
        .bind(told.how.code())
        .bind(told.told_by.uuid())
        .bind(At(told.told_at))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn move_told(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE checkin_told SET person_id = $1 WHERE person_id = $2 AND NOT EXISTS (\
             SELECT 1 FROM checkin_told k WHERE k.person_id = $1 AND k.case_id = checkin_told.case_id)",
        )
        .bind(kept.uuid())
        .bind(other.uuid())
        .execute(self.conn())
        .await?;
        sqlx::query("DELETE FROM checkin_told WHERE person_id = $1").bind(other.uuid()).execute(self.conn()).await?;
        Ok(())
    }
}

fn told(case_id: CaseId, row: &Row) -> Result<ToldRecord, StoreError> {
    let how: String = row.try_get("how")?;
    Ok(ToldRecord {
        case_id,
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        how: How::from_code(&how).ok_or_else(|| inconsistent("checkin_told", "how"))?,
        told_by: AccountId::from_uuid(row.try_get("told_by")?),
        told_at: row.try_get::<At, _>("told_at")?.0,
    })
}

fn untold(row: &Row) -> Result<UntoldRecord, StoreError> {
    let level: String = row.try_get("level")?;
    let level = ExposureLevel::from_code(&level).ok_or_else(|| inconsistent("checkin_exposures", "level"))?;
    let place = PlaceId::from_uuid(row.try_get("place_id")?);
    Ok(UntoldRecord { exposure: Some((place, row.try_get::<Day, _>("day")?.0, level)), ..of_either(row)? })
}

/// What an exposure and a decision have in common.
fn of_either(row: &Row) -> Result<UntoldRecord, StoreError> {
    Ok(UntoldRecord {
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        ward_code: row.try_get("ward_code")?,
        failed: row.try_get("failed")?,
        since: row.try_get::<At, _>("since")?.0,
        exposure: None,
    })
}
