//! What is still to undo.

use shared::ids::{AccountId, PersonId, ResultId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row};
use crate::domain::undo::UndoKind;
use crate::store::citizens::Undo;

macro_rules! undo_columns {
    () => {
        "SELECT id, result_id, version, lab_code, person_id, kind, created_at, done_at, done_by, note FROM lab_undo"
    };
}

pub(super) async fn add(conn: &mut Conn, tasks: &[Undo]) -> Result<(), StoreError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::<Db>::new(
        "INSERT INTO lab_undo (id, result_id, version, lab_code, person_id, kind, created_at, note) ",
    );
    query.push_values(tasks, |mut row, task| {
        row.push_bind(task.id)
            .push_bind(task.result_id.uuid())
            .push_bind(task.version)
            .push_bind(task.lab_code.clone())
            .push_bind(task.person_id.uuid())
            .push_bind(task.kind.code())
            .push_bind(At(task.created_at))
            .push_bind(task.note.clone());
    });
    query.push(" ON CONFLICT (result_id, version, person_id, kind) DO NOTHING");
    query.build().persistent(false).execute(conn).await?;
    Ok(())
}

pub(super) async fn open(
    conn: &mut Conn,
    lab_code: Option<&str>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Undo>, StoreError> {
    let rows = sqlx::query(concat!(
        undo_columns!(),
        " WHERE done_at IS NULL AND (lab_code = $1 OR $1 IS NULL) AND ((created_at, result_id, kind, id) > \
         (SELECT a.created_at, a.result_id, a.kind, a.id FROM lab_undo a WHERE a.id = $2) OR $2 IS NULL) \
         ORDER BY created_at, result_id, kind, id LIMIT $3"
    ))
    .bind(lab_code)
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn one(conn: &mut Conn, id: Uuid) -> Result<Option<Undo>, StoreError> {
    let row = sqlx::query(concat!(undo_columns!(), " WHERE id = $1")).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn finish(
    conn: &mut Conn,
    id: Uuid,
    by: Option<AccountId>,
    note: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE lab_undo SET done_at = $2, done_by = $3, note = $4 WHERE id = $1 AND done_at IS NULL")
            .bind(id)
            .bind(At(now))
            .bind(by.map(AccountId::uuid))
            .bind(note)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn finish_of(
    conn: &mut Conn,
    people: &[PersonId],
    kind: UndoKind,
    now: Instant,
) -> Result<u64, StoreError> {
    if people.is_empty() {
        return Ok(0);
    }
    let mut query = QueryBuilder::<Db>::new("UPDATE lab_undo SET done_at = ");
    query.push_bind(At(now)).push(" WHERE done_at IS NULL AND kind = ").push_bind(kind.code());
    query.push(" AND person_id IN (");
    let mut list = query.separated(", ");
    for person in people {
        list.push_bind(person.uuid());
    }
    query.push(")");
    Ok(query.build().persistent(false).execute(conn).await?.rows_affected())
}

fn stored(row: &Row) -> Result<Undo, StoreError> {
    Ok(Undo {
        id: row.try_get("id")?,
        result_id: ResultId::from_uuid(row.try_get("result_id")?),
        version: row.try_get("version")?,
        lab_code: row.try_get("lab_code")?,
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        kind: UndoKind::from_code(row.try_get("kind")?).ok_or_else(|| inconsistent("lab_undo", "kind"))?,
        created_at: row.try_get::<At, _>("created_at")?.0,
        done_at: row.try_get::<Option<At>, _>("done_at")?.map(|at| at.0),
        done_by: row.try_get::<Option<Uuid>, _>("done_by")?.map(AccountId::from_uuid),
        note: row.try_get("note")?,
    })
}
