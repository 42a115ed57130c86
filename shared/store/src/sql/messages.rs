//! Messages to people, sealed: who is written to and what is nobody's business who reads the table.

use serde::{Deserialize, Serialize};
use shared::bilingual::Lang;
use shared::ids::{MessageId, PersonId};
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow, dialect};
use crate::columns::At;
use crate::error::{StoreError, inconsistent};
use crate::keys::Keys;
use crate::outbox::{NewMessage, StoredMessage};
use crate::runtime::system_random;

#[derive(Serialize, Deserialize)]
struct Content {
    subject: Option<String>,
    text: String,
}

pub(super) async fn lock_recipient(conn: &mut Conn, keys: &Keys, recipient: &str) -> Result<(), StoreError> {
    dialect::lock(conn, keys.lock_number(&format!("recipient:{recipient}"))).await
}

pub(super) async fn queue(
    conn: &mut Conn,
    keys: &Keys,
    message: &NewMessage,
    now: Instant,
) -> Result<bool, StoreError> {
    let uuid = message.id.uuid();
    let owner = uuid.as_bytes();
    let content = Content { subject: message.subject.clone(), text: message.text.clone() };
    let random = &mut system_random();
    let done = sqlx::query(
        "INSERT INTO messages (id, idempotency_key, channel, template, lang, recipient_sealed, recipient_index, \
         content_sealed, person_id, status, attempts, created_at, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, $10, $10) ON CONFLICT (idempotency_key) DO NOTHING",
    )
    .bind(uuid)
    .bind(&message.idempotency_key)
    .bind(&message.channel)
    .bind(&message.template)
    .bind(message.lang.tag())
    .bind(keys.sealer.seal("recipient", owner, message.recipient.as_bytes(), random))
    .bind(keys.sealer.blind("recipient", &message.recipient))
    .bind(keys.sealer.seal("content", owner, &serde_json::to_vec(&content)?, random))
    .bind(message.person_id.map(PersonId::uuid))
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

const COLUMNS: &str = "id, idempotency_key, channel, template, lang, recipient_sealed, content_sealed, person_id, status, \
                       attempts, created_at, sent_at";

pub(super) async fn claim(
    conn: &mut Conn,
    keys: &Keys,
    now: Instant,
    lease_until: Instant,
    limit: i64,
) -> Result<Vec<StoredMessage>, StoreError> {
    // MATERIALIZED for the same reason as the claim of events.
    let mut query = QueryBuilder::<Db>::new(
        "WITH due AS MATERIALIZED (SELECT id FROM messages WHERE status = 'queued' AND due_at <= ",
    );
    query.push_bind(At(now));
    query.push(" ORDER BY due_at, id LIMIT ").push_bind(limit).push(dialect::SKIP_LOCKED);
    query.push(") UPDATE messages SET attempts = attempts + 1, due_at = ").push_bind(At(lease_until));
    query.push(" WHERE id IN (SELECT id FROM due) RETURNING ").push(COLUMNS);
    let rows = query.build().fetch_all(conn).await?;
    let mut claimed = rows.iter().map(|row| stored(row, keys)).collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|stored| (stored.created_at, stored.message.id));
    Ok(claimed)
}

pub(super) async fn settle(
    conn: &mut Conn,
    id: MessageId,
    status: &str,
    error: Option<&str>,
    due_at: Instant,
    now: Instant,
) -> Result<(), StoreError> {
    let sent_at = (status == "sent").then_some(At(now));
    sqlx::query("UPDATE messages SET status = $1, error = $2, due_at = $3, sent_at = $4 WHERE id = $5")
        .bind(status)
        .bind(error)
        .bind(At(due_at))
        .bind(sent_at)
        .bind(id.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn list(
    conn: &mut Conn,
    keys: &Keys,
    recipient: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredMessage>, StoreError> {
    let mut query = QueryBuilder::<Db>::new("SELECT ");
    query.push(COLUMNS).push(" FROM messages");
    if let Some(recipient) = recipient {
        query.push(" WHERE recipient_index = ").push_bind(keys.sealer.blind("recipient", recipient));
    }
    query.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
    let rows = query.build().fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, keys)).collect()
}

pub(super) async fn told(
    conn: &mut Conn,
    people: &[PersonId],
    template: &str,
    since: Instant,
) -> Result<Vec<(PersonId, Instant)>, StoreError> {
    let mut found = Vec::new();
    for chunk in people.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT person_id, MIN(sent_at) AS sent_at FROM messages WHERE sent_at IS NOT NULL AND template = ",
        );
        query.push_bind(template.to_owned()).push(" AND created_at >= ").push_bind(At(since));
        query.push(" AND person_id IN (");
        let mut list = query.separated(", ");
        for person in chunk {
            list.push_bind(person.uuid());
        }
        query.push(") GROUP BY person_id");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            let person = PersonId::from_uuid(row.try_get("person_id")?);
            found.push((person, row.try_get::<At, _>("sent_at")?.0));
        }
    }
    Ok(found)
}

pub(super) async fn told_by(
    conn: &mut Conn,
    people: &[PersonId],
    template: &str,
    since: Instant,
) -> Result<Vec<(PersonId, Instant, String)>, StoreError> {
    let mut found = Vec::new();
    for chunk in people.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT person_id, channel, MIN(sent_at) AS sent_at FROM messages WHERE sent_at IS NOT NULL \
             AND template = ",
        );
        query.push_bind(template.to_owned()).push(" AND created_at >= ").push_bind(At(since));
        query.push(" AND person_id IN (");
        let mut list = query.separated(", ");
        for person in chunk {
            list.push_bind(person.uuid());
        }
        query.push(") GROUP BY person_id, channel");
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            let person = PersonId::from_uuid(row.try_get("person_id")?);
            found.push((person, row.try_get::<At, _>("sent_at")?.0, row.try_get("channel")?));
        }
    }
    found.sort_by_key(|(_, at, _)| *at);
    Ok(found)
}

fn stored(row: &DbRow, keys: &Keys) -> Result<StoredMessage, StoreError> {
    let id: Uuid = row.try_get("id")?;
    let owner = id.as_bytes();
    let content = keys.sealer.open("content", owner, &row.try_get::<Vec<u8>, _>("content_sealed")?)?;
    let content: Content = serde_json::from_slice(&content)?;
    let lang: String = row.try_get("lang")?;
    Ok(StoredMessage {
        message: NewMessage {
            id: MessageId::from_uuid(id),
            idempotency_key: row.try_get("idempotency_key")?,
            channel: row.try_get("channel")?,
            template: row.try_get("template")?,
            lang: Lang::from_tag(&lang).ok_or_else(|| inconsistent("messages", "lang"))?,
            recipient: keys.sealer.open_text("recipient", owner, &row.try_get::<Vec<u8>, _>("recipient_sealed")?)?,
            subject: content.subject,
            text: content.text,
            person_id: row.try_get::<Option<Uuid>, _>("person_id")?.map(PersonId::from_uuid),
        },
        status: row.try_get("status")?,
        attempts: row.try_get("attempts")?,
        created_at: row.try_get::<At, _>("created_at")?.0,
        sent_at: row.try_get::<Option<At>, _>("sent_at")?.map(|at| at.0),
    })
}
