//! Ending cases by the rule, one or many, and the preview of what is missing.

use serde_json::{Value, json};
use shared::bilingual::Lang;
use shared::events::CaseClosed;
use shared::ids::CaseId;
use shared::time::Date;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::report::no_such_case;
use super::void_case::tell_ended;
use super::work::{Work, case_subject};
use super::{alerts, area, papers, settings, silence};
use crate::App;
use crate::completion::{Course, Criterion, DayZero, unmet};
use crate::domain::case::CaseState;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, Evidence, F0Write, PaperKind};

/// A case, as far as its end is concerned.
#[must_use]
pub fn course(case: &CaseRecord, evidence: &[Evidence], alert_waits: bool, day_zero: DayZero) -> Course {
    let found = |e: &Evidence| Some((e.collected_at.local_date(), e.outcome?));
    let tests: Vec<_> = evidence.iter().filter_map(found).collect();
    Course {
        day_zero: day_zero.of(case.diagnosed_at.local_date(), case.symptom_onset, &tests),
        vaccine_doses: case.vaccine_doses,
        tests,
        alert_waits,
    }
}

/// The same, read from the store.
pub(crate) async fn course_of(tx: &mut dyn F0Write, case: &CaseRecord) -> Result<Course, StoreError> {
    let evidence = tx.evidence_of(case.id).await?;
    let filter =
        AlertFilter { states: vec![AlertState::Open], cases: Some(vec![case.id]), limit: 1, ..AlertFilter::default() };
    // The most dangerous comes first.
    let waits = tx.alerts(&filter).await?.iter().any(AlertRecord::holds_back);
    let day_zero = settings::day_zero(tx).await?;
    Ok(course(case, &evidence, waits, day_zero))
}

/// When a case may end, and what is missing.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The case.
    pub case_id: CaseId,
    /// The day of isolation that today is.
    pub day: i64,
    /// The first day on which it may end with what is known.
    pub ends_on: Date,
    /// The last day of isolation where no test shortens it.
    pub last_day: Date,
    /// What is missing today.
    pub unmet: Vec<Criterion>,
}

impl Preview {
    fn new(case_id: CaseId, course: &Course, today: Date) -> Self {
        let (day, unmet) = (course.day_on(today), unmet(course, today));
        Self { case_id, day, ends_on: course.ends_on(), last_day: course.last_day(), unmet }
    }

    /// The preview as an answer shows it.
    #[must_use]
    pub fn view(&self, lang: Lang) -> Value {
        json!({
            "case_id": self.case_id,
            "day": self.day,
            "ends_on": self.ends_on,
            "last_day": self.last_day,
            "may_close": self.unmet.is_empty(),
            "unmet": self.unmet.iter().map(|criterion| criterion.view(lang)).collect::<Vec<_>>(),
        })
    }
}

/// The preview of a case that was read already.
pub(crate) async fn preview_of(work: &mut Work, case: &CaseRecord) -> Result<Preview, StoreError> {
    let today = work.now.local_date();
    Ok(Preview::new(case.id, &course_of(work.tx.as_mut(), case).await?, today))
}

/// When a case may end, and what is missing.
///
/// # Errors
/// 404 outside the caller's area, 409 where the case has ended.
pub async fn preview(app: &App, caller: &Caller, id: CaseId) -> Result<Preview, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    let case = open_case(&mut work, caller, id).await?;
    let preview = preview_of(&mut work, &case).await?;
    work.audit("case.read", case_subject(id), json!({})).await?;
    work.commit().await?;
    Ok(preview)
}

/// The problem of a case that has ended.
pub(crate) fn ended() -> Problem {
    Problem::conflict("case_ended", "Hồ sơ này đã kết thúc.", "This case has ended already.")
}

/// The problem of a case that may not end yet.
pub(crate) fn not_yet(unmet: &[Criterion], lang: Lang) -> Problem {
    let list: Vec<Value> = unmet.iter().map(|criterion| criterion.view(lang)).collect();
    Problem::conflict(
        "criteria_unmet",
        "Chưa đủ điều kiện kết thúc cách ly; còn thiếu những điều bên dưới.",
        "The criteria for ending isolation are not met; see what is missing.",
    )
    .with("unmet", list)
}

/// An open case in the caller's area.
async fn open_case(work: &mut Work, caller: &Caller, id: CaseId) -> Result<CaseRecord, Problem> {
    let case = work.tx.case(id).await?.ok_or_else(no_such_case)?;
    if !area::covers(caller, &case, work.now.local_date()) {
        return Err(no_such_case());
    }
    if case.state == CaseState::Open { Ok(case) } else { Err(ended()) }
}

/// Closes a case and issues its certificate.
///
/// # Errors
/// 404 outside the caller's area, 409 where the case has ended, 409 with `unmet` where a criterion is not met.
pub async fn close(app: &App, caller: &Caller, id: CaseId) -> Result<CaseRecord, Problem> {
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(id.uuid()).await?;
    let case = open_case(&mut work, caller, id).await?;
    let unmet = preview_of(&mut work, &case).await?.unmet;
    if !unmet.is_empty() {
        return Err(not_yet(&unmet, caller.lang()));
    }
    let closed = CaseRecord { state: CaseState::Closed, closed_at: Some(work.now), ..case };
    let closed = silence::end(&mut work, closed).await?;
    work.tx.update_case(&closed).await?;
    alerts::end_all(&mut work, &closed, "case_closed").await?;
    work.event(&CaseClosed { case_id: id, person_id: closed.person_id, closed_at: work.now }).await?;
    tell_ended(&mut work, &closed);
    work.audit("case.close", case_subject(id), json!({})).await?;
    papers::revoke_all(&mut work, id, Some(PaperKind::IsolationOrder), "case_closed").await?;
    papers::issue(app, &mut work, &closed, PaperKind::Completion, caller.account().map(|account| account.id)).await?;
    work.commit().await?;
    Ok(closed)
}

/// What became of one case of many.
#[derive(Debug)]
pub struct Closing {
    /// The case.
    pub case_id: CaseId,
    /// The case as it is closed, or why it is not.
    pub result: Result<CaseRecord, Problem>,
}

/// Closes many cases, each by itself: one that may not end yet holds up no other.
pub async fn close_many(app: &App, caller: &Caller, ids: &[CaseId]) -> Vec<Closing> {
    let mut closings = Vec::with_capacity(ids.len());
    for case_id in ids.iter().copied() {
        closings.push(Closing { case_id, result: close(app, caller, case_id).await });
    }
    closings
}
