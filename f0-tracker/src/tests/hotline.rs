//! The call desk through its pages: from the caller's number to the log.

use axum::http::Method;
use serde_json::json;
use shared::access::Role;
use shared::time::{days, minutes};
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::pages::{Browser, location};
use super::stage::{account, grounds, province, token};

async fn agent(site: &Site) -> String {
    let agent = account(&site.stage.app, "An", Role::Hotline, province()).await;
    token(&site.stage.app, SessionOwner::Account(agent.id), SessionKind::Cookie).await
}

fn hidden<'a>(html: &'a str, form: &str) -> &'a str {
    let form = html.split(form).nth(1).unwrap();
    form.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn a_number_opens_the_household_and_the_script_is_judged_as_the_familys_own_report() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = site.case(adult("Nguyễn Thị Hoa")).await;
        let desk = Browser { running: &site.running, cookie: agent(&site).await };
        let found = desk.send(Method::GET, "/hotline?q=0912%20345%20678", None).await;
        let household = location(&found);
        assert!(household.starts_with("/hotline/people/"), "{household}");
        assert!(desk.get("/hotline?q=nguyen%20thi%20hoa").await.1.contains(&household));
        let (_, html) = desk.get(&household).await;
        assert!(html.contains("Nguyễn Thị Hoa") && html.contains("tel:+84912345678"));
        let id = hidden(&html, "/script\"").to_owned();
        let wrong = desk.post(&format!("{household}/script"), &format!("id={id}&by=staff&spo2_pct=101")).await;
        assert_eq!(wrong.status(), 422);
        let said = format!("id={id}&by=staff&spo2_pct=91&symptoms=dyspnoea");
        for _ in 0..2 {
            assert_eq!(desk.post(&format!("{household}/script"), &said).await.status(), 303, "sent twice, kept once");
        }
        let (_, file) = site.get(&site.doctor, &format!("cases/{case}")).await;
        let reports: Vec<_> = file["timeline"].as_array().unwrap().iter().collect();
        assert_eq!(reports.iter().filter(|item| item["kind"] == "report.received").count(), 1);
        assert!(desk.get(&household).await.1.contains("badge-emergency"));

        let call = format!("{household}/acts/call");
        let empty = desk.post(&call, "call-note=ho").await;
        assert_eq!(empty.status(), 422, "how it ended is asked for");
        let (_, html) = desk.get(&household).await;
        let id = hidden(&html, "/acts/call\"").to_owned();
        let at = "2022-03-10T14%3A30";
        let promised = format!("id={id}&direction=inbound&disposition=reached&call-note=Ho&call-call_back_at={at}");
        assert_eq!(desk.post(&call, &promised).await.status(), 303);
        let (_, desk_page) = desk.get("/hotline").await;
        assert!(desk_page.contains("10/03/2022 14:30"), "{desk_page}");
        let handover = format!("{household}/acts/handover");
        let passed = "to=station&handover-reason=Kh%C3%B4ng%20c%C3%B3%20ng%C6%B0%E1%BB%9Di%20nh%C3%A0";
        assert_eq!(desk.post(&handover, passed).await.status(), 303);
        assert!(desk.get("/hotline").await.1.contains("Không có người nhà"));
        assert_eq!(desk.get("/hotline/people/01890a5d-ac96-774b-bcce-b302099a8057").await.0, 404);
        site.running.stop().await;
    }
}

#[tokio::test]
async fn an_unanswered_call_comes_again_after_half_an_hour_and_the_log_outlives_the_case() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = site.case(adult("Nguyễn Thị Hoa")).await;
    let desk = Browser { running: &site.running, cookie: agent(&site).await };
    let household = location(&desk.send(Method::GET, "/hotline?q=0912345678", None).await);
    let row = format!("{household}\"><strong>");
    assert!(desk.get("/hotline").await.1.contains(&row), "who never reported is to be called");
    let call = format!("{household}/acts/call");
    assert_eq!(desk.post(&call, "disposition=no_answer").await.status(), 303);
    assert!(!desk.get("/hotline").await.1.contains(&row));
    site.stage.clock.advance(minutes(30));
    assert!(desk.get("/hotline").await.1.contains(&row));

    site.stage.clock.advance(days(15));
    let alert = site.get(&site.doctor, "alerts?status=open").await.1["items"][0]["id"].clone();
    let alert = alert.as_str().unwrap();
    assert_eq!(site.post(&site.doctor, &format!("alerts/{alert}/acknowledge"), json!({"note": ""})).await.0, 200);
    assert_eq!(site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await.0, 201);
    assert_eq!(desk.post(&call, "disposition=reached&call-note=H%E1%BB%8Fi%20gi%E1%BA%A5y").await.status(), 303);
    let (_, html) = desk.get(&household).await;
    assert!(html.contains("Hỏi giấy") && html.contains("Đã kết thúc ngày"));
    assert!(!html.contains("/acts/handover") && !html.contains("/script\""), "what needs an open case is not offered");
    assert_eq!(desk.post(&format!("{household}/acts/handover"), "to=station&handover-reason=x").await.status(), 422);
    site.running.stop().await;
}

#[tokio::test]
async fn a_family_reads_advice_and_the_desk_sees_that_it_was_read() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = site.case(adult("Nguyễn Thị Hoa")).await;
    let desk = Browser { running: &site.running, cookie: agent(&site).await };
    let household = location(&desk.send(Method::GET, "/hotline?q=0912345678", None).await);
    let advice = "text=N%E1%BA%B1m%20s%E1%BA%A5p%2C%20u%E1%BB%91ng%20%C4%91%E1%BB%A7%20n%C6%B0%E1%BB%9Bc";
    assert_eq!(desk.post(&format!("{household}/acts/advice"), advice).await.status(), 303);
    assert!(desk.get(&household).await.1.contains("Đã gửi, chưa xác nhận đọc"));
    let person = site.stage.cases().await.into_iter().find(|one| one.id.to_string() == case).unwrap().person_id;
    let cookie = token(&site.stage.app, SessionOwner::Person(person), SessionKind::Cookie).await;
    let family = Browser { running: &site.running, cookie };
    let (_, html) = family.get("/care").await;
    assert!(html.contains("Nằm sấp, uống đủ nước"));
    let path =
        html.split("action=\"").find(|part| part.starts_with("/care/advice/")).unwrap().split('"').next().unwrap();
    let stranger = site.stage.person("Lê Văn Lạ", None, None, super::stage::WARD).await;
    let cookie = token(&site.stage.app, SessionOwner::Person(stranger), SessionKind::Cookie).await;
    let stranger = Browser { running: &site.running, cookie };
    assert_eq!(stranger.post(path, "").await.status(), 404, "advice of somebody else");
    assert_eq!(family.post(path, "").await.status(), 303);
    assert!(!family.get("/care").await.1.contains("/care/advice/"));
    assert!(desk.get(&household).await.1.contains("Đã đọc"));
    site.running.stop().await;
}
