//! Accounts, sessions and one-time codes.

use shared::access::{Account, AreaScope};
use shared::ids::{AccountId, PersonId, SessionId};
use shared::time::Instant;
use sqlx::Row;
use uuid::Uuid;

use super::super::{Conn, Row as DbRow};
use crate::columns::At;
use crate::error::{StoreError, inconsistent};
use crate::people::{Session, SessionKind, SessionOwner, StoredAccount};

macro_rules! account_columns {
    () => {
        "SELECT id, username, display_name, password_hash, roles, area_code, lab_code, active FROM accounts"
    };
}

pub(super) async fn account_by_username(conn: &mut Conn, username: &str) -> Result<Option<StoredAccount>, StoreError> {
    let row =
        sqlx::query(concat!(account_columns!(), " WHERE username = $1")).bind(username).fetch_optional(conn).await?;
    row.as_ref().map(stored_account).transpose()
}

pub(super) async fn account(conn: &mut Conn, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
    let row = sqlx::query(concat!(account_columns!(), " WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await?;
    row.as_ref().map(stored_account).transpose()
}

pub(super) async fn accounts(conn: &mut Conn) -> Result<Vec<StoredAccount>, StoreError> {
    let rows = sqlx::query(concat!(account_columns!(), " ORDER BY username")).fetch_all(conn).await?;
    rows.iter().map(stored_account).collect()
}

fn stored_account(row: &DbRow) -> Result<StoredAccount, StoreError> {
    let area: String = row.try_get("area_code")?;
    Ok(StoredAccount {
        account: Account {
            id: AccountId::from_uuid(row.try_get("id")?),
            username: row.try_get("username")?,
            display_name: row.try_get("display_name")?,
            roles: serde_json::from_str(&row.try_get::<String, _>("roles")?)?,
            area: AreaScope::from_code(&area).ok_or_else(|| inconsistent("accounts", "area_code"))?,
            lab_code: row.try_get("lab_code")?,
        },
        password_hash: row.try_get("password_hash")?,
        active: row.try_get("active")?,
    })
}

pub(super) async fn put_account(conn: &mut Conn, stored: &StoredAccount, now: Instant) -> Result<(), StoreError> {
    let account = &stored.account;
    sqlx::query(
        "INSERT INTO accounts (id, username, display_name, password_hash, roles, area_code, lab_code, active, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO UPDATE SET \
         display_name = excluded.display_name, password_hash = excluded.password_hash, roles = excluded.roles, \
         area_code = excluded.area_code, lab_code = excluded.lab_code, active = excluded.active",
    )
    .bind(account.id.uuid())
    .bind(&account.username)
    .bind(&account.display_name)
    .bind(&stored.password_hash)
    .bind(serde_json::to_string(&account.roles)?)
    .bind(account.area.code())
    .bind(&account.lab_code)
    .bind(stored.active)
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn session(conn: &mut Conn, token_hash: &[u8], now: Instant) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query(
        "SELECT id, kind, account_id, person_id, expires_at FROM sessions \
         WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2",
    )
    .bind(token_hash)
    .bind(At(now))
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let account: Option<Uuid> = row.try_get("account_id")?;
    let person: Option<Uuid> = row.try_get("person_id")?;
    let owner = match (account, person) {
        (Some(id), None) => SessionOwner::Account(AccountId::from_uuid(id)),
        (None, Some(id)) => SessionOwner::Person(PersonId::from_uuid(id)),
        _ => return Err(inconsistent("sessions", "account_id")),
    };
    let kind = match row.try_get::<String, _>("kind")?.as_str() {
        "cookie" => SessionKind::Cookie,
        "bearer" => SessionKind::Bearer,
        _ => return Err(inconsistent("sessions", "kind")),
    };
    Ok(Some(Session {
        id: SessionId::from_uuid(row.try_get("id")?),
        owner,
        kind,
        expires_at: row.try_get::<At, _>("expires_at")?.0,
    }))
}

pub(super) async fn insert_session(
    conn: &mut Conn,
    session: &Session,
    token_hash: &[u8],
    now: Instant,
) -> Result<(), StoreError> {
    let (account, person) = match session.owner {
        SessionOwner::Account(id) => (Some(id.uuid()), None),
        SessionOwner::Person(id) => (None, Some(id.uuid())),
    };
    sqlx::query(
        "INSERT INTO sessions (id, token_hash, kind, account_id, person_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(session.id.uuid())
    .bind(token_hash)
    .bind(session.kind.code())
    .bind(account)
    .bind(person)
    .bind(At(now))
    .bind(At(session.expires_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn revoke_session(conn: &mut Conn, token_hash: &[u8], now: Instant) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET revoked_at = $1 WHERE token_hash = $2 AND revoked_at IS NULL")
        .bind(At(now))
        .bind(token_hash)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn end_sessions(conn: &mut Conn, username: &str, now: Instant) -> Result<u64, StoreError> {
    let ended = sqlx::query(
        "UPDATE sessions SET revoked_at = $1 WHERE revoked_at IS NULL \
         AND account_id = (SELECT id FROM accounts WHERE username = $2)",
    )
    .bind(At(now))
    .bind(username)
    .execute(conn)
    .await?;
    Ok(ended.rows_affected())
}

pub(super) async fn insert_code(
    conn: &mut Conn,
    id: Uuid,
    purpose: &str,
    subject: &str,
    code_hash: &[u8],
    now: Instant,
    expires_at: Instant,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO one_time_codes (id, purpose, subject, code_hash, attempts, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6)",
    )
    .bind(id)
    .bind(purpose)
    .bind(subject)
    .bind(code_hash)
    .bind(At(now))
    .bind(At(expires_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn codes_since(
    conn: &mut Conn,
    purpose: &str,
    subject: &str,
    since: Instant,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM one_time_codes WHERE purpose = $1 AND subject = $2 AND created_at >= $3",
    )
    .bind(purpose)
    .bind(subject)
    .bind(At(since))
    .fetch_one(conn)
    .await?)
}

pub(super) async fn try_code(
    conn: &mut Conn,
    purpose: &str,
    subject: &str,
    code_hash: &[u8],
    now: Instant,
    max_attempts: i64,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "UPDATE one_time_codes SET attempts = attempts + 1 WHERE id = (SELECT id FROM one_time_codes \
         WHERE purpose = $1 AND subject = $2 AND used_at IS NULL AND expires_at > $3 \
         ORDER BY created_at DESC, id DESC LIMIT 1) \
         AND used_at IS NULL AND attempts < $4 RETURNING code_hash",
    )
    .bind(purpose)
    .bind(subject)
    .bind(At(now))
    .bind(max_attempts)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let stored: Vec<u8> = row.try_get("code_hash")?;
    if !bool::from(subtle::ConstantTimeEq::ct_eq(stored.as_slice(), code_hash)) {
        return Ok(false);
    }
    // The older codes that were asked for before go with it: one of them may lie in another pocket.
    sqlx::query("UPDATE one_time_codes SET used_at = $1 WHERE purpose = $2 AND subject = $3 AND used_at IS NULL")
        .bind(At(now))
        .bind(purpose)
        .bind(subject)
        .execute(conn)
        .await?;
    Ok(true)
}
