//! Check-in on PostgreSQL.

use shared_store::postgres::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use shared::ids::{PlaceId, VisitId};
    use shared_store::StoreError;
    use shared_store::columns::{At, Day};
    use sqlx::Arguments as _;
    use sqlx::postgres::PgArguments;
    use uuid::Uuid;

    use super::{Conn, Engine, Row};
    use crate::domain::visitor_key::VisitorCode;
    use crate::store::{ExposureRecord, PlaceSpan, Seen, Visit, VisitAtPlace};

    fn column<R, T>(rows: &[R], value: impl FnMut(&R) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }

    /// Visits by arrays: one prepared statement for every size of batch.
    macro_rules! insert {
        ($ending:literal) => {
            concat!(
                "INSERT INTO checkin_visits (",
                visit_columns!(),
                ") SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::date[], \
                 $6::timestamptz[], $7::timestamptz[], $8::bigint[])",
                $ending
            )
        };
    }

    fn bound(visits: &[Visit]) -> Result<PgArguments, StoreError> {
        let mut values = PgArguments::default();
        let add = |added: Result<(), _>| added.map_err(sqlx::Error::Encode);
        add(values.add(column(visits, |visit| visit.place_id.uuid())))?;
        add(values.add(column(visits, |visit| visit.key().minute)))?;
        add(values.add(column(visits, |visit| Uuid::from_bytes(visit.visitor.bytes()))))?;
        add(values.add(column(visits, |visit| visit.id.uuid())))?;
        add(values.add(column(visits, |visit| Day(visit.day))))?;
        add(values.add(column(visits, |visit| At(visit.checked_in_at))))?;
        add(values.add(column(visits, |visit| visit.checked_out_at.map(At))))?;
        add(values.add(column(visits, |visit| visit.fingerprint)))?;
        Ok(values)
    }

    /// Leaves out the visits that are there, and names the others.
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let new = insert!(" ON CONFLICT DO NOTHING RETURNING id");
        let ids: Vec<Uuid> = sqlx::query_scalar_with(new, bound(visits)?).fetch_all(conn).await?;
        Ok(ids.into_iter().map(VisitId::from_uuid).collect())
    }

    /// A statement outside a transaction is one by itself. Nearly always all visits are new, and one that stores all or none
    /// costs the server less than one that looks for each first and then names it; where one of them is there already, the
    /// latter has its turn. It is one message and one answer; COPY is two, and waits for the network's delayed
    /// acknowledgement (RFC 1122, 4.2.3.2) between its rows and its end.
    pub(super) async fn insert_visits_alone(engine: &Engine, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut conn = engine.write_pool().acquire().await?;
        match sqlx::query_with(insert!(""), bound(visits)?).execute(&mut *conn).await.map_err(StoreError::from) {
            Ok(_) => Ok(column(visits, |visit| visit.id)),
            Err(error) if error.is_unique_violation() => insert_visits(&mut conn, visits).await,
            Err(error) => Err(error),
        }
    }

    /// The visits under these codes: OFFSET 0 keeps the planner from joining the codes with the whole
    /// table: each is one search of the index.
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

    /// What the visits of one span come as: a column of them as one value, for a row would cost more than what is in it.
    type Columns = (Uuid, Option<Vec<Uuid>>, Option<Vec<At>>, Option<Vec<Option<At>>>);

    /// The visits of each span. LATERAL keeps the planner from joining the spans with the whole table: each is one range of
    /// the primary key, however little is known of the table.
    pub(super) async fn visits_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<VisitAtPlace>, StoreError> {
        let columns: Vec<Columns> = sqlx::query_as(
            "SELECT at_place, visitors, came, went \
             FROM UNNEST($1::uuid[], $2::bigint[], $3::bigint[]) AS spans (at_place, first, last) \
             CROSS JOIN LATERAL (SELECT array_agg(visitor) AS visitors, array_agg(checked_in_at) AS came, \
             array_agg(checked_out_at) AS went FROM checkin_visits \
             WHERE place_id = at_place AND minute >= first AND minute <= last) visits",
        )
        .bind(column(spans, |span| span.place_id.uuid()))
        .bind(column(spans, |span| span.from_minute))
        .bind(column(spans, |span| span.to_minute))
        .fetch_all(conn)
        .await?;
        let mut found = Vec::with_capacity(columns.iter().map(|columns| columns.1.as_ref().map_or(0, Vec::len)).sum());
        for (place, visitors, came, went) in columns {
            let place_id = PlaceId::from_uuid(place);
            let (visitors, came, went) = (visitors.into_iter(), came.into_iter(), went.into_iter());
            let rows = visitors.flatten().zip(came.flatten()).zip(went.flatten());
            found.extend(rows.map(|((visitor, came), went)| VisitAtPlace {
                place_id,
                visitor: VisitorCode::from_bytes(visitor.into_bytes()),
                checked_in_at: came.0,
                checked_out_at: went.map(|at| at.0),
            }));
        }
        Ok(found)
    }

    /// The numbers of those who checked in elsewhere later under the same code, each with when they first did.
    pub(super) async fn next_elsewhere(conn: &mut Conn, seen: &[Seen]) -> Result<Vec<(i64, At)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT number - 1, next_at FROM UNNEST($1::uuid[], $2::uuid[], $3::timestamptz[]) \
             WITH ORDINALITY AS seen (code, at_place, at, number) \
             CROSS JOIN LATERAL (SELECT MIN(checked_in_at) AS next_at FROM checkin_visits \
             WHERE visitor = code AND place_id <> at_place AND checked_in_at > at OFFSET 0) later \
             WHERE next_at IS NOT NULL",
        )
        .bind(column(seen, |seen| Uuid::from_bytes(seen.visitor.bytes())))
        .bind(column(seen, |seen| seen.place_id.uuid()))
        .bind(column(seen, |seen| At(seen.at)))
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
