//! Contacts (F1).

use shared::ids::{CaseId, PersonId};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use sqlx::Row as _;

use super::{Conn, Row, code};
use crate::store::{Contact, ContactLevel};

macro_rules! columns {
    () => {
        "case_id, person_id, level, last_day, first_seen"
    };
}

fn record(row: &Row) -> Result<Contact, StoreError> {
    Ok(Contact {
        case_id: CaseId::from_uuid(row.try_get("case_id")?),
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        level: code(row.try_get("level")?, ContactLevel::from_code, "f0_contacts", "level")?,
        last_day: row.try_get::<Option<Day>, _>("last_day")?.map(|day| day.0),
        first_seen: row.try_get::<At, _>("first_seen")?.0,
    })
}

pub(super) async fn of_case(conn: &mut Conn, case: CaseId) -> Result<Vec<Contact>, StoreError> {
    let rows = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_contacts WHERE case_id = $1"))
        .bind(case.uuid())
        .fetch_all(conn)
        .await?;
    let mut contacts = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
    contacts
        .sort_by(|a, b| b.level.cmp(&a.level).then(b.last_day.cmp(&a.last_day)).then(a.person_id.cmp(&b.person_id)));
    Ok(contacts)
}

/// What two tellings of one contact say together.
fn joined(kept: &Contact, told: &Contact) -> Contact {
    Contact {
        level: kept.level.max(told.level),
        last_day: kept.last_day.max(told.last_day),
        first_seen: kept.first_seen.min(told.first_seen),
        ..*told
    }
}

pub(super) async fn put(conn: &mut Conn, told: &Contact) -> Result<(), StoreError> {
    let row = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_contacts WHERE case_id = $1 AND person_id = $2"))
        .bind(told.case_id.uuid())
        .bind(told.person_id.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    let kept = row.as_ref().map(record).transpose()?;
    let contact = kept.map_or(*told, |kept| joined(&kept, told));
    sqlx::query(
        "INSERT INTO f0_contacts (case_id, person_id, level, last_day, first_seen) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (case_id, person_id) DO UPDATE SET level = excluded.level, last_day = excluded.last_day, \
         first_seen = excluded.first_seen",
    )
    .bind(contact.case_id.uuid())
    .bind(contact.person_id.uuid())
    .bind(contact.level.code())
    .bind(contact.last_day.map(Day))
    .bind(At(contact.first_seen))
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn move_to(conn: &mut Conn, from: CaseId, to: CaseId) -> Result<(), StoreError> {
    for contact in of_case(&mut *conn, from).await? {
        put(&mut *conn, &Contact { case_id: to, ..contact }).await?;
    }
    sqlx::query("DELETE FROM f0_contacts WHERE case_id = $1").bind(from.uuid()).execute(conn).await?;
    Ok(())
}

pub(super) async fn move_person(conn: &mut Conn, from: PersonId, to: PersonId) -> Result<(), StoreError> {
    let rows = sqlx::query(concat!("SELECT ", columns!(), " FROM f0_contacts WHERE person_id = $1"))
        .bind(from.uuid())
        .fetch_all(&mut *conn)
        .await?;
    for row in &rows {
        put(&mut *conn, &Contact { person_id: to, ..record(row)? }).await?;
    }
    sqlx::query("DELETE FROM f0_contacts WHERE person_id = $1").bind(from.uuid()).execute(conn).await?;
    Ok(())
}
