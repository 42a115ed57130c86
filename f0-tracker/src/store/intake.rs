//! The port of intakes: what was asked when a patient was taken in, and what was decided.

use async_trait::async_trait;
use shared::ids::{AccountId, CaseId, PersonId};
use shared::time::{Date, Instant};
use shared_store::StoreError;

use crate::domain::eligibility::Decision;

/// What was asked and decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeRecord {
    /// The case.
    pub case_id: CaseId,
    /// The day of the last dose, where known.
    pub last_dose_on: Option<Date>,
    /// Whether somebody asked about underlying diseases.
    pub conditions_asked: bool,
    /// Whether they are stable on treatment, where known.
    pub stable: Option<bool>,
    /// Whether the patient cares for themselves, where known.
    pub self_care: Option<bool>,
    /// Whether the patient reaches staff by telephone, where known.
    pub reachable: Option<bool>,
    /// Whether somebody takes care of the patient, where known.
    pub has_carer: Option<bool>,
    /// Who, where they are in the register.
    pub carer: Option<PersonId>,
    /// What the decision in force said.
    pub decision: Decision,
    /// When.
    pub decided_at: Instant,
    /// Who asked.
    pub decided_by: Option<AccountId>,
}

/// Reading.
#[async_trait]
pub trait IntakeRead: Send {
    /// The intake of a case.
    async fn intake(&mut self, case: CaseId) -> Result<Option<IntakeRecord>, StoreError>;
    /// How many open cases each of these doctors has; those who have none are left out.
    async fn doctor_loads(&mut self, doctors: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait IntakeWrite: Send {
    /// Keeps the intake of a case in place of an earlier one.
    async fn put_intake(&mut self, intake: &IntakeRecord) -> Result<(), StoreError>;
}
