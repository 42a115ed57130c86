//! Laboratories.

use shared_store::StoreError;
use sqlx::Row as _;

use super::{Conn, Row};
use crate::store::model::Laboratory;

pub(super) async fn one(conn: &mut Conn, code: &str) -> Result<Option<Laboratory>, StoreError> {
    let row = sqlx::query("SELECT code, name, ward_code FROM lab_laboratories WHERE code = $1")
        .bind(code)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn all(conn: &mut Conn) -> Result<Vec<Laboratory>, StoreError> {
    let rows = sqlx::query("SELECT code, name, ward_code FROM lab_laboratories ORDER BY code").fetch_all(conn).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn put(conn: &mut Conn, laboratory: &Laboratory) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lab_laboratories (code, name, ward_code) VALUES ($1, $2, $3) \
         ON CONFLICT (code) DO UPDATE SET name = excluded.name, ward_code = excluded.ward_code",
    )
    .bind(&laboratory.code)
    .bind(&laboratory.name)
    .bind(&laboratory.ward_code)
    .execute(conn)
    .await?;
    Ok(())
}

fn stored(row: &Row) -> Result<Laboratory, StoreError> {
    Ok(Laboratory { code: row.try_get("code")?, name: row.try_get("name")?, ward_code: row.try_get("ward_code")? })
}
