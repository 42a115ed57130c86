//! The work list of a station, and what its device recorded without a signal.

use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::time::{days, hours};

use super::http::{Site, adult};
use super::stage::{OTHER_WARD, WARD, grounds, signed_in};

fn id(n: u32) -> String {
    format!("01890a5d-ac96-774b-bcce-{n:012}")
}

fn statuses(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|result| result["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_says_who_did_not_report_who_is_due_a_test_and_who_may_go() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let nurse = signed_in(&site.stage.app, "Nga", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let other = json!({"full_name": "Lê Văn Xa", "birth_year": 1980, "ward_code": OTHER_WARD});
        site.case(other).await;
        let list = async || site.get(&nurse, "station").await.1;
        let first = list().await;
        assert_eq!(first["patients"].as_array().unwrap().len(), 1, "the other ward's patient is not this station's");
        assert_eq!(first["patients"][0]["not_reported"], json!({"missed": 0, "due_now": true}));
        assert_eq!(first["patients"][0]["closing"]["state"], "later");
        assert_eq!(first["patients"][0]["open_alerts"], 1, "the first call");
        site.report(&case, json!({"by": "patient", "spo2_pct": 98, "symptoms": []})).await;
        assert_eq!(list().await["patients"][0]["not_reported"]["due_now"], false);

        site.stage.clock.advance(days(6));
        let late = list().await;
        assert_eq!(late["patients"][0]["not_reported"]["missed"], 11);
        assert_eq!(late["patients"][0]["visit"], "silent");
        let open = site.get(&site.doctor, "alerts?status=open").await.1;
        let mine = open["items"].as_array().unwrap().iter().find(|alert| alert["case_id"] == case).unwrap();
        let alert = mine["id"].as_str().unwrap();
        for step in ["acknowledge", "resolve"] {
            assert_eq!(site.post(&site.doctor, &format!("alerts/{alert}/{step}"), json!({"note": ""})).await.0, 200);
        }
        assert_eq!(list().await["patients"][0]["closing"]["state"], "test_due");
        let negative = json!({"records": [{"id": id(1), "kind": "test", "case_id": case, "outcome": "not_detected"}]});
        assert_eq!(statuses(&site.post(&nurse, "station/batch", negative).await.1), ["accepted"]);
        let ready = list().await;
        assert_eq!((&ready["patients"][0]["closing"]["state"], &ready["ward_code"]), (&json!("ready"), &json!(WARD)));
        assert_eq!(site.get(&site.doctor, "station").await.0, 403);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn what_a_device_kept_arrives_once_and_one_bad_record_holds_up_no_other() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let nurse = signed_in(&site.stage.app, "Nga", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let far = site.case(json!({"full_name": "Lê Văn Xa", "birth_year": 1980, "ward_code": OTHER_WARD})).await;
        let bag = json!({"bag": "A", "screening": {"pregnant": false, "breast_feeding": false}});
        let (status, bag) = site.post(&site.doctor, &format!("cases/{case}/prescriptions"), bag).await;
        assert_eq!(status, 201, "{bag}");
        assert_eq!(site.get(&nurse, "station").await.1["bags"][0]["act"]["id"], bag["id"]);
        let at = site.stage.now().minus(hours(5)).to_string();
        let report = |n, case: &str, spo2: i64| json!({"id": id(n), "kind": "report", "case_id": case, "at": at, "by": "staff", "spo2_pct": spo2, "symptoms": []});
        let records = json!({"records": [
            report(1, &case, 97),
            report(2, &case, 101),
            report(3, &far, 97),
            {"id": id(4), "kind": "call", "case_id": case, "disposition": "no_answer"},
            {"id": id(5), "kind": "dance", "case_id": case},
            {"kind": "call", "case_id": case, "disposition": "reached"},
            {"id": id(6), "kind": "hand_out", "act_id": bag["id"]},
        ]});
        let wanted = ["accepted", "rejected", "rejected", "accepted", "rejected", "rejected", "accepted"];
        let (status, answer) = site.post(&nurse, "station/batch", records.clone()).await;
        assert_eq!((status, statuses(&answer)), (200, wanted.to_vec()), "{answer}");
        assert_eq!(answer["results"][1]["errors"][0]["pointer"], "/spo2_pct");
        // The answer was lost: the device sends all of it again.
        let (_, again) = site.post(&nurse, "station/batch", records).await;
        let repeated: Vec<_> = statuses(&again).into_iter().filter(|status| *status != "rejected").collect();
        assert!(repeated.iter().take(2).all(|status| *status == "duplicate"), "{again}");
        let (_, file) = site.get(&nurse, &format!("cases/{case}")).await;
        assert_eq!(file["vitals"].as_array().map_or(0, Vec::len).max(1), 1, "{file}");
        assert!(site.get(&nurse, "station").await.1["bags"].as_array().unwrap().is_empty());
        let many: Vec<Value> = (0..501).map(|n| report(100 + n, &case, 97)).collect();
        assert_eq!(site.post(&nurse, "station/batch", json!({"records": many})).await.0, 422);
        site.running.stop().await;
    }
}
