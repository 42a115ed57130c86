//! A paper as PDF.

use serde_json::json;
use shared::events::Outcome;
use shared::ids::{CaseId, PaperId};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::issue;
use crate::App;
use crate::app::area;
use crate::app::close_case::{self, course_of, not_yet, preview_of};
use crate::app::report::{may_report, no_such_case};
use crate::app::work::{Work, case_subject};
use crate::domain::case::CaseState;
use crate::papers::signing::Signer;
use crate::papers::{Details, pdf};
use crate::store::{CaseRecord, PaperKind, PaperRecord};

/// A paper as PDF.
#[derive(Debug)]
pub struct Printed {
    /// The name of the file.
    pub name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
}

/// A case's paper as PDF: the completion certificate of a closed case, or the isolation order of an open one. It is
/// issued where it was not yet.
///
/// # Errors
/// 404 where the case is neither in the caller's area nor the caller's own or household's; 409 with `unmet` where
/// isolation has not ended, 409 where it has ended and an order is asked for, or the case never should have been, 409 for
/// the patient whose paper was revoked: only staff issue it again.
pub async fn print(app: &App, caller: &Caller, id: CaseId, kind: PaperKind) -> Result<Printed, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    let today = work.now.local_date();
    let mine = caller.citizen().is_some() && may_report(work.tx.as_mut(), caller, &case, today).await?;
    if !mine && !area::covers(caller, &case, today) {
        return Err(no_such_case());
    }
    match (kind, case.state) {
        (_, CaseState::Voided) => return Err(voided()),
        (PaperKind::Completion, CaseState::Open) => {
            let unmet = preview_of(&mut work, &case).await?.unmet;
            return Err(not_yet(&unmet, caller.lang()));
        }
        (PaperKind::IsolationOrder, CaseState::Closed) => return Err(close_case::ended()),
        _ => {}
    }
    if mine && taken_back(&work.tx.papers_of(id).await?, kind) {
        return Err(revoked());
    }
    let facts = issue(app, &mut work, &case, kind, caller.account().map(|account| account.id))
        .await?
        .ok_or_else(no_such_case)?;
    let details = details(&mut work, &case, facts.id).await?;
    work.audit("paper.read", case_subject(id), json!({"paper_id": facts.id})).await?;
    work.commit().await?;
    let token = Signer::of(&app.platform.keys()).sign(&facts);
    let link = format!("{}/papers/{token}", app.platform.config.public_url());
    let pdf = pdf(&facts, &details, &link).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a paper could not be drawn");
        Problem::internal()
    })?;
    let name = format!("antam-{}-{}.pdf", kind.code().replace('_', "-"), facts.number[..8].to_lowercase());
    Ok(Printed { name, pdf })
}

/// Whether papers of a kind were issued and all of them revoked.
fn taken_back(papers: &[PaperRecord], kind: PaperKind) -> bool {
    let mut issued = papers.iter().filter(|paper| paper.kind == kind).peekable();
    issued.peek().is_some() && issued.all(|paper| paper.revoked.is_some())
}

fn revoked() -> Problem {
    Problem::conflict(
        "paper_revoked",
        "Giấy này đã bị thu hồi. Hãy hỏi trạm y tế của bạn để được cấp lại.",
        "This paper was revoked. Ask your health station to issue it again.",
    )
}

fn voided() -> Problem {
    Problem::conflict(
        "case_voided",
        "Hồ sơ này đã hủy nên không có giấy.",
        "This case was voided: there is no paper about it.",
    )
}

async fn details(work: &mut Work, case: &CaseRecord, paper: PaperId) -> Result<Details, StoreError> {
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let course = course_of(work.tx.as_mut(), case).await?;
    let last_test = course.last_test().map(|(day, outcome)| {
        let found = if outcome == Outcome::Detected { "dương tính" } else { "âm tính" };
        format!("{found}, ngày {:02}/{:02}/{:04}", day.day(), day.month(), day.year())
    });
    let by = work.tx.paper(paper).await?.and_then(|paper| paper.issued_by);
    let signer = match by {
        Some(by) => work.tx.account(by).await?.map(|stored| stored.account.display_name),
        None => None,
    };
    let person = person.as_ref();
    Ok(Details {
        sex: person.map(|person| person.sex),
        national_id: person.and_then(|person| Some(person.national_id.as_ref()?.as_str().to_owned())),
        address: person.and_then(|person| person.address.clone()),
        last_test,
        signer,
    })
}
