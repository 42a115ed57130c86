//! Reports that arrive late end in the levels and alerts of reports that come in order.

use shared::access::Role;
use shared::events::AlertLevel;
use shared::ids::CaseId;
use shared::random::below;
use shared::time::{Instant, minutes};
use shared_testkit::random::seeded;
use shared_web::caller::{Caller, Identity};

use super::stage::{Stage, WARD, account, detected, grounds, province};
use crate::api::body_hash;
use crate::app::report;
use crate::domain::observation::ReportInput;
use crate::store::{AlertFilter, AlertState};

/// What is left of reports, whatever order they came in: level and rules of each, the case, and the open alert.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    reports: Vec<(Instant, AlertLevel, Vec<String>)>,
    newest: (Option<Instant>, AlertLevel),
    alert: (AlertLevel, Vec<String>),
}

async fn doctor(stage: &Stage) -> Caller {
    let account = account(&stage.app, "Lan", Role::Doctor, province()).await;
    Caller { identity: Identity::Account(Box::new(account)), ..Caller::default() }
}

async fn take(stage: &Stage, doctor: &Caller, case: CaseId, json: &str) -> AlertLevel {
    let input: ReportInput = serde_json::from_str(json).unwrap();
    report::take(&stage.app, doctor, case, &input, &body_hash(&input)).await.unwrap().report.level
}

async fn case_of(stage: &Stage, name: &str) -> CaseId {
    let person = stage.person(name, None, None, WARD).await;
    stage.hear(&detected(stage, person)).await;
    stage.cases().await.into_iter().find(|case| case.person_id == person).unwrap().id
}

async fn left(stage: &Stage, case: CaseId) -> Left {
    let mut tx = stage.app.store.read().await.unwrap();
    let rules = |reasons: &[crate::domain::engine::Reason]| {
        let mut told: Vec<_> =
            reasons.iter().map(|r| format!("{} {} {:?} {:?}", r.protocol, r.rule, r.value, r.level)).collect();
        told.sort_unstable();
        told
    };
    let reports = tx.newest_reports(&[case], 100).await.unwrap();
    let filter =
        AlertFilter { states: vec![AlertState::Open], cases: Some(vec![case]), limit: 10, ..AlertFilter::default() };
    let alert = tx.alerts(&filter).await.unwrap().remove(0);
    let newest = tx.case(case).await.unwrap().unwrap().latest;
    Left {
        reports: reports.iter().map(|r| (r.observed.at, r.level, rules(&r.reasons))).collect(),
        newest: (newest.at, newest.level),
        alert: (alert.level, rules(&alert.reasons)),
    }
}

#[tokio::test]
async fn a_first_low_reading_that_arrives_after_the_second_confirms_it() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let doctor = doctor(&stage).await;
        let case = case_of(&stage, "Nguyễn Thị Hoa").await;
        stage.clock.advance(minutes(30));
        let second = r#"{"by":"patient","at":"2022-03-10T08:21:00+07:00","spo2_pct":95}"#;
        let first = r#"{"by":"patient","at":"2022-03-10T08:20:00+07:00","spo2_pct":95}"#;
        assert_eq!(take(&stage, &doctor, case, second).await, AlertLevel::Watch, "a first reading, as far as known");
        assert_eq!(take(&stage, &doctor, case, first).await, AlertLevel::Watch);
        let left = left(&stage, case).await;
        let levels: Vec<_> = left.reports.iter().map(|(_, level, _)| *level).collect();
        assert_eq!(levels, [AlertLevel::Urgent, AlertLevel::Watch]);
        assert_eq!((left.newest.1, left.alert.0), (AlertLevel::Urgent, AlertLevel::Urgent));
    }
}

#[tokio::test]
async fn whatever_order_reports_arrive_in_the_same_is_left() {
    let reports = [
        r#"{"by":"patient","at":"2022-03-10T08:02:00+07:00","spo2_pct":93,"pulse":125}"#,
        r#"{"by":"patient","at":"2022-03-10T08:03:00+07:00","spo2_pct":95}"#,
        r#"{"by":"patient","at":"2022-03-10T08:08:00+07:00","spo2_pct":96,"respiratory_rate":22}"#,
        r#"{"by":"patient","at":"2022-03-10T08:17:30+07:00","spo2_pct":95,"symptoms":["unsettled"]}"#,
        r#"{"by":"patient","at":"2022-03-10T08:29:00+07:00","spo2_pct":95,"pulse":48}"#,
        r#"{"by":"patient","at":"2022-03-10T08:29:30+07:00","spo2_pct":97,"symptoms":[]}"#,
    ];
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let doctor = doctor(&stage).await;
        stage.clock.advance(minutes(30));
        let in_order = case_of(&stage, "Nguyễn Thị Hoa").await;
        for report in reports {
            take(&stage, &doctor, in_order, report).await;
        }
        let expected = left(&stage, in_order).await;
        assert_eq!(expected.alert.0, AlertLevel::Emergency);
        let mut random = seeded(5);
        for round in 0..12_usize {
            let mut order: Vec<usize> = (0..reports.len()).collect();
            for i in (1..order.len()).rev() {
                order.swap(i, usize::try_from(below(&mut random, i as u64 + 1)).unwrap());
            }
            let case = case_of(&stage, &format!("Người bệnh {round}")).await;
            for n in &order {
                take(&stage, &doctor, case, reports[*n]).await;
            }
            assert_eq!(left(&stage, case).await, expected, "{order:?}");
        }
    }
}
