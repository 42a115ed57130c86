//! Ranges of tube codes and the other codes of tubes.

use shared::ids::{AccountId, PlaceId, SpecimenId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row};
use crate::domain::tube::FIRST_OF_RANGES;
use crate::store::flow::TubeRange;

macro_rules! range_columns {
    () => {
        "SELECT id, site_id, note, first_number, size, created_by, created_at FROM lab_tube_ranges"
    };
}

pub(super) async fn insert_range(conn: &mut Conn, range: &TubeRange) -> Result<TubeRange, StoreError> {
    // The next free number. Two who ask at once would get the same: the unique key refuses the second, who asks again.
    let next: Option<i64> =
        sqlx::query_scalar("SELECT MAX(first_number + size) FROM lab_tube_ranges").fetch_one(&mut *conn).await?;
    let first = i64::try_from(FIRST_OF_RANGES).unwrap_or(i64::MAX);
    let range = TubeRange { first_number: next.unwrap_or(first), ..range.clone() };
    sqlx::query(
        "INSERT INTO lab_tube_ranges (id, site_id, note, first_number, size, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(range.id)
    .bind(range.site_id.map(PlaceId::uuid))
    .bind(&range.note)
    .bind(range.first_number)
    .bind(range.size)
    .bind(range.created_by.map(AccountId::uuid))
    .bind(At(range.created_at))
    .execute(conn)
    .await?;
    Ok(range)
}

pub(super) async fn range_with(conn: &mut Conn, number: i64) -> Result<Option<TubeRange>, StoreError> {
    let row = sqlx::query(concat!(range_columns!(), " WHERE first_number <= $1 AND first_number + size > $1"))
        .bind(number)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn range(conn: &mut Conn, id: Uuid) -> Result<Option<TubeRange>, StoreError> {
    let row = sqlx::query(concat!(range_columns!(), " WHERE id = $1")).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn ranges(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<TubeRange>, StoreError> {
    let rows = sqlx::query(concat!(
        range_columns!(),
        " WHERE (first_number < $1 OR $1 IS NULL) ORDER BY first_number DESC LIMIT $2"
    ))
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(stored).collect()
}

fn stored(row: &Row) -> Result<TubeRange, StoreError> {
    Ok(TubeRange {
        id: row.try_get("id")?,
        site_id: row.try_get::<Option<Uuid>, _>("site_id")?.map(PlaceId::from_uuid),
        note: row.try_get("note")?,
        first_number: row.try_get("first_number")?,
        size: row.try_get("size")?,
        created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
    })
}

pub(super) async fn add_alias(
    conn: &mut Conn,
    barcode: &str,
    id: SpecimenId,
    now: Instant,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO lab_tube_aliases (barcode, specimen_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(barcode)
    .bind(id.uuid())
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn by_code(conn: &mut Conn, barcode: &str) -> Result<Option<SpecimenId>, StoreError> {
    let id: Option<Uuid> = sqlx::query_scalar(
        "SELECT id FROM lab_specimens WHERE barcode = $1 \
         UNION ALL SELECT specimen_id FROM lab_tube_aliases WHERE barcode = $1 LIMIT 1",
    )
    .bind(barcode)
    .fetch_optional(conn)
    .await?;
    Ok(id.map(SpecimenId::from_uuid))
}

pub(super) async fn aliases_of(conn: &mut Conn, id: SpecimenId) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT barcode FROM lab_tube_aliases WHERE specimen_id = $1 ORDER BY barcode")
        .bind(id.uuid())
        .fetch_all(conn)
        .await?)
}
