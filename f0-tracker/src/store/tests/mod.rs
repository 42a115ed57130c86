//! The contract of the store: one suite for both databases.

mod cases;
mod counts;
mod desk;
mod reports;
mod station;

use std::collections::BTreeSet;
use std::sync::Arc;

use shared::access::{AreaScope, Role};
use shared::bilingual::Bilingual;
use shared::events::{AlertLevel, ExposureLevel, Method, Outcome};
use shared::ids::{
    AccountId, AlertId, CaseId, DutyId, InboundId, PaperId, PersonId, ProtocolChangeId, ReportId, ResultId, ShiftId,
    TestId,
};
use shared::time::{Date, Instant, minutes};
use uuid::Uuid;

use super::*;
use crate::domain::case::CaseState;
use crate::domain::condition::Condition;
use crate::domain::duty::Duty;
use crate::domain::eligibility::{Answer, Decision, Verdict};
use crate::domain::engine::{Measure, ProtocolSays, Reason};
use crate::domain::ladder::Owner;
use crate::domain::observation::{Observation, Reporter};
use crate::domain::protocol::Comparison;
use crate::domain::replay::Replay;
use crate::domain::risk::RiskGroup;
use crate::domain::shift::{Line, LineKind};
use crate::domain::station_test::Watch;
use crate::domain::symptom::Symptom;
use crate::domain::vital::{Tenths, Vital, Vitals};
use crate::tests::stage::{Stage, grounds};

fn now() -> Instant {
    "2022-03-10T01:00:00.123456Z".parse().unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn vitals() -> Vitals {
    Vitals::default().with(Vital::TemperatureC, Tenths::new(383)).with(Vital::Spo2Pct, Tenths::whole(91))
}

fn case(n: u128, person: u128) -> CaseRecord {
    CaseRecord {
        id: CaseId::from_uuid(id(n)),
        person_id: PersonId::from_uuid(id(person)),
        state: CaseState::Open,
        opened_by: OpenedBy::Result,
        diagnosed_at: now(),
        specimen_at: now().minus(minutes(90)),
        symptom_onset: Some(Date::constant(2022, 3, 7)),
        isolated_from: Some(now()),
        conditions: BTreeSet::from([Condition::Diabetes, Condition::Copd]),
        vaccine_doses: Some(2),
        pregnant: Some(false),
        risk: RiskGroup::VeryHigh,
        ward_code: Some("28252".to_owned()),
        opened_at: now().plus(minutes(i64::try_from(n).unwrap())),
        closed_at: None,
        void_reason: None,
        doctor: Some(AccountId::from_uuid(id(77))),
        latest: Latest { at: Some(now()), level: AlertLevel::Urgent, vitals: vitals() },
        report_due_at: Some(now().plus(minutes(720))),
    }
}

fn reason(rule: &str) -> Reason {
    Reason {
        rule: rule.to_owned(),
        parameter: "spo2_pct".to_owned(),
        value: Measure::Number(Tenths::whole(91)),
        comparison: Comparison::Lt,
        threshold: Measure::Number(Tenths::whole(94)),
        level: AlertLevel::Emergency,
        protocol: "byt-261-2022".to_owned(),
        source: "437/QĐ-BYT".to_owned(),
        text: Bilingual::new("SpO2 thấp", "Low SpO2"),
        proposed: true,
        confirm: true,
        at: Some(now()),
    }
}

fn report(n: u128, case: u128, minute: i64) -> ReportRecord {
    let report = ReportId::from_uuid(id(n));
    ReportRecord {
        id: report,
        case_id: CaseId::from_uuid(id(case)),
        observed: Observation {
            id: Some(report),
            at: now().plus(minutes(minute)),
            by: Reporter::Family,
            vitals: vitals().with(Vital::Systolic, Tenths::whole(120)).with(Vital::Diastolic, Tenths::whole(80)),
            on_oxygen: true,
            symptoms: BTreeSet::from([Symptom::Cough]),
        },
        received_at: now(),
        level: AlertLevel::Emergency,
        reasons: vec![reason("R09")],
        protocol: "byt-261-2022".to_owned(),
        protocols: vec![ProtocolSays {
            id: "news2".to_owned(),
            fired: Some(true),
            level: AlertLevel::Watch,
            score: Some(3),
            band: Some("low_medium".to_owned()),
            missing: vec![Vital::Pulse],
        }],
        doubtful: vec![Vital::Spo2Pct],
        body_hash: "ab".repeat(32),
    }
}

fn alert(n: u128, case: u128, level: AlertLevel) -> AlertRecord {
    AlertRecord {
        id: AlertId::from_uuid(id(n)),
        case_id: CaseId::from_uuid(id(case)),
        ward_code: Some("28252".to_owned()),
        level,
        reasons: vec![reason("R09")],
        state: AlertState::Open,
        raised_at: now().plus(minutes(i64::try_from(n).unwrap())),
        rung: 0,
        owner: Owner::DoctorOnDuty,
        responsible: Some(AccountId::from_uuid(id(78))),
        escalated_at: None,
        acknowledged: None,
        resolved: None,
    }
}

async fn stage_cases(store: &Arc<dyn F0Store>) {
    let mut tx = store.write().await.unwrap();
    for (n, person) in [(1, 11), (2, 12), (3, 13)] {
        assert!(tx.insert_case(&case(n, person), Some("hash")).await.unwrap());
    }
    tx.commit().await.unwrap();
}

/// Every statement, on an empty store.
async fn conforms(store: Arc<dyn F0Store>) {
    stage_cases(&store).await;
    cases::cases(&store).await;
    cases::evidence(&store).await;
    reports::reports(&store).await;
    reports::alerts(&store).await;
    station::contacts(&store).await;
    reports::feed(&store).await;
    station::station(&store).await;
    station::duties(&store).await;
    counts::counts(&store).await;
    cases::order(&store).await;
    station::intakes(&store).await;
    station::shifts(&store).await;
    cases::moves(&store).await;
}

#[tokio::test]
async fn both_databases_keep_the_contract() {
    for ground in grounds().await {
        conforms(Stage::on(ground).await.app.store.clone()).await;
    }
}
