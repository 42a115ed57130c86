//! A chunk of rows between its decisions and the tables: what the rows ask was read before, what they write waits, and goes
//! into the tables in a few statements. A row sees what the rows before it wrote, so that the outcome is that of row by row.

use async_trait::async_trait;
use shared::event::CloudEvent;
use shared::ids::{PersonId, ResultId, SpecimenId, UploadId};
use shared::person::{Candidate, Person, PersonDraft};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::AuditEntry;
use shared_store::people::{Review, StoredPerson};
use shared_store::registry::{RegistryRead, RegistryWrite};
use shared_store::runtime::SharedRandom;

use crate::app::folded::folded;
use crate::app::known::{Known, described};
use crate::app::row::Incoming;
use crate::app::shares::Times;
use crate::store::LabWrite;
use crate::store::flow::{CustodyLine, Member, Pool};
use crate::store::intake::{IntakeRead, IntakeWrite};
use crate::store::model::{Held, StoredResult, Tube};

/// The rows of a chunk as one writer.
pub struct Batch<'a> {
    known: Known<'a, dyn LabWrite + 'a>,
    waiting: Waiting,
    random: SharedRandom,
    now: Instant,
    upload: UploadId,
    /// From when the events may be told; at once where it is not said.
    times: Option<Times>,
    /// Something was written past this batch: what was read about pools may not hold any more.
    went_past: bool,
}

/// What is not in the tables yet, in the order in which it goes there.
#[derive(Default)]
struct Waiting {
    people: Vec<Person>,
    reviews: Vec<Review>,
    results: Vec<StoredResult>,
    held: Vec<(Held, AuditEntry)>,
    custody: Vec<CustodyLine>,
    pressing: Vec<CloudEvent>,
    others: Vec<CloudEvent>,
    audit: Vec<AuditEntry>,
}

impl<'a> Batch<'a> {
    /// Begins with a chunk: holds off others who would match its people, and reads what its rows are about.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin(
        tx: &'a mut (dyn LabWrite + 'a),
        rows: &[&Incoming],
        before: impl Iterator<Item = PersonId>,
        (random, now, upload): (SharedRandom, Instant, UploadId),
        times: Option<Times>,
    ) -> Result<Self, StoreError> {
        let drafts: Vec<&PersonDraft> = rows.iter().flat_map(|row| row.results()).filter_map(described).collect();
        tx.lock_matching_all(&drafts).await?;
        let known = Known::load(tx, rows, before).await?;
        Ok(Self { known, waiting: Waiting::default(), random, now, upload, times, went_past: false })
    }

    /// Writes everything that waits.
    ///
    /// # Errors
    /// When the store fails: nothing of the transaction may be kept then.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let tx = &mut *self.known.tx;
        tx.insert_people(&waiting.people, self.now).await?;
        tx.insert_reviews(&waiting.reviews).await?;
        tx.insert_results(&waiting.results).await?;
        if !waiting.held.is_empty() {
            let (held, mut lines): (Vec<_>, Vec<_>) = waiting.held.into_iter().unzip();
            let new = tx.hold_all(&held).await?;
            let mut is_new = held.iter().map(|held| new.contains(&held.id));
            lines.retain(|_| is_new.next().unwrap_or_default());
            waiting.audit.append(&mut lines);
        }
        tx.add_custody(&waiting.custody).await?;
        match &mut self.times {
            None => tx.append_events(&waiting.pressing).await?,
            Some(times) => {
                let spread: Vec<_> = waiting.pressing.into_iter().map(|event| (event, times.shares.take())).collect();
                tx.append_events_from(&spread).await?;
            }
        }
        tx.append_events_later(&waiting.others, self.times.map(|times| times.others)).await?;
        let (lines, of_many) = folded(waiting.audit, self.upload);
        tx.audit_all(&lines, self.now, &mut self.random).await?;
        for (line, people) in of_many {
            tx.audit_of_many(&line, &people, self.now, &mut self.random).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl RegistryRead for Batch<'_> {
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError> {
        self.known.person(id).await
    }

    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError> {
        self.known.canonical(id).await
    }

    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        self.known.candidates(draft).await
    }
}

#[async_trait]
impl RegistryWrite for Batch<'_> {
    /// All people of the chunk were locked at its beginning.
    async fn lock_matching(&mut self, _: &PersonDraft) -> Result<(), StoreError> {
        Ok(())
    }

    async fn insert_person(&mut self, person: &Person, now: Instant) -> Result<(), StoreError> {
        self.known.put(StoredPerson { person: person.clone(), merged_into: None, created_at: now });
        self.waiting.people.push(person.clone());
        Ok(())
    }

    async fn update_person(&mut self, person: &Person) -> Result<(), StoreError> {
        if let Some(stored) = RegistryRead::person(&mut self.known, person.id).await? {
            self.known.put(StoredPerson { person: person.clone(), ..stored });
        }
        match self.waiting.people.iter_mut().find(|waiting| waiting.id == person.id) {
            Some(waiting) => waiting.clone_from(person),
            None => self.known.tx.update_person(person).await?,
        }
        Ok(())
    }

    async fn insert_review(&mut self, review: &Review) -> Result<(), StoreError> {
        self.waiting.reviews.push(review.clone());
        Ok(())
    }

    async fn audit(&mut self, entry: &AuditEntry, _: Instant, _: &mut dyn Random) -> Result<(), StoreError> {
        self.waiting.audit.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl IntakeRead for Batch<'_> {
    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError> {
        IntakeRead::tube(&mut self.known, barcode).await
    }

    async fn resembling(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        self.known.resembling(draft).await
    }

    async fn was_at(&mut self, tube: SpecimenId, lab_code: &str) -> Result<bool, StoreError> {
        self.known.was_at(tube, lab_code).await
    }

    async fn is_own_code(&mut self, tube: SpecimenId, code: &str) -> Result<bool, StoreError> {
        self.known.is_own_code(tube, code).await
    }

    async fn has_result(&mut self, id: ResultId) -> Result<bool, StoreError> {
        let waits = self.waiting.results.iter().any(|result| result.id == id);
        Ok(waits || self.known.has_result(id).await?)
    }
}

#[async_trait]
impl IntakeWrite for Batch<'_> {
    async fn plain(&mut self) -> Result<&mut dyn LabWrite, StoreError> {
        self.flush().await?;
        self.went_past = true;
        Ok(&mut *self.known.tx)
    }

    async fn insert_result(&mut self, result: &StoredResult) -> Result<(), StoreError> {
        self.waiting.results.push(result.clone());
        Ok(())
    }

    async fn hold(&mut self, held: &Held, line: &AuditEntry, _: Instant, _: &mut dyn Random) -> Result<(), StoreError> {
        self.waiting.held.push((held.clone(), line.clone()));
        Ok(())
    }

    async fn tell(&mut self, event: &CloudEvent, presses: bool) -> Result<(), StoreError> {
        let waiting = if presses { &mut self.waiting.pressing } else { &mut self.waiting.others };
        waiting.push(event.clone());
        Ok(())
    }

    async fn note_custody(&mut self, mut lines: Vec<CustodyLine>) -> Result<(), StoreError> {
        self.waiting.custody.append(&mut lines);
        Ok(())
    }

    async fn pool_in(&mut self, tube: SpecimenId) -> Result<Option<Pool>, StoreError> {
        if !self.went_past && !self.known.is_pool(tube) {
            return Ok(None);
        }
        self.plain().await?.pool(tube).await
    }

    async fn awaited_in(&mut self, tube: SpecimenId) -> Result<Vec<Member>, StoreError> {
        if !self.went_past && !self.known.is_awaited(tube) {
            return Ok(Vec::new());
        }
        IntakeWrite::awaited_in(self.plain().await?, tube).await
    }
}
