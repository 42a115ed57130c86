//! The SQL of the laboratory's tables, written once and compiled for each engine.

mod citizen_port;
mod citizens;
mod custody;
mod flow;
mod held;
mod known_tubes;
mod laboratories;
mod labs;
mod mappings;
mod pools;
mod raw;
mod results;
mod specimens;
mod tubes;
mod undo;
mod uploads;

use std::collections::HashSet;

use async_trait::async_trait;
use shared::ids::{AccountId, OrderId, ResultId, SpecimenId, UploadId};
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

use super::{Conn, Db, Engine, Row, Tx, dialect};
use crate::domain::message::Mapping;
use crate::store::intake::KnownTube;
use crate::store::model::{
    Counts, Held, Laboratory, MappedWord, Order, Release, Resolution, ResultKey, ResultsQuery, Specimen, StoredResult,
    StoredVersion, Tube, Upload,
};
use crate::store::{LabRead, LabStore, LabWrite, Together};

#[async_trait]
impl LabStore for Engine {
    async fn read(&self) -> Result<Box<dyn LabRead>, StoreError> {
        Ok(Box::new(self.begin_read().await?))
    }

    async fn write(&self) -> Result<Box<dyn LabWrite>, StoreError> {
        Ok(Box::new(self.begin_write().await?))
    }

    fn together(&self) -> Together {
        dialect::TOGETHER
    }
}

#[async_trait]
impl LabRead for Tx {
    async fn laboratory(&mut self, code: &str) -> Result<Option<Laboratory>, StoreError> {
        laboratories::one(self.conn(), code).await
    }

    async fn mapping(&mut self, lab_code: &str) -> Result<Mapping, StoreError> {
        let mut mapping = Mapping::default();
        for word in mappings::all(self.conn(), lab_code).await? {
            mapping.insert(word.kind, &word.local, &word.target);
        }
        Ok(mapping)
    }

    async fn mapped_words(&mut self, lab_code: &str) -> Result<Vec<MappedWord>, StoreError> {
        mappings::all(self.conn(), lab_code).await
    }

    async fn laboratories(&mut self) -> Result<Vec<Laboratory>, StoreError> {
        laboratories::all(self.conn()).await
    }

    async fn results_of(&mut self, lab_code: &str, accessions: &[&str]) -> Result<Vec<StoredResult>, StoreError> {
        results::of_accessions(self.conn(), lab_code, accessions).await
    }

    async fn known_tubes(&mut self, barcodes: &[&str]) -> Result<Vec<KnownTube>, StoreError> {
        known_tubes::all(self.conn(), barcodes).await
    }

    async fn result(&mut self, id: ResultId) -> Result<Option<StoredResult>, StoreError> {
        results::by_id(self.conn(), id).await
    }

    async fn result_by_link(&mut self, link_code: &str) -> Result<Option<StoredResult>, StoreError> {
        results::by_link(self.conn(), link_code).await
    }

    async fn results(&mut self, query: &ResultsQuery) -> Result<Vec<StoredResult>, StoreError> {
        results::list(self.conn(), query).await
    }

    async fn versions(&mut self, id: ResultId) -> Result<Vec<StoredVersion>, StoreError> {
        results::versions(self.conn(), id).await
    }

    async fn held(&mut self, id: Uuid) -> Result<Option<Held>, StoreError> {
        let keys = self.keys();
        held::one(self.conn(), &keys, id).await
    }

    async fn waiting(
        &mut self,
        lab_code: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Held>, StoreError> {
        let keys = self.keys();
        held::waiting(self.conn(), &keys, (lab_code, after), limit).await
    }

    async fn waiting_of_message(&mut self, upload_id: UploadId, place: i64) -> Result<Vec<Held>, StoreError> {
        let keys = self.keys();
        held::of_message(self.conn(), &keys, upload_id, place).await
    }

    async fn waiting_for(
        &mut self,
        lab_code: &str,
        reasons: &[&str],
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Held>, StoreError> {
        let keys = self.keys();
        held::waiting_for(self.conn(), &keys, (lab_code, reasons), after, limit).await
    }

    async fn upload(&mut self, id: UploadId) -> Result<Option<Upload>, StoreError> {
        uploads::one(self.conn(), id).await
    }

    async fn uploads(&mut self, lab_code: Option<&str>, limit: i64) -> Result<Vec<Upload>, StoreError> {
        uploads::list(self.conn(), lab_code, limit).await
    }

    async fn order(&mut self, id: OrderId) -> Result<Option<Order>, StoreError> {
        specimens::order(self.conn(), id).await
    }

    async fn specimen(&mut self, id: SpecimenId) -> Result<Option<Specimen>, StoreError> {
        specimens::specimen(self.conn(), id).await
    }

    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError> {
        specimens::tube(self.conn(), barcode).await
    }
}

#[async_trait]
impl LabWrite for Tx {
    async fn map_word(
        &mut self,
        lab_code: &str,
        word: &MappedWord,
        by: Option<AccountId>,
        now: Instant,
    ) -> Result<(), StoreError> {
        mappings::put(self.conn(), lab_code, word, by, now).await
    }

    async fn put_laboratory(&mut self, laboratory: &Laboratory) -> Result<(), StoreError> {
        laboratories::put(self.conn(), laboratory).await
    }

    async fn insert_result(&mut self, result: &StoredResult) -> Result<(), StoreError> {
        results::insert(self.conn(), std::slice::from_ref(result)).await
    }

    async fn insert_results(&mut self, results: &[StoredResult]) -> Result<(), StoreError> {
        results::insert(self.conn(), results).await
    }

    async fn amend_result(&mut self, result: &StoredResult) -> Result<bool, StoreError> {
        results::amend(self.conn(), result).await
    }

    async fn release_result(&mut self, release: &Release) -> Result<bool, StoreError> {
        results::release(self.conn(), release).await
    }

    async fn hold(&mut self, held: &Held) -> Result<bool, StoreError> {
        let keys = self.keys();
        Ok(!held::insert(self.conn(), &keys, std::slice::from_ref(held)).await?.is_empty())
    }

    async fn hold_all(&mut self, held: &[Held]) -> Result<HashSet<Uuid>, StoreError> {
        let keys = self.keys();
        held::insert(self.conn(), &keys, held).await
    }

    async fn resolve(&mut self, id: Uuid, resolution: Resolution, now: Instant) -> Result<bool, StoreError> {
        held::resolve(self.conn(), id, resolution, now).await
    }

    async fn hold_again(&mut self, held: &Held) -> Result<bool, StoreError> {
        let keys = self.keys();
        held::again(self.conn(), &keys, held).await
    }

    async fn supersede(&mut self, key: &ResultKey, now: Instant) -> Result<(), StoreError> {
        held::supersede(self.conn(), key, now).await
    }

    async fn insert_upload(&mut self, upload: &Upload) -> Result<bool, StoreError> {
        uploads::insert(self.conn(), upload).await
    }

    async fn count_rows(&mut self, id: UploadId, more: &Counts) -> Result<(), StoreError> {
        uploads::count(self.conn(), id, more).await
    }

    async fn update_upload(&mut self, upload: &Upload) -> Result<(), StoreError> {
        uploads::update(self.conn(), upload).await
    }

    async fn insert_order(&mut self, order: &Order) -> Result<bool, StoreError> {
        specimens::insert_order(self.conn(), order).await
    }

    async fn insert_specimen(&mut self, specimen: &Specimen) -> Result<bool, StoreError> {
        specimens::insert_specimen(self.conn(), specimen).await
    }
}
