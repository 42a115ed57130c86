//! What check-in knows of places, the codes that were replaced, and the marks of odd visits.

use shared::ids::{PlaceId, VisitId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::visits::in_list;
use super::{Conn, Db, LIST, Row};
use crate::store::{PlaceSpan, VenueDetails, VisitClock, VisitMark};

/// Rows of one statement: seven columns each stay far below SQLite's 32,766 parameters.
const ROWS: usize = 500;

const SELECT: &str =
    "SELECT place_id, import_key, import_hash, opening_hours, latitude, longitude, screen FROM checkin_venues ";

pub(super) async fn details(conn: &mut Conn, ids: &[PlaceId]) -> Result<Vec<VenueDetails>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new(SELECT);
        in_list(query.push("WHERE place_id IN ("), chunk.iter().map(|id| id.uuid()));
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(stored(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn by_import_key(conn: &mut Conn, keys: &[Vec<u8>]) -> Result<Vec<VenueDetails>, StoreError> {
    let mut found = Vec::new();
    for chunk in keys.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new(SELECT);
        query.push("WHERE import_key IN (");
        let mut list = query.separated(", ");
        for key in chunk {
            list.push_bind(key.as_slice());
        }
        query.push(")");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(stored(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn put(conn: &mut Conn, venues: &[VenueDetails]) -> Result<(), StoreError> {
    for chunk in venues.chunks(ROWS) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO checkin_venues \
             (place_id, import_key, import_hash, opening_hours, latitude, longitude, screen) ",
        );
        query.push_values(chunk, |mut row, venue| {
            row.push_bind(venue.place_id.uuid())
                .push_bind(venue.import_key.as_deref())
                .push_bind(venue.import_hash.as_deref())
                .push_bind(venue.opening_hours.as_deref())
                .push_bind(venue.position.map(|at| at.0))
                .push_bind(venue.position.map(|at| at.1))
                .push_bind(venue.screen);
        });
        query.push(
            " ON CONFLICT (place_id) DO UPDATE SET import_key = excluded.import_key, \
             import_hash = excluded.import_hash, opening_hours = excluded.opening_hours, \
             latitude = excluded.latitude, longitude = excluded.longitude, screen = excluded.screen",
        );
        query.build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn retired_code(conn: &mut Conn, code: &str) -> Result<Option<PlaceId>, StoreError> {
    let found: Option<Uuid> = sqlx::query_scalar("SELECT place_id FROM checkin_retired_codes WHERE code = $1")
        .bind(code)
        .fetch_optional(conn)
        .await?;
    Ok(found.map(PlaceId::from_uuid))
}

pub(super) async fn retire_code(conn: &mut Conn, code: &str, place: PlaceId, at: Instant) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO checkin_retired_codes (code, place_id, retired_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(code)
    .bind(place.uuid())
    .bind(At(at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn add_marks(conn: &mut Conn, marks: &[VisitMark]) -> Result<(), StoreError> {
    for chunk in marks.chunks(ROWS) {
        let mut query =
            QueryBuilder::<Db>::new("INSERT INTO checkin_visit_marks (place_id, minute, visit_id, mark, noted_at) ");
        query.push_values(chunk, |mut row, mark| {
            row.push_bind(mark.place_id.uuid())
                .push_bind(mark.minute)
                .push_bind(mark.visit_id.uuid())
                .push_bind(mark.mark.as_str())
                .push_bind(At(mark.noted_at));
        });
        query.push(" ON CONFLICT DO NOTHING").build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn marks_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<VisitMark>, StoreError> {
    let mut found = Vec::new();
    for span in spans {
        let rows = sqlx::query(
            "SELECT place_id, minute, visit_id, mark, noted_at FROM checkin_visit_marks \
             WHERE place_id = $1 AND minute >= $2 AND minute <= $3 ORDER BY minute, visit_id, mark",
        )
        .bind(span.place_id.uuid())
        .bind(span.from_minute)
        .bind(span.to_minute)
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            found.push(VisitMark {
                place_id: PlaceId::from_uuid(row.try_get("place_id")?),
                minute: row.try_get("minute")?,
                visit_id: VisitId::from_uuid(row.try_get("visit_id")?),
                mark: row.try_get("mark")?,
                noted_at: row.try_get::<At, _>("noted_at")?.0,
            });
        }
    }
    Ok(found)
}

pub(super) async fn add_clocks(conn: &mut Conn, clocks: &[VisitClock]) -> Result<(), StoreError> {
    for chunk in clocks.chunks(ROWS) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO checkin_visit_clocks (place_id, minute, visit_id, device_at, received_at) ",
        );
        query.push_values(chunk, |mut row, clock| {
            row.push_bind(clock.place_id.uuid())
                .push_bind(clock.minute)
                .push_bind(clock.visit_id.uuid())
                .push_bind(At(clock.device_at))
                .push_bind(At(clock.received_at));
        });
        query.push(" ON CONFLICT DO NOTHING").build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn clocks_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<VisitClock>, StoreError> {
    let mut found = Vec::new();
    for span in spans {
        let rows = sqlx::query(
            "SELECT place_id, minute, visit_id, device_at, received_at FROM checkin_visit_clocks \
             WHERE place_id = $1 AND minute >= $2 AND minute <= $3 ORDER BY minute, visit_id",
        )
        .bind(span.place_id.uuid())
        .bind(span.from_minute)
        .bind(span.to_minute)
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            found.push(VisitClock {
                place_id: PlaceId::from_uuid(row.try_get("place_id")?),
                minute: row.try_get("minute")?,
                visit_id: VisitId::from_uuid(row.try_get("visit_id")?),
                device_at: row.try_get::<At, _>("device_at")?.0,
                received_at: row.try_get::<At, _>("received_at")?.0,
            });
        }
    }
    Ok(found)
}

/// Marks and clocks go with their visits.
pub(super) async fn delete_marks(conn: &mut Conn, place: PlaceId, minute: i64) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM checkin_visit_marks WHERE place_id = $1 AND minute < $2",
        "DELETE FROM checkin_visit_clocks WHERE place_id = $1 AND minute < $2",
    ] {
        sqlx::query(statement).bind(place.uuid()).bind(minute).execute(&mut *conn).await?;
    }
    Ok(())
}

fn stored(row: &Row) -> Result<VenueDetails, StoreError> {
    let latitude = row.try_get::<Option<i64>, _>("latitude")?;
    let longitude = row.try_get::<Option<i64>, _>("longitude")?;
    Ok(VenueDetails {
        place_id: PlaceId::from_uuid(row.try_get("place_id")?),
        import_key: row.try_get("import_key")?,
        import_hash: row.try_get("import_hash")?,
        opening_hours: row.try_get("opening_hours")?,
        position: latitude.zip(longitude),
        screen: row.try_get("screen")?,
    })
}
