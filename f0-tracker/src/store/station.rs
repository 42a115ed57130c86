//! What stands beside a case: tests that a station took, papers, settings.

use async_trait::async_trait;
use shared::events::{Method, Outcome};
use shared::ids::{AccountId, CaseId, PaperId, PersonId, TestId};
use shared::time::Instant;
use shared_store::StoreError;

use super::CaseRecord;
use crate::domain::station_test::Watch;

/// A test that a station took or watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRecord {
    /// The test.
    pub id: TestId,
    /// The case that it belongs to, where it does.
    pub case_id: Option<CaseId>,
    /// Who was tested.
    pub person_id: PersonId,
    /// How the virus was looked for.
    pub method: Method,
    /// What was found.
    pub outcome: Outcome,
    /// Who saw it.
    pub watch: Watch,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// When it was entered.
    pub recorded_at: Instant,
    /// Who entered it.
    pub recorded_by: Option<AccountId>,
    /// What the case definition said, where it was asked.
    pub verdict: Option<String>,
    /// The id of that definition.
    pub definition: Option<String>,
    /// What was noted.
    pub note: String,
    /// The SHA-256 of the request, to tell a repeat from a conflict.
    pub body_hash: String,
}

/// What a paper says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperKind {
    /// The patient isolates at home until a day.
    IsolationOrder,
    /// The patient has completed isolation.
    Completion,
}

impl PaperKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::IsolationOrder, Self::Completion];

    /// The code on the wire and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::IsolationOrder => "isolation_order",
            Self::Completion => "completion",
        }
    }

    /// The kind that a code names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A paper that was issued. What it says is sealed: it names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRecord {
    /// The paper.
    pub id: PaperId,
    /// The case.
    pub case_id: CaseId,
    /// What it says.
    pub kind: PaperKind,
    /// The number that stands on it.
    pub number: String,
    /// Its facts as JSON, sealed.
    pub sealed: Vec<u8>,
    /// When it was issued.
    pub issued_at: Instant,
    /// Who issued it; none for the program itself.
    pub issued_by: Option<AccountId>,
    /// When it was revoked, and why.
    pub revoked: Option<(Instant, String)>,
}

/// Reading what stands beside a case.
#[async_trait]
pub trait CoreRead: Send {
    /// A test.
    async fn station_test(&mut self, id: TestId) -> Result<Option<TestRecord>, StoreError>;
    /// The tests of a case, the newest first.
    async fn tests_of_case(&mut self, case: CaseId) -> Result<Vec<TestRecord>, StoreError>;
    /// The tests of a person since a time, the newest first.
    async fn tests_of_person(&mut self, person: PersonId, since: Instant) -> Result<Vec<TestRecord>, StoreError>;
    /// A paper.
    async fn paper(&mut self, id: PaperId) -> Result<Option<PaperRecord>, StoreError>;
    /// The papers of a case, the newest first.
    async fn papers_of(&mut self, case: CaseId) -> Result<Vec<PaperRecord>, StoreError>;
    /// The papers of these cases that hold, in no order.
    async fn valid_papers(&mut self, cases: &[CaseId], kind: PaperKind) -> Result<Vec<PaperRecord>, StoreError>;
    /// A setting.
    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError>;
    /// Cases of a person, whatever their state, and open ones of the household; voided ones left out. The newest first.
    async fn cases_around(&mut self, person: PersonId) -> Result<Vec<CaseRecord>, StoreError>;
    /// Whether the person is a contact of a case that is not voided.
    async fn is_contact(&mut self, person: PersonId) -> Result<bool, StoreError>;
}

/// Writing what stands beside a case.
#[async_trait]
pub trait CoreWrite: Send {
    /// A new test; `false` where the id is taken.
    async fn insert_test(&mut self, test: &TestRecord) -> Result<bool, StoreError>;
    /// Lets tests of a person that belong to no case belong to this one.
    async fn adopt_tests(&mut self, person: PersonId, case: CaseId) -> Result<(), StoreError>;
    /// A new paper; `false` where the case has a valid one of its kind.
    async fn insert_paper(&mut self, paper: &PaperRecord) -> Result<bool, StoreError>;
    /// Revokes a paper; `false` where it was revoked before.
    async fn revoke_paper(
        &mut self,
        id: PaperId,
        by: Option<AccountId>,
        at: Instant,
        reason: &str,
    ) -> Result<bool, StoreError>;
    /// Sets a setting.
    async fn set_setting(
        &mut self,
        key: &str,
        value: &str,
        by: Option<AccountId>,
        at: Instant,
    ) -> Result<(), StoreError>;
}
