//! What the social insurance's sick-leave table (XML11) is filled with from a case that has ended.
//!
//! Of that table only its name, its purpose and the link code `MA_LK` could be read (Decision 130/QĐ-BYT and those that
//! amend it). So the facts are given under names of our own, and no column is guessed; a hospital's software maps them.

use serde::Serialize;
use serde_json::json;
use shared::ids::CaseId;
use shared::person::Sex;
use shared::time::Date;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::area;
use super::close_case::{not_yet, preview_of};
use super::papers;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::case::CaseState;
use crate::store::PaperKind;

/// The facts of one sick leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SickLeave {
    /// The table that they are for.
    pub table: &'static str,
    /// The link code: the case, in 32 characters.
    #[serde(rename = "MA_LK")]
    pub link: String,
    /// Whose.
    pub full_name: String,
    /// Day or year of birth, as it stands on the certificate.
    pub birth: Option<String>,
    /// The sex.
    pub sex: Option<Sex>,
    /// The ten digits of the social insurance, where the card is known.
    pub social_insurance_no: Option<String>,
    /// The ward whose station certified it.
    pub ward_code: Option<String>,
    /// The first day of isolation.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// How many days, both included.
    pub days: i64,
    /// The number of the certificate.
    pub certificate_no: String,
    /// The day of its issue.
    pub issued_on: Date,
}

/// The facts of a case that has ended.
///
/// # Errors
/// 404 outside the caller's area and where the certificate was revoked, 409 with `unmet` where isolation has not ended.
pub async fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<SickLeave, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let today = work.now.local_date();
    let case = work.tx.case(id).await?.filter(|case| area::covers(caller, case, today)).ok_or_else(no_such_case)?;
    if case.state == CaseState::Open {
        let unmet = preview_of(&mut work, &case).await?.unmet;
        return Err(not_yet(&unmet, caller.lang()));
    }
    let no_paper = || Problem::not_found("Không có giấy còn hiệu lực.", "There is no valid certificate.");
    let valid = work.tx.papers_of(id).await?.into_iter();
    let paper = valid.into_iter().find(|paper| paper.kind == PaperKind::Completion && paper.revoked.is_none());
    let facts = papers::open(app, &paper.ok_or_else(no_paper)?)?;
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let card = person.as_ref().and_then(|person| person.health_insurance_no.as_ref());
    let social = card.map(|card| card.key().to_owned());
    work.audit("paper.export", case_subject(id), json!({"table": "XML11", "paper_id": facts.id})).await?;
    work.commit().await?;
    Ok(SickLeave {
        table: "XML11",
        link: id.uuid().simple().to_string(),
        full_name: facts.name,
        birth: facts.birth,
        sex: person.map(|person| person.sex),
        social_insurance_no: social,
        ward_code: facts.ward_code,
        from: facts.from,
        to: facts.to,
        days: facts.to.duration_since(facts.from).as_hours() / 24 + 1,
        certificate_no: facts.number,
        issued_on: facts.issued_on,
    })
}
