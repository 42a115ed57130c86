//! A change of the protocols: tried on the past, signed by a doctor, live from a minute on.

use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::time::minutes;

use super::http::{Site, adult};
use super::stage::{WARD, grounds, province, signed_in};

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
