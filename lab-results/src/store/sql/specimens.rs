//! Orders, specimens, and whose specimens are in a tube.

use shared::ids::{AccountId, OrderId, PersonId, PlaceId, SpecimenId};
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row};
use crate::domain::codes::SpecimenKind;
use crate::domain::tube::TubeCode;
use crate::store::model::{Order, Specimen, Tube};

pub(super) async fn insert_order(conn: &mut Conn, order: &Order) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO lab_orders (id, person_id, reason, site_id, body_hash, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
    )
    .bind(order.id.uuid())
    .bind(order.person_id.uuid())
    .bind(&order.reason)
    .bind(order.site_id.map(PlaceId::uuid))
    .bind(&order.body_hash)
    .bind(order.created_by.map(AccountId::uuid))
    .bind(At(order.created_at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn order(conn: &mut Conn, id: OrderId) -> Result<Option<Order>, StoreError> {
    let row = sqlx::query(
        "SELECT id, person_id, reason, site_id, body_hash, created_by, created_at FROM lab_orders WHERE id = $1",
    )
    .bind(id.uuid())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Order {
        id: OrderId::from_uuid(row.try_get("id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        reason: row.try_get("reason")?,
        site_id: row.try_get::<Option<Uuid>, _>("site_id")?.map(PlaceId::from_uuid),
        body_hash: row.try_get("body_hash")?,
        created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
    }))
}

pub(super) async fn insert_specimen(conn: &mut Conn, specimen: &Specimen) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO lab_specimens (id, barcode, kind, collected_at, body_hash, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(specimen.id.uuid())
    .bind(&specimen.barcode)
    .bind(specimen.kind.code())
    .bind(At(specimen.collected_at))
    .bind(&specimen.body_hash)
    .bind(specimen.created_by.map(AccountId::uuid))
    .bind(At(specimen.created_at))
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let mut query = QueryBuilder::<Db>::new("INSERT INTO lab_specimen_orders (specimen_id, order_id, position) ");
    query.push_values((0_i64..).zip(&specimen.order_ids), |mut row, (position, order)| {
        row.push_bind(specimen.id.uuid()).push_bind(order.uuid()).push_bind(position);
    });
    query.build().execute(conn).await?;
    Ok(true)
}

pub(super) async fn specimen(conn: &mut Conn, id: SpecimenId) -> Result<Option<Specimen>, StoreError> {
    let row = sqlx::query(
        "SELECT id, barcode, kind, collected_at, body_hash, created_by, created_at FROM lab_specimens WHERE id = $1",
    )
    .bind(id.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let orders: Vec<Uuid> =
        sqlx::query_scalar("SELECT order_id FROM lab_specimen_orders WHERE specimen_id = $1 ORDER BY position")
            .bind(id.uuid())
            .fetch_all(conn)
            .await?;
    Ok(Some(Specimen {
        id,
        barcode: row.try_get("barcode")?,
        kind: SpecimenKind::from_code(row.try_get("kind")?).ok_or_else(|| inconsistent("lab_specimens", "kind"))?,
        collected_at: row.try_get::<At, _>("collected_at")?.0,
        order_ids: orders.into_iter().map(OrderId::from_uuid).collect(),
        body_hash: row.try_get("body_hash")?,
        created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
    }))
}

pub(super) async fn tube(conn: &mut Conn, barcode: &str) -> Result<Option<Tube>, StoreError> {
    let mut rows = people_in(conn, barcode).await?;
    if rows.is_empty()
        && let Some(code) = TubeCode::parse(barcode).filter(|code| code.as_str() != barcode)
    {
        rows = people_in(conn, code.as_str()).await?;
    }
    let Some(first) = rows.first() else { return Ok(None) };
    let people = rows.iter().map(|row| Ok(PersonId::from_uuid(row.try_get("person_id")?)));
    Ok(Some(Tube {
        id: SpecimenId::from_uuid(first.try_get("specimen_id")?),
        people: people.collect::<Result<_, StoreError>>()?,
    }))
}

/// Everybody in the tube with exactly this code or alias.
async fn people_in(conn: &mut Conn, barcode: &str) -> Result<Vec<Row>, StoreError> {
    Ok(sqlx::query(
        "SELECT so.specimen_id AS specimen_id, o.person_id AS person_id FROM lab_specimen_orders so \
         JOIN lab_orders o ON o.id = so.order_id WHERE so.specimen_id = \
         (SELECT id FROM lab_specimens WHERE barcode = $1 \
          UNION ALL SELECT specimen_id FROM lab_tube_aliases WHERE barcode = $1 LIMIT 1) ORDER BY so.position",
    )
    .bind(barcode)
    .fetch_all(conn)
    .await?)
}
