//! Check-in on PostgreSQL.

use shared_store::postgres::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::ids::VisitId;
    use shared_store::StoreError;
    use shared_store::columns::{At, Day};
    use shared_store::copy::{MANY, Rows};
    use uuid::Uuid;

    use super::{Conn, Engine, Row};
    use crate::domain::visitor_key::VisitorCode;
    use crate::store::{ExposureRecord, PlaceSpan, Visit};

    fn column<R, T>(rows: &[R], value: impl FnMut(&R) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }

    /// Inserts by arrays: one prepared statement for every size of batch.
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let ids: Vec<Uuid> = sqlx::query_scalar(concat!(
            "INSERT INTO checkin_visits (",
            visit_columns!(),
            ") SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::date[], $6::timestamptz[], \
             $7::timestamptz[], $8::bigint[]) ON CONFLICT DO NOTHING RETURNING id"
        ))
        .bind(column(visits, |visit| visit.place_id.uuid()))
        .bind(column(visits, |visit| visit.key().minute))
        .bind(column(visits, |visit| Uuid::from_bytes(visit.visitor.bytes())))
        .bind(column(visits, |visit| visit.id.uuid()))
        .bind(column(visits, |visit| Day(visit.day)))
        .bind(column(visits, |visit| At(visit.checked_in_at)))
        .bind(column(visits, |visit| visit.checked_out_at.map(At)))
        .bind(column(visits, |visit| visit.fingerprint))
        .fetch_all(conn)
        .await?;
        Ok(ids.into_iter().map(VisitId::from_uuid).collect())
    }

    /// A statement outside a transaction is one by itself. Nearly always all visits are new, and COPY stores them in half
    /// the server's time; it stores none where one of them is there already, and then the statement that leaves those out
    /// has its turn.
    pub(super) async fn insert_visits_alone(engine: &Engine, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut conn = engine.write_pool().acquire().await?;
        if visits.len() >= MANY {
            match copy_visits(&mut conn, visits).await {
                Ok(()) => return Ok(column(visits, |visit| visit.id)),
                Err(error) if error.is_unique_violation() => {}
                Err(error) => return Err(error),
            }
        }
        insert_visits(&mut conn, visits).await
    }

    /// All of these visits, or none.
    async fn copy_visits(conn: &mut Conn, visits: &[Visit]) -> Result<(), StoreError> {
        let mut rows = Rows::of(8);
        for visit in visits {
            rows.row()
                .put(visit.place_id.uuid())?
                .put(visit.key().minute)?
                .put(Uuid::from_bytes(visit.visitor.bytes()))?
                .put(visit.id.uuid())?
                .put(Day(visit.day))?
                .put(At(visit.checked_in_at))?
                .put(visit.checked_out_at.map(At))?
                .put(visit.fingerprint)?;
        }
        rows.into(conn, concat!("COPY checkin_visits (", visit_columns!(), ") FROM STDIN (FORMAT binary)")).await
    }

    /// The visits under these codes: each is one search of the index, as in [`visits_at`].
    pub(super) async fn visits_of(conn: &mut Conn, visitors: &[VisitorCode]) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query(concat!(
            "SELECT ",
            visit_columns!(),
            " FROM UNNEST($1::uuid[]) AS codes (code) CROSS JOIN LATERAL (SELECT ",
            visit_columns!(),
            " FROM checkin_visits v WHERE visitor = code OFFSET 0) visits"
        ))
        .bind(column(visitors, |visitor| Uuid::from_bytes(visitor.bytes())))
        .fetch_all(conn)
        .await?)
    }

    /// The visits of each span. OFFSET 0 keeps the planner from joining the spans with the whole table: each is one range
    /// of the primary key, however little is known of the table.
    pub(super) async fn visits_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query(concat!(
            "SELECT ",
            visit_columns!(),
            ", next_elsewhere FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[]) AS spans (at_place, first, last) \
             CROSS JOIN LATERAL (SELECT ",
            visit_columns!(),
            ", ",
            next_elsewhere!(),
            " FROM checkin_visits v WHERE place_id = at_place AND minute >= first AND minute <= last OFFSET 0) visits"
        ))
        .bind(column(spans, |span| span.place_id.uuid()))
        .bind(column(spans, |span| span.from_minute))
        .bind(column(spans, |span| span.to_minute))
        .fetch_all(conn)
        .await?)
    }

    /// Inserts by arrays what is new, brings up to date what is there; gives the ids of the rows as they stand.
    pub(super) async fn put_exposures(conn: &mut Conn, exposures: &[ExposureRecord]) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar(concat!(
            "INSERT INTO checkin_exposures (",
            exposure_columns!(),
            ") SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::bigint[], \
             $7::text[], $8::boolean[], $9::timestamptz[], $10::text[])",
            exposure_conflict!()
        ))
        .bind(column(exposures, |exposure| exposure.id.uuid()))
        .bind(column(exposures, |exposure| exposure.case_id.uuid()))
        .bind(column(exposures, |exposure| exposure.person_id.uuid()))
        .bind(column(exposures, |exposure| exposure.place_id.uuid()))
        .bind(column(exposures, |exposure| Day(exposure.day)))
        .bind(column(exposures, |exposure| exposure.overlap_minutes))
        .bind(column(exposures, |exposure| exposure.level.code()))
        .bind(column(exposures, |exposure| exposure.assumed))
        .bind(column(exposures, |exposure| At(exposure.found_at)))
        .bind(column(exposures, |exposure| exposure.policy.clone()))
        .fetch_all(conn)
        .await?)
    }

    /// Those of these people who live on as another record.
    pub(super) async fn merged(conn: &mut Conn, people: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        Ok(sqlx::query_as("SELECT id, merged_into FROM people WHERE merged_into IS NOT NULL AND id = ANY($1)")
            .bind(people)
            .fetch_all(conn)
            .await?)
    }
}
