//! The table of personal cards.

use shared::ids::PersonId;
use shared::time::Instant;
use sqlx::Row;
use uuid::Uuid;

use super::super::{Conn, Row as DbRow};
use crate::cards::CardRecord;
use crate::columns::At;
use crate::error::StoreError;

macro_rules! select_cards {
    ($rest:literal) => {
        concat!("SELECT id, person_id, issued_at, revoked_at FROM person_cards ", $rest)
    };
}

pub(super) async fn one(conn: &mut Conn, id: Uuid) -> Result<Option<CardRecord>, StoreError> {
    let query = sqlx::query(select_cards!("WHERE id = $1"));
    query.bind(id).fetch_optional(conn).await?.as_ref().map(card).transpose()
}

pub(super) async fn of(conn: &mut Conn, person: PersonId) -> Result<Vec<CardRecord>, StoreError> {
    let query = sqlx::query(select_cards!("WHERE person_id = $1 AND revoked_at IS NULL ORDER BY issued_at DESC, id"));
    query.bind(person.uuid()).fetch_all(conn).await?.iter().map(card).collect()
}

pub(super) async fn insert(conn: &mut Conn, card: &CardRecord) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO person_cards (id, person_id, issued_at, revoked_at) VALUES ($1, $2, $3, $4)")
        .bind(card.id)
        .bind(card.person_id.uuid())
        .bind(At(card.issued_at))
        .bind(card.revoked_at.map(At))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn revoke(
    conn: &mut Conn,
    person: PersonId,
    card: Option<Uuid>,
    at: Instant,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE person_cards SET revoked_at = $1 WHERE person_id = $2 AND revoked_at IS NULL \
         AND (id = $3 OR $3 IS NULL)",
    )
    .bind(At(at))
    .bind(person.uuid())
    .bind(card)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

fn card(row: &DbRow) -> Result<CardRecord, StoreError> {
    Ok(CardRecord {
        id: row.try_get("id")?,
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        issued_at: row.try_get::<At, _>("issued_at")?.0,
        revoked_at: row.try_get::<Option<At>, _>("revoked_at")?.map(|at| at.0),
    })
}
