//! The table of visits.

use shared::ids::{PlaceId, VisitId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, LIST, Row, dialect, venues};
use crate::domain::visitor_key::VisitorCode;
use crate::store::{Seen, Visit, VisitKey};

const SELECT: &str = concat!("SELECT ", visit_columns!(), " FROM checkin_visits ");

pub(super) async fn by_id(conn: &mut Conn, ids: &[VisitId]) -> Result<Vec<Visit>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new(SELECT);
        in_list(query.push("WHERE id IN ("), chunk.iter().map(|id| id.uuid()));
        found.append(&mut fetch(conn, query).await?);
    }
    Ok(found)
}

pub(super) async fn of(conn: &mut Conn, visitors: &[VisitorCode]) -> Result<Vec<Visit>, StoreError> {
    let mut found = Vec::new();
    for chunk in visitors.chunks(LIST) {
        let rows = dialect::visits_of(conn, chunk).await?;
        found.extend(rows.iter().map(visit).collect::<Result<Vec<_>, _>>()?);
    }
    found.sort_by_key(|visit| visit.checked_in_at);
    Ok(found)
}

pub(super) async fn by_key(conn: &mut Conn, keys: &[VisitKey]) -> Result<Vec<Visit>, StoreError> {
    let mut found = Vec::new();
    for chunk in keys.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new("WITH wanted (at_place, at_minute, by_visitor) AS (");
        query.push_values(chunk, |mut row, key| {
            row.push_bind(key.place_id.uuid()).push_bind(key.minute).push_bind(Uuid::from_bytes(key.visitor.bytes()));
        });
        // CROSS JOIN keeps the order of the tables on SQLite: each wanted key is one search of the primary key.
        query.push(concat!(
            ") SELECT ",
            visit_columns!(),
            " FROM wanted CROSS JOIN checkin_visits WHERE place_id = at_place AND minute = at_minute \
             AND visitor = by_visitor"
        ));
        found.append(&mut fetch(conn, query).await?);
    }
    Ok(found)
}

/// The answers come with the numbers of the questions that have one.
pub(super) async fn next_elsewhere(conn: &mut Conn, seen: &[Seen]) -> Result<Vec<Option<Instant>>, StoreError> {
    let mut next = vec![None; seen.len()];
    for (number, at) in dialect::next_elsewhere(conn, seen).await? {
        let place = usize::try_from(number).ok().and_then(|number| next.get_mut(number));
        *place.ok_or_else(|| inconsistent("checkin_visits", "visitor"))? = Some(at.0);
    }
    Ok(next)
}

/// A visitor who scanned twice is inside once, and has left when the later visit has ended or they checked in elsewhere.
pub(super) async fn inside(
    conn: &mut Conn,
    place: PlaceId,
    from_minute: i64,
    to_minute: i64,
) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (\
         SELECT visitor, MAX(minute) AS latest, MAX(CASE WHEN checked_out_at IS NULL THEN minute END) AS latest_open, \
         MAX(checked_in_at) AS came FROM checkin_visits \
         WHERE place_id = $1 AND minute >= $2 AND minute <= $3 GROUP BY visitor) visitors \
         WHERE latest = latest_open AND NOT EXISTS (SELECT 1 FROM checkin_visits n \
         WHERE n.visitor = visitors.visitor AND n.place_id <> $1 AND n.checked_in_at > came)",
    )
    .bind(place.uuid())
    .bind(from_minute)
    .bind(to_minute)
    .fetch_one(conn)
    .await?;
    Ok(count)
}

pub(super) async fn end(conn: &mut Conn, id: VisitId, at: Instant) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE checkin_visits SET checked_out_at = $1 WHERE id = $2 AND checked_out_at IS NULL")
        .bind(At(at))
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Walks along the primary key from place to place, so that no index on the day is needed, which every check-in would
/// pay.
pub(super) async fn delete_of_next_place(
    conn: &mut Conn,
    after: Option<PlaceId>,
    minute: i64,
) -> Result<Option<(PlaceId, u64)>, StoreError> {
    let next: Option<Uuid> =
        sqlx::query_scalar("SELECT place_id FROM checkin_visits WHERE place_id > $1 ORDER BY place_id LIMIT 1")
            .bind(after.map_or(Uuid::nil(), PlaceId::uuid))
            .fetch_optional(&mut *conn)
            .await?;
    let Some(place) = next else { return Ok(None) };
    venues::delete_marks(&mut *conn, PlaceId::from_uuid(place), minute).await?;
    let done = sqlx::query("DELETE FROM checkin_visits WHERE place_id = $1 AND minute < $2")
        .bind(place)
        .bind(minute)
        .execute(conn)
        .await?;
    Ok(Some((PlaceId::from_uuid(place), done.rows_affected())))
}

/// Writes the ids of a list and its closing parenthesis.
pub(super) fn in_list(query: &mut QueryBuilder<Db>, ids: impl Iterator<Item = Uuid>) {
    let mut list = query.separated(", ");
    for id in ids {
        list.push_bind(id);
    }
    query.push(")");
}

async fn fetch(conn: &mut Conn, mut query: QueryBuilder<Db>) -> Result<Vec<Visit>, StoreError> {
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(visit).collect()
}

fn visit(row: &Row) -> Result<Visit, StoreError> {
    Ok(Visit {
        id: VisitId::from_uuid(row.try_get("id")?),
        place_id: PlaceId::from_uuid(row.try_get("place_id")?),
        visitor: VisitorCode::from_bytes(row.try_get::<Uuid, _>("visitor")?.into_bytes()),
        day: row.try_get::<Day, _>("day")?.0,
        checked_in_at: row.try_get::<At, _>("checked_in_at")?.0,
        checked_out_at: row.try_get::<Option<At>, _>("checked_out_at")?.map(|at| at.0),
        fingerprint: row.try_get("fingerprint")?,
    })
}
