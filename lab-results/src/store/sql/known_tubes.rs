//! What is known of the tubes that the rows of a chunk name.

use std::collections::{BTreeSet, HashMap, HashSet};

use shared::ids::{PersonId, SpecimenId};
use shared_store::{StoreError, pieces};
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db};
use crate::domain::pool::MemberState;
use crate::domain::tube::TubeCode;
use crate::store::intake::KnownTube;
use crate::store::model::Tube;

/// How many codes or ids go into one statement.
const MOST: usize = 256;

/// One order in a tube.
struct Part {
    tube: Uuid,
    /// By an alias, and not by the code of the tube itself.
    by_alias: bool,
    person: Uuid,
    order: Uuid,
}

pub(super) async fn all(conn: &mut Conn, barcodes: &[&str]) -> Result<Vec<KnownTube>, StoreError> {
    let as_printed: Vec<Option<TubeCode>> = barcodes.iter().map(|barcode| TubeCode::parse(barcode)).collect();
    let printed = as_printed.iter().flatten().map(TubeCode::as_str);
    let codes: BTreeSet<&str> = barcodes.iter().copied().chain(printed).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let parts = parts(conn, &codes).await?;
    let tubes: Vec<Uuid> = parts.values().flatten().map(|part| part.tube).collect();
    let orders: Vec<Uuid> = parts.values().flatten().map(|part| part.order).collect();
    let pools = ids_among(conn, "SELECT specimen_id FROM lab_pools WHERE specimen_id IN (", &tubes, false).await?;
    let kept = "SELECT specimen_id FROM lab_pool_members WHERE specimen_id IN (";
    let next = "SELECT next_order_id FROM lab_pool_members WHERE next_order_id IN (";
    let (kept, next) = (ids_among(conn, kept, &tubes, true).await?, ids_among(conn, next, &orders, true).await?);
    let known = barcodes.iter().zip(&as_printed).filter_map(|(barcode, printed)| {
        let of_printed = || printed.as_ref().and_then(|code| parts.get(code.as_str()));
        let parts = parts.get(*barcode).or_else(of_printed)?;
        // A code that is both a tube's own and another's alias is the tube's own.
        let by_alias = parts.iter().all(|part| part.by_alias);
        let id = parts.iter().find(|part| part.by_alias == by_alias)?.tube;
        let inside = || parts.iter().filter(move |part| part.tube == id);
        Some(KnownTube {
            barcode: (*barcode).to_owned(),
            tube: Tube {
                id: SpecimenId::from_uuid(id),
                people: inside().map(|part| PersonId::from_uuid(part.person)).collect(),
            },
            is_pool: pools.contains(&id),
            is_awaited: kept.contains(&id) || inside().any(|part| next.contains(&part.order)),
        })
    });
    Ok(known.collect())
}

/// What is in the tubes with these codes or aliases, by code.
async fn parts(conn: &mut Conn, codes: &[&str]) -> Result<HashMap<String, Vec<Part>>, StoreError> {
    let mut parts: HashMap<String, Vec<Part>> = HashMap::new();
    for piece in pieces(codes, MOST) {
        let mut query = QueryBuilder::<Db>::new(
            "SELECT c.code AS code, c.by_alias AS by_alias, so.specimen_id AS specimen_id, o.person_id AS person_id, \
             so.order_id AS order_id FROM (SELECT barcode AS code, id AS specimen_id, 0 AS by_alias \
             FROM lab_specimens WHERE barcode IN (",
        );
        let mut list = query.separated(", ");
        for code in piece {
            list.push_bind(*code);
        }
        query.push(") UNION ALL SELECT barcode, specimen_id, 1 AS by_alias FROM lab_tube_aliases WHERE barcode IN (");
        let mut list = query.separated(", ");
        for code in piece {
            list.push_bind(*code);
        }
        query.push(
            ")) c JOIN lab_specimen_orders so ON so.specimen_id = c.specimen_id \
             JOIN lab_orders o ON o.id = so.order_id ORDER BY c.code, c.by_alias, so.position",
        );
        for row in query.build().fetch_all(&mut *conn).await? {
            let part = Part {
                tube: row.try_get("specimen_id")?,
                by_alias: row.try_get::<i32, _>("by_alias")? == 1,
                person: row.try_get("person_id")?,
                order: row.try_get("order_id")?,
            };
            parts.entry(row.try_get("code")?).or_default().push(part);
        }
    }
    Ok(parts)
}

/// Which of these ids a statement finds; only in members who are still waited for, where that is asked.
async fn ids_among(
    conn: &mut Conn,
    select: &'static str,
    ids: &[Uuid],
    open: bool,
) -> Result<HashSet<Uuid>, StoreError> {
    let mut found = HashSet::new();
    for piece in pieces(ids, MOST) {
        let mut query = QueryBuilder::<Db>::new(select);
        let mut list = query.separated(", ");
        for id in piece {
            list.push_bind(*id);
        }
        query.push(")");
        if open {
            query.push(" AND state IN (");
            let mut list = query.separated(", ");
            for state in MemberState::ALL.into_iter().filter(|state| state.open()) {
                list.push_bind(state.code());
            }
            query.push(")");
        }
        found.extend(query.build_query_scalar::<Uuid>().fetch_all(&mut *conn).await?);
    }
    Ok(found)
}
