//! Timers: rows with a due time, so that a restart forgets nothing.

use shared::ids::TimerId;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, dialect};
use crate::columns::At;
use crate::error::StoreError;
use crate::outbox::Timer;

pub(super) async fn set(conn: &mut Conn, timer: &Timer) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO timers (id, kind, subject, payload, due_at, attempts) VALUES ($1, $2, $3, $4, $5, 0)")
        .bind(timer.id.uuid())
        .bind(&timer.kind)
        .bind(timer.subject)
        .bind(timer.payload.to_string())
        .bind(At(timer.due_at))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn cancel(conn: &mut Conn, kind: &str, subject: Uuid, now: Instant) -> Result<(), StoreError> {
    sqlx::query("UPDATE timers SET done_at = $1 WHERE kind = $2 AND subject = $3 AND done_at IS NULL")
        .bind(At(now))
        .bind(kind)
        .bind(subject)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn claim(
    conn: &mut Conn,
    kinds: &[&str],
    now: Instant,
    lease_until: Instant,
    limit: i64,
) -> Result<Vec<Timer>, StoreError> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    // MATERIALIZED for the same reason as the claim of events.
    let mut query =
        QueryBuilder::<Db>::new("WITH due AS MATERIALIZED (SELECT id FROM timers WHERE done_at IS NULL AND due_at <= ");
    query.push_bind(At(now));
    query.push(" AND (claimed_until IS NULL OR claimed_until < ").push_bind(At(now)).push(") AND kind IN (");
    let mut list = query.separated(", ");
    for kind in kinds {
        list.push_bind((*kind).to_owned());
    }
    query.push(") ORDER BY due_at, id LIMIT ").push_bind(limit).push(dialect::SKIP_LOCKED);
    query.push(") UPDATE timers SET attempts = attempts + 1, claimed_until = ").push_bind(At(lease_until));
    query.push(" WHERE id IN (SELECT id FROM due) RETURNING id, kind, subject, payload, due_at, attempts");
    let rows = query.build().fetch_all(conn).await?;
    let mut timers = Vec::with_capacity(rows.len());
    for row in rows {
        timers.push(Timer {
            id: TimerId::from_uuid(row.try_get("id")?),
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            payload: serde_json::from_str(&row.try_get::<String, _>("payload")?)?,
            due_at: row.try_get::<At, _>("due_at")?.0,
            attempts: row.try_get("attempts")?,
        });
    }
    timers.sort_by_key(|timer| (timer.due_at, timer.id));
    Ok(timers)
}

pub(super) async fn finish(conn: &mut Conn, id: TimerId, now: Instant) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE timers SET done_at = $1, claimed_until = NULL WHERE id = $2 AND done_at IS NULL")
        .bind(At(now))
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn next(conn: &mut Conn) -> Result<Option<Instant>, StoreError> {
    // Both walk the index of what is due. Whoever is claimed was due when it was claimed: so a claim that counts stands
    // before the first that nobody has, and hundreds of thousands of later timers are not looked at.
    let free: Option<At> = sqlx::query_scalar(
        "SELECT due_at FROM timers WHERE done_at IS NULL AND (claimed_until IS NULL OR claimed_until <= due_at) \
         ORDER BY due_at LIMIT 1",
    )
    .fetch_optional(&mut *conn)
    .await?;
    let mut query = QueryBuilder::<Db>::new(
        "SELECT MIN(claimed_until) AS claimed_until FROM timers WHERE done_at IS NULL AND claimed_until > due_at",
    );
    if let Some(free) = free {
        query.push(" AND due_at <= ").push_bind(free);
    }
    let row = query.build().fetch_one(conn).await?;
    let claimed = row.try_get::<Option<At>, _>("claimed_until")?;
    Ok([free, claimed].into_iter().flatten().map(|at| at.0).min())
}
