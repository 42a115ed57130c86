//! Alerts climb until somebody takes them, and the first who takes one has it.

use futures::future::join_all;
use shared::access::Role;
use shared::events::AlertLevel;
use shared::ids::AlertId;
use shared::time::minutes;
use shared_web::caller::{Caller, Identity};

use super::stage::{Stage, WARD, account, detected, grounds, province};
use crate::api::body_hash;
use crate::app::alerts::{Step, act};
use crate::app::{escalate, report, timers};
use crate::domain::ladder::Owner;
use crate::domain::observation::ReportInput;
use crate::store::{AlertFilter, AlertRecord, AlertState, FeedKind};

async fn doctor(stage: &Stage, name: &str) -> Caller {
    let account = account(&stage.app, name, Role::Doctor, province()).await;
    Caller { identity: Identity::Account(Box::new(account)), ..Caller::default() }
}

async fn alerts(stage: &Stage) -> Vec<AlertRecord> {
    let filter = AlertFilter { limit: 100, ..AlertFilter::default() };
    stage.app.store.read().await.unwrap().alerts(&filter).await.unwrap()
}

/// How many alerts climbed now.
async fn climbed(stage: &Stage) -> usize {
    timers::fire_due(&stage.app, &[escalate::TIMER]).await.unwrap().acted
}

fn input(json: &str) -> ReportInput {
    serde_json::from_str(json).unwrap()
}

async fn reported(stage: &Stage, doctor: &Caller, json: &str) -> AlertLevel {
    let case = stage.cases().await[0].id;
    let input = input(json);
    report::take(&stage.app, doctor, case, &input, &body_hash(&input)).await.unwrap().report.level
}

const BREATHLESS: &str = r#"{"by":"staff","spo2_pct":91,"symptoms":["dyspnoea"]}"#;

/// A stage with one case whose report was an emergency.
async fn emergency(ground: super::stage::Ground) -> (Stage, Caller, AlertId) {
    let stage = Stage::on(ground).await;
    let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
    stage.hear(&detected(&stage, person)).await;
    let doctor = doctor(&stage, "Lan").await;
    assert_eq!(reported(&stage, &doctor, BREATHLESS).await, AlertLevel::Emergency);
    let id = alerts(&stage).await[0].id;
    (stage, doctor, id)
}

#[tokio::test]
async fn a_report_lifts_the_open_alert_and_keeps_its_id() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        stage.hear(&detected(&stage, person)).await;
        let first = alerts(&stage).await.remove(0);
        let doctor = doctor(&stage, "Lan").await;
        stage.clock.advance(minutes(30));
        reported(&stage, &doctor, BREATHLESS).await;
        let lifted = alerts(&stage).await;
        assert_eq!(lifted.len(), 1);
        assert_eq!((lifted[0].id, lifted[0].level), (first.id, AlertLevel::Emergency));
        assert_eq!((lifted[0].raised_at, lifted[0].owner), (stage.now(), Owner::DoctorOnDuty));
        assert!(lifted[0].reasons.iter().any(|reason| reason.rule == "first_call"));
        // A quieter report changes neither level nor age.
        stage.clock.advance(minutes(1));
        reported(&stage, &doctor, r#"{"by":"staff","symptoms":["unsettled"]}"#).await;
        let after = alerts(&stage).await.remove(0);
        assert_eq!((after.level, after.raised_at), (AlertLevel::Emergency, lifted[0].raised_at));
    }
}

#[tokio::test]
async fn an_emergency_that_nobody_takes_climbs_after_its_time_also_across_a_restart() {
    for ground in grounds().await {
        let (stage, _, id) = emergency(ground).await;
        let started = stage.now();
        stage.clock.advance(minutes(4));
        assert_eq!(climbed(&stage).await, 0);
        let stage = stage.restart().await;
        stage.clock.set(started.plus(minutes(5)));
        assert_eq!(climbed(&stage).await, 1);
        assert_eq!(climbed(&stage).await, 0);
        let alert = alerts(&stage).await.remove(0);
        assert_eq!((alert.id, alert.owner, alert.rung), (id, Owner::AllDoctors, 1));
        stage.clock.advance(minutes(5));
        assert_eq!(climbed(&stage).await, 1);
        let alert = alerts(&stage).await.remove(0);
        assert_eq!((alert.owner, alert.rung, alert.state), (Owner::ProvincialOfficer, 2, AlertState::Open));
        stage.clock.advance(minutes(600));
        assert_eq!(climbed(&stage).await, 0);
        let feed = stage.app.store.read().await.unwrap().feed_after(0, 100).await.unwrap();
        assert_eq!(feed.iter().filter(|entry| entry.line.kind == FeedKind::AlertEscalated).count(), 2);
    }
}

#[tokio::test]
async fn an_alert_that_somebody_took_climbs_no_further() {
    for ground in grounds().await {
        let (stage, doctor, id) = emergency(ground).await;
        act(&stage.app, &doctor, id, Step::Acknowledge, "đang gọi").await.unwrap();
        stage.clock.advance(minutes(60));
        assert_eq!(climbed(&stage).await, 0);
        let case = stage.cases().await.remove(0);
        assert_eq!(case.doctor, doctor.account().map(|account| account.id));
    }
}

#[tokio::test]
async fn the_first_doctor_has_it_and_the_others_learn_who() {
    for ground in grounds().await {
        let (stage, _, id) = emergency(ground).await;
        let mut doctors = Vec::new();
        for n in 0..8 {
            doctors.push(doctor(&stage, &format!("Bs{n}")).await);
        }
        let takes = join_all(doctors.iter().map(|doctor| act(&stage.app, doctor, id, Step::Acknowledge, ""))).await;
        let first = takes.iter().position(Result::is_ok).unwrap();
        assert_eq!(takes.iter().filter(|take| take.is_ok()).count(), 1);
        let name = doctors[first].account().unwrap().display_name.clone();
        for problem in takes.into_iter().filter_map(Result::err) {
            assert_eq!(problem.status, 409);
            assert_eq!(problem.extra["acknowledged_by"], name);
            assert!(problem.extra["acknowledged_at"].is_string());
        }
        // The same again changes nothing; another may not end it.
        assert!(act(&stage.app, &doctors[first], id, Step::Acknowledge, "").await.is_ok());
        let other = &doctors[(first + 1) % doctors.len()];
        assert_eq!(act(&stage.app, other, id, Step::Resolve, "").await.unwrap_err().status, 409);
        assert!(act(&stage.app, &doctors[first], id, Step::Resolve, "đã khám").await.is_ok());
    }
}

#[tokio::test]
async fn a_taken_alert_covers_reports_for_a_while_and_a_worse_one_raises_another() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        stage.hear(&detected(&stage, person)).await;
        let doctor = doctor(&stage, "Lan").await;
        reported(&stage, &doctor, r#"{"by":"patient","symptoms":["unsettled"]}"#).await;
        let id = alerts(&stage).await[0].id;
        act(&stage.app, &doctor, id, Step::Acknowledge, "").await.unwrap();
        reported(&stage, &doctor, r#"{"by":"family","symptoms":["unsettled"]}"#).await;
        assert_eq!(alerts(&stage).await.len(), 1);
        reported(&stage, &doctor, BREATHLESS).await;
        let now = alerts(&stage).await;
        assert_eq!(now.len(), 2);
        assert_eq!((now[0].level, now[0].state), (AlertLevel::Emergency, AlertState::Open));
    }
}

#[tokio::test]
async fn yesterdays_hand_does_not_silence_todays_report() {
    let stage = Stage::simple().await;
    let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
    stage.hear(&detected(&stage, person)).await;
    let doctor = doctor(&stage, "Lan").await;
    reported(&stage, &doctor, BREATHLESS).await;
    let id = alerts(&stage).await[0].id;
    act(&stage.app, &doctor, id, Step::Acknowledge, "").await.unwrap();
    stage.clock.advance(minutes(24 * 60));
    reported(&stage, &doctor, BREATHLESS).await;
    let open = alerts(&stage).await.into_iter().filter(|alert| alert.state == AlertState::Open).count();
    assert_eq!(open, 1);
}
