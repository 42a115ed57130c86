//! What a laboratory's own words mean.

use shared::ids::AccountId;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::Row as _;

use super::Conn;
use crate::domain::message::MappingKind;
use crate::store::model::MappedWord;

pub(super) async fn all(conn: &mut Conn, lab_code: &str) -> Result<Vec<MappedWord>, StoreError> {
    let rows =
        sqlx::query("SELECT kind, local, target FROM lab_mappings WHERE lab_code = $1 ORDER BY kind, local LIMIT 5000")
            .bind(lab_code)
            .fetch_all(conn)
            .await?;
    rows.iter()
        .map(|row| {
            let kind =
                MappingKind::from_code(row.try_get("kind")?).ok_or_else(|| inconsistent("lab_mappings", "kind"))?;
            Ok(MappedWord { kind, local: row.try_get("local")?, target: row.try_get("target")? })
        })
        .collect()
}

pub(super) async fn put(
    conn: &mut Conn,
    lab_code: &str,
    word: &MappedWord,
    by: Option<AccountId>,
    now: Instant,
) -> Result<(), StoreError> {
    if word.target.is_empty() {
        sqlx::query("DELETE FROM lab_mappings WHERE lab_code = $1 AND kind = $2 AND local = $3")
            .bind(lab_code)
            .bind(word.kind.code())
            .bind(&word.local)
            .execute(conn)
            .await?;
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO lab_mappings (lab_code, kind, local, target, updated_by, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (lab_code, kind, local) DO UPDATE SET target = excluded.target, \
         updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    )
    .bind(lab_code)
    .bind(word.kind.code())
    .bind(&word.local)
    .bind(&word.target)
    .bind(by.map(AccountId::uuid))
    .bind(At(now))
    .execute(conn)
    .await?;
    Ok(())
}
