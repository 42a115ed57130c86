//! The sick leaves of a station's cases, looked at and taken out.

use axum::http::{Method, header};
use serde_json::json;
use shared::access::{AreaScope, Role};

use super::http::Site;
use super::pages::sign_in;
use super::papers::ended;
use super::stage::{OTHER_WARD, WARD, grounds, province, signed_in};
use crate::app::sick_leave::SickLeave;
use crate::pages::samples::assert_no_key;

#[tokio::test]
async fn a_station_takes_out_the_sick_leaves_of_its_cases_with_a_mark_and_on_record() {
    for ground in grounds().await {
        let site = Site::on(ground).await;
        let case = ended(&site).await;
        let nurse = sign_in(&site, "Hoa", Role::Nurse, AreaScope::from_code(WARD).unwrap()).await;
        let (status, page) = nurse.get("/sick-leave").await;
        assert!(status == 200 && page.contains("Nguyễn Thị Hoa") && page.contains("/export.xlsx?"), "{page}");
        assert_no_key(&page);
        let (status, one) = nurse.get(&format!("/cases/{case}/sick-leave")).await;
        assert!(status == 200 && one.contains(&case.replace('-', "")), "{one}");
        assert_no_key(&one);
        let path = "/api/v1/f0/sick-leaves/export.csv?from=2022-03-17&to=2022-03-17";
        let answer = nurse.send(Method::GET, path, None).await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/csv; charset=utf-8");
        let name = "attachment; filename=\"antam-sick-leave-2022-03-17-2022-03-17.csv\"";
        assert_eq!(answer.headers()[header::CONTENT_DISPOSITION], name);
        let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        assert_eq!(lines.next().unwrap(), SickLeave::COLUMNS.join(","));
        let line = lines.next().unwrap();
        for told in ["XML11", "Nguyễn Thị Hoa", "2022-03-09", "2022-03-17", ",9,", "Hoa 2022-03-17T"] {
            assert!(line.contains(told), "{told}: {line}");
        }
        assert_eq!(lines.next(), None);
        let export = line.rsplit(' ').next().unwrap().trim_matches('"').to_owned();
        let audit = site.stage.app.platform.shared.read().await.unwrap().audit_lines(None, None, 200).await.unwrap();
        let kept = audit.iter().find(|line| line.detail.contains(&export)).unwrap();
        assert!(kept.action == "paper.export" && kept.detail.contains("\"lines\":1"), "{}", kept.detail);
        let xlsx = nurse.send(Method::GET, &path.replace("csv", "xlsx"), None).await;
        let bytes = axum::body::to_bytes(xlsx.into_body(), usize::MAX).await.unwrap();
        assert!(bytes.starts_with(b"PK"));
        site.running.stop().await;
    }
}

#[tokio::test]
async fn nobody_sees_another_area_and_cases_without_a_certificate_are_counted() {
    let site = Site::on(grounds().await.remove(0)).await;
    let case = ended(&site).await;
    let elsewhere = sign_in(&site, "Tram", Role::Nurse, AreaScope::from_code(OTHER_WARD).unwrap()).await;
    assert!(!elsewhere.get("/sick-leave").await.1.contains("Nguyễn Thị Hoa"));
    assert_eq!(elsewhere.get(&format!("/cases/{case}/sick-leave")).await.0, 404);
    let (status, wrong) = elsewhere.get(&format!("/sick-leave?ward_code={WARD}&from=x&to=2022-03-10")).await;
    assert!(status == 422 && wrong.contains("href=\"#ward_code\"") && wrong.contains("href=\"#from\""), "{wrong}");
    let desk = sign_in(&site, "Dai", Role::Hotline, province()).await;
    assert_eq!(desk.get("/sick-leave").await.0, 403);
    let before = site.get(&site.doctor, "sick-leaves?from=2022-03-10&to=2022-03-16").await.1;
    assert_eq!(before["items"], json!([]), "it ended a day later");
    let papers = site.get(&site.doctor, &format!("cases/{case}/papers")).await.1;
    let revoke = format!("papers/{}/revoke", papers["items"][0]["id"].as_str().unwrap());
    assert_eq!(site.post(&site.doctor, &revoke, json!({"reason": "Sai tên"})).await.0, 201);
    let (_, found) = site.get(&site.doctor, "sick-leaves").await;
    assert_eq!((&found["items"], &found["without_paper"]), (&json!([]), &json!([case])), "{found}");
    let officer = signed_in(&site.stage.app, "Officer", Role::Officer, province()).await;
    let (status, problem) = site.get(&officer, "sick-leaves?from=2021-01-01&to=2022-03-10").await;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("too_long")), "{problem}");
    site.running.stop().await;
}
