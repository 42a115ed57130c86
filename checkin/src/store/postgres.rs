//! Check-in on PostgreSQL.

use shared_store::postgres::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::ids::VisitId;
    use shared_store::StoreError;
    use shared_store::columns::{At, Day};
    use uuid::Uuid;

    use super::Conn;
    use crate::store::{ExposureRecord, Visit};

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

    /// Inserts by arrays what is new, brings up to date what is there; gives the ids of the rows as they stand.
    pub(super) async fn put_exposures(conn: &mut Conn, exposures: &[ExposureRecord]) -> Result<Vec<Uuid>, StoreError> {
        Ok(sqlx::query_scalar(concat!(
            "INSERT INTO checkin_exposures (",
            exposure_columns!(),
            ") SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[], $6::bigint[], \
             $7::text[], $8::boolean[], $9::timestamptz[])",
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
        .fetch_all(conn)
        .await?)
    }

    /// The record that each of these people lives on as.
    pub(super) async fn canonical(conn: &mut Conn, people: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        Ok(sqlx::query_as("SELECT id, COALESCE(merged_into, id) FROM people WHERE id = ANY($1)")
            .bind(people)
            .fetch_all(conn)
            .await?)
    }
}
