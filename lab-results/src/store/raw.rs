//! Messages as they came, beside what became of them.

use async_trait::async_trait;
use shared::ids::UploadId;
use shared::time::Instant;
use shared_store::StoreError;

/// A message as it came. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw {
    /// The upload that brought it.
    pub upload_id: UploadId,
    /// Its place in the upload, from 1.
    pub place: i64,
    /// The laboratory, as far as known.
    pub lab_code: String,
    /// The code of its format, such as `hl7`.
    pub format: String,
    /// The code of what became of it.
    pub status: &'static str,
    /// Its bytes; sealed in the database.
    pub bytes: Vec<u8>,
    /// The accessions of its results under which one may wait.
    pub accessions: Vec<String>,
    /// When it came.
    pub created_at: Instant,
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Raw");
        shown.field("upload_id", &self.upload_id).field("place", &self.place).field("status", &self.status);
        shown.finish_non_exhaustive()
    }
}

/// Reading.
#[async_trait]
pub trait RawRead: Send {
    /// The format and the bytes of the message at a place of an upload, where it is kept still.
    async fn raw(&mut self, upload_id: UploadId, place: i64) -> Result<Option<(String, Vec<u8>)>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait RawWrite: RawRead {
    /// Keeps messages as they came, and notes at the records that wait which message they came in.
    async fn keep_raw(&mut self, raws: &[Raw]) -> Result<(), StoreError>;
    /// Forgets the messages that came before a time and that nothing waits for any more; gives how many.
    async fn forget_raw_before(&mut self, at: Instant) -> Result<u64, StoreError>;
}
