//! Logs and metrics. Neither ever holds personal data: a request is told of by its route's template, not by its address.

use std::time::Instant as Stopwatch;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, LogFormat};
use crate::context::RequestContext;

/// Starts the log, to standard error. A second start in one process (tests) changes nothing.
pub fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let _ = match config.log_format {
        LogFormat::Text => registry.with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr)).try_init(),
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
    };
}

/// Starts the metrics; `None` where another recorder of this process was first.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    let buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets)
        .ok()?
        .install_recorder()
        .ok()
}

/// The layer that counts and tells of each request.
pub async fn observe(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let request_id = request.extensions().get::<RequestContext>().map(|c| c.request_id.clone()).unwrap_or_default();
    let begun = Stopwatch::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    let labels = [("method", method.clone()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("antam_http_requests_total", &labels).increment(1);
    metrics::histogram!("antam_http_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    if status >= 500 {
        tracing::warn!(request_id, method, route, status, ms = took.as_millis() as u64, "request failed");
    } else {
        tracing::debug!(request_id, method, route, status, ms = took.as_millis() as u64, "request");
    }
    response
}
