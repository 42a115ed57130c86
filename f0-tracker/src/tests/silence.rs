//! Silence is noticed: by the patient first, by the station, by the doctor; once, across restarts, by one process of many.

use futures::future::join_all;
use serde_json::json;
use shared::access::Role;
use shared::ids::CaseId;
use shared::time::{hours, minutes};
use shared_web::caller::{Caller, Identity};

use super::http::{Site, adult};
use super::stage::{Stage, WARD, account, detected, grounds, province};
use crate::api::body_hash;
use crate::app::alerts::{Step, act};
use crate::app::timers::{self, KINDS};
use crate::app::{report, silence};
use crate::domain::ladder::Owner;
use crate::domain::observation::ReportInput;
use crate::domain::silence::NO_REPORT;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, FeedKind};

async fn doctor(stage: &Stage) -> Caller {
    let account = account(&stage.app, "Lan", Role::Doctor, province()).await;
    Caller { identity: Identity::Account(Box::new(account)), ..Caller::default() }
}

async fn alerts(stage: &Stage, states: &[AlertState]) -> Vec<AlertRecord> {
    let filter = AlertFilter { states: states.to_vec(), limit: 100, ..AlertFilter::default() };
    stage.app.store.read().await.unwrap().alerts(&filter).await.unwrap()
}

/// The open alert that tells of silence.
async fn of_silence(stage: &Stage) -> Option<AlertRecord> {
    let open = alerts(stage, &[AlertState::Open]).await;
    open.into_iter().find(|alert| alert.reasons.iter().any(|reason| reason.rule == NO_REPORT))
}

async fn report(stage: &Stage, doctor: &Caller, case: CaseId, json: &str) {
    let input: ReportInput = serde_json::from_str(json).unwrap();
    report::take(&stage.app, doctor, case, &input, &body_hash(&input)).await.unwrap();
}

/// A case whose first call was made, with a doctor.
async fn called(stage: &Stage, phone: &str) -> (Caller, CaseRecord) {
    let person = stage.person("Nguyễn Thị Hoa", None, Some(phone), WARD).await;
    stage.hear(&detected(stage, person)).await;
    let doctor = doctor(stage).await;
    for alert in alerts(stage, &[AlertState::Open]).await {
        act(&stage.app, &doctor, alert.id, Step::Resolve, "").await.unwrap();
    }
    (doctor, stage.cases().await.remove(0))
}

async fn messages(stage: &Stage) -> usize {
    let all = stage.app.platform.shared.read().await.unwrap().messages(None, 100).await.unwrap();
    all.iter().filter(|message| message.message.template == "report_missed").count()
}

async fn fire(stage: &Stage) -> usize {
    timers::fire_due(&stage.app, &[silence::TIMER]).await.unwrap().acted
}

#[tokio::test]
async fn who_says_nothing_is_reminded_then_the_station_is_told_then_the_doctor() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (_, case) = called(&stage, "0912345678").await;
        // Unknown risk: due after 14 hours, that is at 22:00; nobody is woken before 7.
        let morning = stage.now().plus(hours(23));
        assert_eq!(case.report_due_at, Some(morning));
        stage.clock.set(morning.minus(minutes(1)));
        assert_eq!((fire(&stage).await, messages(&stage).await), (0, 0));
        stage.clock.set(morning);
        assert_eq!((fire(&stage).await, messages(&stage).await), (1, 1));
        assert!(of_silence(&stage).await.is_none());
        let stage = stage.restart().await;
        stage.clock.set(morning.plus(hours(2)));
        assert_eq!(fire(&stage).await, 1);
        let told = of_silence(&stage).await.unwrap();
        assert_eq!((told.owner, told.level.code()), (Owner::WardStation, "watch"));
        stage.clock.set(morning.plus(hours(4)));
        assert_eq!(fire(&stage).await, 1);
        let told = of_silence(&stage).await.unwrap();
        assert_eq!((told.owner, told.responsible.is_some()), (Owner::DoctorOnDuty, true));
        stage.clock.advance(hours(48));
        assert_eq!((fire(&stage).await, messages(&stage).await), (0, 1));
        let feed = stage.app.store.read().await.unwrap().feed_after(0, 100).await.unwrap();
        assert_eq!(feed.iter().filter(|entry| entry.line.kind == FeedKind::ReportMissed).count(), 1);
    }
}

#[tokio::test]
async fn a_report_ends_the_silence_and_the_alert_about_it() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (doctor, case) = called(&stage, "0912345678").await;
        stage.clock.set(case.report_due_at.unwrap());
        fire(&stage).await;
        stage.clock.advance(hours(2));
        fire(&stage).await;
        assert!(of_silence(&stage).await.is_some());
        report(&stage, &doctor, case.id, r#"{"by":"patient","spo2_pct":98,"symptoms":[]}"#).await;
        assert!(of_silence(&stage).await.is_none());
        let ended = alerts(&stage, &[AlertState::Resolved]).await;
        assert!(ended.iter().any(|alert| alert.resolved.as_ref().is_some_and(|stamp| stamp.note == "no_longer")));
        let due = stage.cases().await[0].report_due_at.unwrap();
        assert!(due > stage.now());
        stage.clock.set(due.minus(minutes(1)));
        assert_eq!(fire(&stage).await, 0);
        stage.clock.set(due);
        assert_eq!(fire(&stage).await, 1);
    }
}

#[tokio::test]
async fn a_report_of_yesterday_that_arrives_now_does_not_end_the_silence() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (doctor, case) = called(&stage, "0912345678").await;
        stage.clock.set(case.report_due_at.unwrap());
        fire(&stage).await;
        let late = r#"{"by":"patient","at":"2022-03-10T08:30:00+07:00","spo2_pct":98}"#;
        report(&stage, &doctor, case.id, late).await;
        assert_eq!(stage.cases().await[0].report_due_at, case.report_due_at);
        stage.clock.advance(hours(2));
        assert_eq!(fire(&stage).await, 1);
        assert!(of_silence(&stage).await.is_some());
    }
}

#[tokio::test]
async fn somebody_who_has_another_alert_in_hand_does_not_hide_the_silence() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (doctor, case) = called(&stage, "0912345678").await;
        let morning = case.report_due_at.unwrap();
        stage.clock.set(morning.minus(minutes(30)));
        let late = r#"{"by":"patient","at":"2022-03-10T08:30:00+07:00","symptoms":["unsettled"]}"#;
        report(&stage, &doctor, case.id, late).await;
        let open = alerts(&stage, &[AlertState::Open]).await.remove(0);
        act(&stage.app, &doctor, open.id, Step::Acknowledge, "").await.unwrap();
        for at in [morning, morning.plus(hours(2))] {
            stage.clock.set(at);
            fire(&stage).await;
        }
        assert!(of_silence(&stage).await.is_some());
    }
}

#[tokio::test]
async fn many_processes_remind_once() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (_, case) = called(&stage, "0912345678").await;
        stage.clock.set(case.report_due_at.unwrap());
        let fired = join_all((0..8).map(|_| timers::fire_due(&stage.app, &KINDS))).await;
        let acted: usize = fired.into_iter().map(|fired| fired.unwrap().acted).sum();
        assert_eq!((acted, messages(&stage).await), (1, 1));
    }
}

#[tokio::test]
async fn an_ended_case_is_owed_no_report_and_an_answered_call_counts_as_heard() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let id = site.case(adult("Nguyễn Thị Hoa")).await;
        let due = |case: &CaseRecord| case.report_due_at.unwrap();
        let opened = site.stage.cases().await.remove(0);
        site.stage.clock.advance(hours(5));
        let path = format!("cases/{id}/calls");
        assert_eq!(site.post(&site.doctor, &path, json!({"disposition": "no_answer"})).await.0, 201);
        assert_eq!(due(&site.stage.cases().await[0]), due(&opened));
        assert_eq!(site.post(&site.doctor, &path, json!({"disposition": "reached"})).await.0, 201);
        let heard = site.stage.cases().await.remove(0);
        assert!(due(&heard) >= site.stage.now().plus(hours(14)));
        let shown = site.get(&site.doctor, &format!("cases/{id}")).await.1;
        assert_eq!(shown["report_due_at"], due(&heard).to_string());
        site.running.stop().await;
    }
}
