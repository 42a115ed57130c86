//! Check-in on SQLite.

use shared_store::sqlite::{Conn, Db, Engine, Row, Tx};

#[path = "sql/mod.rs"]
mod sql;

/// The statements that truly differ.
mod dialect {
    use std::sync::{Arc, LazyLock};

    use shared::ids::{PlaceId, VisitId};
    use shared::time::Instant;
    use shared_store::columns::{At, Day};
    use shared_store::error::inconsistent;
    use shared_store::{SharedWrite as _, StoreError, pieces};
    use sqlx::sqlite::SqliteArguments;
    use sqlx::{Arguments as _, AssertSqlSafe, QueryBuilder};
    use uuid::Uuid;

    use super::{Conn, Db, Engine, Row};
    use crate::domain::visitor_key::VisitorCode;
    use crate::store::{ExposureRecord, PlaceSpan, Seen, Visit, VisitAtPlace};

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

    /// How wide a visit stands in the value of its span: the code as hexadecimal digits, then both times, the second one of blanks
    /// where there is none.
    const CODE: usize = 32;
    const TIME: usize = 27;

    /// The visits of each span: one range of the primary key, and all of it as one value, for a row costs more than what is in
    /// it.
    pub(super) async fn visits_at(conn: &mut Conn, spans: &[PlaceSpan]) -> Result<Vec<VisitAtPlace>, StoreError> {
        let mut found = Vec::new();
        for span in spans {
            let packed: Option<String> = sqlx::query_scalar(
                "SELECT group_concat(hex(visitor) || checked_in_at || \
                 COALESCE(checked_out_at, '                           '), '') \
                 FROM checkin_visits WHERE place_id = ? AND minute >= ? AND minute <= ?",
            )
            .bind(span.place_id.uuid())
            .bind(span.from_minute)
            .bind(span.to_minute)
            .fetch_one(&mut *conn)
            .await?;
            let packed = packed.unwrap_or_default();
            let rows = packed.as_bytes().chunks(CODE + TIME + TIME);
            found.reserve(rows.len());
            for row in rows {
                found.push(unpack(span.place_id, row).ok_or_else(|| inconsistent("checkin_visits", "checked_in_at"))?);
            }
        }
        Ok(found)
    }

    fn unpack(place_id: PlaceId, row: &[u8]) -> Option<VisitAtPlace> {
        let (code, times) = row.split_at_checked(CODE)?;
        let (came, went) = times.split_at_checked(TIME)?;
        let visitor = VisitorCode::from_bytes(Uuid::try_parse_ascii(code).ok()?.into_bytes());
        let checked_out_at = if went.starts_with(b" ") { None } else { Some(Instant::from_fixed_text(went)?) };
        Some(VisitAtPlace { place_id, visitor, checked_in_at: Instant::from_fixed_text(came)?, checked_out_at })
    }

    /// The numbers of those who checked in elsewhere later under the same code, each with when they first did. CROSS JOIN keeps
    /// the order of the tables: each is one search of the index.
    pub(super) async fn next_elsewhere(conn: &mut Conn, seen: &[Seen]) -> Result<Vec<(i64, At)>, StoreError> {
        let mut found = Vec::new();
        let numbered: Vec<(i64, &Seen)> = (0..).zip(seen).collect();
        for piece in pieces(&numbered, MOST_ROWS) {
            let mut query = QueryBuilder::<Db>::new("WITH seen (number, code, at_place, at) AS (");
            query.push_values(piece, |mut row, (number, seen)| {
                row.push_bind(*number)
                    .push_bind(Uuid::from_bytes(seen.visitor.bytes()))
                    .push_bind(seen.place_id.uuid())
                    .push_bind(At(seen.at));
            });
            query.push(
                ") SELECT number, MIN(checked_in_at) FROM seen CROSS JOIN checkin_visits \
                 WHERE visitor = code AND place_id <> at_place AND checked_in_at > at GROUP BY number",
            );
            found.append(&mut query.build_query_as().fetch_all(&mut *conn).await?);
        }
        Ok(found)
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

    /// Those of these people who live on as another record. One list of JSON holds all of them, so that it is one statement
    /// however many they are.
    pub(super) async fn merged(conn: &mut Conn, people: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let list = serde_json::to_string(&people.iter().map(Uuid::as_simple).collect::<Vec<_>>())?;
        Ok(sqlx::query_as(
            "SELECT people.id, merged_into FROM json_each(?) ids CROSS JOIN people \
             WHERE merged_into IS NOT NULL AND people.id = unhex(ids.value)",
        )
        .bind(list)
        .fetch_all(conn)
        .await?)
    }
}
