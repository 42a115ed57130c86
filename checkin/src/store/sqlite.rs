//! Check-in on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::ids::VisitId;
    use shared_store::StoreError;
    use shared_store::columns::{At, Day};
    use sqlx::QueryBuilder;
    use uuid::Uuid;

    use super::{Conn, Db};
    use crate::store::Visit;

    /// Rows of the largest statement: eight columns each stay far below SQLite's 32,766 parameters.
    const MOST_ROWS: usize = 512;

    /// Inserts by row values. The rows are cut into powers of two, so that a handful of prepared statements serves
    /// every size of batch.
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut stored = Vec::with_capacity(visits.len());
        let mut rest = visits;
        while !rest.is_empty() {
            let size = (1 << rest.len().ilog2()).min(MOST_ROWS);
            let (rows, others) = rest.split_at(size);
            let mut query = QueryBuilder::<Db>::new(concat!("INSERT INTO checkin_visits (", visit_columns!(), ") "));
            query.push_values(rows, |mut row, visit| {
                row.push_bind(visit.place_id.uuid())
                    .push_bind(visit.key().minute)
                    .push_bind(Uuid::from_bytes(visit.visitor.bytes()))
                    .push_bind(visit.id.uuid())
                    .push_bind(Day(visit.day))
                    .push_bind(At(visit.checked_in_at))
                    .push_bind(visit.checked_out_at.map(At))
                    .push_bind(visit.fingerprint);
            });
            query.push(" ON CONFLICT DO NOTHING RETURNING id");
            let ids: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *conn).await?;
            stored.extend(ids.into_iter().map(VisitId::from_uuid));
            rest = others;
        }
        Ok(stored)
    }
}
