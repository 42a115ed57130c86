//! A report that does not come: the patient is reminded, then the station is told, then the doctor. Whoever is heard, by
//! a report or a call, ends it.

use serde_json::json;
use shared::bilingual::{Bilingual, Lang};
use shared::events::AlertLevel;
use shared::ids::{CaseId, MessageId};
use shared::time::Instant;
use shared_store::StoreError;
use shared_store::outbox::{NewMessage, Timer};

use super::work::{Work, case_subject};
use super::{act_news, alerts, escalate, timers};
use crate::App;
use crate::domain::case::CaseState;
use crate::domain::engine::{Measure, Reason};
use crate::domain::protocol::Comparison;
use crate::domain::silence::{NO_REPORT, Rung, Silence};
use crate::store::{CaseRecord, FeedDraft, FeedKind};

/// The kind of these timers.
pub const TIMER: &str = "f0.silence";

/// The patient was heard last at a time: gives the case with the time by which the next report is due, and sets its
/// timer. What was heard so long ago that the next report is late already moves nothing. The caller keeps the case.
///
/// # Errors
/// When the store fails.
pub(super) async fn heard(work: &mut Work, case: CaseRecord, at: Instant) -> Result<CaseRecord, StoreError> {
    let due_at = Silence::builtin().due_after(case.risk, at);
    let is_late = due_at <= work.now;
    if case.state != CaseState::Open || (is_late && case.report_due_at.is_some()) {
        return Ok(case);
    }
    work.tx.cancel_timers(TIMER, case.id.uuid(), work.now).await?;
    set(work, case.id, Rung::Message, due_at).await?;
    if !is_late {
        alerts::withdraw(work, &case, NO_REPORT).await?;
    }
    Ok(CaseRecord { report_due_at: Some(due_at), ..case })
}

/// By when the first report of a case that opens is due.
pub(super) fn first_due(case: &CaseRecord) -> Instant {
    Silence::builtin().due_after(case.risk, case.opened_at)
}

/// A case has just opened: sets the timer of its first report. No other one and no alert about its silence can be there.
///
/// # Errors
/// When the store fails.
pub(super) async fn begin(work: &mut Work, case: &CaseRecord) -> Result<(), StoreError> {
    set(work, case.id, Rung::Message, first_due(case)).await
}

/// A case ended: nothing is due from its patient. The caller keeps the case.
///
/// # Errors
/// When the store fails.
pub(crate) async fn end(work: &mut Work, case: CaseRecord) -> Result<CaseRecord, StoreError> {
    work.tx.cancel_timers(TIMER, case.id.uuid(), work.now).await?;
    Ok(CaseRecord { report_due_at: None, ..case })
}

async fn set(work: &mut Work, case: CaseId, rung: Rung, at: Instant) -> Result<(), StoreError> {
    timers::set(work, TIMER, case.uuid(), json!({"rung": rung.code()}), at).await
}

/// A rung's time has come.
///
/// # Errors
/// When the store fails.
pub(super) async fn due(work: &mut Work, app: &App, timer: &Timer) -> Result<bool, StoreError> {
    let id = CaseId::from_uuid(timer.subject);
    work.tx.hold(id.uuid()).await?;
    if !work.tx.finish_timer(timer.id, work.now).await? {
        return Ok(false);
    }
    let rung = timer.payload["rung"].as_str().and_then(Rung::from_code);
    let case = work.tx.case(id).await?.filter(|case| case.state == CaseState::Open);
    let (Some(rung), Some(case)) = (rung, case) else { return Ok(false) };
    match rung {
        Rung::Message => remind(work, app, &case).await?,
        Rung::Station => {
            alerts::raise(work, &case, AlertLevel::Watch, &[reason(&case)]).await?;
        }
        Rung::Doctor => escalate::to_doctor(work, &case, NO_REPORT).await?,
    }
    if let Some((next, at)) = Silence::builtin().next(case.risk, rung, work.now) {
        set(work, id, next, at).await?;
    }
    work.audit("report.missed", case_subject(id), json!({"rung": rung.code(), "due_at": case.report_due_at})).await?;
    Ok(true)
}

/// Reminds the patient, or the household where the patient has no telephone. The message does not say what somebody
/// has: many share a telephone.
async fn remind(work: &mut Work, app: &App, case: &CaseRecord) -> Result<(), StoreError> {
    work.tell(FeedDraft {
        at: work.now,
        kind: FeedKind::ReportMissed,
        case_id: case.id,
        alert_id: None,
        ward_code: case.ward_code.clone(),
        data: json!({
            "case_id": case.id,
            "ward_code": case.ward_code,
            "report_due_at": case.report_due_at,
            "at": work.now,
        }),
    });
    let Some(person) = work.tx.person(case.person_id).await?.map(|stored| stored.person) else { return Ok(()) };
    let recipients = match person.phone.as_ref() {
        Some(phone) => vec![phone.as_str().to_owned()],
        None => act_news::family(work, case).await?,
    };
    let link = format!("{}/care", app.platform.config.public_url().trim_end_matches('/'));
    let text = format!(
        "An Tâm: hôm nay chưa nhận được báo cáo sức khỏe của {}. Hãy báo tại {link}. Nếu khó thở, đau ngực, lơ mơ: gọi \
         115.",
        person.full_name.as_str()
    );
    for (nth, recipient) in recipients.into_iter().enumerate() {
        let due_at = case.report_due_at.unwrap_or(case.opened_at);
        let message = NewMessage {
            id: MessageId::new(work.now, work.random()),
            idempotency_key: format!("report_missed:{}:{}:{nth}", case.id, due_at.to_fixed_text()),
            channel: "sms".to_owned(),
            template: "report_missed".to_owned(),
            lang: Lang::Vi,
            recipient,
            subject: None,
            text: text.clone(),
            person_id: Some(case.person_id),
        };
        work.message(&message).await?;
    }
    Ok(())
}

fn reason(case: &CaseRecord) -> Reason {
    let since = case.latest.at.unwrap_or(case.opened_at).local();
    let since = format!("{:02}:{:02} {:02}/{:02}", since.hour(), since.minute(), since.day(), since.month());
    let word = |word: &str| Measure::Word(word.to_owned());
    Reason {
        rule: NO_REPORT.to_owned(),
        parameter: "report".to_owned(),
        value: word("missing"),
        comparison: Comparison::AnyOf,
        threshold: word("reported"),
        level: AlertLevel::Watch,
        protocol: "antam".to_owned(),
        source: "An Tâm".to_owned(),
        text: Bilingual::new(
            format!("Không có báo cáo từ {since}, đã nhắn tin mà chưa trả lời: hãy gọi"),
            format!("No report since {since}, and no answer to a message: call"),
        ),
        proposed: true,
        confirm: false,
        at: None,
    }
}
