//! A running check-in for one test.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use shared::access::{Account, AreaScope, Role};
use shared::clock::Clock as _;
use shared::event::CloudEvent;
use shared::ids::{AccountId, PersonId, PlaceId};
use shared::person::PersonInput;
use shared::place::{Place, PlaceCode, PlaceKind};
use shared::time::{Instant, minutes};
use shared_bus::Handler as _;
use shared_store::audit::Actor;
use shared_store::people::{SessionKind, SessionOwner, StoredAccount};
use shared_store::runtime::{SharedRandom, spawn};
use shared_testkit::clock::TestClock;
use shared_testkit::random::seeded;
use shared_testkit::servers::{DATABASE_URL, TestPostgres};
use shared_web::auth::session::new_session;
use shared_web::caller::token_hash;
use shared_web::config::{Config, Switch};
use shared_web::people::register::{Registrar, register};
use shared_web::process::prepare_with;
use shared_web::server;
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::consumers::Cases;
use crate::{App, domain::device_token, service};

/// The ward that the tests play in: phường 4, Mỹ Tho.
pub(super) const WARD: &str = "28252";

/// A running check-in, and what it stands on.
pub(super) struct Town {
    pub(super) app: App,
    pub(super) clock: TestClock,
    pub(super) router: Router,
    _data: TempDir,
    _postgres: Option<TestPostgres>,
}

/// Runs a test on SQLite, and on PostgreSQL where there is a server for tests.
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, $body:path) => {
        $crate::tests::support::on_both!($(#[$meta])* $name, $body, $crate::tests::support::Ground::default());
    };
    ($(#[$meta:meta])* $name:ident, $body:path, $ground:expr) => {
        mod $name {
            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $body($crate::tests::support::Town::on_sqlite($ground).await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(town) = $crate::tests::support::Town::on_postgres($ground).await {
                    $body(town).await;
                }
            }
        }
    };
}
pub(super) use on_both;

/// What a town stands on that most tests do not care about.
#[derive(Default)]
pub(super) struct Ground {
    /// The door rules of the province, as the file holds them.
    pub(super) door: Option<&'static str>,
    /// Whether too many requests are refused.
    pub(super) limited: bool,
}

impl Town {
    pub(super) async fn on_sqlite(ground: Ground) -> Self {
        Self::start(None, &ground).await
    }

    /// `None` where no server is there for tests.
    pub(super) async fn on_postgres(ground: Ground) -> Option<Self> {
        std::env::var(DATABASE_URL).ok().filter(|url| !url.is_empty())?;
        Some(Self::start(Some(TestPostgres::database().await), &ground).await)
    }

    async fn start(postgres: Option<TestPostgres>, ground: &Ground) -> Self {
        let data = tempfile::tempdir().unwrap();
        if let Some(rules) = ground.door {
            std::fs::create_dir(data.path().join("policy")).unwrap();
            std::fs::write(data.path().join("policy/door.json"), rules).unwrap();
        }
        let clock = TestClock::parse("2022-03-10T08:30:00+07:00");
        let config = Config {
            data_dir: data.path().to_owned(),
            database_url: postgres.as_ref().map(TestPostgres::url),
            database_connections: 6,
            demo: true,
            public_url: Some("https://antam.example.vn".to_owned()),
            rate_limits: if ground.limited { Switch::On } else { Switch::Off },
            ..Config::default()
        };
        let random = SharedRandom::new(seeded(7));
        let prepared = prepare_with(config, &[service()], Arc::new(clock.clone()), random).await.unwrap();
        let platform = prepared.platform;
        let (app, tasks) = App::new(&platform);
        for task in tasks {
            spawn(task);
        }
        let routes = crate::pages::routes(crate::api::routes(shared_web::access::Routes::default()));
        let (router, rows) = routes.with_state(app.clone());
        let mounted = server::Mounted { router, rows, schemas: crate::api::schemas::all() };
        let (router, _) = server::site(&platform, vec![mounted], None);
        Self { app, clock, router, _data: data, _postgres: postgres }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// A place without staff.
    pub(super) async fn place(&self, name: &str, kind: PlaceKind) -> Place {
        self.place_in(name, kind, None).await
    }

    /// A place that may lie within another. It holds 20.
    pub(super) async fn place_in(&self, name: &str, kind: PlaceKind, parent_id: Option<PlaceId>) -> Place {
        self.room(name, kind, parent_id, Some(20)).await
    }

    /// A place that holds so many.
    pub(super) async fn room(
        &self,
        name: &str,
        kind: PlaceKind,
        parent_id: Option<PlaceId>,
        capacity: Option<u32>,
    ) -> Place {
        let mut random = self.app.platform.random();
        let place = Place {
            id: PlaceId::new(self.now(), &mut random),
            code: PlaceCode::new(&mut random),
            name: name.to_owned(),
            kind,
            address: "12 Lê Lợi".to_owned(),
            ward_code: WARD.parse().unwrap(),
            capacity,
            parent_id,
        };
        let mut tx = self.app.store.write().await.unwrap();
        assert!(tx.insert_place(&place, None, "hash", self.now()).await.unwrap());
        tx.commit().await.unwrap();
        place
    }

    /// Somebody in the register.
    pub(super) async fn person(&self, name: &str, ward: Option<&str>) -> PersonId {
        let mut random = self.app.platform.random();
        let input = PersonInput {
            full_name: Some(name.to_owned()),
            birth_year: Some(1980),
            ward_code: ward.map(str::to_owned),
            ..PersonInput::default()
        };
        let draft = input.parse("", self.now().local_date()).unwrap();
        let registrar = Registrar { service: "test", actor: Actor::System, request_id: None };
        let mut tx = self.app.store.write().await.unwrap();
        let registered = register(tx.as_mut(), &registrar, &draft, self.now(), &mut random).await.unwrap();
        tx.commit().await.unwrap();
        registered.person_id
    }

    /// A device token of a person.
    pub(super) fn token(&self, person: PersonId) -> String {
        let key = self.app.platform.keys();
        device_token::issue(key.token.bytes(), person, self.now(), &mut self.app.platform.random())
    }

    /// A bearer token of a new account.
    pub(super) async fn sign_in(&self, username: &str, role: Role, area: AreaScope) -> String {
        let id = AccountId::new(self.now(), &mut self.app.platform.random());
        let account = Account {
            id,
            username: username.to_owned(),
            display_name: username.to_owned(),
            roles: vec![role],
            area,
            lab_code: None,
        };
        let owner = SessionOwner::Account(id);
        let (session, begun) = new_session(&self.app.platform, owner, SessionKind::Bearer, self.now());
        let stored = StoredAccount { account, password_hash: String::new(), active: true };
        let mut tx = self.app.store.write().await.unwrap();
        tx.put_account(&stored, self.now()).await.unwrap();
        tx.insert_session(&session, &token_hash(&begun.token), self.now()).await.unwrap();
        tx.commit().await.unwrap();
        begun.token
    }

    /// A bearer token of a citizen who gave a one-time code.
    pub(super) async fn citizen(&self, person: PersonId) -> String {
        let owner = SessionOwner::Person(person);
        let (session, begun) = new_session(&self.app.platform, owner, SessionKind::Bearer, self.now());
        let mut tx = self.app.store.write().await.unwrap();
        tx.insert_session(&session, &token_hash(&begun.token), self.now()).await.unwrap();
        tx.commit().await.unwrap();
        begun.token
    }

    pub(super) async fn officer(&self) -> String {
        self.sign_in("officer", Role::Officer, AreaScope::Province("82".to_owned())).await
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Calls the API; gives the status and the JSON of the answer.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        bearer: Option<&str>,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT_LANGUAGE, "en");
        if let Some(token) = bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.send(request.unwrap()).await;
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, None, Some(body)).await
    }

    pub(super) async fn get(&self, path: &str, bearer: Option<&str>) -> (StatusCode, Value) {
        self.call(Method::GET, path, bearer, None).await
    }

    /// A visit of a known person now; gives the answer.
    pub(super) async fn visit(&self, place: &Place, person: PersonId) -> (StatusCode, Value) {
        let body = json!({"venue_code": place.code, "visitor": {"device_token": self.token(person)}});
        self.post("/api/v1/checkin/visits", body).await
    }

    /// Gives an event to the consumer.
    pub(super) async fn hear<T: shared::event::EventData>(&self, data: &T) -> CloudEvent {
        let event = CloudEvent::new(data, self.now(), &mut self.app.platform.random());
        Cases(self.app.clone()).handle(&event).await.unwrap();
        event
    }

    /// The events that wait in the outbox, which nobody empties in these tests.
    pub(super) async fn outbox(&self) -> Vec<CloudEvent> {
        let mut tx = self.app.store.write().await.unwrap();
        // A lease that is over: the next look sees them again.
        let lease = self.now().minus(minutes(1));
        let claimed = tx.claim_events(self.now(), lease, 100_000).await.unwrap();
        tx.commit().await.unwrap();
        claimed.into_iter().map(|claimed| claimed.event).collect()
    }
}
