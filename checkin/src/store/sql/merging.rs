//! Rows of two records that turned out to be one person.

use shared::ids::PersonId;
use shared_store::StoreError;
use sqlx::AssertSqlSafe;

use super::Conn;

/// Lets the rows of a table with one row a case and person be those of the record that is kept; where both have one of a case, the
/// kept record's stays.
pub(super) async fn move_rows(
    conn: &mut Conn,
    table: &'static str,
    kept: PersonId,
    other: PersonId,
) -> Result<(), StoreError> {
    let update = format!(
        "UPDATE {table} SET person_id = $1 WHERE person_id = $2 AND NOT EXISTS (\
         SELECT 1 FROM {table} k WHERE k.person_id = $1 AND k.case_id = {table}.case_id)"
    );
    sqlx::query(AssertSqlSafe(update)).bind(kept.uuid()).bind(other.uuid()).execute(&mut *conn).await?;
    let delete = format!("DELETE FROM {table} WHERE person_id = $1");
    sqlx::query(AssertSqlSafe(delete)).bind(other.uuid()).execute(conn).await?;
    Ok(())
}
