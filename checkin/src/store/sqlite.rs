//! Check-in on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::ids::VisitId;
    use shared_store::columns::{At, Day};
    use shared_store::{StoreError, pieces};
    use sqlx::QueryBuilder;
    use uuid::Uuid;

    use super::{Conn, Db, Row};
    use crate::domain::visitor_key::VisitorCode;
    use crate::store::{ExposureRecord, PlaceSpan, Visit};

    /// Rows of the largest statement: eight columns each stay far below SQLite's 32,766 parameters.
    const MOST_ROWS: usize = 512;

    /// Inserts by row values.
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut stored = Vec::with_capacity(visits.len());
        for rows in pieces(visits, MOST_ROWS) {
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
        }
        Ok(stored)
    }

    /// The visits under these codes.
    pub(super) async fn visits_of(conn: &mut Conn, visitors: &[VisitorCode]) -> Result<Vec<Row>, StoreError> {
        let mut query =
            QueryBuilder::<Db>::new(concat!("SELECT ", visit_columns!(), " FROM checkin_visits WHERE visitor IN ("));
        let mut list = query.separated(", ");
        for visitor in visitors {
            list.push_bind(Uuid::from_bytes(visitor.bytes()));
        }
        query.push(")");
        Ok(query.build().persistent(false).fetch_all(conn).await?)
    }

    /// The visits of each span. CROSS JOIN keeps the order of the tables: each span is one range of the primary key.
    pub(super) async fn visits_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<Row>, StoreError> {
        let mut query = QueryBuilder::<Db>::new("WITH spans (at_place, first, last) AS (");
        query.push_values(spans, |mut row, span| {
            row.push_bind(span.place_id.uuid()).push_bind(span.from_minute).push_bind(span.to_minute);
        });
        query.push(concat!(
            ") SELECT ",
            visit_columns!(),
            ", ",
            next_elsewhere!(),
            " FROM spans CROSS JOIN checkin_visits v WHERE place_id = at_place AND minute >= first AND minute <= last"
        ));
        Ok(query.build().persistent(false).fetch_all(conn).await?)
    }

    /// Inserts by row values what is new, brings up to date what is there; gives the ids of the rows as they stand.
    pub(super) async fn put_exposures(conn: &mut Conn, exposures: &[ExposureRecord]) -> Result<Vec<Uuid>, StoreError> {
        let mut stored = Vec::with_capacity(exposures.len());
        for rows in pieces(exposures, MOST_ROWS) {
            let mut query =
                QueryBuilder::<Db>::new(concat!("INSERT INTO checkin_exposures (", exposure_columns!(), ") "));
            query.push_values(rows, |mut row, exposure| {
                row.push_bind(exposure.id.uuid())
                    .push_bind(exposure.case_id.uuid())
                    .push_bind(exposure.person_id.uuid())
                    .push_bind(exposure.place_id.uuid())
                    .push_bind(Day(exposure.day))
                    .push_bind(exposure.overlap_minutes)
                    .push_bind(exposure.level.code())
                    .push_bind(exposure.assumed)
                    .push_bind(At(exposure.found_at));
            });
            query.push(exposure_conflict!());
            stored.append(&mut query.build_query_scalar().fetch_all(&mut *conn).await?);
        }
        Ok(stored)
    }

    /// Those of these people who live on as another record.
    pub(super) async fn merged(conn: &mut Conn, people: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let mut found = Vec::with_capacity(people.len());
        for piece in pieces(people, MOST_ROWS) {
            let mut query =
                QueryBuilder::<Db>::new("SELECT id, merged_into FROM people WHERE merged_into IS NOT NULL AND id IN (");
            let mut list = query.separated(", ");
            for id in piece {
                list.push_bind(*id);
            }
            query.push(")");
            found.append(&mut query.build_query_as().fetch_all(&mut *conn).await?);
        }
        Ok(found)
    }
}
