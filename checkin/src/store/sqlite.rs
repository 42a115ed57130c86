//! Check-in on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use std::sync::{Arc, LazyLock};

    use shared::ids::VisitId;
    use shared_store::columns::{At, Day};
    use shared_store::{SharedWrite as _, StoreError, pieces};
    use sqlx::sqlite::SqliteArguments;
    use sqlx::{Arguments as _, AssertSqlSafe, QueryBuilder};
    use uuid::Uuid;

    use super::{Conn, Db, Engine, Row};
    use crate::domain::visitor_key::VisitorCode;
    use crate::store::{ExposureRecord, PlaceSpan, Visit};

    /// Rows of the largest statement: eight columns each stay far below SQLite's 32,766 parameters.
    const MOST_ROWS: usize = 512;

    /// The sizes of the statements that a batch of visits is inserted by, the largest first. Few, so that each is compiled
    /// once and kept; near each other, so that a batch needs few.
    const BATCHES: [usize; 6] = [MOST_ROWS, 128, 32, 8, 2, 1];

    /// Cuts rows into pieces of these sizes, each with its statement.
    fn batches(mut rows: &[Visit]) -> impl Iterator<Item = (&[Visit], &'static Insert)> {
        std::iter::from_fn(move || {
            let (size, statement) = BATCHES.into_iter().zip(&*INSERTS).find(|(size, _)| *size <= rows.len())?;
            let (batch, rest) = rows.split_at(size);
            rows = rest;
            Some((batch, statement))
        })
    }

    /// Two statements of one size: one that stores all of its rows or none, and one that leaves out those that are there
    /// and names the others.
    struct Insert {
        all: Arc<str>,
        new: Arc<str>,
    }

    /// The statements of these sizes, written once.
    static INSERTS: LazyLock<[Insert; BATCHES.len()]> = LazyLock::new(|| BATCHES.map(insert));

    fn insert(rows: usize) -> Insert {
        let values = vec!["(?, ?, ?, ?, ?, ?, ?, ?)"; rows].join(", ");
        let all = format!("INSERT INTO checkin_visits ({}) VALUES {values}", visit_columns!());
        Insert { new: format!("{all} ON CONFLICT DO NOTHING RETURNING id").into(), all: all.into() }
    }

    fn bound(visits: &[Visit]) -> Result<SqliteArguments, StoreError> {
        let mut values = SqliteArguments::default();
        for visit in visits {
            let add = |added: Result<(), _>| added.map_err(sqlx::Error::Encode);
            add(values.add(visit.place_id.uuid()))?;
            add(values.add(visit.key().minute))?;
            add(values.add(Uuid::from_bytes(visit.visitor.bytes())))?;
            add(values.add(visit.id.uuid()))?;
            add(values.add(Day(visit.day)))?;
            add(values.add(At(visit.checked_in_at)))?;
            add(values.add(visit.checked_out_at.map(At)))?;
            add(values.add(visit.fingerprint))?;
        }
        Ok(values)
    }

    /// Inserts by row values. Nearly always all visits are new, and need not be named one by one; a statement that fails
    /// leaves its transaction as it was (<https://www.sqlite.org/lang_conflict.html>, ABORT).
    pub(super) async fn insert_visits(conn: &mut Conn, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut stored = Vec::with_capacity(visits.len());
        for (rows, insert) in batches(visits) {
            let all = AssertSqlSafe(Arc::clone(&insert.all));
            match sqlx::query_with(all, bound(rows)?).execute(&mut *conn).await.map_err(StoreError::from) {
                Ok(_) => {
                    stored.extend(rows.iter().map(|visit| visit.id));
                    continue;
                }
                Err(error) if error.is_unique_violation() => {}
                Err(error) => return Err(error),
            }
            let new = AssertSqlSafe(Arc::clone(&insert.new));
            let ids: Vec<Uuid> = sqlx::query_scalar_with(new, bound(rows)?).fetch_all(&mut *conn).await?;
            stored.extend(ids.into_iter().map(VisitId::from_uuid));
        }
        Ok(stored)
    }

    /// The statements of a batch are several, so that they need a transaction.
    pub(super) async fn insert_visits_alone(engine: &Engine, visits: &[Visit]) -> Result<Vec<VisitId>, StoreError> {
        let mut tx = Box::new(engine.begin_write().await?);
        let stored = insert_visits(tx.conn(), visits).await?;
        tx.commit().await?;
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
                    .push_bind(At(exposure.found_at))
                    .push_bind(&exposure.policy);
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
