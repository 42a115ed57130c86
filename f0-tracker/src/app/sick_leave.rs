//! What the social insurance's sick-leave table (XML11) is filled with from cases that have ended: from one, or from all of
//! a span of days.
//!
//! Of that table only its name, its purpose and the link code `MA_LK` could be read (Decision 130/QĐ-BYT and those that
//! amend it). So the facts are given under names of our own, and no column is guessed; a hospital's software maps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, PersonId, uuid_v7};
use shared::person::{Person, Sex};
use shared::problem::FieldError;
use shared::time::{Date, Instant, days};
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;
use shared_web::sheet::{self, Table};

use super::area;
use super::close_case::{not_yet, preview_of};
use super::look::people;
use super::papers;
use super::report::no_such_case;
use super::work::{Work, case_subject};
use crate::App;
use crate::domain::case::CaseState;
use crate::domain::entry::given;
use crate::papers::Facts;
use crate::store::{CaseFilter, CaseRecord, PaperKind, PaperRecord};

/// The most days of one export: a quarter, as the social insurance settles.
const MOST_DAYS: i64 = 92;
/// The most cases of one export: two days of the whole province at the peak (f0-care.md, 4).
const MOST_CASES: i64 = 5_000;
/// Without a day the last so many are meant.
const USUAL_DAYS: i64 = 7;

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

impl SickLeave {
    fn new(case: CaseId, facts: Facts, person: Option<&Person>) -> Self {
        let card = person.and_then(|person| person.health_insurance_no.as_ref());
        Self {
            table: "XML11",
            link: case.uuid().simple().to_string(),
            full_name: facts.name,
            birth: facts.birth,
            sex: person.map(|person| person.sex),
            social_insurance_no: card.map(|card| card.key().to_owned()),
            ward_code: facts.ward_code,
            from: facts.from,
            to: facts.to,
            days: facts.to.duration_since(facts.from).as_hours() / 24 + 1,
            certificate_no: facts.number,
            issued_on: facts.issued_on,
        }
    }

    /// The columns of a file, named as the fields are; the last says who took it out.
    pub const COLUMNS: [&'static str; 13] = [
        "table",
        "MA_LK",
        "full_name",
        "birth",
        "sex",
        "social_insurance_no",
        "ward_code",
        "from",
        "to",
        "days",
        "certificate_no",
        "issued_on",
        "exported_by",
    ];

    fn cells(&self, watermark: &str) -> [String; 13] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        [
            self.table.to_owned(),
            self.link.clone(),
            self.full_name.clone(),
            text(&self.birth),
            self.sex.map(|sex| sex.code().to_owned()).unwrap_or_default(),
            text(&self.social_insurance_no),
            text(&self.ward_code),
            self.from.to_string(),
            self.to.to_string(),
            self.days.to_string(),
            self.certificate_no.clone(),
            self.issued_on.to_string(),
            watermark.to_owned(),
        ]
    }
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
    let paper = work.tx.valid_papers(&[id], PaperKind::Completion).await?.pop();
    let facts = papers::facts_of(app, &paper.ok_or_else(no_paper)?)?;
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    work.audit("paper.export", case_subject(id), json!({"table": "XML11", "paper_id": facts.id})).await?;
    work.commit().await?;
    Ok(SickLeave::new(id, facts, person.as_ref()))
}

/// A span of days as somebody asks for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SpanInput {
    /// The ward; none for all of the caller's duty.
    pub ward_code: Option<String>,
    /// The first day on which a case ended; without it a week before the last.
    pub from: Option<String>,
    /// The last day; without it today.
    pub to: Option<String>,
}

/// A span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The ward; none for all of the caller's duty.
    pub ward: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl SpanInput {
    /// Reads it.
    ///
    /// # Errors
    /// Every field that is wrong, with what would be right.
    pub fn parse(&self, caller: &Caller, today: Date) -> Result<Span, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut day = |pointer: &str, text: &Option<String>| {
            let text = given(text.as_deref())?;
            text.parse::<Date>().map_err(|_| errors.push(not_a_day(pointer))).ok()
        };
        let to = day("/to", &self.to).unwrap_or(today);
        let from = day("/from", &self.from).unwrap_or_else(|| before(to, USUAL_DAYS));
        if to < from {
            let detail = Bilingual::new("Ngày cuối không trước ngày đầu", "The last day is not before the first");
            errors.push(FieldError::new("/to", "before_from", detail));
        } else if before(to, MOST_DAYS) >= from {
            let detail = Bilingual::new(
                format!("Tối đa {MOST_DAYS} ngày mỗi lần xuất"),
                format!("At most {MOST_DAYS} days at a time"),
            );
            errors.push(FieldError::new("/to", "too_long", detail));
        }
        let ward = given(self.ward_code.as_deref()).map(str::to_owned);
        if ward.is_some() && !caller.covers(ward.as_deref(), today) {
            let detail = Bilingual::new("Chọn một xã phường trong địa bàn của bạn", "Choose a ward within your area");
            errors.push(FieldError::new("/ward_code", "ward", detail));
        }
        if errors.is_empty() { Ok(Span { ward, from, to }) } else { Err(errors) }
    }
}

fn not_a_day(pointer: &str) -> FieldError {
    FieldError::new(pointer, "date", Bilingual::new("Ngày viết như 2022-03-10", "A day such as 2022-03-10"))
}

fn before(day: Date, count: i64) -> Date {
    Instant::start_of(day).minus(days(count)).local_date()
}

/// The sick leaves of the cases that ended in a span of days.
#[derive(Debug, Clone)]
pub struct SickLeaves {
    /// The span.
    pub span: Span,
    /// One for each certificate, the newest case first.
    pub items: Vec<SickLeave>,
    /// Cases that ended and have no valid certificate: nothing can be claimed with them.
    pub without_paper: Vec<CaseId>,
}

/// The sick leaves of a span of days.
///
/// # Errors
/// 422 for a span that is wrong, too long, or holds too many cases.
pub async fn of_span(app: &App, caller: &Caller, input: &SpanInput) -> Result<SickLeaves, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let found = found(app, &mut work, caller, input).await?;
    work.audit("sick_leave.list", None, line(&found)).await?;
    work.commit().await?;
    Ok(found)
}

/// The same as a file. Each line carries who took it out and when, and the audit log has a line of the same mark.
///
/// # Errors
/// As [`of_span`].
pub async fn export(app: &App, caller: &Caller, input: &SpanInput, table: Table) -> Result<(String, Vec<u8>), Problem> {
    let account = caller.require_account()?;
    let mut work = Work::for_caller(app, caller).await?;
    let found = found(app, &mut work, caller, input).await?;
    let export = uuid_v7(work.now, work.random());
    let mut detail = line(&found);
    detail["export"] = json!(export);
    work.audit("paper.export", None, detail).await?;
    let watermark = format!("{} {} {export}", account.username, work.now);
    work.commit().await?;
    let lines: Vec<_> = found.items.iter().map(|one| one.cells(&watermark)).collect();
    let file = sheet::write(table, &SickLeave::COLUMNS, &lines, &watermark)?;
    Ok((format!("antam-sick-leave-{}-{}", found.span.from, found.span.to), file))
}

/// What the audit log keeps of a list that somebody read or took out.
fn line(found: &SickLeaves) -> serde_json::Value {
    let Span { ward, from, to } = &found.span;
    json!({"table": "XML11", "ward_code": ward, "from": from, "to": to, "lines": found.items.len()})
}

async fn found(app: &App, work: &mut Work, caller: &Caller, input: &SpanInput) -> Result<SickLeaves, Problem> {
    let today = work.now.local_date();
    let span = input.parse(caller, today)?;
    let filter = CaseFilter {
        state: Some(CaseState::Closed),
        wards: area::narrowed(caller, span.ward.as_deref(), None, today),
        closed_on: Some((span.from, span.to)),
        limit: MOST_CASES + 1,
        ..CaseFilter::default()
    };
    let mut cases = work.tx.cases(&filter).await?;
    if cases.len() > usize::try_from(MOST_CASES).unwrap_or(usize::MAX) {
        let detail = Bilingual::new(
            format!("Hơn {MOST_CASES} hồ sơ: hãy chọn khoảng ngày ngắn hơn hoặc một xã phường"),
            format!("More than {MOST_CASES} cases: choose fewer days, or one ward"),
        );
        return Err(Problem::field(FieldError::new("/to", "too_many", detail)));
    }
    cases.retain(|case| area::covers(caller, case, today));
    Ok(with_papers(app, work, span, cases).await?)
}

async fn with_papers(app: &App, work: &mut Work, span: Span, cases: Vec<CaseRecord>) -> Result<SickLeaves, StoreError> {
    let ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    let valid = work.tx.valid_papers(&ids, PaperKind::Completion).await?;
    let papers: BTreeMap<CaseId, PaperRecord> = valid.into_iter().map(|paper| (paper.case_id, paper)).collect();
    let wanted: Vec<PersonId> = cases.iter().map(|case| case.person_id).collect();
    let people = people(work.tx.as_mut(), wanted).await?;
    let (mut items, mut without_paper) = (Vec::with_capacity(cases.len()), Vec::new());
    for case in cases {
        match papers.get(&case.id) {
            Some(paper) => {
                items.push(SickLeave::new(case.id, papers::facts_of(app, paper)?, people.get(&case.person_id)));
            }
            None => without_paper.push(case.id),
        }
    }
    Ok(SickLeaves { span, items, without_paper })
}
