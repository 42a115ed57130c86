//! The port: what the tables of the laboratory service can be asked and told, whichever database stands behind.

/// The columns of a result.
macro_rules! result_columns {
    () => {
        "id, lab_code, accession, person_id, ward_code, version, outcome, method, loinc, specimen_kind, specimen_id, \
         collected_at, resulted_at, ct_value, status, state, hold_reasons, content_hash, link_code, upload_id, created_at, \
         updated_at"
    };
}

pub mod citizens;
pub mod flow;
pub mod intake;
pub mod model;
mod postgres;
pub mod raw;
mod sqlite;

#[cfg(test)]
mod flow_tests;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use shared::ids::{AccountId, OrderId, ResultId, SpecimenId, UploadId};
use shared::time::Instant;
use shared_store::{Database, SharedRead, SharedWrite, StoreError};
use uuid::Uuid;

use self::citizens::{CitizenRead, CitizenWrite};
use self::flow::{FlowRead, FlowWrite};
use self::intake::KnownTube;
use self::model::{
    Counts, Held, Laboratory, MappedWord, Order, Release, Resolution, ResultKey, ResultsQuery, Specimen, StoredResult,
    StoredVersion, Tube, Upload,
};
use self::raw::{RawRead, RawWrite};

use crate::domain::message::Mapping;

/// What a store of the laboratory's tables gives.
#[async_trait]
pub trait LabStore: Send + Sync {
    /// A transaction that only reads.
    async fn read(&self) -> Result<Box<dyn LabRead>, StoreError>;
    /// A transaction that may write.
    async fn write(&self) -> Result<Box<dyn LabWrite>, StoreError>;
    /// How many rows of an upload go together.
    fn together(&self) -> Together;
}

/// How many rows of an upload are stored together: enough to be quick, few enough that nobody waits long for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Together {
    /// Rows of one chunk.
    pub rows: usize,
    /// Transactions that store it side by side.
    pub lanes: usize,
}

/// Reading inside one transaction.
#[async_trait]
pub trait LabRead: SharedRead + FlowRead + CitizenRead + RawRead {
    /// A laboratory by its code in capital letters.
    async fn laboratory(&mut self, code: &str) -> Result<Option<Laboratory>, StoreError>;
    /// What a laboratory's own words mean.
    async fn mapping(&mut self, lab_code: &str) -> Result<Mapping, StoreError>;
    /// A laboratory's own words as they were entered, by kind and word.
    async fn mapped_words(&mut self, lab_code: &str) -> Result<Vec<MappedWord>, StoreError>;
    /// All laboratories, by code.
    async fn laboratories(&mut self) -> Result<Vec<Laboratory>, StoreError>;
    /// The results of one laboratory under these accessions, in no order.
    async fn results_of(&mut self, lab_code: &str, accessions: &[&str]) -> Result<Vec<StoredResult>, StoreError>;
    /// What is known of the tubes with these barcodes, and of their pools; codes that no tube has are left out.
    async fn known_tubes(&mut self, barcodes: &[&str]) -> Result<Vec<KnownTube>, StoreError>;
    /// A result by id.
    async fn result(&mut self, id: ResultId) -> Result<Option<StoredResult>, StoreError>;
    /// A result by the code of its citizen's page.
    async fn result_by_link(&mut self, link_code: &str) -> Result<Option<StoredResult>, StoreError>;
    /// Results, newest first.
    async fn results(&mut self, query: &ResultsQuery) -> Result<Vec<StoredResult>, StoreError>;
    /// The versions of a result, oldest first.
    async fn versions(&mut self, id: ResultId) -> Result<Vec<StoredVersion>, StoreError>;
    /// A record of the work queue that still waits.
    async fn held(&mut self, id: Uuid) -> Result<Option<Held>, StoreError>;
    /// Records that wait, oldest first, of one laboratory or all; only those after the record `after`, which need not wait
    /// any more.
    async fn waiting(
        &mut self,
        lab_code: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Held>, StoreError>;
    /// The records that came in one message and wait still, in the order in which they came.
    async fn waiting_of_message(&mut self, upload_id: UploadId, place: i64) -> Result<Vec<Held>, StoreError>;
    /// Records of a laboratory that wait for one of these reasons, oldest first; only those after the record `after`, which need
    /// not wait any more.
    async fn waiting_for(
        &mut self,
        lab_code: &str,
        reasons: &[&str],
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Held>, StoreError>;
    /// An upload.
    async fn upload(&mut self, id: UploadId) -> Result<Option<Upload>, StoreError>;
    /// Uploads, newest first, of one laboratory or all.
    async fn uploads(&mut self, lab_code: Option<&str>, limit: i64) -> Result<Vec<Upload>, StoreError>;
    /// An order.
    async fn order(&mut self, id: OrderId) -> Result<Option<Order>, StoreError>;
    /// A specimen.
    async fn specimen(&mut self, id: SpecimenId) -> Result<Option<Specimen>, StoreError>;
    /// Whose specimens are in the tube with this barcode.
    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError>;
}

/// Writing inside one transaction. Nothing is kept until it is committed.
#[async_trait]
pub trait LabWrite: LabRead + SharedWrite + FlowWrite + CitizenWrite + RawWrite {
    /// Says what a word of a laboratory means, or, without a meaning, that it means nothing any more.
    async fn map_word(
        &mut self,
        lab_code: &str,
        word: &MappedWord,
        by: Option<AccountId>,
        now: Instant,
    ) -> Result<(), StoreError>;
    /// Adds a laboratory or renames it.
    async fn put_laboratory(&mut self, laboratory: &Laboratory) -> Result<(), StoreError>;
    /// A new result with its first version.
    async fn insert_result(&mut self, result: &StoredResult) -> Result<(), StoreError>;
    /// Many new results with their first versions, in few statements. None of them may be there yet.
    async fn insert_results(&mut self, results: &[StoredResult]) -> Result<(), StoreError>;
    /// Lets a result stand as it is now; its version must be one above the stored one, and is kept beside the others.
    /// `false` where somebody else was first.
    async fn amend_result(&mut self, result: &StoredResult) -> Result<bool, StoreError>;
    /// Releases a held result as it stands, as the result of this person; `false` where it is not held.
    async fn release_result(&mut self, release: &Release) -> Result<bool, StoreError>;
    /// Puts a record into the work queue; `false` where the same record waits or waited there already.
    async fn hold(&mut self, held: &Held) -> Result<bool, StoreError>;
    /// Puts many records into the work queue; gives the ids of those that did not wait or had not waited there already.
    async fn hold_all(&mut self, held: &[Held]) -> Result<HashSet<Uuid>, StoreError>;
    /// Takes a record from the work queue; `false` where it waits no more.
    async fn resolve(&mut self, id: Uuid, resolution: Resolution, now: Instant) -> Result<bool, StoreError>;
    /// Lets a record that waits say and wait for what `held` says; `false` where it waits no more. Fails as a unique key does
    /// where the same record was in the queue already.
    async fn hold_again(&mut self, held: &Held) -> Result<bool, StoreError>;
    /// Takes every record of an accession from the work queue.
    async fn supersede(&mut self, key: &ResultKey, now: Instant) -> Result<(), StoreError>;
    /// A new upload; `false` where its id is taken.
    async fn insert_upload(&mut self, upload: &Upload) -> Result<bool, StoreError>;
    /// Adds to the counts of an upload.
    async fn count_rows(&mut self, id: UploadId, more: &Counts) -> Result<(), StoreError>;
    /// Notes how far an upload is.
    async fn update_upload(&mut self, upload: &Upload) -> Result<(), StoreError>;
    /// A new order; `false` where its id is taken.
    async fn insert_order(&mut self, order: &Order) -> Result<bool, StoreError>;
    /// A new specimen with its orders; `false` where its id or barcode is taken.
    async fn insert_specimen(&mut self, specimen: &Specimen) -> Result<bool, StoreError>;
}

/// The store of an open database.
#[must_use]
pub fn open(database: &Database) -> Arc<dyn LabStore> {
    match database {
        Database::Sqlite(engine) => Arc::new(engine.clone()),
        Database::Postgres(engine) => Arc::new(engine.clone()),
    }
}
