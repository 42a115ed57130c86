//! Registering a tube with the orders whose specimens are in it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, PersonId, SpecimenId};
use shared::place::PlaceCode;
use shared::problem::FieldError;
use shared::time::{Instant, minutes};
use shared_web::Problem;

use crate::app::App;
use crate::app::orders::{body_hash, id_of};
use crate::app::sender::Sender;
use crate::domain::codes::SpecimenKind;
use crate::domain::label::Barcode;
use crate::domain::result::SKEW_MINUTES;
use crate::store::LabWrite;
use crate::store::model::Specimen;

/// The largest pool (contract: 2 to 10 orders).
const LARGEST_POOL: usize = 10;

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
}

/// A specimen whose every field is right in itself.
struct Draft {
    id: Option<SpecimenId>,
    barcode: Option<Barcode>,
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
    let people = people_of(tx.as_mut(), &draft.order_ids).await?;
    // 35 random bits: a drawn code is free but for one in thousands of millions, and the request may be sent again.
    let barcode = draft.barcode.map_or_else(|| PlaceCode::new(&mut random).to_string(), |b| b.as_str().to_owned());
    let specimen = Specimen {
        id: draft.id.unwrap_or_else(|| SpecimenId::new(now, &mut random)),
        barcode,
        kind: draft.kind,
        collected_at: draft.collected_at,
        order_ids: draft.order_ids,
        body_hash,
        created_by: sender.account_id(),
        created_at: now,
    };
    if !tx.insert_specimen(&specimen).await? {
        return Err(barcode_taken());
    }
    for person in people {
        let detail = json!({"specimen_id": specimen.id});
        tx.audit(&sender.audit("specimen.create", Some(format!("person:{person}")), detail), now, &mut random).await?;
    }
    tx.commit().await?;
    Ok((specimen, true))
}

fn parse(input: &SpecimenInput, now: Instant) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    let id = id_of(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let barcode = input.barcode.as_deref().filter(|text| !text.trim().is_empty());
    let barcode = barcode.and_then(|text| Barcode::parse(text, "/barcode").map_err(|e| errors.push(e)).ok());
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
        (Some(kind), Some(collected_at), true) => Ok(Draft { id, barcode, order_ids, kind, collected_at }),
        _ => Err(Problem::invalid(errors)),
    }
}

/// Whose specimens they are; every order must be there.
async fn people_of(tx: &mut dyn LabWrite, orders: &[OrderId]) -> Result<Vec<PersonId>, Problem> {
    let mut people = Vec::with_capacity(orders.len());
    let mut errors = Vec::new();
    for (place, id) in orders.iter().enumerate() {
        match tx.order(*id).await? {
            Some(order) => people.push(order.person_id),
            None => {
                let detail = Bilingual::new("Không có phiếu chỉ định này", "There is no such order");
                errors.push(FieldError::new(format!("/order_ids/{place}"), "unknown_order", detail));
            }
        }
    }
    if errors.is_empty() { Ok(people) } else { Err(Problem::invalid(errors)) }
}

fn how_many_orders(pointer: &str) -> FieldError {
    let detail = Bilingual::new(
        format!("Một phiếu chỉ định, hoặc 2 đến {LARGEST_POOL} phiếu khác nhau cho mẫu gộp"),
        format!("One order, or 2 to {LARGEST_POOL} different orders for a pool"),
    );
    FieldError::new(pointer, "order_ids", detail)
}

fn unknown_kind() -> FieldError {
    let codes = SpecimenKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
    let detail = Bilingual::new(format!("Loại mẫu là một trong: {codes}"), format!("The kind is one of: {codes}"));
    FieldError::new("/kind", "specimen_kind", detail)
}

fn wrong_time() -> FieldError {
    let detail = Bilingual::new(
        "Thời gian lấy mẫu theo RFC 3339, không ở tương lai, ví dụ 2022-03-10T08:30:00+07:00",
        "When it was taken as RFC 3339, not in the future, such as 2022-03-10T08:30:00+07:00",
    );
    FieldError::new("/collected_at", "time", detail)
}

fn barcode_taken() -> Problem {
    let mut problem = Problem::conflict(
        "barcode_taken",
        "Mã này đã nằm trên một ống khác.",
        "This barcode is on another tube already.",
    );
    let detail = Bilingual::new("Dùng một ống có mã khác", "Use a tube with another barcode");
    problem.errors = vec![FieldError::new("/barcode", "barcode_taken", detail)];
    problem
}
