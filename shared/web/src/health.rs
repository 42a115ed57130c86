//! `GET /healthz` (the process is up), `GET /readyz` (it can serve), `GET /metrics`.

use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use shared::bilingual::Bilingual;
use shared_store::StoreError;
use shared_store::outbox::Backlog;

use crate::access::{Doc, Routes, Scope, Who};
use crate::extract::Json;
use crate::platform::Platform;
use crate::problem::Problem;

/// How long database and bus may take to answer: a probe that waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(3);

async fn healthz() -> Response {
    Json(json!({"status": "up", "version": env!("CARGO_PKG_VERSION")})).into_response()
}

async fn readyz(State(platform): State<Platform>) -> Response {
    let (database, bus) = tokio::join!(
        tokio::time::timeout(PATIENCE, backlog(&platform)),
        tokio::time::timeout(PATIENCE, platform.bus.ready()),
    );
    let database = database.ok().and_then(Result::ok);
    let bus = matches!(bus, Ok(Ok(())));
    if let Some(backlog) = database {
        metrics::gauge!("antam_outbox_waiting").set(backlog.outbox as f64);
        metrics::gauge!("antam_dead_letters").set(backlog.dead_letters as f64);
    }
    let word = |ok: bool| if ok { "ok" } else { "unavailable" };
    match database {
        Some(Backlog { dead_letters, .. }) if bus => {
            Json(json!({"status": "ready", "database": "ok", "bus": "ok", "dead_letters": dead_letters}))
                .into_response()
        }
        _ => not_ready().with("database", word(database.is_some())).with("bus", word(bus)).into_response(),
    }
}

async fn backlog(platform: &Platform) -> Result<Backlog, StoreError> {
    platform.shared.read().await?.backlog().await
}

fn not_ready() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not_ready",
        Bilingual::new("Chưa sẵn sàng", "Not ready"),
        Bilingual::new(
            "Cơ sở dữ liệu hoặc đường truyền sự kiện chưa trả lời.",
            "The database or the bus does not answer.",
        ),
    )
}

/// The routes.
#[must_use]
pub fn routes(routes: Routes<Platform>, metrics: Option<PrometheusHandle>) -> Routes<Platform> {
    let metrics = move || {
        let metrics = metrics.clone();
        async move {
            let text = metrics.map(|handle| handle.render()).unwrap_or_default();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
        }
    };
    routes
        .add(
            Method::GET,
            "/healthz",
            Who::Public,
            Scope::None,
            Doc::json("The process is up").answer("Health"),
            get(healthz),
        )
        .add(
            Method::GET,
            "/readyz",
            Who::Public,
            Scope::None,
            Doc::json("It can serve: database and bus answer").answer("Ready"),
            get(readyz),
        )
        .add(
            Method::GET,
            "/metrics",
            Who::Public,
            Scope::None,
            Doc::json("Metrics for Prometheus").gives("text/plain"),
            get(metrics),
        )
}
