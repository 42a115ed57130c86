//! A stage for tests: the service on a database of its own, a clock that is set by hand, people and accounts.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::Value;
use shared::access::{Account, AreaScope, Role};
use shared::event::{CloudEvent, EventData};
use shared::events::{Method as TestMethod, Outcome, ResultAmended, ResultReported};
use shared::ids::{AccountId, PersonId, ResultId, SessionId};
use shared::person::{Birth, FullName, Person, Sex};
use shared::phone::Phone;
use shared::time::{Instant, hours};
use shared_bus::Handler;
use shared_store::people::{Session, SessionKind, SessionOwner, StoredAccount};
use shared_store::runtime::SharedRandom;
use shared_testkit::clock::TestClock;
use shared_testkit::random::seeded;
use shared_testkit::servers::TestPostgres;
use shared_web::caller::token_hash;
use shared_web::config::{Config, Service, Switch};
use shared_web::process::{self, Running};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::App;
use crate::consumers::F0Handler;
use crate::store::{CaseFilter, CaseRecord};

/// Ward 4 of Mỹ Tho.
pub(crate) const WARD: &str = "28252";
/// Another ward of the province.
pub(crate) const OTHER_WARD: &str = "28249";

/// What a stage stands on; it goes with the stage.
pub(crate) struct Ground {
    directory: TempDir,
    postgres: Option<TestPostgres>,
}

/// The service, ready to be called.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) clock: TestClock,
    pub(crate) ground: Ground,
}

/// The grounds to run a test on: SQLite, and PostgreSQL where its server runs.
pub(crate) async fn grounds() -> Vec<Ground> {
    let ground = |postgres| Ground { directory: tempfile::tempdir().unwrap(), postgres };
    let mut all = vec![ground(None)];
    if std::env::var(shared_testkit::servers::DATABASE_URL).is_ok_and(|url| !url.is_empty()) {
        all.push(ground(Some(TestPostgres::database().await)));
    }
    all
}

/// The configuration of a ground.
fn config(ground: &Ground) -> Config {
    Config {
        data_dir: ground.directory.path().to_owned(),
        database_url: ground.postgres.as_ref().map(TestPostgres::url),
        services: [Service::F0].into(),
        rate_limits: Switch::Off,
        demo: true,
        ..Config::default()
    }
}

impl Stage {
    /// The service on a ground, at 8 o'clock on 10 March 2022.
    pub(crate) async fn on(ground: Ground) -> Self {
        Self::at(ground, TestClock::parse("2022-03-10T08:00:00+07:00"), 1).await
    }

    /// The service on a ground with a clock; `seed` differs from start to start, as randomness does.
    async fn at(ground: Ground, clock: TestClock, seed: u64) -> Self {
        let random = SharedRandom::new(seeded(seed));
        let services = [crate::service()];
        let prepared =
            process::prepare_with(config(&ground), &services, Arc::new(clock.clone()), random).await.unwrap();
        Self { app: App::new(&prepared.platform), clock, ground }
    }

    /// SQLite alone, for what does not depend on the database.
    pub(crate) async fn simple() -> Self {
        let ground = Ground { directory: tempfile::tempdir().unwrap(), postgres: None };
        Self::on(ground).await
    }

    /// The process ends and another begins on the same database.
    pub(crate) async fn restart(self) -> Self {
        let Self { app, clock, ground } = self;
        app.platform.stop.cancel();
        app.platform.database.close().await;
        Self::at(ground, clock, 2).await
    }

    /// The whole process with its tasks and the site.
    pub(crate) async fn serve(ground: Ground) -> (Running, Ground, TestClock) {
        let clock = TestClock::parse("2022-03-10T08:00:00+07:00");
        let services = [crate::service()];
        let random = SharedRandom::new(seeded(3));
        let prepared =
            process::prepare_with(config(&ground), &services, Arc::new(clock.clone()), random).await.unwrap();
        (process::start(prepared, &services).await.unwrap(), ground, clock)
    }

    pub(crate) fn now(&self) -> Instant {
        self.app.platform.now()
    }

    /// Every case.
    pub(crate) async fn cases(&self) -> Vec<CaseRecord> {
        let filter = CaseFilter { limit: 1_000_000, ..CaseFilter::default() };
        self.app.store.read().await.unwrap().cases(&filter).await.unwrap()
    }

    /// The events of the outbox that were not given yet within the hour.
    pub(crate) async fn new_events(&self) -> Vec<CloudEvent> {
        let now = self.now();
        let mut tx = self.app.platform.shared.write().await.unwrap();
        let claimed = tx.claim_events(now, now.plus(hours(1)), 1_000).await.unwrap();
        tx.commit().await.unwrap();
        claimed.into_iter().map(|claimed| claimed.event).collect()
    }

    /// Somebody in the register.
    pub(crate) async fn person(&self, name: &str, birth: Option<Birth>, phone: Option<&str>, ward: &str) -> PersonId {
        person(&self.app, name, birth, phone, ward).await
    }

    /// Brings an event to the listener.
    pub(crate) async fn hear<T: EventData>(&self, data: &T) {
        F0Handler::new(self.app.clone()).handle(&self.event(data)).await.unwrap();
    }

    pub(crate) fn event<T: EventData>(&self, data: &T) -> CloudEvent {
        CloudEvent::new(data, self.now(), &mut self.app.platform.random())
    }
}

/// Somebody in the register.
pub(crate) async fn person(app: &App, name: &str, birth: Option<Birth>, phone: Option<&str>, ward: &str) -> PersonId {
    let now = app.platform.now();
    let person = Person {
        id: PersonId::new(now, &mut app.platform.random()),
        full_name: FullName::parse(name).unwrap(),
        birth,
        sex: Sex::Female,
        phone: phone.map(|phone| Phone::parse(phone).unwrap()),
        national_id: None,
        health_insurance_no: None,
        address: None,
        ward_code: Some(ward.parse().unwrap()),
    };
    let mut tx = app.platform.shared.write().await.unwrap();
    tx.insert_person(&person, now).await.unwrap();
    tx.commit().await.unwrap();
    person.id
}

/// An account.
pub(crate) async fn account(app: &App, username: &str, role: Role, area: AreaScope) -> Account {
    let now = app.platform.now();
    let account = Account {
        id: AccountId::new(now, &mut app.platform.random()),
        username: username.to_owned(),
        display_name: format!("BS. {username}"),
        roles: vec![role],
        area,
        lab_code: None,
    };
    let stored = StoredAccount { account: account.clone(), password_hash: String::new(), active: true };
    let mut tx = app.platform.shared.write().await.unwrap();
    tx.put_account(&stored, now).await.unwrap();
    tx.commit().await.unwrap();
    account
}

/// The province.
pub(crate) fn province() -> AreaScope {
    AreaScope::from_code("82").unwrap()
}

/// A session's token.
pub(crate) async fn token(app: &App, owner: SessionOwner, kind: SessionKind) -> String {
    let now = app.platform.now();
    let id = SessionId::new(now, &mut app.platform.random());
    let token = format!("at_{id}");
    let session = Session { id, owner, kind, expires_at: now.plus(hours(24 * 365)) };
    let mut tx = app.platform.shared.write().await.unwrap();
    tx.insert_session(&session, &token_hash(&token), now).await.unwrap();
    tx.commit().await.unwrap();
    token
}

/// Somebody signed in with a role and an area; the token.
pub(crate) async fn signed_in(app: &App, username: &str, role: Role, area: AreaScope) -> String {
    let account = account(app, username, role, area).await;
    token(app, SessionOwner::Account(account.id), SessionKind::Bearer).await
}

/// A detected result of a person, version 1.
pub(crate) fn detected(stage: &Stage, person_id: PersonId) -> ResultReported {
    let now = stage.now();
    ResultReported {
        result_id: ResultId::new(now, &mut stage.app.platform.random()),
        version: 1,
        person_id,
        lab_code: "TG-CDC".to_owned(),
        outcome: Outcome::Detected,
        method: TestMethod::Pcr,
        collected_at: now.minus(hours(20)),
        resulted_at: now.minus(hours(1)),
        ward_code: None,
        link_code: "7ZK40QW9M3XT".to_owned(),
    }
}

/// The next version of a result.
pub(crate) fn amended(result: &ResultReported, outcome: Outcome, withdrawn: bool) -> ResultAmended {
    ResultAmended {
        result: ResultReported { version: result.version + 1, outcome, ..result.clone() },
        previous_outcome: result.outcome,
        withdrawn,
        previous_person_id: None,
    }
}

/// Asks the site with a bearer token; the status and the body.
pub(crate) async fn ask(
    router: &Router,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let mut request =
        Request::builder().method(method).uri(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}
