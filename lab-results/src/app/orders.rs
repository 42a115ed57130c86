//! Ordering a test for a person.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, PersonId, PlaceId};
use shared::person::{PersonDraft, PersonInput};
use shared::problem::FieldError;
use shared::random::Random;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::people::PlaceKey;
use shared_web::Problem;
use shared_web::people::register::register;

use crate::app::App;
use crate::app::sender::Sender;
use crate::app::tubes::unknown_site;
use crate::domain::result::unknown_person;
use crate::store::LabWrite;
use crate::store::model::Order;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// An order on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct OrderInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// `{id}` alone for a known person, or a whole Person.
    pub person: PersonInput,
    /// Why.
    pub reason: Option<String>,
    /// Where the specimen is taken.
    pub site_id: Option<String>,
}

/// Who is to be tested.
pub(super) enum Tested {
    /// A person who is registered.
    Known(PersonId),
    /// A person as somebody describes them.
    Described(Box<PersonDraft>),
}

/// SHA-256 of a body in hexadecimal, the same for the same content whatever its spaces.
pub(super) fn body_hash(body: &impl Serialize) -> String {
    let canonical = serde_json::to_value(body).unwrap_or(Value::Null).to_string();
    Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An id of a body that must be a UUID where it is given.
pub(super) fn id_of<T: std::str::FromStr>(text: Option<&String>, pointer: &str) -> Result<Option<T>, FieldError> {
    text.map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            let detail = Bilingual::new("Mã định danh là một UUID", "An id is a UUID");
            text.parse().map_err(|_| FieldError::new(pointer, "uuid", detail))
        })
        .transpose()
}

/// Stores an order; `true` where it was made now.
///
/// # Errors
/// 422 with every field at fault, 409 where the id was used with another body.
pub async fn order(app: &App, sender: &Sender, input: &OrderInput) -> Result<(Order, bool), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut errors = Vec::new();
    let id = id_of::<OrderId>(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let site_id = id_of::<PlaceId>(input.site_id.as_ref(), "/site_id").map_err(|e| errors.push(e)).ok().flatten();
    let tested = tested(&input.person, "/person", now.local_date()).map_err(|e| errors.extend(e)).ok();
    let reason = input.reason.as_deref().map(str::trim).unwrap_or_default();
    if reason.chars().count() > LONGEST_REASON {
        errors.push(too_long());
    }
    let (Some(tested), true) = (tested, errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let body_hash = body_hash(input);
    let mut tx = app.store.write().await?;
    if let Some(id) = id
        && let Some(before) = tx.order(id).await?
    {
        return if before.body_hash == body_hash { Ok((before, false)) } else { Err(Problem::id_conflict()) };
    }
    if let Some(site) = site_id
        && tx.place(&PlaceKey::Id(site)).await?.is_none()
    {
        return Err(Problem::field(unknown_site()));
    }
    let person_id = who(tx.as_mut(), sender, tested, now, &mut random).await?.ok_or_else(no_person)?;
    let order = Order {
        id: id.unwrap_or_else(|| OrderId::new(now, &mut random)),
        person_id,
        reason: reason.to_owned(),
        site_id,
        body_hash,
        created_by: sender.account_id(),
        created_at: now,
    };
    make(tx.as_mut(), sender, &order, now, &mut random).await?;
    tx.commit().await?;
    Ok((order, true))
}

/// Nobody has the id that an order names.
fn no_person() -> Problem {
    Problem::field(unknown_person(""))
}

/// Who is tested, registered where they are not yet; `None` where nobody has the id.
pub(super) async fn who(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    tested: Tested,
    now: Instant,
    random: &mut dyn Random,
) -> Result<Option<PersonId>, StoreError> {
    match tested {
        Tested::Known(id) => tx.canonical(id).await,
        Tested::Described(draft) => Ok(Some(register(tx, &sender.registrar(), &draft, now, random).await?.person_id)),
    }
}

/// Stores an order with its audit line.
pub(super) async fn make(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    order: &Order,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(), Problem> {
    insert(tx, order).await?;
    let detail = json!({"order_id": order.id});
    let entry = sender.audit("order.create", Some(format!("person:{}", order.person_id)), detail);
    Ok(tx.audit(&entry, now, random).await?)
}

async fn insert(tx: &mut dyn LabWrite, order: &Order) -> Result<(), Problem> {
    if tx.insert_order(order).await? { Ok(()) } else { Err(Problem::id_conflict()) }
}

pub(super) fn tested(person: &PersonInput, pointer: &str, today: Date) -> Result<Tested, Vec<FieldError>> {
    let alone = PersonInput { id: person.id.clone(), ..PersonInput::default() };
    if *person == alone && person.id.is_some() {
        let id = id_of(person.id.as_ref(), &format!("{pointer}/id")).map_err(|error| vec![error])?;
        return id.map(Tested::Known).ok_or_else(|| vec![FieldError::required(format!("{pointer}/id"))]);
    }
    person.parse(pointer, today).map(|draft| Tested::Described(Box::new(draft)))
}

fn too_long() -> FieldError {
    let detail =
        Bilingual::new(format!("Dài nhất {LONGEST_REASON} ký tự"), format!("At most {LONGEST_REASON} characters"));
    FieldError::new("/reason", "length", detail)
}
