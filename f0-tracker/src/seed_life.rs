//! What staff of the demo province did, promised and have still to do: for pages that are full of life. Nobody is told.

use shared::events::{Method, Outcome, ResultReported};
use shared::ids::{AccountId, ActId, CaseId, PersonId, ResultId, TestId};
use shared::time::{Instant, days, hours, minutes};
use shared_store::StoreError;
use shared_web::Problem;

use crate::App;
use crate::app::acts;
use crate::app::bags::defined;
use crate::app::papers;
use crate::app::work::Work;
use crate::domain::act::{ActBody, ActKind, ActStatus, Direction, Disposition, HandTo, Transport, Urgency};
use crate::domain::bag::BagCode;
use crate::domain::case::CaseState;
use crate::domain::station_test::Watch;
use crate::store::{ActRecord, CaseRecord, Evidence, PaperKind, TestRecord};

/// The staff of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Staff {
    /// Who advises and orders.
    pub doctor: AccountId,
    /// The ward station.
    pub nurse: AccountId,
    /// The call desk.
    pub hotline: AccountId,
}

/// So long is isolation at least, whatever else is missing (250/QĐ-BYT).
const LEAST_DAYS: i64 = 7;

fn call(disposition: Disposition, note: &str) -> ActBody {
    ActBody::Call { direction: Direction::Outbound, disposition, note: note.to_owned() }
}

/// When, by whom, where it stands, what, and when it is due.
type Planned = (Instant, AccountId, ActStatus, ActBody, Option<Instant>);

/// What was done for the `n`-th case of the demo. `shown` is a case of the ward whose station everybody opens first:
/// nothing is missing there.
fn planned(case: &CaseRecord, n: u64, shown: bool, staff: &Staff, now: Instant) -> Vec<Planned> {
    let mut acts = Vec::new();
    let every = |step: u64, at: u64| n % step == at;
    if every(3, 0) {
        let (list, bag) = match defined(case, BagCode::A, now.local_date()) {
            Some((list, bag)) => (Some(list.id.clone()), bag.contents.clone()),
            None => (None, Vec::new()),
        };
        let body = ActBody::Prescription {
            bag: Some(BagCode::A),
            list,
            items: bag,
            consent: false,
            max_days: None,
            note: "Uống theo tờ hướng dẫn trong túi".to_owned(),
        };
        let handed = !shown && now.since(case.opened_at) > days(1);
        let status = if handed { ActStatus::HandedOut } else { ActStatus::Ordered };
        acts.push((case.opened_at.plus(hours(1)).min(now.minus(minutes(40))), staff.doctor, status, body, None));
    }
    if every(4, 1) {
        let said = call(Disposition::Reached, "Ăn uống được, còn ho");
        acts.push((now.minus(hours(20)), staff.hotline, ActStatus::Noted, said, None));
    }
    if every(5, 2) {
        acts.push((now.minus(minutes(190)), staff.hotline, ActStatus::Noted, call(Disposition::NoAnswer, ""), None));
        acts.push((now.minus(minutes(55)), staff.hotline, ActStatus::Noted, call(Disposition::Busy, ""), None));
    }
    if every(7, 3) || (shown && every(3, 1)) {
        let ahead = i64::try_from(n % 4).unwrap_or(0) * 45 + 20;
        let later = call(Disposition::CallLater, "Đang đi mua thuốc, xin gọi lại");
        acts.push((now.minus(minutes(25)), staff.hotline, ActStatus::Promised, later, Some(now.plus(minutes(ahead)))));
    }
    if every(6, 4) {
        let text = "Nằm sấp khi nghỉ, uống đủ nước. Đo lại SpO2 lúc 18 giờ và báo ở trang này.".to_owned();
        let status = if every(12, 4) { ActStatus::Given } else { ActStatus::Read };
        acts.push((now.minus(hours(3)), staff.doctor, status, ActBody::Advice { text }, None));
    }
    if every(9, 5) || (shown && every(4, 2)) {
        let to = if shown || every(2, 0) { HandTo::Station } else { HandTo::Doctor };
        let reason = "Gọi không được, nhờ ghé nhà xem".to_owned();
        let body = ActBody::Handover { to, account: None, reason, alert: None, shift: None };
        acts.push((now.minus(minutes(9)), staff.hotline, ActStatus::Offered, body, Some(now.plus(minutes(51)))));
    }
    if case.latest.level >= shared::events::AlertLevel::Urgent && every(2, 1) {
        let body = ActBody::Referral {
            to: "Bệnh viện Đa khoa trung tâm".to_owned(),
            reason: "SpO2 giảm khi thở khí phòng".to_owned(),
            urgency: Urgency::Urgent,
            transport: Transport::Ambulance,
        };
        acts.push((now.minus(minutes(12)), staff.doctor, ActStatus::Requested, body, None));
    }
    acts
}

/// Loads what was done for the `n`-th case; gives how many things that were.
///
/// # Errors
/// When the store fails.
pub async fn give_life(app: &App, id: CaseId, n: u64, shown: bool, staff: &Staff) -> Result<usize, Problem> {
    let mut work = Work::quiet(app).await?;
    let Some(case) = work.tx.case(id).await? else { return Ok(0) };
    let now = work.now;
    let planned = planned(&case, n, shown, staff, now);
    let count = planned.len();
    for (at, by, status, body, due_at) in planned {
        let act = ActRecord {
            id: ActId::new(now, work.random()),
            case_id: Some(id),
            person_id: case.person_id,
            ward_code: case.ward_code.clone(),
            status,
            at,
            by,
            due_at,
            body,
            steps: Vec::new(),
            body_hash: String::new(),
        };
        debug_assert!(act.kind() != ActKind::Handover || act.due_at.is_some(), "a hand-over waits for somebody");
        acts::keep(&mut work, app, &act, None).await?;
    }
    if now.since(case.diagnosed_at) >= days(LEAST_DAYS) && n % 3 != 2 {
        test_negative(&mut work, &case, staff.nurse).await?;
    }
    if shown && case.state == CaseState::Closed {
        papers::issue(app, &mut work, &case, PaperKind::Completion, Some(staff.nurse)).await?;
    }
    work.commit().await?;
    Ok(count)
}

/// The station's rapid test of this morning, which ends isolation.
async fn test_negative(work: &mut Work, case: &CaseRecord, nurse: AccountId) -> Result<(), StoreError> {
    let collected_at = work.now.minus(hours(1));
    let id = TestId::new(work.now, work.random());
    let test = TestRecord {
        id,
        case_id: Some(case.id),
        person_id: case.person_id,
        method: Method::Antigen,
        outcome: Outcome::NotDetected,
        watch: Watch::Staff,
        collected_at,
        recorded_at: collected_at,
        recorded_by: Some(nurse),
        verdict: None,
        definition: None,
        note: String::new(),
        body_hash: String::new(),
    };
    if !work.tx.insert_test(&test).await? {
        return Ok(());
    }
    let evidence = Evidence {
        result_id: ResultId::from_uuid(id.uuid()),
        case_id: Some(case.id),
        person_id: case.person_id,
        version: 1,
        outcome: Some(Outcome::NotDetected),
        collected_at,
    };
    work.tx.put_evidence(&evidence).await?;
    Ok(())
}

/// A result of the past, as far as counts are concerned.
#[derive(Debug, Clone)]
pub struct SeedTest {
    /// The result.
    pub result_id: ResultId,
    /// When the laboratory said so.
    pub resulted_at: Instant,
    /// The ward, where known.
    pub ward_code: Option<String>,
    /// What was found.
    pub outcome: Outcome,
}

/// Counts results of the past.
///
/// # Errors
/// When the store fails.
pub async fn count_tests(app: &App, tests: &[SeedTest]) -> Result<(), StoreError> {
    let mut work = Work::quiet(app).await?;
    for test in tests {
        let result = ResultReported {
            result_id: test.result_id,
            version: 1,
            person_id: PersonId::from_uuid(uuid::Uuid::nil()),
            lab_code: String::new(),
            outcome: test.outcome,
            method: Method::Pcr,
            collected_at: test.resulted_at,
            resulted_at: test.resulted_at,
            ward_code: None,
            link_code: String::new(),
        };
        work.tx.put_test(&result, test.ward_code.as_deref(), Some(test.outcome)).await?;
    }
    work.commit().await
}
