//! Second factors of accounts.

use shared::ids::AccountId;
use shared::time::Instant;
use sqlx::Row;

use super::super::Conn;
use crate::columns::At;
use crate::error::StoreError;
use crate::keys::Keys;
use crate::people::SecondFactor;
use crate::runtime::system_random;

/// The name that a secret is sealed under.
const FIELD: &str = "second_factor";

pub(super) async fn find(conn: &mut Conn, keys: &Keys, account: AccountId) -> Result<Option<SecondFactor>, StoreError> {
    let row = sqlx::query(
        "SELECT secret_sealed, confirmed_at, last_step, tries, tries_from FROM second_factors WHERE account_id = $1",
    )
    .bind(account.uuid())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.try_get("secret_sealed")?;
    Ok(Some(SecondFactor {
        secret: keys.sealer.open(FIELD, account.uuid().as_bytes(), &sealed)?,
        confirmed: row.try_get::<Option<At>, _>("confirmed_at")?.is_some(),
        last_step: row.try_get("last_step")?,
        tries: row.try_get("tries")?,
        tries_from: row.try_get::<At, _>("tries_from")?.0,
    }))
}

/// One that is confirmed stays as it is.
pub(super) async fn put(
    conn: &mut Conn,
    keys: &Keys,
    account: AccountId,
    secret: &[u8],
    now: Instant,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO second_factors (account_id, secret_sealed, created_at, last_step, tries, tries_from) \
         VALUES ($1, $2, $3, 0, 0, $3) ON CONFLICT (account_id) DO UPDATE SET \
         secret_sealed = excluded.secret_sealed, created_at = excluded.created_at, tries = 0 \
         WHERE second_factors.confirmed_at IS NULL",
    )
    .bind(account.uuid())
    .bind(keys.sealer.seal(FIELD, account.uuid().as_bytes(), secret, &mut system_random()))
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn take(conn: &mut Conn, account: AccountId, step: i64, now: Instant) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE second_factors SET last_step = $2, tries = 0, confirmed_at = COALESCE(confirmed_at, $3) \
         WHERE account_id = $1 AND last_step < $2",
    )
    .bind(account.uuid())
    .bind(step)
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn miss(
    conn: &mut Conn,
    account: AccountId,
    now: Instant,
    forgotten: Instant,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE second_factors SET tries = CASE WHEN tries_from <= $2 THEN 1 ELSE tries + 1 END, \
         tries_from = CASE WHEN tries_from <= $2 THEN $3 ELSE tries_from END WHERE account_id = $1",
    )
    .bind(account.uuid())
    .bind(At(forgotten))
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn remove(conn: &mut Conn, account: AccountId) -> Result<bool, StoreError> {
    let done =
        sqlx::query("DELETE FROM second_factors WHERE account_id = $1").bind(account.uuid()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}
