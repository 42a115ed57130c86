//! The papers of a case on its page: what was issued, whether it holds, its file, and its revocation.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PaperId};
use shared_web::Problem;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::caller::Caller;
use shared_web::page::{Page, exact};

use super::view::{Again, page_of};
use crate::App;
use crate::api::KEEPERS;
use crate::api::papers::Why;
use crate::app::look::CaseFile;
use crate::app::papers;
use crate::app::report::no_such_case;
use crate::domain::case::CaseState;
use crate::pages::FormError;
use crate::store::{PaperKind, PaperRecord};

/// A paper of the case.
pub(super) struct PaperRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) number: String,
    pub(super) issued: String,
    pub(super) by: String,
    /// Where its file is; empty for one that no longer holds.
    pub(super) href: String,
    /// When it was revoked; empty where it holds.
    pub(super) revoked: String,
    /// Why it was revoked.
    pub(super) reason: String,
    /// What was typed as a reason and was refused.
    pub(super) typed: String,
    /// What would be right.
    pub(super) error: String,
}

/// A paper that can be issued and printed now.
pub(super) struct Printable {
    pub(super) href: String,
    pub(super) title: String,
}

/// A revocation that was refused, to be shown again.
pub(super) struct Refused {
    pub(super) paper: PaperId,
    pub(super) reason: String,
    pub(super) why: Bilingual,
}

fn file_of(case: CaseId, kind: PaperKind) -> String {
    let name = match kind {
        PaperKind::Completion => "certificate.pdf",
        PaperKind::IsolationOrder => "isolation-order.pdf",
    };
    format!("/api/v1/f0/cases/{case}/{name}")
}

fn title(page: &Page, kind: PaperKind) -> String {
    page.t(&format!("paper-kind-{}", kind.code()))
}

/// Why a paper was revoked: what somebody wrote, or what the program did it for.
fn reason(page: &Page, code: &str) -> String {
    match code {
        "case_closed" | "result_changed" | "result_withdrawn" | "merged" => {
            page.t(&format!("case-paper-{}", code.replace('_', "-")))
        }
        written => written.to_owned(),
    }
}

/// The papers that were issued, the newest first.
pub(super) fn issued(page: &Page, file: &CaseFile, refused: Option<&Refused>) -> Vec<PaperRow> {
    let row = |paper: &PaperRecord| {
        let refused = refused.filter(|refused| refused.paper == paper.id);
        let revoked = paper.revoked.as_ref();
        PaperRow {
            id: paper.id.to_string(),
            title: title(page, paper.kind),
            number: paper.number.clone(),
            issued: exact(paper.issued_at),
            by: paper.issued_by.and_then(|by| file.names.get(&by).cloned()).unwrap_or_default(),
            href: if revoked.is_none() { file_of(paper.case_id, paper.kind) } else { String::new() },
            revoked: revoked.map(|(at, _)| exact(*at)).unwrap_or_default(),
            reason: revoked.map(|(_, code)| reason(page, code)).unwrap_or_default(),
            typed: refused.map(|refused| refused.reason.clone()).unwrap_or_default(),
            error: refused.map(|refused| refused.why.get(page.language()).to_owned()).unwrap_or_default(),
        }
    };
    file.papers.iter().map(row).collect()
}

/// The paper that this case has coming and that was not issued, or was revoked.
pub(super) fn printable(page: &Page, file: &CaseFile) -> Option<Printable> {
    let kind = match file.case.state {
        CaseState::Open => PaperKind::IsolationOrder,
        CaseState::Closed => PaperKind::Completion,
        CaseState::Voided => return None,
    };
    let there = file.papers.iter().any(|paper| paper.kind == kind && paper.revoked.is_none());
    (!there).then(|| Printable { href: file_of(file.case.id, kind), title: title(page, kind) })
}

/// What is wrong, for the summary above the page.
pub(super) fn errors(page: &Page, refused: Option<&Refused>) -> Vec<FormError> {
    let error = |refused: &Refused| FormError {
        id: format!("reason-{}", refused.paper),
        message: refused.why.get(page.language()).to_owned(),
    };
    refused.map(error).into_iter().collect()
}

/// Revokes a paper; shows the form again where no reason was given.
async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((case, paper)): Path<(String, String)>,
    Form(why): Form<Why>,
) -> Result<Response, Problem> {
    let case: CaseId = case.parse().map_err(|_| no_such_case())?;
    let paper: PaperId = paper.parse().map_err(|_| papers::no_such_paper())?;
    match papers::revoke(&app, &caller, paper, &why.reason).await {
        Ok(revoked) => Ok(Redirect::to(&format!("/cases/{}#papers", revoked.case_id)).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let said = problem.errors.into_iter().next().map_or(*problem.detail, |error| error.detail);
            let revocation = Some(Refused { paper, reason: why.reason, why: said });
            page_of(&app, &caller, case, Again { revocation, ..Again::default() }).await
        }
        Err(problem) => Err(problem),
    }
}

/// The routes.
pub(super) fn routes(routes: Routes<App>) -> Routes<App> {
    let doc =
        Doc::page("Revoke a paper with a reason, without script; shows the form with its error, or the case").form();
    let path = "/cases/{id}/papers/{paper}/revoke";
    routes.add(Method::POST, path, Who::Roles(KEEPERS), Scope::Area, doc, post(revoke))
}
