//! What stands in the tables about a chunk of rows, read in a few statements before its first row is looked at.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use shared::ids::{PersonId, ResultId, SpecimenId};
use shared::person::{Candidate, PersonDraft};
use shared_store::StoreError;
use shared_store::people::StoredPerson;
use shared_store::registry::RegistryRead;

use crate::app::row::Incoming;
use crate::domain::result::{Parsed, PersonRef};
use crate::store::LabRead;
use crate::store::intake::{IntakeRead, KnownTube};
use crate::store::model::Tube;

/// A transaction, and what was read through it for the rows at hand.
pub struct Known<'a, T: ?Sized> {
    pub(super) tx: &'a mut T,
    people: People,
    tubes: HashMap<String, KnownTube>,
    pools: HashSet<SpecimenId>,
    awaited: HashSet<SpecimenId>,
}

/// Who is described by a row that may have to look for people.
pub(super) fn described(parsed: &Parsed) -> Option<&PersonDraft> {
    match parsed.draft.subject.person() {
        Some(PersonRef::Described { draft, .. }) => Some(draft),
        Some(PersonRef::Known(_) | PersonRef::Named(_)) | None => None,
    }
}

/// Every code that may be that of a result's tube.
pub(super) fn barcodes(parsed: &Parsed) -> impl Iterator<Item = &str> {
    parsed.draft.subject.barcode().into_iter().chain(&parsed.other_tubes).map(|barcode| barcode.as_str())
}

impl<'a, T: LabRead + ?Sized> Known<'a, T> {
    /// Reads what the rows are about, beside what stands under their accessions. `before` are the people of the versions
    /// before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(
        tx: &'a mut T,
        rows: &[&Incoming],
        before: impl Iterator<Item = PersonId>,
    ) -> Result<Self, StoreError> {
        let results = || rows.iter().flat_map(|row| row.results());
        let codes: HashSet<&str> = results().flat_map(barcodes).collect();
        let found = tx.known_tubes(&codes.into_iter().collect::<Vec<_>>()).await?;
        let drafts: Vec<&PersonDraft> = results().filter_map(described).collect();
        let mut people = People::default();
        for stored in tx.people_like(&drafts).await? {
            people.put(stored);
        }
        let named = results().filter_map(|parsed| match parsed.draft.subject.person() {
            Some(PersonRef::Known(id)) => Some(*id),
            Some(PersonRef::Described { id, .. }) => *id,
            _ => None,
        });
        let owners = found.iter().flat_map(|known| known.tube.people.iter().copied());
        people.complete(tx, before.chain(named).chain(owners)).await?;
        // The record that somebody lives on as.
        let kept: Vec<PersonId> = people.by_id.values().filter_map(|stored| stored.merged_into).collect();
        people.complete(tx, kept.into_iter()).await?;
        let of = |wanted: fn(&KnownTube) -> bool| found.iter().filter(|k| wanted(k)).map(|k| k.tube.id).collect();
        let (pools, awaited) = (of(|known| known.is_pool), of(|known| known.is_awaited));
        let tubes = found.into_iter().map(|known| (known.barcode.clone(), known)).collect();
        Ok(Self { tx, people, tubes, pools, awaited })
    }
}

impl<T: ?Sized> Known<'_, T> {
    /// Notes somebody who is registered, or changed, while the rows are stored.
    pub(super) fn put(&mut self, stored: StoredPerson) {
        self.people.put(stored);
    }

    /// Whether a tube of the rows is a pool.
    pub(super) fn is_pool(&self, tube: SpecimenId) -> bool {
        self.pools.contains(&tube)
    }

    /// Whether somebody may wait for what is in a tube of the rows.
    pub(super) fn is_awaited(&self, tube: SpecimenId) -> bool {
        self.awaited.contains(&tube)
    }
}

#[async_trait]
impl<T: LabRead + ?Sized> RegistryRead for Known<'_, T> {
    async fn person(&mut self, id: PersonId) -> Result<Option<StoredPerson>, StoreError> {
        match self.people.by_id.get(&id) {
            Some(stored) => Ok(Some(stored.clone())),
            None => RegistryRead::person(self.tx, id).await,
        }
    }

    async fn canonical(&mut self, id: PersonId) -> Result<Option<PersonId>, StoreError> {
        match self.people.by_id.get(&id) {
            Some(stored) => Ok(Some(stored.merged_into.unwrap_or(id))),
            None => RegistryRead::canonical(self.tx, id).await,
        }
    }

    async fn candidates(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        Ok(self.people.candidates(draft))
    }
}

#[async_trait]
impl<T: LabRead + ?Sized> IntakeRead for Known<'_, T> {
    async fn tube(&mut self, barcode: &str) -> Result<Option<Tube>, StoreError> {
        Ok(self.tubes.get(barcode).map(|known| known.tube.clone()))
    }

    async fn resembling(&mut self, draft: &PersonDraft) -> Result<Vec<Candidate>, StoreError> {
        if draft.birth.is_some() || draft.phone.is_some() || draft.national_id.is_some() {
            return Ok(self.people.candidates(draft));
        }
        // How many bear a name nobody can tell beforehand: they are looked for when it comes to it.
        let mut found = self.people.of_name(draft);
        found.append(&mut self.tx.candidates_of(&[draft]).await?);
        Ok(found)
    }

    async fn was_at(&mut self, tube: SpecimenId, lab_code: &str) -> Result<bool, StoreError> {
        IntakeRead::was_at(self.tx, tube, lab_code).await
    }

    async fn is_own_code(&mut self, tube: SpecimenId, code: &str) -> Result<bool, StoreError> {
        IntakeRead::is_own_code(self.tx, tube, code).await
    }

    async fn has_result(&mut self, id: ResultId) -> Result<bool, StoreError> {
        IntakeRead::has_result(self.tx, id).await
    }
}

/// People, found by name and by number.
#[derive(Default)]
struct People {
    by_id: HashMap<PersonId, StoredPerson>,
    by_name: HashMap<String, Vec<PersonId>>,
    by_number: HashMap<String, Vec<PersonId>>,
}

impl People {
    fn put(&mut self, stored: StoredPerson) {
        let (id, person) = (stored.person.id, &stored.person);
        let file = |under: &mut HashMap<String, Vec<PersonId>>, key: String| {
            let ids = under.entry(key).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        };
        file(&mut self.by_name, person.full_name.folded());
        if let Some(number) = &person.national_id {
            file(&mut self.by_number, number.as_str().to_owned());
        }
        self.by_id.insert(id, stored);
    }

    /// Reads those who are not there yet.
    async fn complete<T: LabRead + ?Sized>(
        &mut self,
        tx: &mut T,
        ids: impl Iterator<Item = PersonId>,
    ) -> Result<(), StoreError> {
        let missing: HashSet<PersonId> = ids.filter(|id| !self.by_id.contains_key(id)).collect();
        if !missing.is_empty() {
            for stored in tx.people(&missing.into_iter().collect::<Vec<_>>()).await? {
                self.put(stored);
            }
        }
        Ok(())
    }

    fn of_name(&self, draft: &PersonDraft) -> Vec<Candidate> {
        let ids = self.by_name.get(&draft.full_name.folded()).into_iter().flatten();
        ids.filter_map(|id| self.by_id.get(id)).map(candidate).collect()
    }

    /// As the register would give them: same number, or same name with the same phone or year of birth.
    fn candidates(&self, draft: &PersonDraft) -> Vec<Candidate> {
        let by_number = draft.national_id.as_ref().and_then(|number| self.by_number.get(number.as_str()));
        let by_name = self.by_name.get(&draft.full_name.folded());
        let mut seen = HashSet::new();
        let ids = by_number.into_iter().flatten().chain(by_name.into_iter().flatten());
        let found = ids.filter(|id| seen.insert(**id)).filter_map(|id| self.by_id.get(id));
        found.filter(|stored| may_be(draft, stored)).map(candidate).collect()
    }
}

/// Whether the register counts somebody of the name or number of a draft among its candidates.
fn may_be(draft: &PersonDraft, stored: &StoredPerson) -> bool {
    let person = &stored.person;
    let number = draft.national_id.is_some() && draft.national_id == person.national_id;
    let phone = draft.phone.is_some() && draft.phone == person.phone;
    let year = draft.birth.zip(person.birth).is_some_and(|(one, two)| one.year() == two.year());
    number || ((phone || year) && draft.full_name.folded() == person.full_name.folded())
}

fn candidate(stored: &StoredPerson) -> Candidate {
    Candidate {
        id: stored.merged_into.unwrap_or(stored.person.id),
        full_name_fold: stored.person.full_name.folded(),
        birth: stored.person.birth,
        phone: stored.person.phone.clone(),
        national_id: stored.person.national_id.clone(),
    }
}
