//! Results for the demo province: many at once, without files.

use serde_json::json;
use sha2::{Digest, Sha256};
use shared::event::CloudEvent;
use shared::events::{Method, Outcome, ResultReported};
use shared::ids::{PersonId, ResultId};
use shared::random::Random;
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::audit::{Actor, AuditEntry};

use crate::app::{App, SERVICE};
use crate::domain::codes::{SpecimenKind, default_loinc};
use crate::domain::link::LinkCode;
use crate::domain::result::Status;
use crate::domain::version::ContentHash;
use crate::store::LabWrite;
use crate::store::model::{Content, Laboratory, State, StoredResult};

/// How many results go into one transaction.
const BATCH: usize = 500;

/// One result of the demo province.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedResult {
    /// The laboratory's number of the test, unique within the laboratory.
    pub accession: String,
    /// Whose specimen it was.
    pub person_id: PersonId,
    /// Where the person lives.
    pub ward_code: Option<String>,
    /// What was found.
    pub outcome: Outcome,
    /// How it was looked for.
    pub method: Method,
    /// The cycle threshold of a PCR.
    pub ct_value: Option<f64>,
    /// When the specimen was taken.
    pub collected_at: Instant,
    /// When the laboratory had the result.
    pub resulted_at: Instant,
}

/// Adds a laboratory, or renames the one with this code.
///
/// # Errors
/// When the store fails.
pub async fn ensure_laboratory(app: &App, code: &str, name: &str, ward_code: &str) -> Result<(), StoreError> {
    let laboratory = Laboratory { code: code.to_uppercase(), name: name.to_owned(), ward_code: ward_code.to_owned() };
    let mut tx = app.store.write().await?;
    tx.put_laboratory(&laboratory).await?;
    tx.commit().await
}

/// Stores released results of one laboratory, which must be there. With `events` each is told like one that came in;
/// without, whoever seeds the other services says there what followed. Gives the ids in the order of the results.
///
/// # Errors
/// When the store fails, or an accession is there already: nothing of its batch is kept then.
pub async fn insert_results(
    app: &App,
    lab_code: &str,
    results: &[SeedResult],
    events: bool,
) -> Result<Vec<ResultId>, StoreError> {
    let mut random = app.platform.random();
    let mut ids = Vec::with_capacity(results.len());
    for batch in results.chunks(BATCH) {
        let rows: Vec<StoredResult> = batch.iter().map(|seed| stored(lab_code, seed, &mut random)).collect();
        ids.extend(rows.iter().map(|row| row.id));
        let mut tx = app.store.write().await?;
        tx.insert_results(&rows).await?;
        if events {
            tell(tx.as_mut(), batch, &rows, &mut random).await?;
        }
        let entry = AuditEntry {
            service: SERVICE,
            actor: Actor::System,
            action: "results.seed",
            subject: None,
            detail: json!({"count": rows.len(), "lab_code": lab_code}),
            request_id: None,
        };
        tx.audit(&entry, app.platform.now(), &mut random).await?;
        tx.commit().await?;
    }
    Ok(ids)
}

fn stored(lab_code: &str, seed: &SeedResult, random: &mut dyn Random) -> StoredResult {
    StoredResult {
        id: ResultId::new(seed.resulted_at, random),
        lab_code: lab_code.to_uppercase(),
        accession: seed.accession.clone(),
        version: 1,
        content: Content {
            person_id: Some(seed.person_id),
            outcome: seed.outcome,
            method: Some(seed.method),
            loinc: default_loinc(seed.method).to_owned(),
            specimen_kind: SpecimenKind::NasopharyngealSwab,
            collected_at: seed.collected_at,
            resulted_at: seed.resulted_at,
            ct_value: seed.ct_value,
            status: Status::Final,
            content_hash: hash(seed),
            upload_id: None,
        },
        specimen_id: None,
        ward_code: seed.ward_code.clone(),
        state: State::Released,
        hold_reasons: Vec::new(),
        link_code: LinkCode::new(random),
        created_at: seed.resulted_at,
        updated_at: seed.resulted_at,
    }
}

/// A hash that no record of a laboratory has: the same accession sent afterwards is other content.
fn hash(seed: &SeedResult) -> ContentHash {
    let mut content = Sha256::new_with_prefix("seed\0");
    content.update(seed.accession.as_bytes());
    content.update(seed.person_id.uuid().as_bytes());
    ContentHash::from_bytes(content.finalize().into())
}

async fn tell(
    tx: &mut dyn LabWrite,
    seeds: &[SeedResult],
    rows: &[StoredResult],
    random: &mut dyn Random,
) -> Result<(), StoreError> {
    for (seed, row) in seeds.iter().zip(rows) {
        let event = ResultReported {
            result_id: row.id,
            version: row.version,
            person_id: seed.person_id,
            lab_code: row.lab_code.clone(),
            outcome: seed.outcome,
            method: seed.method,
            collected_at: seed.collected_at,
            resulted_at: seed.resulted_at,
            ward_code: seed.ward_code.clone(),
            link_code: row.link_code.to_string(),
        };
        tx.append_event(&CloudEvent::new(&event, seed.resulted_at, random)).await?;
    }
    Ok(())
}
