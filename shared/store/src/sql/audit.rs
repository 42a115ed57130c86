//! The audit log and its chain.

use std::collections::BTreeSet;

use shared::ids::{AuditId, PersonId};
use shared::random::Random;
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow, dialect};
use crate::audit::{AuditEntry, AuditLine, AuditRow, GENESIS, Head, LinkRow, link};
use crate::columns::At;
use crate::error::{StoreError, inconsistent};
use crate::keys::Keys;

/// The number that the sealer of the chain takes, so that one process at a time extends it.
const LOCK: i64 = 0x616e_7461_6d00_0002;

pub(super) async fn append_all(
    conn: &mut Conn,
    entries: &[AuditEntry],
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<AuditRow> = entries.iter().map(|entry| row_of(entry, now, random)).collect();
    // Lines of one instant stand in the chain by their ids, which are random below the millisecond: as they were written.
    let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    ids.sort_unstable();
    for (row, id) in rows.iter_mut().zip(ids) {
        row.id = id;
    }
    dialect::insert_audit(conn, &rows).await
}

fn row_of(entry: &AuditEntry, now: Instant, random: &mut dyn Random) -> AuditRow {
    AuditRow {
        id: AuditId::new(now, random).uuid(),
        at: At(now),
        service: entry.service,
        actor: entry.actor.code(),
        action: entry.action,
        subject: entry.subject.clone(),
        detail: entry.detail.to_string(),
        request_id: entry.request_id.clone(),
    }
}

pub(super) async fn append_of_many(
    conn: &mut Conn,
    entry: &AuditEntry,
    people: &[PersonId],
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    let row = row_of(entry, now, random);
    let people: BTreeSet<Uuid> = people.iter().map(|person| person.uuid()).collect();
    dialect::insert_audit(&mut *conn, std::slice::from_ref(&row)).await?;
    dialect::insert_audit_people(conn, row.id, &people.into_iter().collect::<Vec<_>>()).await
}

pub(super) async fn head(conn: &mut Conn) -> Result<Head, StoreError> {
    let row = sqlx::query("SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1").fetch_optional(conn).await?;
    match row {
        None => Ok(Head { seq: 0, hash: GENESIS }),
        Some(row) => {
            let hash: Vec<u8> = row.try_get("hash")?;
            let hash = hash.try_into().map_err(|_| inconsistent("audit_chain", "hash"))?;
            Ok(Head { seq: row.try_get("seq")?, hash })
        }
    }
}

pub(super) async fn extend(conn: &mut Conn, keys: &Keys, limit: i64) -> Result<Option<Head>, StoreError> {
    if !dialect::try_lock(conn, LOCK).await? {
        return Ok(None);
    }
    let mut end = head(conn).await?;
    let rows = sqlx::query(
        "SELECT l.id, l.at, l.service, l.actor, l.action, l.subject, l.detail, l.request_id \
         FROM audit_pending p JOIN audit_log l ON l.id = p.audit_id ORDER BY p.audit_id LIMIT $1",
    )
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let mut links = Vec::with_capacity(rows.len());
    for row in &rows {
        let line = line(row)?;
        end = Head { seq: end.seq + 1, hash: link(&keys.audit, &end.hash, &line) };
        links.push(LinkRow { seq: end.seq, audit_id: line.id.uuid(), hash: end.hash.to_vec() });
    }
    for chunk in links.chunks(500) {
        dialect::insert_links(&mut *conn, chunk).await?;
        let mut delete = QueryBuilder::<Db>::new("DELETE FROM audit_pending WHERE audit_id");
        dialect::one_of(&mut delete, &chunk.iter().map(|link| link.audit_id).collect::<Vec<_>>());
        delete.build().execute(&mut *conn).await?;
    }
    Ok(Some(end))
}

pub(super) async fn chain(
    conn: &mut Conn,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, AuditLine, Vec<u8>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.seq, c.hash, l.id, l.at, l.service, l.actor, l.action, l.subject, l.detail, l.request_id \
         FROM audit_chain c JOIN audit_log l ON l.id = c.audit_id WHERE c.seq > $1 ORDER BY c.seq LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("seq")?, line(row)?, row.try_get("hash")?))).collect()
}

pub(super) async fn counts(conn: &mut Conn) -> Result<(i64, i64, i64), StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM audit_log) AS lines, (SELECT COUNT(*) FROM audit_chain) AS chained, \
         (SELECT COUNT(*) FROM audit_pending) AS waiting",
    )
    .fetch_one(conn)
    .await?;
    Ok((row.try_get("lines")?, row.try_get("chained")?, row.try_get("waiting")?))
}

pub(super) async fn lines(
    conn: &mut Conn,
    subject: Option<&str>,
    actor: Option<&str>,
    limit: i64,
) -> Result<Vec<AuditLine>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(
        "SELECT id, at, service, actor, action, subject, detail, request_id FROM audit_log WHERE 1 = 1",
    );
    if let Some(subject) = subject {
        query.push(" AND id IN (SELECT id FROM audit_log WHERE subject = ").push_bind(subject.to_owned());
        if let Some(person) = subject.strip_prefix("person:").and_then(|id| id.parse::<Uuid>().ok()) {
            query.push(" UNION SELECT audit_id FROM audit_people WHERE person_id = ").push_bind(person);
        }
        query.push(")");
    }
    if let Some(actor) = actor {
        query.push(" AND actor = ").push_bind(actor.to_owned());
    }
    query.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(limit);
    let rows = query.build().fetch_all(conn).await?;
    rows.iter().map(line).collect()
}

fn line(row: &DbRow) -> Result<AuditLine, StoreError> {
    Ok(AuditLine {
        id: AuditId::from_uuid(row.try_get("id")?),
        at: row.try_get::<At, _>("at")?.0,
        service: row.try_get("service")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        request_id: row.try_get("request_id")?,
    })
}
