//! The table of those who were told by word of mouth, and the search for those whom nobody told.

use async_trait::async_trait;
use shared::events::ExposureLevel;
use shared::ids::{AccountId, CaseId, PersonId, PlaceId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};

use super::{Db, Row, Tx, merging};
use crate::domain::told::How;
use crate::store::told::{ToldRead, ToldRecord, ToldWrite, UntoldRecord, Whose};

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
            ".person_id AND t.taken_back_at IS NULL)"
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

/// Nothing is left of which somebody would have to be told, and no message since then said so.
macro_rules! nothing_holds {
    ($person:literal, $since:literal) => {
        concat!(
            " AND NOT EXISTS (SELECT 1 FROM checkin_exposures h WHERE h.person_id = ",
            $person,
            " AND h.withdrawn_at IS NULL) \
             AND NOT EXISTS (SELECT 1 FROM checkin_alerted a JOIN checkin_cases o ON o.case_id = a.case_id \
             WHERE o.voided_at IS NULL AND a.person_id = ",
            $person,
            ") AND NOT EXISTS (SELECT 1 FROM messages n WHERE n.template = 'exposure_withdrawn' AND n.status <> 'failed' \
             AND n.person_id = ",
            $person,
            " AND n.created_at >= ",
            $since,
            ")"
        )
    };
}

#[async_trait]
impl ToldRead for Tx {
    async fn told_in_person(&mut self, case: CaseId) -> Result<Vec<ToldRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT t.person_id, t.how, t.told_by, t.told_at FROM checkin_told t WHERE t.case_id = $1 \
             AND (t.taken_back_at IS NULL OR t.taken_back_at > t.told_at AND EXISTS (SELECT 1 FROM checkin_cases c \
             WHERE c.case_id = t.case_id AND c.voided_at IS NOT NULL))",
        )
        .bind(case.uuid())
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(|row| told(case, row)).collect()
    }

    async fn was_told(&mut self, case: CaseId, person: PersonId) -> Result<bool, StoreError> {
        let found = sqlx::query("SELECT 1 FROM checkin_told WHERE case_id = $1 AND person_id = $2")
            .bind(case.uuid())
            .bind(person.uuid())
            .fetch_optional(self.conn())
            .await?;
        Ok(found.is_some())
    }

    async fn untold(&mut self, since: Instant, whose: Whose<'_>) -> Result<Vec<UntoldRecord>, StoreError> {
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT e.case_id, e.person_id, p.ward_code, ",
            failed!("e", "exposure_found"),
            ", e.found_at AS since, e.place_id, e.day, e.level FROM checkin_exposures e \
             JOIN checkin_cases c ON c.case_id = e.case_id JOIN people p ON p.id = e.person_id \
             WHERE e.withdrawn_at IS NULL AND c.voided_at IS NULL AND e.found_at >= "
        ));
        query.push_bind(At(since));
        of_these(&mut query, whose);
        query.push(nobody_told!("e", "exposure_found"));
        let mut found = fetch(self, query).await?;
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT a.case_id, a.person_id, p.ward_code, ",
            failed!("a", "venue_alert"),
            ", x.decided_at AS since, NULL AS level FROM checkin_alerts x JOIN checkin_alerted a ON a.alert_id = x.id \
             AND a.case_id = x.case_id JOIN checkin_cases c ON c.case_id = a.case_id JOIN people p ON p.id = a.person_id \
             WHERE c.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM checkin_exposures e WHERE e.case_id = a.case_id \
             AND e.person_id = a.person_id AND e.withdrawn_at IS NULL) AND x.decided_at >= "
        ));
        query.push_bind(At(since));
        of_these(&mut query, whose);
        query.push(nobody_told!("a", "venue_alert"));
        found.extend(fetch(self, query).await?);
        found.sort_by_key(order);
        Ok(found)
    }

    /// Who is the case themselves, since records were merged, hears of it as a case.
    async fn taken_back(&mut self, since: Instant, whose: Whose<'_>) -> Result<Vec<UntoldRecord>, StoreError> {
        let mut query = QueryBuilder::<Db>::new(concat!(
            "SELECT t.case_id, t.person_id, p.ward_code, EXISTS (SELECT 1 FROM messages m WHERE m.person_id = t.person_id \
             AND m.template = 'exposure_withdrawn' AND m.status = 'failed' AND m.created_at >= t.told_at) AS failed, \
             (SELECT MAX(w.withdrawn_at) FROM checkin_exposures w WHERE w.person_id = t.person_id \
             AND w.withdrawn_at >= t.told_at) AS since, c.voided_at, e.place_id, e.day, e.level FROM checkin_told t \
             JOIN checkin_cases c ON c.case_id = t.case_id JOIN people p ON p.id = t.person_id \
             LEFT JOIN checkin_exposures e ON e.case_id = t.case_id AND e.person_id = t.person_id \
             AND e.withdrawn_at >= t.told_at \
             WHERE t.taken_back_at IS NULL AND t.person_id <> c.person_id",
            nothing_holds!("t.person_id", "t.told_at")
        ));
        of_these(&mut query, whose);
        let mut found = Vec::new();
        for row in query.build().persistent(false).fetch_all(self.conn()).await? {
            let time = |column| Ok::<_, StoreError>(row.try_get::<Option<At>, _>(column)?.map(|at| at.0));
            match time("since")?.max(time("voided_at")?) {
                Some(gone) if gone >= since => found.push(untold(&row, gone, true)?),
                _ => {}
            }
        }
        found.extend(told_by_message(self, since, whose).await?);
        found.sort_by_key(order);
        Ok(found)
    }
}

/// The search for what a message told and was taken back, where the message of that failed: from a table, gone since then.
macro_rules! told_by_message {
    ($columns:literal, $from:literal, $gone:literal) => {
        concat!(
            " GROUP BY person_id) SELECT g.case_id, g.person_id, p.ward_code, TRUE AS failed, m.at AS since, ",
            $columns,
            " FROM m JOIN people p ON p.id = m.person_id JOIN ",
            $from,
            " g ON g.person_id = m.person_id JOIN checkin_cases c ON c.case_id = g.case_id AND ",
            $gone,
            " <= m.at WHERE g.person_id <> c.person_id \
             AND NOT EXISTS (SELECT 1 FROM checkin_told t WHERE t.case_id = g.case_id AND t.person_id = g.person_id \
             AND (t.taken_back_at IS NULL OR t.taken_back_at >= m.at))",
            nothing_holds!("g.person_id", $gone)
        )
    };
}

/// Whom a message told and no message told that it was taken back: the one that should have failed.
async fn told_by_message(tx: &mut Tx, since: Instant, whose: Whose<'_>) -> Result<Vec<UntoldRecord>, StoreError> {
    let mut found = Vec::new();
    for told in [
        told_by_message!("g.place_id, g.day, g.level", "checkin_exposures", "g.withdrawn_at"),
        told_by_message!("NULL AS level", "checkin_alerted", "c.voided_at"),
    ] {
        let mut query = QueryBuilder::<Db>::new(
            "WITH m (person_id, at) AS (SELECT person_id, MAX(created_at) FROM messages \
             WHERE template = 'exposure_withdrawn' AND status = 'failed' AND person_id IS NOT NULL AND created_at >= ",
        );
        query.push_bind(At(since)).push(told);
        of_these(&mut query, whose);
        for row in query.build().persistent(false).fetch_all(tx.conn()).await? {
            found.push(untold(&row, row.try_get::<At, _>("since")?.0, true)?);
        }
    }
    Ok(found)
}

/// Adds the condition that `p` is one of these; an empty list of wards fits nobody.
fn of_these(query: &mut QueryBuilder<Db>, whose: Whose<'_>) {
    match whose {
        Whose::All => {}
        Whose::Person(person) => {
            query.push(" AND p.id = ").push_bind(person.uuid());
        }
        Whose::Wards([]) => {
            query.push(" AND 1 = 0");
        }
        Whose::Wards(wards) => {
            let mut list = query.push(" AND p.ward_code IN (").separated(", ");
            for ward in wards {
                list.push_bind(ward.clone());
            }
            query.push(")");
        }
    }
}

async fn fetch(tx: &mut Tx, mut query: QueryBuilder<Db>) -> Result<Vec<UntoldRecord>, StoreError> {
    let rows = query.build().persistent(false).fetch_all(tx.conn()).await?;
    rows.iter().map(|row| untold(row, row.try_get::<At, _>("since")?.0, false)).collect()
}

const fn order(record: &UntoldRecord) -> (Instant, PersonId, CaseId) {
    (record.since, record.person_id, record.case_id)
}

#[async_trait]
impl ToldWrite for Tx {
    async fn insert_told(&mut self, told: &ToldRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO checkin_told (case_id, person_id, how, told_by, told_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (case_id, person_id) DO UPDATE SET how = excluded.how, told_by = excluded.told_by, \
             told_at = excluded.told_at, taken_back_how = NULL, taken_back_by = NULL, taken_back_at = NULL \
             WHERE checkin_told.taken_back_at IS NOT NULL",
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

    async fn tell_taken_back(&mut self, told: &ToldRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO checkin_told \
             (case_id, person_id, how, told_by, told_at, taken_back_how, taken_back_by, taken_back_at) \
             VALUES ($1, $2, $3, $4, $5, $3, $4, $5) ON CONFLICT (case_id, person_id) DO UPDATE SET \
             taken_back_how = excluded.taken_back_how, taken_back_by = excluded.taken_back_by, \
             taken_back_at = excluded.taken_back_at \
             WHERE checkin_told.taken_back_at IS NULL OR checkin_told.taken_back_at < excluded.taken_back_at",
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
        merging::move_rows(self.conn(), "checkin_told", kept, other).await
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

fn untold(row: &Row, since: Instant, taken_back: bool) -> Result<UntoldRecord, StoreError> {
    let exposure = match row.try_get::<Option<String>, _>("level")? {
        Some(level) => {
            let level = ExposureLevel::from_code(&level).ok_or_else(|| inconsistent("checkin_exposures", "level"))?;
            Some((PlaceId::from_uuid(row.try_get("place_id")?), row.try_get::<Day, _>("day")?.0, level))
        }
        None => None,
    };
    Ok(UntoldRecord {
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        ward_code: row.try_get("ward_code")?,
        failed: row.try_get("failed")?,
        taken_back,
        since,
        exposure,
    })
}
