//! The table of exposures.

use std::collections::HashSet;

use shared::events::ExposureLevel;
use shared::ids::{CaseId, ExposureId, PersonId, PlaceId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::visits::in_list;
use super::{Conn, Db, Row, dialect};
use crate::store::ExposureRecord;

pub(super) async fn of(conn: &mut Conn, case: CaseId) -> Result<Vec<ExposureRecord>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        exposure_columns!(),
        ", withdrawn_at FROM checkin_exposures WHERE case_id = $1 AND withdrawn_at IS NULL \
         ORDER BY day DESC, place_id, overlap_minutes DESC, person_id"
    ))
    .bind(case.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(exposure).collect()
}

/// A row that was there keeps its id and its day of finding, so the ids that come back unchanged are the new ones.
pub(super) async fn put(conn: &mut Conn, exposures: &[ExposureRecord]) -> Result<Vec<ExposureId>, StoreError> {
    let given: HashSet<Uuid> = exposures.iter().map(|exposure| exposure.id.uuid()).collect();
    let ids = dialect::put_exposures(conn, exposures).await?;
    Ok(ids.into_iter().filter(|id| given.contains(id)).map(ExposureId::from_uuid).collect())
}

pub(super) async fn withdraw(
    conn: &mut Conn,
    case: CaseId,
    people: Option<&[PersonId]>,
    at: Instant,
) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Db>::new("UPDATE checkin_exposures SET withdrawn_at = ");
    query.push_bind(At(at)).push(" WHERE withdrawn_at IS NULL AND case_id = ").push_bind(case.uuid());
    if let Some(people) = people {
        in_list(query.push(" AND person_id IN ("), people.iter().map(|id| id.uuid()));
    }
    Ok(query.build().persistent(false).execute(conn).await?.rows_affected())
}

pub(super) async fn hand_over(conn: &mut Conn, kept: PersonId, other: PersonId, at: Instant) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE checkin_exposures SET person_id = $1 WHERE person_id = $2 AND NOT EXISTS (\
         SELECT 1 FROM checkin_exposures k WHERE k.person_id = $1 AND k.case_id = checkin_exposures.case_id \
         AND k.place_id = checkin_exposures.place_id AND k.day = checkin_exposures.day)",
    )
    .bind(kept.uuid())
    .bind(other.uuid())
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE checkin_exposures SET withdrawn_at = $1 WHERE person_id = $2 AND withdrawn_at IS NULL")
        .bind(At(at))
        .bind(other.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

fn exposure(row: &Row) -> Result<ExposureRecord, StoreError> {
    let level: String = row.try_get("level")?;
    Ok(ExposureRecord {
        id: ExposureId::from_uuid(row.try_get("id")?),
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        place_id: PlaceId::from_uuid(row.try_get("place_id")?),
        day: row.try_get::<Day, _>("day")?.0,
        overlap_minutes: row.try_get("overlap_minutes")?,
        level: ExposureLevel::from_code(&level).ok_or_else(|| inconsistent("checkin_exposures", "level"))?,
        assumed: row.try_get("assumed")?,
        found_at: row.try_get::<At, _>("found_at")?.0,
        policy: row.try_get("policy")?,
        withdrawn_at: row.try_get::<Option<At>, _>("withdrawn_at")?.map(|at| at.0),
    })
}
