//! Pools: made at the site or in the laboratory, and the call-back list of a positive one.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{OrderId, SpecimenId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_web::Problem;

use crate::app::App;
use crate::app::orders::{body_hash, id_of};
use crate::app::sender::Sender;
use crate::app::specimens;
use crate::app::tubes;
use crate::domain::label::Barcode;
use crate::domain::pool::{LARGEST, MemberState, PoolKind, PoolState, SMALLEST};
use crate::store::LabWrite;
use crate::store::flow::{Member, Pool};
use crate::store::model::{Order, Specimen};

/// A laboratory's pool on the wire.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct PoolInput {
    /// An id that the client chose, a UUID.
    pub id: Option<String>,
    /// The code of the pool's tube; drawn where there is none.
    pub barcode: Option<String>,
    /// The codes of the kept tubes that went into it.
    pub members: Vec<String>,
}

/// A pool with its tube and its members, and who they are where the caller may know.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The pool.
    pub pool: Pool,
    /// The code of its tube.
    pub barcode: String,
    /// Its members with their records.
    pub members: Vec<ShownMember>,
}

/// A member of a pool with their record.
#[derive(Debug, Clone)]
pub struct ShownMember {
    /// How far they are.
    pub member: Member,
    /// Who.
    pub person: Option<Person>,
    /// The code of their kept tube.
    pub barcode: Option<String>,
}

/// Opens a pool on a tube that holds several orders.
pub(super) async fn open(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    specimen: &Specimen,
    orders: &[Order],
    kind: PoolKind,
    now: Instant,
) -> Result<(), StoreError> {
    let members: Vec<Member> = (0_i64..)
        .zip(orders)
        .map(|(position, order)| Member {
            pool_id: specimen.id,
            position,
            order_id: order.id,
            person_id: order.person_id,
            specimen_id: None,
            state: MemberState::Waiting,
            result_id: None,
            next_order_id: None,
            note: String::new(),
            updated_by: None,
            updated_at: now,
        })
        .collect();
    tx.insert_pool(&fresh(specimen.id, kind, sender, now), &members).await
}

fn fresh(id: SpecimenId, kind: PoolKind, sender: &Sender, now: Instant) -> Pool {
    Pool {
        id,
        kind,
        lab_code: sender.lab_code().map(str::to_owned),
        state: PoolState::Waiting,
        result_id: None,
        deadline: None,
        created_by: sender.account_id(),
        created_at: now,
        updated_at: now,
    }
}

/// Makes a laboratory's pool of kept tubes; `true` where it was made now.
///
/// # Errors
/// 422 with every field at fault, 409 where the id was used with another body or the barcode is on another tube.
pub async fn mix(app: &App, sender: &Sender, input: &PoolInput) -> Result<(Pool, String, bool), Problem> {
    let now = app.platform.now();
    let mut random = app.platform.random();
    let mut tx = app.store.write().await?;
    let made = mix_in(tx.as_mut(), sender, input, now, &mut random).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes a laboratory's pool inside a transaction.
///
/// # Errors
/// As [`mix`].
pub async fn mix_in(
    tx: &mut dyn LabWrite,
    sender: &Sender,
    input: &PoolInput,
    now: Instant,
    random: &mut dyn Random,
) -> Result<(Pool, String, bool), Problem> {
    let mut errors = Vec::new();
    let id = id_of::<SpecimenId>(input.id.as_ref(), "/id").map_err(|e| errors.push(e)).ok().flatten();
    let read = input.barcode.as_deref().filter(|text| !text.trim().is_empty());
    let read = read.and_then(|text| Barcode::parse(text, "/barcode").map_err(|e| errors.push(e)).ok());
    if !(SMALLEST..=LARGEST).contains(&input.members.len()) {
        errors.push(how_many());
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let body_hash = body_hash(input);
    if let Some(id) = id
        && let Some(before) = tx.specimen(id).await?
    {
        if before.body_hash != body_hash {
            return Err(Problem::id_conflict());
        }
        let pool = tx.pool(id).await?.ok_or_else(Problem::id_conflict)?;
        return Ok((pool, before.barcode, false));
    }
    let tubes = kept_tubes(tx, &input.members).await?;
    let first = tubes.first().ok_or_else(|| Problem::field(how_many()))?;
    let specimen = Specimen {
        id: id.unwrap_or_else(|| SpecimenId::new(now, random)),
        barcode: specimens::barcode(tx, read, random).await?,
        kind: first.0.kind,
        collected_at: tubes.iter().map(|(tube, _)| tube.collected_at).min().unwrap_or(now),
        order_ids: tubes.iter().map(|(_, order)| order.id).collect(),
        body_hash,
        created_by: sender.account_id(),
        created_at: now,
    };
    let orders: Vec<Order> = tubes.iter().map(|(_, order)| order.clone()).collect();
    specimens::make(tx, sender, &specimen, &orders, None, PoolKind::Lab, now, random).await?;
    let mut members = tx.members(specimen.id).await?;
    for (member, (tube, _)) in members.iter_mut().zip(&tubes) {
        member.specimen_id = Some(tube.id);
        tx.keep_tube(member).await?;
    }
    let pool = tx.pool(specimen.id).await?.ok_or_else(Problem::internal)?;
    Ok((pool, specimen.barcode, true))
}

/// The tubes of a laboratory's pool, each with its one order.
async fn kept_tubes(tx: &mut dyn LabWrite, codes: &[String]) -> Result<Vec<(Specimen, Order)>, Problem> {
    let mut tubes: Vec<(Specimen, Order)> = Vec::with_capacity(codes.len());
    let mut errors = Vec::new();
    for (place, text) in codes.iter().enumerate() {
        let pointer = format!("/members/{place}");
        let id = match tubes::kept(tx, text.trim()).await? {
            Ok(kept) => tx.specimen_by_code(&kept).await?,
            Err(fault) => {
                errors.push(fault.error(&pointer));
                continue;
            }
        };
        let Some(tube) = (match id {
            Some(id) => tx.specimen(id).await?,
            None => None,
        }) else {
            let detail = Bilingual::new(
                format!("Không có ống mẫu nào mang mã {text}"),
                format!("No tube has the barcode {text}"),
            );
            errors.push(FieldError::new(pointer, "unknown_barcode", detail));
            continue;
        };
        let [order] = tube.order_ids[..] else {
            errors.push(FieldError::new(pointer, "pool_in_pool", pool_in_pool()));
            continue;
        };
        if tubes.iter().any(|(other, _)| other.id == tube.id) {
            errors.push(FieldError::new(pointer, "twice", twice()));
            continue;
        }
        let order = tx.order(order).await?.ok_or_else(Problem::internal)?;
        tubes.push((tube, order));
    }
    if errors.is_empty() { Ok(tubes) } else { Err(Problem::invalid(errors)) }
}

fn how_many() -> FieldError {
    let detail = Bilingual::new(
        format!("Mẫu gộp có từ {SMALLEST} đến {LARGEST} ống"),
        format!("A pool has between {SMALLEST} and {LARGEST} tubes"),
    );
    FieldError::new("/members", "members", detail)
}

fn pool_in_pool() -> Bilingual {
    Bilingual::new("Ống này đã là mẫu gộp", "This tube is a pool already")
}

fn twice() -> Bilingual {
    Bilingual::new("Ống này đã có trong mẫu gộp", "This tube is in the pool already")
}

/// A pool with its members and who they are. That they were looked at is on record.
///
/// # Errors
/// 404 where there is no such pool, or it is not the caller's to see.
pub async fn show(app: &App, sender: &Sender, id: SpecimenId) -> Result<Shown, Problem> {
    let now = app.platform.now();
    let mut tx = app.store.write().await?;
    let pool = tx.pool(id).await?.ok_or_else(no_pool)?;
    let specimen = tx.specimen(id).await?.ok_or_else(no_pool)?;
    let mut members = Vec::new();
    let mut wards = Vec::new();
    for member in tx.members(id).await? {
        let kept = tx.canonical(member.person_id).await?.unwrap_or(member.person_id);
        let person = tx.person(kept).await?.map(|stored| stored.person);
        let barcode = match member.specimen_id {
            Some(tube) => tx.specimen(tube).await?.map(|tube| tube.barcode),
            None => None,
        };
        wards.push(person.as_ref().and_then(|p| p.ward_code.as_ref()).map(|ward| ward.as_str().to_owned()));
        let entry = sender.audit("pool.read", Some(format!("person:{kept}")), json!({"pool_id": id}));
        tx.audit(&entry, now, &mut app.platform.random()).await?;
        members.push(ShownMember { member, person, barcode });
    }
    if !sender.handles(pool.created_by, &wards, now) {
        return Err(no_pool());
    }
    tx.commit().await?;
    Ok(Shown { pool, barcode: specimen.barcode, members })
}

/// What somebody noted about a member who is called back.
#[derive(Debug, Clone, Deserialize)]
pub struct CallInput {
    /// `to_call`, `called` or `unreachable`.
    pub state: String,
    /// What was said.
    pub note: Option<String>,
}

/// Notes that a member was called.
///
/// # Errors
/// 404 where there is no such member, 422 where the state is none, 409 where nothing is to be done about them.
pub async fn call(
    app: &App,
    sender: &Sender,
    id: SpecimenId,
    position: i64,
    input: &CallInput,
) -> Result<Member, Problem> {
    let allowed = [MemberState::ToCall, MemberState::Called, MemberState::Unreachable];
    let state = MemberState::from_code(input.state.trim()).filter(|state| allowed.contains(state));
    let state = state.ok_or_else(|| {
        let codes = allowed.map(MemberState::code).join(", ");
        let detail = Bilingual::new(format!("Một trong: {codes}"), format!("One of: {codes}"));
        Problem::field(FieldError::new("/state", "member_state", detail))
    })?;
    let shown = show(app, sender, id).await?;
    let mut member = shown
        .members
        .into_iter()
        .map(|shown| shown.member)
        .find(|member| member.position == position)
        .ok_or_else(no_pool)?;
    if !allowed.contains(&member.state) {
        return Err(Problem::conflict(
            "nothing_to_call",
            "Người này không cần gọi lại.",
            "This person need not be called back.",
        ));
    }
    let now = app.platform.now();
    member.state = state;
    member.note = input.note.as_deref().unwrap_or_default().trim().chars().take(200).collect();
    (member.updated_by, member.updated_at) = (sender.account_id(), now);
    let mut tx = app.store.write().await?;
    tx.update_member(&member).await?;
    let subject = Some(format!("person:{}", member.person_id));
    let entry = sender.audit("pool.call", subject, json!({"pool_id": id, "state": state.code()}));
    tx.audit(&entry, now, &mut app.platform.random()).await?;
    tx.commit().await?;
    Ok(member)
}

fn no_pool() -> Problem {
    Problem::not_found("Không có mẫu gộp này.", "There is no such pool.")
}

/// A single order for a member of a pool.
pub(super) fn single_order(
    member: &Member,
    reason: &str,
    site: &Order,
    now: Instant,
    random: &mut dyn Random,
) -> Order {
    Order {
        id: OrderId::new(now, random),
        person_id: member.person_id,
        reason: reason.to_owned(),
        site_id: site.site_id,
        body_hash: String::new(),
        created_by: None,
        created_at: now,
    }
}
