//! Withdrawing exposures, and who lives with whom.

use shared::ids::{ExposureId, PersonId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::visits::in_list;
use super::{Conn, Db, LIST};

pub(super) async fn by_id(conn: &mut Conn, ids: &[ExposureId], at: Instant) -> Result<(), StoreError> {
    for chunk in ids.chunks(LIST) {
        let mut query = QueryBuilder::<Db>::new("UPDATE checkin_exposures SET withdrawn_at = ");
        query.push_bind(At(at)).push(" WHERE withdrawn_at IS NULL AND ");
        in_list(query.push("id IN ("), chunk.iter().map(|id| id.uuid()));
        query.build().persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) async fn still_exposed(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
    let mut found = Vec::new();
    for chunk in people.chunks(LIST) {
        let mut query =
            QueryBuilder::<Db>::new("SELECT DISTINCT person_id FROM checkin_exposures WHERE withdrawn_at IS NULL AND ");
        in_list(query.push("person_id IN ("), chunk.iter().map(|id| id.uuid()));
        let ids: Vec<Uuid> = query.build_query_scalar().persistent(false).fetch_all(&mut *conn).await?;
        found.extend(ids.into_iter().map(PersonId::from_uuid));
    }
    Ok(found)
}

/// The blind index of a phone tells who shares it, and no number is opened for it.
pub(super) async fn household(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<PersonId>, StoreError> {
    let mut query = QueryBuilder::<Db>::new(
        "SELECT DISTINCT COALESCE(o.merged_into, o.id) FROM people p JOIN people o ON o.phone_index = p.phone_index \
         WHERE p.phone_index IS NOT NULL AND ",
    );
    in_list(query.push("p.id IN ("), people.iter().map(|id| id.uuid()));
    let ids: Vec<Uuid> = query.build_query_scalar().persistent(false).fetch_all(conn).await?;
    Ok(ids.into_iter().map(PersonId::from_uuid).collect())
}
