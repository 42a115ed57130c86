//! Registering a tube with the orders whose specimens are in it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, SpecimenId};
use shared::problem::FieldError;
use shared::random::Random;
use shared::time::{Instant, minutes};
use shared_web::Problem;

use crate::app::App;
use crate::app::orders::{body_hash, id_of};
use crate::app::sender::Sender;
use crate::app::{custody, pools, tubes};
use crate::domain::codes::SpecimenKind;
use crate::domain::label::Barcode;
use crate::domain::pool::{LARGEST as LARGEST_POOL, PoolKind};
use crate::domain::result::SKEW_MINUTES;
use crate::domain::tube::TubeCode;
use crate::store::LabWrite;
use crate::store::model::{Order, Specimen};

/// A specimen on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SpecimenInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The code that is on the tube already; drawn here where there is none.
    pub barcode: Option<String>,
    /// One order, or those of a pool.
    pub order_ids: Vec<String>,
    /// What was taken.
    pub kind: String,
    /// When.
    pub collected_at: String,
    /// The code that was on the kit already, as another name of the tube.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kit_barcode: Option<String>,
}

/// A specimen whose every field is right in itself.
struct Draft {
    id: Option<SpecimenId>,
    barcode: Option<Barcode>,
    kit_barcode: Option<Barcode>,
    order_ids: Vec<OrderId>,
    kind: SpecimenKind,
    collected_at: Instant,
}

/// Stores a specimen; `true` where it was made now.
///
/// # Errors
/// 422 with every field at fault, 409 where the id was used with another body or the barcode is on another tube.
pub async fn specimen(app: &App, sender: &Sender, input: &SpecimenInput) -> Result<(Specimen, bool), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let draft = parse(input, now)?;
    let body_hash = body_hash(input);
    let mut tx = app.store.write().await?;
    if let Some(id) = draft.id
        && let Some(before) = tx.specimen(id).await?
    {
        return if before.body_hash == body_hash { Ok((before, false)) } else { Err(Problem::id_conflict()) };
    }
    let orders = orders_of(tx.as_mut(), &draft.order_ids).await?;
    let specimen = Specimen {
        id: draft.id.unwrap_or_else(|| SpecimenId::new(now, &mut random)),
        barcode: barcode(tx.as_mut(), draft.barcode, &mut random).await?,
        kind: draft.kind,
        collected_at: draft.collected_at,
        order_ids: draft.order_ids,
        body_hash,
        created_by: sender.account_id(),
        created_at: now,
    };
    let kit = draft.kit_barcode.as_ref().map(Barcode::as_str);
    make(tx.as_mut(), sender, &specimen, &orders, kit, PoolKind::Swab, now, &mut random).await?;
    tx.commit().await?;
    Ok((specimen, true))
}

/// The code of a new tube: as it was read, or drawn.
pub(super) async fn barcode(
    tx: &mut dyn LabWrite,
    read: Option<Barcode>,
    random: &mut dyn Random,
) -> Result<String, Problem> {
    match read {
        // 34 random bits: a drawn code is free but for one in thousands of millions, and the request may be sent again.
        None => Ok(TubeCode::draw(random).to_string()),
        Some(barcode) => {
            let kept = tubes::kept(tx, barcode.as_str()).await?;
            kept.map_err(|fault| Problem::field(fault.error("/barcode")))
        }
    }
}

/// Stores a tube with its other code, its pool where several people are in it, its custody and its audit lines.
#[expect(clippy::too_many_arguments, reason = "a tube is all of these, and they come from different places")]
pub(super) async fn make(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    specimen: &Specimen,
    orders: &[Order],
    kit: Option<&str>,
    pool: PoolKind,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), Problem> {
    if tx.specimen_by_code(&specimen.barcode).await?.is_some() || !tx.insert_specimen(specimen).await? {
        return Err(barcode_taken("/barcode"));
    }
    if let Some(kit) = kit
        && kit != specimen.barcode
        && (tx.specimen_by_code(kit).await?.is_some() || !tx.add_alias(kit, specimen.id, now).await?)
    {
        return Err(barcode_taken("/kit_barcode"));
    }
    if orders.len() > 1 {
        pools::open(tx, sender, specimen, orders, pool, now).await?;
    }
    custody::taken(tx, sender, specimen, orders, now, random).await?;
    for order in orders {
        let detail = json!({"specimen_id": specimen.id});
        let subject = Some(format!("person:{}", order.person_id));
        tx.audit(&sender.audit("specimen.create", subject, detail), now, random).await?;
    }
    Ok(())
}

fn parse(input: &SpecimenInput, now: Instant) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    let id = id_of(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let barcode = input.barcode.as_deref().filter(|text| !text.trim().is_empty());
    let barcode = barcode.and_then(|text| Barcode::parse(text, "/barcode").map_err(|e| errors.push(e)).ok());
    let kit_barcode = input.kit_barcode.as_deref().filter(|text| !text.trim().is_empty());
    let kit_barcode =
        kit_barcode.and_then(|text| Barcode::parse(text, "/kit_barcode").map_err(|e| errors.push(e)).ok());
    let mut order_ids = Vec::with_capacity(input.order_ids.len());
    for (place, text) in input.order_ids.iter().enumerate() {
        match id_of(Some(text), &format!("/order_ids/{place}")) {
            Ok(Some(order)) if !order_ids.contains(&order) => order_ids.push(order),
            Ok(_) => errors.push(how_many_orders(&format!("/order_ids/{place}"))),
            Err(error) => errors.push(error),
        }
    }
    if input.order_ids.is_empty() || input.order_ids.len() > LARGEST_POOL {
        errors.push(how_many_orders("/order_ids"));
    }
    let kind = SpecimenKind::read(&input.kind);
    if kind.is_none() {
        errors.push(unknown_kind());
    }
    let collected_at = input.collected_at.parse::<Instant>().ok();
    match collected_at {
        Some(at) if at <= now.plus(minutes(SKEW_MINUTES)) => {}
        _ => errors.push(wrong_time()),
    }
    match (kind, collected_at, errors.is_empty()) {
        (Some(kind), Some(collected_at), true) => Ok(Draft { id, barcode, kit_barcode, order_ids, kind, collected_at }),
        _ => Err(Problem::invalid(errors)),
    }
}

/// The orders of a tube; every one must be there.
async fn orders_of(tx: &mut dyn LabWrite, ids: &[OrderId]) -> Result<Vec<Order>, Problem> {
    let mut orders = Vec::with_capacity(ids.len());
    let mut errors = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        match tx.order(*id).await? {
            Some(order) => orders.push(order),
            None => {
                let detail = Bilingual::new("Không có phiếu chỉ định này", "There is no such order");
                errors.push(FieldError::new(format!("/order_ids/{place}"), "unknown_order", detail));
            }
        }
    }
    if errors.is_empty() { Ok(orders) } else { Err(Problem::invalid(errors)) }
}

pub(super) fn how_many_orders(pointer: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Một phiếu chỉ định, hoặc 2 đến {LARGEST_POOL} phiếu khác nhau cho mẫu gộp"),
        format!("One order, or 2 to {LARGEST_POOL} different orders for a pool"),
    );
    FieldError::new(pointer, "order_ids", detail)
}

pub(super) fn unknown_kind() -> FieldError {
    let codes = SpecimenKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
    let detail = Bilingual::new(format!("Loại mẫu là một trong: {codes}"), format!("The kind is one of: {codes}"));
    FieldError::new("/kind", "specimen_kind", detail)
}

pub(super) fn wrong_time() -> FieldError {
    let detail = Bilingual::new(
        "Thời gian lấy mẫu theo RFC 3339, không ở tương lai, ví dụ 2022-03-10T08:30:00+07:00",
        "When it was taken as RFC 3339, not in the future, such as 2022-03-10T08:30:00+07:00",
    );
    FieldError::new("/collected_at", "time", detail)
}

fn barcode_taken(pointer: &str) -> Problem {
    let mut problem = Problem::conflict(
        "barcode_taken",
        "Mã này đã nằm trên một ống khác.",
        "This barcode is on another tube already.",
    );
    let detail = Bilingual::new("Dùng một ống có mã khác", "Use a tube with another barcode");
    problem.errors = vec![FieldError::new(pointer, "barcode_taken", detail)];
    problem
}
