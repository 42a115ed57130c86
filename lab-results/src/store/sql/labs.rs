//! What is registered of laboratories, and the keys of their programs.

use shared::ids::AccountId;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row};
use crate::store::citizens::{ApiKey, Conduct, Registration};

pub(super) async fn registration(conn: &mut Conn, code: &str) -> Result<Option<Registration>, StoreError> {
    let row = sqlx::query(
        "SELECT code, phone, licence_no, licensed_until, kinds, active, registered_by, created_at, updated_at \
         FROM lab_registrations WHERE code = $1",
    )
    .bind(code)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let kinds: String = row.try_get("kinds")?;
    Ok(Some(Registration {
        code: row.try_get("code")?,
        phone: row.try_get("phone")?,
        licence_no: row.try_get("licence_no")?,
        licensed_until: row.try_get::<Option<Day>, _>("licensed_until")?.map(|day| day.0),
        kinds: kinds.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        active: row.try_get("active")?,
        registered_by: row.try_get::<Option<Uuid>, _>("registered_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
        updated_at: row.try_get::<At, _>("updated_at")?.0,
    }))
}

pub(super) async fn put(conn: &mut Conn, registration: &Registration) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lab_registrations (code, phone, licence_no, licensed_until, kinds, active, registered_by, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (code) DO UPDATE SET phone = excluded.phone, licence_no = excluded.licence_no, \
         licensed_until = excluded.licensed_until, kinds = excluded.kinds, active = excluded.active, \
         registered_by = excluded.registered_by, updated_at = excluded.updated_at",
    )
    .bind(&registration.code)
    .bind(&registration.phone)
    .bind(&registration.licence_no)
    .bind(registration.licensed_until.map(Day))
    .bind(registration.kinds.join(","))
    .bind(registration.active)
    .bind(registration.registered_by.map(AccountId::uuid))
    .bind(At(registration.created_at))
    .bind(At(registration.updated_at))
    .execute(conn)
    .await?;
    Ok(())
}

macro_rules! key_columns {
    () => {
        "SELECT id, lab_code, label, hint, token_hash, account_id, created_by, created_at, revoked_at FROM lab_api_keys"
    };
}

pub(super) async fn insert_key(conn: &mut Conn, key: &ApiKey) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO lab_api_keys (id, lab_code, label, hint, token_hash, account_id, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (token_hash) DO NOTHING",
    )
    .bind(key.id)
    .bind(&key.lab_code)
    .bind(&key.label)
    .bind(&key.hint)
    .bind(&key.token_hash)
    .bind(key.account_id.uuid())
    .bind(key.created_by.map(AccountId::uuid))
    .bind(At(key.created_at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn revoke_key(conn: &mut Conn, id: Uuid, now: Instant) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE lab_api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(At(now))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn keys(conn: &mut Conn, lab_code: &str) -> Result<Vec<ApiKey>, StoreError> {
    let rows = sqlx::query(concat!(key_columns!(), " WHERE lab_code = $1 ORDER BY created_at DESC, id"))
        .bind(lab_code)
        .fetch_all(conn)
        .await?;
    rows.iter().map(key).collect()
}

pub(super) async fn one_key(conn: &mut Conn, id: Uuid) -> Result<Option<ApiKey>, StoreError> {
    let row = sqlx::query(concat!(key_columns!(), " WHERE id = $1")).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(key).transpose()
}

fn key(row: &Row) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.try_get("id")?,
        lab_code: row.try_get("lab_code")?,
        label: row.try_get("label")?,
        hint: row.try_get("hint")?,
        token_hash: row.try_get("token_hash")?,
        account_id: AccountId::from_uuid(row.try_get("account_id")?),
        created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
        revoked_at: row.try_get::<Option<At>, _>("revoked_at")?.map(|at| at.0),
    })
}

pub(super) async fn conduct(conn: &mut Conn, lab_code: &str, since: Instant) -> Result<Conduct, StoreError> {
    // A message counts once, however often it is sent and however many tests it tells of; what a pool said of its members
    // is no message of anybody's.
    let row = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM lab_results r WHERE r.lab_code = $1 AND r.created_at >= $2 \
         AND r.accession NOT LIKE '%/' || r.loinc AND (r.state = 'released' OR r.person_id IS NULL AND EXISTS (SELECT 1 FROM lab_pools p \
         WHERE p.specimen_id = r.specimen_id)) AND NOT EXISTS (SELECT 1 FROM lab_pool_members m \
         WHERE m.pool_id = r.specimen_id AND m.result_id = r.id)) AS good, \
         (SELECT CAST(COALESCE(SUM(rejected), 0) AS BIGINT) FROM lab_uploads \
         WHERE lab_code = $1 AND created_at >= $2) AS bad",
    )
    .bind(lab_code)
    .bind(At(since))
    .fetch_one(conn)
    .await?;
    Ok(Conduct { good: row.try_get("good")?, bad: row.try_get("bad")? })
}
