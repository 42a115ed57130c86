//! The register of places.

use shared::area::WardCode;
use shared::fold::fold;
use shared::ids::{AccountId, PlaceId};
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::time::Instant;
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::super::{Conn, Db, Row as DbRow};
use crate::columns::At;
use crate::error::{StoreError, inconsistent};
use crate::keys::Keys;
use crate::people::{NewPlace, PlaceKey};
use crate::pieces::pieces;
use crate::runtime::system_random;

macro_rules! place_columns {
    () => {
        "SELECT p.id, p.code, p.name, p.kind, p.address, p.ward_code, p.capacity, p.parent_id FROM places p"
    };
}

pub(super) async fn insert(
    conn: &mut Conn,
    keys: &Keys,
    place: &Place,
    phone: Option<&str>,
    body_hash: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let new = NewPlace { place: place.clone(), phone: phone.map(str::to_owned), body_hash: body_hash.to_owned() };
    Ok(!insert_many(conn, keys, std::slice::from_ref(&new), now).await?.is_empty())
}

/// Rows of one statement: thirteen columns each stay far below SQLite's 32,766 parameters.
const ROWS: usize = 256;

pub(super) async fn insert_many(
    conn: &mut Conn,
    keys: &Keys,
    places: &[NewPlace],
    now: Instant,
) -> Result<Vec<PlaceId>, StoreError> {
    let random = &mut system_random();
    let mut stored = Vec::with_capacity(places.len());
    for piece in pieces(places, ROWS) {
        let mut query = QueryBuilder::<Db>::new(
            "INSERT INTO places (id, code, name, name_fold, kind, address, ward_code, capacity, parent_id, phone_sealed, \
             phone_index, body_hash, created_at) ",
        );
        query.push_values(piece, |mut row, NewPlace { place, phone, body_hash }| {
            let (uuid, phone) = (place.id.uuid(), phone.as_deref());
            row.push_bind(uuid)
                .push_bind(place.code.to_string())
                .push_bind(place.name.as_str())
                .push_bind(fold(&place.name))
                .push_bind(place.kind.code())
                .push_bind(place.address.as_str())
                .push_bind(place.ward_code.as_str())
                .push_bind(place.capacity.map(i64::from))
                .push_bind(place.parent_id.map(PlaceId::uuid))
                .push_bind(
                    phone.map(|phone| keys.sealer.seal("place_phone", uuid.as_bytes(), phone.as_bytes(), random)),
                )
                .push_bind(phone.map(|phone| keys.sealer.blind("place_phone", phone)))
                .push_bind(body_hash.as_str())
                .push_bind(At(now));
        });
        let ids: Vec<Uuid> =
            query.push(" ON CONFLICT DO NOTHING RETURNING id").build_query_scalar().fetch_all(&mut *conn).await?;
        stored.extend(ids.into_iter().map(PlaceId::from_uuid));
    }
    Ok(stored)
}

pub(super) async fn place(conn: &mut Conn, key: &PlaceKey) -> Result<Option<Place>, StoreError> {
    let row = match key {
        PlaceKey::Id(id) => {
            sqlx::query(concat!(place_columns!(), " WHERE p.id = $1")).bind(id.uuid()).fetch_optional(conn).await?
        }
        PlaceKey::Code(code) => {
            sqlx::query(concat!(place_columns!(), " WHERE p.code = $1")).bind(code).fetch_optional(conn).await?
        }
    };
    row.as_ref().map(stored).transpose()
}

pub(super) async fn many(conn: &mut Conn, ids: &[PlaceId]) -> Result<Vec<Place>, StoreError> {
    listed(conn, " WHERE p.id IN (", ids, "").await
}

pub(super) async fn list(
    conn: &mut Conn,
    staff: Option<AccountId>,
    limit: i64,
    offset: i64,
) -> Result<Vec<Place>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(place_columns!());
    if let Some(account) = staff {
        query.push(" JOIN place_staff s ON s.place_id = p.id AND s.account_id = ").push_bind(account.uuid());
    }
    query.push(" ORDER BY p.name_fold, p.id LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    let rows = query.build().fetch_all(conn).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn body_hash(conn: &mut Conn, id: PlaceId) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT body_hash FROM places WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await?)
}

pub(super) async fn is_staff(conn: &mut Conn, place: PlaceId, account: AccountId) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM place_staff WHERE place_id = $1 AND account_id = $2")
            .bind(place.uuid())
            .bind(account.uuid())
            .fetch_optional(conn)
            .await?;
    Ok(found.is_some())
}

pub(super) async fn add_staff(conn: &mut Conn, places: &[PlaceId], account: AccountId) -> Result<(), StoreError> {
    for piece in pieces(places, ROWS) {
        let mut query = QueryBuilder::<Db>::new("INSERT INTO place_staff (place_id, account_id) ");
        query.push_values(piece, |mut row, place| {
            row.push_bind(place.uuid()).push_bind(account.uuid());
        });
        query.push(" ON CONFLICT DO NOTHING").build().execute(&mut *conn).await?;
    }
    Ok(())
}

/// A code that another place has leaves everything as it was.
pub(super) async fn update(
    conn: &mut Conn,
    keys: &Keys,
    place: &Place,
    phone: Option<&str>,
    body_hash: &str,
) -> Result<bool, StoreError> {
    let uuid = place.id.uuid();
    let random = &mut system_random();
    let done = sqlx::query(
        "UPDATE places SET code = $2, name = $3, name_fold = $4, kind = $5, address = $6, ward_code = $7, \
         capacity = $8, parent_id = $9, phone_sealed = COALESCE($10, phone_sealed), \
         phone_index = COALESCE($11, phone_index), body_hash = $12 \
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM places o WHERE o.code = $2 AND o.id <> $1)",
    )
    .bind(uuid)
    .bind(place.code.to_string())
    .bind(&place.name)
    .bind(fold(&place.name))
    .bind(place.kind.code())
    .bind(&place.address)
    .bind(place.ward_code.as_str())
    .bind(place.capacity.map(i64::from))
    .bind(place.parent_id.map(PlaceId::uuid))
    .bind(phone.map(|phone| keys.sealer.seal("place_phone", uuid.as_bytes(), phone.as_bytes(), random)))
    .bind(phone.map(|phone| keys.sealer.blind("place_phone", phone)))
    .bind(body_hash)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn parts(conn: &mut Conn, places: &[PlaceId]) -> Result<Vec<Place>, StoreError> {
    listed(conn, " WHERE p.parent_id IN (", places, " ORDER BY p.name_fold, p.id").await
}

/// The places of a condition on a list of ids.
async fn listed(conn: &mut Conn, condition: &str, ids: &[PlaceId], order: &str) -> Result<Vec<Place>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut query = QueryBuilder::<Db>::new(place_columns!());
        let mut list = query.push(condition).separated(", ");
        for id in chunk {
            list.push_bind(id.uuid());
        }
        query.push(")").push(order);
        for row in query.build().persistent(false).fetch_all(&mut *conn).await? {
            found.push(stored(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn phone(conn: &mut Conn, keys: &Keys, place: PlaceId) -> Result<Option<String>, StoreError> {
    let sealed: Option<Option<Vec<u8>>> = sqlx::query_scalar("SELECT phone_sealed FROM places WHERE id = $1")
        .bind(place.uuid())
        .fetch_optional(conn)
        .await?;
    let Some(sealed) = sealed.flatten() else { return Ok(None) };
    Ok(Some(keys.sealer.open_text("place_phone", place.uuid().as_bytes(), &sealed)?))
}

pub(super) async fn staff(conn: &mut Conn, place: PlaceId) -> Result<Vec<AccountId>, StoreError> {
    let ids: Vec<Uuid> =
        sqlx::query_scalar("SELECT account_id FROM place_staff WHERE place_id = $1 ORDER BY account_id")
            .bind(place.uuid())
            .fetch_all(conn)
            .await?;
    Ok(ids.into_iter().map(AccountId::from_uuid).collect())
}

pub(super) async fn remove_staff(conn: &mut Conn, place: PlaceId, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM place_staff WHERE place_id = $1 AND account_id = $2")
        .bind(place.uuid())
        .bind(account.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

fn stored(row: &DbRow) -> Result<Place, StoreError> {
    let code: String = row.try_get("code")?;
    let kind: String = row.try_get("kind")?;
    let ward: String = row.try_get("ward_code")?;
    let capacity = row.try_get::<Option<i64>, _>("capacity")?;
    Ok(Place {
        id: PlaceId::from_uuid(row.try_get("id")?),
        code: PlaceCode::parse(&code).map_err(|_| inconsistent("places", "code"))?,
        name: row.try_get("name")?,
        kind: PlaceKind::from_code(&kind).ok_or_else(|| inconsistent("places", "kind"))?,
        address: row.try_get("address")?,
        ward_code: WardCode::parse(&ward).map_err(|_| inconsistent("places", "ward_code"))?,
        capacity: capacity.map(u32::try_from).transpose().map_err(|_| inconsistent("places", "capacity"))?,
        parent_id: row.try_get::<Option<Uuid>, _>("parent_id")?.map(PlaceId::from_uuid),
    })
}
