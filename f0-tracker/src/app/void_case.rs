//! Voiding a case that should never have been.

use serde_json::json;
use shared::events::CaseVoided;
use shared::ids::CaseId;
use shared_store::StoreError;

use super::work::{Work, case_subject};
use super::{alerts, papers, silence};
use crate::domain::case::CaseState;
use crate::store::{CaseRecord, FeedDraft, FeedKind};

/// Why a case should never have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its only result was corrected.
    ResultChanged,
    /// Its only result was withdrawn, or was another person's.
    ResultWithdrawn,
    /// It was a second case of one person under two names.
    Merged,
}

impl Why {
    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ResultChanged => "result_changed",
            Self::ResultWithdrawn => "result_withdrawn",
            Self::Merged => "merged",
        }
    }
}

/// Voids a case, ends its alerts and tells everybody who acted on it.
///
/// # Errors
/// When the store fails.
pub async fn void(work: &mut Work, id: CaseId, why: Why) -> Result<(), StoreError> {
    work.tx.hold(id.uuid()).await?;
    let case = work.tx.case(id).await?.filter(|case| case.state.may_become(CaseState::Voided));
    let Some(case) = case else { return Ok(()) };
    let voided = CaseRecord {
        state: CaseState::Voided,
        closed_at: case.closed_at.or(Some(work.now)),
        void_reason: Some(why.code().to_owned()),
        ..case.clone()
    };
    let voided = silence::end(work, voided).await?;
    work.tx.update_case(&voided).await?;
    alerts::end_all(work, &case, why.code()).await?;
    papers::revoke_all(work, id, None, why.code()).await?;
    work.event(&CaseVoided { case_id: case.id, person_id: case.person_id, voided_at: work.now }).await?;
    tell_ended(work, &voided);
    work.audit("case.void", case_subject(case.id), json!({"reason": why.code()})).await
}

/// Tells the live feed that a case ended, and how.
pub(super) fn tell_ended(work: &mut Work, case: &CaseRecord) {
    work.tell(FeedDraft {
        at: work.now,
        kind: FeedKind::CaseClosed,
        case_id: case.id,
        alert_id: None,
        ward_code: case.ward_code.clone(),
        data: json!({
            "case_id": case.id,
            "status": case.state.code(),
            "ward_code": case.ward_code,
            "closed_at": case.closed_at,
            "at": work.now,
        }),
    });
}
