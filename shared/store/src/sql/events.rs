//! Outbox, inbox and dead letters.

use shared::event::CloudEvent;
use shared::ids::EventId;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};

use super::super::{Conn, Db, dialect};
use crate::columns::At;
use crate::error::StoreError;
use crate::outbox::{Backlog, Claimed, DeadLetter, LATER, OutboxRow, SOON};

pub(super) async fn append(conn: &mut Conn, event: &CloudEvent) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outbox (id, kind, event, created_at, attempts) VALUES ($1, $2, $3, $4, 0)")
        .bind(event.id.uuid())
        .bind(&event.kind)
        .bind(serde_json::to_string(event)?)
        .bind(At(event.time))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn append_many(conn: &mut Conn, events: &[CloudEvent]) -> Result<(), StoreError> {
    insert(conn, events, SOON, None).await
}

pub(super) async fn append_later(
    conn: &mut Conn,
    events: &[CloudEvent],
    not_before: Option<Instant>,
) -> Result<(), StoreError> {
    insert(conn, events, LATER, not_before.map(At)).await
}

async fn insert(conn: &mut Conn, events: &[CloudEvent], rank: i64, not_before: Option<At>) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let (text, created_at) = (serde_json::to_string(event)?, At(event.time));
        rows.push(OutboxRow { id: event.id.uuid(), kind: event.kind.clone(), text, created_at, rank, not_before });
    }
    dialect::insert_outbox(conn, &rows).await
}

pub(super) async fn claim(
    conn: &mut Conn,
    now: Instant,
    lease_until: Instant,
    limit: i64,
) -> Result<Vec<Claimed>, StoreError> {
    // MATERIALIZED: the planner may run a plain subquery with LIMIT more than once, and would claim more than the limit.
    let mut query = QueryBuilder::<Db>::new(
        "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE published_at IS NULL \
         AND (claimed_until IS NULL OR claimed_until < ",
    );
    query.push_bind(At(now)).push(") ORDER BY rank, created_at, id LIMIT ").push_bind(limit).push(dialect::SKIP_LOCKED);
    query.push(") UPDATE outbox SET attempts = attempts + 1, claimed_until = ").push_bind(At(lease_until));
    query.push(" WHERE id IN (SELECT id FROM due) RETURNING event, attempts");
    let rows = query.build().fetch_all(conn).await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in rows {
        let event: CloudEvent = serde_json::from_str(&row.try_get::<String, _>("event")?)?;
        claimed.push(Claimed { event, attempts: row.try_get("attempts")? });
    }
    claimed.sort_by_key(|c| (c.event.time, c.event.id));
    Ok(claimed)
}

pub(super) async fn mark_published(conn: &mut Conn, ids: &[EventId], now: Instant) -> Result<(), StoreError> {
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new("UPDATE outbox SET claimed_until = NULL, published_at = ");
        query.push_bind(At(now)).push(" WHERE id IN (");
        let mut list = query.separated(", ");
        for id in chunk {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn release(conn: &mut Conn, ids: &[EventId], due_at: Instant) -> Result<(), StoreError> {
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new("UPDATE outbox SET claimed_until = ");
        query.push_bind(At(due_at)).push(" WHERE published_at IS NULL AND id IN (");
        let mut list = query.separated(", ");
        for id in chunk {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn release_all(conn: &mut Conn) -> Result<u64, StoreError> {
    let done =
        sqlx::query("UPDATE outbox SET claimed_until = NULL WHERE published_at IS NULL AND claimed_until IS NOT NULL")
            .execute(conn)
            .await?;
    Ok(done.rows_affected())
}

pub(super) async fn republish_since(conn: &mut Conn, since: Instant) -> Result<u64, StoreError> {
    let done = sqlx::query("UPDATE outbox SET published_at = NULL, claimed_until = NULL WHERE published_at >= $1")
        .bind(At(since))
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(super) async fn republish(conn: &mut Conn, id: EventId) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET published_at = NULL, claimed_until = NULL WHERE id = $1")
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

pub(super) async fn somebody_waits(conn: &mut Conn) -> Result<bool, StoreError> {
    let first: Option<i64> = sqlx::query_scalar(
        "SELECT rank FROM outbox WHERE published_at IS NULL AND rank = $1 AND attempts < 2 ORDER BY created_at LIMIT 1",
    )
    .bind(SOON)
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
