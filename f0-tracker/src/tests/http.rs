//! The interface for programs, as the contract says.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::time::days;
use shared_store::people::{SessionKind, SessionOwner};
use shared_web::process::Running;

use super::stage::{Ground, OTHER_WARD, Stage, WARD, ask, grounds, province, signed_in, token};
use crate::App;

pub(super) struct Site {
    pub(super) running: Running,
    pub(super) stage: Stage,
    pub(super) doctor: String,
}

impl Site {
    pub(super) async fn on(ground: Ground) -> Self {
        let (running, ground, clock) = Stage::serve(ground).await;
        let stage = Stage { app: App::new(&running.platform), clock, ground };
        let doctor = signed_in(&stage.app, "Lan", Role::Doctor, province()).await;
        Self { running, stage, doctor }
    }

    pub(super) async fn get(&self, token: &str, path: &str) -> (u16, Value) {
        let (status, body) = ask(&self.running.router, token, Method::GET, &format!("/api/v1/f0/{path}"), None).await;
        (status.as_u16(), body)
    }

    pub(super) async fn post(&self, token: &str, path: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/v1/f0/{path}");
        let (status, body) = ask(&self.running.router, token, Method::POST, &path, Some(body)).await;
        (status.as_u16(), body)
    }

    pub(super) async fn patch(&self, token: &str, path: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/v1/f0/{path}");
        let (status, body) = ask(&self.running.router, token, Method::PATCH, &path, Some(body)).await;
        (status.as_u16(), body)
    }

    /// A case opened by hand; its id.
    pub(super) async fn case(&self, person: Value) -> String {
        let body = json!({"person": person, "diagnosed_at": "2022-03-09"});
        let (status, case) = self.post(&self.doctor, "cases", body).await;
        assert_eq!(status, 201, "{case}");
        case["id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn report(&self, case: &str, report: Value) -> Value {
        let (status, answer) = self.post(&self.doctor, &format!("cases/{case}/reports"), report).await;
        assert_eq!(status, 201, "{answer}");
        answer
    }
}

pub(super) fn adult(name: &str) -> Value {
    json!({"full_name": name, "birth_year": 1987, "sex": "female", "phone": "0912345678", "ward_code": WARD})
}

#[tokio::test]
async fn a_case_is_answered_with_its_patient_and_an_alert_is_taken_without_a_note() {
    let site = Site::on(grounds().await.remove(0)).await;
    let body = json!({"id": "0195a000-0000-7000-8000-00000000c0de", "person": adult("Lý Thị Mai"), "diagnosed_at": "2022-03-09"});
    for expected in [201, 200] {
        let (status, case) = site.post(&site.doctor, "cases", body.clone()).await;
        assert_eq!((status, &case["person"]["full_name"]), (expected, &json!("Lý Thị Mai")), "{case}");
    }
    let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
    let path = format!("/api/v1/f0/alerts/{}/acknowledge", alerts["items"][0]["id"].as_str().unwrap());
    let (status, taken) = ask(&site.running.router, &site.doctor, Method::POST, &path, None).await;
    assert_eq!((status.as_u16(), &taken["status"]), (200, &json!("acknowledged")), "{taken}");
    let (status, high) = site.get(&site.doctor, "cases?risk=high").await;
    assert_eq!((status, &high["items"]), (200, &json!([])), "a group of the decisions that nobody is in");
    let (status, wrong) = site.get(&site.doctor, "alerts?limit=many").await;
    assert_eq!((status, &wrong["errors"][0]["pointer"]), (422, &json!("/limit")), "{wrong}");
    site.running.stop().await;
}

/// What one protocol says.
fn says<'a>(answer: &'a Value, id: &str) -> &'a Value {
    answer["protocols"].as_array().unwrap().iter().find(|p| p["id"] == id).unwrap()
}

#[tokio::test]
async fn the_worked_reports_of_adults_are_judged_as_the_table_says() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        // T08: SpO2 91, everything else normal.
        let well =
            json!({"respiratory_rate": 16, "pulse": 76, "systolic": 122, "diastolic": 78, "temperature_c": 37.0});
        let with = |more: Value| {
            let mut report = well.clone();
            report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            report
        };
        let t08 = site.report(&case, with(json!({"by": "staff", "spo2_pct": 91, "symptoms": []}))).await;
        assert_eq!(t08["level"], "emergency");
        assert_eq!(t08["protocol"], "byt-261-2022");
        let rules: Vec<&str> = t08["reasons"].as_array().unwrap().iter().map(|r| r["rule"].as_str().unwrap()).collect();
        assert!(rules.contains(&"R09") && rules.contains(&"R07"), "{rules:?}");
        let r09 = t08["reasons"].as_array().unwrap().iter().find(|r| r["rule"] == "R09").unwrap();
        assert_eq!((&r09["parameter"], &r09["value"], &r09["threshold"]), (&json!("spo2_pct"), &json!(91), &json!(94)));
        assert!(r09["source"].as_str().unwrap().contains("QĐ-BYT"));
        assert_eq!(
            (&says(&t08, "byt-4377-2021")["fired"], &says(&t08, "nhs-coh")["fired"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(says(&t08, "news2")["score"], 3);
        assert_eq!(says(&t08, "byt-528-2022")["fired"], Value::Null);
        // T10: the decisions disagree at a respiratory rate of 20.
        let t10 = with(json!({"by": "staff", "spo2_pct": 98, "respiratory_rate": 20, "symptoms": []}));
        let t10 = site.report(&case, t10).await;
        assert_eq!(says(&t10, "byt-261-2022")["fired"], true);
        assert_eq!(says(&t10, "byt-4377-2021")["fired"], false);
        assert_eq!(says(&t10, "news2")["score"], 0);
        assert_eq!(t10["level"], "urgent");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn the_worked_report_of_a_child_is_judged_by_the_decision_for_children() {
    let site = Site::on(grounds().await.remove(0)).await;
    let child = json!({"full_name": "Nguyễn Bé Ba", "birth_date": "2019-02-01", "ward_code": WARD});
    let case = site.case(child).await;
    // K08: 3 years, SpO2 95.
    let k08 = site.report(&case, json!({"by": "family", "spo2_pct": 95, "symptoms": []})).await;
    assert_eq!(k08["protocol"], "byt-528-2022");
    for (protocol, fired) in [("byt-261-2022", true), ("byt-528-2022", true), ("byt-5155-2021", true)] {
        assert_eq!(says(&k08, protocol)["fired"], fired, "{protocol}");
    }
    assert_eq!(says(&k08, "news2")["fired"], Value::Null);
    site.running.stop().await;
}

#[tokio::test]
async fn a_report_is_safe_to_send_again() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let path = format!("cases/{case}/reports");
        let report = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "by": "patient", "spo2_pct": 97});
        let (first, answer) = site.post(&site.doctor, &path, report.clone()).await;
        let (second, again) = site.post(&site.doctor, &path, report.clone()).await;
        assert_eq!((first, second), (201, 200));
        assert_eq!(answer, again);
        let mut other = report;
        other["spo2_pct"] = json!(96);
        assert_eq!(site.post(&site.doctor, &path, other).await.0, 409);
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["vitals"].as_array().unwrap().len(), 1);
        assert_eq!(file["latest"]["spo2_pct"], 97);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_second_open_case_is_refused_with_the_first_and_the_same_request_is_not() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let mut body = json!({"id": id, "person": adult("Nguyễn Thị Hoa"), "diagnosed_at": "2022-03-09",
            "conditions": ["diabetes"], "household": [{"full_name": "Trần Văn Nam"}]});
        assert_eq!(site.post(&site.doctor, "cases", body.clone()).await.0, 201);
        let (again, case) = site.post(&site.doctor, "cases", body.clone()).await;
        assert_eq!((again, case["id"].as_str()), (200, Some(id)));
        body["conditions"] = json!([]);
        assert_eq!(site.post(&site.doctor, "cases", body.clone()).await.0, 409);
        body["id"] = Value::Null;
        let (second, problem) = site.post(&site.doctor, "cases", body).await;
        assert_eq!((second, problem["case_id"].as_str()), (409, Some(id)));
        let (_, file) = site.get(&site.doctor, &format!("cases/{id}")).await;
        assert_eq!(file["contacts"][0]["level"], "household");
        assert_eq!(file["alerts"][0]["reasons"][0]["rule"], "first_call");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn the_list_finds_by_name_without_marks_and_keeps_to_the_area() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let near = site.case(adult("Nguyễn Thị Hoa")).await;
        site.stage.clock.advance(shared::time::minutes(1));
        let mut far = adult("Trần Văn Đức");
        far["ward_code"] = json!(OTHER_WARD);
        far["phone"] = json!("0987654321");
        let far = site.case(far).await;
        let ids = |list: &Value| -> Vec<String> {
            list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&site.get(&site.doctor, "cases?q=nguyen%20thi%20hoa").await.1), std::slice::from_ref(&near));
        assert_eq!(ids(&site.get(&site.doctor, "cases?q=0987654321").await.1), std::slice::from_ref(&far));
        assert_eq!(ids(&site.get(&site.doctor, "cases?status=open&limit=1").await.1), std::slice::from_ref(&far));
        assert_eq!(ids(&site.get(&site.doctor, "cases?limit=1&cursor=1").await.1), std::slice::from_ref(&near));
        assert_eq!(site.get(&site.doctor, "cases?status=ill").await.0, 422);
        let nurse = signed_in(&site.stage.app, "Nga", Role::Nurse, AreaScope::Ward(WARD.to_owned())).await;
        assert_eq!(ids(&site.get(&nurse, "cases").await.1), std::slice::from_ref(&near));
        assert_eq!(site.get(&nurse, &format!("cases/{far}")).await.0, 404);
        let (_, alerts) = site.get(&nurse, "alerts?status=open").await;
        assert_eq!(alerts["items"].as_array().unwrap().len(), 1);
        let lab = signed_in(&site.stage.app, "Lab", Role::Lab, province()).await;
        assert_eq!(site.get(&lab, "cases").await.0, 403);
        assert_eq!(site.get(&lab, "alerts").await.0, 403);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn alerts_stand_by_danger_and_then_by_age() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let mut cases = Vec::new();
        for (n, name) in ["Nguyễn Thị Một", "Trần Thị Hai", "Lê Thị Ba"].into_iter().enumerate() {
            let mut person = adult(name);
            person["phone"] = json!(format!("091234567{n}"));
            cases.push(site.case(person).await);
            site.stage.clock.advance(shared::time::minutes(1));
        }
        site.report(&cases[2], json!({"by": "staff", "symptoms": ["cyanosis"]})).await;
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let order: Vec<&str> =
            alerts["items"].as_array().unwrap().iter().map(|alert| alert["case_id"].as_str().unwrap()).collect();
        assert_eq!(order, [&cases[2], &cases[0], &cases[1]]);
        let id = alerts["items"][0]["id"].as_str().unwrap();
        let (status, taken) =
            site.post(&site.doctor, &format!("alerts/{id}/acknowledge"), json!({"note": "gọi"})).await;
        assert_eq!((status, taken["status"].as_str()), (200, Some("acknowledged")));
        let other = signed_in(&site.stage.app, "Minh", Role::Doctor, province()).await;
        let (status, problem) = site.post(&other, &format!("alerts/{id}/acknowledge"), json!({"note": ""})).await;
        assert_eq!((status, problem["acknowledged_by"].as_str()), (409, Some("BS. Lan")));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_citizen_reports_for_the_household_and_for_nobody_else() {
    let site = Site::on(grounds().await.remove(0)).await;
    let body = json!({"person": adult("Nguyễn Thị Hoa"), "diagnosed_at": "2022-03-09",
        "household": [{"full_name": "Trần Văn Nam", "birth_year": 2001}]});
    let (_, case) = site.post(&site.doctor, "cases", body).await;
    let case = case["id"].as_str().unwrap().to_owned();
    let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
    let id = |value: &Value| -> PersonId { value.as_str().unwrap().parse().unwrap() };
    let citizens = [id(&file["person_id"]), id(&file["contacts"][0]["person_id"])];
    let stranger = site.stage.person("Lê Văn Lạ", None, None, WARD).await;
    let path = format!("cases/{case}/reports");
    for (citizen, expected) in [(citizens[0], 201), (citizens[1], 201), (stranger, 404)] {
        let token = token(&site.stage.app, SessionOwner::Person(citizen), SessionKind::Bearer).await;
        let report = json!({"by": "family", "spo2_pct": 97});
        assert_eq!(site.post(&token, &path, report).await.0, expected);
        assert_eq!(site.get(&token, &format!("cases/{case}")).await.0, 403);
    }
    let token = token(&site.stage.app, SessionOwner::Person(citizens[0]), SessionKind::Bearer).await;
    assert_eq!(site.post(&token, &path, json!({"by": "staff", "spo2_pct": 97})).await.0, 422);
    site.running.stop().await;
}

#[tokio::test]
async fn a_case_closes_by_the_rule_and_says_what_is_missing() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let (status, problem) = site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await;
        let codes: Vec<&str> =
            problem["unmet"].as_array().unwrap().iter().map(|unmet| unmet["code"].as_str().unwrap()).collect();
        assert_eq!((status, codes), (409, vec!["days", "negative_test"]), "the first call ends with the case");
        site.report(&case, json!({"by": "staff", "spo2_pct": 90, "symptoms": ["dyspnoea"]})).await;
        let (_, problem) = site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await;
        assert_eq!(problem["unmet"][2]["code"], "open_alert", "a sign of danger that nobody took: {problem}");
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let id = alerts["items"][0]["id"].as_str().unwrap();
        site.post(&site.doctor, &format!("alerts/{id}/resolve"), json!({"note": "đã gọi"})).await;
        site.stage.clock.advance(days(14));
        assert_eq!(site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await.0, 201);
        assert_eq!(site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await.0, 409);
        let path = format!("cases/{case}/reports");
        assert_eq!(site.post(&site.doctor, &path, json!({"by": "staff", "spo2_pct": 97})).await.0, 409);
        site.running.stop().await;
    }
}
