//! What people have shown that a door may ask for.

use async_trait::async_trait;
use shared::ids::PersonId;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use shared_store::error::inconsistent;
use sqlx::Row as _;

use super::{Row, Tx};
use crate::domain::door::{Proof, ProofKind};
use crate::store::{ProofRead, ProofRecord, ProofWrite};

#[async_trait]
impl ProofRead for Tx {
    async fn proofs_of(&mut self, person: PersonId) -> Result<Vec<Proof>, StoreError> {
        let rows =
            sqlx::query("SELECT kind, at, verified FROM checkin_proofs WHERE person_id = $1 ORDER BY at DESC, origin")
                .bind(person.uuid())
                .fetch_all(self.conn())
                .await?;
        rows.iter().map(proof).collect()
    }
}

#[async_trait]
impl ProofWrite for Tx {
    async fn put_proof(&mut self, record: &ProofRecord) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO checkin_proofs (origin, person_id, kind, at, verified) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (origin) DO UPDATE SET person_id = excluded.person_id, kind = excluded.kind, \
             at = excluded.at, verified = excluded.verified",
        )
        .bind(&record.origin)
        .bind(record.person_id.uuid())
        .bind(record.proof.kind.code())
        .bind(At(record.proof.at))
        .bind(record.proof.verified)
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn forget_proof(&mut self, origin: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM checkin_proofs WHERE origin = $1").bind(origin).execute(self.conn()).await?;
        Ok(())
    }

    async fn forget_proofs_of(&mut self, person: PersonId, kind: ProofKind, until: Instant) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM checkin_proofs WHERE person_id = $1 AND kind = $2 AND at <= $3")
            .bind(person.uuid())
            .bind(kind.code())
            .bind(At(until))
            .execute(self.conn())
            .await?;
        Ok(())
    }

    async fn forget_proofs_before(&mut self, kind: ProofKind, at: Instant) -> Result<u64, StoreError> {
        let done = sqlx::query("DELETE FROM checkin_proofs WHERE kind = $1 AND at < $2")
            .bind(kind.code())
            .bind(At(at))
            .execute(self.conn())
            .await?;
        Ok(done.rows_affected())
    }

    async fn move_door_records(&mut self, kept: PersonId, other: PersonId) -> Result<(), StoreError> {
        for statement in [
            "UPDATE checkin_proofs SET person_id = $1 WHERE person_id = $2",
            "UPDATE checkin_declarations SET person_id = $1 WHERE person_id = $2",
        ] {
            sqlx::query(statement).bind(kept.uuid()).bind(other.uuid()).execute(self.conn()).await?;
        }
        Ok(())
    }
}

fn proof(row: &Row) -> Result<Proof, StoreError> {
    let kind: String = row.try_get("kind")?;
    Ok(Proof {
        kind: ProofKind::from_code(&kind).ok_or_else(|| inconsistent("checkin_proofs", "kind"))?,
        at: row.try_get::<At, _>("at")?.0,
        verified: row.try_get("verified")?,
    })
}
