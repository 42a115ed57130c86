//! Papers: issued, read, checked, revoked.

use serde_json::json;
use shared::access::Account;
use shared::bilingual::Lang;
use shared::events::Outcome;
use shared::ids::{CaseId, MessageId, PaperId};
use shared::person::{Birth, Person};
use shared::phone::Phone;
use shared_notify::{Arg, Template, render};
use shared_store::StoreError;
use shared_store::outbox::NewMessage;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::area;
use super::close_case::{course_of, not_yet, preview_of};
use super::report::{may_report, no_such_case};
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::case::CaseState;
use crate::papers::signing::{Signer, TokenError};
use crate::papers::{Details, Facts, pdf};
use crate::store::{CaseRecord, PaperKind, PaperRecord};

/// The name under which the facts of papers are sealed.
const SEALED: &str = "f0_papers.sealed";

/// The letters that stand behind a paper's number.
const fn series(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::IsolationOrder => "QĐ-TYT",
        PaperKind::Completion => "GXN-TYT",
    }
}

fn birth(person: &Person) -> Option<String> {
    Some(match person.birth? {
        Birth::Date(day) => format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
        Birth::Year(year) => year.to_string(),
    })
}

/// Issues a paper about a case; gives the valid one where there is one.
///
/// # Errors
/// When the store fails.
pub(crate) async fn issue(
    app: &App,
    work: &mut Work,
    case: &CaseRecord,
    kind: PaperKind,
    by: Option<&Account>,
) -> Result<Option<Facts>, StoreError> {
    if let Some(valid) = work.tx.papers_of(case.id).await?.into_iter().find(|p| p.kind == kind && p.revoked.is_none()) {
        return open(app, &valid).map(Some);
    }
    let Some(person) = work.tx.person(case.person_id).await?.map(|stored| stored.person) else { return Ok(None) };
    let course = course_of(work.tx.as_mut(), case).await?;
    let id = PaperId::new(work.now, work.random());
    let tail = id.uuid().simple().to_string();
    let to = match (kind, case.closed_at) {
        (PaperKind::Completion, Some(closed_at)) => closed_at.local_date(),
        _ => course.last_day(),
    };
    let facts = Facts {
        version: 1,
        id,
        kind: kind.code().to_owned(),
        number: format!("{}/{}", tail[tail.len() - 8..].to_uppercase(), series(kind)),
        name: person.full_name.as_str().to_owned(),
        birth: birth(&person),
        ward_code: case.ward_code.clone(),
        from: course.day_zero,
        to,
        issued_on: work.now.local_date(),
    };
    let text = serde_json::to_vec(&facts)?;
    let sealed = app.platform.keys().sealer.seal(SEALED, id.uuid().as_bytes(), &text, work.random());
    let record = PaperRecord {
        id,
        case_id: case.id,
        kind,
        number: facts.number.clone(),
        sealed,
        issued_at: work.now,
        issued_by: by.map(|account| account.id),
        revoked: None,
    };
    if !work.tx.insert_paper(&record).await? {
        return Ok(None);
    }
    work.audit("paper.issue", case_subject(case.id), json!({"paper_id": id, "kind": kind.code()})).await?;
    tell_person(app, work, &person, id).await?;
    Ok(Some(facts))
}

/// Tells the person by SMS that a paper is there, and nothing of what it says.
async fn tell_person(app: &App, work: &mut Work, person: &Person, paper: PaperId) -> Result<(), StoreError> {
    let Some(phone) = person.phone.as_ref().filter(|phone| Phone::is_mobile(phone)) else { return Ok(()) };
    let link = Arg::Link(format!("{}/care/papers", app.platform.config.public_url()));
    let Ok(rendered) = render(Template::PaperIssued, Lang::Vi, &[link]) else { return Ok(()) };
    let message = NewMessage {
        id: MessageId::new(work.now, work.random()),
        idempotency_key: format!("paper_issued:{paper}"),
        channel: "sms".to_owned(),
        template: Template::PaperIssued.code().to_owned(),
        lang: Lang::Vi,
        recipient: phone.as_str().to_owned(),
        subject: None,
        text: rendered.text,
        person_id: Some(person.id),
    };
    work.message(&message).await
}

pub(super) fn open(app: &App, paper: &PaperRecord) -> Result<Facts, StoreError> {
    let text = app.platform.keys().sealer.open(SEALED, paper.id.uuid().as_bytes(), &paper.sealed)?;
    Ok(serde_json::from_slice(&text)?)
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
/// isolation has not ended, 409 where it has ended and an order is asked for, or the case never should have been.
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
        (PaperKind::IsolationOrder, CaseState::Closed) => return Err(super::close_case::ended()),
        _ => {}
    }
    let facts = issue(app, &mut work, &case, kind, caller.account()).await?.ok_or_else(no_such_case)?;
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

/// What a check of a paper found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Genuine and valid.
    Valid(Facts),
    /// Genuine, and its last day is over.
    Expired(Facts),
    /// Genuine, and revoked.
    Revoked(Facts),
    /// Not signed by us, or changed.
    Forged,
    /// No whole token.
    Unreadable,
}

/// Checks a paper by the token in its symbol. It needs no sign-in and looks up nothing but whether it was revoked.
///
/// # Errors
/// When the store fails.
pub async fn check(app: &App, token: &str) -> Result<Check, StoreError> {
    let facts = match Signer::of(&app.platform.keys()).verify(token) {
        Ok(facts) => facts,
        Err(TokenError::Signature) => return Ok(Check::Forged),
        Err(TokenError::Form) => return Ok(Check::Unreadable),
    };
    let stored = app.store.read().await?.paper(facts.id).await?;
    let expires = facts.kind == PaperKind::IsolationOrder.code();
    Ok(match stored {
        Some(paper) if paper.revoked.is_none() => {
            if expires && facts.to < app.platform.now().local_date() {
                Check::Expired(facts)
            } else {
                Check::Valid(facts)
            }
        }
        _ => Check::Revoked(facts),
    })
}

/// Revokes a paper in a caller's name.
///
/// # Errors
/// 404 where there is no such paper in the caller's area, 409 where it was revoked before.
pub async fn revoke(app: &App, caller: &Caller, id: PaperId, reason: &str) -> Result<PaperRecord, Problem> {
    let by = caller.require_account()?.id;
    let no_such = || Problem::not_found("Không có giấy này.", "There is no such paper.");
    let mut work = Work::for_caller(app, caller).await?;
    let paper = work.tx.paper(id).await?.ok_or_else(no_such)?;
    let case = work.tx.case(paper.case_id).await?.ok_or_else(no_such)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such());
    }
    let reason: String = reason.trim().chars().take(500).collect();
    let now = work.now;
    if !work.tx.revoke_paper(id, Some(by), now, &reason).await? {
        let (vi, en) = ("Giấy này đã bị thu hồi trước đó.", "This paper was revoked before.");
        return Err(Problem::conflict("paper_revoked", vi, en));
    }
    work.audit("paper.revoke", case_subject(case.id), json!({"paper_id": id})).await?;
    let paper = work.tx.paper(id).await?.ok_or_else(no_such)?;
    work.commit().await?;
    Ok(paper)
}

/// The papers of a case, without what they say.
///
/// # Errors
/// 404 outside the caller's area.
pub async fn list(app: &App, caller: &Caller, id: CaseId) -> Result<Vec<PaperRecord>, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    let papers = work.tx.papers_of(id).await?;
    work.audit("paper.list", case_subject(id), json!({})).await?;
    work.commit().await?;
    Ok(papers)
}

/// A citizen's own paper, or one of the household's.
#[derive(Debug, Clone)]
pub struct OwnPaper {
    /// The case.
    pub case_id: CaseId,
    /// What the paper says.
    pub facts: Facts,
}

/// The valid papers of the cases that a citizen may report about, and of their own closed ones.
///
/// # Errors
/// 401 where no citizen signed in.
pub async fn own(app: &App, caller: &Caller) -> Result<Vec<OwnPaper>, Problem> {
    let citizen = caller.citizen().ok_or_else(Problem::unauthenticated)?;
    let mut work = Work::for_caller(app, caller).await?;
    let citizen = work.tx.canonical(citizen).await?.unwrap_or(citizen);
    let mut papers = Vec::new();
    for case in work.tx.cases_around(citizen).await? {
        for paper in work.tx.papers_of(case.id).await?.into_iter().filter(|paper| paper.revoked.is_none()) {
            papers.push(OwnPaper { case_id: case.id, facts: open(app, &paper)? });
        }
        work.audit("paper.list", case_subject(case.id), json!({})).await?;
    }
    work.commit().await?;
    Ok(papers)
}
