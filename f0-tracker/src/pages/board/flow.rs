//! The staff's pages through the site: two doctors, a nurse of another ward, one patient.

use axum::body::Body;
use axum::http::{Method, Request, header};
use shared::access::{AreaScope, Role};
use shared::person::Birth;
use shared_store::people::{SessionKind, SessionOwner};
use shared_web::caller::SESSION_COOKIE;
use shared_web::process::Running;
use tower::ServiceExt;

use crate::App;
use crate::store::AlertFilter;
use crate::tests::stage::{OTHER_WARD, Stage, WARD, account, detected, grounds, province, token};

/// What the site answered.
struct Answer {
    status: u16,
    location: String,
    html: String,
}

/// Somebody at a browser.
struct Staff<'a> {
    running: &'a Running,
    cookie: String,
}

impl<'a> Staff<'a> {
    async fn sign_in(running: &'a Running, app: &App, username: &str, role: Role, area: AreaScope) -> Self {
        let owner = SessionOwner::Account(account(app, username, role, area).await.id);
        Self { running, cookie: token(app, owner, SessionKind::Cookie).await }
    }

    async fn send(&self, method: Method, path: &str, form: Option<&str>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("{SESSION_COOKIE}={}", self.cookie))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(form.unwrap_or_default().to_owned())).unwrap();
        let response = self.running.router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status, location: location.unwrap_or_default(), html }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        self.send(Method::POST, path, Some(form)).await
    }
}

async fn stage() -> (Running, Stage) {
    let (running, ground, clock) = Stage::serve(grounds().await.remove(0)).await;
    let stage = Stage { app: App::new(&running.platform), clock, ground };
    let person = stage.person("Nguyễn Thị Hoa", Some(Birth::Year(1955)), Some("0912345678"), WARD).await;
    stage.hear(&detected(&stage, person)).await;
    (running, stage)
}

#[tokio::test]
async fn the_first_doctor_who_takes_an_alert_has_it_and_the_second_is_told_who() {
    let (running, stage) = stage().await;
    let case = stage.cases().await[0].id;
    let filter = AlertFilter { limit: 10, ..AlertFilter::default() };
    let alert = stage.app.store.read().await.unwrap().alerts(&filter).await.unwrap()[0].id;
    let first = Staff::sign_in(&running, &stage.app, "lan", Role::Doctor, province()).await;
    let second = Staff::sign_in(&running, &stage.app, "minh", Role::Doctor, province()).await;
    let board = first.get("/board").await;
    assert!(board.status == 200 && board.html.contains(&format!("data-take=\"{alert}\"")));
    let take = format!("/board/alerts/{alert}/take");
    let taken = first.post(&take, "").await;
    assert_eq!((taken.status, taken.location.as_str()), (303, "/board"));
    let late = second.post(&take, "").await;
    assert!(late.status == 409 && late.html.contains("BS. lan"), "{}", late.html);
    let others = second.get("/board/fragments/alerts").await.html;
    assert!(others.contains("data-state=\"taken\"") && !others.contains("action=\"/board/alerts/"));
    assert_eq!(second.post(&format!("/board/alerts/{alert}/resolve"), "").await.status, 409);
    let done = first.post(&format!("/board/alerts/{alert}/resolve"), "from=case&note=%C4%90%C3%A3+g%E1%BB%8Di").await;
    assert_eq!((done.status, done.location), (303, format!("/cases/{case}")));
    assert!(first.get(&format!("/cases/{case}")).await.html.contains("Đã gọi"));
    running.stop().await;
}

#[tokio::test]
async fn a_report_of_staff_is_corrected_in_place_kept_once_and_shown() {
    let (running, stage) = stage().await;
    let case = stage.cases().await[0].id;
    let doctor = Staff::sign_in(&running, &stage.app, "lan", Role::Doctor, province()).await;
    let form = doctor.get(&format!("/cases/{case}")).await.html;
    let id = form.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/cases/{case}/report");
    let wrong = doctor.post(&path, &format!("id={id}&by=patient&spo2_pct=910&pulse=88")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.html.contains("<title>Lỗi:") && wrong.html.contains("href=\"#spo2_pct\""));
    assert!(wrong.html.contains("value=\"910\"") && wrong.html.contains(&format!("value=\"{id}\"")));
    let report = format!("id={id}&by=patient&spo2_pct=91&temperature_c=38%2C1&symptoms=dyspnoea");
    for _ in 0..2 {
        let kept = doctor.post(&path, &report).await;
        assert_eq!((kept.status, kept.location), (303, format!("/cases/{case}#newest")));
    }
    let reports = stage.app.store.read().await.unwrap().newest_reports(&[case], 10).await.unwrap();
    assert_eq!(reports.len(), 1);
    let shown = doctor.get(&format!("/cases/{case}")).await.html;
    assert!(shown.contains("SpO2 91%") && shown.contains("261/QĐ-BYT"));
    running.stop().await;
}

#[tokio::test]
async fn a_search_finds_without_diacritics_and_nobody_sees_another_ward() {
    let (running, stage) = stage().await;
    let case = stage.cases().await[0].id;
    let doctor = Staff::sign_in(&running, &stage.app, "lan", Role::Doctor, province()).await;
    let link = format!("href=\"/cases/{case}\"><strong>");
    for (query, found) in [("q=hoa", true), ("q=0912345678", true), ("q=minh", false), ("risk=low", false)] {
        assert_eq!(doctor.get(&format!("/board?{query}")).await.html.contains(&link), found, "{query}");
    }
    assert!(doctor.get(&format!("/board?ward={WARD}")).await.html.contains(&link));
    assert!(!doctor.get(&format!("/board?ward={OTHER_WARD}")).await.html.contains(&link));
    let elsewhere = AreaScope::from_code(OTHER_WARD).unwrap();
    let nurse = Staff::sign_in(&running, &stage.app, "tram", Role::Nurse, elsewhere).await;
    assert!(!nurse.get("/board?q=hoa").await.html.contains("Nguyễn Thị Hoa"));
    assert_eq!(nurse.get(&format!("/cases/{case}")).await.status, 404);
    running.stop().await;
}
