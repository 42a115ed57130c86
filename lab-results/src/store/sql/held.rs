//! The work queue.

use std::collections::HashSet;

use shared::ids::UploadId;
use shared::time::Instant;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use shared_store::keys::Keys;
use shared_store::runtime::system_random;
use shared_store::{StoreError, pieces};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::results::status_from;
use super::{Conn, Db, Row};
use crate::domain::version::ContentHash;
use crate::store::model::{Held, Resolution, ResultKey};

macro_rules! held_columns {
    () => {
        "SELECT id, lab_code, accession, status, content_hash, reasons, draft_sealed, upload_id, place, created_at \
         FROM lab_held"
    };
}

/// The name that the sealed record is bound to.
const FIELD: &str = "lab_held_draft";

pub(super) async fn insert(conn: &mut Conn, keys: &Keys, held: &[Held]) -> Result<HashSet<Uuid>, StoreError> {
    let mut new = HashSet::with_capacity(held.len());
    let random = &mut system_random();
    for piece in pieces(held, 128) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO lab_held (id, lab_code, accession, status, content_hash, reasons, draft_sealed, upload_id, \
             created_at) ",
        );
        query.push_values(piece, |mut row, held| {
            row.push_bind(held.id)
                .push_bind(held.lab_code.as_str())
                .push_bind(held.accession.as_str())
                .push_bind(held.status.code())
                .push_bind(held.content_hash.to_hex())
                .push_bind(held.reasons.join(","))
                .push_bind(keys.sealer.seal(FIELD, held.id.as_bytes(), held.draft.as_bytes(), random))
                .push_bind(held.upload_id.map(UploadId::uuid))
                .push_bind(At(held.created_at));
        });
        query.push(" ON CONFLICT DO NOTHING RETURNING id");
        new.extend(query.build_query_scalar::<Uuid>().fetch_all(&mut *conn).await?);
    }
    Ok(new)
}

pub(super) async fn one(conn: &mut Conn, keys: &Keys, id: Uuid) -> Result<Option<Held>, StoreError> {
    let row = sqlx::query(concat!(held_columns!(), " WHERE id = $1 AND released_at IS NULL"))
        .bind(id)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| stored(row, keys)).transpose()
}

pub(super) async fn waiting(
    conn: &mut Conn,
    keys: &Keys,
    (lab_code, after): (Option<&str>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!(held_columns!(), " WHERE released_at IS NULL"));
    if let Some(lab_code) = lab_code {
        query.push(" AND lab_code = ").push_bind(lab_code);
    }
    page(conn, keys, query, after, limit).await
}

/// Those that wait for one of some reasons, which the column holds with commas between.
pub(super) async fn waiting_for(
    conn: &mut Conn,
    keys: &Keys,
    (lab_code, reasons): (&str, &[&str]),
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!(held_columns!(), " WHERE released_at IS NULL"));
    query.push(" AND lab_code = ").push_bind(lab_code).push(" AND (1 = 0");
    for reason in reasons {
        query.push(" OR ',' || reasons || ',' LIKE ").push_bind(format!("%,{reason},%"));
    }
    query.push(")");
    page(conn, keys, query, after, limit).await
}

/// A page of a list, oldest first, after a record.
async fn page(
    conn: &mut Conn,
    keys: &Keys,
    mut query: QueryBuilder<Db>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Held>, StoreError> {
    if let Some(after) = after {
        query
            .push(" AND (created_at, id) > (SELECT created_at, id FROM lab_held WHERE id = ")
            .push_bind(after)
            .push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, keys)).collect()
}

pub(super) async fn of_message(
    conn: &mut Conn,
    keys: &Keys,
    upload_id: UploadId,
    place: i64,
) -> Result<Vec<Held>, StoreError> {
    let rows = sqlx::query(concat!(
        held_columns!(),
        " WHERE upload_id = $1 AND place = $2 AND released_at IS NULL ORDER BY created_at, id"
    ))
    .bind(upload_id.uuid())
    .bind(place)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| stored(row, keys)).collect()
}

pub(super) async fn again(conn: &mut Conn, keys: &Keys, held: &Held) -> Result<bool, StoreError> {
    let sealed = keys.sealer.seal(FIELD, held.id.as_bytes(), held.draft.as_bytes(), &mut system_random());
    let done = sqlx::query(
        "UPDATE lab_held SET content_hash = $1, reasons = $2, draft_sealed = $3 WHERE id = $4 AND released_at IS NULL",
    )
    .bind(held.content_hash.to_hex())
    .bind(held.reasons.join(","))
    .bind(sealed)
    .bind(held.id)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn resolve(
    conn: &mut Conn,
    id: Uuid,
    resolution: Resolution,
    now: Instant,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE lab_held SET released_at = $1, resolution = $2 WHERE id = $3 AND released_at IS NULL")
            .bind(At(now))
            .bind(resolution.code())
            .bind(id)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn supersede(conn: &mut Conn, key: &ResultKey, now: Instant) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE lab_held SET released_at = $1, resolution = $2 \
         WHERE lab_code = $3 AND accession = $4 AND released_at IS NULL",
    )
    .bind(At(now))
    .bind(Resolution::Superseded.code())
    .bind(&key.lab_code)
    .bind(&key.accession)
    .execute(conn)
    .await?;
    Ok(())
}

fn stored(row: &Row, keys: &Keys) -> Result<Held, StoreError> {
    let id: Uuid = row.try_get("id")?;
    let hash: String = row.try_get("content_hash")?;
    let reasons: String = row.try_get("reasons")?;
    let sealed: Vec<u8> = row.try_get("draft_sealed")?;
    Ok(Held {
        id,
        lab_code: row.try_get("lab_code")?,
        accession: row.try_get("accession")?,
        status: status_from(row.try_get("status")?).ok_or_else(|| inconsistent("lab_held", "status"))?,
        content_hash: ContentHash::from_hex(&hash).ok_or_else(|| inconsistent("lab_held", "content_hash"))?,
        reasons: reasons.split(',').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        draft: keys.sealer.open_text(FIELD, id.as_bytes(), &sealed)?,
        upload_id: row.try_get::<Option<Uuid>, _>("upload_id")?.map(UploadId::from_uuid),
        place: row.try_get("place")?,
        created_at: row.try_get::<At, _>("created_at")?.0,
    })
}
