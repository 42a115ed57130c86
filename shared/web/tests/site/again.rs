//! A transaction that the database gave up is begun again, by a real deadlock on a real PostgreSQL.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use shared_store::migrate::Migrations;
use shared_store::{Database, StoreError};
use shared_testkit::servers::TestPostgres;
use shared_web::access::{Doc, Routes, Scope, Who};
use shared_web::problem::Problem;
use shared_web::process::{Built, Service};
use shared_web::server::Mounted;
use shared_web::{Platform, config};
use tokio::sync::Barrier;

use crate::world::World;

const PATH: &str = "/api/v1/test/locks";
const NOTHING: Migrations = Migrations { service: "test", list: &[] };

/// How often the handler ran, and where the first runs of both requests meet.
static RUNS: AtomicUsize = AtomicUsize::new(0);
static BOTH_HOLD_ONE: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(2));

fn build(platform: &Platform) -> Built {
    let doc = Doc::json("Takes two locks, one after the other");
    let routes = Routes::default().add(Method::POST, PATH, Who::Public, Scope::None, doc, post(take));
    let (router, rows) = routes.with_state(platform.clone());
    let mounted = Mounted { router, rows, schemas: shared_web::openapi::Schemas::new() };
    Built { mounted, handlers: Vec::new(), tasks: Vec::new() }
}

/// Takes the first lock, waits until the other request holds the other, and takes the second.
async fn take(State(platform): State<Platform>, Json(body): Json<Value>) -> Result<Json<Value>, Problem> {
    let run = RUNS.fetch_add(1, Ordering::SeqCst);
    let Database::Postgres(engine) = &platform.database else { panic!("this needs PostgreSQL") };
    let mut tx = engine.write_pool().begin().await.map_err(StoreError::from)?;
    for (nth, lock) in body["locks"].as_array().expect("the test sends locks").iter().enumerate() {
        let lock = sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock.as_i64().expect("the test sends locks"));
        lock.execute(&mut *tx).await.map_err(StoreError::from)?;
        if nth == 0 && run < 2 {
            BOTH_HOLD_ONE.wait().await;
        }
    }
    tx.commit().await.map_err(StoreError::from)?;
    Ok(Json(json!({"locks": body["locks"]})))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_requests_that_wait_for_each_other_both_are_answered() {
    let database = TestPostgres::database().await;
    let service = Service { code: config::Service::Checkin, migrations: &NOTHING, build };
    let world = World::serving(&[service], |config| config.database_url = Some(database.url())).await;
    let (one, other) = (json!({"locks": [1, 2]}), json!({"locks": [2, 1]}));
    let (one, other) = tokio::join!(world.post(PATH).json(&one), world.post(PATH).json(&other));
    assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK), "{} {}", one.text, other.text);
    assert_eq!((one.json(), other.json()), (json!({"locks": [1, 2]}), json!({"locks": [2, 1]})));
    assert_eq!(RUNS.load(Ordering::SeqCst), 3, "the one that was given up ran twice");
}
