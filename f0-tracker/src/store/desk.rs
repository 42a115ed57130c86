//! The port of what staff do for patients, of what a station has, and of the counts that an officer follows.

use async_trait::async_trait;
use shared::events::{Outcome, ResultReported};
use shared::ids::{AccountId, ActId, AlertId, CaseId, PersonId};
use shared::time::{Date, Instant};
use shared_store::StoreError;

use crate::domain::act::{ActBody, ActKind, ActStatus, ActStep};

/// One thing that staff did for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRecord {
    /// Its id.
    pub id: ActId,
    /// The case, where there is one.
    pub case_id: Option<CaseId>,
    /// For whom.
    pub person_id: PersonId,
    /// The ward where the person lives, as far as known.
    pub ward_code: Option<String>,
    /// Where it stands.
    pub status: ActStatus,
    /// When it was done.
    pub at: Instant,
    /// Who did it.
    pub by: AccountId,
    /// When it is due: a promised call, the end of a course of medicine.
    pub due_at: Option<Instant>,
    /// What was done.
    pub body: ActBody,
    /// The steps since, the oldest first.
    pub steps: Vec<ActStep>,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

impl ActRecord {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> ActKind {
        self.body.kind()
    }
}

/// Which of them a list shows.
#[derive(Debug, Clone, Default)]
pub struct ActFilter {
    /// Only these kinds; all where it is empty.
    pub kinds: Vec<ActKind>,
    /// Only those in these states; all where it is empty.
    pub statuses: Vec<ActStatus>,
    /// Only those of these wards; none for all, also those without a ward.
    pub wards: Option<Vec<String>>,
    /// Only those of these cases.
    pub cases: Option<Vec<CaseId>>,
    /// Only those of these people.
    pub people: Option<Vec<PersonId>>,
    /// Only those due up to here.
    pub due_by: Option<Instant>,
    /// At most so many.
    pub limit: i64,
}

/// How many tests of a day and ward had an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCount {
    /// The day of the result.
    pub day: Date,
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// What was found.
    pub outcome: Outcome,
    /// How many.
    pub count: i64,
}

/// Reading.
#[async_trait]
pub trait DeskRead: Send {
    /// One of them.
    async fn act(&mut self, id: ActId) -> Result<Option<ActRecord>, StoreError>;
    /// Those that fit, the newest first.
    async fn acts(&mut self, filter: &ActFilter) -> Result<Vec<ActRecord>, StoreError>;
    /// The phone of a ward's station, where one was noted.
    async fn station_phone(&mut self, ward: &str) -> Result<Option<String>, StoreError>;
    /// Tests from a day on, by day, ward and outcome.
    async fn test_counts(&mut self, from: Date) -> Result<Vec<TestCount>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait DeskWrite: Send {
    /// A new one; `false` where the id is taken.
    async fn insert_act(&mut self, act: &ActRecord) -> Result<bool, StoreError>;
    /// Takes one from the state `from` to its new one, with its steps and due time; `false` where it no longer stands
    /// there.
    async fn step_act(&mut self, from: ActStatus, act: &ActRecord) -> Result<bool, StoreError>;
    /// Notes the phone of a ward's station.
    async fn put_station(&mut self, ward: &str, phone: Option<&str>, at: Instant) -> Result<(), StoreError>;
    /// Counts a test in its highest version; without an outcome it was withdrawn.
    async fn put_test(
        &mut self,
        result: &ResultReported,
        ward: Option<&str>,
        outcome: Option<Outcome>,
    ) -> Result<(), StoreError>;
    /// Gives an alert that somebody has to somebody else; `false` where `from` does not have it.
    async fn reassign_alert(
        &mut self,
        id: AlertId,
        from: AccountId,
        to: AccountId,
        at: Instant,
    ) -> Result<bool, StoreError>;
}
