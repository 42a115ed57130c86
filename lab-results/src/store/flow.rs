//! The part of the port that is about tubes on their way: ranges of codes, aliases, pools, custody.

use async_trait::async_trait;
use shared::ids::{AccountId, OrderId, PersonId, PlaceId, ResultId, SpecimenId};
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

use crate::domain::custody::{TubeState, Way};
use crate::domain::pool::{MemberState, PoolKind, PoolState};

/// Numbers of tubes that a site may use up offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TubeRange {
    /// The range.
    pub id: Uuid,
    /// The site.
    pub site_id: Option<PlaceId>,
    /// What for, in the words of whoever asked.
    pub note: String,
    /// The first number.
    pub first_number: i64,
    /// How many.
    pub size: i64,
    /// Who asked.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Instant,
}

/// A pool. Its id is that of its tube.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// The tube.
    pub id: SpecimenId,
    /// How its specimens came together.
    pub kind: PoolKind,
    /// The laboratory that mixed or tested it, as far as known.
    pub lab_code: Option<String>,
    /// What was found.
    pub state: PoolState,
    /// The result of the pool as such.
    pub result_id: Option<ResultId>,
    /// Until when every member must be sampled or tested again.
    pub deadline: Option<Instant>,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Instant,
    /// When it changed last.
    pub updated_at: Instant,
}

/// One member of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The pool.
    pub pool_id: SpecimenId,
    /// Their place in it, from 0.
    pub position: i64,
    /// The order whose specimen is in it.
    pub order_id: OrderId,
    /// Whose.
    pub person_id: PersonId,
    /// Their kept tube.
    pub specimen_id: Option<SpecimenId>,
    /// How far they are.
    pub state: MemberState,
    /// The result that the pool gave them.
    pub result_id: Option<ResultId>,
    /// The single order that followed.
    pub next_order_id: Option<OrderId>,
    /// What was said when they were called.
    pub note: String,
    /// Who noted the state.
    pub updated_by: Option<AccountId>,
    /// When.
    pub updated_at: Instant,
}

/// One line of a tube's custody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyLine {
    /// The line.
    pub id: Uuid,
    /// The tube.
    pub specimen_id: SpecimenId,
    /// What happened.
    pub state: TubeState,
    /// When it happened.
    pub at: Instant,
    /// Who says so.
    pub account_id: Option<AccountId>,
    /// The laboratory where it happened.
    pub lab_code: Option<String>,
    /// The site where it happened.
    pub site_id: Option<PlaceId>,
    /// Why it was refused.
    pub code: Option<String>,
    /// In words.
    pub note: String,
    /// When it was noted.
    pub created_at: Instant,
}

/// A tube of the work list: where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnTheWay {
    /// The tube.
    pub specimen_id: SpecimenId,
    /// Its code.
    pub barcode: String,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// How many people's specimens are in it.
    pub people: i64,
    /// Its last line.
    pub last: CustodyLine,
}

/// Reading.
#[async_trait]
pub trait FlowRead: Send {
    /// The range that has a number.
    async fn range_with(&mut self, number: i64) -> Result<Option<TubeRange>, StoreError>;
    /// A range.
    async fn range(&mut self, id: Uuid) -> Result<Option<TubeRange>, StoreError>;
    /// Ranges, newest first; only those with numbers below `before`.
    async fn ranges(&mut self, before: Option<i64>, limit: i64) -> Result<Vec<TubeRange>, StoreError>;
    /// The specimen in the tube with this code or alias.
    async fn specimen_by_code(&mut self, barcode: &str) -> Result<Option<SpecimenId>, StoreError>;
    /// The other codes of a tube.
    async fn aliases_of(&mut self, id: SpecimenId) -> Result<Vec<String>, StoreError>;
    /// A pool by its tube.
    async fn pool(&mut self, id: SpecimenId) -> Result<Option<Pool>, StoreError>;
    /// Pools, newest first, of one laboratory or all; only of one state where it is named, and only those after the pool `after`.
    async fn pools(
        &mut self,
        lab_code: Option<&str>,
        state: Option<PoolState>,
        after: Option<SpecimenId>,
        limit: i64,
    ) -> Result<Vec<Pool>, StoreError>;
    /// The members of a pool, in order.
    async fn members(&mut self, pool: SpecimenId) -> Result<Vec<Member>, StoreError>;
    /// The members about whom somebody must do something who are of this person, kept tube or single order.
    async fn open_members(
        &mut self,
        specimen: Option<SpecimenId>,
        orders: &[OrderId],
    ) -> Result<Vec<Member>, StoreError>;
    /// The custody of a tube, oldest first.
    async fn custody(&mut self, id: SpecimenId) -> Result<Vec<CustodyLine>, StoreError>;
    /// Tubes whose result is not out, those that wait longest first; only those after the tube `after`.
    async fn on_the_way(
        &mut self,
        lab_code: Option<&str>,
        after: Option<SpecimenId>,
        limit: i64,
    ) -> Result<Vec<OnTheWay>, StoreError>;
    /// The ways of the last tubes whose result came out, of one laboratory or all.
    async fn last_ways(&mut self, lab_code: Option<&str>, limit: i64) -> Result<Vec<Way>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait FlowWrite: FlowRead {
    /// Gives out the next numbers; the range's `first_number` is set by the store.
    async fn insert_range(&mut self, range: &TubeRange) -> Result<TubeRange, StoreError>;
    /// Another code for a tube; `false` where a tube has it already.
    async fn add_alias(&mut self, barcode: &str, id: SpecimenId, now: Instant) -> Result<bool, StoreError>;
    /// A new pool with its members.
    async fn insert_pool(&mut self, pool: &Pool, members: &[Member]) -> Result<(), StoreError>;
    /// Notes what was found in a pool.
    async fn update_pool(&mut self, pool: &Pool) -> Result<(), StoreError>;
    /// Notes which tube of a member of a laboratory's pool is kept.
    async fn keep_tube(&mut self, member: &Member) -> Result<(), StoreError>;
    /// Notes how far a member is.
    async fn update_member(&mut self, member: &Member) -> Result<(), StoreError>;
    /// Adds lines of custody. A line whose id is there already is left out; gives how many were added.
    async fn add_custody(&mut self, lines: &[CustodyLine]) -> Result<u64, StoreError>;
}
