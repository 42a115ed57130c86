//! A shift is handed over line by line; contacts have their plan of the day.

use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::time::minutes;

use super::http::{Site, adult};
use super::pages::sign_in;
use super::stage::{OTHER_WARD, WARD, grounds, province, signed_in};
use crate::pages::samples::assert_no_key;

#[tokio::test]
async fn what_is_in_hand_is_listed_and_accepted_line_by_line() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let first = site.case(adult("Nguyễn Thị Hoa")).await;
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let alert = alerts["items"][0]["id"].as_str().unwrap().to_owned();
        site.post(&site.doctor, &format!("alerts/{alert}/acknowledge"), json!({"note": ""})).await;
        let other = json!({"full_name": "Trần Văn Nam", "birth_year": 1990, "phone": "0987654321", "ward_code": WARD});
        let second = site.case(other).await;
        let promise = json!({"disposition": "call_later", "call_back_at": "2022-03-10T12:00:00+07:00"});
        assert_eq!(site.post(&site.doctor, &format!("cases/{second}/calls"), promise).await.0, 201);
        let comes = signed_in(&site.stage.app, "Thu", Role::Doctor, province()).await;
        let body = json!({"id": "01890a5d-ac96-774b-bcce-b302099a8057", "to": "Thu", "note": "êm"});
        let (status, shift) = site.post(&site.doctor, "shifts", body.clone()).await;
        assert_eq!((status, &shift["to"]["display_name"]), (201, &json!("BS. Thu")), "{shift}");
        assert_eq!(site.post(&site.doctor, "shifts", body).await.0, 200, "the same again");
        let lines = shift["lines"].as_array().unwrap();
        let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"alert") && kinds.contains(&"promise"), "{shift}");
        let taken = lines.iter().position(|line| line["alert_id"] == alert.as_str()).unwrap();
        let accept = |n: usize| format!("shifts/01890a5d-ac96-774b-bcce-b302099a8057/lines/{n}/accept");
        assert_eq!(site.post(&site.doctor, &accept(taken), json!({})).await.0, 404, "not one's own");
        let (status, after) = site.post(&comes, &accept(taken), json!({})).await;
        assert_eq!(
            (status, &after["lines"][taken]["accepted_by"]["display_name"]),
            (200, &json!("BS. Thu")),
            "{after}"
        );
        assert_eq!(after["open"].as_u64().unwrap() + 1, shift["open"].as_u64().unwrap());
        assert_eq!(site.post(&comes, &accept(taken), json!({})).await.0, 200, "the same again");
        assert_eq!(site.post(&comes, &accept(99), json!({})).await.0, 404);
        let (_, file) = site.get(&comes, &format!("cases/{first}")).await;
        assert_eq!(file["alerts"][0]["acknowledged_by"]["display_name"], "BS. Thu");
        let third = signed_in(&site.stage.app, "Kim", Role::Doctor, province()).await;
        assert_eq!(site.get(&third, "shifts/01890a5d-ac96-774b-bcce-b302099a8057").await.0, 404, "given to another");
        assert_eq!(site.get(&comes, "shifts").await.1["items"].as_array().unwrap().len(), 1);
        let (status, answer) = site.post(&site.doctor, "shifts", json!({"to": "nobody"})).await;
        assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &json!("/to")));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn given_to_nobody_by_name_the_first_who_covers_the_cases_has_a_line() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        for spo2 in [99, 97] {
            site.stage.clock.advance(minutes(20));
            site.report(&case, json!({"by": "staff", "spo2_pct": spo2})).await;
        }
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let alert = alerts["items"][0]["id"].as_str().unwrap().to_owned();
        site.post(&site.doctor, &format!("alerts/{alert}/resolve"), json!({"note": ""})).await;
        let (status, shift) = site.post(&site.doctor, "shifts", json!({})).await;
        assert_eq!((status, &shift["lines"][0]["kind"]), (201, &json!("trend")), "{shift}");
        let path = format!("shifts/{}/lines/0/accept", shift["id"].as_str().unwrap());
        let far = signed_in(&site.stage.app, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
        assert_eq!(site.post(&far, &path, json!({})).await.0, 404);
        let (thu, kim) = (
            signed_in(&site.stage.app, "Thu", Role::Doctor, province()).await,
            signed_in(&site.stage.app, "Kim", Role::Doctor, province()).await,
        );
        assert_eq!(site.post(&thu, &path, json!({})).await.0, 200);
        let (status, late) = site.post(&kim, &path, json!({})).await;
        assert_eq!((status, &late["by"]), (409, &json!("BS. Thu")), "{late}");
        let (_, file) = site.get(&thu, &format!("cases/{case}")).await;
        assert_eq!(file["doctor"]["display_name"], "BS. Thu");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn contacts_have_their_plan_by_the_rule_of_the_day() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let person = adult("Nguyễn Thị Hoa");
        let household = json!([{"full_name": "Trần Văn Nam", "birth_year": 1990}]);
        let body = json!({"person": person, "diagnosed_at": "2022-03-09", "household": household});
        let (_, case) = site.post(&site.doctor, "cases", body).await;
        let path = format!("cases/{}/contacts", case["id"].as_str().unwrap());
        let (status, contacts) = site.get(&site.doctor, &path).await;
        let plan = &contacts["items"][0]["follow_up"];
        assert_eq!((status, &plan["rule"], &plan["today"]), (200, &json!("byt-762-2022"), &json!("quarantine")));
        assert_eq!((&plan["quarantine_until"], &plan["test_on"]), (&json!("2022-03-17"), &json!("2022-03-17")));
        assert_eq!(plan["watch_until"], "2022-03-20");
        let far = signed_in(&site.stage.app, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
        assert_eq!(site.get(&far, &path).await.0, 404);
        assert_eq!(contacts["next_cursor"], Value::Null);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_shift_is_handed_over_and_accepted_on_the_page() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let goes = sign_in(&site, "Kim", Role::Doctor, province()).await;
        let comes = sign_in(&site, "Thu", Role::Doctor, province()).await;
        let (_, alerts) = site.get(&site.doctor, "alerts?status=open").await;
        let alert = alerts["items"][0]["id"].as_str().unwrap();
        assert_eq!(goes.post(&format!("/board/alerts/{alert}/take"), "").await.status(), 303);
        let (status, page) = goes.get("/shifts").await;
        assert!(status == 200 && page.contains("value=\"Thu\"") && !page.contains("value=\"Kim\""), "{page}");
        assert_no_key(&page);
        let (status, wrong) = goes.sent("/shifts", "to=nobody&note=x").await;
        assert!(status == 422 && wrong.contains("href=\"#to\"") && wrong.contains("x</textarea>"), "{wrong}");
        let body = "id=01890a5d-ac96-774b-bcce-b302099a8057&to=Thu&note=%C3%AAm";
        for _ in 0..2 {
            assert_eq!(goes.post("/shifts", body).await.status(), 303, "sent twice, kept once");
        }
        let (_, given) = goes.get("/shifts").await;
        assert!(given.contains("Chưa ai nhận") && !given.contains("/accept\""), "{given}");
        let (_, taking) = comes.get("/shifts").await;
        let accept = "/shifts/01890a5d-ac96-774b-bcce-b302099a8057/lines/0/accept";
        for told in [accept, "Nguyễn Thị Hoa", "tel:+84912345678", "êm", "Còn 1 dòng"] {
            assert!(taking.contains(told), "{told}: {taking}");
        }
        assert_no_key(&taking);
        assert_eq!(goes.post(accept, "").await.status(), 404, "not one's own");
        assert_eq!(comes.post(accept, "").await.status(), 303);
        assert!(comes.get("/shifts").await.1.contains("BS. Thu đã nhận"));
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        assert_eq!(file["alerts"][0]["acknowledged_by"]["display_name"], "BS. Thu");
        let officer = sign_in(&site, "Minh", Role::Officer, province()).await;
        assert_eq!(officer.get("/shifts").await.0, 403);
        site.running.stop().await;
    }
}
