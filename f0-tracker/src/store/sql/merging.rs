//! What goes along when two cases, or two records of a person, turn out to be one.
//!
//! A new table with a case or a person has its line here; contacts have more to decide and stand in their own module.

use shared::ids::{CaseId, PersonId};
use shared_store::StoreError;
use uuid::Uuid;

use super::{Conn, contacts};

/// From case `$1` to case `$2`. An intake stays where the other case has one.
const OF_CASES: [&str; 8] = [
    "UPDATE f0_reports SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_case_results SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_alerts SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_acts SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_tests SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_papers SET case_id = $2 WHERE case_id = $1",
    "UPDATE f0_intakes SET case_id = $2 WHERE case_id = $1 \
     AND NOT EXISTS (SELECT 1 FROM f0_intakes AS other WHERE other.case_id = $2)",
    "UPDATE f0_inbound SET case_id = $2 WHERE case_id = $1",
];

/// From person `$1` to person `$2`.
const OF_PEOPLE: [&str; 4] = [
    "UPDATE f0_case_results SET person_id = $2 WHERE person_id = $1",
    "UPDATE f0_intakes SET carer_id = $2 WHERE carer_id = $1",
    "UPDATE f0_tests SET person_id = $2 WHERE person_id = $1",
    "UPDATE f0_acts SET person_id = $2 WHERE person_id = $1",
];

/// Gives everything of one case to another.
pub(super) async fn cases(conn: &mut Conn, from: CaseId, to: CaseId) -> Result<(), StoreError> {
    each(conn, &OF_CASES, from.uuid(), to.uuid()).await?;
    contacts::move_to(conn, from, to).await
}

/// Gives everything of one record of a person to another.
pub(super) async fn people(conn: &mut Conn, from: PersonId, to: PersonId) -> Result<(), StoreError> {
    each(conn, &OF_PEOPLE, from.uuid(), to.uuid()).await?;
    contacts::move_person(conn, from, to).await
}

async fn each(conn: &mut Conn, statements: &[&'static str], from: Uuid, to: Uuid) -> Result<(), StoreError> {
    for statement in statements {
        sqlx::query(*statement).bind(from).bind(to).execute(&mut *conn).await?;
    }
    Ok(())
}
