//! At every minute each open alert has exactly one owner on duty.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::AccountId;
use shared::time::{days, hours, minutes};

use super::http::{Site, adult};
use super::stage::{Stage, WARD, account, ask, grounds, province, signed_in};
use crate::api::body_hash;
use crate::app::owners;
use crate::app::timers;
use crate::app::{duties, escalate};
use crate::domain::case::CaseState;
use crate::domain::duty::DutyInput;
use crate::store::{AlertFilter, AlertRecord, AlertState, CaseRecord, FeedKind};
use shared_web::caller::{Caller, Identity};

async fn open(stage: &Stage) -> Vec<AlertRecord> {
    let filter = AlertFilter { states: vec![AlertState::Open], limit: 100, ..AlertFilter::default() };
    stage.app.store.read().await.unwrap().alerts(&filter).await.unwrap()
}

/// The alert changes hands as the process would do it.
async fn change(stage: &Stage) {
    timers::fire_due(&stage.app, &[owners::TIMER]).await.unwrap();
}

async fn caller(stage: &Stage, name: &str, role: Role, area: AreaScope) -> (Caller, AccountId) {
    let account = account(&stage.app, name, role, area).await;
    let id = account.id;
    (Caller { identity: Identity::Account(Box::new(account)), ..Caller::default() }, id)
}

async fn set(stage: &Stage, by: &Caller, account: &str, role: &str, area: &str, from: i64, to: i64) {
    let at = |hour: i64| Some(stage.now().plus(hours(hour)).to_string());
    let input = DutyInput {
        id: None,
        account: Some(account.to_owned()),
        role: Some(role.to_owned()),
        area_code: Some(area.to_owned()),
        from: at(from),
        to: at(to),
    };
    duties::set(&stage.app, by, &input, &body_hash(&input)).await.unwrap();
}

#[tokio::test]
async fn an_alert_moves_with_the_duty_and_always_has_exactly_one_owner() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (officer, _) = caller(&stage, "Minh", Role::Officer, province()).await;
        let (_, day) = caller(&stage, "Lan", Role::Doctor, province()).await;
        let (_, night) = caller(&stage, "Thu", Role::Doctor, province()).await;
        set(&stage, &officer, "Lan", "doctor", "82", 0, 8).await;
        set(&stage, &officer, "Thu", "doctor", "82", 8, 16).await;
        change(&stage).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        stage.hear(&super::stage::detected(&stage, person)).await;
        assert_eq!(open(&stage).await[0].responsible, Some(day));
        let start = stage.now();
        let mut owners_seen = Vec::new();
        for minute in 0..=(17 * 60) {
            stage.clock.set(start.plus(minutes(minute)));
            change(&stage).await;
            let alert = open(&stage).await.remove(0);
            let owner = alert.responsible.expect("an open alert without an owner");
            let expected = if minute < 8 * 60 { day } else { night };
            // After both duties somebody stands in; whoever has it keeps it.
            assert_eq!(owner, expected, "minute {minute}");
            if owners_seen.last() != Some(&owner) {
                owners_seen.push(owner);
            }
        }
        assert_eq!(owners_seen, [day, night]);
        let feed = stage.app.store.read().await.unwrap().feed_after(0, 100).await.unwrap();
        assert_eq!(feed.iter().filter(|entry| entry.line.kind == FeedKind::AlertMoved).count(), 1);
    }
}

#[tokio::test]
async fn who_did_not_answer_is_passed_over_when_it_climbs() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (officer, officer_id) = caller(&stage, "Minh", Role::Officer, province()).await;
        let (_, first) = caller(&stage, "Lan", Role::Doctor, province()).await;
        let (_, second) = caller(&stage, "Thu", Role::Doctor, province()).await;
        set(&stage, &officer, "Lan", "doctor", WARD, 0, 24).await;
        set(&stage, &officer, "Thu", "doctor", "82", 0, 24).await;
        set(&stage, &officer, "Minh", "officer", "82", 0, 24).await;
        let person = stage.person("Nguyễn Thị Hoa", None, None, WARD).await;
        stage.hear(&super::stage::detected(&stage, person)).await;
        let mut seen = vec![open(&stage).await[0].responsible];
        let case = stage.cases().await[0].clone();
        let input: crate::domain::observation::ReportInput =
            serde_json::from_str(r#"{"by":"staff","symptoms":["cyanosis"]}"#).unwrap();
        let (doctor, _) = caller(&stage, "Kim", Role::Doctor, province()).await;
        crate::app::report::take(&stage.app, &doctor, case.id, &input, "").await.unwrap();
        for _ in 0..2 {
            stage.clock.advance(minutes(5));
            timers::fire_due(&stage.app, &[escalate::TIMER]).await.unwrap();
            seen.push(open(&stage).await[0].responsible);
        }
        assert_eq!(seen, [Some(first), Some(second), Some(officer_id)]);
    }
}

async fn ill(stage: &Stage, name: &str) -> CaseRecord {
    let person = stage.person(name, None, None, WARD).await;
    stage.hear(&super::stage::detected(stage, person)).await;
    stage.cases().await.into_iter().find(|case| case.person_id == person).unwrap()
}

#[tokio::test]
async fn a_case_has_its_doctor_when_it_opens_shared_out_by_load_among_those_on_duty() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (officer, _) = caller(&stage, "Minh", Role::Officer, province()).await;
        let (_, first) = caller(&stage, "Lan", Role::Doctor, province()).await;
        let (_, second) = caller(&stage, "Thu", Role::Doctor, province()).await;
        let (_, home) = caller(&stage, "Kim", Role::Doctor, province()).await;
        assert_eq!(ill(&stage, "Không Ai Trực").await.doctor, None, "nobody stands on the roster: the intake decides");
        for name in ["Lan", "Thu"] {
            set(&stage, &officer, name, "doctor", "82", 0, 8).await;
        }
        let mut had = std::collections::BTreeMap::new();
        for n in 0..7 {
            let case = ill(&stage, &format!("Người Bệnh {n}")).await;
            let doctor = case.doctor.expect("a doctor is on duty");
            *had.entry(doctor).or_insert(0) += 1;
            let alert = open(&stage).await.into_iter().find(|alert| alert.case_id == case.id).unwrap();
            assert_eq!(alert.responsible, Some(doctor), "the first call is the own doctor's");
        }
        assert_eq!((had.get(&first), had.get(&second), had.get(&home)), (Some(&4), Some(&3), None));
    }
}

#[tokio::test]
async fn who_falls_ill_again_keeps_the_doctor_also_when_another_is_on_duty() {
    for ground in grounds().await {
        let stage = Stage::on(ground).await;
        let (officer, _) = caller(&stage, "Minh", Role::Officer, province()).await;
        let (_, own) = caller(&stage, "Lan", Role::Doctor, province()).await;
        let (_, other) = caller(&stage, "Thu", Role::Doctor, province()).await;
        set(&stage, &officer, "Lan", "doctor", "82", 0, 8).await;
        let case = ill(&stage, "Nguyễn Thị Hoa").await;
        assert_eq!(case.doctor, Some(own));
        let mut tx = stage.app.store.write().await.unwrap();
        let ended = CaseRecord { state: CaseState::Closed, closed_at: Some(stage.now()), ..case.clone() };
        tx.update_case(&ended).await.unwrap();
        tx.commit().await.unwrap();
        stage.clock.advance(days(120));
        set(&stage, &officer, "Thu", "doctor", "82", 0, 8).await;
        stage.hear(&super::stage::detected(&stage, case.person_id)).await;
        let again = stage.cases().await.into_iter().find(|c| c.state == CaseState::Open).unwrap();
        assert_eq!(again.doctor, Some(own), "the patient keeps the doctor");
        let alert = open(&stage).await.into_iter().find(|alert| alert.case_id == again.id).unwrap();
        assert_eq!(alert.responsible, Some(other), "and what cannot wait is for whoever is on duty");
    }
}

#[tokio::test]
async fn the_roster_is_set_by_the_area_and_tells_what_is_wrong() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let officer = signed_in(&site.stage.app, "Minh", Role::Officer, province()).await;
        let nurse = signed_in(&site.stage.app, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let body = |account: &str, role: &str, area: &str| {
            json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "account": account, "role": role, "area_code": area,
                "from": "2022-03-10T07:00:00+07:00", "to": "2022-03-10T19:00:00+07:00"})
        };
        let (status, duty) = site.post(&officer, "duties", body("Lan", "doctor", "82")).await;
        assert_eq!((status, &duty["display_name"]), (201, &json!("BS. Lan")), "{duty}");
        assert_eq!(site.post(&officer, "duties", body("Lan", "doctor", "82")).await.0, 200);
        assert_eq!(site.post(&officer, "duties", body("Lan", "doctor", WARD)).await.0, 409);
        assert_eq!(site.post(&nurse, "duties", body("Lan", "doctor", "82")).await.0, 403, "not the nurse's area");
        let code = |answer: &Value| answer["errors"][0]["code"].as_str().unwrap().to_owned();
        let wrong = [
            (body("nobody", "doctor", "82"), "unknown_account"),
            (body("Lan", "nurse", "82"), "not_the_role"),
            (body("Hoa", "nurse", "82"), "outside_area"),
            (body("Lan", "doctor", "8"), "area"),
        ];
        for (body, expected) in wrong {
            let (status, answer) = site.post(&officer, "duties", body).await;
            assert_eq!((status, code(&answer).as_str()), (422, expected), "{answer}");
        }
        site.case(adult("Nguyễn Thị Hoa")).await;
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        assert_eq!(alerts["items"][0]["responsible"]["display_name"], "BS. Lan");
        let (status, roster) = site.get(&nurse, "duties").await;
        assert_eq!((status, &roster["items"][0]["open_alerts"]), (200, &json!(1)), "{roster}");
        assert_eq!(site.get(&officer, "duties?from=today").await.0, 422);
        let end = |token: String| {
            let path = format!("/api/v1/f0/duties/{}", duty["id"].as_str().unwrap());
            let router = site.running.router.clone();
            async move { ask(&router, &token, Method::DELETE, &path, None).await.0.as_u16() }
        };
        assert_eq!(end(nurse).await, 404);
        assert_eq!(end(officer.clone()).await, 204);
        assert_eq!(end(officer).await, 409);
        site.running.stop().await;
    }
}
