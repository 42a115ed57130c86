//! The pages through the site: a patient's day from the code to the doctor's board.

use axum::body::Body;
use axum::http::{Method, Request, header};
use axum::response::Response;
use serde_json::json;
use shared::access::{AreaScope, Role};
use shared::ids::PersonId;
use shared::person::Birth;
use shared_store::people::{SessionKind, SessionOwner};
use shared_web::caller::SESSION_COOKIE;
use shared_web::process::Running;
use tower::ServiceExt;

use super::http::Site;
use super::stage::{Stage, WARD, account, ask, detected, grounds, province, token};
use crate::App;

pub(super) struct Browser<'a> {
    pub(super) running: &'a Running,
    pub(super) cookie: String,
}

impl Browser<'_> {
    pub(super) async fn send(&self, method: Method, path: &str, form: Option<&str>) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, format!("{SESSION_COOKIE}={}", self.cookie));
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = form.map_or_else(Body::empty, |form| Body::from(form.to_owned()));
        self.running.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str) -> (u16, String) {
        text(self.send(Method::GET, path, None).await).await
    }

    /// What a form answers that is shown again: the status and the page.
    pub(super) async fn sent(&self, path: &str, form: &str) -> (u16, String) {
        text(self.post(path, form).await).await
    }

    pub(super) async fn post(&self, path: &str, form: &str) -> Response {
        self.send(Method::POST, path, Some(form)).await
    }
}

/// Somebody of the staff at a browser.
pub(super) async fn sign_in<'a>(site: &'a Site, name: &str, role: Role, area: AreaScope) -> Browser<'a> {
    let owner = SessionOwner::Account(account(&site.stage.app, name, role, area).await.id);
    Browser { running: &site.running, cookie: token(&site.stage.app, owner, SessionKind::Cookie).await }
}

/// A value as a form sends it.
pub(super) fn form_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

async fn text(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

pub(super) fn location(response: &Response) -> String {
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

async fn stage_with_a_case() -> (Running, Stage, PersonId) {
    let (running, ground, clock) = Stage::serve(grounds().await.remove(0)).await;
    let stage = Stage { app: App::new(&running.platform), clock, ground };
    let person = stage.person("Nguyễn Thị Hoa", Some(Birth::Year(1955)), Some("0912345678"), WARD).await;
    stage.hear(&detected(&stage, person)).await;
    (running, stage, person)
}

/// The code of the newest one-time message.
async fn code(stage: &Stage) -> Option<String> {
    let messages = stage.app.platform.shared.read().await.unwrap().messages(Some("+84912345678"), 20).await.unwrap();
    let newest = messages.into_iter().find(|stored| stored.message.template == "one_time_code")?;
    let digits: String = newest.message.text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
    Some(digits)
}

#[tokio::test]
async fn a_family_signs_in_with_a_code_and_its_emergency_reaches_the_board() {
    let (running, stage, _) = stage_with_a_case().await;
    let mut family = Browser { running: &running, cookie: String::new() };
    assert!(family.get("/care").await.1.contains("action=\"/care/code\""));
    let form = "phone=0912%20345%20678&birth_year=1955";
    assert_eq!(family.post("/care/code", form).await.status(), 200);
    let code = code(&stage).await.unwrap();
    let wrong = family.post("/care/sign-in", &format!("{form}&code=000000x")).await;
    assert_eq!(wrong.status(), 422);
    let entered = family.post("/care/sign-in", &format!("{form}&code={code}")).await;
    assert_eq!((entered.status().as_u16(), location(&entered).as_str()), (303, "/care"));
    let cookie = entered.headers()[header::SET_COOKIE].to_str().unwrap();
    family.cookie = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let (_, today) = family.get("/care").await;
    assert!(today.contains("Nguyễn Thị Hoa"));
    let path = today.split("href=\"").find_map(|rest| rest.strip_prefix("/care/cases/")).unwrap();
    let path = format!("/care/cases/{}", path.split('"').next().unwrap());
    let (status, form) = family.get(&path).await;
    assert_eq!(status, 200);
    let id = form.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let empty = family.post(&path, &format!("id={id}&by=family")).await;
    assert_eq!(empty.status(), 422, "an empty form is no report");
    let report = format!("id={id}&by=family&spo2_pct=91&temperature_c=38%2C1&symptoms=dyspnoea&symptoms=cough");
    let sent = family.post(&path, &report).await;
    assert_eq!(sent.status(), 303);
    let again = family.post(&path, &report).await;
    assert_eq!(location(&again), location(&sent), "sent twice, kept once");
    let (_, answer) = family.get(&location(&sent)).await;
    assert!(answer.contains("Gọi 115 ngay") && answer.contains("tel:115"));
    let doctor = account(&stage.app, "Lan", Role::Doctor, province()).await;
    let cookie = token(&stage.app, SessionOwner::Account(doctor.id), SessionKind::Cookie).await;
    let board = Browser { running: &running, cookie };
    let (_, html) = board.get("/board/fragments/alerts").await;
    assert!(
        html.contains("id=\"alerts\"") && html.contains("Nguyễn Thị Hoa") && html.contains("data-level=\"emergency\"")
    );
    running.stop().await;
}

#[tokio::test]
async fn nobody_learns_from_the_sign_in_whether_a_phone_is_known() {
    let (running, stage, _) = stage_with_a_case().await;
    let stranger = Browser { running: &running, cookie: String::new() };
    let answer = |form: &'static str| {
        let stranger = &stranger;
        async move {
            let (status, html) = text(stranger.post("/care/code", form).await).await;
            let html = html.replace("0912345678", "PHONE").replace("0987654321", "PHONE").replace("1955", "YEAR");
            (status, html.replace("1956", "YEAR"))
        }
    };
    let known = answer("phone=0912345678&birth_year=1955").await;
    assert_eq!(known, answer("phone=0987654321&birth_year=1955").await);
    assert_eq!(known, answer("phone=0912345678&birth_year=1956").await);
    let told = stage.app.platform.shared.read().await.unwrap().messages(Some("+84987654321"), 5).await.unwrap();
    assert_eq!(told, []);
    let refused = |form: &'static str| {
        let stranger = &stranger;
        async move { stranger.post("/care/sign-in", form).await.status().as_u16() }
    };
    assert_eq!(refused("phone=0987654321&birth_year=1955&code=123456").await, 422);
    assert_eq!(refused("phone=0912345678&birth_year=1955&code=12345").await, 422);
    running.stop().await;
}

#[tokio::test]
async fn a_citizen_sees_no_other_patient() {
    let (running, stage, _) = stage_with_a_case().await;
    let case = stage.cases().await[0].id;
    let stranger = stage.person("Lê Văn Lạ", None, None, WARD).await;
    let cookie = token(&stage.app, SessionOwner::Person(stranger), SessionKind::Cookie).await;
    let browser = Browser { running: &running, cookie };
    assert_eq!(browser.get(&format!("/care/cases/{case}/report")).await.0, 404);
    assert_eq!(browser.post(&format!("/care/cases/{case}/report"), "by=family&spo2_pct=97").await.status(), 404);
    assert!(!browser.get("/care").await.1.contains("Hoa"));
    assert_eq!(browser.get(&format!("/cases/{case}")).await.0, 403);
    let nobody = Browser { running: &running, cookie: String::new() };
    let redirected = nobody.send(Method::GET, &format!("/care/cases/{case}/report"), None).await;
    assert_eq!(location(&redirected), "/care");
    running.stop().await;
}

#[tokio::test]
async fn the_document_lists_every_route_with_a_known_schema() {
    let (running, stage, _) = stage_with_a_case().await;
    let doctor = account(&stage.app, "Lan", Role::Doctor, province()).await;
    let bearer = token(&stage.app, SessionOwner::Account(doctor.id), SessionKind::Bearer).await;
    let (_, document) = ask(&running.router, &bearer, Method::GET, "/api/openapi.json", None).await;
    let paths = document["paths"].as_object().unwrap();
    for row in running.rows.iter().filter(|row| row.path.starts_with("/api/v1/f0/")) {
        assert!(paths.contains_key(row.path), "{}", row.path);
        for name in [row.doc.body, row.doc.answer].into_iter().flatten() {
            assert!(document["components"]["schemas"][name].is_object(), "the schema {name}");
        }
    }
    assert_ne!(document["paths"]["/api/v1/f0/stream"], json!(null));
    running.stop().await;
}
