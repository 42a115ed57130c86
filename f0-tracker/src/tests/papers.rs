//! The papers of a case on its page: printed, revoked with a reason, and what a checker and the patient see then.

use axum::http::Method;
use serde_json::{Value, json};
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::time::days;
use shared_store::people::{SessionKind, SessionOwner};

use super::http::{Site, adult};
use super::pages::{Browser, form_encoded, location, sign_in};
use super::stage::{OTHER_WARD, WARD, grounds, province, token};
use crate::pages::samples::assert_no_key;
use crate::papers::signing::Signer;

/// A case of Nguyễn Thị Hoa that has ended, with its certificate.
pub(super) async fn ended(site: &Site) -> String {
    let case = site.case(adult("Nguyễn Thị Hoa")).await;
    let alert = site.get(&site.doctor, "alerts?status=open").await.1["items"][0]["id"].clone();
    let path = format!("alerts/{}/acknowledge", alert.as_str().unwrap());
    assert_eq!(site.post(&site.doctor, &path, json!({"note": ""})).await.0, 200);
    site.stage.clock.advance(days(7));
    let test = json!({"kind": "antigen", "result": "negative"});
    assert_eq!(site.post(&site.doctor, &format!("cases/{case}/tests"), test).await.0, 201);
    assert_eq!(site.post(&site.doctor, &format!("cases/{case}/close"), json!({})).await.0, 201);
    case
}

/// The papers of a case as the interface for programs has them.
async fn papers(site: &Site, case: &str) -> Vec<Value> {
    site.get(&site.doctor, &format!("cases/{case}/papers")).await.1["items"].as_array().unwrap().clone()
}

/// What the symbol of a paper leads to.
async fn link(site: &Site, paper: &Value) -> String {
    let app = &site.stage.app;
    let id = paper["id"].as_str().unwrap().parse().unwrap();
    let stored = app.store.read().await.unwrap().paper(id).await.unwrap().unwrap();
    let facts = crate::app::papers::facts_of(app, &stored).unwrap();
    format!("/papers/{}", Signer::of(&app.platform.keys()).sign(&facts))
}

#[tokio::test]
async fn a_nurse_revokes_a_paper_with_a_reason_and_whoever_scans_it_sees_that() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = ended(&site).await;
        let paper = papers(&site, &case).await.remove(0);
        let id = paper["id"].as_str().unwrap().to_owned();
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let revoke = format!("/cases/{case}/papers/{id}/revoke");
        let (status, page) = nurse.get(&format!("/cases/{case}")).await;
        assert_eq!(status, 200);
        assert_no_key(&page);
        assert!(page.contains(&format!("action=\"{revoke}\"")) && page.contains("còn hiệu lực"), "{page}");
        assert!(page.contains("/certificate.pdf\"") && page.contains(paper["number"].as_str().unwrap()));
        let symbol = link(&site, &paper).await;
        let nobody = Browser { running: &site.running, cookie: String::new() };
        assert!(nobody.get(&symbol).await.1.contains("Nguyễn Thị Hoa"));

        let (status, wrong) = nurse.sent(&revoke, "reason=%20").await;
        assert!(status == 422 && wrong.contains(&format!("href=\"#reason-{id}\"")), "{wrong}");
        assert!(wrong.contains("<title>Lỗi:") && wrong.contains("Hãy ghi lý do"), "{wrong}");
        let elsewhere = sign_in(&site, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
        assert_eq!(elsewhere.post(&revoke, "reason=x").await.status(), 404);
        let desk = sign_in(&site, "Dai", Role::Hotline, province()).await;
        assert_eq!(desk.post(&revoke, "reason=x").await.status(), 403);
        assert_eq!(nurse.post(&format!("/cases/{case}/papers/x/revoke"), "reason=x").await.status(), 404);

        let reason = format!("reason={}", form_encoded("Ghi sai <ngày>"));
        let revoked = nurse.post(&revoke, &reason).await;
        assert_eq!((revoked.status().as_u16(), location(&revoked)), (303, format!("/cases/{case}#papers")));
        assert_eq!(nurse.post(&revoke, &reason).await.status(), 409, "revoked before");
        let (_, page) = nurse.get(&format!("/cases/{case}")).await;
        assert!(page.contains("Ghi sai &#60;ngày&#62;") && !page.contains(&format!("action=\"{revoke}\"")), "{page}");
        let (_, checked) = nobody.get(&symbol).await;
        assert!(checked.contains("thu hồi") && !checked.contains("Ghi sai"), "why is nobody else's: {checked}");
        site.running.stop().await;
    }
}

#[tokio::test]
async fn a_paper_that_was_revoked_is_issued_again_by_staff_alone() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = ended(&site).await;
    let paper = papers(&site, &case).await.remove(0);
    let revoke = format!("papers/{}/revoke", paper["id"].as_str().unwrap());
    let (status, problem) = site.post(&site.doctor, &revoke, json!({})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/reason")), "{problem}");
    assert_eq!(site.post(&site.doctor, &revoke, json!({"reason": "Sai tên"})).await.0, 201);
    let person: PersonId = site.stage.cases().await[0].person_id;
    let cookie = token(&site.stage.app, SessionOwner::Person(person), SessionKind::Cookie).await;
    let patient = Browser { running: &site.running, cookie };
    let file = format!("/api/v1/f0/cases/{case}/certificate.pdf");
    assert_eq!(patient.send(Method::GET, &file, None).await.status(), 409, "the patient asks the station");
    let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
    assert!(nurse.get(&format!("/cases/{case}")).await.1.contains("Cấp và in"));
    assert_eq!(nurse.send(Method::GET, &file, None).await.status(), 200);
    assert_eq!(papers(&site, &case).await.iter().filter(|paper| paper["revoked_at"].is_null()).count(), 1);
    assert_eq!(patient.send(Method::GET, &file, None).await.status(), 200, "the new one is the patient's");
    let own = patient.get("/care/papers").await.1;
    assert!(own.contains(&file), "{own}");
    site.running.stop().await;
}
