//! The table of cases, and the one look into the register of people that must be made for thousands at once.

use shared::ids::{CaseId, PersonId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::visits::in_list;
use super::{Conn, Db, LIST, Row, dialect};
use crate::store::{CaseCounts, CaseRecord};

macro_rules! case_columns {
    () => {
        "c.case_id, c.person_id, c.symptom_onset, c.specimen_at, c.isolated_from, c.opened_at, c.voided_at"
    };
}

const SELECT: &str = concat!("SELECT ", case_columns!(), " FROM checkin_cases c ");

pub(super) async fn one(conn: &mut Conn, id: CaseId) -> Result<Option<CaseRecord>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(SELECT);
    query.push("WHERE c.case_id = ").push_bind(id.uuid());
    query.build().fetch_optional(conn).await?.as_ref().map(case).transpose()
}

pub(super) async fn of(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<CaseRecord>, StoreError> {
    let mut found = Vec::new();
    for chunk in people.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new(SELECT);
        in_list(query.push("WHERE c.voided_at IS NULL AND c.person_id IN ("), chunk.iter().map(|id| id.uuid()));
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(case(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn about(conn: &mut Conn, person: PersonId) -> Result<Vec<CaseRecord>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        case_columns!(),
        " FROM checkin_cases c WHERE c.voided_at IS NULL AND (c.person_id = $1 OR EXISTS (\
         SELECT 1 FROM checkin_exposures e WHERE e.case_id = c.case_id AND e.person_id = $1))"
    ))
    .bind(person.uuid())
    .fetch_all(conn)
    .await?;
    rows.iter().map(case).collect()
}

pub(super) async fn recent(
    conn: &mut Conn,
    limit: i64,
    offset: i64,
) -> Result<Vec<(CaseRecord, CaseCounts)>, StoreError> {
    let rows = sqlx::query(concat!(
        "SELECT ",
        case_columns!(),
        ", CAST(COUNT(DISTINCT e.person_id) AS BIGINT) AS people, \
         CAST(COUNT(DISTINCT CASE WHEN e.level = 'close' THEN e.person_id END) AS BIGINT) AS close, \
         CAST(COUNT(DISTINCT e.place_id) AS BIGINT) AS places \
         FROM (SELECT case_id, person_id, symptom_onset, specimen_at, isolated_from, opened_at, voided_at \
         FROM checkin_cases ORDER BY opened_at DESC, case_id LIMIT $1 OFFSET $2) c \
         LEFT JOIN checkin_exposures e ON e.case_id = c.case_id AND e.withdrawn_at IS NULL \
         GROUP BY ",
        case_columns!(),
        " ORDER BY c.opened_at DESC, c.case_id"
    ))
    .bind(limit)
    .bind(offset)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let (people, close, places) = (row.try_get("people")?, row.try_get("close")?, row.try_get("places")?);
            Ok((case(row)?, CaseCounts { people, close, places }))
        })
        .collect()
}

pub(super) async fn put(conn: &mut Conn, case: &CaseRecord) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO checkin_cases \
         (case_id, person_id, symptom_onset, specimen_at, isolated_from, opened_at, voided_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (case_id) DO UPDATE SET person_id = excluded.person_id, \
         symptom_onset = excluded.symptom_onset, specimen_at = excluded.specimen_at, \
         isolated_from = COALESCE(excluded.isolated_from, checkin_cases.isolated_from), opened_at = excluded.opened_at",
    )
    .bind(case.case_id.uuid())
    .bind(case.person_id.uuid())
    .bind(case.symptom_onset.map(Day))
    .bind(At(case.specimen_at))
    .bind(case.isolated_from.map(At))
    .bind(At(case.opened_at))
    .bind(case.voided_at.map(At))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn void(conn: &mut Conn, id: CaseId, at: Instant) -> Result<(), StoreError> {
    sqlx::query("UPDATE checkin_cases SET voided_at = $1 WHERE case_id = $2 AND voided_at IS NULL")
        .bind(At(at))
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

/// One statement for hundreds of people, and no sealed field is opened for it, as [`shared_store::SharedRead::people`]
/// would. It searches an index that holds those who were merged alone: a matching asks for thousands who never were.
pub(super) async fn merged(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<(PersonId, PersonId)>, StoreError> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
    let found = dialect::merged(conn, &ids).await?;
    Ok(found.into_iter().map(|(id, kept)| (PersonId::from_uuid(id), PersonId::from_uuid(kept))).collect())
}

fn case(row: &Row) -> Result<CaseRecord, StoreError> {
    Ok(CaseRecord {
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        symptom_onset: row.try_get::<Option<Day>, _>("symptom_onset")?.map(|day| day.0),
        specimen_at: row.try_get::<At, _>("specimen_at")?.0,
        isolated_from: row.try_get::<Option<At>, _>("isolated_from")?.map(|at| at.0),
        opened_at: row.try_get::<At, _>("opened_at")?.0,
        voided_at: row.try_get::<Option<At>, _>("voided_at")?.map(|at| at.0),
    })
}
