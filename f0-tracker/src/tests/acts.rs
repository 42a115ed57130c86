//! What staff do for a patient, through the interface for programs.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::time::{days, minutes};
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::stage::{OTHER_WARD, WARD, ask, grounds, province, signed_in, token};
use crate::app::{desk_timers, timers};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

impl Site {
    /// Something done for a case: the status and the answer.
    async fn act(&self, token: &str, case: &str, what: &str, body: Value) -> (u16, Value) {
        self.post(token, &format!("cases/{case}/{what}"), body).await
    }

    async fn step(&self, token: &str, act: &Value, status: &str) -> (u16, Value) {
        let id = act["id"].as_str().unwrap();
        self.post(token, &format!("acts/{id}/steps"), json!({"status": status})).await
    }

    async fn messages(&self, template: &str) -> usize {
        let mut tx = self.stage.app.platform.shared.read().await.unwrap();
        let all = tx.messages(None, 100).await.unwrap();
        for message in all.iter().map(|stored| &stored.message) {
            let number = message.recipient.trim_start_matches('+');
            assert!(!message.idempotency_key.contains(number), "the key stands in the clear");
        }
        all.iter().filter(|stored| stored.message.template == template).count()
    }
}

fn codes(problem: &Value, list: &str, key: &str) -> Vec<String> {
    let items = problem[list].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn advice_is_given_once_told_and_stands_in_the_file() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let advice = json!({"id": ID, "text": "Nằm sấp, uống đủ nước, đo lại sau 1 giờ"});
        let (first, given) = site.act(&site.doctor, &case, "advice", advice.clone()).await;
        let (second, again) = site.act(&site.doctor, &case, "advice", advice.clone()).await;
        assert_eq!((first, second, &given), (201, 200, &again));
        assert_eq!((&given["kind"], &given["status"]), (&json!("advice"), &json!("given")));
        let mut other = advice;
        other["text"] = json!("khác");
        assert_eq!(site.act(&site.doctor, &case, "advice", other).await.0, 409);
        let (status, problem) = site.act(&site.doctor, &case, "advice", json!({"text": " "})).await;
        assert_eq!((status, codes(&problem, "errors", "pointer")), (422, vec!["/text".to_owned()]));
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["advice"].as_array().unwrap().len(), 1);
        assert!(codes(&file, "timeline", "kind").contains(&"advice.given".to_owned()));
        assert_eq!(site.messages("advice_given").await, 1);
        let patient: PersonId = file["person_id"].as_str().unwrap().parse().unwrap();
        let read = format!("acts/{ID}/read");
        assert_eq!(site.post(&site.doctor, &read, json!({})).await.0, 403, "the patient's to confirm");
        let other = site.stage.person("Trần Văn Nam", None, None, WARD).await;
        let stranger = token(&site.stage.app, SessionOwner::Person(other), SessionKind::Bearer).await;
        assert_eq!(site.post(&stranger, &read, json!({})).await.0, 404);
        let patient = token(&site.stage.app, SessionOwner::Person(patient), SessionKind::Bearer).await;
        for _ in 0..2 {
            assert_eq!(site.post(&patient, &read, json!({})).await.0, 204);
        }
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["advice"][0]["status"], "read");
        let elsewhere = AreaScope::from_code(OTHER_WARD).unwrap();
        let nurse = signed_in(&site.stage.app, "Nga", Role::Nurse, elsewhere).await;
        assert_eq!(site.act(&nurse, &case, "advice", json!({"text": "x"})).await.0, 404);
        let officer = signed_in(&site.stage.app, "Oanh", Role::Officer, province()).await;
        assert_eq!(site.act(&officer, &case, "advice", json!({"text": "x"})).await.0, 403);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_bag_is_refused_with_reasons_and_its_last_day_forces_a_call() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let mut man = adult("Trần Văn Nam");
        man["sex"] = json!("male");
        let case = site.case(man).await;
        let (status, problem) =
            site.act(&site.doctor, &case, "prescriptions", json!({"bag": "B", "screening": {}})).await;
        assert_eq!((status, codes(&problem, "reasons", "code")), (409, vec!["not_indicated".to_owned()]));
        site.report(&case, json!({"by": "staff", "spo2_pct": 94, "symptoms": ["dyspnoea"]})).await;
        let nurse = signed_in(&site.stage.app, "Nga", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (status, problem) = site.act(&nurse, &case, "prescriptions", json!({"bag": "B"})).await;
        assert_eq!((status, codes(&problem, "reasons", "code")), (409, vec!["doctor_only".to_owned()]));
        let (status, problem) = site.act(&site.doctor, &case, "prescriptions", json!({"bag": "B"})).await;
        let asked = ["/screening/gastric_ulcer", "/screening/liver_or_kidney_failure", "/screening/bleeding_disease"];
        assert_eq!((status, codes(&problem, "errors", "pointer")), (422, asked.map(str::to_owned).to_vec()));
        let answers =
            |ulcer: bool| json!({"gastric_ulcer": ulcer, "liver_or_kidney_failure": false, "bleeding_disease": false});
        let (status, problem) =
            site.act(&site.doctor, &case, "prescriptions", json!({"bag": "B", "screening": answers(true)})).await;
        assert_eq!((status, codes(&problem, "reasons", "code")), (409, vec!["gastric_ulcer".to_owned()]));
        let (status, ordered) =
            site.act(&site.doctor, &case, "prescriptions", json!({"bag": "B", "screening": answers(false)})).await;
        assert_eq!((status, &ordered["status"], &ordered["max_days"]), (201, &json!("ordered"), &json!(3)));
        assert_eq!(site.step(&nurse, &ordered, "arrived").await.0, 409);
        let (status, out) = site.step(&nurse, &ordered, "handed_out").await;
        assert_eq!((status, &out["status"]), (200, &json!("handed_out")));
        let alert = |alerts: &Value| alerts["items"][0]["id"].as_str().unwrap().to_owned();
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        site.post(&site.doctor, &format!("alerts/{}/resolve", alert(&alerts)), json!({"note": "đã gọi"})).await;
        site.stage.clock.advance(days(2));
        assert_eq!(timers::fire_due(&site.stage.app, &[desk_timers::TIMER]).await.unwrap().acted, 0);
        site.stage.clock.advance(days(1).checked_add(minutes(1)).unwrap());
        timers::fire_due(&site.stage.app, &[desk_timers::TIMER]).await.unwrap();
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let reasons = &alerts["items"][0]["reasons"];
        assert_eq!((&alerts["items"][0]["level"], &reasons[0]["rule"]), (&json!("urgent"), &json!("bag_limit")));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn medicines_without_a_bag_are_written_down_as_they_are() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = site.case(adult("Nguyễn Thị Hoa")).await;
    let body = json!({"items": ["Paracetamol 500 mg", {"name": "Oresol", "dose": "1 gói mỗi ngày"}]});
    let (status, ordered) = site.act(&site.doctor, &case, "prescriptions", body).await;
    assert_eq!((status, &ordered["items"][1]["dose"]), (201, &json!("1 gói mỗi ngày")));
    let (status, problem) = site.act(&site.doctor, &case, "prescriptions", json!({})).await;
    assert_eq!((status, codes(&problem, "errors", "pointer")), (422, vec!["/items".to_owned()]));
    site.running.stop().await;
}

#[tokio::test]
async fn a_referral_goes_step_by_step_to_its_arrival_and_the_family_is_told() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let body = json!({"person": adult("Nguyễn Thị Hoa"), "diagnosed_at": "2022-03-09",
            "household": [{"full_name": "Trần Văn Nam", "birth_year": 1980, "phone": "0987654321"}]});
        let (_, case) = site.post(&site.doctor, "cases", body).await;
        let case = case["id"].as_str().unwrap().to_owned();
        let referral = json!({"reason": "SpO2 88", "to": "BV Đa khoa Tiền Giang", "urgency": "emergency"});
        let (status, asked) = site.act(&site.doctor, &case, "referrals", referral).await;
        assert_eq!((status, &asked["transport"]), (201, &json!("ambulance_115")));
        assert_eq!(site.messages("referral").await, 2);
        assert_eq!(site.step(&site.doctor, &asked, "arrived").await.0, 409, "nobody arrives who did not leave");
        for status in ["accepted", "under_way", "arrived"] {
            assert_eq!(site.step(&site.doctor, &asked, status).await.0, 200);
        }
        assert_eq!(site.step(&site.doctor, &asked, "arrived").await.0, 200, "the same again");
        assert_eq!(site.messages("referral").await, 4);
        let (status, problem) = site.act(&site.doctor, &case, "referrals", json!({"to": "BV"})).await;
        assert_eq!((status, codes(&problem, "errors", "pointer")), (422, vec!["/reason".to_owned()]));
        let missing = format!("/api/v1/f0/cases/{ID}/referrals");
        let (status, _) =
            ask(&site.running.router, &site.doctor, Method::POST, &missing, Some(json!({"reason": "x"}))).await;
        assert_eq!(status, 404);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_promise_that_is_not_kept_becomes_an_alert_and_a_call_keeps_it() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let promise = json!({"disposition": "call_later", "call_back_at": "2022-03-10T09:00:00+07:00"});
        let (status, promised) = site.act(&site.doctor, &case, "calls", promise.clone()).await;
        assert_eq!((status, &promised["status"]), (201, &json!("promised")));
        let spoken = json!({"disposition": "reached", "note": "ổn"});
        assert_eq!(site.act(&site.doctor, &case, "calls", spoken).await.0, 201);
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        let mut statuses = codes(&file, "calls", "status");
        statuses.sort();
        assert_eq!(statuses, ["kept", "noted"]);
        site.act(&site.doctor, &case, "calls", promise).await;
        site.stage.clock.advance(minutes(61));
        // The running process may be about to tell it itself.
        let mut rules: Vec<String> = Vec::new();
        for _ in 0..50 {
            timers::fire_due(&site.stage.app, &[desk_timers::TIMER]).await.unwrap();
            let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
            rules = codes(&alerts["items"][0], "reasons", "rule");
            if rules.contains(&"promise_missed".to_owned()) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert!(rules.contains(&"promise_missed".to_owned()), "{rules:?}");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_hand_over_is_accepted_once_and_by_whom_it_is_meant_for() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let agent = signed_in(&site.stage.app, "Dai", Role::Hotline, province()).await;
        let (status, passed) = site.act(&agent, &case, "handovers", json!({"to": "doctor", "reason": "khó thở"})).await;
        assert_eq!((status, &passed["status"]), (201, &json!("offered")));
        assert_eq!(site.step(&agent, &passed, "accepted").await.0, 403);
        let second = signed_in(&site.stage.app, "Minh", Role::Doctor, province()).await;
        assert_eq!(site.step(&site.doctor, &passed, "accepted").await.0, 200);
        let (status, problem) = site.step(&second, &passed, "accepted").await;
        assert_eq!((status, problem["by"].as_str()), (409, Some("BS. Lan")));
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["doctor"]["display_name"], "BS. Lan", "who accepts has the case");
        let (status, problem) = site.act(&agent, &case, "handovers", json!({"to": "mars"})).await;
        assert_eq!((status, codes(&problem, "errors", "pointer")), (422, vec!["/to".to_owned(), "/reason".to_owned()]));
        site.running.stop().await;
    }
}
