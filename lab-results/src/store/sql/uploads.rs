//! Uploads and their counts.

use shared::ids::{AccountId, UploadId};
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row};
use crate::store::model::{Counts, Upload};

macro_rules! upload_columns {
    () => {
        "SELECT id, lab_code, account_id, format, content_hash, received, accepted, duplicate, amended, held, ignored, \
         rejected, created_at, finished_at FROM lab_uploads"
    };
}

pub(super) async fn insert(conn: &mut Conn, upload: &Upload) -> Result<bool, StoreError> {
    let counts = upload.counts;
    let done = sqlx::query(
        "INSERT INTO lab_uploads (id, lab_code, account_id, format, content_hash, received, accepted, duplicate, \
         amended, held, ignored, rejected, created_at, finished_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING",
    )
    .bind(upload.id.uuid())
    .bind(&upload.lab_code)
    .bind(upload.account_id.map(AccountId::uuid))
    .bind(&upload.format)
    .bind(&upload.content_hash)
    .bind(counts.received)
    .bind(counts.accepted)
    .bind(counts.duplicate)
    .bind(counts.amended)
    .bind(counts.held)
    .bind(counts.ignored)
    .bind(counts.rejected)
    .bind(At(upload.created_at))
    .bind(upload.finished_at.map(At))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn count(conn: &mut Conn, id: UploadId, more: &Counts) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE lab_uploads SET received = received + $2, accepted = accepted + $3, duplicate = duplicate + $4, \
         amended = amended + $5, held = held + $6, ignored = ignored + $7, rejected = rejected + $8 WHERE id = $1",
    )
    .bind(id.uuid())
    .bind(more.received)
    .bind(more.accepted)
    .bind(more.duplicate)
    .bind(more.amended)
    .bind(more.held)
    .bind(more.ignored)
    .bind(more.rejected)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update(conn: &mut Conn, upload: &Upload) -> Result<(), StoreError> {
    let counts = upload.counts;
    sqlx::query(
        "UPDATE lab_uploads SET received = $2, accepted = $3, duplicate = $4, amended = $5, held = $6, ignored = $7, \
         rejected = $8, finished_at = $9 WHERE id = $1",
    )
    .bind(upload.id.uuid())
    .bind(counts.received)
    .bind(counts.accepted)
    .bind(counts.duplicate)
    .bind(counts.amended)
    .bind(counts.held)
    .bind(counts.ignored)
    .bind(counts.rejected)
    .bind(upload.finished_at.map(At))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn one(conn: &mut Conn, id: UploadId) -> Result<Option<Upload>, StoreError> {
    let row = sqlx::query(concat!(upload_columns!(), " WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn list(conn: &mut Conn, lab_code: Option<&str>, limit: i64) -> Result<Vec<Upload>, StoreError> {
    let rows = sqlx::query(concat!(
        upload_columns!(),
        " WHERE (lab_code = $1 OR $1 IS NULL) ORDER BY created_at DESC, id DESC LIMIT $2"
    ))
    .bind(lab_code)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(stored).collect()
}

fn stored(row: &Row) -> Result<Upload, StoreError> {
    Ok(Upload {
        id: UploadId::from_uuid(row.try_get("id")?),
        lab_code: row.try_get("lab_code")?,
        account_id: row.try_get::<Option<Uuid>, _>("account_id")?.map(AccountId::from_uuid),
        format: row.try_get("format")?,
        content_hash: row.try_get("content_hash")?,
        counts: Counts {
            received: row.try_get("received")?,
            accepted: row.try_get("accepted")?,
            duplicate: row.try_get("duplicate")?,
            amended: row.try_get("amended")?,
            held: row.try_get("held")?,
            ignored: row.try_get("ignored")?,
            rejected: row.try_get("rejected")?,
        },
        created_at: row.try_get::<At, _>("created_at")?.0,
        finished_at: row.try_get::<Option<At>, _>("finished_at")?.map(|at| at.0),
    })
}
