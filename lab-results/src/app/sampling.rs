//! Taking a specimen: a tube and whoever's swab is in it, in one transaction. A phone that was offline sends it later,
//! and sends it again without harm.

use serde::{Deserialize, Serialize};
use shared::ids::{OrderId, PlaceId, SpecimenId, uuid_v7};
use shared::problem::FieldError;
use shared::time::{Instant, minutes};
use shared_store::people::PlaceKey;
use shared_web::Problem;

use crate::app::App;
use crate::app::orders::{self, body_hash, id_of};
use crate::app::sampled::{self, Sampled, SampledPerson};
use crate::app::sender::Sender;
use crate::app::specimens::{self, how_many_orders, unknown_kind, wrong_time};
use crate::app::tubes::unknown_site;
use crate::domain::codes::SpecimenKind;
use crate::domain::label::Barcode;
use crate::domain::pool::{LARGEST, PoolKind};
use crate::domain::result::{SKEW_MINUTES, unknown_person};
use crate::store::model::{Order, Specimen};

/// A specimen that was taken, on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SamplingInput {
    /// An id that the phone chose, a UUID: the specimen's.
    pub id: Option<String>,
    /// The code on the tube; drawn where there is none.
    pub barcode: Option<String>,
    /// The code that was on the kit already.
    pub kit_barcode: Option<String>,
    /// Whose swabs are in the tube, one or several.
    pub people: Vec<SampledPerson>,
    /// What was taken; a nasopharyngeal swab where it is left out, the usual in Vietnam.
    pub kind: Option<String>,
    /// When.
    pub collected_at: String,
    /// Where, a place.
    pub site_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

struct Draft {
    id: Option<SpecimenId>,
    barcode: Option<Barcode>,
    kit_barcode: Option<Barcode>,
    people: Vec<Sampled>,
    kind: SpecimenKind,
    collected_at: Instant,
    site_id: Option<PlaceId>,
    reason: String,
}

/// Stores a specimen with an order for each person; `true` where it was made now.
///
/// # Errors
/// 422 with every field at fault, 409 where the id was used with another body or the barcode is on another tube.
pub async fn sample(app: &App, sender: &Sender, input: &SamplingInput) -> Result<(Specimen, bool), Problem> {
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
    if let Some(site) = draft.site_id
        && tx.place(&PlaceKey::Id(site)).await?.is_none()
    {
        return Err(Problem::field(unknown_site()));
    }
    let mut orders: Vec<Order> = Vec::with_capacity(draft.people.len());
    for (place, sampled) in draft.people.into_iter().enumerate() {
        let pointer = format!("/people/{place}");
        let person_id = match sampled {
            Sampled::Person(tested) => {
                let found = orders::who(tx.as_mut(), sender, tested, now, &mut random).await?;
                found.ok_or_else(|| Problem::field(nobody(&pointer)))?
            }
            Sampled::Code(code) => sampled::holder(app, tx.as_mut(), &code, &pointer).await?,
        };
        if orders.iter().any(|order| order.person_id == person_id) {
            return Err(Problem::field(how_many_orders(&pointer)));
        }
        let order = Order {
            id: OrderId::from_uuid(uuid_v7(now, &mut random)),
            person_id,
            reason: draft.reason.clone(),
            site_id: draft.site_id,
            body_hash: String::new(),
            created_by: sender.account_id(),
            created_at: now,
        };
        orders::make(tx.as_mut(), sender, &order, now, &mut random).await?;
        orders.push(order);
    }
    let specimen = Specimen {
        id: draft.id.unwrap_or_else(|| SpecimenId::new(now, &mut random)),
        barcode: specimens::barcode(tx.as_mut(), draft.barcode, &mut random).await?,
        kind: draft.kind,
        collected_at: draft.collected_at,
        order_ids: orders.iter().map(|order| order.id).collect(),
        body_hash,
        created_by: sender.account_id(),
        created_at: now,
    };
    let kit = draft.kit_barcode.as_ref().map(Barcode::as_str);
    specimens::make(tx.as_mut(), sender, &specimen, &orders, kit, PoolKind::Swab, now, &mut random).await?;
    tx.commit().await?;
    Ok((specimen, true))
}

fn nobody(pointer: &str) -> FieldError {
    FieldError { pointer: format!("{pointer}/id"), ..unknown_person("") }
}

fn parse(input: &SamplingInput, now: Instant) -> Result<Draft, Problem> {
    let mut errors = Vec::new();
    let id = id_of(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let site_id = id_of(input.site_id.as_ref(), "/site_id").map_err(|e| errors.push(e)).ok().flatten();
    let mut code = |text: &Option<String>, pointer: &str| {
        let text = text.as_deref().filter(|text| !text.trim().is_empty())?;
        Barcode::parse(text, pointer).map_err(|e| errors.push(e)).ok()
    };
    let barcode = code(&input.barcode, "/barcode");
    let kit_barcode = code(&input.kit_barcode, "/kit_barcode");
    if input.people.is_empty() || input.people.len() > LARGEST {
        errors.push(how_many_orders("/people"));
    }
    let today = now.local_date();
    let mut people = Vec::with_capacity(input.people.len());
    for (place, person) in input.people.iter().enumerate().take(LARGEST) {
        let pointer = format!("/people/{place}");
        match person.read(&pointer, today) {
            Ok(sampled) => people.push(sampled),
            Err(found) => errors.extend(found),
        }
    }
    let kind = match input.kind.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => Some(SpecimenKind::NasopharyngealSwab),
        Some(text) => SpecimenKind::read(text),
    };
    if kind.is_none() {
        errors.push(unknown_kind());
    }
    let collected_at = input.collected_at.parse::<Instant>().ok();
    let collected_at = collected_at.filter(|at| *at <= now.plus(minutes(SKEW_MINUTES)));
    if collected_at.is_none() {
        errors.push(wrong_time());
    }
    let reason = input.reason.as_deref().unwrap_or_default().trim().chars().take(200).collect();
    match (kind, collected_at, errors.is_empty()) {
        (Some(kind), Some(collected_at), true) => {
            Ok(Draft { id, barcode, kit_barcode, people, kind, collected_at, site_id, reason })
        }
        _ => Err(Problem::invalid(errors)),
    }
}
