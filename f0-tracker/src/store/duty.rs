//! The port of the duty roster, and of whom an alert belongs to.

use async_trait::async_trait;
use shared::ids::{AccountId, AlertId, DutyId};
use shared::time::Instant;
use shared_store::StoreError;

use crate::domain::duty::Duty;

/// Which duties a list shows.
#[derive(Debug, Clone, Default)]
pub struct DutyFilter {
    /// Only those that have not ended here.
    pub from: Option<Instant>,
    /// Only those that have begun before.
    pub to: Option<Instant>,
    /// Only those for one of these areas; none for all.
    pub areas: Option<Vec<String>>,
    /// At most so many.
    pub limit: i64,
}

/// Reading.
#[async_trait]
pub trait DutyRead: Send {
    /// A duty.
    async fn duty(&mut self, id: DutyId) -> Result<Option<Duty>, StoreError>;
    /// The hash of the request that set a duty.
    async fn duty_body_hash(&mut self, id: DutyId) -> Result<Option<String>, StoreError>;
    /// Duties that fit, by when they begin.
    async fn duties(&mut self, filter: &DutyFilter) -> Result<Vec<Duty>, StoreError>;
    /// How many open alerts each of these accounts owns; those who own none are left out.
    async fn alert_loads(&mut self, accounts: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait DutyWrite: Send {
    /// A new duty; `false` where the id is taken.
    async fn insert_duty(&mut self, duty: &Duty, by: Option<AccountId>, body_hash: &str) -> Result<bool, StoreError>;
    /// Ends a duty at a time; `false` where it had ended by then. One that has not begun ends where it begins, and
    /// holds at no time.
    async fn end_duty(&mut self, id: DutyId, at: Instant) -> Result<bool, StoreError>;
    /// Gives an open alert to an account; `false` where it is no longer open.
    async fn own_alert(&mut self, id: AlertId, owner: Option<AccountId>) -> Result<bool, StoreError>;
}
