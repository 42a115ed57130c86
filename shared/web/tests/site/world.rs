//! A whole site for one test, and what it is asked and answers.

use std::sync::{Arc, OnceLock};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use jiff::civil::date;
use serde_json::Value;
use shared::access::{Account, AreaScope, Role};
use shared::area::WardCode;
use shared::identity::NationalId;
use shared::ids::{AccountId, PersonId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::phone::Phone;
use shared_store::audit::AuditLine;
use shared_store::people::StoredAccount;
use shared_store::runtime::SharedRandom;
use shared_testkit::clock::TestClock;
use shared_testkit::random::seeded;
use shared_web::auth::password;
use shared_web::config::Config;
use shared_web::process::{self, Running, Service};
use tempfile::TempDir;
use tower::ServiceExt;

/// The password of every account of the tests.
pub const PASSWORD: &str = "correct horse";
/// The ward of the nurse.
pub const WARD: &str = "28252";
/// Another ward of the same district.
pub const OTHER_WARD: &str = "28249";

/// A site that runs.
pub struct World {
    /// What runs.
    pub site: Running,
    /// Its clock.
    pub clock: TestClock,
    _folder: TempDir,
}

impl World {
    /// A site as an operator has it.
    pub async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A site in demo mode.
    pub async fn demo() -> Self {
        Self::with(|config| config.demo = true).await
    }

    /// A site that is configured otherwise.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::serving(&[], change).await
    }

    /// A site with services, configured otherwise.
    pub async fn serving(services: &[Service], change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::parse("2022-03-10T08:00:00+07:00");
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        change(&mut config);
        let random = SharedRandom::new(seeded(7));
        let prepared = process::prepare_with(config, services, Arc::new(clock.clone()), random).await.unwrap();
        let site = process::start(prepared, services).await.unwrap();
        Self { site, clock, _folder: folder }
    }

    /// An account with [`PASSWORD`].
    pub async fn account(&self, username: &str, roles: &[Role], area: &str) -> Account {
        self.stored_account(username, roles, area, true).await
    }

    /// An account that may not sign in any more.
    pub async fn inactive(&self, username: &str) -> Account {
        self.stored_account(username, &[Role::Doctor], "82", false).await
    }

    async fn stored_account(&self, username: &str, roles: &[Role], area: &str, active: bool) -> Account {
        static HASH: OnceLock<String> = OnceLock::new();
        let platform = &self.site.platform;
        let account = Account {
            id: AccountId::new(platform.now(), &mut platform.random()),
            username: username.to_owned(),
            display_name: format!("Người dùng {username}"),
            roles: roles.to_vec(),
            area: AreaScope::from_code(area).unwrap(),
            lab_code: None,
        };
        let password_hash = HASH.get_or_init(|| password::hash(PASSWORD, &mut platform.random())).clone();
        let stored = StoredAccount { account: account.clone(), password_hash, active };
        let mut tx = platform.shared.write().await.unwrap();
        tx.put_account(&stored, platform.now()).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    /// A person of the register.
    pub async fn person(&self, name: &str, phone: &str, ward: Option<&str>) -> Person {
        let platform = &self.site.platform;
        let person = Person {
            id: PersonId::new(platform.now(), &mut platform.random()),
            full_name: FullName::parse(name).unwrap(),
            birth: Some(Birth::Date(date(1990, 2, 1))),
            sex: Sex::Female,
            phone: (!phone.is_empty()).then(|| Phone::parse(phone).unwrap()),
            national_id: None,
            health_insurance_no: None,
            address: Some("12 Lê Lợi".to_owned()),
            ward_code: ward.map(|code| WardCode::parse(code).unwrap()),
        };
        self.insert(&person).await;
        person
    }

    /// A person with the number of an identity card.
    pub async fn person_with_card(&self, name: &str, number: &str) -> Person {
        let platform = &self.site.platform;
        let mut person = self.person(name, "", Some(WARD)).await;
        person.id = PersonId::new(platform.now(), &mut platform.random());
        person.national_id = Some(NationalId::parse(number).unwrap());
        self.insert(&person).await;
        person
    }

    async fn insert(&self, person: &Person) {
        let mut tx = self.site.platform.shared.write().await.unwrap();
        tx.insert_person(person, self.site.platform.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A new account with this role that signed in as a program; gives the header's value.
    pub async fn bearer(&self, role: Role, area: &str) -> String {
        let account = self.account(role.code(), &[role], area).await;
        let body = serde_json::json!({"username": account.username, "password": PASSWORD});
        let answer = self.post("/api/v1/auth/login").json(&body).await;
        format!("Bearer {}", answer.json()["token"].as_str().unwrap())
    }

    /// A new account with this role that signed in with a browser; gives the value of `Cookie`.
    pub async fn cookie(&self, role: Role, area: &str) -> String {
        let account = self.account(role.code(), &[role], area).await;
        let form = format!("username={}&password={}", account.username, PASSWORD.replace(' ', "+"));
        self.post("/login").form(&form).await.cookie().unwrap()
    }

    /// A GET.
    pub fn get<'a>(&'a self, path: &str) -> Call<'a> {
        self.call(Method::GET, path)
    }

    /// A POST.
    pub fn post<'a>(&'a self, path: &str) -> Call<'a> {
        self.call(Method::POST, path)
    }

    /// A request.
    pub fn call<'a>(&'a self, method: Method, path: &str) -> Call<'a> {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        Call { world: self, request }
    }

    /// The newest audit line of an action.
    pub async fn audited(&self, action: &str) -> Option<AuditLine> {
        let mut tx = self.site.platform.shared.read().await.unwrap();
        let lines = tx.audit_lines(None, None, 1_000).await.unwrap();
        lines.into_iter().find(|line| line.action == action)
    }
}

/// A request that is being written.
pub struct Call<'a> {
    world: &'a World,
    request: Request<Body>,
}

impl Call<'_> {
    /// With one more header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    /// As somebody: the value of `Authorization`, or of `Cookie`.
    pub fn by(self, credential: &str) -> Self {
        let name = if credential.starts_with("Bearer ") { "authorization" } else { "cookie" };
        self.header(name, credential)
    }

    /// As a browser asks for a page.
    pub fn browser(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    /// From a page of the site itself.
    pub fn same_origin(self) -> Self {
        self.header("sec-fetch-site", "same-origin")
    }

    /// With something that the server itself would put beside the request.
    pub fn extension(mut self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.request.extensions_mut().insert(value);
        self
    }

    /// Sends it with a body.
    pub async fn body(mut self, content_type: &str, body: impl Into<Body>) -> Answer {
        self.request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        *self.request.body_mut() = body.into();
        self.send().await
    }

    /// Sends it with a form.
    pub async fn form(self, form: &str) -> Answer {
        self.body("application/x-www-form-urlencoded", form.to_owned()).await
    }

    /// Sends it with JSON.
    pub async fn json(self, value: &Value) -> Answer {
        self.body("application/json", value.to_string()).await
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let response = self.world.site.router.clone().oneshot(self.request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}

/// What the site answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The one value of a header; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What a browser sends back as `Cookie` for the session that was set here.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter(|line| line.starts_with("__Host-antam=at_"))
            .find_map(|line| line.split(';').next())
            .map(str::to_owned)
    }

    /// The `code` of a problem document.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        kind.trim_start_matches("urn:antam:problem:").to_owned()
    }
}
