//! Tests of the service through its routes, each with a database of its own.

mod amendments;
mod any_bytes;
mod bad_input;
mod bulk;
mod certificates;
mod citizen;
mod dataset;
mod dropped;
pub mod flow;
mod formats;
mod held;
mod household;
mod mended;
mod mllp;
mod pages;
mod pools;
mod queue;
mod readers;
mod refusals;
mod rejudge;
mod runs;
mod specimens;
mod undo;
mod uploads;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{Account, AreaScope, Role};
use shared::event::CloudEvent;
use shared::ids::AccountId;
use shared::time::{hours, minutes};
use shared_store::people::{SessionKind, SessionOwner, StoredAccount};
use shared_store::runtime::SharedRandom;
use shared_testkit::clock::TestClock;
use shared_testkit::random::seeded;
use shared_web::auth::session::new_session;
use shared_web::caller::token_hash;
use shared_web::config::{Config, Switch};
use shared_web::{process, server};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::{App, seed, service};

/// When the tests happen.
pub const NOW: &str = "2022-03-10T08:00:00+07:00";
/// The ward where the tests' people live: phường 4, Mỹ Tho.
pub const WARD: &str = "28252";

/// The service on a database of its own.
pub struct TestLab {
    pub app: App,
    pub clock: TestClock,
    pub lab: String,
    pub officer: String,
    router: Router,
    _directory: TempDir,
}

/// An answer that was read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl TestLab {
    /// On SQLite in a directory that is gone with the test.
    pub async fn sqlite() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut config =
            Config { data_dir: directory.path().to_owned(), rate_limits: Switch::Off, ..Config::default() };
        change(&mut config);
        let clock = TestClock::parse(NOW);
        let random = SharedRandom::new(seeded(7));
        let prepared = process::prepare_with(config, &[service()], Arc::new(clock.clone()), random).await.unwrap();
        let platform = prepared.platform;
        let built = (service().build)(&platform);
        let (router, _) = server::site(&platform, vec![built.mounted], None);
        let app = App::new(&platform);
        seed::ensure_laboratory(&app, "TG-CDC", "CDC Tiền Giang", WARD).await.unwrap();
        seed::ensure_laboratory(&app, "HCM-PASTEUR", "Viện Pasteur", "26740").await.unwrap();
        let mut this = Self { app, clock, lab: String::new(), officer: String::new(), router, _directory: directory };
        this.lab = this.account("lab", Role::Lab, Some("TG-CDC"), AreaScope::Province("82".to_owned())).await;
        this.officer = this.account("officer", Role::Officer, None, AreaScope::Province("82".to_owned())).await;
        this
    }

    /// Makes an account and gives its token.
    pub async fn account(&self, name: &str, role: Role, lab_code: Option<&str>, area: AreaScope) -> String {
        let platform = &self.app.platform;
        let now = platform.now();
        let account = Account {
            id: AccountId::new(now, &mut platform.random()),
            username: name.to_owned(),
            display_name: name.to_owned(),
            roles: vec![role],
            area,
            lab_code: lab_code.map(str::to_owned),
        };
        let (session, begun) = new_session(platform, SessionOwner::Account(account.id), SessionKind::Bearer, now);
        let mut tx = platform.shared.write().await.unwrap();
        let stored = StoredAccount { account, password_hash: String::new(), active: true };
        tx.put_account(&stored, now).await.unwrap();
        tx.insert_session(&session, &token_hash(&begun.token), now).await.unwrap();
        tx.commit().await.unwrap();
        begun.token
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The service with sessions that are good at the time that the clock shows now.
    pub async fn renew(mut self) -> Self {
        let area = || AreaScope::Province("82".to_owned());
        self.lab = self.account("lab-later", Role::Lab, Some("TG-CDC"), area()).await;
        self.officer = self.account("officer-later", Role::Officer, None, area()).await;
        self
    }

    pub async fn put(&self, token: &str, path: &str, body: &Value) -> Answer {
        let request = Request::put(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_as(token, path, "application/json", body.to_string()).await
    }

    pub async fn post_as(&self, token: &str, path: &str, content_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, content_type);
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Sends results of the laboratory's account, a minute after whatever came before, and gives the row report.
    pub async fn results(&self, body: &Value) -> Value {
        self.clock.advance(minutes(1));
        let answer = self.post(&self.lab, "/api/v1/lab/results", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    /// Uploads a file and gives the answer.
    pub async fn upload(&self, query: &str, file: &[u8]) -> Answer {
        let (content_type, body) = multipart("file", file);
        self.post_as(&self.lab, &format!("/api/v1/lab/uploads{query}"), &content_type, body).await
    }

    /// Every event that waits in the outbox, oldest first; they wait no more then.
    pub async fn events(&self) -> Vec<CloudEvent> {
        let now = self.app.platform.now();
        let mut tx = self.app.platform.shared.write().await.unwrap();
        let mut events = Vec::new();
        loop {
            let claimed = tx.claim_events(now, now.plus(hours(24)), 500).await.unwrap();
            if claimed.is_empty() {
                break;
            }
            events.extend(claimed.into_iter().map(|claimed| claimed.event));
        }
        tx.commit().await.unwrap();
        events.sort_by_key(|event: &CloudEvent| (event.time, event.id));
        events
    }
}

/// A multipart body with one file.
pub fn multipart(field: &str, file: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"results.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), file, b"\r\n--BOUNDARY--\r\n"].concat();
    ("multipart/form-data; boundary=BOUNDARY".to_owned(), body)
}

/// One result of a described person, changed where the test needs it.
pub fn result(changes: &[(&str, Value)]) -> Value {
    let mut wire = json!({
        "accession": "A1",
        "person": {"full_name": "Lê Thị Tám", "birth_date": "1950-02-01", "phone": "0912345678", "ward_code": WARD},
        "specimen": {"kind": "nasopharyngeal_swab", "collected_at": "2022-03-09T08:00:00+07:00"},
        "test": {"loinc": "94500-6"}, "outcome": "detected", "resulted_at": "2022-03-09T20:00:00+07:00",
    });
    for (pointer, value) in changes {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        wire.pointer_mut(parent).unwrap()[field] = value.clone();
    }
    wire
}

/// The statuses of a report's rows.
pub fn statuses(report: &Value) -> Vec<&str> {
    report["rows"].as_array().unwrap().iter().map(|row| row["status"].as_str().unwrap()).collect()
}

/// The column and code of every error of a report's first row.
pub fn errors(report: &Value) -> Vec<(String, String)> {
    let errors = report["rows"][0]["errors"].as_array().unwrap();
    let text = |error: &Value, field: &str| error[field].as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(error, "column"), text(error, "code"))).collect()
}
