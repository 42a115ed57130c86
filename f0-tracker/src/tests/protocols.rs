//! A change of the protocols: tried on the past, signed by a doctor, live from a minute on.

use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::time::minutes;

use super::http::{Site, adult};
use super::pages::{form_encoded, location, sign_in};
use super::stage::{WARD, grounds, province, signed_in};

use crate::pages::samples::assert_no_key;

const P261: &str = include_str!("../../protocols/byt-261-2022.json");

/// 261 with another limit of SpO2: at 97 and below.
fn stricter() -> Value {
    let text = P261.replacen(r#""threshold": 96"#, r#""threshold": 97"#, 1);
    assert_ne!(text, P261);
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn a_change_is_tried_on_the_past_and_holds_from_its_minute_once_it_is_signed() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        for spo2 in [99, 97, 97] {
            site.stage.clock.advance(minutes(20));
            site.report(&case, json!({"by": "staff", "spo2_pct": spo2})).await;
        }
        let body = json!({"protocols": [stricter()], "days": 7});
        let (status, replay) = site.post(&site.doctor, "protocols/replay", body).await;
        assert_eq!((status, &replay["reports"], &replay["patients_changed"]), (200, &json!(3), &json!(1)), "{replay}");
        assert_eq!((&replay["all"]["before"]["none"], &replay["all"]["after"]["watch"]), (&json!(3), &json!(2)));
        assert_eq!(replay["wards"][0]["ward_code"], WARD);

        let live_from = site.stage.now().plus(minutes(35));
        let body = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "title": "SpO2 97", "protocols": [stricter()],
            "live_from": live_from.to_string()});
        let officer = signed_in(&site.stage.app, "Minh", Role::Officer, province()).await;
        let (status, change) = site.post(&officer, "protocols/changes", body.clone()).await;
        assert_eq!((status, &change["signed_by"]), (201, &Value::Null), "{change}");
        assert_eq!(site.post(&officer, "protocols/changes", body).await.0, 200, "the same again");
        let sign = "protocols/changes/01890a5d-ac96-774b-bcce-b302099a8057/sign";
        assert_eq!(site.post(&officer, sign, json!({})).await.0, 403, "a doctor signs");
        site.stage.clock.advance(minutes(20));
        let level = async || site.report(&case, json!({"by": "staff", "spo2_pct": 97})).await["level"].clone();
        let (status, signed) = site.post(&site.doctor, sign, json!({})).await;
        assert_eq!((status, &signed["signed_by"]["display_name"]), (200, &json!("BS. Lan")), "{signed}");
        assert_eq!(site.post(&site.doctor, sign, json!({})).await.0, 409);
        assert_eq!(level().await, "none", "not yet");
        site.stage.clock.set(live_from);
        assert_eq!(level().await, "watch");
        let late = json!({"by": "staff", "spo2_pct": 97, "at": live_from.minus(minutes(15)).to_string()});
        assert_eq!(site.report(&case, late).await["level"], "none", "a report of before is judged by what held then");
        let (_, overview) = site.get(&site.doctor, "protocols").await;
        assert_eq!(overview["changes"][0]["title"], "SpO2 97");
        let of = |id: &str| overview["protocols"].as_array().unwrap().iter().find(|p| p["id"] == id).unwrap().clone();
        let rules = of("byt-261-2022")["rules"].clone();
        let spo2 = rules.as_array().unwrap().iter().find(|rule| rule["id"] == "R07").unwrap().clone();
        assert_eq!((&spo2["threshold"], &spo2["proposed"]), (&json!(97), &json!(true)));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_hold_is_refused() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let fault = |answer: &Value| {
            let first = &answer["errors"][0];
            format!("{} {}", first["pointer"].as_str().unwrap(), first["code"].as_str().unwrap())
        };
        let tomorrow = "2022-03-11T00:00:00+07:00";
        let change = |protocols: Value, in_force: Value, live_from: &str| json!({"title": "x", "protocols": protocols, "in_force": in_force, "live_from": live_from});
        let unread = json!({"note": {"vi": "", "en": ""}, "entries": [
            {"from": "2022-03-14", "ages": {}, "protocol": "byt-604-2022", "also": [], "note": ""}]});
        for (body, expected) in [
            (change(json!([{"id": "x"}]), Value::Null, tomorrow), "/protocols protocols"),
            (change(json!([]), unread, tomorrow), "/protocols protocols"),
            (change(json!([]), Value::Null, "2022-03-09T00:00:00+07:00"), "/live_from in_past"),
            (change(json!([]), Value::Null, "2024-03-09T00:00:00+07:00"), "/live_from too_far"),
            (change(json!([]), Value::Null, "soon"), "/live_from time"),
            (json!({"live_from": tomorrow}), "/title required"),
            (json!({"title": "x", "live_from": tomorrow, "days": 0}), "/days out_of_range"),
        ] {
            let (status, answer) = site.post(&site.doctor, "protocols/changes", body).await;
            assert_eq!((status, fault(&answer).as_str()), (422, expected), "{answer}");
        }
        let ward = AreaScope::from_code(WARD).unwrap();
        let of_ward = signed_in(&site.stage.app, "Thu", Role::Doctor, ward).await;
        assert_eq!(site.post(&of_ward, "protocols/replay", json!({})).await.0, 403, "protocols concern everybody");
        let sign = "protocols/changes/01890a5d-ac96-774b-bcce-b302099a8057/sign";
        assert_eq!(site.post(&site.doctor, sign, json!({})).await.0, 404);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_doctor_changes_a_threshold_on_the_page_tries_it_proposes_it_and_signs_it() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        site.report(&case, json!({"by": "staff", "spo2_pct": 97})).await;
        let doctor = sign_in(&site, "Thu", Role::Doctor, province()).await;
        let (status, list) = doctor.get("/protocols").await;
        assert!(status == 200 && list.contains("Đang áp dụng") && list.contains("Chưa đủ dòng"), "{list}");
        assert_no_key(&list);
        let (_, page) = doctor.get("/protocols/byt-261-2022").await;
        assert_no_key(&page);
        let n = page.split("id=\"rules-").find(|rest| rest.contains("value=\"96\"")).unwrap();
        let n = n.split('-').next().unwrap();
        let file = form_encoded(&P261.replace('\n', " "));
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let typed =
            |threshold: &str, more: &str| format!("id={id}&file={file}&rules-{n}-threshold={threshold}&days=7&{more}");
        let (status, wrong) = doctor.sent("/protocols/byt-261-2022", &typed("low", "do=try")).await;
        assert!(status == 422 && wrong.contains(&format!("href=\"#rules-{n}-threshold\"")), "{wrong}");
        let (status, tried) = doctor.sent("/protocols/byt-261-2022", &typed("97", "do=try")).await;
        assert!(status == 200 && tried.contains("1 báo cáo. 1 người bệnh"), "{tried}");
        assert_no_key(&tried);
        let untitled = typed("97", "do=propose&live_from=2022-03-10T20%3A00");
        assert_eq!(doctor.sent("/protocols/byt-261-2022", &untitled).await.0, 422);
        let proposed = typed("97", "do=propose&title=SpO2+97&live_from=2022-03-10T20%3A00");
        for _ in 0..2 {
            let answer = doctor.post("/protocols/byt-261-2022", &proposed).await;
            assert_eq!((answer.status().as_u16(), location(&answer).as_str()), (303, "/protocols#changes"));
        }
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (status, read) = nurse.get("/protocols").await;
        assert!(status == 200 && read.contains("SpO2 97") && !read.contains("/sign\""), "a nurse reads");
        assert!(!nurse.get("/protocols/byt-261-2022").await.1.contains("name=\"file\""));
        assert_eq!(nurse.post(&format!("/protocols/changes/{id}/sign"), "").await.status(), 403);
        let sign = format!("/protocols/changes/{id}/sign");
        let (status, late) = doctor.sent(&sign, "live_from=2022-03-09T20%3A00").await;
        assert!(status == 422 && late.contains(&format!("href=\"#live-{id}\"")), "{late}");
        assert_eq!(doctor.post(&sign, "live_from=2022-03-10T09%3A00").await.status(), 303);
        let (_, signed) = doctor.get("/protocols").await;
        assert!(signed.contains("BS. Thu") && signed.contains("10/03/2022 09:00"), "{signed}");
        site.stage.clock.advance(minutes(61));
        assert_eq!(site.report(&case, json!({"by": "staff", "spo2_pct": 97})).await["level"], "watch");
        let (_, changed) = doctor.get("/protocols/byt-261-2022").await;
        assert!(changed.contains("ngưỡng do tỉnh đổi") && changed.contains("SpO2 ≤ 97%"), "{changed}");
        assert_eq!(doctor.get("/protocols/nothing").await.0, 404);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn an_incomplete_protocol_is_completed_on_the_page_and_a_second_change_keeps_the_first() {
    let site = Site::on(grounds().await.remove(0)).await;
    let doctor = sign_in(&site, "Thu", Role::Doctor, province()).await;
    let file = |id: &str| form_encoded(&crate::domain::catalog::Catalog::builtin_file(id).unwrap().replace('\n', " "));
    let base = format!("file={}&band=all&days=7&do=try", file("byt-604-2022"));
    let (status, refused) = doctor.sent("/protocols/byt-604-2022", &base).await;
    assert!(status == 422 && refused.contains("byt-604-2022"), "lines are missing: {refused}");
    let whole = format!(
        "id=01890a5d-ac96-774b-bcce-b302099a8001&{base}&complete=1&do=propose&title=604&live_from=2022-03-14T09%3A00"
    );
    let whole = whole.replacen("do=try&", "", 1).replacen("band=all", "band=adults", 1);
    assert_eq!(doctor.post("/protocols/byt-604-2022", &whole).await.status(), 303);
    let sign = |id: &str| format!("/protocols/changes/01890a5d-ac96-774b-bcce-{id}/sign");
    let at = |time: &str| format!("live_from=2022-03-14T{time}");
    assert_eq!(doctor.post(&sign("b302099a8001"), &at("09%3A00")).await.status(), 303);
    site.stage.clock.advance(minutes(4 * 1_440 + 90));
    let (_, list) = doctor.get("/protocols").await;
    let row = list.split("/protocols/byt-604-2022").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(row.contains("Đang áp dụng") && !row.contains("Chưa đủ dòng"), "{row}");
    let second = format!(
        "id=01890a5d-ac96-774b-bcce-b302099a8002&file={}&days=7&do=propose&title=261&live_from=2022-03-14T10%3A00",
        file("byt-261-2022")
    );
    assert_eq!(doctor.post("/protocols/byt-261-2022", &second).await.status(), 303);
    assert_eq!(doctor.post(&sign("b302099a8002"), &at("10%3A00")).await.status(), 303);
    site.stage.clock.advance(minutes(60));
    let (_, list) = doctor.get("/protocols").await;
    let row = list.split("/protocols/byt-604-2022").nth(1).unwrap().split("</tr>").next().unwrap();
    assert!(row.contains("Đang áp dụng"), "what the second change does not name stays: {row}");
    site.running.stop().await;
}
