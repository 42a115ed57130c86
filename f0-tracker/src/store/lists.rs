//! The port of the working lists: what a station, a call desk and an officer are shown of many cases at once.

use async_trait::async_trait;
use shared::events::AlertLevel;
use shared::ids::CaseId;
use shared::time::{Date, Instant};
use shared_store::StoreError;

use super::{AlertState, ContactLevel, Evidence};
use crate::domain::risk::RiskGroup;

/// How many open cases of a ward stand under a level and a risk group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCount {
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// The level of the newest report.
    pub level: AlertLevel,
    /// The risk group.
    pub risk: RiskGroup,
    /// How many.
    pub count: i64,
}

/// How many cases of a ward began, or ended, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCases {
    /// The day on the wall clock of Vietnam.
    pub day: Date,
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// How many.
    pub count: i64,
}

/// How many alerts of a ward wait or are in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertCount {
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// How dangerous.
    pub level: AlertLevel,
    /// Open or acknowledged.
    pub state: AlertState,
    /// How many.
    pub count: i64,
    /// When the oldest of them was raised.
    pub oldest: Instant,
}

/// How many contacts of cases of a ward were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCount {
    /// The ward of the case, where known.
    pub ward_code: Option<String>,
    /// How near they came.
    pub level: ContactLevel,
    /// How many.
    pub count: i64,
}

/// Reading.
#[async_trait]
pub trait ListRead: Send {
    /// The results behind many cases, in no order.
    async fn evidence_of_many(&mut self, cases: &[CaseId]) -> Result<Vec<Evidence>, StoreError>;
    /// Cases that were opened from a day on and not voided, by day and ward.
    async fn opened_counts(&mut self, from: Date) -> Result<Vec<DayCases>, StoreError>;
    /// Cases that were closed from a day on, by day and ward.
    async fn closed_counts(&mut self, from: Date) -> Result<Vec<DayCases>, StoreError>;
    /// Cases that were open when a day began, by ward.
    async fn open_before_counts(&mut self, day: Date) -> Result<Vec<(Option<String>, i64)>, StoreError>;
    /// Open cases by ward, level and risk group.
    async fn open_counts(&mut self) -> Result<Vec<OpenCount>, StoreError>;
    /// Open cases by ward that were last reported, or opened, before a time.
    async fn silent_counts(&mut self, before: Instant) -> Result<Vec<(Option<String>, i64)>, StoreError>;
    /// Alerts that are not resolved, by ward, level and state.
    async fn alert_counts(&mut self) -> Result<Vec<AlertCount>, StoreError>;
    /// Contacts that were found from one time to before another, by ward and nearness; those of voided cases left out.
    async fn contact_counts(&mut self, from: Instant, to: Instant) -> Result<Vec<ContactCount>, StoreError>;
}
