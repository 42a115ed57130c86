//! Outbox, inbox and dead letters.

use shared::event::CloudEvent;
use shared::ids::EventId;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, dialect};
use crate::columns::At;
use crate::error::StoreError;
use crate::outbox::{Backlog, Claimed, DeadLetter, OutboxRow};
use crate::pace::Pace;

/// When an event may be claimed for which no time was said. Not the time of the writing: the clock of who writes may be before
/// that of who claims.
const AT_ONCE: At = At(Instant::EPOCH);

fn uuids(ids: &[EventId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.uuid()).collect()
}

pub(super) async fn append(conn: &mut Conn, event: &CloudEvent) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outbox (id, kind, event, created_at, attempts, rank, due_at) VALUES ($1, $2, $3, $4, 0, $5, $6)",
    )
    .bind(event.id.uuid())
    .bind(&event.kind)
    .bind(serde_json::to_string(event)?)
    .bind(At(event.time))
    .bind(Pace::current().rank())
    .bind(AT_ONCE)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn append_many(conn: &mut Conn, events: &[CloudEvent]) -> Result<(), StoreError> {
    insert(conn, events.iter().map(|event| (event, AT_ONCE)), Pace::current()).await
}

pub(super) async fn append_from(conn: &mut Conn, events: &[(CloudEvent, Instant)]) -> Result<(), StoreError> {
    insert(conn, events.iter().map(|(event, from)| (event, At(*from))), Pace::current()).await
}

pub(super) async fn hurry(conn: &mut Conn, pace: Pace, now: Instant, limit: i64) -> Result<u64, StoreError> {
    // One that was claimed has the end of its lease in this place.
    let done = sqlx::query(
        "UPDATE outbox SET due_at = $1 WHERE id IN (SELECT id FROM outbox \
         WHERE published_at IS NULL AND rank = $2 AND due_at > $3 AND attempts = 0 ORDER BY due_at LIMIT $4)",
    )
    .bind(AT_ONCE)
    .bind(pace.rank())
    .bind(At(now))
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn append_later(
    conn: &mut Conn,
    events: &[CloudEvent],
    not_before: Option<Instant>,
) -> Result<(), StoreError> {
    let due_at = not_before.map_or(AT_ONCE, At);
    insert(conn, events.iter().map(|event| (event, due_at)), Pace::Later).await
}

async fn insert(
    conn: &mut Conn,
    events: impl Iterator<Item = (&CloudEvent, At)> + Send,
    pace: Pace,
) -> Result<(), StoreError> {
    let mut rows = Vec::new();
    for (event, due_at) in events {
        let (text, created_at, rank) = (serde_json::to_string(event)?, At(event.time), pace.rank());
        rows.push(OutboxRow { id: event.id.uuid(), kind: event.kind.clone(), text, created_at, rank, due_at });
    }
    if rows.is_empty() { Ok(()) } else { dialect::insert_outbox(conn, &rows).await }
}

pub(super) async fn claim(
    conn: &mut Conn,
    pace: Pace,
    now: Instant,
    lease_until: Instant,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    if limit <= 0 {
        return Ok(Vec::new());
    }
    // MATERIALIZED: the planner may run a plain subquery with LIMIT more than once, and would claim more than the limit.
    let mut query = QueryBuilder::<Db>::new(
        "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE published_at IS NULL AND rank = ",
    );
    query.push_bind(pace.rank()).push(" AND due_at < ").push_bind(At(now));
    query.push(" ORDER BY due_at, created_at, id LIMIT ").push_bind(limit).push(dialect::SKIP_LOCKED);
    query.push(") UPDATE outbox SET attempts = attempts + 1, due_at = ").push_bind(At(lease_until));
    query.push(" WHERE id IN (SELECT id FROM due) RETURNING event, attempts");
    let rows = query.build().fetch_all(conn).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let event: CloudEvent = serde_json::from_str(&row.try_get::<String, _>("event")?)?;
        claimed.push(Claimed { event, attempts: row.try_get("attempts")?, pace });
    }
    claimed.sort_by_key(|c| (c.event.time, c.event.id));
    Ok(claimed)
}

pub(super) async fn mark_published(conn: &mut Conn, ids: &[EventId], now: Instant) -> Result<(), StoreError> {
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new("UPDATE outbox SET published_at = ");
        query.push_bind(At(now)).push(" WHERE id");
        dialect::one_of(&mut query, &uuids(chunk));
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn release(conn: &mut Conn, ids: &[EventId], due_at: Instant) -> Result<(), StoreError> {
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new("UPDATE outbox SET due_at = ");
        query.push_bind(At(due_at)).push(" WHERE published_at IS NULL AND id");
        dialect::one_of(&mut query, &uuids(chunk));
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn release_all(conn: &mut Conn) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE outbox SET due_at = $1 WHERE published_at IS NULL AND attempts > 0 AND due_at > $1")
        .bind(AT_ONCE)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(super) async fn republish_since(conn: &mut Conn, since: Instant) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE outbox SET published_at = NULL, due_at = $1 WHERE published_at >= $2")
        .bind(AT_ONCE)
        .bind(At(since))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(super) async fn republish(conn: &mut Conn, id: EventId) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET published_at = NULL, due_at = $1 WHERE id = $2")
        .bind(AT_ONCE)
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn prune(conn: &mut Conn, before: Instant) -> Result<u64, StoreError> {
    let outbox = sqlx::query("DELETE FROM outbox WHERE published_at < $1").bind(At(before)).execute(&mut *conn).await?;
    let inbox = sqlx::query("DELETE FROM inbox WHERE received_at < $1").bind(At(before)).execute(conn).await?;
    Ok(outbox.rows_affected() + inbox.rows_affected())
}

pub(super) async fn receive(conn: &mut Conn, consumer: &str, event: EventId, now: Instant) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO inbox (consumer, event_id, received_at) VALUES ($1, $2, $3) \
         ON CONFLICT (consumer, event_id) DO NOTHING",
    )
    .bind(consumer)
    .bind(event.uuid())
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn bury(conn: &mut Conn, letter: &DeadLetter) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO dead_letters (consumer, event_id, event, error, failed_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (consumer, event_id) DO UPDATE SET error = excluded.error, failed_at = excluded.failed_at",
    )
    .bind(&letter.consumer)
    .bind(letter.event.id.uuid())
    .bind(serde_json::to_string(&letter.event)?)
    .bind(&letter.error)
    .bind(At(letter.failed_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn exhume(conn: &mut Conn, consumer: &str, event: EventId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM dead_letters WHERE consumer = $1 AND event_id = $2")
        .bind(consumer)
        .bind(event.uuid())
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn dead_letters(conn: &mut Conn, limit: i64) -> Result<Vec<DeadLetter>, StoreError> {
    let rows =
        sqlx::query("SELECT consumer, event, error, failed_at FROM dead_letters ORDER BY failed_at DESC LIMIT $1")
            .bind(limit)
            .fetch_all(conn)
            .await?;
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        letters.push(DeadLetter {
            consumer: row.try_get("consumer")?,
            event: serde_json::from_str(&row.try_get::<String, _>("event")?)?,
            error: row.try_get("error")?,
            failed_at: row.try_get::<At, _>("failed_at")?.0,
        });
    }
    Ok(letters)
}

pub(super) async fn somebody_waits(conn: &mut Conn, least: Pace) -> Result<bool, StoreError> {
    let first: Option<i64> = sqlx::query_scalar(
        "SELECT rank FROM outbox WHERE published_at IS NULL AND rank <= $1 AND attempts < 2 LIMIT 1",
    )
    .bind(least.rank())
    .fetch_optional(conn)
    .await?;
    Ok(first.is_some())
}

pub(super) async fn backlog(conn: &mut Conn) -> Result<Backlog, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM outbox WHERE published_at IS NULL) AS outbox, \
         (SELECT COUNT(*) FROM dead_letters) AS dead_letters, \
         (SELECT COUNT(*) FROM messages WHERE status = 'queued') AS messages",
    )
    .fetch_one(conn)
    .await?;
    Ok(Backlog {
        outbox: row.try_get("outbox")?,
        dead_letters: row.try_get("dead_letters")?,
        messages: row.try_get("messages")?,
    })
}
