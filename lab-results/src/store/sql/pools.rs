//! Pools and their members.

use shared::ids::{AccountId, OrderId, PersonId, ResultId, SpecimenId};
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row};
use crate::domain::pool::{MemberState, PoolKind, PoolState};
use crate::store::flow::{Member, Pool};

macro_rules! pool_columns {
    () => {
        "SELECT specimen_id, kind, lab_code, state, result_id, deadline, created_by, created_at, updated_at FROM lab_pools"
    };
}

macro_rules! member_columns {
    () => {
        "SELECT pool_id, position, order_id, person_id, specimen_id, state, result_id, next_order_id, note, updated_by, \
         updated_at FROM lab_pool_members"
    };
}

pub(super) async fn insert(conn: &mut Conn, pool: &Pool, members: &[Member]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO lab_pools (specimen_id, kind, lab_code, state, result_id, deadline, created_by, created_at, \
         updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(pool.id.uuid())
    .bind(pool.kind.code())
    .bind(&pool.lab_code)
    .bind(pool.state.code())
    .bind(pool.result_id.map(ResultId::uuid))
    .bind(pool.deadline.map(At))
    .bind(pool.created_by.map(AccountId::uuid))
    .bind(At(pool.created_at))
    .bind(At(pool.updated_at))
    .execute(&mut *conn)
    .await?;
    let mut query = QueryBuilder::<Db>::new(
        "INSERT INTO lab_pool_members (pool_id, position, order_id, person_id, specimen_id, state, result_id, \
         next_order_id, note, updated_by, updated_at) ",
    );
    query.push_values(members, |mut row, member| {
        row.push_bind(member.pool_id.uuid())
            .push_bind(member.position)
            .push_bind(member.order_id.uuid())
            .push_bind(member.person_id.uuid())
            .push_bind(member.specimen_id.map(SpecimenId::uuid))
            .push_bind(member.state.code())
            .push_bind(member.result_id.map(ResultId::uuid))
            .push_bind(member.next_order_id.map(OrderId::uuid))
            .push_bind(member.note.clone())
            .push_bind(member.updated_by.map(AccountId::uuid))
            .push_bind(At(member.updated_at));
    });
    query.build().persistent(false).execute(conn).await?;
    Ok(())
}

pub(super) async fn update(conn: &mut Conn, pool: &Pool) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE lab_pools SET state = $2, lab_code = $3, result_id = $4, deadline = $5, updated_at = $6 \
         WHERE specimen_id = $1",
    )
    .bind(pool.id.uuid())
    .bind(pool.state.code())
    .bind(&pool.lab_code)
    .bind(pool.result_id.map(ResultId::uuid))
    .bind(pool.deadline.map(At))
    .bind(At(pool.updated_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn keep_tube(conn: &mut Conn, member: &Member) -> Result<(), StoreError> {
    sqlx::query("UPDATE lab_pool_members SET specimen_id = $3 WHERE pool_id = $1 AND position = $2")
        .bind(member.pool_id.uuid())
        .bind(member.position)
        .bind(member.specimen_id.map(SpecimenId::uuid))
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn update_member(conn: &mut Conn, member: &Member) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE lab_pool_members SET state = $3, result_id = $4, next_order_id = $5, note = $6, updated_by = $7, \
         updated_at = $8 WHERE pool_id = $1 AND position = $2",
    )
    .bind(member.pool_id.uuid())
    .bind(member.position)
    .bind(member.state.code())
    .bind(member.result_id.map(ResultId::uuid))
    .bind(member.next_order_id.map(OrderId::uuid))
    .bind(&member.note)
    .bind(member.updated_by.map(AccountId::uuid))
    .bind(At(member.updated_at))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn one(conn: &mut Conn, id: SpecimenId) -> Result<Option<Pool>, StoreError> {
    let row =
        sqlx::query(concat!(pool_columns!(), " WHERE specimen_id = $1")).bind(id.uuid()).fetch_optional(conn).await?;
    row.as_ref().map(stored).transpose()
}

pub(super) async fn list(
    conn: &mut Conn,
    lab_code: Option<&str>,
    state: Option<PoolState>,
    after: Option<SpecimenId>,
    limit: i64,
) -> Result<Vec<Pool>, StoreError> {
    // A pool of no laboratory yet is for every laboratory to see: it does not know who will get the tube.
    let mut query = QueryBuilder::<Db>::new(concat!(pool_columns!(), " WHERE 1 = 1"));
    if let Some(lab_code) = lab_code {
        query.push(" AND (lab_code IS NULL OR lab_code = ").push_bind(lab_code).push(")");
    }
    if let Some(state) = state {
        query.push(" AND state = ").push_bind(state.code());
    }
    if let Some(after) = after {
        query.push(
            " AND (created_at, specimen_id) < (SELECT created_at, specimen_id FROM lab_pools WHERE specimen_id = ",
        );
        query.push_bind(after.uuid()).push(")");
    }
    query.push(" ORDER BY created_at DESC, specimen_id DESC LIMIT ").push_bind(limit);
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(stored).collect()
}

pub(super) async fn members(conn: &mut Conn, pool: SpecimenId) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query(concat!(member_columns!(), " WHERE pool_id = $1 ORDER BY position"))
        .bind(pool.uuid())
        .fetch_all(conn)
        .await?;
    rows.iter().map(member).collect()
}

pub(super) async fn open_members(
    conn: &mut Conn,
    specimen: Option<SpecimenId>,
    orders: &[OrderId],
) -> Result<Vec<Member>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(concat!(member_columns!(), " WHERE state IN ("));
    let mut open = query.separated(", ");
    for state in MemberState::ALL.into_iter().filter(|state| state.open()) {
        open.push_bind(state.code());
    }
    query.push(") AND (specimen_id = ").push_bind(specimen.map(SpecimenId::uuid));
    if !orders.is_empty() {
        query.push(" OR next_order_id IN (");
        let mut list = query.separated(", ");
        for order in orders {
            list.push_bind(order.uuid());
        }
        query.push(")");
    }
    query.push(") ORDER BY pool_id, position");
    let rows = query.build().persistent(false).fetch_all(conn).await?;
    rows.iter().map(member).collect()
}

fn stored(row: &Row) -> Result<Pool, StoreError> {
    let broken = |column| inconsistent("lab_pools", column);
    Ok(Pool {
        id: SpecimenId::from_uuid(row.try_get("specimen_id")?),
        kind: PoolKind::from_code(row.try_get("kind")?).ok_or_else(|| broken("kind"))?,
        lab_code: row.try_get("lab_code")?,
        state: PoolState::from_code(row.try_get("state")?).ok_or_else(|| broken("state"))?,
        result_id: row.try_get::<Option<Uuid>, _>("result_id")?.map(ResultId::from_uuid),
        deadline: row.try_get::<Option<At>, _>("deadline")?.map(|at| at.0),
        created_by: row.try_get::<Option<Uuid>, _>("created_by")?.map(AccountId::from_uuid),
        created_at: row.try_get::<At, _>("created_at")?.0,
        updated_at: row.try_get::<At, _>("updated_at")?.0,
    })
}

fn member(row: &Row) -> Result<Member, StoreError> {
    let state = MemberState::from_code(row.try_get("state")?);
    Ok(Member {
        pool_id: SpecimenId::from_uuid(row.try_get("pool_id")?),
        position: row.try_get("position")?,
        order_id: OrderId::from_uuid(row.try_get("order_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        specimen_id: row.try_get::<Option<Uuid>, _>("specimen_id")?.map(SpecimenId::from_uuid),
        state: state.ok_or_else(|| inconsistent("lab_pool_members", "state"))?,
        result_id: row.try_get::<Option<Uuid>, _>("result_id")?.map(ResultId::from_uuid),
        next_order_id: row.try_get::<Option<Uuid>, _>("next_order_id")?.map(OrderId::from_uuid),
        note: row.try_get("note")?,
        updated_by: row.try_get::<Option<Uuid>, _>("updated_by")?.map(AccountId::from_uuid),
        updated_at: row.try_get::<At, _>("updated_at")?.0,
    })
}
