//! `GET /healthz` (the process is up), `GET /readyz` (it can serve), `GET /metrics`.

use axum::extract::State;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

use crate::access::{Doc, Routes, Scope, Who};
use crate::extract::Json;
use crate::platform::Platform;

async fn healthz() -> Response {
    Json(json!({"status": "up", "version": env!("CARGO_PKG_VERSION")})).into_response()
}

async fn readyz(State(platform): State<Platform>) -> Response {
    let database = match platform.shared.read().await {
        Ok(mut tx) => tx.backlog().await.map(Some).unwrap_or(None),
        Err(_) => None,
    };
    let bus = platform.bus.ready().await.is_ok();
    let ready = database.is_some() && bus;
    if let Some(backlog) = database {
        metrics::gauge!("antam_outbox_waiting").set(backlog.outbox as f64);
        metrics::gauge!("antam_dead_letters").set(backlog.dead_letters as f64);
    }
    let word = |ok: bool| if ok { "ok" } else { "unavailable" };
    let body = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "database": word(database.is_some()),
        "bus": word(bus),
        "dead_letters": database.map(|backlog| backlog.dead_letters),
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    // Not a problem document: probes read the body of a 503 as well.
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
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
        .add(Method::GET, "/healthz", Who::Public, Scope::None, Doc::json("The process is up"), get(healthz))
        .add(
            Method::GET,
            "/readyz",
            Who::Public,
            Scope::None,
            Doc::json("It can serve: database and bus answer"),
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
