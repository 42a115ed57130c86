//! What the window in which a case infected others is counted from: its onset, its first specimen, its isolation. Whoever
//! changes one of them tells check-in, which finds the contacts anew.

use shared::events::{CaseOpened, CaseUpdated, Outcome};
use shared::time::Instant;
use shared_store::StoreError;

use super::work::Work;
use crate::domain::case::CaseState;
use crate::store::{CaseRecord, Evidence, OpenedBy};

/// What others are told of a case.
pub(super) fn facts(case: &CaseRecord) -> CaseOpened {
    CaseOpened {
        case_id: case.id,
        person_id: case.person_id,
        symptom_onset: case.symptom_onset,
        specimen_at: case.specimen_at,
        isolated_from: case.isolated_from,
        ward_code: case.ward_code.clone(),
        opened_at: case.opened_at,
    }
}

/// When the first specimen was taken that found it. A case that staff opened was diagnosed by a test of its own.
fn first_specimen(case: &CaseRecord, evidence: &[Evidence]) -> Instant {
    let found = evidence.iter().filter(|e| e.outcome == Some(Outcome::Detected)).map(|e| e.collected_at).min();
    match (found, case.opened_by) {
        (Some(found), OpenedBy::Result) => found,
        (Some(found), OpenedBy::Staff) => found.min(case.diagnosed_at),
        (None, OpenedBy::Staff) => case.diagnosed_at,
        (None, OpenedBy::Result) => case.specimen_at,
    }
}

/// Keeps what is known of a case now, with its first specimen by the evidence behind it, and tells others where the
/// window changed.
///
/// # Errors
/// When the store fails.
pub(super) async fn renew(work: &mut Work, before: &CaseRecord, after: CaseRecord) -> Result<CaseRecord, StoreError> {
    if after.state == CaseState::Voided {
        return Ok(after);
    }
    let evidence = work.tx.evidence_of(after.id).await?;
    let after = CaseRecord { specimen_at: first_specimen(&after, &evidence), ..after };
    if after != *before {
        work.tx.update_case(&after).await?;
    }
    let counted = |case: &CaseRecord| (case.symptom_onset, case.specimen_at, case.isolated_from);
    if counted(&after) != counted(before) {
        work.event(&CaseUpdated { case: facts(&after) }).await?;
    }
    Ok(after)
}
