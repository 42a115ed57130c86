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
    use crate::store::Visit;

    /// Inserts by arrays: one prepared statement for every size of batch.
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        fn column<T>(visits: &[Visit], value: impl FnMut(&Visit) -> T) -> Vec<T> {
            visits.iter().map(value).collect()
        }
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
}
