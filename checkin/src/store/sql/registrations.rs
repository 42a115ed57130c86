//! Venues that wait for their owner's confirmation, and invitations to be staff.

use async_trait::async_trait;
use shared::ids::PlaceId;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::columns::At;
use sqlx::Row as _;
use uuid::Uuid;

use super::{Row, Tx};
use crate::store::registrations::{Registration, RegistrationRead, RegistrationWrite};

macro_rules! select_waiting {
    ($rest:literal) => {
        concat!(
            "SELECT id, typed_sealed, ward_code, created_at, expires_at FROM checkin_registrations \
             WHERE done_at IS NULL ",
            $rest
        )
    };
}

#[async_trait]
impl RegistrationRead for Tx {
    async fn registration(&mut self, id: Uuid, now: Instant) -> Result<Option<Registration>, StoreError> {
        let row = sqlx::query(select_waiting!("AND id = $1 AND expires_at > $2"))
            .bind(id)
            .bind(At(now))
            .fetch_optional(self.conn())
            .await?;
        row.as_ref().map(stored).transpose()
    }

    async fn waiting_registrations(&mut self, now: Instant, limit: i64) -> Result<Vec<Registration>, StoreError> {
        let query = sqlx::query(select_waiting!("AND expires_at > $1 ORDER BY created_at DESC, id LIMIT $2"));
        let rows = query.bind(At(now)).bind(limit).fetch_all(self.conn()).await?;
        rows.iter().map(stored).collect()
    }

    async fn invitation(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<PlaceId>, StoreError> {
        let found: Option<Uuid> = sqlx::query_scalar(
            "SELECT place_id FROM checkin_invitations WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        )
        .bind(token_hash)
        .bind(At(now))
        .fetch_optional(self.conn())
        .await?;
        Ok(found.map(PlaceId::from_uuid))
    }
}

#[async_trait]
impl RegistrationWrite for Tx {
    async fn put_registration(&mut self, registration: &Registration) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO checkin_registrations (id, typed_sealed, ward_code, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(registration.id)
        .bind(registration.typed_sealed.as_slice())
        .bind(&registration.ward_code)
        .bind(At(registration.created_at))
        .bind(At(registration.expires_at))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn end_registration(&mut self, id: Uuid, now: Instant) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE checkin_registrations SET done_at = $1 WHERE id = $2 AND done_at IS NULL AND expires_at > $1",
        )
        .bind(At(now))
        .bind(id)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn forget_registrations(&mut self, before: Instant) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM checkin_registrations WHERE expires_at < $1",
            "DELETE FROM checkin_invitations WHERE expires_at < $1",
        ] {
            sqlx::query(statement).bind(At(before)).execute(self.conn()).await?;
        }
        Ok(())
    }

    async fn put_invitation(
        &mut self,
        token_hash: &[u8],
        place: PlaceId,
        now: Instant,
        expires_at: Instant,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO checkin_invitations (token_hash, place_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(token_hash)
        .bind(place.uuid())
        .bind(At(now))
        .bind(At(expires_at))
        .execute(self.conn())
        .await?;
        Ok(())
    }

    async fn use_invitation(&mut self, token_hash: &[u8], now: Instant) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE checkin_invitations SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1",
        )
        .bind(At(now))
        .bind(token_hash)
        .execute(self.conn())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn stored(row: &Row) -> Result<Registration, StoreError> {
    Ok(Registration {
        id: row.try_get("id")?,
        typed_sealed: row.try_get("typed_sealed")?,
        ward_code: row.try_get("ward_code")?,
        created_at: row.try_get::<At, _>("created_at")?.0,
        expires_at: row.try_get::<At, _>("expires_at")?.0,
    })
}
