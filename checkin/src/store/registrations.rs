//! Venues that wait for their owner's confirmation, and invitations to be staff.

use async_trait::async_trait;
use shared::ids::PlaceId;
use shared::time::Instant;
use shared_store::StoreError;
use uuid::Uuid;

/// A venue that its owner asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The registration.
    pub id: Uuid,
    /// What was typed, sealed.
    pub typed_sealed: Vec<u8>,
    /// The ward of the venue.
    pub ward_code: String,
    /// When it was asked for.
    pub created_at: Instant,
    /// Until when it can be confirmed.
    pub expires_at: Instant,
}

/// Reading what waits.
#[async_trait]
pub trait RegistrationRead: Send {
    /// A registration that can still be confirmed.
    async fn registration(&mut self, id: Uuid, now: Instant) -> Result<Option<Registration>, StoreError>;
    /// Those that can still be confirmed, the newest first.
    async fn waiting_registrations(&mut self, now: Instant, limit: i64) -> Result<Vec<Registration>, StoreError>;
    /// The venue of an invitation that is still good, by the SHA-256 of its token.
    async fn invitation(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<PlaceId>, StoreError>;
}

/// Writing what waits.
#[async_trait]
pub trait RegistrationWrite: Send {
    /// A new registration.
    async fn put_registration(&mut self, registration: &Registration) -> Result<(), StoreError>;
    /// Takes a registration as confirmed; `false` where it was, or has ended.
    async fn end_registration(&mut self, id: Uuid, now: Instant) -> Result<bool, StoreError>;
    /// Deletes registrations and invitations that ended before then.
    async fn forget_registrations(&mut self, before: Instant) -> Result<(), StoreError>;
    /// A new invitation.
    async fn put_invitation(
        &mut self,
        token_hash: &[u8],
        place: PlaceId,
        now: Instant,
        expires_at: Instant,
    ) -> Result<(), StoreError>;
    /// Takes an invitation; `false` where it was taken, or has ended.
    async fn use_invitation(&mut self, token_hash: &[u8], now: Instant) -> Result<bool, StoreError>;
}
