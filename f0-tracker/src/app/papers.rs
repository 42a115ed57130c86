//! Papers: issued, read, checked; printed and revoked in [`print`] and [`revocation`].

mod print;
mod revocation;

use serde_json::json;
use shared::bilingual::Lang;
use shared::ids::{AccountId, CaseId, MessageId, PaperId};
use shared::person::{Birth, Person};
use shared::phone::Phone;
use shared_notify::{Arg, Template, render};
use shared_store::StoreError;
use shared_store::outbox::NewMessage;
use shared_web::Problem;
use shared_web::caller::Caller;

pub use self::print::{Printed, print};
pub(crate) use self::revocation::revoke_all;
pub use self::revocation::{no_such_paper, revoke};
use super::area;
use super::close_case::course_of;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use crate::App;
use crate::papers::Facts;
use crate::papers::signing::{Signer, TokenError};
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
    by: Option<AccountId>,
) -> Result<Option<Facts>, StoreError> {
    if let Some(valid) = work.tx.papers_of(case.id).await?.into_iter().find(|p| p.kind == kind && p.revoked.is_none()) {
        return facts_of(app, &valid).map(Some);
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
        issued_by: by,
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

/// What a paper says.
///
/// # Errors
/// When its seal does not open.
pub(crate) fn facts_of(app: &App, paper: &PaperRecord) -> Result<Facts, StoreError> {
    let text = app.platform.keys().sealer.open(SEALED, paper.id.uuid().as_bytes(), &paper.sealed)?;
    Ok(serde_json::from_slice(&text)?)
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
            papers.push(OwnPaper { case_id: case.id, facts: facts_of(app, &paper)? });
        }
        work.audit("paper.list", case_subject(case.id), json!({})).await?;
    }
    work.commit().await?;
    Ok(papers)
}
