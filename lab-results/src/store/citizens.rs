//! The part of the port that is about citizens at their links, about laboratories and their keys, and about what is still
//! to undo.

use async_trait::async_trait;
use shared::ids::{AccountId, PersonId, ResultId};
use shared::time::{Date, Instant};
use shared_store::StoreError;
use uuid::Uuid;

use crate::domain::undo::UndoKind;

/// What a health officer registered of a laboratory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The laboratory's code.
    pub code: String,
    /// Its phone for citizens.
    pub phone: Option<String>,
    /// The number of its licence.
    pub licence_no: String,
    /// Until when the licence is good.
    pub licensed_until: Option<Date>,
    /// The kinds of test that it is licensed for: `pcr`, `antigen`.
    pub kinds: Vec<String>,
    /// Whether its results are taken.
    pub active: bool,
    /// Who registered it.
    pub registered_by: Option<AccountId>,
    /// When.
    pub created_at: Instant,
    /// When that changed last.
    pub updated_at: Instant,
}

/// What the hint of a certificate begins with.
pub const CERTIFICATE: &str = "sha256:";

/// A key of a laboratory's program, or a client certificate that stands for one.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The key's id.
    pub id: Uuid,
    /// The laboratory.
    pub lab_code: String,
    /// What for, in the words of whoever asked.
    pub label: String,
    /// Its first characters, to tell it from others.
    pub hint: String,
    /// The hash by which its session is found.
    pub token_hash: Vec<u8>,
    /// The account that it acts as.
    pub account_id: AccountId,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When.
    pub created_at: Instant,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl ApiKey {
    /// Whether it is a client certificate.
    #[must_use]
    pub fn is_certificate(&self) -> bool {
        self.hint.starts_with(CERTIFICATE)
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKey").field("id", &self.id).field("lab_code", &self.lab_code).finish_non_exhaustive()
    }
}

/// How well a laboratory's records were, lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conduct {
    /// Records that were taken, each counted once.
    pub good: i64,
    /// Records that were refused.
    pub bad: i64,
}

/// Something that is still to undo after a positive was corrected or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The task.
    pub id: Uuid,
    /// The result.
    pub result_id: ResultId,
    /// The version that corrects it.
    pub version: i64,
    /// The laboratory.
    pub lab_code: String,
    /// Whose the positive was said to be.
    pub person_id: PersonId,
    /// What is to undo.
    pub kind: UndoKind,
    /// Since when.
    pub created_at: Instant,
    /// When it was done.
    pub done_at: Option<Instant>,
    /// Who did it.
    pub done_by: Option<AccountId>,
    /// What was done.
    pub note: String,
}

/// Reading.
#[async_trait]
pub trait CitizenRead: Send {
    /// Whose phone a browser proved to have.
    async fn home_access(&mut self, token_hash: &[u8], now: Instant) -> Result<Option<PersonId>, StoreError>;
    /// How many wrong birth dates were tried for a person.
    async fn tries(&mut self, person: PersonId) -> Result<i64, StoreError>;
    /// When a result's link was last sent anew.
    async fn link_sent(&mut self, result: ResultId) -> Result<Option<Instant>, StoreError>;
    /// What was registered of a laboratory.
    async fn registration(&mut self, code: &str) -> Result<Option<Registration>, StoreError>;
    /// The keys of a laboratory, newest first.
    async fn api_keys(&mut self, lab_code: &str) -> Result<Vec<ApiKey>, StoreError>;
    /// A key.
    async fn api_key(&mut self, id: Uuid) -> Result<Option<ApiKey>, StoreError>;
    /// How well a laboratory's records were since a time.
    async fn conduct(&mut self, lab_code: &str, since: Instant) -> Result<Conduct, StoreError>;
    /// What is still to undo, oldest first, of one laboratory or all; only tasks after the task `after`, which may be done.
    async fn to_undo(
        &mut self,
        lab_code: Option<&str>,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<Undo>, StoreError>;
    /// A task.
    async fn undo(&mut self, id: Uuid) -> Result<Option<Undo>, StoreError>;
}

/// Writing.
#[async_trait]
pub trait CitizenWrite: CitizenRead {
    /// Notes that a browser proved to have a phone.
    async fn put_home_access(
        &mut self,
        token_hash: &[u8],
        person: PersonId,
        now: Instant,
        until: Instant,
    ) -> Result<(), StoreError>;
    /// One more wrong birth date.
    async fn add_try(&mut self, person: PersonId, now: Instant) -> Result<i64, StoreError>;
    /// Forgets the wrong birth dates.
    async fn clear_tries(&mut self, person: PersonId) -> Result<(), StoreError>;
    /// Notes that a link was sent anew.
    async fn note_link_sent(&mut self, result: ResultId, now: Instant) -> Result<(), StoreError>;
    /// Registers a laboratory, or changes what is registered.
    async fn put_registration(&mut self, registration: &Registration) -> Result<(), StoreError>;
    /// A new key; `false` where one with this hash was there before.
    async fn insert_api_key(&mut self, key: &ApiKey) -> Result<bool, StoreError>;
    /// Revokes a key; `false` where it was revoked before.
    async fn revoke_api_key(&mut self, id: Uuid, now: Instant) -> Result<bool, StoreError>;
    /// Adds tasks; one that is there already is left out.
    async fn add_undo(&mut self, tasks: &[Undo]) -> Result<(), StoreError>;
    /// Ends a task; `false` where it was done before.
    async fn finish_undo(
        &mut self,
        id: Uuid,
        by: Option<AccountId>,
        note: &str,
        now: Instant,
    ) -> Result<bool, StoreError>;
    /// Ends the tasks of a kind about a person.
    async fn finish_undo_of(&mut self, people: &[PersonId], kind: UndoKind, now: Instant) -> Result<u64, StoreError>;
}
