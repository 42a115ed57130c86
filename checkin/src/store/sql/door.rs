//! The tables of the door: codes that were seen before, and declarations.

use async_trait::async_trait;
use shared::ids::PersonId;
use shared::time::{Date, Instant};
use shared_store::StoreError;
use shared_store::columns::{At, Day};
use shared_store::error::inconsistent;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Row, Tx};
use crate::domain::declaration::Verdict;
use crate::store::door::{DeclarationRecord, DoorRead, DoorWrite};

macro_rules! declaration_columns {
    () => {
        "id, person_id, version, verdict, reasons, answers_sealed, content, declared_at, valid_until"
    };
}

#[async_trait]
impl DoorRead for Tx {
    async fn holder_of_code(&mut self, code: &[u8]) -> Result<Option<PersonId>, StoreError> {
        let holder: Option<Uuid> = sqlx::query_scalar("SELECT person_id FROM checkin_known_codes WHERE code = $1")
            .bind(code)
            .fetch_optional(self.conn())
            .await?;
        Ok(holder.map(PersonId::from_uuid))
    }

    async fn declaration(&mut self, id: Uuid) -> Result<Option<DeclarationRecord>, StoreError> {
        let query = sqlx::query(concat!("SELECT ", declaration_columns!(), " FROM checkin_declarations WHERE id = $1"));
        query.bind(id).fetch_optional(self.conn()).await?.as_ref().map(declaration).transpose()
    }

    async fn latest_declaration(&mut self, person: PersonId) -> Result<Option<DeclarationRecord>, StoreError> {
        let query = sqlx::query(concat!(
            "SELECT ",
            declaration_columns!(),
            " FROM checkin_declarations WHERE person_id = $1 ORDER BY declared_at DESC, id DESC LIMIT 1"
        ));
        query.bind(person.uuid()).fetch_optional(self.conn()).await?.as_ref().map(declaration).transpose()
    }
}

#[async_trait]
impl DoorWrite for Tx {
    async fn remember_code(&mut self, code: &[u8], holder: PersonId, day: Date) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO checkin_known_codes (code, person_id, seen_on) VALUES ($1, $2, $3) \
             ON CONFLICT (code) DO UPDATE SET person_id = excluded.person_id, seen_on = excluded.seen_on",
        )
        .bind(code)
        .bind(holder.uuid())
        .bind(Day(day))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn forget_codes_before(&mut self, day: Date) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM checkin_known_codes WHERE seen_on < $1")
            .bind(Day(day))
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected())
    }

    async fn insert_declaration(&mut self, declaration: &DeclarationRecord) -> Result<bool, StoreError> {
        let done = sqlx::query(concat!(
            "INSERT INTO checkin_declarations (",
            declaration_columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING"
        ))
        .bind(declaration.id)
        .bind(declaration.person_id.uuid())
        .bind(&declaration.version)
        .bind(declaration.verdict.code())
        .bind(declaration.reasons.join(" "))
        .bind(&declaration.answers_sealed)
        .bind(&declaration.content)
        .bind(At(declaration.declared_at))
        .bind(At(declaration.valid_until))
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn delete_declarations_before(&mut self, at: Instant) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM checkin_declarations WHERE declared_at < $1")
            .bind(At(at))
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected())
    }
}

fn declaration(row: &Row) -> Result<DeclarationRecord, StoreError> {
    let verdict: String = row.try_get("verdict")?;
    let reasons: String = row.try_get("reasons")?;
    Ok(DeclarationRecord {
        id: row.try_get("id")?,
        person_id: PersonId::from_uuid(row.try_get("person_id")?),
        version: row.try_get("version")?,
        verdict: Verdict::from_code(&verdict).ok_or_else(|| inconsistent("checkin_declarations", "verdict"))?,
        reasons: reasons.split_whitespace().map(str::to_owned).collect(),
        answers_sealed: row.try_get("answers_sealed")?,
        content: row.try_get("content")?,
        declared_at: row.try_get::<At, _>("declared_at")?.0,
        valid_until: row.try_get::<At, _>("valid_until")?.0,
    })
}
