//! The medicine bags of stations.

use async_trait::async_trait;
use shared::ids::{AccountId, ActId, StockMoveId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Db, Row, Tx, code};
use crate::domain::bag::BagCode;
use crate::domain::stock::MoveKind;
use crate::store::{Stock, StockMove, StockRead, StockWrite};

macro_rules! moves {
    () => {
        "id, ward_code, bag, kind, change, quantity, at, by_id, act_id, note, body_hash"
    };
}

fn stock_move(row: &Row) -> Result<StockMove, StoreError> {
    const TABLE: &str = "f0_stock_moves";
    Ok(StockMove {
        id: StockMoveId::from_uuid(row.try_get("id")?),
        ward_code: row.try_get("ward_code")?,
        bag: code(row.try_get("bag")?, BagCode::from_code, TABLE, "bag")?,
        kind: code(row.try_get("kind")?, MoveKind::from_code, TABLE, "kind")?,
        change: row.try_get("change")?,
        quantity: row.try_get("quantity")?,
        at: row.try_get::<At, _>("at")?.0,
        by: AccountId::from_uuid(row.try_get("by_id")?),
        act: row.try_get::<Option<Uuid>, _>("act_id")?.map(ActId::from_uuid),
        note: row.try_get("note")?,
        body_hash: row.try_get("body_hash")?,
    })
}

#[async_trait]
impl StockRead for Tx {
    async fn stock(&mut self, wards: &[String]) -> Result<Vec<Stock>, StoreError> {
        let mut query =
            QueryBuilder::<Db>::new("SELECT ward_code, bag, quantity, updated_at FROM f0_stock WHERE 1 = 1");
        super::push_wards(&mut query, wards);
        query.push(" ORDER BY ward_code, bag");
        let rows = query.build().persistent(false).fetch_all(self.conn()).await?;
        rows.iter()
            .map(|row| {
                Ok(Stock {
                    ward_code: row.try_get("ward_code")?,
                    bag: code(row.try_get("bag")?, BagCode::from_code, "f0_stock", "bag")?,
                    quantity: row.try_get("quantity")?,
                    updated_at: row.try_get::<At, _>("updated_at")?.0,
                })
            })
            .collect()
    }

    async fn stock_move(&mut self, id: StockMoveId) -> Result<Option<StockMove>, StoreError> {
        let row = sqlx::query(concat!("SELECT ", moves!(), " FROM f0_stock_moves WHERE id = $1"))
            .bind(id.uuid())
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(stock_move).transpose()
    }

    async fn stock_moves(&mut self, ward: &str, limit: i64) -> Result<Vec<StockMove>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            moves!(),
            " FROM f0_stock_moves WHERE ward_code = $1 ORDER BY at DESC, id DESC LIMIT $2"
        ))
        .bind(ward)
        .bind(limit)
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(stock_move).collect()
    }

    async fn handed_out(&mut self, ward: &str, since: Instant) -> Result<Vec<(BagCode, i64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT bag, COUNT(*) AS n FROM f0_stock_moves WHERE ward_code = $1 AND at >= $2 AND kind = 'handed_out' \
             GROUP BY bag ORDER BY bag",
        )
        .bind(ward)
        .bind(At(since))
        .fetch_all(self.conn())
        .await?;
        rows.iter()
            .map(|row| {
                let bag = code(row.try_get("bag")?, BagCode::from_code, "f0_stock_moves", "bag")?;
                Ok((bag, row.try_get("n")?))
            })
            .collect()
    }
}

#[async_trait]
impl StockWrite for Tx {
    async fn put_stock(&mut self, stock: &Stock) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO f0_stock (ward_code, bag, quantity, updated_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (ward_code, bag) DO UPDATE SET quantity = excluded.quantity, \
             updated_at = excluded.updated_at",
        )
        .bind(&stock.ward_code)
        .bind(stock.bag.code())
        .bind(stock.quantity)
        .bind(At(stock.updated_at))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn move_stock(
        &mut self,
        ward: &str,
        bag: BagCode,
        change: i64,
        at: Instant,
    ) -> Result<Option<i64>, StoreError> {
        let left = sqlx::query_scalar(
            "UPDATE f0_stock SET quantity = quantity + $3, updated_at = $4 WHERE ward_code = $1 AND bag = $2 \
             RETURNING quantity",
        )
        .bind(ward)
        .bind(bag.code())
        .bind(change)
        .bind(At(at))
        .fetch_optional(self.conn())
        .await?;
        Ok(left)
    }

    async fn insert_stock_move(&mut self, one: &StockMove) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "INSERT INTO f0_stock_moves (id, ward_code, bag, kind, change, quantity, at, by_id, act_id, note, body_hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
        )
        .bind(one.id.uuid())
        .bind(&one.ward_code)
        .bind(one.bag.code())
        .bind(one.kind.code())
        .bind(one.change)
        .bind(one.quantity)
        .bind(At(one.at))
        .bind(one.by.uuid())
        .bind(one.act.map(ActId::uuid))
        .bind(&one.note)
        .bind(&one.body_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
