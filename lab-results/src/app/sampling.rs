//! Taking a specimen: a tube and whoever's swab is in it, in one transaction. A phone that was offline sends it later,
//! and sends it again without harm.

use serde::{Deserialize, Serialize};
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, PlaceId, SpecimenId, uuid_v7};
use shared::person::PersonInput;
use shared::problem::FieldError;
use shared::scan::{self, Scanned};
use shared::time::{Instant, minutes};
use shared_store::people::PlaceKey;
use shared_web::Problem;

use crate::app::App;
use crate::app::orders::{self, Tested, body_hash, id_of};
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

/// A person as they stand before the team: typed, scanned, or both.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub struct SampledPerson {
    /// What a scanner read of their card; what is typed beside it fills what the card does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanned: Option<String>,
    /// What was typed.
    #[serde(flatten)]
    pub typed: PersonInput,
}

impl SampledPerson {
    /// The person that card and typing describe together; what the card says goes first.
    fn described(&self, pointer: &str) -> Result<PersonInput, Vec<FieldError>> {
        let Some(text) = self.scanned.as_deref().filter(|text| !text.trim().is_empty()) else {
            return Ok(self.typed.clone());
        };
        let refused =
            |code: &'static str, detail| Err(vec![FieldError::new(format!("{pointer}/scanned"), code, detail)]);
        let card = match scan::read_text(text) {
            Ok(Scanned::Card(card)) => card.person,
            Ok(Scanned::NationalId(number)) => {
                PersonInput { national_id: Some(number.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Insurance(number)) => {
                PersonInput { health_insurance_no: Some(number.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Phone(phone)) => {
                PersonInput { phone: Some(phone.as_str().to_owned()), ..PersonInput::default() }
            }
            Ok(Scanned::Personal(_) | Scanned::Poster(_)) => return refused("not_a_card", not_a_card()),
            Err(error) => return refused(error.code(), error.detail()),
        };
        let typed = self.typed.clone();
        Ok(PersonInput {
            id: typed.id,
            full_name: card.full_name.or(typed.full_name),
            birth_date: card.birth_date.or(typed.birth_date),
            birth_year: card.birth_year.or(typed.birth_year),
            sex: card.sex.or(typed.sex),
            phone: card.phone.or(typed.phone),
            national_id: card.national_id.or(typed.national_id),
            health_insurance_no: card.health_insurance_no.or(typed.health_insurance_no),
            address: card.address.or(typed.address),
            ward_code: card.ward_code.or(typed.ward_code),
        })
    }
}

fn not_a_card() -> Bilingual {
    Bilingual::new(
        "Mã này không cho biết người: hãy quét thẻ CCCD hoặc BHYT, hoặc gõ họ tên và ngày sinh",
        "This code does not say who it is: scan an identity or insurance card, or type name and birth date",
    )
}

struct Draft {
    id: Option<SpecimenId>,
    barcode: Option<Barcode>,
    kit_barcode: Option<Barcode>,
    people: Vec<Tested>,
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
    for (place, tested) in draft.people.into_iter().enumerate() {
        let pointer = format!("/people/{place}");
        let found = orders::who(tx.as_mut(), sender, tested, now, &mut random).await?;
        let person_id = found.ok_or_else(|| Problem::field(nobody(&pointer)))?;
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
        let tested = person.described(&pointer).and_then(|person| orders::tested(&person, &pointer, today));
        match tested {
            Ok(tested) => people.push(tested),
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
