//! What people have shown that a door may ask for. Of a laboratory's result only this is kept: that a specimen of a person
//! was negative, and when it was taken. A result that is not negative leaves nothing here.

use shared::event::EventData as _;
use shared::events::{Outcome, ResultAmended, ResultReported};
use shared::ids::{PersonId, ResultId};
use shared::scan::{Card, Claim};
use shared::time::Instant;
use shared_store::StoreError;

use crate::App;
use crate::domain::door::{Proof, ProofKind};
use crate::store::{CheckinWrite, ProofRecord};

/// The purpose of the blind index of origins.
const ORIGIN: &str = "door_proof";

/// A laboratory reported a result. One that found the virus ends what was shown before; a negative one of a specimen that
/// was taken no later than that of a case is none to go by.
///
/// # Errors
/// When the store fails.
pub async fn reported(app: &App, tx: &mut dyn CheckinWrite, result: &ResultReported) -> Result<(), StoreError> {
    let person_id = tx.canonical(result.person_id).await?.unwrap_or(result.person_id);
    match result.outcome {
        Outcome::Detected => contradicted(tx, person_id, result.collected_at).await,
        Outcome::NotDetected => {
            let cases = tx.cases_of(&[person_id]).await?;
            if cases.iter().any(|case| case.specimen_at >= result.collected_at) {
                return Ok(());
            }
            let proof = Proof { kind: ProofKind::NegativeTest, at: result.collected_at, verified: true };
            tx.put_proof(&ProofRecord { origin: origin(app, result.result_id), person_id, proof }).await
        }
        Outcome::Inconclusive | Outcome::Invalid => Ok(()),
    }
}

/// A laboratory corrected or withdrew a result: what came from its last version is forgotten.
///
/// # Errors
/// When the store fails.
pub async fn amended(app: &App, tx: &mut dyn CheckinWrite, event: &ResultAmended) -> Result<(), StoreError> {
    tx.forget_proof(&origin(app, event.result.result_id)).await?;
    if event.withdrawn { Ok(()) } else { reported(app, tx, &event.result).await }
}

/// A specimen was positive: what was negative until then says nothing any more.
///
/// # Errors
/// When the store fails.
pub async fn contradicted(tx: &mut dyn CheckinWrite, person: PersonId, at: Instant) -> Result<(), StoreError> {
    tx.forget_proofs_of(person, ProofKind::NegativeTest, at).await
}

/// What a scanned card claims that a door may ask for. Nobody checked its signature.
#[must_use]
pub fn claimed(card: &Card) -> Vec<Proof> {
    let proof = |claim: &Claim| match claim {
        Claim::Vaccinated { dose, of, on } if dose >= of => {
            Some(Proof { kind: ProofKind::Vaccination, at: Instant::start_of(*on), verified: false })
        }
        Claim::Vaccinated { .. } => None,
        Claim::TestedNegative { at } => Some(Proof { kind: ProofKind::NegativeTest, at: *at, verified: false }),
    };
    card.claims.iter().filter_map(proof).collect()
}

/// Keeps what a card claims, so that its holder need not show it at every door. A card without an identity of its own is
/// shown every time.
///
/// # Errors
/// When the store fails.
pub async fn keep(
    app: &App,
    tx: &mut dyn CheckinWrite,
    card: &Card,
    person_id: PersonId,
    proofs: &[Proof],
) -> Result<(), StoreError> {
    let Some(key) = &card.key else { return Ok(()) };
    for proof in proofs {
        let origin = app.platform.keys().sealer.blind(ORIGIN, &format!("{key} {}", proof.kind.code()));
        tx.put_proof(&ProofRecord { origin, person_id, proof: *proof }).await?;
    }
    Ok(())
}

/// Forgets what no rule may ask for any more.
///
/// # Errors
/// When the store fails.
pub async fn forget_old(app: &App, now: Instant) -> Result<u64, StoreError> {
    let mut tx = app.store.write().await?;
    let mut forgotten = 0;
    for kind in ProofKind::ALL {
        forgotten += tx.forget_proofs_before(kind, app.door.kept_since(kind, now)).await?;
    }
    tx.commit().await?;
    Ok(forgotten)
}

fn origin(app: &App, result: ResultId) -> Vec<u8> {
    app.platform.keys().sealer.blind(ORIGIN, &format!("{} {result}", ResultReported::TYPE))
}
