//! What stands under the accessions of the rows at hand: as it is stored, and as a dry run would have left it.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest, Sha256};
use shared::events::Method;
use shared::ids::{PersonId, ResultId};
use shared_store::StoreError;

use crate::app::decision::{Decision, Known};
use crate::app::reason::{Reason, may_lift};
use crate::app::row::{Incoming, keys_of};
use crate::domain::label::LabCode;
use crate::domain::result::{Parsed, ResultDraft, Status};
use crate::domain::version::{CurrentVersion, content_hash};
use crate::store::LabRead;
use crate::store::citizens::Registration;
use crate::store::model::{ResultKey, State, StoredResult};

/// What stands under one accession, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The result, where it is stored.
    pub id: Option<ResultId>,
    /// Whose it is, where that is known.
    pub person_id: Option<PersonId>,
    /// The test.
    pub loinc: String,
    /// What a record is compared with.
    pub known: Known,
}

impl Standing {
    pub(super) fn of(stored: &StoredResult) -> Self {
        let reasons = &stored.hold_reasons;
        let known = Known {
            version: stored.current(),
            released: stored.state != State::Held,
            only_preliminary: !reasons.is_empty() && reasons.iter().all(|reason| may_lift(reason)),
        };
        Self { id: Some(stored.id), person_id: stored.content.person_id, loinc: stored.content.loinc.clone(), known }
    }

    /// What would stand after a decision; `None` where it changes nothing.
    #[must_use]
    pub fn after(
        decision: &Decision,
        before: Option<&Self>,
        parsed: &Parsed,
        id: Option<ResultId>,
        person_id: Option<PersonId>,
    ) -> Option<Self> {
        let withdrawn = parsed.draft.status == Status::Withdrawn;
        let was_released = before.is_some_and(|before| before.known.released);
        let (released, only_preliminary) = match decision {
            Decision::Accept | Decision::Release | Decision::Replace => (true, false),
            Decision::Amend => (was_released || !withdrawn, false),
            Decision::HoldNew(reasons) => (false, reasons.iter().all(|reason| may_lift(reason.code()))),
            Decision::Ignore(_) | Decision::Duplicate | Decision::Queue(_) => return None,
        };
        let version = CurrentVersion {
            content_hash: content_hash(&parsed.draft),
            version: before.map_or(1, |before| before.known.version.version + 1),
            outcome: parsed.draft.outcome,
            withdrawn,
        };
        let loinc = parsed.draft.loinc.to_string();
        Some(Self { id, person_id, loinc, known: Known { version, released, only_preliminary } })
    }
}

/// What is stored under the accessions of the rows at hand, kept current while they are stored.
#[derive(Debug)]
pub struct Ledger {
    laboratories: HashMap<String, Option<Registration>>,
    results: HashMap<ResultKey, StoredResult>,
}

impl Ledger {
    /// Reads what the rows are about: one statement for each laboratory, not for each row.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(tx: &mut dyn LabRead, rows: &[&Incoming]) -> Result<Self, StoreError> {
        let keys: HashSet<_> = rows.iter().flat_map(|row| row.results()).flat_map(keys_of).collect();
        let mut by_lab: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for key in &keys {
            by_lab.entry(&key.lab_code).or_default().push(&key.accession);
        }
        let mut ledger = Self { laboratories: HashMap::new(), results: HashMap::new() };
        // What messages name as another laboratory, whether it is one.
        let named: HashSet<&str> = rows
            .iter()
            .flat_map(|row| row.results())
            .flat_map(|parsed| &parsed.named_labs)
            .map(String::as_str)
            .collect();
        let may_be = |code: &&str| !by_lab.contains_key(code) && LabCode::parse(code, "").is_ok();
        for lab_code in named.into_iter().filter(may_be) {
            if tx.laboratory(lab_code).await?.is_some() {
                ledger.laboratories.insert(lab_code.to_owned(), None);
            }
        }
        for (lab_code, accessions) in by_lab {
            if tx.laboratory(lab_code).await?.is_some() {
                let registration = tx.registration(lab_code).await?;
                ledger.laboratories.insert(lab_code.to_owned(), registration);
                let found = tx.results_of(lab_code, &accessions).await?;
                ledger.results.extend(found.into_iter().map(|stored| (stored.key(), stored)));
            }
        }
        Ok(ledger)
    }

    /// Whether a laboratory that a row names is known.
    #[must_use]
    pub fn has_laboratory(&self, lab_code: &str) -> bool {
        self.laboratories.contains_key(lab_code)
    }

    fn registration(&self, lab_code: &str) -> Option<&Registration> {
        self.laboratories.get(lab_code)?.as_ref()
    }

    /// Whether results of a laboratory are taken: an officer may have ended that. One of which nothing is registered is
    /// taken at its word.
    #[must_use]
    pub fn is_active(&self, lab_code: &str) -> bool {
        self.registration(lab_code).is_none_or(|registered| registered.active)
    }

    /// What the licence of a laboratory has against a result.
    pub fn unlicensed(&self, lab_code: &str, draft: &ResultDraft) -> impl Iterator<Item = Reason> {
        let registered = self.registration(lab_code);
        let day = draft.resulted_at.local_date();
        let ended = registered.and_then(|r| r.licensed_until).is_some_and(|last| day > last);
        let kind = draft.method.map(Method::code);
        let other =
            registered.is_some_and(|r| !r.kinds.is_empty() && kind.is_some_and(|k| !r.kinds.iter().any(|of| of == k)));
        let ended = ended.then_some(Reason::LicenceEnded);
        ended.into_iter().chain(other.then_some(Reason::NotLicensed))
    }

    /// The result under an accession.
    #[must_use]
    pub fn result(&self, key: &ResultKey) -> Option<&StoredResult> {
        self.results.get(key)
    }

    /// Whose the results are.
    pub fn people(&self) -> impl Iterator<Item = PersonId> {
        self.results.values().filter_map(|result| result.content.person_id)
    }

    /// What stands under an accession.
    #[must_use]
    pub fn standing(&self, key: &ResultKey) -> Option<Standing> {
        self.results.get(key).map(Standing::of)
    }

    /// Notes what stands under an accession now.
    pub fn note(&mut self, key: ResultKey, result: StoredResult) {
        self.results.insert(key, result);
    }
}

/// What a dry run would have stored. A file of a hundred thousand rows stays small here: keys are 16 bytes of a hash.
#[derive(Debug, Default)]
pub struct WouldBe(HashMap<[u8; 16], Standing>);

impl WouldBe {
    /// What would stand under an accession.
    #[must_use]
    pub fn get(&self, key: &ResultKey) -> Option<Standing> {
        self.0.get(&short(key)).cloned()
    }

    /// Notes what would stand under an accession.
    pub fn insert(&mut self, key: &ResultKey, standing: Standing) {
        self.0.insert(short(key), standing);
    }
}

fn short(key: &ResultKey) -> [u8; 16] {
    let digest = Sha256::new().chain_update(&key.lab_code).chain_update([0]).chain_update(&key.accession).finalize();
    std::array::from_fn(|i| digest[i])
}
