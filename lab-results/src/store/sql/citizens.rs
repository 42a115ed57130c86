//! Citizens at their links.

use shared::ids::{PersonId, ResultId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use uuid::Uuid;

use super::Conn;

pub(super) async fn home_access(
    conn: &mut Conn,
    token_hash: &[u8],
    now: Instant,
) -> Result<Option<PersonId>, StoreError> {
    let id: Option<Uuid> =
        sqlx::query_scalar("SELECT person_id FROM lab_home_access WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash)
            .bind(At(now))
            .fetch_optional(conn)
            .await?;
    Ok(id.map(PersonId::from_uuid))
}

pub(super) async fn put_home_access(
    conn: &mut Conn,
    token_hash: &[u8],
    person: PersonId,
    now: Instant,
    until: Instant,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lab_home_access WHERE expires_at <= $1").bind(At(now)).execute(&mut *conn).await?;
    sqlx::query("INSERT INTO lab_home_access (token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash)
        .bind(person.uuid())
        .bind(At(now))
        .bind(At(until))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn tries(conn: &mut Conn, person: PersonId) -> Result<i64, StoreError> {
    let tries: Option<i64> = sqlx::query_scalar("SELECT tries FROM lab_member_tries WHERE person_id = $1")
        .bind(person.uuid())
        .fetch_optional(conn)
        .await?;
    Ok(tries.unwrap_or_default())
}

pub(super) async fn add_try(conn: &mut Conn, person: PersonId, now: Instant) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO lab_member_tries (person_id, tries, last_at) VALUES ($1, 1, $2) \
         ON CONFLICT (person_id) DO UPDATE SET tries = lab_member_tries.tries + 1, last_at = excluded.last_at \
         RETURNING tries",
    )
    .bind(person.uuid())
    .bind(At(now))
    .fetch_one(conn)
    .await?)
}

pub(super) async fn clear_tries(conn: &mut Conn, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM lab_member_tries WHERE person_id = $1").bind(person.uuid()).execute(conn).await?;
    Ok(())
}

pub(super) async fn link_sent(conn: &mut Conn, result: ResultId) -> Result<Option<Instant>, StoreError> {
    let sent: Option<At> = sqlx::query_scalar("SELECT sent_at FROM lab_link_sent WHERE result_id = $1")
        .bind(result.uuid())
        .fetch_optional(conn)
        .await?;
    Ok(sent.map(|at| at.0))
}

pub(super) async fn note_link_sent(conn: &mut Conn, result: ResultId, now: Instant) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lab_link_sent (result_id, sent_at) VALUES ($1, $2) \
         ON CONFLICT (result_id) DO UPDATE SET sent_at = excluded.sent_at",
    )
    .bind(result.uuid())
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(())
}
