//! Taking patients in, and households that report together.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::pages::{Browser, location, sign_in};
use super::stage::{OTHER_WARD, ask, grounds, province, signed_in, token};
use crate::pages::samples::assert_no_key;

impl Site {
    async fn intake(&self, case: &str, body: Value) -> (u16, Value) {
        let path = format!("/api/v1/f0/cases/{case}/intake");
        let router = &self.running.router;
        let (status, answer) = ask(router, &self.doctor, Method::PUT, &path, Some(body)).await;
        (status.as_u16(), answer)
    }
}

#[tokio::test]
async fn home_is_the_place_when_everything_is_known_and_right() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let path = format!("cases/{case}/intake");
        assert_eq!(site.get(&site.doctor, &path).await.0, 404, "nobody was taken in yet");
        let (status, answer) = site.intake(&case, json!({"conditions": []})).await;
        assert_eq!(
            (status, &answer["eligible"], &answer["protocol"]),
            (200, &json!("unknown"), &json!("byt-261-2022"))
        );
        site.report(&case, json!({"by": "staff", "spo2_pct": 97, "respiratory_rate": 18, "symptoms": []})).await;
        let body = json!({"self_care": true, "reachable": true, "vaccine_doses": 2, "pregnant": false});
        let (_, answer) = site.intake(&case, body).await;
        assert_eq!((&answer["eligible"], &answer["risk"]), (&json!("may"), &json!("low")), "{answer}");
        assert!(answer["criteria"].as_array().unwrap().iter().all(|criterion| criterion["met"] == true), "{answer}");
        assert!(!answer["risk_reasons"].as_array().unwrap().is_empty());
        assert_eq!(answer["doctor"]["display_name"], "BS. Lan");
        site.report(&case, json!({"by": "staff", "spo2_pct": 96, "respiratory_rate": 18, "symptoms": []})).await;
        let (_, answer) = site.intake(&case, json!({"reachable": true})).await;
        assert_eq!(answer["eligible"], "may_not", "E06: it needs more than 96");
        let (status, answer) = site.intake(&case, json!({"conditions": ["gout"], "doctor": "nobody"})).await;
        assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!("/conditions/0")), "{answer}");
        let (status, answer) = site.intake(&case, json!({"doctor": "nobody"})).await;
        assert_eq!((status, &answer["errors"][0]["code"]), (422, &json!("unknown_doctor")), "{answer}");
        let elsewhere = AreaScope::from_code(OTHER_WARD).unwrap();
        let nurse = signed_in(&site.stage.app, "Tram", Role::Nurse, elsewhere).await;
        assert_eq!(site.get(&nurse, &path).await.0, 404);
        assert_eq!(site.get(&site.doctor, &path).await.1["eligible"], "may_not");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn patients_are_shared_out_by_load_and_a_household_has_one_doctor() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        for name in ["Thu", "Kim"] {
            signed_in(&site.stage.app, name, Role::Doctor, province()).await;
        }
        let mut count = std::collections::BTreeMap::new();
        let mut first = String::new();
        for n in 0..6 {
            let phone = format!("09123456{n:02}");
            let person = json!({"full_name": format!("Nguyễn Văn {n}"), "birth_year": 1980, "phone": phone,
                "ward_code": super::stage::WARD});
            let case = site.case(person).await;
            let (_, answer) = site.intake(&case, json!({})).await;
            *count.entry(answer["doctor"]["display_name"].as_str().unwrap().to_owned()).or_insert(0) += 1;
            if n == 0 {
                first = case;
            }
        }
        assert!(count.len() == 3 && count.values().all(|patients| *patients == 2), "{count:?}");
        let household = json!({"household": [{"full_name": "Trần Thị Mười", "birth_year": 1950}]});
        let (_, answer) = site.intake(&first, household).await;
        let doctor = answer["doctor"].clone();
        let member = json!({"full_name": "Trần Thị Mười", "birth_year": 1950, "phone": "0912345600",
            "ward_code": super::stage::WARD});
        let second = site.case(member).await;
        let (_, answer) = site.intake(&second, json!({})).await;
        assert_eq!(answer["doctor"], doctor);
        let (_, answer) = site.intake(&second, json!({"doctor": "Kim"})).await;
        assert_eq!(answer["doctor"]["display_name"], "BS. Kim");
        let (_, answer) = site.intake(&second, json!({"pregnant": false})).await;
        assert_eq!(answer["doctor"]["display_name"], "BS. Kim", "the patient keeps the doctor");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_household_reports_in_one_form_each_under_the_bands_of_their_age() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let mother = site.case(adult("Nguyễn Thị Hoa")).await;
        let child = json!({"full_name": "Nguyễn Văn Bé", "birth_date": "2018-02-01", "phone": "0912345678",
            "ward_code": super::stage::WARD});
        let household = json!({"carer": {"full_name": "Nguyễn Văn Ông", "birth_year": 1950}, "household": [child]});
        site.intake(&mother, household).await;
        let child = site.case(child).await;
        let (status, read) = site.get(&site.doctor, &format!("cases/{mother}/household")).await;
        assert_eq!(status, 200);
        let members = read["members"].as_array().unwrap();
        assert_eq!((members.len(), &read["at_risk"]), (3, &json!(true)), "{read}");
        let of = |case: &str| members.iter().find(|member| member["case_id"] == case).unwrap();
        assert_eq!(of(&child)["protocol"], "byt-528-2022");
        assert_eq!(of(&mother)["protocol"], "byt-261-2022");
        let guardian = members.iter().find(|member| member["is_guardian"] == true).unwrap();
        assert!(guardian["at_risk"][0].as_str().unwrap().contains("151/SYT-NVY"), "{guardian}");

        let report = |case: &str, rate: i64, id: &str| json!({"case_id": case, "respiratory_rate": rate, "id": id});
        let ids = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];
        let body = json!({"by": "family", "call": {"disposition": "reached"}, "members": [
            report(&mother, 25, ids[0]), report(&child, 25, ids[1]),
            {"case_id": mother, "spo2_pct": 101}, {"case_id": ids[0], "spo2_pct": 97},
        ]});
        let (status, answer) = site.post(&site.doctor, "households/reports", body.clone()).await;
        assert_eq!((status, &answer["level"]), (200, &json!("urgent")), "{answer}");
        let results = answer["results"].as_array().unwrap();
        let statuses: Vec<_> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["accepted", "accepted", "rejected", "rejected"]);
        assert_eq!(
            (&results[0]["report"]["level"], &results[1]["report"]["level"]),
            (&json!("urgent"), &json!("none"))
        );
        assert_eq!(results[2]["errors"][0]["pointer"], "/spo2_pct");
        let (_, again) = site.post(&site.doctor, "households/reports", body).await;
        assert_eq!(again["results"][0]["status"], "duplicate");
        let (_, file) = site.get(&site.doctor, &format!("cases/{child}")).await;
        assert_eq!(file["calls"].as_array().unwrap().len(), 1, "one call, noted once for each");
        let (status, answer) = site.post(&site.doctor, "households/reports", json!({"members": []})).await;
        assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!("/members")));
        let bad = json!({"members": [{"case_id": "7"}]});
        assert_eq!(site.post(&site.doctor, "households/reports", bad).await.0, 422);

        let guardian: PersonId = guardian["person_id"].as_str().unwrap().parse().unwrap();
        let citizen = token(&site.stage.app, SessionOwner::Person(guardian), SessionKind::Cookie).await;
        let own = token(&site.stage.app, SessionOwner::Person(guardian), SessionKind::Bearer).await;
        drop(citizen);
        let body = json!({"by": "family", "members": [{"case_id": mother, "spo2_pct": 98}, {"case_id": child, "spo2_pct": 98}]});
        let (_, answer) = site.post(&own, "households/reports", body).await;
        assert_eq!(answer["results"][0]["status"], "accepted", "{answer}");
        assert_eq!(answer["results"][1]["status"], "rejected", "nobody said that the child's case is theirs: {answer}");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_guardian_reports_for_all_in_one_form_and_what_is_wrong_holds_up_no_other() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let mother = site.case(adult("Nguyễn Thị Hoa")).await;
        let child = json!({"full_name": "Nguyễn Văn Bé", "birth_date": "2018-02-01", "phone": "0912345678",
            "ward_code": super::stage::WARD});
        let grandfather = json!({"full_name": "Nguyễn Văn Ông", "birth_year": 1950});
        site.intake(&mother, json!({"carer": grandfather, "household": [child]})).await;
        let household = json!({"household": [grandfather, adult("Nguyễn Thị Hoa")]});
        let child = site.case(child).await;
        site.intake(&child, household).await;
        let (_, read) = site.get(&site.doctor, &format!("cases/{mother}/household")).await;
        let members = read["members"].as_array().unwrap();
        let guardian = members.iter().find(|one| one["is_guardian"] == true).unwrap();
        let guardian: PersonId = guardian["person_id"].as_str().unwrap().parse().unwrap();
        let owner = SessionOwner::Person(guardian);
        let family =
            Browser { running: &site.running, cookie: token(&site.stage.app, owner, SessionKind::Cookie).await };
        assert!(family.get("/care").await.1.contains("href=\"/care/household\""));
        let (status, form) = family.get("/care/household").await;
        assert_eq!(status, 200);
        assert_no_key(&form);
        assert!(
            form.contains("528/QĐ-BYT") && form.contains("261/QĐ-BYT"),
            "each under the bands of their age: {form}"
        );
        let key = |case: &str| {
            let at = form.find(&format!("value=\"{case}\"")).unwrap();
            form[..at].rsplit("name=\"").next().unwrap().split('-').next().unwrap().to_owned()
        };
        let (m, c) = (key(&mother), key(&child));
        let ids = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];
        let typed = |rate: &str| {
            format!(
                "by=family&{m}-case={mother}&{m}-id={}&{m}-respiratory_rate={rate}&{c}-case={child}&{c}-id={}&\
                     {c}-respiratory_rate=25",
                ids[0], ids[1]
            )
        };
        let (status, empty) = family.sent("/care/household", &format!("by=family&{m}-case={mother}")).await;
        assert!(status == 422 && empty.contains("ít nhất một người"), "{empty}");
        let (status, wrong) = family.sent("/care/household", &typed("2500")).await;
        assert!(status == 422 && wrong.contains(&format!("href=\"#{m}-respiratory_rate\"")), "{wrong}");
        assert!(wrong.contains("value=\"2500\"") && wrong.contains("đã gửi"), "the child's report is in: {wrong}");
        let sent = family.post("/care/household", &typed("25")).await;
        assert_eq!(sent.status(), 303);
        let (status, answer) = family.get(&location(&sent)).await;
        assert_eq!(status, 200);
        assert_no_key(&answer);
        let levels: Vec<_> = answer.split("class=\"verdict\" data-level=\"").skip(1).map(|rest| &rest[..4]).collect();
        assert_eq!(levels, ["urge", "well"], "25 is fast for the mother and not for the child: {answer}");
        let (_, file) = site.get(&site.doctor, &format!("cases/{child}")).await;
        assert_eq!(file["vitals"].as_array().unwrap().len(), 1, "sent twice, kept once");
        let stranger = site.stage.person("Trần Văn Lạ", None, None, super::stage::WARD).await;
        let owner = SessionOwner::Person(stranger);
        let other =
            Browser { running: &site.running, cookie: token(&site.stage.app, owner, SessionKind::Cookie).await };
        assert_eq!(other.post("/care/household", &typed("24")).await.status(), 404, "not theirs");
        assert_eq!(location(&other.send(Method::GET, &location(&sent), None).await), "/care", "nor are the answers");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn one_call_of_the_desk_is_noted_for_every_member() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let mother = site.case(adult("Nguyễn Thị Hoa")).await;
        let child = json!({"full_name": "Nguyễn Văn Bé", "birth_date": "2018-02-01", "phone": "0912345678",
            "ward_code": super::stage::WARD});
        let child = site.case(child).await;
        let desk = sign_in(&site, "An", Role::Hotline, province()).await;
        let (_, file) = site.get(&site.doctor, &format!("cases/{mother}")).await;
        let path = format!("/hotline/people/{}/household", file["person_id"].as_str().unwrap());
        let person = path.trim_end_matches("/household");
        assert!(desk.get(person).await.1.contains(&path), "two are ill under one telephone");
        let (status, form) = desk.get(&path).await;
        assert_eq!(status, 200);
        assert_no_key(&form);
        let ids = ["01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"];
        let body = format!(
            "by=family&call=inbound&m0-case={mother}&m0-id={}&m0-spo2_pct=91&m1-case={child}&m1-id={}&\
                            m1-no_symptoms=1",
            ids[0], ids[1]
        );
        for _ in 0..2 {
            assert_eq!(desk.post(&path, &body).await.status(), 303, "sent twice, kept once");
        }
        for case in [&mother, &child] {
            let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
            let calls = file["timeline"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|item| item["kind"].as_str().unwrap().contains("call"));
            assert_eq!((file["vitals"].as_array().unwrap().len(), calls.count()), (1, 1), "{file}");
        }
        assert_eq!(desk.sent(&path, "call=inbound").await.0, 422);
        site.running.stop().await;
    }
}
