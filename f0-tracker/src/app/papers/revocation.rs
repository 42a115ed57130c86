//! Taking papers back.

use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PaperId};
use shared::problem::FieldError;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use crate::App;
use crate::app::area;
use crate::app::work::{Work, case_subject};
use crate::store::{PaperKind, PaperRecord};

/// The most characters of a reason that are kept.
const MAX_REASON: usize = 500;

/// There is no such paper in the caller's area.
#[must_use]
pub fn no_such_paper() -> Problem {
    Problem::not_found("Không có giấy này.", "There is no such paper.")
}

/// Revokes the valid papers of a case, of one kind or of all.
pub(crate) async fn revoke_all(
    work: &mut Work,
    case: CaseId,
    kind: Option<PaperKind>,
    reason: &str,
) -> Result<(), StoreError> {
    let papers = work.tx.papers_of(case).await?;
    for paper in papers.into_iter().filter(|p| p.revoked.is_none() && kind.is_none_or(|kind| kind == p.kind)) {
        let now = work.now;
        if work.tx.revoke_paper(paper.id, None, now, reason).await? {
            let detail = json!({"paper_id": paper.id, "reason": reason});
            work.audit("paper.revoke", case_subject(case), detail).await?;
        }
    }
    Ok(())
}

/// Revokes a paper in a caller's name.
///
/// # Errors
/// 404 where there is no such paper in the caller's area, 409 where it was revoked before, 422 without a reason.
pub async fn revoke(app: &App, caller: &Caller, id: PaperId, reason: &str) -> Result<PaperRecord, Problem> {
    let by = caller.require_account()?.id;
    let mut work = Work::for_caller(app, caller).await?;
    let paper = work.tx.paper(id).await?.ok_or_else(no_such_paper)?;
    let case = work.tx.case(paper.case_id).await?.ok_or_else(no_such_paper)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_paper());
    }
    let reason: String = reason.trim().chars().take(MAX_REASON).collect();
    if reason.is_empty() {
        let detail = Bilingual::new(
            "Hãy ghi lý do thu hồi: người kiểm tra giấy và người bệnh sẽ hỏi",
            "Say why it is revoked: who checks the paper and the patient will ask",
        );
        return Err(Problem::field(FieldError::new("/reason", "required", detail)));
    }
    let now = work.now;
    if !work.tx.revoke_paper(id, Some(by), now, &reason).await? {
        let (vi, en) = ("Giấy này đã bị thu hồi trước đó.", "This paper was revoked before.");
        return Err(Problem::conflict("paper_revoked", vi, en));
    }
    work.audit("paper.revoke", case_subject(case.id), json!({"paper_id": id})).await?;
    let paper = work.tx.paper(id).await?.ok_or_else(no_such_paper)?;
    work.commit().await?;
    Ok(paper)
}
