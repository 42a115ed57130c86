//! The part of the port that is about tubes on their way.

use async_trait::async_trait;
use shared::ids::{OrderId, SpecimenId};
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

use super::{Tx, custody, pools, tubes};
use crate::domain::custody::Way;
use crate::domain::pool::PoolState;
use crate::store::flow::{CustodyLine, FlowRead, FlowWrite, Member, OnTheWay, Pool, TubeRange};

#[async_trait]
impl FlowRead for Tx {
    async fn range_with(&mut self, number: i64) -> Result<Option<TubeRange>, StoreError> {
        tubes::range_with(self.conn(), number).await
    }

    async fn range(&mut self, id: Uuid) -> Result<Option<TubeRange>, StoreError> {
        tubes::range(self.conn(), id).await
    }

    async fn ranges(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<TubeRange>, StoreError> {
        tubes::ranges(self.conn(), before, limit).await
    }

    async fn specimen_by_code(&mut self, barcode: &str) -> Result<Option<SpecimenId>, StoreError> {
        tubes::by_code(self.conn(), barcode).await
    }

    async fn aliases_of(&mut self, id: SpecimenId) -> Result<Vec<String>, StoreError> {
        tubes::aliases_of(self.conn(), id).await
    }

    async fn pool(&mut self, id: SpecimenId) -> Result<Option<Pool>, StoreError> {
        pools::one(self.conn(), id).await
    }

    async fn pools(
        &mut self,
        lab_code: Option<&str>,
        state: Option<PoolState>,
        after: Option<SpecimenId>,
        limit: i64,
    ) -> Result<Vec<Pool>, StoreError> {
        pools::list(self.conn(), lab_code, state, after, limit).await
    }

    async fn members(&mut self, pool: SpecimenId) -> Result<Vec<Member>, StoreError> {
        pools::members(self.conn(), pool).await
    }

    async fn open_members(
        &mut self,
        specimen: Option<SpecimenId>,
        orders: &[OrderId],
    ) -> Result<Vec<Member>, StoreError> {
        pools::open_members(self.conn(), specimen, orders).await
    }

    async fn custody(&mut self, id: SpecimenId) -> Result<Vec<CustodyLine>, StoreError> {
        custody::of(self.conn(), id).await
    }

    async fn on_the_way(
        &mut self,
        lab_code: Option<&str>,
        after: Option<SpecimenId>,
        limit: i64,
    ) -> Result<Vec<OnTheWay>, StoreError> {
        custody::on_the_way(self.conn(), lab_code, after, limit).await
    }

    async fn last_ways(&mut self, lab_code: Option<&str>, limit: i64) -> Result<Vec<Way>, StoreError> {
        custody::last_ways(self.conn(), lab_code, limit).await
    }
}

#[async_trait]
impl FlowWrite for Tx {
    async fn insert_range(&mut self, range: &TubeRange) -> Result<TubeRange, StoreError> {
        tubes::insert_range(self.conn(), range).await
    }

    async fn add_alias(&mut self, barcode: &str, id: SpecimenId, now: Instant) -> Result<bool, StoreError> {
        tubes::add_alias(self.conn(), barcode, id, now).await
    }

    async fn insert_pool(&mut self, pool: &Pool, members: &[Member]) -> Result<(), StoreError> {
        pools::insert(self.conn(), pool, members).await
    }

    async fn update_pool(&mut self, pool: &Pool) -> Result<(), StoreError> {
        pools::update(self.conn(), pool).await
    }

    async fn keep_tube(&mut self, member: &Member) -> Result<(), StoreError> {
        pools::keep_tube(self.conn(), member).await
    }

    async fn update_member(&mut self, member: &Member) -> Result<(), StoreError> {
        pools::update_member(self.conn(), member).await
    }

    async fn add_custody(&mut self, lines: &[CustodyLine]) -> Result<u64, StoreError> {
        custody::add(self.conn(), lines).await
    }
}
