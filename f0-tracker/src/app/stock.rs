//! The medicine bags of a station: what it has of each, what waits to be handed out, what came and went; and its phone.
//!
//! A movement is added and never changed. Stock says, and stops nobody: a doctor orders what the patient needs, and what
//! a nurse handed out was handed out.

use std::collections::BTreeMap;

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{AccountId, StockMoveId};
use shared::phone::Phone;
use shared::problem::FieldError;
use shared::time::{Instant, days};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;
use uuid::Uuid;

use super::look::{Names, names};
use super::station::ward_of;
use super::work::Work;
use crate::App;
use crate::domain::act::{ActBody, ActKind, ActStatus};
use crate::domain::bag::BagCode;
use crate::domain::stock::{Level, MoveKind, StockDraft, StockInput};
use crate::store::{ActFilter, ActRecord, F0Write, Stock, StockMove};

/// Bags handed out in so many days are counted, for the next order of supplies.
pub const HANDED_OUT_DAYS: i64 = 7;
/// So many movements are shown.
const MOVES: i64 = 60;
/// The most orders that are looked at.
const MAX_ORDERS: i64 = 2_000;

/// One kind of bag at a station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagStock {
    /// Which.
    pub bag: BagCode,
    /// How many there are; none while nobody has counted.
    pub quantity: Option<i64>,
    /// How many are ordered and wait to be handed out.
    pub waiting: i64,
    /// How many went out in [`HANDED_OUT_DAYS`].
    pub handed_out: i64,
    /// How it stands.
    pub level: Level,
    /// When it last moved.
    pub updated_at: Option<Instant>,
}

/// What a station has.
#[derive(Debug, Clone)]
pub struct StationStock {
    /// The ward; none where the caller's duty covers no single one and none was chosen.
    pub ward: Option<String>,
    /// The phone of the station, to which messages about its patients go.
    pub phone: Option<String>,
    /// The bags.
    pub bags: Vec<BagStock>,
    /// The movements, the newest first.
    pub moves: Vec<StockMove>,
    /// Names of accounts.
    pub names: Names,
}

/// What a station has.
///
/// # Errors
/// When the store fails.
pub async fn of_station(app: &App, caller: &Caller, wanted: Option<&str>) -> Result<StationStock, StoreError> {
    let mut work = Work::for_caller(app, caller).await?;
    let Some(ward) = ward_of(caller, wanted, work.now.local_date()) else {
        let names = Names::new();
        return Ok(StationStock { ward: None, phone: None, bags: Vec::new(), moves: Vec::new(), names });
    };
    let now = work.now;
    let bags = bags(work.tx.as_mut(), &ward, now).await?;
    let moves = work.tx.stock_moves(&ward, MOVES).await?;
    let names = names(work.tx.as_mut(), moves.iter().map(|one| one.by)).await?;
    let phone = work.tx.station_phone(&ward).await?;
    work.audit("stock.read", None, json!({"ward_code": ward})).await?;
    work.commit().await?;
    Ok(StationStock { ward: Some(ward), phone, bags, moves, names })
}

/// How each bag stands at a ward's station.
pub(crate) async fn bags(tx: &mut dyn F0Write, ward: &str, now: Instant) -> Result<Vec<BagStock>, StoreError> {
    let wards = [ward.to_owned()];
    let stock = tx.stock(&wards).await?;
    let since = now.minus(days(HANDED_OUT_DAYS));
    let handed_out: BTreeMap<BagCode, i64> = tx.handed_out(ward, since).await?.into_iter().collect();
    let filter = ActFilter {
        kinds: vec![ActKind::Prescription],
        statuses: vec![ActStatus::Ordered],
        wards: Some(wards.into()),
        limit: MAX_ORDERS,
        ..ActFilter::default()
    };
    let mut waiting: BTreeMap<BagCode, i64> = BTreeMap::new();
    for order in tx.acts(&filter).await? {
        if let ActBody::Prescription { bag: Some(bag), .. } = &order.body {
            *waiting.entry(*bag).or_default() += 1;
        }
    }
    let of = |bag: BagCode| {
        let noted = stock.iter().find(|stock| stock.bag == bag);
        let quantity = noted.map(|stock| stock.quantity);
        let waiting = waiting.get(&bag).copied().unwrap_or(0);
        BagStock {
            bag,
            quantity,
            waiting,
            handed_out: handed_out.get(&bag).copied().unwrap_or(0),
            level: Level::of(quantity, waiting),
            updated_at: noted.map(|stock| stock.updated_at),
        }
    };
    Ok(BagCode::ALL.map(of).into())
}

/// A movement that was noted, or that the same request noted before.
#[derive(Debug, Clone)]
pub struct Noted {
    /// The movement.
    pub moved: StockMove,
    /// Whether it was noted now.
    pub created: bool,
}

fn no_ward() -> Problem {
    let detail = Bilingual::new("Chọn một xã phường trong địa bàn của bạn", "Choose a ward within your area");
    Problem::field(FieldError::new("/ward_code", "ward", detail))
}

/// Notes a delivery or a count.
///
/// # Errors
/// 422 for a field that is wrong or a ward outside the caller's area, 409 where the id was used with another body.
pub async fn note(app: &App, caller: &Caller, input: &StockInput, body_hash: &str) -> Result<Noted, Problem> {
    let account = caller.require_account()?;
    let draft = input.parse()?;
    let mut work = Work::for_caller(app, caller).await?;
    let ward = ward_of(caller, input.ward_code.as_deref(), work.now.local_date()).ok_or_else(no_ward)?;
    work.tx.hold(lock_of(&ward)).await?;
    if let Some(id) = draft.id
        && let Some(moved) = work.tx.stock_move(id).await?
    {
        let same = moved.body_hash == body_hash && moved.ward_code == ward;
        return if same { Ok(Noted { moved, created: false }) } else { Err(Problem::id_conflict()) };
    }
    let moved = moved(&mut work, ward, draft, account.id, body_hash).await?;
    if !work.tx.insert_stock_move(&moved).await? {
        return Err(Problem::id_conflict());
    }
    let detail = json!({"move_id": moved.id, "ward_code": moved.ward_code, "bag": moved.bag, "kind": moved.kind,
        "change": moved.change, "quantity": moved.quantity});
    work.audit("stock.move", None, detail).await?;
    work.commit().await?;
    Ok(Noted { moved, created: true })
}

/// Brings the stock to where a delivery or a count takes it. The first delivery begins the count.
async fn moved(
    work: &mut Work,
    ward: String,
    draft: StockDraft,
    by: AccountId,
    body_hash: &str,
) -> Result<StockMove, StoreError> {
    let (now, bag) = (work.now, draft.bag);
    let noted = work.tx.stock(std::slice::from_ref(&ward)).await?;
    let before = noted.iter().find(|stock| stock.bag == bag).map_or(0, |stock| stock.quantity);
    let quantity = if draft.kind == MoveKind::Count { draft.quantity } else { before + draft.quantity };
    work.tx.put_stock(&Stock { ward_code: ward.clone(), bag, quantity, updated_at: now }).await?;
    Ok(StockMove {
        id: draft.id.unwrap_or_else(|| StockMoveId::new(now, work.random())),
        ward_code: ward,
        bag,
        kind: draft.kind,
        change: quantity - before,
        quantity: Some(quantity),
        at: now,
        by,
        act: None,
        note: draft.note,
        body_hash: body_hash.to_owned(),
    })
}

/// What those who move the stock of one station at a time hold.
fn lock_of(ward: &str) -> Uuid {
    Uuid::from_u128(ward.bytes().fold(0, |number, byte| (number << 8) | u128::from(byte)))
}

/// Takes a bag that is handed out from the stock of its station.
pub(super) async fn hand_out(work: &mut Work, order: &ActRecord, by: AccountId) -> Result<(), StoreError> {
    let (Some(bag), Some(ward)) = (bag_of(order), order.ward_code.as_deref()) else { return Ok(()) };
    work.tx.hold(lock_of(ward)).await?;
    let now = work.now;
    let quantity = work.tx.move_stock(ward, bag, -1, now).await?;
    let moved = StockMove {
        id: StockMoveId::new(now, work.random()),
        ward_code: ward.to_owned(),
        bag,
        kind: MoveKind::HandedOut,
        change: -1,
        quantity,
        at: now,
        by,
        act: Some(order.id),
        note: String::new(),
        body_hash: String::new(),
    };
    work.tx.insert_stock_move(&moved).await?;
    Ok(())
}

/// How many of the bag of an order its station has; none where it is no bag or nobody has counted.
pub(super) async fn left(work: &mut Work, order: &ActRecord) -> Result<Option<i64>, StoreError> {
    let (Some(bag), Some(ward)) = (bag_of(order), order.ward_code.clone()) else { return Ok(None) };
    let stock = work.tx.stock(&[ward]).await?;
    Ok(stock.into_iter().find(|stock| stock.bag == bag).map(|stock| stock.quantity))
}

const fn bag_of(order: &ActRecord) -> Option<BagCode> {
    match &order.body {
        ActBody::Prescription { bag, .. } => *bag,
        _ => None,
    }
}

/// Notes the phone of a ward's station; an empty one removes it.
///
/// # Errors
/// 422 for a text that is no telephone number, or a ward outside the caller's area.
pub async fn set_phone(app: &App, caller: &Caller, wanted: Option<&str>, phone: &str) -> Result<String, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let ward = ward_of(caller, wanted, work.now.local_date()).ok_or_else(no_ward)?;
    let phone = Some(phone.trim()).filter(|text| !text.is_empty()).map(|text| {
        Phone::parse(text).map_err(|_| {
            let detail = Bilingual::new(
                "Số điện thoại Việt Nam, như 0273 3872 000 hoặc 0912 345 678",
                "A Vietnamese telephone number, such as 0273 3872 000 or 0912 345 678",
            );
            Problem::field(FieldError::new("/phone", "phone", detail))
        })
    });
    let phone = phone.transpose()?;
    let now = work.now;
    work.tx.put_station(&ward, phone.as_ref().map(Phone::as_str), now).await?;
    work.audit("station.phone", None, json!({"ward_code": ward, "known": phone.is_some()})).await?;
    work.commit().await?;
    Ok(ward)
}
