//! A report of a patient's state: kept, judged by the protocol in force, and told to whom it concerns.

use serde_json::json;
use shared::access::Role;
use shared::bilingual::Bilingual;
use shared::ids::{CaseId, ReportId};
use shared::person::Person;
use shared::problem::FieldError;
use shared::time::minutes;
use shared_store::StoreError;
use shared_web::Problem;
use shared_web::caller::Caller;

use super::open_case::subject_of;
use super::work::{Work, case_subject};
use super::{alerts, area, protocols, silence};
use crate::App;
use crate::domain::case::CaseState;
use crate::domain::catalog::Catalog;
use crate::domain::doubt::Doubts;
use crate::domain::engine::{Assessment, assess};
use crate::domain::observation::{Observation, ReportInput, Reporter};
use crate::domain::ranking::Ranking;
use crate::domain::risk::risk;
use crate::domain::subject::Subject;
use crate::domain::vital::Vital;
use crate::store::{CaseRecord, ContactLevel, F0Read, FeedDraft, FeedKind, Latest, ReportRecord};

/// The roles of staff who may report for a patient of their area.
pub const REPORTERS: &[Role] = &[Role::Doctor, Role::Nurse, Role::Hotline];

/// So many reports make a patient's baseline: those of the last days.
pub(crate) const BASELINE: i64 = 12;

/// The vital signs that are kept beside the case for lists.
const LISTED: [Vital; 4] = [Vital::TemperatureC, Vital::Spo2Pct, Vital::RespiratoryRate, Vital::Pulse];

/// A report that was taken, or one that the same request brought before.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The report with what it means.
    pub report: ReportRecord,
    /// Whether it was taken now.
    pub created: bool,
}

/// The problem of a case that is not there, or not there for this caller.
pub(crate) fn no_such_case() -> Problem {
    Problem::not_found("Không có hồ sơ F0 này.", "There is no such case.")
}

/// Takes a report about a case from a caller.
///
/// # Errors
/// 422 for fields at fault, 404 where the case is neither in the caller's area nor the caller's own or household's, 409
/// where the case has ended or the id was used with another body.
pub async fn take(
    app: &App,
    caller: &Caller,
    case_id: CaseId,
    input: &ReportInput,
    body_hash: &str,
) -> Result<Taken, Problem> {
    let observed = input.parse(app.platform.now())?;
    let mut work = Work::for_caller(app, caller).await?;
    work.tx.hold(case_id.uuid()).await?;
    let case = work.tx.case(case_id).await?.ok_or_else(no_such_case)?;
    if !may_report(work.tx.as_mut(), caller, &case, work.now.local_date()).await? {
        return Err(no_such_case());
    }
    if caller.citizen().is_some() && observed.by == Reporter::Staff {
        let detail = Bilingual::new("Chọn patient hoặc family", "Choose patient or family");
        return Err(Problem::field(FieldError::new("/by", "not_staff", detail)));
    }
    if let Some(id) = observed.id
        && let Some(report) = work.tx.report(id).await?
    {
        let same = report.case_id == case_id && report.body_hash == body_hash;
        return if same { Ok(Taken { report, created: false }) } else { Err(Problem::id_conflict()) };
    }
    if case.state != CaseState::Open {
        return Err(Problem::conflict(
            "case_ended",
            "Hồ sơ này đã kết thúc nên không nhận báo cáo. Nếu thấy không khỏe, hãy gọi trạm y tế hoặc 1022.",
            "This case has ended and takes no more reports. If you feel unwell, call the health station or 1022.",
        ));
    }
    let person = work.tx.person(case.person_id).await?.map(|stored| stored.person);
    let report =
        keep(&mut work, &case, person.as_ref(), observed, body_hash).await?.ok_or_else(Problem::id_conflict)?;
    work.commit().await?;
    Ok(Taken { report, created: true })
}

/// Whether the caller may report about a case: staff of its area, the patient, or the patient's household.
///
/// # Errors
/// When the store fails.
pub(crate) async fn may_report(
    tx: &mut (impl F0Read + ?Sized),
    caller: &Caller,
    case: &CaseRecord,
    today: shared::time::Date,
) -> Result<bool, StoreError> {
    let Some(citizen) = caller.citizen() else {
        return Ok(caller.has_any(REPORTERS) && area::covers(caller, case, today));
    };
    let citizen = tx.canonical(citizen).await?.unwrap_or(citizen);
    if citizen == case.person_id {
        return Ok(true);
    }
    let contacts = tx.contacts_of(case.id).await?;
    Ok(contacts.iter().any(|contact| contact.person_id == citizen && contact.level == ContactLevel::Household))
}

/// Judges and keeps a report, brings the case up to date, raises an alert where it must; `None` where the id is taken.
///
/// # Errors
/// When the store fails.
pub(crate) async fn keep(
    work: &mut Work,
    case: &CaseRecord,
    person: Option<&Person>,
    observed: Observation,
    body_hash: &str,
) -> Result<Option<ReportRecord>, StoreError> {
    let subject = subject_of(case, person);
    let in_force = protocols::at(work.tx.as_mut(), observed.at).await?;
    let near = near(work, case, &observed, &in_force).await?;
    let day = observed.at.local_date();
    let assessment = judge(&in_force, &subject, &observed, &near);
    let before: Vec<Observation> = near.iter().map(|other| other.observed.clone()).collect();
    let doubtful = Doubts::builtin().of(&observed, &before);
    let id = observed.id.unwrap_or_else(|| ReportId::new(work.now, work.random()));
    let report = ReportRecord {
        id,
        case_id: case.id,
        observed: Observation { id: Some(id), ..observed },
        received_at: work.now,
        level: assessment.level,
        reasons: assessment.reasons,
        protocol: assessment.protocol,
        protocols: assessment.protocols,
        doubtful,
        body_hash: body_hash.to_owned(),
    };
    if !work.tx.insert_report(&report).await? {
        return Ok(None);
    }
    let mut case = case.clone();
    let newest = case.latest;
    let is_newest = newest.at.is_none_or(|at| (at, newest.level) <= (report.observed.at, report.level));
    if is_newest {
        case.latest = latest(&report);
        case.risk = risk(&subject, case.vaccine_doses, Some(&report.observed), day);
        case = silence::heard(work, case, report.observed.at).await?;
        work.tx.update_case(&case).await?;
        note_trend(work, &report).await?;
    }
    tell(work, &case, &report);
    let detail = json!({"report_id": id, "level": report.level, "by": report.observed.by});
    work.audit("report.add", case_subject(case.id), detail).await?;
    alerts::raise(work, &case, report.level, &report.reasons).await?;
    rejudge(work, case, &subject, &report, near).await?;
    Ok(Some(report))
}

/// Notes how far the newest report lies from the patient's own baseline.
async fn note_trend(work: &mut Work, report: &ReportRecord) -> Result<(), StoreError> {
    let newest = work.tx.newest_reports(&[report.case_id], BASELINE).await?;
    let earlier: Vec<Observation> = newest.into_iter().map(|report| report.observed).collect();
    let ranking = Ranking::builtin();
    work.tx.set_trend(report.case_id, ranking.forward(ranking.trend(&report.observed, &earlier))).await
}

/// The reports near an observation: those that may confirm it, and those that it may confirm.
async fn near(
    work: &mut Work,
    case: &CaseRecord,
    observed: &Observation,
    catalog: &Catalog,
) -> Result<Vec<ReportRecord>, StoreError> {
    let reach = minutes(catalog.longest_confirmation()).max(Doubts::builtin().reach());
    work.tx.reports_between(case.id, observed.at.minus(reach), observed.at.plus(reach)).await
}

fn judge(catalog: &Catalog, subject: &Subject, observed: &Observation, near: &[ReportRecord]) -> Assessment {
    let others: Vec<Observation> =
        near.iter().filter(|other| other.observed.id != observed.id).map(|other| other.observed.clone()).collect();
    assess(catalog, subject, observed, &others, observed.at.local_date())
}

/// A report may confirm others that were measured after it and arrived before it. They are judged again, so that late
/// ones end in the same levels and alerts as if all had come in order.
async fn rejudge(
    work: &mut Work,
    mut case: CaseRecord,
    subject: &Subject,
    report: &ReportRecord,
    mut near: Vec<ReportRecord>,
) -> Result<(), StoreError> {
    near.push(report.clone());
    let after: Vec<ReportRecord> =
        near.iter().filter(|other| other.id != report.id && other.observed.at >= report.observed.at).cloned().collect();
    for other in after {
        let in_force = protocols::at(work.tx.as_mut(), other.observed.at).await?;
        let Assessment { level, reasons, protocol, protocols } = judge(&in_force, subject, &other.observed, &near);
        let again = ReportRecord { level, reasons, protocol, protocols, ..other.clone() };
        if again == other {
            continue;
        }
        work.tx.rejudge_report(&again).await?;
        if case.latest.at == Some(again.observed.at) {
            case.latest.level = case.latest.level.max(again.level);
            work.tx.update_case(&case).await?;
        }
        let detail = json!({"report_id": again.id, "level": again.level, "after": report.id});
        work.audit("report.rejudge", case_subject(case.id), detail).await?;
        tell(work, &case, &again);
        alerts::raise(work, &case, again.level, &again.reasons).await?;
    }
    Ok(())
}

fn latest(report: &ReportRecord) -> Latest {
    let vitals = report.observed.vitals.iter().filter(|(vital, _)| LISTED.contains(vital));
    Latest {
        at: Some(report.observed.at),
        level: report.level,
        vitals: vitals.fold(crate::domain::vital::Vitals::default(), |all, (vital, value)| all.with(vital, value)),
    }
}

fn tell(work: &mut Work, case: &CaseRecord, report: &ReportRecord) {
    work.tell(FeedDraft {
        at: work.now,
        kind: FeedKind::ReportReceived,
        case_id: case.id,
        alert_id: None,
        ward_code: case.ward_code.clone(),
        data: json!({
            "case_id": case.id,
            "report_id": report.id,
            "level": report.level,
            "ward_code": case.ward_code,
            "at": report.observed.at,
        }),
    });
}
