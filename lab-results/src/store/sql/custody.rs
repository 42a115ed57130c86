//! Where tubes were, and are.

use std::collections::BTreeMap;

use shared::ids::{AccountId, PlaceId, SpecimenId};
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row};
use crate::domain::custody::{TubeState, Way};
use crate::store::flow::{CustodyLine, OnTheWay};

pub(super) async fn add(conn: &mut Conn, lines: &[CustodyLine]) -> Result<u64, StoreError> {
    if lines.is_empty() {
        return Ok(0);
    }
    let mut query = QueryBuilder::<Db>::new(
        "INSERT INTO lab_custody (id, specimen_id, state, at, account_id, lab_code, site_id, code, note, created_at) ",
    );
    query.push_values(lines, |mut row, line| {
        row.push_bind(line.id)
            .push_bind(line.specimen_id.uuid())
            .push_bind(line.state.code())
            .push_bind(At(line.at))
            .push_bind(line.account_id.map(AccountId::uuid))
            .push_bind(line.lab_code.clone())
            .push_bind(line.site_id.map(PlaceId::uuid))
            .push_bind(line.code.clone())
            .push_bind(line.note.clone())
            .push_bind(At(line.created_at));
    });
    query.push(" ON CONFLICT (id) DO NOTHING");
    Ok(query.build().persistent(lines.len() == 1).execute(conn).await?.rows_affected())
}

pub(super) async fn of(conn: &mut Conn, id: SpecimenId) -> Result<Vec<CustodyLine>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, specimen_id, state, at, account_id, lab_code, site_id, code, note, created_at FROM lab_custody \
         WHERE specimen_id = $1 ORDER BY at, created_at, id",
    )
    .bind(id.uuid())
    .fetch_all(conn)
    .await?;
    let mut lines: Vec<CustodyLine> = rows.iter().map(line).collect::<Result<_, _>>()?;
    // What happened at the same moment stands in the order of the way.
    lines.sort_by_key(|line| (line.at, line.created_at, line.state));
    Ok(lines)
}

pub(super) async fn on_the_way(
    conn: &mut Conn,
    lab_code: Option<&str>,
    after: Option<SpecimenId>,
    limit: i64,
) -> Result<Vec<OnTheWay>, StoreError> {
    // A tube belongs to the laboratory of its last line; before one has it, everybody sees it.
    let rows = sqlx::query(
        "SELECT c.id, c.specimen_id, c.state, c.at, c.account_id, c.lab_code, c.site_id, c.code, c.note, c.created_at, \
         s.barcode AS barcode, s.collected_at AS collected_at, \
         (SELECT COUNT(*) FROM lab_specimen_orders so WHERE so.specimen_id = s.id) AS people \
         FROM (SELECT id, specimen_id, state, at, account_id, lab_code, site_id, code, note, created_at, \
               ROW_NUMBER() OVER (PARTITION BY specimen_id ORDER BY at DESC, created_at DESC, id DESC) AS place \
               FROM lab_custody) c \
         JOIN lab_specimens s ON s.id = c.specimen_id \
         WHERE c.place = 1 AND c.state IN ('registered', 'collected', 'handed_over', 'received', 'in_run', 'invalid') \
         AND (c.lab_code = $1 OR c.lab_code IS NULL OR $1 IS NULL) \
         AND ((s.collected_at, s.id) > (SELECT a.collected_at, a.id FROM lab_specimens a WHERE a.id = $2) OR $2 IS NULL) \
         ORDER BY s.collected_at, s.id LIMIT $3",
    )
    .bind(lab_code)
    .bind(after.map(SpecimenId::uuid))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OnTheWay {
                specimen_id: SpecimenId::from_uuid(row.try_get("specimen_id")?),
                barcode: row.try_get("barcode")?,
                collected_at: row.try_get::<At, _>("collected_at")?.0,
                people: row.try_get("people")?,
                last: line(row)?,
            })
        })
        .collect()
}

pub(super) async fn last_ways(conn: &mut Conn, lab_code: Option<&str>, limit: i64) -> Result<Vec<Way>, StoreError> {
    let rows = sqlx::query(
        "SELECT specimen_id, state, MIN(at) AS first_at FROM lab_custody WHERE specimen_id IN \
         (SELECT specimen_id FROM lab_custody WHERE state = 'released' AND (lab_code = $1 OR $1 IS NULL) \
          ORDER BY at DESC LIMIT $2) GROUP BY specimen_id, state",
    )
    .bind(lab_code)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let mut ways: BTreeMap<Uuid, Way> = BTreeMap::new();
    for row in &rows {
        let at = row.try_get::<At, _>("first_at")?.0;
        ways.entry(row.try_get("specimen_id")?).or_default().insert(state(row)?, at);
    }
    Ok(ways.into_values().collect())
}

fn state(row: &Row) -> Result<TubeState, StoreError> {
    TubeState::from_code(row.try_get("state")?).ok_or_else(|| inconsistent("lab_custody", "state"))
}

fn line(row: &Row) -> Result<CustodyLine, StoreError> {
    Ok(CustodyLine {
        id: row.try_get("id")?,
        specimen_id: SpecimenId::from_uuid(row.try_get("specimen_id")?),
        state: state(row)?,
        at: row.try_get::<At, _>("at")?.0,
        account_id: row.try_get::<Option<Uuid>, _>("account_id")?.map(AccountId::from_uuid),
        lab_code: row.try_get("lab_code")?,
        site_id: row.try_get::<Option<Uuid>, _>("site_id")?.map(PlaceId::from_uuid),
        code: row.try_get("code")?,
        note: row.try_get("note")?,
        created_at: row.try_get::<At, _>("created_at")?.0,
    })
}
