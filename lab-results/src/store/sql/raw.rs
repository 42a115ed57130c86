//! Messages as they came.

use async_trait::async_trait;
use shared::ids::UploadId;
use shared::time::Instant;
use shared_store::columns::At;
use shared_store::keys::Keys;
use shared_store::runtime::system_random;
use shared_store::{StoreError, pieces};
use sqlx::{QueryBuilder, Row as _};

use super::{Conn, Db, Tx};
use crate::store::raw::{Raw, RawRead, RawWrite};

/// The name that the sealed bytes are bound to.
const FIELD: &str = "lab_raw_text";
/// Messages of one statement: each may be some megabytes.
const TOGETHER: usize = 64;

/// What the sealed bytes are bound to beside the name: a message that is moved to another place does not open.
fn place_of(upload_id: UploadId, place: i64) -> Vec<u8> {
    [upload_id.uuid().as_bytes().as_slice(), &place.to_be_bytes()].concat()
}

async fn insert(conn: &mut Conn, keys: &Keys, raws: &[Raw]) -> Result<(), StoreError> {
    let random = &mut system_random();
    for piece in pieces(raws, TOGETHER) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO lab_raw (upload_id, place, lab_code, format, status, text_sealed, created_at) ",
        );
        query.push_values(piece, |mut row, raw| {
            row.push_bind(raw.upload_id.uuid())
                .push_bind(raw.place)
                .push_bind(raw.lab_code.as_str())
                .push_bind(raw.format.as_str())
                .push_bind(raw.status)
                .push_bind(keys.sealer.seal(FIELD, &place_of(raw.upload_id, raw.place), &raw.bytes, random))
                .push_bind(At(raw.created_at));
        });
        // The same upload once more finds its messages here.
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut *conn).await?;
    }
    for raw in raws.iter().filter(|raw| !raw.accessions.is_empty()) {
        let mut query = QueryBuilder::<Db>::new("UPDATE lab_held SET place = ");
        query.push_bind(raw.place).push(" WHERE upload_id = ").push_bind(raw.upload_id.uuid());
        query.push(" AND lab_code = ").push_bind(raw.lab_code.as_str()).push(" AND accession IN (");
        let mut list = query.separated(", ");
        for accession in &raw.accessions {
            list.push_bind(accession.as_str());
        }
        query.push(")");
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

#[async_trait]
impl RawRead for Tx {
    async fn raw(&mut self, upload_id: UploadId, place: i64) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        let keys = self.keys();
        let row = sqlx::query("SELECT format, text_sealed FROM lab_raw WHERE upload_id = $1 AND place = $2")
            .bind(upload_id.uuid())
            .bind(place)
            .fetch_optional(self.conn())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get("text_sealed")?;
        let bytes = keys.sealer.open(FIELD, &place_of(upload_id, place), &sealed)?;
        Ok(Some((row.try_get("format")?, bytes.to_vec())))
    }
}

#[async_trait]
impl RawWrite for Tx {
    async fn keep_raw(&mut self, raws: &[Raw]) -> Result<(), StoreError> {
        let keys = self.keys();
        insert(self.conn(), &keys, raws).await
    }

    async fn forget_raw_before(&mut self, at: Instant) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM lab_raw WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM lab_held h \
             WHERE h.upload_id = lab_raw.upload_id AND h.place = lab_raw.place AND h.released_at IS NULL)",
        )
        .bind(At(at))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected())
    }
}
