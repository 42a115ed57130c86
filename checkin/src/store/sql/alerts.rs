//! Decisions to tell everybody who was at a place.

use async_trait::async_trait;
use shared::ids::{AccountId, CaseId, PersonId, PlaceId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::visits::in_list;
use super::{Db, LIST, Row, Tx, merging};
use crate::store::alerts::{AlertRead, AlertRecord, AlertWrite, AlertedRecord};

macro_rules! select_alerts {
    ($rest:literal) => {
        concat!(
            "SELECT id, case_id, decided_by, decided_at, from_at, to_at, reason_sealed, people, content \
             FROM checkin_alerts ",
            $rest
        )
    };
}

#[async_trait]
impl AlertRead for Tx {
    async fn alert(&mut self, id: Uuid) -> Result<Option<AlertRecord>, StoreError> {
        let row = sqlx::query(select_alerts!("WHERE id = $1")).bind(id).fetch_optional(self.conn()).await?;
        match row {
            Some(row) => Ok(Some(with_places(self, alert(&row)?).await?)),
            None => Ok(None),
        }
    }

    async fn alerts_of(&mut self, case: CaseId) -> Result<Vec<AlertRecord>, StoreError> {
        let query = sqlx::query(select_alerts!("WHERE case_id = $1 ORDER BY decided_at DESC, id DESC"));
        let rows = query.bind(case.uuid()).fetch_all(self.conn()).await?;
        let mut alerts = Vec::with_capacity(rows.len());
        for row in &rows {
            let found = alert(row)?;
            alerts.push(with_places(self, found).await?);
        }
        Ok(alerts)
    }

    async fn alerted_of(&mut self, case: CaseId) -> Result<Vec<AlertedRecord>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> =
            sqlx::query_as("SELECT alert_id, person_id FROM checkin_alerted WHERE case_id = $1 ORDER BY person_id")
                .bind(case.uuid())
                .fetch_all(self.conn())
                .await?;
        let told = |(alert_id, id)| AlertedRecord { alert_id, person_id: PersonId::from_uuid(id) };
        Ok(rows.into_iter().map(told).collect())
    }

    async fn still_alerted(&mut self, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
        let mut found = Vec::new();
        for chunk in people.chunks(LIST) {
            let mut query = QueryBuilder::<Db>::new(
                "SELECT DISTINCT a.person_id FROM checkin_alerted a JOIN checkin_cases c ON c.case_id = a.case_id \
                 WHERE c.voided_at IS NULL AND a.person_id IN (",
            );
            in_list(&mut query, chunk.iter().map(|id| id.uuid()));
            let ids: Vec<Uuid> = query.build_query_scalar().persistent(false).fetch_all(self.conn()).await?;
            found.extend(ids.into_iter().map(PersonId::from_uuid));
        }
        Ok(found)
    }
}

#[async_trait]
impl AlertWrite for Tx {
    async fn insert_alert(&mut self, alert: &AlertRecord, people: &[PersonId]) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO checkin_alerts (id, case_id, decided_by, decided_at, from_at, to_at, reason_sealed, people, \
             content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        )
        .bind(alert.id)
        .bind(alert.case_id.uuid())
        .bind(alert.decided_by.uuid())
        .bind(At(alert.decided_at))
        .bind(At(alert.from))
        .bind(At(alert.to))
        .bind(&alert.reason_sealed)
        .bind(alert.people)
        .bind(&alert.content)
        .execute(self.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for place in &alert.places {
            sqlx::query("INSERT INTO checkin_alert_places (alert_id, place_id) VALUES ($1, $2)")
                .bind(alert.id)
                .bind(place.uuid())
                .execute(self.conn())
                .await?;
        }
        for chunk in people.chunks(LIST) {
            let mut query = QueryBuilder::<Db>::new("INSERT INTO checkin_alerted (case_id, person_id, alert_id) ");
            query.push_values(chunk, |mut row, person| {
                row.push_bind(alert.case_id.uuid()).push_bind(person.uuid()).push_bind(alert.id);
            });
            query.push(" ON CONFLICT DO NOTHING");
            query.build().persistent(false).execute(self.conn()).await?;
        }
        Ok(true)
    }

    async fn move_alerted(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError> {
        merging::move_rows(self.conn(), "checkin_alerted", kept, other).await
    }
}

async fn with_places(tx: &mut Tx, alert: AlertRecord) -> Result<AlertRecord, StoreError> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT place_id FROM checkin_alert_places WHERE alert_id = $1 ORDER BY place_id")
            .bind(alert.id)
            .fetch_all(tx.conn())
            .await?;
    Ok(AlertRecord { places: ids.into_iter().map(PlaceId::from_uuid).collect(), ..alert })
}

fn alert(row: &Row) -> Result<AlertRecord, StoreError> {
    Ok(AlertRecord {
        id: row.try_get("id")?,
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        decided_by: AccountId::from_uuid(row.try_get("decided_by")?),
        decided_at: row.try_get::<At, _>("decided_at")?.0,
        from: row.try_get::<At, _>("from_at")?.0,
        to: row.try_get::<At, _>("to_at")?.0,
        reason_sealed: row.try_get("reason_sealed")?,
        places: Vec::new(),
        people: row.try_get("people")?,
        content: row.try_get("content")?,
    })
}
