//! The medicine bags of a station of the demo province: what came, went out and was counted in the last days.

use shared::ids::{AccountId, StockMoveId};
use shared::time::hours;
use shared_store::StoreError;

use crate::App;
use crate::app::work::Work;
use crate::domain::bag::BagCode;
use crate::domain::stock::MoveKind;
use crate::store::{Stock, StockMove};

/// How many hours ago, which bag, what, and how many came or were counted.
const DAYS: [(i64, BagCode, MoveKind, i64); 9] = [
    (120, BagCode::A, MoveKind::Delivery, 40),
    (119, BagCode::B, MoveKind::Delivery, 6),
    (119, BagCode::C, MoveKind::Delivery, 10),
    (96, BagCode::A, MoveKind::HandedOut, 1),
    (74, BagCode::A, MoveKind::HandedOut, 1),
    (50, BagCode::B, MoveKind::HandedOut, 1),
    (49, BagCode::A, MoveKind::Count, 14),
    (26, BagCode::A, MoveKind::HandedOut, 1),
    (25, BagCode::B, MoveKind::Count, 3),
];

/// Loads them; a station that has noted anything is passed over.
///
/// # Errors
/// When the store fails.
pub async fn give_stock(app: &App, ward: &str, nurse: AccountId) -> Result<bool, StoreError> {
    let mut work = Work::quiet(app).await?;
    if !work.tx.stock(&[ward.to_owned()]).await?.is_empty() {
        return Ok(false);
    }
    for (ago, bag, kind, count) in DAYS {
        let at = work.now.minus(hours(ago));
        let noted = work.tx.stock(&[ward.to_owned()]).await?;
        let before = noted.iter().find(|stock| stock.bag == bag).map_or(0, |stock| stock.quantity);
        let quantity = match kind {
            MoveKind::Delivery => before + count,
            MoveKind::Count => count,
            MoveKind::HandedOut => before - count,
        };
        work.tx.put_stock(&Stock { ward_code: ward.to_owned(), bag, quantity, updated_at: at }).await?;
        let moved = StockMove {
            id: StockMoveId::new(at, work.random()),
            ward_code: ward.to_owned(),
            bag,
            kind,
            change: quantity - before,
            quantity: Some(quantity),
            at,
            by: nurse,
            act: None,
            note: String::new(),
            body_hash: String::new(),
        };
        work.tx.insert_stock_move(&moved).await?;
    }
    work.commit().await?;
    Ok(true)
}
