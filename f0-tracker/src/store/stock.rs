//! The port of the medicine bags of stations: what each has, and the movements that made it so.

use async_trait::async_trait;
use shared::ids::{AccountId, ActId, StockMoveId};
use shared::time::Instant;
use shared_store::StoreError;

use crate::domain::bag::BagCode;
use crate::domain::stock::MoveKind;

/// How many bags of a kind a station has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The ward of the station.
    pub ward_code: String,
    /// Which bag.
    pub bag: BagCode,
    /// How many; below nothing where more went out than was noted.
    pub quantity: i64,
    /// When that was last noted.
    pub updated_at: Instant,
}

/// One movement. None is ever changed: what was entered wrongly is counted anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Its id.
    pub id: StockMoveId,
    /// The ward of the station.
    pub ward_code: String,
    /// Which bag.
    pub bag: BagCode,
    /// What moved it.
    pub kind: MoveKind,
    /// By how many.
    pub change: i64,
    /// How many there were after it; none while nobody had counted.
    pub quantity: Option<i64>,
    /// When.
    pub at: Instant,
    /// Who.
    pub by: AccountId,
    /// The order that was handed out.
    pub act: Option<ActId>,
    /// What else is to be known.
    pub note: String,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// Reading.
#[async_trait]
pub trait StockRead: Send {
    /// What the stations of these wards have.
    async fn stock(&mut self, wards: &[String]) -> Result<Vec<Stock>, StoreError>;
    /// A movement.
    async fn stock_move(&mut self, id: StockMoveId) -> Result<Option<StockMove>, StoreError>;
    /// The movements of a ward's station, the newest first.
    async fn stock_moves(&mut self, ward: &str, limit: i64) -> Result<Vec<StockMove>, StoreError>;
    /// How many bags of each kind a ward's station handed out since a time.
    async fn handed_out(&mut self, ward: &str, since: Instant) -> Result<Vec<(BagCode, i64)>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait StockWrite: Send {
    /// Notes how many bags of a kind a station has.
    async fn put_stock(&mut self, stock: &Stock) -> Result<(), StoreError>;
    /// Adds bags to what a station has, or takes them away where `change` is below nothing; how many it has then. None
    /// where nobody has counted yet.
    async fn move_stock(
        &mut self,
        ward: &str,
        bag: BagCode,
        change: i64,
        at: Instant,
    ) -> Result<Option<i64>, StoreError>;
    /// A new movement; `false` where the id is taken.
    async fn insert_stock_move(&mut self, one: &StockMove) -> Result<bool, StoreError>;
}
