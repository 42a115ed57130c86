//! What the intake of results asks of a transaction: less than a whole one, so that [`crate::app::batch`] can stand between
//! the rows of a chunk and the tables. A transaction answers it itself.

use async_trait::async_trait;
use shared::event::CloudEvent;
use shared::ids::{OrderId, ResultId, SpecimenId};
use shared::person::{Candidate, PersonDraft};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::AuditEntry;
use shared_store::registry::{RegistryRead, RegistryWrite};

use super::flow::{CustodyLine, Member, Pool};
use super::model::{Held, StoredResult, Tube};
use super::{LabRead, LabWrite};

/// What stands in the tables about the rows at hand.
#[async_trait]
pub trait IntakeRead: RegistryRead {
    /// Whose specimens are in the tube with this barcode.
    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError>;
    /// The records that a draft might be; where it says nothing but a name, everybody of that name.
    async fn resembling(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError>;
    /// Whether a laboratory has had a tube.
    async fn was_at(&mut self, tube: SpecimenId, lab_code: &str) -> Result<bool, StoreError>;
    /// Whether a code is a tube's own, and not that of its kit.
    async fn is_own_code(&mut self, tube: SpecimenId, code: &str) -> Result<bool, StoreError>;
    /// Whether a result has this id.
    async fn has_result(&mut self, id: ResultId) -> Result<bool, StoreError>;
}

/// How the intake writes.
#[async_trait]
pub trait IntakeWrite: IntakeRead + RegistryWrite {
    /// The transaction itself, with everything written that was given before.
    async fn plain(&mut self) -> Result<&mut dyn LabWrite, StoreError>;
    /// A new result with its first version.
    async fn insert_result(&mut self, result: &StoredResult) -> Result<(), StoreError>;
    /// Puts a record into the work queue, and the line into the audit log, unless the same record waits or waited there.
    async fn hold(
        &mut self,
        held: &Held,
        line: &AuditEntry,
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError>;
    /// An event, published after the commit; one that presses before all others.
    async fn tell(&mut self, event: &CloudEvent, presses: bool) -> Result<(), StoreError>;
    /// Lines of custody.
    async fn note_custody(&mut self, lines: Vec<CustodyLine>) -> Result<(), StoreError>;
    /// The pool that a tube is.
    async fn pool_in(&mut self, tube: SpecimenId) -> Result<Option<Pool>, StoreError>;
    /// Members of pools about whom something must be done still, whose kept tube or whose next single order this tube is.
    async fn awaited_in(&mut self, tube: SpecimenId) -> Result<Vec<Member>, StoreError>;
}

/// What is known of a tube before rows name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTube {
    /// The code that it was looked for by.
    pub barcode: String,
    /// Whose it is.
    pub tube: Tube,
    /// It is a pool.
    pub is_pool: bool,
    /// It may be what somebody waits for: see [`IntakeWrite::awaited_in`].
    pub is_awaited: bool,
}

#[async_trait]
impl<T: LabRead + ?Sized> IntakeRead for T {
    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError> {
        LabRead::tube(self, barcode).await
    }

    async fn resembling(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        self.candidates_of(&[draft]).await
    }

    async fn was_at(&mut self, tube: SpecimenId, lab_code: &str) -> Result<bool, StoreError> {
        let custody = self.custody(tube).await?;
        Ok(custody.iter().any(|line| line.lab_code.as_deref().is_some_and(|code| code.eq_ignore_ascii_case(lab_code))))
    }

    async fn is_own_code(&mut self, tube: SpecimenId, code: &str) -> Result<bool, StoreError> {
        Ok(self.specimen(tube).await?.is_some_and(|specimen| specimen.barcode == code))
    }

    async fn has_result(&mut self, id: ResultId) -> Result<bool, StoreError> {
        Ok(self.result(id).await?.is_some())
    }
}

#[async_trait]
impl IntakeWrite for dyn LabWrite + '_ {
    async fn plain(&mut self) -> Result<&mut dyn LabWrite, StoreError> {
        Ok(self)
    }

    async fn insert_result(&mut self, result: &StoredResult) -> Result<(), StoreError> {
        LabWrite::insert_result(self, result).await
    }

    async fn hold(
        &mut self,
        held: &Held,
        line: &AuditEntry,
        now: Instant,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        if LabWrite::hold(self, held).await? {
            RegistryWrite::audit(self, line, now, random).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, event: &CloudEvent, _: bool) -> Result<(), StoreError> {
        self.append_event(event).await
    }

    async fn note_custody(&mut self, lines: Vec<CustodyLine>) -> Result<(), StoreError> {
        self.add_custody(&lines).await?;
        Ok(())
    }

    async fn pool_in(&mut self, tube: SpecimenId) -> Result<Option<Pool>, StoreError> {
        self.pool(tube).await
    }

    async fn awaited_in(&mut self, tube: SpecimenId) -> Result<Vec<Member>, StoreError> {
        let orders: Vec<OrderId> = self.specimen(tube).await?.map(|specimen| specimen.order_ids).unwrap_or_default();
        self.open_members(Some(tube), &orders).await
    }
}
